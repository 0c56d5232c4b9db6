"""The built-in course's vectors, which the package carries: a Raspberry Pi need not compute them at its first start.

`course/vectors.npz` holds the vector of every text of the built-in course by the text's digest, a byte a number with
one scale a row. It is a cache and never the truth: a text that is not in it is embedded as always, and another
embedder finds nothing in it. Make it anew for a release, not for each change: `python -m
knowledge.courses.shipped_vectors`.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.courses.builtin import FOLDER
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.outline import read_outline, ways_to_ask
from knowledge.passages import Passage, embedded_text
from knowledge.retrieval.embedder import QUESTION, Embedder, Vectors

FILE = FOLDER / "vectors.npz"


def texts_of(passages: Iterable[Passage]) -> list[str]:
    """Every text of the passages that an index needs the vector of, each once; questions carry their mark."""
    found: dict[str, None] = {}
    for passage in passages:
        found[embedded_text(passage)] = None
        found.update(dict.fromkeys(passage.sentences))
        found.update(dict.fromkeys(QUESTION + asked.question for asked in passage.asked))
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
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            if str(data["embedder"]) != embedder.name:
                return {}
            rows = {digest.tobytes(): row for row, digest in enumerate(data["digests"])}
            vectors = data["vectors"].astype(np.float32) * data["scales"][:, None]
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # bytes are near a direction, not of length 1
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
    marks = ((text, rows.get(_digest(text))) for text in texts)
    return {text: vectors[row] for text, row in marks if row is not None}


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:8]


def in_bytes(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as bytes and the scale of each: off by less than 0.002 of cosine."""
    scales = np.abs(vectors).max(axis=1) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def ship(passages: Iterable[Passage], embedder: Embedder, file: Path = FILE, asked: Iterable[str] = ()) -> int:
    """Embed every text of the passages, and what else is `asked`, and write the file; returns how many there are."""
    texts = list(dict.fromkeys([*texts_of(passages), *(QUESTION + text for text in asked)]))
    digests = np.frombuffer(b"".join(map(_digest, texts)), dtype=np.uint8).reshape(-1, 8)
    asks = [text.startswith(QUESTION) for text in texts]
    vectors = np.empty((len(texts), embedder.dimension), dtype=np.float32)
    for kind, encode in ((True, embedder.encode_questions), (False, embedder.encode)):
        places = [place for place, asking in enumerate(asks) if asking is kind]
        vectors[places] = encode([texts[place].removeprefix(QUESTION) for place in places])
    rows, scales = in_bytes(vectors)
    np.savez_compressed(file, embedder=np.array(embedder.name), digests=digests, vectors=rows, scales=scales)
    return len(texts)


def main() -> None:
    """Make the package's file anew."""
    count = ship(lecture_passages(), Embedder(), asked=ways_to_ask(read_outline()))
    sys.stdout.write(f"{FILE.name}: {count} texts, {FILE.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
