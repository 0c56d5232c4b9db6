"""Files of old Office programs, turned into today's formats by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.documents.pages import Converted, Tell
from knowledge.errors import KnowledgeError

NEWER = {".doc": ".docx", ".dot": ".docx", ".ppt": ".pptx", ".pps": ".pptx", ".xls": ".xlsx"}
SECONDS = 180


def program() -> str | None:
    """LibreOffice's command, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def read_older(path: Path, _tell: Tell) -> Converted:
    """Says what is needed: a file of this kind is turned into a newer one before it is read."""
    raise KnowledgeError(
        f"it is in an old format ({path.suffix.lower()}), which LibreOffice would turn, and that is not installed.",
        code="unsupported_format",
        hint=f"Save it as {NEWER.get(path.suffix.lower(), '.pdf')}, or install LibreOffice.",
    )


@contextmanager
def renewed(path: Path, name: str) -> Iterator[Path]:
    """The file in today's format, for as long as it is needed. Raises KnowledgeError that calls it `name`."""
    office = program()
    if office is None:
        read_older(path, lambda _done, _total: None)
    assert office is not None
    with TemporaryDirectory(prefix="tiza-office-") as work:
        ending = NEWER[path.suffix.lower()]
        source = Path(work) / f"document{path.suffix.lower()}"
        shutil.copyfile(path, source)
        command = [
            office, "--headless", "--norestore", "--nologo", "--nofirststartwizard",
            f"-env:UserInstallation=file://{work}/profile", "--convert-to", ending[1:], "--outdir", f"{work}/out",
            str(source),
        ]  # fmt: skip
        environment = {**os.environ, "HOME": work}
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environment, cwd=work)
        except (OSError, subprocess.TimeoutExpired):
            raise _failed(name) from None
        found = Path(work) / "out" / f"document{ending}"
        if not found.is_file():
            raise _failed(name)
        yield found


def _failed(name: str) -> KnowledgeError:
    return KnowledgeError(
        f"{name} could not be turned into a newer format by LibreOffice.",
        code="unreadable_document",
        hint="Open it and save it in today's format.",
    )
