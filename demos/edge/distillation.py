"""Knowledge distillation: a small network learns from the answers of a large one, not from labels alone.

The teacher's scores z are softened by a temperature T; the student, with scores s, is to match them:

    p_i = exp(z_i/T) / Σ_j exp(z_j/T)          q_i the same of the student's scores s
    E = (1 - λ)·CE(label, student at T = 1) + λ·T²·CE(p, q)
    ∂E/∂s_i = (1 - λ)·(softmax(s)_i - label_i) + λ·T·(q_i - p_i)

A label says "this is a 3". The teacher's soft target says "a 3, somewhat like an 8, not at all like a 4": each image
teaches about every class at once, which helps most where images are few. T² keeps the two parts of the same size,
since softening shrinks the slope by about that much.

Source: G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network" (2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.edge import _network
from demos.edge._network import Array, Digits, Labels, Weights
from demos.runtime.contract import Params, param

TEACHER, TEACHER_EPOCHS, SHOWINGS, RATE = 128, 30, 20_000, 0.005


class DistillationParams(Params):
    temperature: float = param(4.0, "How much the teacher's answers are softened (T).", low=1, high=20)
    images: Literal["50", "100", "200", "1400"] = param("100", "How many digits the student may see.")
    student: int = param(16, "Hidden units of the student.", low=4, high=64, unit="units")
    soft_share: float = param(0.9, "Weight of the soft targets (λ).", low=0, high=1)


def soften(z: Array, temperature: float) -> Array:
    """The teacher's targets p (n, 10)."""
    return _network.softmax(z / np.float32(temperature))


def slope_of(hard: Array, soft: Array, temperature: float, share: float) -> Callable[[Array, NDArray[np.int64]], Array]:
    """The gradient of E by a batch's scores."""
    t, λ = np.float32(temperature), np.float32(share)

    def slope(s: Array, batch: NDArray[np.int64]) -> Array:
        from_labels = _network.softmax(s) - hard[batch]
        from_teacher = _network.softmax(s / t) - soft[batch]
        result: Array = (1 - λ) * from_labels + λ * t * from_teacher
        return result

    return slope


def size_of(hidden: int) -> int:
    """Weights and biases of a network."""
    return 75 * hidden + 10


def passes(images: int) -> int:
    """How often that many images are shown, so that all runs take about as many steps."""
    return max(10, SHOWINGS // images)


@dataclass(frozen=True, slots=True)
class Run:
    """All digits, the teacher, the student's digits x with labels t and the teacher's scores z of them, and the weights
    of both students before and after each pass: one alone with the labels, one taught."""

    data: Digits
    teacher: Weights
    x: Array
    t: Labels
    z: Array
    alone: list[Weights]
    taught: list[Weights]


def run(params: DistillationParams) -> Run:
    """The teacher on all digits; then two students on few, from the same start."""
    data, count = _network.load(), int(params.images)
    teacher = _network.trained(TEACHER, params.seed, TEACHER_EPOCHS)
    pick = np.random.default_rng(params.seed).permutation(len(data.x))[:count]
    x, t = data.x[pick], data.t[pick]
    z = _network.scores(teacher, x)
    hard, soft = _network.one_hot(t), soften(z, params.temperature)
    start = _network.start(params.student, np.random.default_rng(params.seed + 50))
    alone, taught = (
        [start, *_network.train(start, x, slope, passes(count), np.random.default_rng(params.seed), RATE)]
        for slope in (_network.classify(hard), slope_of(hard, soft, params.temperature, params.soft_share))
    )
    return Run(data, teacher, x, t, z, alone, taught)
