"""The starter model, ready to run: verified, and written once in the quantisation that is fastest on a CPU."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock

from tutor.errors import ModelError
from tutor.llm.base import ModelInfo
from tutor.llm.catalogue import STARTER_KIND, STARTER_SHA256, locate, verify


def prepare_starter(home: Path) -> ModelInfo:
    """The starter in STARTER_KIND, made in about a second at the first start. Raises ModelError.

    Where the data folder cannot be written, the packaged file itself serves: slower, but the same model.
    """
    packaged = verify(locate("", home), home)
    target = home / "models" / f"SmolLM2-135M-Instruct.{STARTER_KIND}.{STARTER_SHA256[:8]}.gguf"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=120):
            if not target.exists():
                _write(Path(packaged.path), target)
    except OSError:
        return packaged
    made = ModelInfo(packaged.name, "", None, 0, str(target))
    try:
        return verify(made, home)
    except ModelError:
        target.unlink(missing_ok=True)  # derived data: made anew at the next start, from a source that is intact
        return packaged


def _write(source: Path, target: Path) -> None:
    from tutor.llm.llama import requantize

    part = target.with_suffix(f".{os.getpid()}")
    try:
        requantize(source, part, STARTER_KIND)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
