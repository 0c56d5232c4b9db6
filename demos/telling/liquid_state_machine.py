"""Tells the demo liquid_state_machine: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.ranking import first_largest, ranked
from demos.lib.readout import Array
from demos.lib.scenes import Scene, play, points, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Heatmap,
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
from demos.zoo.liquid_state_machine import (
    BURST,
    LEARN,
    TEST,
    LiquidStateMachineParams,
    ripple,
    run,
)


def steps(params: LiquidStateMachineParams) -> Iterator[Frame]:
    """The stones, the ripples, the reader, throws it never saw, the controls, and how well it reads."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one liquid."""

    def __init__(self, params: LiquidStateMachineParams) -> None:
        done = run(params)
        self.params, self.inside, self.inputs, self.label = params, done.inside, done.inputs, done.label
        self.spikes, self.reader_ = done.spikes, done.reader
        self.scores = {
            say("the input itself"): done.plain.score,
            say("neurons, no joints"): done.unjoined.score,
            say("the liquid"): done.reader.score,
        }
        self.first = ripple(*self.inside, self.inputs[0])
        self.other = int(np.flatnonzero(self.label != self.label[0])[0])

    def scenes(self) -> list[Scene]:
        told = [self.opening(), *(self.rippling(t) for t in thin(self.params.length, 9)[1:])]
        told += [self.fading(), self.reader(), *(self.thrown(LEARN + k) for k in range(6))]
        return [*told, self.controls(), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        joints = count(int((self.inside[0] != 0).sum()), "random joint")
        caption = say(
            "{spiking_neurons}, a fifth of them inhibitory, {joints}. Two bursts, {gap} ms apart, each on "
            "channels A (1, 2) or B (3, 4), their spikes moved by about {jitter} ms. Were both the same? Each "
            "burst alone tells nothing: XOR in time.",
            spiking_neurons=count(p.size, "spiking neuron"),
            joints=joints,
            gap=p.gap,
            jitter=number(p.jitter, 1),
        )
        panels = tuple(
            self._raster(
                say(
                    "{letters}: {same}",
                    letters=self._letters(k),
                    same=say("same") if self.label[k] > 0 else say("different"),
                ),
                self.inputs[k],
            )
            for k in (0, self.other)
        )
        return Scene(caption, panels, {"neurons": p.size, "gap": p.gap})

    def _letters(self, k: int) -> str:
        """ "A then B": the channels of the two bursts of a throw."""
        middle = self.params.gap // 2 + BURST[-1]
        parts = (self.inputs[k][:middle], self.inputs[k][middle:])
        return listed(say(" then "), ("A" if part[:, :2].sum() > part[:, 2:].sum() else "B" for part in parts))

    def rippling(self, t: int) -> Scene:
        v, s, _ = self.first
        now, k = int(s[: t + 1].sum()), first_largest(s[: t + 1].sum(0))
        caption = say(
            "{t} ms: {input_spikes} so far, and {spikes} in the liquid. Neuron {k} is the busiest with {s}; its "
            "potential is {v}. It leaks, is pushed up, and at 1 it spikes and starts again at 0.",
            t=t + 1,
            input_spikes=count(int(self.inputs[0][: t + 1].sum()), "input spike"),
            spikes=count(now, "spike"),
            k=k + 1,
            s=int(s[: t + 1, k].sum()),
            v=number(v[t, k], 2),
        )
        line = Series(name=say("v of neuron {k}", k=k + 1), x=row(range(t + 1)), y=row(v[: t + 1, k]))
        panels = (
            self._raster(say("spikes of the liquid"), s[: t + 1, :30]),
            Curve(title=say("Potential"), series=(line,), x_label=say("ms")),
        )
        return Scene(
            caption, panels, {"ms": t + 1, "spikes": now}, say("ripples") if t < self.params.length // 4 else ""
        )

    def fading(self) -> Scene:
        apart = np.linalg.norm(self.first[2] - ripple(*self.inside, self.inputs[self.other])[2], axis=1)
        caption = say(
            "The traces of {letters} and of {letters2}: how far apart the two liquids are, ms after ms. At the "
            "reading it is {apart}; at its largest it was {apart2}. What has faded cannot be read.",
            letters=self._letters(0),
            letters2=self._letters(self.other),
            apart=number(apart[-1], 2),
            apart2=number(apart.max(), 2),
        )
        line = Series(name=say("distance"), x=row(range(len(apart))), y=row(apart))
        panel = Curve(title=say("Two throws: how far apart"), series=(line,), x_label=say("ms"))
        return Scene(caption, (panel,), {"apart": apart[-1]}, say("separation"))

    def reader(self) -> Scene:
        learnt, w = float(self.reader_.right[:LEARN].mean()), self.reader_.w
        order = ranked(np.abs(w[:-1]))[:10]
        caption = say(
            "The reader: a linear sum of the {size} traces at the end, solved by least squares on {learn} throws. "
            "On these it gets {learnt} % right. Its largest weight belongs to neuron {order}. The "
            "liquid is not changed.",
            size=self.params.size,
            learn=LEARN,
            learnt=number(100 * learnt, 0),
            order=order[0] + 1,
        )
        bars = Bars(
            title=say("Largest weights of the reader"), labels=tuple(f"n{k + 1}" for k in order), values=row(w[order])
        )
        return Scene(caption, (bars, self._verdicts()), {"learnt": learnt}, say("the reader"))

    def thrown(self, index: int) -> Scene:
        _, s, _ = ripple(*self.inside, self.inputs[index])
        says = self.reader_.says[index]
        caption = say(
            "A throw never seen, {letters}: {spikes} in the liquid, and the reader says {says}, so "
            "{the_same}. {right}.",
            letters=self._letters(index),
            spikes=count(int(s.sum()), "spike"),
            says=number(says, 2),
            the_same=say("the same") if says > 0 else say("different"),
            right=say("Right") if self.reader_.right[index] else say("Wrong"),
        )
        panels = (self._raster(say("input"), self.inputs[index]), self._raster(say("spikes of the liquid"), s[:, :30]))
        return Scene(caption, panels, {"says": says}, say("new throws") if index == LEARN else "")

    def controls(self) -> Scene:
        plain, alone, liquid_ = self.scores.values()
        caption = say(
            "What is the liquid for? The same reader on fading traces of the input itself: {plain} % of {test} "
            "new throws. On the same neurons without joints: {alone} %. On the liquid: {liquid} "
            "%. Guessing gets 50 %.",
            plain=number(100 * plain, 0),
            test=TEST,
            alone=number(100 * alone, 0),
            liquid=number(100 * liquid_, 0),
        )
        bars = Bars(
            title=say("Share of new throws told right"), labels=tuple(self.scores), values=row(self.scores.values()),
            value_range=(0, 1),
        )  # fmt: skip
        return Scene(caption, (bars,), self._told(), say("the controls"))

    def _told(self) -> dict[str, float]:
        plain, alone, liquid_ = self.scores.values()
        return {"score": liquid_, "input_score": plain, "unjoined_score": alone, "spikes": float(self.spikes.mean())}

    def ending(self) -> Scene:
        p, told = self.params, self._told()
        best = max(told["input_score"], told["unjoined_score"])
        caption = say(
            "{score} % of {test} new throws are told right, from {spikes} spikes a throw on average; without the "
            "liquid at best {best} %. ",
            score=number(100 * told["score"], 1),
            test=TEST,
            spikes=number(told["spikes"], 0),
            best=number(100 * best, 0),
        )
        if told["score"] >= 0.8 and told["score"] - best >= 0.15:
            caption += say(
                "The ripples of the first burst met the second: the liquid mixed them, and a linear reader is enough."
            )
        elif told["score"] >= 0.8:
            caption += say(
                "Yet {best} % need no joints: after {gap} ms the single neurons still remember.",
                best=number(100 * best, 0),
                gap=p.gap,
            )
        elif not p.strength:
            caption += say("Without joints nothing carries the first burst over the silence.")
        elif p.delay:
            caption += say("Read {delay} ms later than could be, too little of the ripples is left.", delay=p.delay)
        else:
            caption += say("Compare the numbers of spikes with weaker or stronger joints, and the size of the jitter.")
        raster = self._raster(say("input, last throw"), self.inputs[-1])
        return Scene(caption, (self._verdicts(), raster), told, say("the end"))

    def _raster(self, title: str, spikes: Array) -> Panel:
        channels = ("A 1", "A 2", "B 3", "B 4") if spikes.shape[1] == 4 else ()
        return Heatmap(title=title, values=rows(spikes.T, 0), rows=channels, value_range=(0, 1), show_values=False,
                       column_label=say("ms"))  # fmt: skip

    def _verdicts(self) -> Panel:
        says, label = self.reader_.says[LEARN:], self.label[LEARN:]
        groups = tuple(
            points(name, np.stack([np.flatnonzero(label == sign), says[label == sign]], 1))
            for name, sign in ((say("same"), 1), (say("different"), -1))
        )
        return Scatter(
            title=say("What the reader says of new throws"), groups=groups, x_label=say("throw"),
            lines=(Series(name=say("undecided"), x=(0.0, float(TEST)), y=(0.0, 0.0)),),
        )  # fmt: skip


def _check(frames: Sequence[Frame]) -> str:
    score = frames[-1].metrics["score"]
    return "90 % or more" if score >= 0.9 else "60 to 90 %" if score >= 0.6 else "hardly better than guessing"


LEXICON = {
    "size": Words(("units", "liquid size", "spiking neurons", "liquid of", "pool of", "neuronas", "tamaño")),
    "jitter": Words(("noise", "timing noise", "ruido", "variación")),
    "strength": Words(("coupling", "weights", "coupling strength", "connection strength", "acoplamiento", "fuerza")),
    "gap": Words(("silence between the bursts", "gap between bursts", "intervalo", "separación")),
    "delay": Words(("pause", "silence", "waiting time", "wait", "retraso", "retardo", "pausa", "silencio")),
}  # fmt: skip


DEMO = Demo(
    name="liquid_state_machine",
    title="Liquid state machine",
    slide=37,
    group="Zoo",
    summary="Two bursts thrown into a pool of spiking neurons: were they alike? A reader tells from the ripples.",
    params=LiquidStateMachineParams,
    steps=steps,
    look_for=(
        "The pool is random and never learns.",
        "Without joints, and from the input alone, the same reader can only guess.",
        "Wait too long, and the ripples have faded.",
    ),
    examples=(
        Request("Show me a liquid state machine"),
        Request("liquid state machine with 100 neurons", {"size": 100}),
        Request("Run the LSM with a jitter of 10 ms", {"jitter": 10}),
        Request("spiking reservoir with a pause of 120", {"delay": 120}),
        Request("liquid state machine with coupling 0.02, seed 3", {"strength": 0.02, "seed": 3}),
        Request("máquina de estado líquido con 30 neurons", {"size": 30}),
        Request("spiking neurons in action with coupling 0", {"strength": 0}),
        Request("watch ripples of spikes in a liquid"),
        Request("Throw spikes into a pool of 90 neurons and read the ripples", {"size": 90}),
        Request("Read from the ripples which input fell into a pool of spiking cells"),
        Request("How long does a pool of spikes remember? Show it with a silence of 80 ms.", {"delay": 80}),
        Request("Lanza pulsos a un estanque de 50 neuronas", {"size": 50}),
    ),
    presets={
        "ripples": Preset(
            "Ripples", {}, "Sixty random neurons answer what no linear reader can tell from the input.",
            (Claim("score", ">=", 0.85), Claim("input_score", "<=", 0.65), Claim("unjoined_score", "<=", 0.65)),
        ),
        "unjoined": Preset(
            "Without joints", {"strength": 0}, "The same neurons, but no ripples: the first burst is forgotten.",
            (Claim("score", "<=", 0.65),),
        ),
        "late": Preset(
            "Read too late", {"delay": 300}, "After 300 ms of silence little is left of the ripples.",
            (Claim("score", "<=", 0.75),),
        ),
        "blurred": Preset(
            "Blurred", {"jitter": 40}, "Spikes moved by 40 ms: the bursts run into each other.",
            (Claim("score", "<=", 0.8),),
        ),
    },
    prediction=Prediction(
        "How many of the new throws will the reader tell right?",
        ("90 % or more", "60 to 90 %", "hardly better than guessing"),
        _check,
    ),
    aliases=(
        "lsm", "spiking reservoir", "spiking neurons", "liquid state machines", "máquina de estado líquido",
        "liquid state", "liquid computing", "spiking network", "spiking neural network", "spiking neural networks",
        "pool of spiking neurons", "snn", "lsms", "máquinas de estado líquido", "estado líquido", "neuronas de espigas",
        "red de espigas", "neuronas pulsantes",
    ),
    measures=(
        Measure("score", "accuracy", "share of new throws told right"),
        Measure("input_score", "quantity", "the same reader on the input itself"),
        Measure("unjoined_score", "quantity", "the same reader on neurons without joints"),
        Measure("learnt", "accuracy", "share right of the throws learnt"),
        Measure("spikes", "quantity", "spikes of the liquid so far", "run"),
        Measure("apart", "quantity", "how far apart two throws are at the reading"),
        Measure("ms", "clock"),
    ),
    words=LEXICON,
)  # fmt: skip
