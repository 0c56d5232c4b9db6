"""The second toy of the `chatgpt` demo: a policy that writes its answer piece by piece, and a reward that reads pieces.

    π(y) = p(y₁)·p(y₂ | y₁)·p(y₃ | y₂)                64 answers of an opening, a middle and an end
    r(y) = w(y₁) + w(y₂) + w(y₃)                      the reward model reads any answer, compared or not
    P(a better than b) = σ(r(a) - r(b))               its 12 numbers w are fitted to comparisons
    ∂J/∂θ = Σ_y π(y)·A(y)·∂ln π(y)/∂θ,  A = r - β·ln(π/π₀)

So both generalise: what was liked in one answer is liked, and said, in answers that nobody ever compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PIECES = (
    ("No,", "Yes,", "Well,", "Great question:"),
    ("it is a mammal,", "it is a fish,", "nobody knows,", "you are brilliant,"),
    ("it breathes air.", "it swims.", "and you knew it.", "and a shark?"),
)
ANSWERS = np.array(list(product(range(4), repeat=3)))
"""The 64 answers: which opening, middle and end."""
TASTE = {
    "helpful": np.array([[1.0, -0.6, -0.2, -0.1], [1.2, -1.2, -0.5, -0.4], [1.0, -0.6, -0.2, -0.6]]),
    "flattered": np.array([[-0.3, 0.2, -0.3, 1.2], [0.2, -0.2, -0.6, 1.5], [0.1, -0.2, 1.2, -0.6]]),
}
"""What people feel about each piece."""
RIDGE = 0.5


@dataclass(frozen=True, slots=True)
class Writer:
    """The logits of the opening (4), of the middle after each opening (4, 4), of the end after each middle (4, 4)."""

    opening: Array
    middle: Array
    end: Array

    def shares(self) -> tuple[Array, Array, Array]:
        """The probabilities of the three steps."""
        first, second, third = (np.exp(z - z.max(-1, keepdims=True)) for z in (self.opening, self.middle, self.end))
        return first / first.sum(), second / second.sum(1, keepdims=True), third / third.sum(1, keepdims=True)

    def pi(self) -> Array:
        """The probability of each of the 64 answers."""
        first, second, third = self.shares()
        a, b, c = ANSWERS.T
        return np.asarray(first[a] * second[a, b] * third[b, c])


def untuned() -> Writer:
    """As text goes: it hesitates, agrees, and asks on."""
    first = np.array([0.06, 0.32, 0.46, 0.16])
    second = np.array(
        [[0.12, 0.38, 0.42, 0.08], [0.08, 0.6, 0.22, 0.1], [0.07, 0.33, 0.5, 0.1], [0.07, 0.28, 0.35, 0.3]]
    )
    third = np.array([[0.1, 0.4, 0.2, 0.3], [0.06, 0.5, 0.14, 0.3], [0.05, 0.15, 0.15, 0.65], [0.07, 0.13, 0.4, 0.4]])
    return Writer(np.log(first), np.log(second), np.log(third))


def worth(pieces: Array) -> Array:
    """The worth of each answer by that of its pieces (3, 4)."""
    return np.asarray(pieces[np.arange(3), ANSWERS].sum(1))


def compare(people: str, pairs: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Pairs (n, 2) of different answers that the untuned policy gave, the preferred one first; people err."""
    pi, quality = untuned().pi(), worth(TASTE[people])
    found = np.array([random.choice(len(ANSWERS), 2, replace=False, p=pi) for _ in range(pairs)])
    first_wins = random.random(pairs) < 1 / (1 + np.exp(quality[found[:, 1]] - quality[found[:, 0]]))
    return np.asarray(np.where(first_wins[:, None], found, found[:, ::-1]), np.int64)


def fit(pairs: NDArray[np.int64]) -> Array:
    """The worth of each piece (3, 4), by logistic regression on the choices (Newton's steps)."""
    holds = np.zeros((len(ANSWERS), 3, 4))
    for place in range(3):
        holds[np.arange(len(ANSWERS)), place, ANSWERS[:, place]] = 1
    x = (holds[pairs[:, 0]] - holds[pairs[:, 1]]).reshape(len(pairs), 12)
    w = np.zeros(12)
    for _ in range(20):
        wrong = 1 / (1 + np.exp(x @ w))
        curve = (x.T * (wrong * (1 - wrong))) @ x + RIDGE * np.eye(12)
        w += np.linalg.solve(curve, x.T @ wrong - RIDGE * w)
    return w.reshape(3, 4)


def tune(reward: Array, beta: float, rate: float, steps: int) -> list[Writer]:
    """The writer after each step of the policy gradient, all 64 answers summed."""
    path, before = [untuned()], untuned().pi()
    a, b, c = ANSWERS.T
    for _ in range(steps):
        now = path[-1]
        (first, second, third), pi = now.shares(), now.pi()
        gain = pi * (reward - beta * np.log(pi / before))
        gain -= pi * gain.sum()  # a baseline changes nothing but the spread
        grown = np.zeros(4), np.zeros((4, 4)), np.zeros((4, 4))
        np.add.at(grown[0], a, gain)
        np.add.at(grown[1], (a, b), gain)
        np.add.at(grown[2], (b, c), gain)
        steps_of = (
            grown[0] - first * grown[0].sum(),
            grown[1] - second * grown[1].sum(1, keepdims=True),
            grown[2] - third * grown[2].sum(1, keepdims=True),
        )
        path.append(
            Writer(*(z + rate * step for z, step in zip((now.opening, now.middle, now.end), steps_of, strict=True)))
        )
    return path


def optimum(reward: Array, beta: float) -> Array:
    """Where tuning must end: π₀·exp(r/β), summing to one."""
    z = np.log(untuned().pi()) + reward / beta
    p = np.exp(z - z.max())
    return np.asarray(p / p.sum())


def told(answer: int) -> tuple[str, str, str]:
    """The three pieces of an answer."""
    a, b, c = ANSWERS[answer]
    return PIECES[0][a], PIECES[1][b], PIECES[2][c]
