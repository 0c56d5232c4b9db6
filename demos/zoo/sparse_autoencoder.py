"""The sparse autoencoder: many code units, few of them at work at a time.

    a = ReLU(W_e·x + b_e)                           more units than needed
    E = mean (W_d·a + b_d - x)² + λ · Σ_j a_j       the second term is a price for every bit of activity

The columns of W_d have length one, so a price on a cannot be dodged by large weights. A narrow code saves numbers; a
sparse one saves activity. With the price each unit has to earn its keep, and comes to stand for a piece of a picture
that occurs often: a stroke, a bow. Today the same idea is used to find readable features inside language models.

Sources: B. Olshausen and D. Field, "Emergence of simple-cell receptive field properties by learning a sparse code"
(1996); A. Ng, "Sparse autoencoder", lecture notes (2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import ranked
from demos.lib.scenes import Scene, row
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Measure,
    Params,
    Prediction,
    Preset,
    Request,
    Series,
    param,
)
from demos.runtime.messages import say
from demos.zoo._coder import HELD, Array, dense, digits, learn, strip


class SparseAutoencoderParams(Params):
    units: int = param(
        64, "How many code units.", low=8, high=128, unit="units",
        aliases=("code size", "hidden units", "code units", "features", "unidades", "neuronas", "unidades ocultas"),
    )  # fmt: skip
    penalty: float = param(
        0.005, "λ, the price of activity; 0 makes it free.", low=0, high=0.1,
        aliases=(
            "lambda", "λ", "l1", "sparsity", "price", "sparsity penalty", "price of activity", "activity penalty",
            "cost of activity", "precio", "penalización", "dispersión", "l1 penalty",
        ),
    )  # fmt: skip
    epochs: int = param(
        25, "How many times all digits are learnt.", low=1, high=80, unit="passes",
        aliases=("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """On held-out digits: activity a (n, units) and reconstructions (n, 64); and the features W_d (units, 64)."""

    a: Array
    rebuilt: Array
    features: Array

    @property
    def active(self) -> float:
        """The share of units that are above 0 for a picture."""
        return float((self.a > 1e-6).mean())


def train(params: SparseAutoencoderParams) -> Iterator[State]:
    """The state before learning and after each epoch."""
    import torch

    generator = torch.Generator().manual_seed(params.seed)
    x = torch.tensor(digits()[0], dtype=torch.float32)
    we, be, wd, bd = dense((64, params.units, 64), generator)

    def parts(some: Any) -> tuple[Any, Any]:
        a = (some @ we + be).relu()
        return a, a @ torch.nn.functional.normalize(wd, dim=1) + bd

    def loss(some: Any, _: Any) -> Any:
        a, rebuilt = parts(some)
        return ((rebuilt - some) ** 2).mean() + params.penalty * a.sum(1).mean()

    for _ in learn([we, be, wd, bd], x[:-HELD], loss, params.epochs, 0.004, generator):
        with torch.no_grad():
            a, rebuilt = parts(x[-HELD:])
            features = torch.nn.functional.normalize(wd, dim=1)
            yield State(a.double().numpy(), rebuilt.double().numpy(), features.double().numpy())


def steps(params: SparseAutoencoderParams) -> Iterator[Frame]:
    """The idea, the learning with its features, digits taken apart, and the balance."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one training."""

    def __init__(self, params: SparseAutoencoderParams) -> None:
        self.params = params
        x, names = digits()
        self.x, self.names = x[-HELD:], names[-HELD:]

    def scenes(self) -> list[Scene]:
        self.states = list(train(self.params))
        self.busy = ranked(self.states[-1].a.mean(0))[:32]
        told = [self.learning(i, say("features appear") if i == 3 else "") for i in thin(len(self.states), 10, {3})]
        return [*told, *(self.apart(index) for index in range(6)), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        caption = say(
            "{units} for 64 pixels: {no} squeezing by width. Instead activity has a price, λ = {penalty}. ",
            units=count(p.units, "unit"),
            no=say("no") if p.units >= 64 else say("some"),
            penalty=number(p.penalty, 4),
        )
        caption += (
            say("Free of charge, all may work at once.")
            if p.penalty == 0
            else say("Each unit has to be worth its price.")
        )
        return Scene(
            caption, (strip(say("Digits never learnt"), self.x[:16]),), {"units": p.units, "penalty": p.penalty}
        )

    def learning(self, epoch: int, moment: str) -> Scene:
        now = self.states[epoch]
        error = float(((now.rebuilt - self.x) ** 2).mean())
        caption = say(
            "Epoch {epoch}: error {error}, and a picture uses {active} % of the units. Each small square is one "
            "unit's feature: what it paints when it is active. Watch noise turn into strokes.",
            epoch=epoch,
            error=number(error, 4),
            active=number(100 * now.active, 1),
        )
        x = row(range(epoch + 1))
        shares = Series(name=say("active share"), x=x, y=row(each.active for each in self.states[: epoch + 1]))
        panels = (
            strip(say("Busiest features, grey is 0"), 0.5 + 1.2 * now.features[self.busy]),
            Curve(title=say("Share of units at work"), series=(shares,), x_label=say("epoch"), y_range=(0, 1)),
        )
        return Scene(caption, panels, {"epoch": epoch, "error": error, "active": now.active}, moment)

    def apart(self, index: int) -> Scene:
        last = self.states[-1]
        a = last.a[index]
        order = ranked(a)[:6]
        share = float(a[order].sum() / max(a.sum(), 1e-9))
        caption = say(
            "A {names} taken apart: {a} of {a2} units work, and the strongest six, shown on the right, carry "
            "{share} % of the activity. The digit is their sum, each with its own strength.",
            names=self.names[index],
            a=int((a > 1e-06).sum()),
            a2=len(a),
            share=number(100 * share, 0),
        )
        panels = (
            strip(say("digit, rebuilt"), np.stack([self.x[index], last.rebuilt[index]]), 2),
            strip(say("its strongest features"), 0.5 + 1.2 * last.features[order], 3),
            Bars(
                title=say("Their activity"), labels=tuple(say("unit {j}", j=j + 1) for j in order), values=row(a[order])
            ),
        )
        return Scene(
            caption, panels, {"active": float((a > 1e-6).mean())}, say("digits taken apart") if index == 0 else ""
        )

    def ending(self) -> Scene:
        last = self.states[-1]
        error = float(((last.rebuilt - self.x) ** 2).mean())
        idle = int((last.a.max(0) <= 1e-6).sum())
        caption = say(
            "With λ = {penalty} a picture uses {active} % of {units} units, at an error of {error}; "
            "{units2} never work{s}. ",
            penalty=number(self.params.penalty, 4),
            active=number(100 * last.active, 1),
            units=self.params.units,
            error=number(error, 4),
            units2=count(idle, "unit"),
            s="s" if idle == 1 else "",
        )
        if last.active < 0.01:
            caption += say("At this price it pays to say nothing: every picture comes back as the same mean.")
        elif self.params.penalty == 0:
            caption += say("Without a price nothing keeps activity down.")
        else:
            alive = self.params.units - idle
            caption += say(
                "Of the {alive} that do work, {active} share a picture.",
                alive=alive,
                active=number(last.active * self.params.units, 1),
            )
        panels = (
            strip(say("Busiest features"), 0.5 + 1.2 * last.features[self.busy]),
            strip(say("Originals, rebuilt"), np.concatenate([self.x[:8], last.rebuilt[:8]])),
        )
        return Scene(caption, panels, {"active": last.active, "error": error, "idle": idle}, say("the end"))


def _check(frames: Sequence[Frame]) -> str:
    active = frames[-1].metrics["active"]
    return "less than a quarter" if active < 0.25 else "a quarter to a half" if active < 0.5 else "more than half"


DEMO = Demo(
    name="sparse_autoencoder",
    title="Sparse autoencoder",
    slide=37,
    group="Zoo",
    summary="Many units, few at work: a price on activity turns them into strokes that digits are made of.",
    params=SparseAutoencoderParams,
    steps=steps,
    look_for=(
        "The price makes most units silent for any one picture.",
        "Features turn from noise into strokes.",
        "A higher price: sparser codes, worse pictures.",
    ),
    examples=(
        Request("Show me a sparse autoencoder"),
        Request("sparse autoencoder with 100 units", {"units": 100}),
        Request("Run the sparse autoencoder with lambda 0.01", {"penalty": 0.01}),
        Request("What if activity is free: sparse autoencoder with penalty 0", {"penalty": 0}),
        Request("train a sparse auto-encoder for 40 epochs, sparsity 0.002", {"epochs": 40, "penalty": 0.002}),
        Request("autoencoder disperso con 32 units", {"units": 32}),
        Request("see the features of a sparse autoencoder, seed 2", {"seed": 2}),
        Request("take digits apart with sparse coding"),
        Request("Learn the strokes that digits are made of with 90 units", {"units": 90}),
        Request("Put a price of 0.01 on activity so that few units are at work", {"penalty": 0.01}),
        Request("Build each digit from a handful of active features out of many"),
        Request(
            "Aprende los trazos de los dígitos con 40 unidades y una penalización de 0.003",
            {"units": 40, "penalty": 0.003},
        ),
    ),
    presets={
        "sparse": Preset(
            "A price on activity", {},
            "Watch the share of units at work fall.",
            (Claim("active", "<=", 0.25),),
        ),
        "free": Preset(
            "No price", {"penalty": 0},
            "The same network without the price: about half of the units work at once.",
            (Claim("active", ">=", 0.4),),
        ),
        "dear": Preset(
            "Too dear", {"penalty": 0.05},
            "At this price it hardly pays to show anything.",
            (Claim("active", "<", 0.01),),
        ),
    },
    prediction=Prediction(
        "What share of the units will a picture use?",
        ("less than a quarter", "a quarter to a half", "more than half"),
        _check,
    ),
    aliases=(
        "sparse auto-encoder", "sparse coding", "autoencoder disperso", "sparse autoencoders", "sparse code",
        "sparse codes", "sparse features", "sparsity penalty", "few active units", "overcomplete autoencoder",
        "codificación dispersa", "autocodificador disperso", "autoencoders dispersos", "código disperso",
        "autoencoder escaso",
    ),
    measures=(
        Measure("error", "error", "mean squared error of the pictures"),
        Measure("active", "quantity", "share of the units that a picture uses"),
        Measure("idle", "quantity", "units that never work"),
        Measure("epoch", "clock"),
        Measure("penalty", "size", "λ"),
    ),
    heavy=True,
)  # fmt: skip
