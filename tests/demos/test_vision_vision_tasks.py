"""The tasks against the exact masks of the drawn scene, scipy's labels and pixels counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from demos.vision._scene import FILLS, boxed, detect, draw, iou, pieces
from demos.vision.vision_tasks import DEMO, VisionTasksParams, steps


@pytest.mark.parametrize("seed", range(6))
def test_without_noise_everything_is_found_exactly(seed: int) -> None:
    image, truth = draw(5, 0, np.random.default_rng(seed))
    found = detect(image, 0.5, 6)
    whole = np.any([thing.mask for thing in truth], axis=0)
    assert np.array_equal(np.any([thing.mask for thing in found], axis=0), whole)
    assert len(truth) == 5 and {thing.name for thing in truth} <= set(FILLS)
    for true in truth:
        fits = max(found, key=lambda thing: iou(thing.mask, true.mask))
        if iou(fits.mask, true.mask) == 1:
            assert fits.name == true.name


def test_pieces_are_scipys_labels() -> None:
    from scipy.ndimage import label

    mask = np.random.default_rng(3).random((20, 20)) > 0.55
    labels, many = label(mask)
    ours = pieces(mask)
    assert len(ours) == many
    assert all(
        len(set(labels[piece].tolist())) == 1 and (labels == labels[piece][0]).sum() == piece.sum() for piece in ours
    )


def test_iou_by_hand() -> None:
    a, b = np.zeros((10, 20), dtype=bool), np.zeros((10, 20), dtype=bool)
    a[:, :10], b[:, 5:15] = True, True
    assert iou(a, b) == pytest.approx(50 / 150)
    assert iou(a, a) == 1 and iou(a, ~a) == 0
    thing = detect(np.where(a[:, :10].repeat(3, 0).repeat(3, 1)[:30], 0.9, 0.1) * np.tri(30), 0.5, 1)[0]
    assert boxed(thing).sum() == 30 * 30


@pytest.mark.parametrize(("values", "answer"), [({"noise": 0}, "yes"), ({"threshold": 0.9}, "no")])
def test_the_prediction_depends_on_the_scene(values: dict[str, float], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(VisionTasksParams.model_validate(values)))) == answer
