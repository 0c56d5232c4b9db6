"""Questions about drawn scenes never trained on: right with the picture, a guess without it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demos import weights
from demos.generation import _questions, gemini
from demos.generation._questions import draw
from demos.generation.gemini import GeminiParams
from demos.runtime.contract import DemoError
from demos.telling.gemini import DEMO, steps
from demos.training.gemini import accuracy, blind, tensors_of


def test_answers_about_unseen_scenes_are_right_as_the_file_states() -> None:
    found = accuracy(weights.load("gemini"), count=1000, seed=77)
    assert found >= 0.9
    assert found == pytest.approx(float(weights.facts("gemini")["accuracy"]), abs=0.03)


def test_without_eyes_the_commonest_answers_are_far_below() -> None:
    assert blind(count=1000, learn=4000, seed=77) < 0.45
    assert blind() == pytest.approx(float(weights.facts("gemini")["blind"]), abs=0.01)


def test_the_same_network_with_an_empty_picture_only_guesses() -> None:
    batch = draw(np.random.default_rng(5), 500, True, 0.0)
    patches, words = tensors_of(batch)
    w = {name: torch.tensor(value) for name, value in weights.load("gemini").items()}
    guess = gemini.forward(w, torch.full_like(patches, 0.08), words)["scores"][-1].argmax(1).tolist()
    assert np.mean([_questions.WORDS[i] == answer for i, (*_, answer) in zip(guess, batch, strict=True)]) < 0.5


def test_no_test_scene_was_ever_trained_on() -> None:
    random = np.random.default_rng(0)
    for things in range(_questions.FEWEST, _questions.MOST + 1):
        assert _questions.held_out(_questions.make_scene(random, things, True))
        assert not _questions.held_out(_questions.make_scene(random, things, False))


def test_answers_are_those_read_off_the_pixels() -> None:
    """Colours and counts told by the scene agree with what is in the picture, cell by cell."""
    random = np.random.default_rng(1)
    for _ in range(30):
        scene = _questions.make_scene(random, 5, True)
        patches = _questions.patches(scene, random, 0)
        bright = patches.reshape(16, 3, -1).max(2)
        red = sum(bool(cell[0] > 0.5 and cell[1] < 0.5) for cell in bright)
        answers = {question: answer for _, question, answer in _questions.questions(scene)}
        assert answers["how many red things are there ?"] == _questions.NUMBERS[red]
        assert sum(bool(cell.max() > 0.5) for cell in bright) == 5


def test_the_picture_is_its_patches_laid_together() -> None:
    patches = np.random.default_rng(0).random((16, 3, 6, 6), dtype=np.float32)
    whole = _questions.picture(patches)
    assert whole.shape == (3, 24, 24)
    for cell in range(16):
        row, column = divmod(cell, 4)
        assert np.array_equal(whole[:, 6 * row : 6 * row + 6, 6 * column : 6 * column + 6], patches[cell])


def test_attention_is_causal_and_sums_to_one() -> None:
    w = {name: torch.tensor(value) for name, value in weights.load("gemini").items()}
    found = gemini.forward(w, *tensors_of(draw(np.random.default_rng(0), 3, True, 0)))
    for block in found["blocks"]:
        assert torch.allclose(block["weights"].sum(-1), torch.ones(3, gemini.HEADS, gemini.LENGTH))
        assert block["weights"].triu(1).abs().max() == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_demo_s_answer_is_the_scene_s(seed: int) -> None:
    frames = list(steps(GeminiParams(seed=seed)))
    assert frames[-1].metrics["accuracy"] >= 0.85
    assert DEMO.prediction.check(frames) in DEMO.prediction.choices


@pytest.mark.parametrize("text", ["How many crosses are there?", "what color is the CIRCLE", "is there a red square ?"])
def test_questions_are_read_as_people_type_them(text: str) -> None:
    assert DEMO.parse({"question": text})


@pytest.mark.parametrize("text", ["what is the meaning of life?", "how many hexagons are there?", "?"])
def test_other_questions_are_refused_with_those_it_knows(text: str) -> None:
    with pytest.raises(DemoError) as caught:
        DEMO.parse({"question": text})
    assert "what colour is the circle?" in str(caught.value)
    assert caught.value.param == "question"


def test_the_package_stays_small() -> None:
    assert (weights.FOLDER / "gemini.safetensors").stat().st_size < 1_000_000
