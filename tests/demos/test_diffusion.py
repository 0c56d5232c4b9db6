"""Diffusion against the analytic score of a Gaussian, torch, and a classifier that has seen none of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from demos import weights
from demos.generation import _denoiser
from demos.generation._models import SPREAD, Digits, Mixture, make_mixture
from demos.generation._schedule import ALPHA_BAR, T, add_noise, clean, fresh_noise, step_back, times
from demos.generation.diffusion import DiffusionParams, guided_noise, sample
from demos.runtime.contract import DemoError
from demos.telling.diffusion import DEMO, steps
from demos.training.diffusion import recognised


@pytest.fixture(scope="module")
def digits() -> Digits:
    return Digits(weights.load("diffusion"))


def test_the_noise_of_one_gaussian_is_its_score_by_hand() -> None:
    """x_t of N(μ, s²) is N(√ᾱ·μ, ᾱ·s² + 1 - ᾱ), whose score is -(x - √ᾱ·μ) / variance."""
    mean, t = np.array([[1.5, -0.5]]), 300
    model = Mixture(mean, np.array([0]))
    x = np.random.default_rng(0).standard_normal((50, 2))
    a = ALPHA_BAR[t]
    score = -(x - np.sqrt(a) * mean) / (a * SPREAD**2 + 1 - a)
    assert np.allclose(model.noise(x, t, None), -np.sqrt(1 - a) * score)


@pytest.mark.parametrize("data", ["moons", "ring", "spiral"])
def test_the_noise_of_a_mixture_is_the_slope_of_its_density(data: str) -> None:
    """Against a numerical derivative of log p_t."""
    model, t, h = make_mixture(data), 400, 1e-5
    a = ALPHA_BAR[t]
    variance = a * SPREAD**2 + 1 - a

    def log_density(x: np.ndarray) -> float:
        return float(np.log(np.exp(-((x - np.sqrt(a) * model.centres) ** 2).sum(1) / (2 * variance)).sum()))

    for x in np.random.default_rng(1).standard_normal((5, 2)):
        slope = [(log_density(x + step) - log_density(x - step)) / (2 * h) for step in np.eye(2) * h]
        assert np.allclose(model.noise(x[None], t, None)[0], -np.sqrt(1 - a) * np.array(slope), atol=1e-6)


def test_ddpm_brings_noise_back_to_a_gaussian_with_the_right_mean_and_width() -> None:
    model = Mixture(np.array([[0.7, -0.4]]), np.array([0]))
    params = DiffusionParams(data="ring", samples=25).model_copy(update={"steps": T})
    made = np.concatenate([sample(model, params, np.random.default_rng(seed))[1] for seed in range(8)])
    assert np.allclose(made.mean(0), [0.7, -0.4], atol=0.02)
    assert np.allclose(made.std(0), SPREAD, rtol=0.08)


def test_the_true_noise_leads_straight_back() -> None:
    random = np.random.default_rng(2)
    x0, noise = random.standard_normal((2, 5, 3))
    x = add_noise(x0, 700, noise)
    assert np.allclose(clean(x, 700, noise), x0)
    assert np.allclose(step_back(x, x0, 700, 200, 0.0, random), add_noise(x0, 200, noise))


def test_the_step_of_ddpm_has_the_variance_of_the_posterior() -> None:
    """For neighbouring times σ² is β_t (1 - ᾱ_{t-1}) / (1 - ᾱ_t)."""
    for t in (2, 100, T):
        beta = 1 - ALPHA_BAR[t] / ALPHA_BAR[t - 1]
        assert np.isclose(fresh_noise(t, t - 1, 1.0) ** 2, beta * (1 - ALPHA_BAR[t - 1]) / (1 - ALPHA_BAR[t]))


@pytest.mark.parametrize(("sampler", "draws_again"), [("ddim", False), ("ddpm", True)])
def test_ddim_draws_its_first_noise_alone(digits: Digits, sampler: str, draws_again: bool) -> None:
    params = DiffusionParams.model_validate({"sampler": sampler, "steps": 10, "samples": 2})
    used, fresh = np.random.default_rng(9), np.random.default_rng(9)
    sample(digits, params, used)
    fresh.standard_normal((2, 64))
    assert (used.bit_generator.state != fresh.bit_generator.state) is draws_again


def test_guidance_is_a_straight_line_through_both_predictions(digits: Digits) -> None:
    x = np.random.default_rng(3).standard_normal((4, 64))
    plain, asked = digits.noise(x, 500, None), digits.noise(x, 500, 7)
    assert np.allclose(guided_noise(digits, x, 500, 7, 0), plain)
    assert np.allclose(guided_noise(digits, x, 500, 7, 1), asked)
    assert np.allclose(guided_noise(digits, x, 500, 7, 3), plain + 3 * (asked - plain))


def test_the_network_gives_on_numpy_what_it_gives_on_torch(digits: Digits) -> None:
    import torch

    x = np.random.default_rng(4).standard_normal((6, 64)).astype(np.float32)
    t, label = np.array([1, 10, 200, 500, 900, 1000], np.float32), np.array([0, 3, 10, 7, 9, 10])
    ours = _denoiser.predict_v(digits.network, x, t, label, np)
    tensors = {name: torch.tensor(value) for name, value in digits.network.items()}
    theirs = _denoiser.predict_v(tensors, torch.tensor(x), torch.tensor(t), torch.tensor(label), torch)
    assert np.allclose(ours, theirs.numpy(), atol=1e-4)


def test_a_classifier_recognises_the_digits_that_were_asked_for() -> None:
    """The figure stated with the weights, measured again with another seed."""
    assert float(weights.facts("diffusion")["recognised"]) >= 0.95
    assert recognised(weights.load("diffusion"), each=25, seed=99) >= 0.95


def test_without_guidance_the_label_is_ignored() -> None:
    assert recognised(weights.load("diffusion"), each=25, guidance=0.0) < 0.3


def test_the_weights_are_small_and_their_examples_are_the_data() -> None:
    from sklearn.datasets import load_digits

    assert (weights.FOLDER / "diffusion.safetensors").stat().st_size < 1_000_000
    examples = weights.load("diffusion")["examples"]
    data = load_digits()
    for digit in range(10):
        assert np.allclose(examples[digit], data.data[data.target == digit][:5] / 8 - 1)


@pytest.mark.parametrize("count", [2, 3, 50, 200])
def test_times_fall_from_noise_to_data(count: int) -> None:
    found = times(count)
    assert found[0] == T and found[-1] == 0 and len(found) == count + 1
    assert all(a > b for a, b in pairwise(found))


def test_points_know_two_labels_only() -> None:
    with pytest.raises(DemoError) as caught:
        DEMO.parse({"data": "moons", "label": "7"})
    assert caught.value.code == "invalid_parameters"
    assert "label can be 0, 1 or any" in str(caught.value)


@pytest.mark.parametrize("label", ["0", "1"])
def test_points_of_a_label_lie_on_its_half(label: str) -> None:
    frames = list(steps(DiffusionParams.model_validate({"data": "spiral", "label": label, "guidance": 1})))
    assert frames[-1].metrics["agree"] > 0.95


def test_draw_a_seven_says_what_was_made() -> None:
    frames = list(steps(DiffusionParams(label="7")))
    assert frames[-1].metrics["agree"] == 1
    assert "9 of 9 best as a 7" in frames[-1].caption
