"""Embeddings: cosines by hand, the plane against scikit-learn, an analogy that is exact."""

from __future__ import annotations

import numpy as np
import pytest

from demos.language.embeddings import EmbeddingsParams, cosines, plane, solve, split
from demos.runtime.contract import DemoError
from demos.telling.embeddings import DEMO, steps

SQUARE = np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [-1.0, -1.0, 0.2]])


def test_cosines_by_hand() -> None:
    found = cosines(np.array([[1.0, 0.0], [3.0, 3.0], [0.0, -2.0]]))
    assert np.allclose(found, [[1, 0.5**0.5, 0], [0.5**0.5, 1, -(0.5**0.5)], [0, -(0.5**0.5), 1]])


def test_the_plane_is_that_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    vectors = np.random.default_rng(0).standard_normal((9, 20))
    judge = PCA(2, svd_solver="full").fit(vectors)
    at, kept = plane(vectors)
    assert np.allclose(np.abs(at), np.abs(judge.transform(vectors)))
    assert kept == pytest.approx(judge.explained_variance_ratio_.sum())


def test_an_analogy_is_the_nearest_to_the_sum_and_none_of_the_three() -> None:
    best, fit = solve(SQUARE, 0, 1, 2)
    unit = SQUARE / np.linalg.norm(SQUARE, axis=1, keepdims=True)
    wanted = unit[1] - unit[0] + unit[2]
    assert best == 3
    assert fit[3] == pytest.approx(unit[3] @ wanted / np.linalg.norm(wanted))


def test_words_are_parted_at_commas_and_too_few_are_refused() -> None:
    assert split(" cat, dog ,cat,, hot  dog") == ["cat", "dog", "hot dog"]
    with pytest.raises(DemoError, match="4 to 16"):
        DEMO.parse({"words": "cat, cat, dog"})


@pytest.mark.parametrize(("order", "answer"), [([0, 1, 2, 3], "yes"), ([0, 3, 1, 2], "no")])
def test_the_prediction_depends_on_the_vectors(order: list[int], answer: str) -> None:
    vectors = np.array([[1, 0.0], [0.9, 0.1], [0, 1], [-1, 0]])
    params = EmbeddingsParams(words=", ".join("abcd"[index] for index in order))
    frames = list(steps(params, lambda words: [vectors["abcd".index(word)].tolist() for word in words]))
    assert DEMO.prediction.check(frames) == answer
