"""The liquid state machine: a pool of spiking neurons, and a reader of its ripples.

Leaky integrate-and-fire neurons, one step of dt = 1 ms at a time:

    v ← v·exp(-dt / τ) + W·s + W_in·s_in        potential: it leaks, and spikes push it up or down
    a neuron with v ≥ 1 spikes (s = 1), and its v goes back to 0
    r ← r·exp(-dt / τ_r) + s                    a fading trace of its spikes: the state of the liquid

One neuron in five is inhibitory: its weights are negative. The joints are random and never learnt. Two templates of
input spikes, each jittered in time, are thrown in like stones into water; a linear reader, solved by least squares, is
to tell from the ripples at the end, read with a little noise, which of the two it was:

    (RᵀR + λ·I)·w = Rᵀ·d

Source: W. Maass, T. Natschläger and H. Markram, "Real-time computing without stable states" (2002).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Curve,
    Demo,
    Frame,
    Heatmap,
    Panel,
    Params,
    Prediction,
    Preset,
    Request,
    Series,
    param,
)
from demos.zoo._readout import Array, ridge

CHANNELS, STEPS, TAU, TAU_TRACE = 4, 80, 20.0, 25.0
LEARN, TEST = 60, 60
BLUR = 0.02
"""Standard deviation of the noise in every reading of a trace: what has faded below it is lost."""


class LiquidStateMachineParams(Params):
    size: int = param(
        60, "How many spiking neurons.", low=5, high=150, unit="neurons",
        aliases=("units", "liquid size", "spiking neurons", "liquid of", "pool of", "neuronas", "tamaño"),
    )  # fmt: skip
    jitter: float = param(
        2.0, "How far each input spike is moved at random, standard deviation.", low=0, high=40, unit="ms",
        aliases=("noise", "timing noise", "ruido", "variación"),
    )  # fmt: skip
    strength: float = param(
        0.1, "Size of the weights between neurons.", low=0, high=2,
        aliases=("coupling", "weights", "coupling strength", "connection strength", "acoplamiento", "fuerza"),
    )  # fmt: skip
    delay: int = param(
        0, "Silence between the end of the input and the reading.", low=0, high=150, unit="milliseconds",
        aliases=("pause", "silence", "waiting time", "wait", "retraso", "retardo", "pausa", "silencio"),
    )  # fmt: skip


def templates(random: np.random.Generator) -> list[list[Array]]:
    """Two templates: for each channel the times of five spikes."""
    return [[np.sort(random.uniform(2, STEPS - 5, 5)) for _ in range(CHANNELS)] for _ in range(2)]


def throw(template: list[Array], jitter: float, length: int, random: np.random.Generator) -> Array:
    """A jittered copy as spikes (length, channels)."""
    spikes = np.zeros((length, CHANNELS))
    for channel, times in enumerate(template):
        moved = np.clip(times + jitter * random.standard_normal(len(times)), 0, STEPS - 1).astype(int)
        spikes[moved, channel] = 1
    return spikes


def liquid(params: LiquidStateMachineParams, random: np.random.Generator) -> tuple[Array, Array]:
    """W (size, size), a fifth of the senders inhibitory, and W_in (size, channels)."""
    n = params.size
    joined = random.random((n, n)) < 0.2
    sign = np.where(np.arange(n) < n // 5, -2.0, 1.0)
    w = params.strength * joined * random.random((n, n)) * sign[None, :]
    np.fill_diagonal(w, 0)
    return w, 0.9 * random.random((n, CHANNELS)) * (random.random((n, CHANNELS)) < 0.5)


def ripple(w: Array, w_in: Array, spikes: Array) -> tuple[Array, Array, Array]:
    """Potentials, spikes and traces (T, neurons) of the liquid under input spikes (T, channels)."""
    n = len(w)
    v, s, r = np.zeros(n), np.zeros(n), np.zeros(n)
    seen = []
    for inputs in spikes:
        v = v * np.exp(-1 / TAU) + w @ s + w_in @ inputs
        s = (v >= 1).astype(float)
        v = np.where(s > 0, 0.0, np.maximum(v, -1.0))
        r = r * np.exp(-1 / TAU_TRACE) + s
        seen.append((v, s, r))
    potentials, fired, traces = np.array(seen).transpose(1, 0, 2)
    return potentials, fired, traces


def steps(params: LiquidStateMachineParams) -> Iterator[Frame]:
    """The stones, the ripples, the reader, throws it never saw, and how well it reads."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one liquid."""

    def __init__(self, params: LiquidStateMachineParams) -> None:
        random = np.random.default_rng(params.seed)
        self.params = params
        self.templates = templates(random)
        self.inside = liquid(params, random)
        length = STEPS + params.delay
        self.label = np.array([1.0, -1.0] * ((LEARN + TEST) // 2))
        self.inputs = [throw(self.templates[int(t < 0)], params.jitter, length, random) for t in self.label]
        self.runs = [ripple(*self.inside, each) for each in self.inputs]
        traces = np.array([run[2][-1] for run in self.runs])
        states = np.concatenate([traces + BLUR * random.standard_normal(traces.shape), np.ones((len(traces), 1))], 1)
        self.w = ridge(states[:LEARN], self.label[:LEARN], 0.1)
        self.says = states @ self.w
        self.right = np.sign(self.says) == self.label

    def scenes(self) -> list[Scene]:
        told = [self.opening(), *(self.rippling(t) for t in range(9, STEPS, 10))]
        told += [self.fading(), self.reader()]
        return [*told, *(self.thrown(LEARN + k) for k in range(6)), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        w = self.inside[0]
        caption = (
            f"{count(p.size, 'spiking neuron')}, a fifth of them inhibitory, {int((w != 0).sum())} random "
            f"joints. Two templates of input spikes on "
            f"{CHANNELS} channels; each throw is one of them with its spikes moved by about "
            f"{number(p.jitter, 1)} ms. Which one was it?"
        )
        panels = tuple(
            self._raster(f"template {k + 1}", throw(t, 0, STEPS, np.random.default_rng(0)))
            for k, t in enumerate(self.templates)
        )
        return Scene(caption, panels, {"neurons": p.size})

    def rippling(self, t: int) -> Scene:
        v, s, _ = self.runs[0]
        now = int(s[: t + 1].sum())
        k = first_largest(s[: t + 1].sum(0))
        caption = (
            f"{t + 1} ms: {count(int(self.inputs[0][: t + 1].sum()), 'input spike')} so far, and "
            f"{count(now, 'spike')} in the liquid. Neuron {k + 1} is the "
            f"busiest with {int(s[: t + 1, k].sum())}; its potential is {number(v[t, k], 2)}. It leaks, is "
            f"pushed up, and at 1 it spikes and starts again at 0."
        )
        line = Series(name=f"v of neuron {k + 1}", x=row(range(t + 1)), y=row(v[: t + 1, k]))
        panels = (
            self._raster("spikes of the liquid", s[: t + 1, :30]),
            Curve(title="Potential", series=(line,), x_label="ms"),
        )
        return Scene(caption, panels, {"ms": t + 1, "spikes": now}, "ripples" if t == 9 else "")

    def fading(self) -> Scene:
        a, b = self.runs[0][2], self.runs[1][2]
        apart = np.linalg.norm(a - b, axis=1)
        caption = (
            f"The traces of a throw of each template: how far apart the two liquids are, ms after ms. At the "
            f"reading, {self.params.delay} ms after the "
            f"input ended, it is {number(apart[-1], 2)}; at its largest it was {number(apart.max(), 2)}. What "
            f"has faded cannot be read."
        )
        line = Series(name="distance", x=row(range(len(apart))), y=row(apart))
        return Scene(
            caption,
            (Curve(title="Two templates: how far apart", series=(line,), x_label="ms"),),
            {"apart": apart[-1]},
            "separation",
        )

    def reader(self) -> Scene:
        learnt = float(self.right[:LEARN].mean())
        caption = (
            f"The reader: a linear sum of the {self.params.size} traces at the end, solved by least squares on "
            f"{LEARN} throws. On these it gets "
            f"{number(100 * learnt, 0)} % right. Its largest weight belongs to neuron "
            f"{first_largest(np.abs(self.w[:-1])) + 1}. The liquid is not changed."
        )
        order = ranked(np.abs(self.w[:-1]))[:10]
        bars = Bars(
            title="Largest weights of the reader", labels=tuple(f"n{k + 1}" for k in order), values=row(self.w[order])
        )
        return Scene(caption, (bars, self._verdicts()), {"learnt": learnt}, "the reader")

    def thrown(self, index: int) -> Scene:
        _, s, _ = self.runs[index]
        which = 1 if self.label[index] > 0 else 2
        caption = (
            f"A throw never seen, of template {which}: {int(s.sum())} spikes in the liquid, and the reader "
            f"says {number(self.says[index], 2)}, so "
            f"template {1 if self.says[index] > 0 else 2}. "
            + ("Right." if self.right[index] else "Wrong: the jitter made it look like the other.")
        )
        panels = (
            self._raster("input", self.inputs[index][:STEPS]),
            self._raster("spikes of the liquid", s[:STEPS, :30]),
        )
        return Scene(caption, panels, {"says": self.says[index]}, "new throws" if index == LEARN else "")

    def ending(self) -> Scene:
        score = float(self.right[LEARN:].mean())
        spikes = float(np.mean([run[1].sum() for run in self.runs]))
        caption = (
            f"{number(100 * score, 1)} % of {TEST} new throws are told apart, from {number(spikes, 0)} spikes "
            f"a throw on average, read "
            f"{self.params.delay} ms after the input. "
        )
        if score >= 0.9:
            caption += "Random ripples keep enough of what fell in, and a linear reader is enough."
        elif self.params.delay > 60:
            caption += "The ripples had faded before they were read."
        elif spikes < 5:
            caption += "The liquid hardly moved: too few neurons or too weak joints."
        else:
            caption += "The templates were too blurred, or the liquid too small or too stormy."
        return Scene(
            caption,
            (self._verdicts(), self._raster("input, last throw", self.inputs[-1][:STEPS])),
            {"score": score, "spikes": spikes},
            "the end",
        )

    def _raster(self, title: str, spikes: Array) -> Panel:
        return Heatmap(title=title, values=rows(spikes.T, 0), value_range=(0, 1), show_values=False, column_label="ms")

    def _verdicts(self) -> Panel:
        x = np.arange(TEST)
        series = tuple(
            Series(
                name=f"template {k + 1}",
                x=row(x[self.label[LEARN:] == t]),
                y=row(self.says[LEARN:][self.label[LEARN:] == t]),
            )
            for k, t in enumerate((1, -1))
        )
        return Curve(title="What the reader says of new throws", series=series, x_label="throw")


def _check(frames: Sequence[Frame]) -> str:
    score = frames[-1].metrics["score"]
    return "90 % or more" if score >= 0.9 else "60 to 90 %" if score >= 0.6 else "hardly better than guessing"


DEMO = Demo(
    name="liquid_state_machine",
    title="Liquid state machine",
    slide=37,
    group="Zoo",
    summary="Spikes thrown into a pool of spiking neurons; a linear reader tells from the ripples what fell in.",
    params=LiquidStateMachineParams,
    steps=steps,
    look_for=(
        "The pool is random and never learns.",
        "Two templates make different ripples: that difference is all the reader has.",
        "Wait too long, and the ripples have faded.",
    ),
    examples=(
        Request("Show me a liquid state machine"),
        Request("liquid state machine with 100 neurons", {"size": 100}),
        Request("Run the LSM with a jitter of 10 ms", {"jitter": 10}),
        Request("spiking reservoir with a pause of 120", {"delay": 120}),
        Request("liquid state machine with coupling 0.5, seed 3", {"strength": 0.5, "seed": 3}),
        Request("máquina de estado líquido con 30 neurons", {"size": 30}),
        Request("spiking neurons in action with coupling 0", {"strength": 0}),
        Request("watch ripples of spikes in a liquid"),
        Request("Throw spikes into a pool of 90 neurons and read the ripples", {"size": 90}),
        Request("Read from the ripples which input fell into a pool of spiking cells"),
        Request("How long does a pool of spikes remember? Show it with a silence of 80 ms.", {"delay": 80}),
        Request("Lanza pulsos a un estanque de 50 neuronas", {"size": 50}),
    ),
    presets={
        "ripples": Preset("Ripples", {}, "Sixty random neurons tell two patterns apart."),
        "late": Preset("Read too late", {"delay": 150}, "After 150 ms of silence little is left of the ripples."),
        "blurred": Preset("Blurred", {"jitter": 25}, "Spikes moved by 25 ms: the templates run into each other."),
    },
    prediction=Prediction(
        "How many of the new throws will be told apart?",
        ("90 % or more", "60 to 90 %", "hardly better than guessing"),
        _check,
    ),
    aliases=(
        "lsm", "spiking reservoir", "spiking neurons", "liquid state machines", "máquina de estado líquido",
        "liquid state", "liquid computing", "spiking network", "spiking neural network", "spiking neural networks",
        "pool of spiking neurons", "snn", "lsms", "máquinas de estado líquido", "estado líquido", "neuronas de espigas",
        "red de espigas", "neuronas pulsantes",
    ),
)  # fmt: skip
