"""ChatGPT: the reward against scikit-learn, the gradient against PyTorch, the optimum in closed form, the template
against Jinja, which is the language that model files write it in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.language.chatgpt import (
    ANSWERS,
    Array,
    ChatgptParams,
    compare,
    fit,
    kl,
    likelihood,
    objective,
    optimum,
    softmax,
    tune,
)
from demos.telling.chatgpt import DEMO, steps
from tests.demos.scripted_model import model_tokens, next_tokens
from tutor.llm.header import read_card
from tutor.llm.llama import Engine, LlamaModel
from tutor.llm.starter import prepare_starter
from tutor.service.capabilities import Look

BEFORE = np.array([answer.before for answer in ANSWERS])
QUALITY = np.array([answer.helpful for answer in ANSWERS])
FAST = {"steps": 40, "tokens": 4}


def test_the_reward_is_that_of_logistic_regression_without_an_intercept() -> None:
    """Bradley and Terry's model is one: columns are answers, +1 for the first of a pair and -1 for the second."""
    from sklearn.linear_model import LogisticRegression

    wins = compare(QUALITY, 300, np.random.default_rng(0))
    rows, chosen = [], []
    for a in range(5):
        for b in range(5):
            for _ in range(int(wins[a, b])):
                for sign in (1, -1):  # the same choice told both ways round, since the judge wants two classes
                    x = np.zeros(5)
                    x[a], x[b] = sign, -sign
                    rows.append(x)
                    chosen.append(int(sign > 0))
    strength = 5 / (0.02 * 2 * wins.sum())  # our ridge is on the mean over 5 answers, the judge's on the sum
    judge = LogisticRegression(fit_intercept=False, C=strength, tol=1e-10, max_iter=5000).fit(rows, chosen)
    assert np.allclose(fit(wins)[-1], judge.coef_[0], atol=1e-3)


def test_fitting_makes_the_choices_likelier_at_each_step_and_comes_near_what_people_feel() -> None:
    wins = compare(QUALITY, 4000, np.random.default_rng(1))
    path = fit(wins, ridge=0)
    rises = [likelihood(reward, wins) for reward in path[:60]]
    assert all(b >= a - 1e-12 for a, b in pairwise(rises))
    assert rises[0] == pytest.approx(np.log(0.5))
    assert np.abs(path[-1] - (QUALITY - QUALITY.mean())).max() < 0.25


@given(
    reward=st.lists(st.floats(-2, 2), min_size=5, max_size=5).map(np.array),
    beta=st.floats(0.3, 5),
)
def test_tuning_raises_the_objective_and_ends_at_the_closed_form(reward: Array, beta: float) -> None:
    path = tune(BEFORE, reward, beta, 0.5, 60)
    rises = [objective(pi, BEFORE, reward, beta) for pi in path]
    best = optimum(BEFORE, reward, beta)
    top = objective(best, BEFORE, reward, beta)
    assert all(b >= a - 1e-9 for a, b in pairwise(rises))
    assert top == pytest.approx(beta * np.log((BEFORE * np.exp(reward / beta)).sum()))
    assert rises[-1] <= top + 1e-9
    assert path[-1] @ reward >= BEFORE @ reward - 1e-9
    assert kl(path[-1], BEFORE) <= (reward.max() - BEFORE @ reward) / beta + 1e-9


def test_after_many_steps_the_policy_is_the_optimum() -> None:
    reward = QUALITY - QUALITY.mean()
    assert np.allclose(tune(BEFORE, reward, 0.5, 1.0, 3000)[-1], optimum(BEFORE, reward, 0.5), atol=1e-4)


def test_one_step_is_the_gradient_of_torch() -> None:
    import torch

    reward, beta, rate = torch.tensor(QUALITY), 0.4, 0.7
    before = torch.tensor(BEFORE)
    theta = before.log().clone().requires_grad_()
    pi = theta.softmax(0)
    gain = (pi * reward).sum() - beta * (pi * (pi / before).log()).sum()
    gain.backward()  # type: ignore[no-untyped-call]
    assert theta.grad is not None
    stepped = softmax((theta + rate * theta.grad).detach().numpy())
    ours = tune(BEFORE, QUALITY, beta, rate, 1)[1]
    assert np.allclose(ours, stepped)
    assert not np.allclose(ours, BEFORE)


def test_in_the_demo_reward_rises_and_the_leash_holds() -> None:
    far = []
    for beta in (0.1, 0.5, 3.0):
        last = list(steps(ChatgptParams(beta=beta)))[-1].metrics
        assert last["reward"] > last["before"]
        far.append(last["kl"])
    assert far == sorted(far, reverse=True)


@pytest.mark.parametrize(("people", "answer"), [("helpful", "helpful"), ("flattered", "flattering")])
def test_the_prediction_depends_on_the_people(people: str, answer: str) -> None:
    frames = list(steps(ChatgptParams.model_validate({"people": people, "comparisons": 500, **FAST, "steps": 200})))
    assert DEMO.prediction.check(frames) == answer


def test_without_a_model_it_says_so_and_shows_the_toy_alone() -> None:
    alone = list(steps(ChatgptParams(), None, None))
    whole = list(steps(ChatgptParams(), model_tokens, next_tokens))
    assert "no model file" in alone[0].caption
    assert [frame.caption for frame in alone[1:]] == [frame.caption for frame in whole[-len(alone) + 1 :]]
    assert len(alone) >= 10


@pytest.fixture(scope="module")
def starter(shared_home: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(prepare_starter(shared_home), Engine(context=512, flash_attention=True))
    yield model
    asyncio.run(model.close())


@pytest.mark.model
async def test_the_template_is_that_of_the_starter_s_file(starter: LlamaModel) -> None:
    from jinja2 import Environment

    template = read_card(Path(starter.describe().path))["settings"]["tokenizer.chat_template"]
    said = [["system", "Be brief."], ["user", "What is a <|im_end|>?"], ["assistant", "A mark."], ["user", "Why?"]]
    wanted = Environment(trim_blocks=False).from_string(template).render(
        messages=[{"role": role, "content": words} for role, words in said], add_generation_prompt=True
    )  # fmt: skip
    tokens = await Look(starter).model_tokens(said)
    assert "".join(text for _, text, _ in tokens) == wanted
    marks = [text for _, text, control in tokens if control]
    assert marks == ["<|im_start|>", "<|im_end|>"] * 4 + ["<|im_start|>"]


@pytest.mark.model
async def test_the_starter_answers_in_its_template_and_not_without(starter: LlamaModel) -> None:
    ask = Look(starter)

    async def first(text: object) -> float:
        """The probability that the turn ends at once."""
        prompt = [token[0] for token in await ask.model_tokens(text)]
        found = await ask.next_tokens(prompt, [], 50, [1.0])
        logits = np.array(found["logits"])[np.array(found["ends"])]
        return float(np.exp(logits - found["totals"][0]).sum())

    question = "What is the capital of France?"
    assert await first(question) > 0.3
    assert await first([["system", "You are a helpful AI assistant."], ["user", question]]) < 0.05
