"""Tells the demo vae: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, points, row, strip
from demos.lib.wording import number
from demos.runtime.contract import (
    Claim,
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
from demos.zoo.vae import CODE, State, VaeParams, run


def steps(params: VaeParams) -> Iterator[Frame]:
    """The digits, the learning with its two terms, a walk over the plane, drawn digits, and the balance."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one training."""

    def __init__(self, params: VaeParams) -> None:
        self.params = params
        x, names = digits()
        self.x, self.names = x[-HELD:], names[-HELD:]

    def scenes(self) -> list[Scene]:
        runs = list(run(self.params))
        self.states = [state for state, _ in runs]
        self.decode = runs[-1][1]
        told = [self.learning(epoch) for epoch in thin(len(runs), 14)]
        told += [self.walk(step) for step in range(7)]
        return [*told, self.drawn(), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "Each digit is to become a cloud around two numbers, not a point. β = {beta} weighs how much the "
            "clouds must look like one standard Gaussian. 1,500 digits are learnt, 297 kept apart. If it works, "
            "two random numbers are enough to draw a digit.",
            beta=number(self.params.beta, 2),
        )
        return Scene(caption, (strip(say("Digits never learnt"), self.x[:16]),), {"beta": self.params.beta})

    def learning(self, epoch: int) -> Scene:
        now = self.states[epoch]
        spread = float(np.exp(0.5 * now.log_var).mean())
        caption = say(
            "Epoch {epoch}: reconstruction {reconstruction} and KL {kl}, in nats a picture. The clouds are "
            "{spread} wide on average. The first term pulls clouds apart and makes them small, the second pulls "
            "them to the middle and makes them wide.",
            epoch=epoch,
            reconstruction=number(now.reconstruction, 2),
            kl=number(now.kl.sum(), 2),
            spread=number(spread, 2),
        )
        panels = (
            self._plane(now),
            strip(say("Originals, rebuilt"), np.concatenate([self.x[:6], now.rebuilt[:6]]), 6),
            self._terms(epoch),
        )
        metrics = {"epoch": epoch, "reconstruction": now.reconstruction, "kl": now.kl.sum()}
        return Scene(caption, panels, metrics, say("before learning") if epoch == 0 else "")

    def walk(self, step: int) -> Scene:
        far = self.params.reach
        y = far - 2 * far * step / 6
        line = np.array([[-far + 2 * far * k / 7, y] for k in range(8)])
        made = self.decode(line)
        change = float(np.abs(np.diff(made, axis=0)).mean())
        caption = say(
            "A walk along z2 = {y}, z1 from {far} to {far2}: eight points decoded side by side. From one to the "
            "next a pixel changes by {change} on average. One digit turns into another without a gap.",
            y=number(y, 2),
            far=number(-far, 1),
            far2=number(far, 1),
            change=number(change),
        )
        panels = (strip(say("Decoded"), made, 4), self._plane(self.states[-1], line))
        return Scene(caption, panels, {"z2": y, "change": change}, say("a walk over the plane") if step == 0 else "")

    def drawn(self) -> Scene:
        z = np.random.default_rng(self.params.seed).standard_normal((16, CODE))
        made = self.decode(z)
        near = [int(self.names[((self.x - each) ** 2).sum(1).argmin()]) for each in made]
        caption = say(
            "16 codes drawn from N(0, 1), no picture needed. The real digits nearest to them are {listing}: {set} "
            "different kinds. With only two numbers they are smooth, and some lie between two kinds.",
            listing=listed(", ", map(str, near)),
            set=len(set(near)),
        )
        return Scene(
            caption,
            (strip(say("Drawn"), made), self._plane(self.states[-1], z)),
            {"kinds": len(set(near))},
            say("new digits"),
        )

    def ending(self) -> Scene:
        last = self.states[-1]
        used = int((last.kl > 0.1).sum())
        elbo = -(last.reconstruction + float(last.kl.sum()))
        caption = say(
            "Reconstruction {reconstruction}, KL {kl} + {kl2}, together a bound of {elbo} on log p(x). {used} of "
            "2 code numbers are in use. ",
            reconstruction=number(last.reconstruction, 2),
            kl=number(last.kl[0], 2),
            kl2=number(last.kl[1], 2),
            elbo=number(elbo, 2),
            used=used,
        )
        if used < CODE:
            caption += say(
                "The price of β was too high: an unused number is plain N(0, 1) and says nothing of the picture."
            )
        elif self.params.beta < 0.2:
            caption += say("With hardly any KL the clouds shrink and scatter: good copies, but holes between them.")
        else:
            caption += say("Clouds that overlap leave no holes: that is what one can draw from.")
        grid = np.array([[x, y] for y in (1.5, 0.5, -0.5, -1.5) for x in np.linspace(-2, 2, 8)])
        panels = (strip(say("The plane, decoded"), self.decode(grid)), self._plane(last))
        metrics = {"reconstruction": last.reconstruction, "kl": last.kl.sum(), "used": used}
        return Scene(caption, panels, metrics, say("the end"))

    def _plane(self, state: State, here: Array | None = None) -> Panel:
        groups = [points(str(digit), state.mu[self.names == digit][:15], 2) for digit in range(10)]
        if here is not None:
            groups.append(points(say("decoded"), here.tolist(), 2))
        return Scatter(title=say("Means of the clouds"), groups=tuple(groups), x_label="z1", y_label="z2")

    def _terms(self, epoch: int) -> Panel:
        x, past = row(range(epoch + 1)), self.states[: epoch + 1]
        series = (
            Series(name=say("reconstruction"), x=x, y=row(each.reconstruction for each in past)),
            Series(name=say("KL"), x=x, y=row(each.kl.sum() for each in past)),
        )
        return Curve(title=say("Both terms"), series=series, x_label=say("epoch"), y_label=say("nats"))


def _check(frames: Sequence[Frame]) -> str:
    return ("none", "one", "both")[int(frames[-1].metrics["used"])]


LEXICON = {
    "beta": Words((
        "β", "kl weight", "weight of the kl", "kl", "kl term", "peso de kl", "peso del kl", "kullback-leibler weight",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "reach": Words(("range", "walk", "alcance", "rango", "walk to", "how far")),
}  # fmt: skip


DEMO = Demo(
    name="vae",
    title="Variational autoencoder",
    slide=37,
    group="Zoo",
    summary="Digits become clouds in a plane; walk over it, and draw new digits from two random numbers.",
    params=VaeParams,
    steps=steps,
    look_for=(
        "Two terms pull against each other: copies that are good, clouds that overlap.",
        "Walking over the plane changes one digit into another without a gap.",
        "A large β makes code numbers give up.",
    ),
    examples=(
        Request("Show me a VAE"),
        Request("Run the variational autoencoder with beta 4", {"beta": 4}),
        Request("train a VAE for 50 epochs and walk to a range of 3", {"epochs": 50, "reach": 3}),
        Request("posterior collapse in a vae: beta 60", {"beta": 60}),
        Request("variational auto-encoder without KL, beta 0, seed 2", {"beta": 0, "seed": 2}),
        Request("muestra un autoencoder variacional con 15 passes", {"epochs": 15}),
        Request("draw new digits from two random numbers with a variational autoencoder"),
        Request("see the latent plane of a VAE"),
        Request("Turn every digit into a small cloud and draw new ones from the gaps"),
        Request("Walk over a plane where one digit melts into another, range 3", {"reach": 3}),
        Request("Invent handwritten digits from two random numbers, 20 epochs", {"epochs": 20}),
        Request("Camina por el plano latente de los dígitos con beta 3", {"beta": 3}),
    ),
    presets={
        "plane": Preset("The plane", {}, "Clouds fill the plane; walk over it.", (Claim("used", "==", 2),)),
        "collapse": Preset(
            "Collapse", {"beta": 50},
            "At this price the code numbers give up and say nothing.",
            (Claim("used", "==", 0),),
        ),
        "loose": Preset(
            "No price", {"beta": 0},
            "Without KL it is a plain autoencoder: the clouds shrink and drift apart.",
            (Claim("kl", ">", 5),),
        ),
    },
    prediction=Prediction(
        "How many of the two code numbers will be in use at the end?", ("both", "one", "none"), _check
    ),
    aliases=(
        "variational autoencoder", "variational auto-encoder", "vaes", "autoencoder variacional",
        "variational autoencoders", "variational bayes autoencoder", "vae model", "latent plane",
        "autocodificador variacional", "autoencoders variacionales", "auto-codificador variacional", "beta-vae",
        "plano latente", "posterior collapse",
    ),
    measures=(
        Measure("reconstruction", "loss", "reconstruction term"),
        Measure("kl", "loss", "KL term"),
        Measure("used", "score", "code numbers in use"),
        Measure("kinds", "quantity", "kinds of digits met on the walk"),
        Measure("epoch", "clock"),
        Measure("beta", "size", "β"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
