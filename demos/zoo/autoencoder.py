"""The autoencoder: squeeze a picture through a few numbers, and build it again.

    c = encoder(x)          64 pixels to a code of k numbers
    x̂ = decoder(c)          the code to 64 pixels
    E = mean (x - x̂)²       the picture is its own teacher

With a narrow code the network must find what the pictures have in common. When all layers are linear, the best it can
do is project onto the k principal components (PCA), and it finds that plane by gradient descent; with ReLU between
layers (64-64-k-64-64) the code may bend, and a curved surface through the digits loses less.

Sources: D. Rumelhart, G. Hinton and R. Williams (1986); P. Baldi and K. Hornik, "Neural networks and principal
component analysis" (1989); G. Hinton and R. Salakhutdinov (2006).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from demos.runtime.contract import Params, param
from demos.zoo._coder import HELD, Array, dense, digits, learn, principal, through

HIDDEN = 64


class AutoencoderParams(Params):
    code: int = param(2, "How many numbers a picture is squeezed into.", low=1, high=32)
    network: Literal["deep", "linear"] = param(
        "deep", "Layers with ReLU between them, or linear ones, which come to PCA."
    )
    epochs: int = param(80, "How many times all digits are learnt.", low=1, high=100, unit="passes")
    learning_rate: float = param(0.02, "Step size of the learning.", low=0.0001, high=0.05)


def build(params: AutoencoderParams, generator: Any) -> tuple[list[Any], list[Any]]:
    """Encoder and decoder layers."""
    if params.network == "linear":
        return dense((64, params.code), generator), dense((params.code, 64), generator)
    return dense((64, HIDDEN, params.code), generator), dense((params.code, HIDDEN, 64), generator)


def run(params: AutoencoderParams) -> Iterator[tuple[Array, Array, Any]]:
    """Codes and reconstructions of the held-out digits before learning and after each epoch, with the decoder."""
    import torch

    generator = torch.Generator().manual_seed(params.seed)
    linear = params.network == "linear"
    x = torch.tensor(digits()[0], dtype=torch.float32)
    encoder, decoder = build(params, generator)

    def rebuild(code: Any) -> Any:
        return through(decoder, code, linear=linear)

    def loss(some: Any, _: Any) -> Any:
        return ((rebuild(through(encoder, some, linear=linear)) - some) ** 2).mean()

    for _ in learn([*encoder, *decoder], x[:-HELD], loss, params.epochs, params.learning_rate, generator):
        with torch.no_grad():
            code = through(encoder, x[-HELD:], linear=linear)
            yield code.double().numpy(), rebuild(code).double().numpy(), rebuild


def pca_error(code: int) -> float:
    """Error of the best linear code of the digits learnt, on those held out."""
    x = digits()[0]
    mean, directions = principal(x[:-HELD], code)
    centred = x[-HELD:] - mean
    return float(((centred - centred @ directions.T @ directions) ** 2).mean())
