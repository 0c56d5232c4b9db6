"""S-cells move with the image, C-cells forgive; both as properties."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.neocognitron import DEMO, steps
from demos.vision.neocognitron import (
    LETTERS,
    NeocognitronParams,
    alike,
    complex_cells,
    draw,
    fields,
    organise,
    respond,
    second,
    simple,
)


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


def test_an_s2_cell_answers_by_the_cosine_of_scipy() -> None:
    from scipy.spatial.distance import cosine

    planes = organise("TX", 2)
    c1 = complex_cells(simple(draw("H", 0)), 1)
    answers, seen = second(c1, planes), fields(c1)
    for k, plane in enumerate(planes):
        for r, c in np.argwhere(answers[k] > 0)[:20]:
            alikeness = 1 - cosine(seen[r, c].ravel(), plane.kernel.ravel())
            assert answers[k, r, c] == pytest.approx((alikeness - 0.6) / 0.4)


@pytest.mark.parametrize("letter", LETTERS)
def test_second_stage_cells_move_exactly_with_the_letter_too(letter: str) -> None:
    planes = organise(LETTERS, 2)
    before, after = (respond(draw(letter, shift), planes, 2).s2 for shift in (0, 3))
    assert np.allclose(np.roll(before, 3, axis=2), after)


def test_planes_are_born_without_a_teacher_only_where_nothing_answers() -> None:
    planes = organise(LETTERS, 2)
    assert len(planes) > 5
    assert all(np.linalg.norm(plane.kernel) == pytest.approx(1) for plane in planes)
    for later, plane in enumerate(planes):
        assert all(alike(plane.kernel, earlier.kernel) < 0.8 for earlier in planes[:later])


@pytest.mark.parametrize("letter", LETTERS)
def test_each_stage_forgives_more_than_the_one_before(letter: str) -> None:
    planes = organise(LETTERS, 2)
    before, after = (respond(draw(letter, shift), planes, 2) for shift in (0, 2))
    kept = [alike(getattr(before, stage), getattr(after, stage)) for stage in ("s1", "c1", "c2")]
    assert kept == sorted(kept) and kept[2] > 0.6


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("shift", [1, 2, 3])
def test_every_letter_is_named_within_what_both_stages_forgive(letter: str, shift: int) -> None:
    planes = organise(LETTERS, 2)
    now = respond(draw(letter, shift), planes, 2).c2
    scores = {name: alike(now, respond(draw(name, 0), planes, 2).c2) for name in LETTERS}
    assert max(scores, key=lambda name: scores[name]) == letter
