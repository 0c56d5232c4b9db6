"""The GAN: a forger and a judge, each learning from the other.

    generator        G(z), z ~ N(0, 1): numbers in, points out
    discriminator    D(x) in 0..1: how likely it takes x for a real point
    D learns         max  E[log D(x)] + E[log(1 - D(G(z)))]
    G learns         max  E[log D(G(z))]

The real points lie in small Gaussian clouds on a ring. G never sees them; it only hears from D which way looks more
real. When both keep pace, the forged points find all clouds. When G learns many steps before D answers, it puts all its
points where D believes most at this moment: mode collapse. Once D has learnt that this cloud is full of forgeries, all
of them move on to another one. A mode counts as covered here when at least one in fifty forged points lies within three
standard deviations of its centre.

Source: I. Goodfellow and others, "Generative adversarial nets" (2014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
SPREAD, RADIUS = 0.12, 1.6
WIDTH, NOISE, BATCH, EDGE = 48, 4, 128, 2.4


class GanParams(Params):
    modes: int = param(6, "How many clouds the ring has.", low=1, high=10, unit="modes")
    steps: int = param(700, "How many times both are trained in turn.", low=50, high=3000, unit="steps")
    collapse: bool = param(
        False, "Bring about mode collapse: ten steps of the generator, twice as long, for each of the discriminator."
    )
    learning_rate: float = param(0.004, "Step size of both.", low=0.0001, high=0.05)


def centres(modes: int) -> Array:
    """The middles of the clouds, (modes, 2)."""
    angle = 2 * np.pi * np.arange(modes) / modes
    return RADIUS * np.stack([np.cos(angle), np.sin(angle)], 1)


def draw_real(modes: int, size: int, random: np.random.Generator) -> Array:
    """Real points."""
    chosen = centres(modes)[random.integers(modes, size=size)]
    return np.asarray(chosen + SPREAD * random.standard_normal((size, 2)))


def covered(forged: Array, modes: int) -> list[int]:
    """The modes with at least one in fifty of the points within three standard deviations."""
    near = ((forged[:, None] - centres(modes)[None]) ** 2).sum(2) < (3 * SPREAD) ** 2
    return [int(mode) for mode in np.flatnonzero(near.mean(0) >= 0.02)]


def hit(forged: Array, modes: int) -> float:
    """The share of the points within three standard deviations of any mode."""
    return float((((forged[:, None] - centres(modes)[None]) ** 2).sum(2).min(1) < (3 * SPREAD) ** 2).mean())


@dataclass(frozen=True, slots=True)
class State:
    """After a step: forged points (n, 2), D over the plane, and mean D of real and of forged points."""

    step: int
    forged: Array
    surface: Array
    real_score: float
    forged_score: float


def build(inputs: int, outputs: int, random: np.random.Generator) -> list[Any]:
    """Weights of a network with two hidden layers."""
    import torch

    made = []
    for m, n in ((inputs, WIDTH), (WIDTH, WIDTH), (WIDTH, outputs)):
        scale = (2 / m) ** 0.5
        made += [torch.tensor(random.standard_normal((m, n)) * scale), torch.zeros(n, dtype=torch.float64)]
    return [tensor.requires_grad_() for tensor in made]


def apply(w: Sequence[Any], x: Any) -> Any:
    """The network, with leaky ReLU between its layers."""
    import torch

    x = torch.nn.functional.leaky_relu(x @ w[0] + w[1], 0.2)
    x = torch.nn.functional.leaky_relu(x @ w[2] + w[3], 0.2)
    return x @ w[4] + w[5]


def run(params: GanParams, watched: Sequence[int]) -> Iterator[State]:
    """Both networks in turn; the state after each watched step. In double precision: the game magnifies rounding."""
    import torch

    def normal(*shape: int) -> Any:
        return torch.tensor(random.standard_normal(shape))

    random = np.random.default_rng(params.seed)
    forger, judge = build(NOISE, 2, random), build(2, 1, random)
    turns, rate = (10, 2 * params.learning_rate) if params.collapse else (1, params.learning_rate)
    ours, theirs = (torch.optim.Adam(w, lr=rate, betas=(0.5, 0.99)) for w in (forger, judge))
    softplus = torch.nn.functional.softplus
    z_test = normal(300, NOISE)
    grid = np.linspace(-EDGE, EDGE, 20)
    plane = torch.tensor(np.stack(np.meshgrid(grid, grid), 2).reshape(-1, 2))
    for step in range(params.steps + 1):
        real = torch.tensor(draw_real(params.modes, BATCH, random))
        if step:
            fake = apply(forger, normal(BATCH, NOISE))
            blur = 0.1 * normal(
                BATCH, 2
            )  # D is shown points blurred a little, which keeps it from being sure too early
            judged = softplus(-apply(judge, real + blur)) + softplus(apply(judge, fake.detach() + blur))
            _descend(theirs, judged.mean())
            for turn in range(turns):
                fake = apply(forger, normal(BATCH, NOISE)) if turn else fake
                _descend(ours, softplus(-apply(judge, fake + blur)).mean())
        if step in watched:
            with torch.no_grad():
                forged = apply(forger, z_test)
                scores = [float(apply(judge, some).sigmoid().mean()) for some in (real, forged)]
                surface = apply(judge, plane).sigmoid().reshape(20, 20).numpy()
            yield State(step, forged.numpy(), surface, *scores)


def _descend(optimiser: Any, loss: Any) -> None:
    import torch

    optimiser.zero_grad()
    torch.autograd.backward(loss)
    optimiser.step()
