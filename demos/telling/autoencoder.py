"""Tells the demo autoencoder: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, points, row, strip
from demos.lib.wording import number
from demos.runtime.contract import (
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import listed, say
from demos.zoo._coder import HELD, Array, digits
from demos.zoo.autoencoder import AutoencoderParams, pca_error, run


def steps(params: AutoencoderParams) -> Iterator[Frame]:
    """The pictures, the learning, the plane of codes, a walk through it, and the comparison with PCA."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one training."""

    def __init__(self, params: AutoencoderParams) -> None:
        self.params = params
        x, names = digits()
        self.x, self.names = x[-HELD:], names[-HELD:]
        self.pca = pca_error(params.code)

    def scenes(self) -> list[Scene]:
        runs = list(run(self.params))
        self.errors = [float(((rebuilt - self.x) ** 2).mean()) for _, rebuilt, _ in runs]
        self.codes, self.rebuilt, self.decoder = runs[-1]
        beaten = next((i for i, error in enumerate(self.errors) if error < self.pca), -1)
        told = [
            self.learning(epoch, runs[epoch], say("better than PCA") if epoch == beaten else "")
            for epoch in thin(len(runs), 16, {beaten})
        ]
        return [*told, *(self.walk(step) for step in range(7)), self.ending()]

    def opening(self) -> Scene:
        k = self.params.code
        caption = say(
            "Digits of 64 pixels must pass through {k} number{s}: {k2} times fewer. 1,500 are learnt, these and "
            "{held} more are kept apart. With {k} linear components PCA has an error of {pca}: that "
            "is the mark to beat.",
            k=k,
            s="s" if k > 1 else "",
            k2=number(64 / k, 1),
            held=HELD - 16,
            pca=number(self.pca, 4),
        )
        return Scene(caption, (strip(say("Digits never learnt"), self.x[:16]),), {"pca_error": self.pca})

    def learning(self, epoch: int, run: tuple[Array, Array, Any], moment: str) -> Scene:
        error = self.errors[epoch]
        caption = say(
            "Epoch {epoch}: error {error} a pixel on digits never learnt; PCA has {pca}. Above the originals, "
            "below what the code brings back: what is common to a digit returns first, the handwriting last.",
            epoch=epoch,
            error=number(error, 4),
            pca=number(self.pca, 4),
        )
        past = row(self.errors[: epoch + 1], 4)
        lines = (
            Series(name=say(self.params.network), x=row(range(epoch + 1)), y=past),
            Series(name=say("PCA"), x=row(range(epoch + 1)), y=row([self.pca] * (epoch + 1), 4)),
        )
        panels = (
            strip(say("Originals, reconstructions"), np.concatenate([self.x[:8], run[1][:8]])),
            self._plane(run[0]),
            Curve(title=say("Error"), series=lines, x_label=say("epoch")),
        )
        return Scene(caption, panels, {"epoch": epoch, "error": error}, moment)

    def walk(self, step: int) -> Scene:
        import torch

        start, end = (self.codes[np.flatnonzero(self.names == digit)[0]] for digit in (0, 1))
        here = start + (end - start) * step / 6
        with torch.no_grad():
            made = self.decoder(torch.tensor(here, dtype=torch.float32)).numpy()
        far = float(np.abs(self.codes - here).sum(1).min())
        caption = say(
            "A walk from the code of a 0 to the code of a 1, step {step} of 6: code ({listing}{value}). The nearest "
            "real digit is {far} away. In between the decoder invents: codes of real pictures "
            "do not fill the plane.",
            step=step,
            listing=listed(", ", (number(v, 1) for v in here[:4])),
            value=", …" if len(here) > 4 else "",
            far=number(far, 2),
        )
        panels = (strip(say("Decoded"), made[None], 1), self._plane(self.codes, here))
        return Scene(caption, panels, {"step": step}, say("a walk between two digits") if step == 0 else "")

    def ending(self) -> Scene:
        error = self.errors[-1]
        caption = say(
            "{code} numbers for 64 pixels: error {error}, PCA {pca}. ",
            code=self.params.code,
            error=number(error, 4),
            pca=number(self.pca, 4),
        )
        if self.params.network == "linear":
            caption += say(
                "They differ by {error} %: linear layers can only come to PCA's flat plane.",
                error=number(100 * abs(error / self.pca - 1), 1),
            )
        elif error < self.pca:
            caption += say(
                "That is {error} % less: a curved surface fits the digits better than a flat one.",
                error=number(100 * (1 - error / self.pca), 0),
            )
        else:
            caption += say("Not better than the flat plane yet: give it more epochs.")
        panels = (
            strip(say("Originals, reconstructions"), np.concatenate([self.x[:8], self.rebuilt[:8]])),
            self._plane(self.codes),
        )
        return Scene(
            caption, panels, {"error": error, "pca_error": self.pca, "apart": abs(error / self.pca - 1)}, say("the end")
        )

    def _plane(self, codes: Array, here: Array | None = None) -> Panel:
        flat = codes if codes.shape[1] > 1 else np.concatenate([codes, np.zeros_like(codes)], 1)
        groups = [points(str(digit), flat[self.names == digit][:15], 2) for digit in range(10)]
        if here is not None:
            groups.append(points(say("here"), [[*here.tolist(), 0.0][:2]], 2))
        return Scatter(title=say("First two code numbers"), groups=tuple(groups), x_label="c1", y_label="c2")


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "yes" if last["error"] < 0.95 * last["pca_error"] else "no"


LEXICON = {
    "code": Words((
        "code size", "bottleneck", "latent", "latent size", "latent dimension", "latent numbers", "code numbers",
        "numbers", "números", "código", "cuello de botella", "tamaño del código",
    )),
    "network": Words(
        ("kind", "layers", "tipo", "red"),
        {
            "deep": ("nonlinear", "non-linear", "relu", "profundo", "profunda", "no lineal"),
            "linear": ("pca", "lineal", "principal components"),
        },
    ),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "learning_rate": Words((
        "lr", "rate", "step size", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
}  # fmt: skip


DEMO = Demo(
    name="autoencoder",
    title="Autoencoder",
    slide=37,
    group="Zoo",
    summary="Digits squeezed through a few numbers and built again; codes in the plane, PCA as the mark to beat.",
    params=AutoencoderParams,
    steps=steps,
    look_for=(
        "No labels are used, yet equal digits get codes near each other.",
        "A linear autoencoder comes to PCA and never below.",
        "Between two digits the decoder invents shapes that nobody wrote.",
    ),
    examples=(
        Request("Show me an autoencoder"),
        Request("Train an autoencoder with a code size of 8", {"code": 8}),
        Request("linear autoencoder against PCA for 40 epochs", {"network": "linear", "epochs": 40}),
        Request("autoencoder with bottleneck 1", {"code": 1}),
        Request("squeeze digits through 16 latent numbers with an autoencoder", {"code": 16}),
        Request("entrena un autoencoder, 10 passes", {"epochs": 10}),
        Request("Run the auto-encoder with learning rate 0.01 and seed 3", {"learning_rate": 0.01, "seed": 3}),
        Request("see codes and reconstructions of an autoencoder"),
        Request("Squeeze pictures of digits into very few numbers and build them again"),
        Request("Compress digits through a bottleneck of 3 and look at the copies", {"code": 3}),
        Request(
            "How much does a code of 4 numbers keep of a picture? Train it for 20 epochs.", {"code": 4, "epochs": 20}
        ),
        Request("Comprime dígitos en un código de 5 y reconstrúyelos", {"code": 5}),
    ),
    presets={
        "two": Preset(
            "Two numbers", {},
            "Ten kinds of digits laid out in a plane, without labels.",
            (Claim("error", "<", "pca_error"),),
        ),
        "linear": Preset(
            "Linear", {"network": "linear", "epochs": 40},
            "Linear layers come to PCA's error, and stay there.",
            (Claim("apart", "<=", 0.02),),
        ),
        "eight": Preset(
            "Eight numbers", {"code": 8},
            "With more room the handwriting comes back as well.",
            (Claim("error", "<", 0.03), Claim("error", "<", "pca_error")),
        ),
    },
    prediction=Prediction(
        "Will it rebuild unseen digits at least 5 % better than PCA with as many numbers?", ("yes", "no"), _check
    ),
    aliases=(
        "auto-encoder", "auto encoder", "autocodificador", "autoencoders", "auto-encoders", "autoencoder network",
        "bottleneck network", "undercomplete autoencoder", "pca against autoencoder", "autocodificadores",
        "auto-codificador", "autoencoders lineales", "red autoasociativa",
    ),
    measures=(
        Measure("error", "error", "mean squared error on unseen digits"),
        Measure("pca_error", "quantity", "error of PCA"),
        Measure("apart", "error", "difference from PCA, as a share"),
        Measure("epoch", "clock"),
    ),
    converged=Convergence("better than PCA from then on", claim=Claim("error", "<", "pca_error")),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
