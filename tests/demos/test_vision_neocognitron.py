"""S-cells move with the image, C-cells forgive; both as properties."""

from __future__ import annotations

import numpy as np
import pytest

from demos.vision.neocognitron import DEMO, LETTERS, NeocognitronParams, alike, complex_cells, draw, simple, steps


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("shift", [1, 3, 6])
def test_s_cells_move_exactly_with_the_letter(letter: str, shift: int) -> None:
    assert np.array_equal(np.roll(simple(draw(letter, 0)), shift, axis=2), simple(draw(letter, shift)))


@pytest.mark.parametrize("letter", LETTERS)
def test_c_cells_over_the_whole_image_do_not_see_a_move(letter: str) -> None:
    before, after = (complex_cells(simple(draw(letter, shift)), 15)[:, 8, 8] for shift in (0, 5))
    assert np.array_equal(before, after)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_wider_radius_forgives_more(letter: str) -> None:
    kept = [alike(*(complex_cells(simple(draw(letter, shift)), radius) for shift in (0, 2))) for radius in (0, 1, 2, 4)]
    assert kept == sorted(kept) and kept[-1] > kept[0] + 0.3


def test_c_cells_are_scipys_maximum_filter() -> None:
    from scipy.ndimage import maximum_filter

    s = simple(draw("X", 1))
    assert np.array_equal(complex_cells(s, 2), maximum_filter(s, size=(1, 5, 5), mode="constant"))


@pytest.mark.parametrize(("values", "answer"), [({"radius": 2, "shift": 2}, "yes"), ({"radius": 0, "shift": 3}, "no")])
def test_the_prediction_depends_on_radius_and_shift(values: dict[str, int], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(NeocognitronParams.model_validate(values)))) == answer
