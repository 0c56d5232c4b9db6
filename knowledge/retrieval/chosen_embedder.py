"""An embedder that the user chose, in sentence-transformers' format: the only door to sentence_transformers.

It is a folder, or a name that lies in the cache of Hugging Face on this machine. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.messages import say

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
_HINT = say("TIZA_EMBEDDER takes a folder in sentence-transformers' format with safetensors weights; empty means e5.")


class ChosenEmbedder:
    """A model of the user's. Loaded at the first use."""

    def __init__(self, choice: str) -> None:
        """Raises KnowledgeError (`embedder_missing`) when there is no such model."""
        self._folder = _folder(choice)
        self._called = choice.rstrip("/").split("/")[-1]
        self._loading = threading.Lock()
        self._model: SentenceTransformer | None = None

    @cached_property
    def name(self) -> str:
        """Its name and the start of a SHA-256 of its files."""
        return f"{self._called}@{_digest(self._folder)[:12]}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        self.load()
        model: Any = self._model
        return int(model.get_embedding_dimension())

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError (`embedder_missing`)."""
        with self._loading:
            if self._model is None:
                self._model = _loaded(self._folder)

    def encode(self, asks: bool, texts: Sequence[str]) -> Vectors:
        """Vectors of texts, with the prompt that the model itself keeps for questions or passages where it has one."""
        self.load()
        model: Any = self._model
        prompts: dict[str, str] = getattr(model, "prompts", None) or {}
        names = ("query", "question") if asks else ("passage", "document")
        prompt = next((prompts[name] for name in names if prompts.get(name)), None)
        found = model.encode(list(texts), prompt=prompt, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(found, dtype=np.float32)


def _loaded(folder: Path) -> SentenceTransformer:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    disable: Any = logging.disable_progress_bar
    disable()
    try:
        return SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )
    except Exception as error:  # whatever the loader of a foreign model stumbles over
        raise KnowledgeError(
            say("{folder} cannot be loaded as an embedder ({problem}).", folder=folder, problem=type(error).__name__),
            code="embedder_missing",
            hint=_HINT,
        ) from None


def _folder(choice: str) -> Path:
    """The folder of a chosen model: the path itself, or where a model of that name was kept when it was fetched."""
    folder = Path(choice).expanduser()
    if not folder.is_dir():
        folder = _cached_folder(choice)
    if not (folder / "modules.json").is_file() or not any(folder.rglob("*.safetensors")):
        raise KnowledgeError(
            say("{choice} is no embedder: modules.json or safetensors weights are missing there.", choice=choice),
            code="embedder_missing",
            hint=_HINT,
        )
    return folder


def _cached_folder(name: str) -> Path:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for full in (name, f"sentence-transformers/{name}"):
        try:
            found = try_to_load_from_cache(full, "modules.json")
        except HFValidationError:
            continue
        if isinstance(found, str):
            return Path(found).parent
    raise KnowledgeError(
        say(
            "There is no embedder {name!r}: neither a folder, nor a model in this machine's Hugging Face cache.",
            name=name,
        ),
        code="embedder_missing",
        hint=_HINT,
    )


def _digest(folder: Path) -> str:
    """SHA-256 over everything that shapes a vector: weights, configuration and tokenizer."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".safetensors", ".json", ".txt", ".model") and path.is_file():
            with path.open("rb") as file:
                mark = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(folder).as_posix()}\0{mark}\0".encode())
    return total.hexdigest()
