"""The starter model, ready to run: verified, and written once in the quantisation that is fastest on a CPU.

An adapter that words answers (`tiza tune`) is worked into the weights on the same occasion. One that was taught another
task, as the packaged judge was, stays beside them: worked in, it would leave a model that says nothing but Yes and No.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock

from tutor.errors import ModelError
from tutor.llm.base import ModelInfo
from tutor.llm.catalogue import STARTER_KIND, STARTER_SHA256, locate, sha256, verify

PACKAGED = Path(__file__).with_name("adapters") / "judge.gguf"
"""The adapter that is used when none is named, where the package carries one."""

MERGED = "answer"
"""The task of an adapter that is worked into the weights."""


def prepare_starter(home: Path, adapter: str = "") -> ModelInfo:
    """The starter in STARTER_KIND, made in seconds at the first start. Raises ModelError.

    `adapter` is a file, "off", or "" for the packaged one where there is one; `ModelInfo.adapter` names what is in
    the weights or beside them. Where the data folder cannot be written, the packaged model itself serves, without an
    adapter: slower.
    """
    packaged = verify(locate("", home), home)
    chosen = choose_adapter(adapter)
    named, tasks = _card(chosen) if chosen else (None, ())
    beside = chosen if chosen and MERGED not in tasks else None
    merged = chosen if beside is None else None
    mark = f"{STARTER_SHA256[:8]}{f'.{sha256(merged)[:8]}' if merged else ''}"
    target = home / "models" / f"SmolLM2-135M-Instruct.{STARTER_KIND}.{mark}.gguf"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=120):
            if not target.exists():
                _write(Path(packaged.path), merged, target)
    except OSError:
        return packaged
    made = ModelInfo(packaged.name, "", named, 0, str(target), tasks, str(beside or ""))
    try:
        return verify(made, home)
    except ModelError:
        target.unlink(missing_ok=True)  # derived data: made anew at the next start, from a source that is intact
        return packaged


def choose_adapter(adapter: str) -> Path | None:
    """The adapter file that a setting means; None for none."""
    if adapter == "off":
        return None
    if not adapter:
        return PACKAGED if PACKAGED.is_file() else None
    return Path(adapter).expanduser()


def _card(adapter: Path) -> tuple[str, tuple[str, ...]]:
    """An adapter's own name with the beginning of its SHA-256, as provenance says it, and its tasks. Raises
    ModelError."""
    from tutor.llm.merge import adapter_card

    name, tasks = adapter_card(adapter)
    return f"{name} ({sha256(adapter)[:8]})", tasks


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
