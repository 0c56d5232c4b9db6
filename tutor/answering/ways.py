"""Which of the ways to ask that are no question on a topic is nearest to what was said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.courses.outline import Meant, read_ways
from knowledge.courses.shipped_vectors import questions
from knowledge.retrieval.embedder import Embedder, Vectors

_KNOWN: dict[str, dict[Meant, Vectors]] = {}
"""The vectors of the ways to ask, by the embedder's name: they are read once."""


def nearest_way(vector: Vectors, embedder: Embedder, among: Sequence[Meant], least: float = 0.0) -> Meant | None:
    """What is meant by words with this vector (dimension,), of these; None where no way to ask for any of them is as
    near as `least`, a cosine."""
    known = _vectors(embedder)
    near = {meant: float((known[meant] @ vector).max()) for meant in among}
    best = max(near, key=lambda meant: near[meant])
    return best if near[best] >= least else None


def _vectors(embedder: Embedder) -> dict[Meant, Vectors]:
    """Those of each meaning, (ways, dimension)."""
    if embedder.name not in _KNOWN:
        ways = read_ways()
        found = questions([text for texts in ways.values() for text in texts], embedder)
        ends = np.cumsum([len(texts) for texts in ways.values()])
        _KNOWN[embedder.name] = dict(zip(ways, np.split(found, ends[:-1]), strict=True))
    return _KNOWN[embedder.name]
