"""ChatGPT: from a model that continues text, to a chat template, to tuning by what people prefer.

First the tutor's own model gets a question as bare text, then in its chat template, whose control tokens say who
speaks. (It has been tuned for chat already: bare text shows how much of a dialogue is in the template.) Then a toy with
five answers goes through the last step, reinforcement learning from human feedback:

    P(a better than b) = σ(r_a - r_b)                   reward r fitted to comparisons (Bradley and Terry)
    J(π) = Σ_y π(y)·r(y) - β·KL(π‖π₀)                   more reward, but not far from the model before
    ∂J/∂θ_y = π_y·(A_y - Σ π·A),  A = r - β·ln(π/π₀)    the policy gradient, π = softmax(θ)
    π* ∝ π₀·exp(r/β)                                    where it ends, exactly

A second toy writes its answer in three pieces, 64 answers in all, and its reward model reads pieces: both generalise to
answers that nobody compared, as real ones do.

Where no model can be looked into, the toy is shown alone; it needs none, and its numbers are made up.

Sources: L. Ouyang and others, "Training language models to follow instructions with human feedback" (2022); P.
Christiano and others, "Deep reinforcement learning from human preferences" (2017); R. Bradley and M. Terry (1952).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.language import _pieces
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
QUESTION = "Is a whale a fish?"
RATE, RATE_OF_PIECES = 1.0, 2.0
"""How far a step of the policy goes, of whole answers and of pieces."""


class ChatgptParams(Params):
    question: str = param(
        "What is the capital of France?",
        "A question to the tutor's own model; one that ends without a mark gets its question mark.",
        longest=200,
    )
    tokens: int = param(16, "How many tokens the model writes to it at most.", low=1, high=32, unit="tokens")
    people: Literal["helpful", "flattered"] = param(
        "helpful", "What the people who compare answers like: help, or praise."
    )
    comparisons: int = param(200, "How many pairs of answers people compare.", low=5, high=2000)
    beta: float = param(0.4, "β: how strongly the tuned model is held to the one before.", low=0.05, high=5)
    steps: int = param(150, "Steps of the policy gradient.", low=5, high=500, unit="steps")


@dataclass(frozen=True, slots=True)
class Answer:
    """A candidate: its name, its words, its probability before tuning, and what each kind of people sees in it."""

    name: str
    text: str
    before: float
    helpful: float
    flattered: float


ANSWERS = (
    Answer(say("questions"), "Is a dolphin a fish? Is a shark a fish?", 0.40, -1.5, -1.0),
    Answer(say("wrong"), "Yes, because it lives in the sea.", 0.25, -1.0, -0.5),
    Answer(say("short"), "No.", 0.20, 0.3, -0.8),
    Answer(say("flattering"), "What a brilliant question! You know so much already.", 0.10, -0.3, 2.0),
    Answer(say("helpful"), "No, a whale is a mammal: it breathes air and suckles its young.", 0.05, 1.8, 1.0),
)


def softmax(z: Array) -> Array:
    p = np.exp(z - z.max())
    return np.asarray(p / p.sum())


def compare(quality: Array, pairs: int, random: np.random.Generator) -> Array:
    """Wins (n, n): how often row was preferred to column in so many comparisons of two answers drawn at random. The
    better is preferred with probability σ(difference of quality): people err."""
    n = len(quality)
    wins = np.zeros((n, n))
    for _ in range(pairs):
        a, b = random.choice(n, 2, replace=False)
        a_wins = random.random() < 1 / (1 + np.exp(quality[b] - quality[a]))
        wins[(a, b) if a_wins else (b, a)] += 1
    return wins


def likelihood(reward: Array, wins: Array) -> float:
    """Mean natural logarithm of the probability that the reward gives to the choices made."""
    gaps = reward[:, None] - reward[None, :]
    return float((wins * -np.logaddexp(0, -gaps)).sum() / wins.sum())


def fit(wins: Array, rate: float = 0.5, steps: int = 400, ridge: float = 0.02) -> list[Array]:
    """The reward after each step of gradient ascent on the likelihood, from 0; its mean stays 0.

    The small ridge keeps it finite where an answer won, or lost, every comparison.
    """
    reward = np.zeros(len(wins))
    path = [reward]
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(reward[:, None] - reward[None, :]))  # how surprised it is by "row beats column"
        pull = wins * wrong
        reward = reward + rate * ((pull.sum(1) - pull.sum(0)) * len(wins) / wins.sum() - ridge * reward)
        path.append(reward)
    return path


def kl(pi: Array, before: Array) -> float:
    """KL(π‖π₀) in nats."""
    return float((pi * np.log(pi / before)).sum())


def objective(pi: Array, before: Array, reward: Array, beta: float) -> float:
    """J = E[r] - β·KL(π‖π₀)."""
    return float(pi @ reward) - beta * kl(pi, before)


def optimum(before: Array, reward: Array, beta: float) -> Array:
    """The policy that no other beats in J: π ∝ π₀·exp(r/β)."""
    return softmax(np.log(before) + reward / beta)


def tune(before: Array, reward: Array, beta: float, rate: float, steps: int) -> list[Array]:
    """The policy after each step of the policy gradient, ∂J/∂θ_i = π_i·(A_i - Σ_j π_j·A_j) with A = r - β·ln(π/π₀).

    Few answers are all there are, so the expectation is summed rather than sampled.
    """
    theta = np.log(before)
    path = [softmax(theta)]
    for _ in range(steps):
        pi = path[-1]
        advantage = reward - beta * np.log(pi / before)
        theta = theta + rate * pi * (advantage - pi @ advantage)
        path.append(softmax(theta))
    return path


@dataclass(frozen=True, slots=True)
class Run:
    """Comparisons won, the reward after each step of its fitting, the policy after each step of its tuning, and the
    best policy that there is."""

    wins: Array
    fits: list[Array]
    path: list[Array]
    best: Array


def run(params: ChatgptParams) -> Run:
    """People compare five whole answers, a reward is fitted to what they said, and the policy follows the reward."""
    before = np.array([answer.before for answer in ANSWERS])
    quality = np.array([answer.helpful if params.people == "helpful" else answer.flattered for answer in ANSWERS])
    wins = compare(quality, params.comparisons, np.random.default_rng(params.seed))
    fits = fit(wins)
    path = tune(before, fits[-1], params.beta, RATE, params.steps)
    return Run(wins, fits, path, optimum(before, fits[-1], params.beta))


def run_pieces(params: ChatgptParams) -> tuple[NDArray[np.int64], Array, Array, list[_pieces.Writer]]:
    """The same for answers written piece by piece: the pairs compared, the worth of each piece, the reward of every
    answer, and the writer after each step."""
    pairs = _pieces.compare(params.people, params.comparisons, np.random.default_rng(params.seed))
    worth = _pieces.fit(pairs)
    reward = _pieces.worth(worth)
    return pairs, worth, reward, _pieces.tune(reward, params.beta, RATE_OF_PIECES, params.steps)
