"""Tells the demo sparse_autoencoder: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, strip
from demos.lib.wording import count, number
from demos.runtime.contract import Bars, Claim, Curve, Demo, Frame, Measure, Prediction, Preset, Request, Series, Words
from demos.runtime.messages import say
from demos.zoo._coder import HELD, Array, digits
from demos.zoo.sparse_autoencoder import TOP, SparseAutoencoderParams, agreement, excited, run

UNITS_SHOWN = 4


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
        self.states = list(run(self.params))
        self.busy = self.states[-1].busy[:24]
        *_, self.free = run(self.params.model_copy(update={"penalty": 0}))
        told = [self.learning(i, say("features appear") if i == 3 else "") for i in thin(len(self.states), 10, {3})]
        told += [self.stands_for(unit, at) for at, unit in enumerate(self.states[-1].busy[:UNITS_SHOWN])]
        return [*told, *(self.apart(index) for index in range(4)), self.price(), self.ending()]

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
            "unit's feature: what it paints when it is active. Watch noise turn into shapes.",
            epoch=epoch,
            error=number(error, 4),
            active=number(100 * now.active, 1),
        )
        x = row(range(epoch + 1))
        shares = Series(name=say("active share"), x=x, y=row(each.active for each in self.states[: epoch + 1]))
        panels = (
            strip(say("Busiest features, grey is 0"), painted(now.features[self.busy]), 6),
            Curve(title=say("Share of units at work"), series=(shares,), x_label=say("epoch"), y_range=(0, 1)),
        )
        return Scene(caption, panels, {"epoch": epoch, "error": error, "active": now.active}, moment)

    def apart(self, index: int) -> Scene:
        last = self.states[-1]
        a = last.a[index]
        order = ranked(a)[:6]
        share = float(a[order].sum() / max(a.sum(), 1e-9))
        caption = say(
            "A {names} taken apart: {a} of {a2} units work, and the strongest six, shown beside it, carry "
            "{share} % of the activity. The digit is their sum, each with its own strength.",
            names=self.names[index],
            a=int((a > 1e-06).sum()),
            a2=len(a),
            share=number(100 * share, 0),
        )
        row_of = np.stack([self.x[index], last.rebuilt[index], *(painted(last.features[order]))])
        panels = (
            strip(say("digit, rebuilt, and its six strongest features"), row_of),
            Bars(
                title=say("Their activity"), labels=tuple(say("unit {j}", j=j + 1) for j in order), values=row(a[order])
            ),
        )
        return Scene(
            caption, panels, {"active": float((a > 1e-6).mean())}, say("digits taken apart") if index == 0 else ""
        )

    def stands_for(self, unit: int, at: int) -> Scene:
        last = self.states[-1]
        top = excited(last, unit)
        names = np.bincount(self.names[top], minlength=10)
        best = first_largest(names)
        caption = say(
            "What does unit {unit} stand for? First its feature, then the digits never learnt that excite it most: "
            "{many} of the {top} are a {best}. It works for {share:.0%} of all digits. Nobody told it the names.",
            unit=unit + 1,
            many=int(names[best]),
            top=TOP,
            best=best,
            share=float((last.a[:, unit] > 1e-6).mean()),
        )
        panels = (
            strip(say("its feature, and the seven digits that excite it most"),
                  np.concatenate([painted(last.features[[unit]]), self.x[top[:7]]])),
            Bars(title=say("Names of the ten"), labels=tuple(str(digit) for digit in range(10)), values=row(names)),
        )  # fmt: skip
        metrics = {"same_name": float(names[best]) / TOP}
        return Scene(caption, panels, metrics, say("what a unit stands for") if at == 0 else "")

    def price(self) -> Scene:
        """The features beside those of a twin that paid nothing."""
        last = self.states[-1]
        ours, theirs = (agreement(state, self.names) for state in (last, self.free))
        caption = say(
            "Left, λ = {penalty}; right, the same network without a price. Of the {top} digits that excite a unit "
            "most, {ours:.0%} share a name on the left and {theirs:.0%} on the right; a picture takes {few} units "
            "against {many}. ",
            penalty=number(self.params.penalty, 4),
            top=TOP,
            ours=float(ours.mean()) if len(ours) else 0.0,
            theirs=float(theirs.mean()),
            few=number(last.active * self.params.units, 1),
            many=number(self.free.active * self.params.units, 1),
        )
        caption += say("Where all share every picture, none has to mean anything.")
        panels = (
            strip(say("with its price"), painted(last.features[self.busy]), 6),
            strip(say("free of charge"), painted(self.free.features[self.free.busy[:24]]), 6),
        )
        metrics = {"same_name": float(ours.mean()) if len(ours) else 0.0, "same_name_free": float(theirs.mean())}
        return Scene(caption, panels, metrics, say("what the price bought"))

    def ending(self) -> Scene:
        last = self.states[-1]
        error = float(((last.rebuilt - self.x) ** 2).mean())
        idle = last.idle
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
            strip(say("Busiest features"), painted(last.features[self.busy]), 6),
            strip(say("Originals, rebuilt"), np.concatenate([self.x[:8], last.rebuilt[:8]])),
        )
        return Scene(caption, panels, {"active": last.active, "error": error, "idle": idle}, say("the end"))


def painted(features: Array) -> Array:
    """Features as pictures: grey is 0, the strongest pixel of each is white or black."""
    return np.asarray(0.5 + 0.5 * features / np.abs(features).max(1, keepdims=True))


def _check(frames: Sequence[Frame]) -> str:
    active = frames[-1].metrics["active"]
    return "less than a quarter" if active < 0.25 else "a quarter to a half" if active < 0.5 else "more than half"


LEXICON = {
    "units": Words(("code size", "hidden units", "code units", "features", "unidades", "neuronas", "unidades ocultas")),
    "penalty": Words((
        "lambda", "λ", "l1", "sparsity", "price", "sparsity penalty", "price of activity", "activity penalty",
        "cost of activity", "precio", "penalización", "dispersión", "l1 penalty",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
}  # fmt: skip


DEMO = Demo(
    name="sparse_autoencoder",
    title="Sparse autoencoder",
    slide=37,
    group="Zoo",
    summary="Many units, few at work: a price on activity turns noise into shapes that digits are made of.",
    params=SparseAutoencoderParams,
    steps=steps,
    look_for=(
        "The price makes most units silent for any one picture.",
        "Features turn from noise into shapes; each is excited by its own kind of digit.",
        "The same network without a price: its features stay noise.",
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
            (Claim("active", "<=", 0.12), Claim("idle", "==", 0), Claim("error", "<=", 0.026)),
        ),
        "free": Preset(
            "No price", {"penalty": 0},
            "The same network without the price: most units work at once, and none means anything.",
            (Claim("active", ">=", 0.7),),
        ),
        "dear": Preset(
            "Too dear", {"penalty": 0.09},
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
        Measure("same_name", "quantity", "share of the digits that excite a unit most which have one name"),
        Measure("same_name_free", "quantity", "the same share without a price"),
        Measure("epoch", "clock"),
        Measure("penalty", "size", "λ"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
