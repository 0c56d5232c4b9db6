"""The toy that writes piece by piece: its choices against scikit-learn, its gradient against PyTorch, its end in closed
form."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from demos.language import _pieces
from demos.language._pieces import ANSWERS, TASTE, compare, fit, optimum, tune, untuned, worth
from demos.language.chatgpt import ChatgptParams
from demos.telling.chatgpt import steps


def test_the_answers_are_a_chain_of_probabilities() -> None:
    pi = untuned().pi()
    assert len(pi) == 64 and pi.sum() == pytest.approx(1)
    first, second, third = untuned().shares()
    assert pi[list(map(tuple, ANSWERS)).index((0, 1, 2))] == pytest.approx(first[0] * second[0, 1] * third[1, 2])


def test_the_worth_of_pieces_is_that_of_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    pairs = compare("helpful", 150, np.random.default_rng(3))
    holds = np.zeros((64, 12))
    for place in range(3):
        holds[np.arange(64), 4 * place + ANSWERS[:, place]] = 1
    x = holds[pairs[:, 0]] - holds[pairs[:, 1]]
    both, names = np.concatenate([x, -x]), np.repeat([1, 0], len(x))
    judge = LogisticRegression(fit_intercept=False, C=1 / (2 * _pieces.RIDGE), tol=1e-10, max_iter=5000).fit(
        both, names
    )
    assert np.allclose(fit(pairs).ravel(), judge.coef_[0], atol=1e-3)


def test_one_step_is_the_gradient_of_torch() -> None:
    import torch

    reward, beta, rate = worth(TASTE["helpful"]), 0.4, 0.7
    start = untuned()
    z = [torch.tensor(each).clone().requires_grad_() for each in (start.opening, start.middle, start.end)]
    a, b, c = (torch.tensor(each) for each in ANSWERS.T)
    pi = z[0].softmax(0)[a] * z[1].softmax(1)[a, b] * z[2].softmax(1)[b, c]
    gain = (pi * torch.tensor(reward)).sum() - beta * (pi * (pi / torch.tensor(start.pi())).log()).sum()
    gain.backward()  # type: ignore[no-untyped-call]
    ours = tune(reward, beta, rate, 1)[1]
    for theirs, mine in zip(z, (ours.opening, ours.middle, ours.end), strict=True):
        assert theirs.grad is not None
        assert np.allclose((theirs + rate * theirs.grad).detach().numpy(), mine)


def test_tuning_raises_the_objective_and_ends_at_the_closed_form() -> None:
    reward, beta, before = worth(TASTE["flattered"]), 0.5, untuned().pi()
    path = [writer.pi() for writer in tune(reward, beta, 1.0, 4000)]
    rises = [float(pi @ reward - beta * (pi * np.log(pi / before)).sum()) for pi in path[:200]]
    assert all(b >= a - 1e-9 for a, b in pairwise(rises))
    assert np.abs(path[-1] - optimum(reward, beta)).sum() < 0.02


@pytest.mark.parametrize(("people", "wanted"), [("helpful", (0, 0, 0)), ("flattered", (3, 3, 2))])
def test_it_comes_to_write_what_people_like_though_they_hardly_saw_it(
    people: str, wanted: tuple[int, int, int]
) -> None:
    for seed in range(3):
        frames = list(steps(ChatgptParams.model_validate({"people": people, "seed": seed, "comparisons": 400})))
        pairs = compare(people, 400, np.random.default_rng(seed))
        pi = tune(worth(fit(pairs)), 0.4, 2.0, 150)[-1].pi()
        assert tuple(ANSWERS[pi.argmax()]) == wanted
        told = " ".join(_pieces.told(int(pi.argmax())))
        assert any(told in frame.caption for frame in frames)
        assert (pairs == pi.argmax()).sum() < 40
