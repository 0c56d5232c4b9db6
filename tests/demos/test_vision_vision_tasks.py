"""The tasks against exact masks of the drawn scene, scipy's labels, torch's convolution and pixels counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling.vision_tasks import DEMO, steps
from demos.vision import vision_tasks
from demos.vision._scene import FILLS, Thing, boxed, detect, draw, iou, pieces
from demos.vision.vision_tasks import VisionTasksParams, labels, matched, score


@pytest.mark.parametrize("seed", range(6))
def test_without_noise_the_rule_finds_everything_exactly(seed: int) -> None:
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


@pytest.mark.parametrize("spread", [1, 2, 3])
def test_a_layer_is_torchs_dilated_convolution(spread: int) -> None:
    import torch
    from torch.nn.functional import conv2d

    random = np.random.default_rng(spread)
    maps, kernels = random.standard_normal((4, 13, 11)), random.standard_normal((5, 4, 3, 3))
    theirs = conv2d(torch.tensor(maps)[None], torch.tensor(kernels), padding=spread, dilation=spread)[0]
    assert np.allclose(vision_tasks.convolve(maps, kernels, spread), theirs.numpy())


def test_a_number_of_the_network_has_seen_fifteen_by_fifteen_pixels() -> None:
    image = np.random.default_rng(0).random((30, 30))
    before = vision_tasks.look(vision_tasks.learnt(), image)
    image[15, 15] += 0.5
    rows, columns = np.nonzero(np.abs(vision_tasks.look(vision_tasks.learnt(), image) - before).max(0))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (8, 22, 8, 22)


def test_it_has_as_many_weights_as_the_text_says() -> None:
    import demos.vision.vision_tasks as module

    assert sum(int(np.prod(shape)) for shape in vision_tasks.shapes().values()) == 7273
    assert "7,273" in str(module.__doc__)


def test_it_learns_stage_by_stage_on_scenes_it_has_not_seen() -> None:
    found = [score(stage, 0.15)[0] for stage in range(len(vision_tasks.SEEN))]
    assert found == sorted(found)
    assert found[0] < 0.05 and found[-1] > 0.97
    assert score(len(vision_tasks.SEEN) - 1, 0.15)[1] > 0.995


def test_in_heavy_specks_the_network_finds_more_than_the_rule() -> None:
    network = rule = 0
    for seed in range(20):
        image, truth = draw(4, 0.22, np.random.default_rng([9, seed]))
        found = vision_tasks.answer(vision_tasks.learnt(), image).found
        network += sum(pair is not None for pair in matched(found, truth))
        rule += sum(pair is not None for pair in matched(detect(image, 0.5, 6), truth))
    assert network >= 76 and rule <= 70


def test_a_true_object_is_matched_once_and_by_its_own_name() -> None:
    _, truth = draw(3, 0, np.random.default_rng(1))
    first, other = truth[0], Thing(truth[1].name, truth[0].mask)
    assert matched([first, first, other], truth) == [first, None, None]
    assert (labels([first]) > 0).sum() == first.mask.sum()


def test_of_neighbouring_peaks_one_is_kept() -> None:
    middles = np.zeros((30, 30))
    middles[4, 4], middles[5, 5], middles[20, 20], middles[9, 4] = 0.9, 0.8, 0.39, 0.6
    assert vision_tasks.peaks(middles) == [(4, 4), (9, 4)]


@pytest.mark.parametrize(("values", "answer"), [({"noise": 0}, "yes"), ({"noise": 0.5}, "no")])
def test_the_prediction_depends_on_the_scene(values: dict[str, float], answer: str) -> None:
    assert DEMO.prediction.check(list(steps(VisionTasksParams.model_validate(values)))) == answer


def test_a_scene_in_which_nothing_is_found_ends_too() -> None:
    frames = list(steps(VisionTasksParams(objects=1, noise=0.5, seed=3)))
    assert frames[-1].metrics["hits"] == 0 and frames[-1].progress == 1
