"""The variational autoencoder: a code that is a cloud, so that new pictures can be drawn from it.

    μ, log σ² = encoder(x)             each picture becomes a Gaussian in the code space
    z = μ + σ⊙ε,  ε ~ N(0, 1)          a sample of it, written so that gradients pass
    E = BCE(x, decoder(z)) + β·KL      summed over the pixels and the code numbers
    KL = ½·Σ_j (μ_j² + σ_j² - log σ_j² - 1)

The first term wants pictures back; the second wants every cloud to be the standard Gaussian. Between them the clouds
fill the plane without holes, and any z drawn from N(0, 1) decodes to something. -E with β = 1 is the evidence lower
bound (ELBO) of log p(x). With a large β a code number may give up: its KL is 0 and it says nothing (collapse).

Source: D. Kingma and M. Welling, "Auto-encoding variational Bayes" (2013).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demos.runtime.contract import Params, param
from demos.zoo._coder import HELD, Array, dense, digits, learn, through

HIDDEN, CODE = 128, 2


class VaeParams(Params):
    beta: float = param(1.0, "Weight of the KL term (β).", low=0, high=100)
    epochs: int = param(60, "How many times all digits are learnt.", low=1, high=80, unit="passes")
    reach: float = param(2.0, "How far from the middle the walk over the plane goes.", low=0.5, high=5)


@dataclass(frozen=True, slots=True)
class State:
    """On held-out digits: means and log variances (n, 2), both terms of E a picture, KL of each code number."""

    mu: Array
    log_var: Array
    rebuilt: Array
    reconstruction: float
    kl: Array


def divergence(mu: Any, log_var: Any) -> Any:
    """KL(N(μ, σ²) | N(0, 1)) of each code number."""
    return 0.5 * (mu**2 + log_var.exp() - log_var - 1)


def cross_entropy(x: Any, logits: Any) -> Any:
    """BCE of each pixel: log(1 + e^z) - x·z."""
    import torch

    return torch.nn.functional.softplus(logits) - x * logits


def run(params: VaeParams) -> Iterator[tuple[State, Any]]:
    """The state before learning and after each epoch, with the decoder."""
    import torch

    generator = torch.Generator().manual_seed(params.seed)
    x = torch.tensor(digits()[0], dtype=torch.float32)
    encoder, decoder = dense((64, HIDDEN, 2 * CODE), generator), dense((CODE, HIDDEN, 64), generator)

    def loss(some: Any, _: Any) -> Any:
        mu, log_var = through(encoder, some).split(CODE, 1)
        z = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator)
        terms = cross_entropy(some, through(decoder, z)).sum(1) + params.beta * divergence(mu, log_var).sum(1)
        return terms.mean()

    def decode(z: Any) -> Array:
        with torch.no_grad():
            made: Array = through(decoder, torch.as_tensor(z, dtype=torch.float32)).sigmoid().double().numpy()
        return made

    for _ in learn([*encoder, *decoder], x[:-HELD], loss, params.epochs, 0.01, generator):
        with torch.no_grad():
            mu, log_var = through(encoder, x[-HELD:]).split(CODE, 1)
            z = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator)
            bce = cross_entropy(x[-HELD:], through(decoder, z)).sum(1).mean()
            kl = divergence(mu, log_var).mean(0)
        state = State(mu.double().numpy(), log_var.double().numpy(), decode(mu), float(bce), kl.double().numpy())
        yield state, decode
