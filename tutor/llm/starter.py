"""The starter model, ready to run: verified, and written once in the quantisation that is fastest on a CPU.

An adapter (`tiza tune`) is worked into the weights on the same occasion.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock

from tutor.errors import ModelError
from tutor.llm.base import ModelInfo
from tutor.llm.catalogue import STARTER_KIND, STARTER_SHA256, locate, sha256, verify


def prepare_starter(home: Path, adapter: str = "") -> ModelInfo:
    """The starter in STARTER_KIND, made in seconds at the first start. Raises ModelError.

    `adapter` is a file, or "off" or "" for none; `ModelInfo.adapter` names what is in the weights. Where the data
    folder cannot be written, the packaged model itself serves, without an adapter: slower.
    """
    packaged = verify(locate("", home), home)
    merged = Path(adapter).expanduser() if adapter not in ("", "off") else None
    named = _named(merged) if merged else None
    mark = f"{STARTER_SHA256[:8]}{f'.{sha256(merged)[:8]}' if merged else ''}"
    target = home / "models" / f"SmolLM2-135M-Instruct.{STARTER_KIND}.{mark}.gguf"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=120):
            if not target.exists():
                _write(Path(packaged.path), merged, target)
    except OSError:
        return packaged
    made = ModelInfo(packaged.name, "", named, 0, str(target))
    try:
        return verify(made, home)
    except ModelError:
        target.unlink(missing_ok=True)  # derived data: made anew at the next start, from a source that is intact
        return packaged


def _named(adapter: Path) -> str:
    """An adapter's own name with the beginning of its SHA-256, as provenance says it. Raises ModelError."""
    from tutor.llm.merge import adapter_name

    return f"{adapter_name(adapter)} ({sha256(adapter)[:8]})"


def _write(source: Path, adapter: Path | None, target: Path) -> None:
    from tutor.llm.llama import requantize

    part = target.with_suffix(f".{os.getpid()}")
    merged = target.with_suffix(f".{os.getpid()}.merged")
    try:
        if adapter is not None:
            from tutor.llm.merge import merge

            merge(source, adapter, merged)
        requantize(merged if adapter else source, part, STARTER_KIND)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        merged.unlink(missing_ok=True)
