"""The built-in course's vectors, which the package carries: a small machine need not compute them at its first start.

`course/vectors.npz` holds, for MiniLM, the vector of every text of the built-in course by the text's digest. It is a
cache and never the truth: a text that is not in it is embedded as always. Make it anew after the course has changed:
`python -m knowledge.courses.shipped_vectors`.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from knowledge.courses.builtin import FOLDER
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder, Vectors

FILE = FOLDER / "vectors.npz"


def embedded_text(passage: Passage) -> str:
    """What the embedder reads of a passage: its title gives the sentences their topic."""
    return f"{passage.title}. {passage.text}"


def texts_of(passages: Iterable[Passage]) -> list[str]:
    """Every text of the passages that an index needs the vector of, each once."""
    found: dict[str, None] = {}
    for passage in passages:
        found[embedded_text(passage)] = None
        found.update(dict.fromkeys(passage.sentences))
        found.update(dict.fromkeys(asked.question for asked in passage.asked))
    return list(found)


def packed_vectors(passages: Iterable[Passage], embedder: Embedder, file: Path = FILE) -> dict[str, Vectors]:
    """The vectors that the package has of these passages' texts; none for another embedder or without the file."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            if str(data["embedder"]) != embedder.name:
                return {}
            rows = {digest.tobytes(): row for row, digest in enumerate(data["digests"])}
            vectors = data["vectors"].astype(np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
    marks = ((text, rows.get(_digest(text))) for text in texts_of(passages))
    return {text: vectors[row] for text, row in marks if row is not None}


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:8]


def main() -> None:
    """Embed every text of the built-in course and write the file."""
    embedder = Embedder()
    texts = texts_of(lecture_passages())
    digests = np.frombuffer(b"".join(map(_digest, texts)), dtype=np.uint8).reshape(-1, 8)
    vectors = embedder.encode(texts).astype(np.float16)
    np.savez_compressed(FILE, embedder=np.array(embedder.name), digests=digests, vectors=vectors)
    sys.stdout.write(f"{FILE.name}: {len(texts)} texts, {FILE.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
