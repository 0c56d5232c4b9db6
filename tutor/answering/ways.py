"""Which of the ways to ask that are no question on a topic is nearest to what was said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.courses.outline import Meant, read_ways
from knowledge.courses.shipped_vectors import questions
from knowledge.retrieval.embedder import Embedder, Vectors


def nearest_way(vector: Vectors, embedder: Embedder, among: Sequence[Meant], least: float = 0.0) -> Meant | None:
    """What is meant by words with this vector (dimension,), of these; None where no way to ask for any of them is as
    near as `least`, a cosine."""
    ways = [(meant, text) for meant in among for text in read_ways()[meant]]
    cosines = questions([text for _, text in ways], embedder) @ vector
    best = int(np.argmax(cosines))
    return ways[best][0] if cosines[best] >= least else None
