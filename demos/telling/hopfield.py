"""Tells the demo hopfield: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Heatmap,
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
from demos.sequences.hopfield import (
    SIDE,
    Array,
    HopfieldParams,
    N,
    energy,
    run,
)

NAMES = (say("ring"), say("plus"), say("cross"), say("checks"), say("rows"), say("columns"))
MOST_FRAMES = 70


def steps(params: HopfieldParams) -> Iterator[Frame]:
    """The memories, the weights, the damage, the recall neuron by neuron, the capacity, and the verdict."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one recall."""

    def __init__(self, params: HopfieldParams) -> None:
        done = run(params)
        self.params, self.target = params, min(params.recall, params.patterns) - 1
        self.patterns, self.w, self.cue, self.updates = done.patterns, done.w, done.cue, done.updates
        self.load, self.rates = list(done.rates), list(done.rates.values())

    def scenes(self) -> list[Scene]:
        told = [self.memories(), self.weights(), self.damaged()]
        changes = [i for i, update in enumerate(self.updates) if update.changed]
        for index in thin(len(self.updates), MOST_FRAMES, set(changes)):
            moment = say("the first neuron changes") if changes[:1] == [index] else ""
            told.append(self.update(index, say("the last change") if index == max(changes, default=-1) else moment))
        return [*told, self.capacity(), self.ending()]

    def name(self, p: int) -> str:
        return NAMES[p] if self.params.kind == "shapes" and p < len(NAMES) else say("random {p}", p=p + 1)

    def memories(self) -> Scene:
        p = self.params.patterns
        caption = say(
            "{patterns} of {n} neurons each, black for +1 and white for -1. All go into the same {n2} weights, on "
            "top of each other: there is no drawer for each memory. The load is P/N = {p}; theory says that "
            "random patterns fit up to about 0.138.",
            patterns=count(p, "pattern"),
            n=N,
            n2=N * (N - 1) // 2,
            p=number(p / N),
        )
        panels = tuple(_image(self.name(i), s) for i, s in enumerate(self.patterns[:6]))
        return Scene(caption, panels, {"patterns": p, "load": p / N})

    def weights(self) -> Scene:
        caption = say(
            "Hebb's rule: neurons that agree in a pattern get a joint stronger by 1/{n}, those that differ a "
            "weaker one. The weights run from {w} to {w2}. The matrix is symmetric with a zero diagonal: that is "
            "what makes an energy possible.",
            n=N,
            w=number(self.w.min()),
            w2=number(self.w.max()),
        )
        panel = Heatmap(title=say("weights w_ij, {n} x {n}", n=N), values=rows(self.w), show_values=False)
        return Scene(
            caption, (panel, _image(self.name(self.target), self.patterns[self.target])), {}, say("the weights")
        )

    def damaged(self) -> Scene:
        flipped = int((self.cue != self.patterns[self.target]).sum())
        caption = say(
            "The pattern '{name}' with {flipped} of {n} neurons flipped. Its energy is {energy}; the stored "
            "pattern lies at {energy2}. Now each neuron in turn looks at all the others: watch the "
            "energy roll downhill.",
            name=self.name(self.target),
            flipped=flipped,
            n=N,
            energy=number(energy(self.w, self.cue), 2),
            energy2=number(energy(self.w, self.patterns[self.target]), 2),
        )
        return Scene(caption, self._panels(-1), self._metrics(-1), say("the damaged pattern"))

    def update(self, index: int, moment: str) -> Scene:
        update = self.updates[index]
        r, c = divmod(update.neuron, SIDE)
        where = say(
            "Neuron {neuron} (row {r}, column {c}): the others sum to h = {h}",
            neuron=update.neuron + 1,
            r=r + 1,
            c=c + 1,
            h=number(update.h),
        )
        if update.changed:
            caption = say(
                "{where}, against its own sign. It flips to {state:+.0f}, and the energy falls by "
                "2·|h| = {h} to {energy}.",
                where=where,
                state=update.state[update.neuron],
                h=number(2 * abs(update.h)),
                energy=number(update.energy, 2),
            )
        else:
            caption = say(
                "{where}, in line with its sign, so it stays and the energy stays at {energy}.",
                where=where,
                energy=number(update.energy, 2),
            )
        overlap = self._overlaps(update.state)[self.target]
        caption += say(
            " Overlap with '{name}': {overlap}, where 1 means equal.",
            name=self.name(self.target),
            overlap=number(overlap, 2),
        )
        return Scene(caption, self._panels(index), self._metrics(index), moment)

    def capacity(self) -> Scene:
        good = max((p for p, rate in zip(self.load, self.rates, strict=True) if rate > 0.95), default=0)
        caption = say(
            "Measured now, with random patterns and a tenth of the neurons flipped: recall is nearly perfect up "
            "to {patterns}, then it falls. 0.138·N = {n} for N = {n2}: beyond that the patterns disturb one "
            "another more than a cue can correct.",
            patterns=count(good, "pattern"),
            n=number(0.138 * N, 1),
            n2=N,
        )
        line = Series(name=say("overlap"), x=row(self.load), y=row(self.rates))
        edge = Series(name="0.138 N", x=(0.138 * N, 0.138 * N), y=(0.0, 1.0))
        panel = Curve(
            title=say("Overlap after recall"), series=(line, edge), x_label=say("patterns stored"), y_range=(0, 1)
        )
        return Scene(caption, (panel,), self._metrics(len(self.updates) - 1), say("capacity"))

    def ending(self) -> Scene:
        last = self.updates[-1]
        overlaps = self._overlaps(last.state)
        best = first_largest(np.abs(overlaps))
        changes = sum(update.changed for update in self.updates)
        fell = energy(self.w, self.cue) - last.energy
        caption = say(
            "At rest after {changes}; the energy fell by {fell} and never rose. ",
            changes=count(changes, "change"),
            fell=number(fell, 2),
        )
        if overlaps[self.target] > 0.999:
            caption += say(
                "'{name}' is back, every one of its {n} neurons: a piece called up the whole.",
                name=self.name(self.target),
                n=N,
            )
        elif overlaps[best] > 0.999:
            caption += say(
                "But this valley is '{name}': the damage had carried the cue over the ridge.", name=self.name(best)
            )
        elif overlaps[best] < -0.999:
            caption += say(
                "It is '{name}' with all signs turned: the negative has exactly the same energy.", name=self.name(best)
            )
        else:
            caption += say(
                "It is no stored pattern: the nearest, '{name}', has overlap {overlaps}. Such mixtures are valleys "
                "too, and more memories mean more of them.",
                name=self.name(best),
                overlaps=number(overlaps[best], 2),
            )
        panels = (_image(say("damaged"), self.cue), _image(say("recalled"), last.state), self._overlap_bars(overlaps))
        return Scene(caption, panels, self._metrics(len(self.updates) - 1), say("the end"))

    def _overlaps(self, s: Array) -> Array:
        overlaps: Array = self.patterns @ s / N
        return overlaps

    def _overlap_bars(self, overlaps: Array) -> Panel:
        labels = tuple(self.name(p) for p in range(len(self.patterns)))
        return Bars(title=say("Overlap with each memory"), labels=labels, values=row(overlaps), value_range=(-1, 1))

    def _metrics(self, index: int) -> dict[str, float]:
        state = self.updates[index].state if index >= 0 else self.cue
        overlaps = self._overlaps(state)
        changes = sum(update.changed for update in self.updates[: index + 1])
        measured = {"energy": energy(self.w, state), "overlap": overlaps[self.target], "best": overlaps.max()}
        return {"looked_at": index + 1, "changes": changes, **measured}

    def _panels(self, index: int) -> tuple[Panel, ...]:
        state = self.updates[index].state if index >= 0 else self.cue
        energies = [energy(self.w, self.cue), *(update.energy for update in self.updates[: index + 1])]
        shown = thin(len(energies), 60)
        line = Series(name="E", x=row(shown), y=row(energies[i] for i in shown))
        return (
            _image(say("the network now"), state),
            _image(say("stored: {name}", name=self.name(self.target)), self.patterns[self.target]),
            Curve(title=say("Energy E"), series=(line,), x_label=say("neurons looked at")),
        )


def _image(title: str, s: Array) -> Panel:
    return Image(title=title, pixels=rows((1 - s.reshape(SIDE, SIDE)) / 2))


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    if last["overlap"] > 0.999:
        return "the stored pattern"
    return "another memory" if last["best"] > 0.999 else "something never stored"


LEXICON = {
    "patterns": Words((
        "memories", "stored patterns", "images", "store", "patrones", "memorias", "stored", "learn", "imágenes",
        "dibujos", "guarda",
    )),
    "kind": Words(
        ("data", "tipo", "type of pattern"),
        {
            "random": ("random patterns", "random memories", "random ones", "random images", "al azar", "aleatorios"),
            "shapes": ("pictures", "drawn", "drawings", "drawn shapes", "figures", "figuras", "formas", "dibujos"),
        },
    ),
    "damage": Words((
        "noise", "corruption", "corrupt", "flip", "damaged", "flipped", "break", "broken", "spoilt", "spoiled", "noisy",
        "destroy", "daño", "ruido", "dañado", "invertidas", "corrupted", "flipping", "erase",
    )),
    "recall": Words((
        "pattern", "cue", "recalls", "recover", "recupera", "recuerda", "patrón", "picture", "memory number",
        "pattern number",
    )),
}  # fmt: skip


DEMO = Demo(
    name="hopfield",
    title="Hopfield network",
    slide=26,
    group="Recurrent Layers",
    summary="Store patterns, damage one, and watch it come back while the energy falls.",
    params=HopfieldParams,
    steps=steps,
    look_for=(
        "The energy falls with every change and never rises.",
        "All memories share the same weights; none has a place of its own.",
        "Beyond about 0.138·N random patterns recall breaks down.",
    ),
    examples=(
        Request("Show me a Hopfield network"),
        Request("Run Hopfield with 5 patterns and damage 0.3", {"patterns": 5, "damage": 0.3}),
        Request("Hopfield: recall pattern 2 with 40% noise", {"recall": 2, "damage": 0.4}),
        Request("overload the associative memory with 15 random patterns", {"patterns": 15, "kind": "random"}),
        Request("What happens to a Hopfield network when all is flipped, damage 1? Show it.", {"damage": 1}),
        Request("simula una red de Hopfield con 4 patterns", {"patterns": 4}),
        Request("content-addressable memory in action with six memories", {"patterns": 6}),
        Request("Let a Hopfield net store 8 random memories, seed 3", {"patterns": 8, "kind": "random", "seed": 3}),
        Request("the energy of a Hopfield network, live, with a fifth damaged"),
        Request(
            "Store 4 drawings and bring one back after a third is lost, damage 0.33", {"patterns": 4, "damage": 0.33}
        ),
        Request("Repair a broken picture from memory while the energy falls"),
        Request("Overload a memory with 20 random patterns", {"patterns": 20, "kind": "random"}),
        Request("Recupera el patrón 3 con un daño de 0.25", {"recall": 3, "damage": 0.25}),
    ),
    presets={
        "shapes": Preset(
            "Three shapes", {},
            "A fifth of the neurons is wrong, and the ring comes back whole.",
            (Claim("overlap", "==", 1),),
        ),
        "overload": Preset(
            "Too many memories", {"patterns": 20, "kind": "random", "damage": 0.1, "seed": 1},
            "20 patterns on 64 neurons: far beyond 0.138·N, and recall ends in a mixture.",
            (Claim("best", "<", 0.999), Claim("load", ">", 0.138)),
        ),
        "negative": Preset(
            "Inside out", {"damage": 0.9},
            "Flip most and the negative is recalled: E(s) = E(-s).",
            (Claim("overlap", "==", -1),),
        ),
        "half": Preset(
            "Half is lost", {"damage": 0.45, "recall": 2},
            "With nearly half the neurons wrong the cue rolls into another valley.",
            (Claim("overlap", "<", 0.999),),
        ),
    },
    prediction=Prediction(
        "Where will the damaged pattern come to rest?",
        ("the stored pattern", "another memory", "something never stored"),
        _check,
    ),
    aliases=(
        "hopfield net", "associative memory", "content-addressable memory", "red de hopfield", "memoria asociativa",
        "hopfield networks", "hopfield model", "hopfield memory", "associative memories", "attractor network",
        "pattern completion", "autoassociative memory", "auto-associative memory", "spin glass", "hebbian memory",
        "redes de hopfield", "modelo de hopfield", "memoria de hopfield", "red asociativa",
    ),
    measures=(
        Measure("energy", "energy", "energy E of the state"),
        Measure("overlap", "score", "overlap with the stored pattern"),
        Measure("best", "score", "largest overlap with any memory"),
        Measure("changes", "quantity", "neurons flipped so far", "run"),
        Measure("looked_at", "clock", "neurons looked at"),
        Measure("patterns", "size"), Measure("load", "size", "load P/N"),
    ),
    converged=Convergence("no neuron changes after this one", moment="the last change"),
    weights_in=f"weights w_ij, {N} x {N}",
    words=LEXICON,
)  # fmt: skip
