"""Tells the demo pruning: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.edge import _network
from demos.edge._network import MATRICES, Weights
from demos.edge.pruning import PruningParams, bytes_of, masks_of, prune, run
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import amount, count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Image,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Series,
    Words,
)
from demos.runtime.messages import say

ANSWERS = (say("less than 1 point"), say("1 to 5 points"), say("more than 5 points"))
LEVELS = (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)


def steps(params: PruningParams) -> Iterator[Frame]:
    """The plan; then the network, rising sparsity, the pruned network, fine-tuning epoch by epoch, the result."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: PruningParams) -> None:
        self.params = params
        self.total = 74 * params.hidden
        self.gone = round(params.sparsity * self.total)
        self.swept: list[tuple[float, float]] = []

    def scenes(self) -> list[Scene]:
        self.w, self.masks, (self.pruned, *tuned) = run(self.params)
        self.data = _network.load()
        self.full = self.right(self.w)
        self.left = int(sum(mask.sum() for mask in self.masks.values()))
        self.healing = [self.right(self.pruned)]
        told = []
        for each in tuned:
            self.healing.append(self.right(each))
            told.append(self.epoch())
        swept = [self.level(sparsity) for sparsity in LEVELS]
        return [self.network(), *swept, self.cut(), self.weights(), *told, self.ending((self.pruned, *tuned)[-1])]

    def right(self, w: Weights) -> float:
        """Share of the test digits read right."""
        return _network.accuracy(w, self.data.test_x, self.data.test_t)

    def plan(self) -> Scene:
        left = self.total - self.gone
        caption = say(
            "A network for 8x8 digits with {total} weights. {sparsity:.0%} of them, {gone}, are to become 0; "
            "{left} stay. At 4 bytes each, and one bit for every place, that is {bytes_of} bytes instead of "
            "{total2}. Which weights can it do without?",
            total=self.total,
            sparsity=self.params.sparsity,
            gone=self.gone,
            left=left,
            bytes_of=bytes_of(self.total, left),
            total2=4 * self.total,
        )
        bars = Bars(title=say("Weights"), labels=(say("before"), say("after")), values=(float(self.total), float(left)))
        return Scene(caption, (bars,), {"weights": self.total, "gone": self.gone})

    def network(self) -> Scene:
        sizes = np.concatenate([np.abs(self.w[name]).ravel() for name in MATRICES])
        limit = float(np.sort(sizes)[max(0, self.gone - 1)]) if self.gone else 0.0
        counts, edges = np.histogram(sizes, 12)
        caption = say(
            "Trained, it reads {full:.1%} of {test_t} unseen digits. Its weights by size |w|: half are below "
            "{median}, the largest is {sizes}. To lose {gone} of them, everything up to {limit} would have to go.",
            full=self.full,
            test_t=len(self.data.test_t),
            median=number(float(np.median(sizes)), 2),
            sizes=number(float(sizes.max()), 2),
            gone=self.gone,
            limit=number(limit, 2),
        )
        labels = tuple(number(float(edge), 2) for edge in (edges[:-1] + edges[1:]) / 2)
        bars = Bars(title=say("Weights by size |w|"), labels=labels, values=row(counts))
        return Scene(caption, (bars,), {"accuracy": self.full, "limit": limit}, say("the network"))

    def level(self, sparsity: float) -> Scene:
        found = self.right(prune(self.w, masks_of(self.w, self.params, sparsity)))
        self.swept.append((sparsity, found))
        lost, zeros = 100 * (self.full - found), round(sparsity * self.total)
        caption = say(
            "{sparsity:.0%} gone: {zeros} zeros, {total} weights left, {found:.1%} of the digits right. ",
            sparsity=sparsity,
            zeros=zeros,
            total=self.total - zeros,
            found=found,
        )
        if lost < 1:
            caption += say("Hardly a difference: what went added little to any sum.")
        elif lost < 10:
            caption += say("{points} lost: now weights go that some digits need.", points=amount(lost, "point", 1))
        else:
            caption += say("{points} lost, with no chance yet to learn anew.", points=amount(lost, "point", 1))
        first = lost >= 5 and all(self.full - right < 0.05 for _, right in self.swept[:-1])
        return Scene(
            caption, (self._sweep(),), {"sparsity": sparsity, "accuracy": found}, say("it breaks") if first else ""
        )

    def cut(self) -> Scene:
        found = self.healing[0]
        empty = self.data.x.max(0) == 0
        idle = int(self.masks["W1"][:, empty].sum())
        caption = say(
            "The sparsity asked for: {gone} of {total} weights are exactly 0. Each row is a hidden unit, each "
            "column a pixel; white is a weight that stayed. It now reads {found:.1%}, before {full:.1%}. {idle} "
            "that stayed belong to {pixels} that never hold ink: large from the start, yet useless. Size "
            "is a guess at worth.",
            gone=self.gone,
            total=self.total,
            found=found,
            full=self.full,
            idle=idle,
            pixels=count(int(empty.sum()), "pixel"),
        )
        return Scene(caption, (self._mask(),), {"gone": self.total - self.left, "accuracy": found}, say("the cut"))

    def weights(self) -> Scene:
        parts = [(name, self.masks[name]) for name in MATRICES]
        shares = [1 - float(mask.mean()) for _, mask in parts]
        dead = int((self.masks["W1"].sum(1) == 0).sum())
        caption = say(
            "By layer: {shares:.0%} of the weights from pixels went and {shares2:.0%} of those to the ten scores. "
            "{hidden_units} of {hidden} lost all inputs and could be left out altogether.",
            shares=shares[0],
            shares2=shares[1],
            hidden_units=count(dead, "hidden unit"),
            hidden=self.params.hidden,
        )
        if self.params.scope == "network" and self.params.method == "magnitude":
            caption += say(" Weights to the scores are larger, so more of them stay.")
        bars = Bars(
            title=say("Share that went"), labels=(say("pixels"), say("scores")), values=row(shares), value_range=(0, 1)
        )
        return Scene(caption, (bars, self._mask()), {"dead": dead}, say("layer by layer"))

    def epoch(self) -> Scene:
        at, found = len(self.healing) - 1, self.healing[-1]
        caption = say(
            "Fine-tuning, pass {at} of {fine_tuning}: {found:.1%} right, {healing:.1%} just after the cut, "
            "{full:.1%} before it. The {gone} zeros stay zeros; the {left} others move to take over "
            "what the lost ones did.",
            at=at,
            fine_tuning=self.params.fine_tuning,
            found=found,
            healing=self.healing[0],
            full=self.full,
            gone=self.gone,
            left=self.left,
        )
        moment = say("fine-tuning") if at == 1 else ""
        return Scene(caption, (self._healing(),), {"pass": at, "accuracy": found}, moment)

    def ending(self, tuned: Weights) -> Scene:
        found, zeros = self.healing[-1], int(sum((tuned[name] == 0).sum() for name in MATRICES))
        small, lost = bytes_of(self.total, self.left), 100 * (self.full - self.healing[-1])
        caption = say(
            "{zeros} of {total} weights are zero. Accuracy: {full:.1%} before, ",
            zeros=zeros,
            total=self.total,
            full=self.full,
        )
        caption += say("{healing:.1%} after the cut", healing=self.healing[0])
        caption += (
            say(", {found:.1%} after fine-tuning", found=found)
            if self.params.fine_tuning
            else say(", and no fine-tuning")
        )
        caption += say(
            ". {small} bytes instead of {total}, {total2} times smaller. ",
            small=small,
            total=4 * self.total,
            total2=number(4 * self.total / small, 1),
        )
        if lost < 1:
            caption += (
                say("Most weights were not needed.") if self.params.sparsity > 0.5 else say("Little was asked of it.")
            )
        elif lost <= 5:
            caption += say("A small price; the bytes saved may be worth it.")
        else:
            caption += say("Too much was cut: what is left does not make up for it.")
        metrics = {"zeros": zeros, "cut": self.healing[0], "accuracy": found, "lost": lost, "bytes": small}
        return Scene(caption, (self._sweep(), self._healing()), metrics, say("the result"))

    def _sweep(self) -> Panel:
        x, y = (row(each) for each in zip((0.0, self.full), *self.swept, strict=True))
        line = Series(name=say("test"), x=x, y=y)
        return Curve(title=say("Accuracy by sparsity"), series=(line,), x_label=say("share of zeros"), y_range=(0, 1))

    def _healing(self) -> Panel:
        x = tuple(float(at) for at in range(len(self.healing)))
        lines = (
            Series(name=say("pruned"), x=x, y=row(self.healing)),
            Series(name=say("before"), x=x, y=row([self.full] * len(x))),
        )
        return Curve(title=say("Accuracy while fine-tuning"), series=lines, x_label=say("pass"), y_range=(0, 1))

    def _mask(self) -> Panel:
        return Image(title=say("Weights from pixels that stay"), pixels=rows(self.masks["W1"][:32], 0))


def _check(frames: Sequence[Frame]) -> str:
    lost = frames[-1].metrics["lost"]
    return ANSWERS[0] if lost < 1 else ANSWERS[1] if lost <= 5 else ANSWERS[2]


LEXICON = {
    "sparsity": Words((
        "s", "share", "prune", "zeros", "sparse", "share of zeros", "dispersión", "poda", "prunes", "cut", "cut away",
        "remove", "throw away", "elimina", "fraction",
    )),
    "method": Words(
        ("método", "criterion"),
        {
            "random": ("at random", "randomly", "random weights", "any weights", "al azar", "aleatorio", "aleatoria"),
            "magnitude": ("smallest weights", "smallest", "magnitud", "the smallest ones"),
        },
    ),
    "scope": Words(
        ("alcance",),
        {
            "network": ("global", "globally", "whole network", "toda la red", "across the network"),
            "layer": (
                "each layer", "per layer", "layer by layer", "in each layer", "layerwise", "layer-wise", "por capa",
                "cada capa", "capa por capa",
            ),
        },
    ),
    "fine_tuning": Words((
        "epochs", "fine tune", "epochs of fine tuning", "fine-tune for", "fine tuned for", "retraining", "retrain",
        "épocas", "ajuste fino", "épocas de ajuste",
    )),
    "hidden": Words(("hidden units", "neuronas ocultas", "unidades ocultas", "neuronas", "unidades", "units")),
}  # fmt: skip


DEMO = Demo(
    name="pruning",
    title="Pruning",
    slide=63,
    group="Edge AI and Generative AI",
    summary="The smallest weights of a digit reader become zero; accuracy against sparsity, then fine-tuning.",
    params=PruningParams,
    steps=steps,
    look_for=(
        "Half of the weights can go with hardly a loss.",
        "Beyond some sparsity the accuracy breaks down within a few steps.",
        "A few passes of fine-tuning win back most of what was lost.",
    ),
    examples=(
        Request("Show me pruning"),
        Request("prune a network with sparsity 0.95", {"sparsity": 0.95}),
        Request("prune 70% of the weights", {"sparsity": 0.7}),
        Request("pruning at random with sparsity 0.7", {"method": "random", "sparsity": 0.7}),
        Request("magnitude pruning layer by layer, 10 epochs of fine-tuning", {"scope": "layer", "fine_tuning": 10}),
        Request("pruning to a sparsity of 0.98, 0 epochs", {"sparsity": 0.98, "fine_tuning": 0}),
        Request("poda de una red con 32 hidden units", {"hidden": 32}),
        Request("How many weights does a network need? Cut weights away."),
        Request("Remove 85% of the weights of a digit reader", {"sparsity": 0.85}),
        Request("How much can be cut from a network before it fails? Show it."),
        Request(
            "Set the smallest weights to zero layer by layer, then retrain for 8 epochs",
            {"method": "magnitude", "scope": "layer", "fine_tuning": 8},
        ),
        Request("Elimina el 60% de los pesos al azar", {"sparsity": 0.6, "method": "random"}),
    ),
    presets={
        "eighty": Preset(
            "Four of five go", {},
            "A cut that hurts, and fine-tuning that heals it.",
            (Claim("cut", "<", 0.9), Claim("lost", "<=", 2)),
        ),
        "random": Preset(
            "Any weights", {"method": "random", "fine_tuning": 0},
            "The same number, chosen blindly: far more is lost.",
            (Claim("accuracy", "<", 0.5),),
        ),
        "extreme": Preset(
            "Ninety-eight of a hundred", {"sparsity": 0.98, "fine_tuning": 10},
            "So few weights that it cannot recover.",
            (Claim("lost", ">=", 20),),
        ),
    },
    prediction=Prediction("How much accuracy will be missing at the end?", ANSWERS, _check),
    aliases=(
        "prune", "network pruning", "magnitude pruning", "weight pruning", "sparsity", "poda de redes", "prunes",
        "prune weights", "prune a network", "weight removal", "remove weights", "cut weights", "cut away weights",
        "sparse network", "sparsify", "lottery ticket", "podar", "poda", "poda de pesos", "podar pesos", "podar la red",
    ),
    measures=(
        Measure("accuracy", "accuracy", "share of test digits right"),
        Measure("cut", "accuracy", "share right straight after the cut"),
        Measure("lost", "error", "points lost in the end"),
        Measure("zeros", "quantity", "weights that are zero"),
        Measure("bytes", "size"),
        Measure("pass", "clock"),
        Measure("sparsity", "quantity", "share of weights cut"),
    ),
    words=LEXICON,
)  # fmt: skip
