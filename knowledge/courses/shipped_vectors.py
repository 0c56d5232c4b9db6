"""The built-in course's vectors, which the package carries: a Raspberry Pi need not compute them at its first start.

`course/vectors.npz` holds the vector of every text of the built-in course by the text's digest, a byte a number with
one scale a row, and of what the tutor compares questions with (lists, requests for demos). It is a cache and never the
truth: a text that is not in it is embedded as always, and another embedder finds nothing in it. `python -m training
vectors` writes it (training/vectors.py).
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.courses.builtin import FOLDER
from knowledge.passages import Passage, embedded_text
from knowledge.retrieval.embedder import QUESTION, Embedder, Vectors

FILE = FOLDER / "vectors.npz"


def texts_of(passages: Iterable[Passage]) -> list[str]:
    """Every text of the passages that an index needs the vector of, each once; questions carry their mark."""
    found: dict[str, None] = {}
    for passage in passages:
        found.update(dict.fromkeys(QUESTION + asked.question for asked in passage.asked))
        if passage.whole:
            continue
        found[embedded_text(passage)] = None
        found.update(dict.fromkeys(passage.sentences))
        if passage.other:
            found[embedded_text(passage, other=True)] = None
            found.update(dict.fromkeys(passage.other))
    return list(found)


def shipped_vectors(passages: Iterable[Passage], embedder: Embedder, file: Path = FILE) -> dict[str, Vectors]:
    """The vectors that the package has of these passages' texts; none for another embedder or without the file."""
    return shipped(texts_of(passages), embedder, file)


def questions(texts: Sequence[str], embedder: Embedder, file: Path = FILE) -> Vectors:
    """The vectors of texts as questions, those that the package has without embedding them."""
    known = shipped([QUESTION + text for text in texts], embedder, file)
    missing = [text for text in dict.fromkeys(texts) if QUESTION + text not in known]
    if missing:
        found = embedder.encode_questions(missing)
        known |= {QUESTION + text: row for text, row in zip(missing, found, strict=True)}
    return np.stack([known[QUESTION + text] for text in texts])


def shipped(texts: Iterable[str], embedder: Embedder, file: Path = FILE) -> dict[str, Vectors]:
    """The vectors that the package has of these texts, of which questions carry their mark."""
    rows = _rows(file, embedder)
    kept = [text for text in texts if _digest(text) in rows]
    if not kept:
        return {}
    found = [rows[_digest(text)] for text in kept]
    vectors = np.stack([row for row, _ in found]).astype(np.float32) * np.array([scale for _, scale in found])[:, None]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # bytes are near a direction, not of length 1
    return dict(zip(kept, vectors, strict=True))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:8]


def in_bytes(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as bytes and the scale of each: off by less than 0.002 of cosine."""
    scales = np.abs(vectors).max(axis=1) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def ship(passages: Iterable[Passage], embedder: Embedder, file: Path = FILE, asked: Iterable[str] = ()) -> int:
    """Write the file with every text of the passages and what else is `asked`; returns how many were embedded for it.

    A text that the file has from the same embedder already keeps its row, so that a small change takes seconds.
    """
    texts = list(dict.fromkeys([*texts_of(passages), *(QUESTION + text for text in asked)]))
    known = _rows(file, embedder)
    digests = [_digest(text) for text in texts]
    rows = np.zeros((len(texts), embedder.dimension), dtype=np.int8)
    scales = np.zeros(len(texts), dtype=np.float32)
    new = [place for place, digest in enumerate(digests) if digest not in known]
    for place, digest in enumerate(digests):
        if digest in known:
            rows[place], scales[place] = known[digest]
    for kind, encode in ((True, embedder.encode_questions), (False, embedder.encode)):
        places = [place for place in new if texts[place].startswith(QUESTION) is kind]
        if places:
            rows[places], scales[places] = in_bytes(encode([texts[place].removeprefix(QUESTION) for place in places]))
    marks = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 8)
    np.savez_compressed(file, embedder=np.array(embedder.name), digests=marks, vectors=rows, scales=scales)
    return len(new)


def _rows(file: Path, embedder: Embedder) -> dict[bytes, tuple[NDArray[np.int8], np.float32]]:
    """The file's rows with their scales by digest; none of another embedder, or where the file cannot be read."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            if str(data["embedder"]) != embedder.name or data["vectors"].shape[1] != embedder.dimension:
                return {}
            marks = [digest.tobytes() for digest in data["digests"]]
            return dict(zip(marks, zip(data["vectors"], data["scales"], strict=True), strict=True))
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
        return {}
