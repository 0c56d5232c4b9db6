"""The denoising autoencoder: spoil the picture, and ask for the clean one.

    x̃ = x + noise            or x with a share of its pixels put out
    c = encoder(x̃)           64 pixels to a code of k numbers; it may be as wide as x
    E = mean (decoder(c) - x)²

Copying no longer helps, as the input is not the answer: the network must know what digits look like and pull a spoilt
picture back towards them. Two answers need no network: the mean of all digits, whatever comes in, and the best linear
map of x̃, which least squares gives at once. What the network removes counts only beside these. The arrow from x̃ to the
output points to where digits are more likely, which is what diffusion models take up twenty years later, one small step
at a time.

Source: P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and composing robust features with
denoising autoencoders" (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from demos.lib.readout import ridge
from demos.runtime.contract import Params, param
from demos.runtime.messages import say
from demos.zoo._coder import HELD, Array, dense, digits, learn, through

HIDDEN, COPIES = 64, 8


class DenoisingAutoencoderParams(Params):
    noise: float = param(
        0.5, "How much the pictures are spoilt: standard deviation, or share of the pixels put out.", low=0, high=1
    )
    kind: Literal["gaussian", "masking"] = param("gaussian", "Random numbers added to all pixels, or pixels put out.")
    code: int = param(64, "How many numbers the code has.", low=2, high=64)
    epochs: int = param(60, "How many times all digits are learnt.", low=1, high=80, unit="passes")


def spoil(x: Array, params: DenoisingAutoencoderParams, random: np.random.Generator) -> Array:
    """The spoilt copies of pictures x."""
    if params.kind == "masking":
        return np.asarray(x * (random.random(x.shape) >= params.noise))
    return np.asarray(x + params.noise * random.standard_normal(x.shape))


def train(params: DenoisingAutoencoderParams, spoilt: Array) -> Iterator[Array]:
    """What comes back of the spoilt pictures before learning and after each epoch; other digits are learnt, with fresh
    noise each time."""
    import torch

    random, generator = np.random.default_rng(params.seed + 1), torch.Generator().manual_seed(params.seed)
    layers = [*dense((64, HIDDEN, params.code, HIDDEN, 64), generator)]
    x = torch.tensor(digits()[0][:-HELD], dtype=torch.float32)
    test = torch.tensor(spoilt, dtype=torch.float32)

    def loss(some: Any, _: Any) -> Any:
        bad = torch.tensor(spoil(some.numpy(), params, random), dtype=torch.float32)
        return ((through(layers, bad) - some) ** 2).mean()

    for _ in learn(layers, x, loss, params.epochs, 0.01, generator):
        with torch.no_grad():
            yield through(layers, test).double().numpy()


def rivals(params: DenoisingAutoencoderParams, spoilt: Array) -> dict[str, Array]:
    """What two answers without a network give back: the mean of the digits learnt, and the best linear map."""
    x, random = digits()[0][:-HELD], np.random.default_rng(params.seed + 2)
    many = np.concatenate([spoil(x, params, random) for _ in range(COPIES)])
    w = ridge(_with_one(many), np.tile(x, (COPIES, 1)), 1e-3)
    return {say("mean digit"): np.tile(x.mean(0), (len(spoilt), 1)), say("linear map"): _with_one(spoilt) @ w}


def _with_one(x: Array) -> Array:
    return np.concatenate([x, np.ones((len(x), 1))], 1)


def damaged(params: DenoisingAutoencoderParams) -> Array:
    """The held-out digits, spoilt."""
    return spoil(digits()[0][-HELD:], params, np.random.default_rng(params.seed))


def run(params: DenoisingAutoencoderParams) -> Iterator[Array]:
    """What comes back of the damaged digits before learning and after each epoch."""
    yield from train(params, damaged(params))
