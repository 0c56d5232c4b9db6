"""Who may look into the data folder: its owner alone."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path


def own_folder(folder: Path) -> None:
    """Make a folder that its owner alone may enter, or make one that is there so. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    restrict(folder)


def restrict(path: Path) -> None:
    """Take every right from all but the owner. A folder that is everybody's (/tmp) stays as it is.

    What is not there, another one's, or on a disk that cannot be written stays as it is too.
    """
    with suppress(OSError):
        mode = path.stat().st_mode
        if not mode & stat.S_ISVTX and mode & 0o077:
            path.chmod(stat.S_IMODE(mode) & 0o700)
