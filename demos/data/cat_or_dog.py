"""Cat or dog: a small network learns to tell drawn animals apart, errs, and is fooled on purpose.

Pictures of 12x12 pixels are drawn with random place, size, brightness and specks: a cat has pointed ears that stand up,
a dog has long ears that hang down. A network with one hidden layer learns P(dog | picture) by backpropagation. It knows
nothing of animals, only of pixels, so a cat in an unusual place may be called a dog: the meme of the lecture.

It can also be fooled on purpose. The error at the input says which way each pixel should move to make the answer worse,
and all pixels go a tiny step ε that way:

    x' = x + ε·sign(∂E/∂x)        the fast gradient sign method

Each pixel hardly changes, yet 144 small pushes add up in the weighted sums.

Sources: the lecture, slides 9 and 10; C. Szegedy and others, "Intriguing properties of neural networks" (2014);
I. Goodfellow, J. Shlens and C. Szegedy, "Explaining and harnessing adversarial examples" (2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.neurons.backpropagation import Array, Weights, forward, propagate, start, train
from demos.runtime.contract import Params, param

SIZE, HIDDEN, TESTED, RATE = 12, 12, 200, 0.3


class CatOrDogParams(Params):
    animal: Literal["cat", "dog"] = param("cat", "The test picture that is nudged.")
    examples: int = param(200, "Pictures to learn from, half of them cats.", low=10, high=400)
    noise: float = param(0.06, "Standard deviation of the specks on every picture.", low=0, high=0.5)
    nudge: float = param(0.2, "The largest step of each pixel (ε).", low=0, high=0.5)
    epochs: int = param(60, "How many times all pictures are shown.", low=5, high=200, unit="passes")


def draw(dog: bool, noise: float, random: np.random.Generator) -> Array:
    """One animal's head, (12, 12) from 0 to 1."""
    y, x = np.indices((SIZE, SIZE)).astype(float)
    cx, cy = 5.5 + random.uniform(-1.2, 1.2), 6.8 + random.uniform(-0.8, 0.8)
    r, fur = random.uniform(2.6, 3.4), random.uniform(0.55, 0.9)
    picture = np.full((SIZE, SIZE), random.uniform(0.0, 0.2))
    picture[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = fur
    for side in (-1, 1):
        if dog:
            ear = (abs(x - cx - side * (r + 0.2)) < 1.0) & (y > cy - r * 0.8) & (y < cy + r * 0.7)
        else:
            top = cy - r - random.uniform(1.4, 2.2)
            ear = (abs(x - cx - side * r * 0.65) < (y - top) * 0.5) & (y > top) & (y < cy)
        picture[ear] = fur * random.uniform(0.85, 1.0)
        picture[(abs(x - cx - side * 1.3) < 0.5) & (abs(y - cy + 0.6) < 0.5)] = 0.05
    picture[(abs(x - cx) < 0.6) & (abs(y - cy - 1) < 0.6)] = 0.05
    return np.clip(picture + noise * random.standard_normal(picture.shape), 0, 1)


def draw_set(many: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Pictures (many, 144) minus one half, cats and dogs in turns, and classes (many, 1), 1 for a dog."""
    pictures = np.stack([draw(bool(i % 2), noise, random).ravel() for i in range(many)])
    return pictures - 0.5, (np.arange(many) % 2)[:, None].astype(float)


def slope_of(weights: Weights, x: Array, d: Array) -> Array:
    """∂E/∂x of one picture (1, 144)."""
    run = propagate(weights, x, d, "tanh")
    slope: Array = run.delta[0] @ weights[0][0].T
    return slope


def nudged(weights: Weights, x: Array, d: Array, size: float) -> Array:
    """The picture with every pixel a step of that size the harmful way, kept between black and white."""
    return np.clip(x + size * np.sign(slope_of(weights, x, d)), -0.5, 0.5)


def right(weights: Weights, x: Array, d: Array) -> float:
    """Share of the pictures that are told right."""
    return float(((forward(weights, x, "tanh")[-1] > 0.5) == (d > 0.5)).mean())


def enough(weights: Weights, x: Array, d: Array) -> float:
    """The smallest nudge, to 0.001, that turns the answer; 0.5 when none below that does."""
    for size in np.arange(0.001, 0.5, 0.001):
        if (forward(weights, nudged(weights, x, d, float(size)), "tanh")[-1] > 0.5) != (d > 0.5):
            return float(size)
    return 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """Pictures x to learn from with classes d, others to be tested on, and the weights before and after each pass."""

    x: Array
    d: Array
    test: Array
    truth: Array
    path: list[Weights]


def run(params: CatOrDogParams) -> Run:
    """Draw the animals and learn to tell them apart."""
    random = np.random.default_rng(params.seed)
    x, d = draw_set(params.examples, params.noise, random)
    test, truth = draw_set(TESTED, params.noise, random)
    path = train(start([SIZE * SIZE, HIDDEN, 1], random), x, d, "tanh", RATE, params.epochs)
    return Run(x, d, test, truth, path)
