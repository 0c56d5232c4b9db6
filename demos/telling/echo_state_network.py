"""Tells the demo echo_state_network: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.readout import mean_square
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number, small
from demos.runtime.contract import (
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
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.zoo.echo_state_network import FREE, LEARN, WASH, EchoStateNetworkParams, run


def steps(params: EchoStateNetworkParams) -> Iterator[Frame]:
    """The reservoir under input, the test of two starts, the read-out, and the free forecast."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one reservoir."""

    def __init__(self, params: EchoStateNetworkParams) -> None:
        done = run(params)
        self.params, self.inside, self.u, self.x, self.gap = params, done.inside, done.u, done.x, done.gap
        self.w, self.fit, self.wanted, self.free = done.w, done.fit, done.wanted, done.free
        self.error = mean_square(self.fit, self.wanted)

    def scenes(self) -> list[Scene]:
        told = [self.opening(), *(self.echo(t) for t in range(0, 40, 4))]
        told += [self.apart(t) for t in (1, 10, 30, 60, 100, 300)]
        told += [self.readout()]
        return [*told, *(self.freely(n) for n in (10, 25, 50, 75, 100)), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        caption = say(
            "{units} joined at random in loops, {size} weights that are never learnt, scaled to a spectral radius "
            "of {radius}. The wave below goes in, one number a step. Only {size2} output weights will be learnt.",
            units=count(p.size, "unit"),
            size=p.size * p.size,
            radius=number(p.radius, 2),
            size2=p.size + 1,
        )
        line = Series(name=say("input"), x=row(range(120)), y=row(self.u[:120]))
        return Scene(caption, (Curve(title=say("The series"), series=(line,), x_label=say("step")),), {"units": p.size})

    def echo(self, t: int) -> Scene:
        caption = say(
            "Step {t}: input {u}. The first twelve units, each a different mixture of what came just now and what "
            "still echoes; their mean size is {x}. Some follow the wave, some lag behind: a bank of memories.",
            t=t + 1,
            u=number(self.u[t], 2),
            x=number(float(np.abs(self.x[t]).mean()), 2),
        )
        some = self.x[max(0, t - 39) : t + 1, :12].T
        names = tuple(say("unit {k}", k=k + 1) for k in range(some.shape[0]))
        panel = Heatmap(
            title=say("States over the last steps"),
            values=rows(some, 2),
            rows=names,
            value_range=(-1, 1),
            show_values=False,
        )
        lines = tuple(
            Series(name=names[k], x=row(range(t + 1)), y=row(self.x[: t + 1, k])) for k in range(min(3, len(names)))
        )
        return Scene(
            caption,
            (panel, Curve(title=say("Three units"), series=lines, x_label=say("step"))),
            {"step": t + 1},
            say("echoes") if t == 0 else "",
        )

    def apart(self, t: int) -> Scene:
        caption = say(
            "Two copies of the reservoir, started differently, hear the same input. After {steps} "
            "they are {gap} apart. ",
            steps=count(t, "step"),
            gap=small(self.gap[t - 1]),
        )
        if t > 1:
            caption += (
                say("The past is being forgotten.")
                if self.gap[t - 1] < 0.5 * self.gap[0]
                else say("They have not come together: the start still matters.")
            )
        return Scene(
            caption, (self._gap(t),), {"step": t, "apart": self.gap[t - 1]}, say("two starts") if t == 1 else ""
        )

    def readout(self) -> Scene:
        caption = say(
            "The read-out: one linear system for {size} weights over {learn} steps, the first {wash} left out. "
            "One step ahead its mean squared error is {error}. The largest weight is {w}.",
            size=self.params.size + 1,
            learn=LEARN,
            wash=WASH,
            error=small(self.error),
            w=number(float(np.abs(self.w).max()), 1),
        )
        x = row(range(80))
        lines = (
            Series(name=say("wanted"), x=x, y=row(self.wanted[-80:])),
            Series(name=say("read-out"), x=x, y=row(self.fit[-80:])),
        )
        return Scene(
            caption,
            (Curve(title=say("One step ahead"), series=lines, x_label=say("step")),),
            {"error": self.error},
            say("the read-out"),
        )

    def freely(self, n: int) -> Scene:
        true = self.u[WASH + LEARN : WASH + LEARN + n]
        error = mean_square(self.free[:n], true)
        caption = say(
            "Left alone for {n} steps: each guess is the next input. Mean squared error {error}, where always "
            "saying 0 would have {true}. ",
            n=n,
            error=small(error),
            true=number(float((true**2).mean()), 3),
        )
        caption += say("The loop has caught the wave.") if error < 0.02 else say("It drifts away from the wave.")
        return Scene(
            caption, (self._free(n),), {"steps": n, "free_error": error}, say("free forecast") if n == 10 else ""
        )

    def ending(self) -> Scene:
        true = self.u[WASH + LEARN : WASH + LEARN + FREE]
        error = mean_square(self.free, true)
        fades = bool(self.gap[-1] < 1e-3)
        caption = say(
            "With ρ = {radius} two starts are {gap} apart after {wash} steps; {free} free steps have error {error}. ",
            radius=number(self.params.radius, 2),
            gap=small(self.gap[-1]),
            wash=WASH + LEARN,
            free=FREE,
            error=small(error),
        )
        if not fades:
            caption += say("The echo of the start never fades: no echo state property, and nothing to rely on.")
        elif error < 0.02:
            caption += say(
                "Loops left to chance and one linear system forecast a wave: no error was sent back through time."
            )
        else:
            caption += say("It forgets its start, but its echoes are too short or too coarse for this wave.")
        metrics = {"error": self.error, "free_error": error, "fades": float(fades)}
        return Scene(caption, (self._free(FREE), self._gap(WASH + LEARN)), metrics, say("the end"))

    def _gap(self, t: int) -> Panel:
        x = np.unique(np.linspace(0, t - 1, min(t, 100)).astype(int))
        line = Series(name=say("log10 of the distance"), x=row(x + 1), y=row(np.log10(self.gap[x] + 1e-16)))
        return Curve(title=say("Two starts: how far apart"), series=(line,), x_label=say("step"), y_label=line.name)

    def _free(self, n: int) -> Panel:
        x = row(range(n))
        true = self.u[WASH + LEARN : WASH + LEARN + n]
        lines = (
            Series(name=say("true"), x=x, y=row(true)),
            Series(name=say("free forecast"), x=x, y=row(np.clip(self.free[:n], -3, 3))),
        )
        return Curve(title=say("Free forecast"), series=lines, x_label=say("step"))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["fades"] else "no"


LEXICON = {
    "size": Words((
        "reservoir", "neurons", "nodes", "reservoir of", "reservoir size", "reservorio", "neuronas ocultas",
        "unidades ocultas", "neuronas", "unidades",
    )),
    "radius": Words(("spectral radius", "rho", "ρ", "radio espectral", "radio", "spectral")),
    "leak": Words(("leak rate", "leakage", "leaking rate", "leaky", "fuga", "tasa de fuga")),
    "penalty": Words(("lambda", "ridge", "λ", "regularization", "regularización", "penalización")),
    "input_scale": Words(("input weights", "input scaling", "input size", "escala de entrada", "input weight")),
}  # fmt: skip


DEMO = Demo(
    name="echo_state_network",
    title="Echo state network",
    slide=37,
    group="Zoo",
    summary="A reservoir of random loops echoes the past; one linear read-out learns to forecast a wave.",
    params=EchoStateNetworkParams,
    steps=steps,
    look_for=(
        "Each unit echoes the input in a way of its own.",
        "Below a spectral radius of about 1 two starts come together; far above they do not.",
        "Only the read-out is learnt.",
    ),
    examples=(
        Request("Show me an echo state network"),
        Request("Run an ESN with spectral radius 1.5", {"radius": 1.5}),
        Request("echo state network with 100 units and a leak of 0.3", {"size": 100, "leak": 0.3}),
        Request("reservoir computing with 20 neurons", {"size": 20}),
        Request("echo state network, rho 0.2", {"radius": 0.2}),
        Request("red de estados de eco con 40 units", {"size": 40}),
        Request("forecast a wave with an ESN, lambda 0.1, seed 2", {"penalty": 0.1, "seed": 2}),
        Request("watch echoes fade in a reservoir"),
        Request("Forecast a wave with 90 neurons in random loops that are never trained", {"size": 90}),
        Request("Train nothing but the read-out of a random recurrent network, spectral radius 1.1", {"radius": 1.1}),
        Request("Let the past echo in fixed random loops and read it out"),
        Request("Pronostica una onda con un reservorio de 70 neuronas", {"size": 70}),
    ),
    presets={
        "echoes": Preset(
            "Echoes that fade", {},
            "ρ = 0.9: it forgets its start and forecasts the wave.",
            (Claim("fades", "==", 1), Claim("free_error", "<", 0.02)),
        ),
        "chaos": Preset(
            "Never forgets", {"radius": 2.5, "leak": 1.0},
            "ρ = 2.5: two starts stay apart.",
            (Claim("fades", "==", 0),),
        ),
        "deaf": Preset(
            "No loops", {"radius": 0, "leak": 1},
            "ρ = 0: no echo, so no memory to forecast with.",
            (Claim("free_error", ">", 0.1),),
        ),
    },
    prediction=Prediction("Will two different starts end in the same state?", ("yes", "no"), _check),
    aliases=(
        "esn", "echo state networks", "reservoir computing", "reservoir", "red de estados de eco", "echo state net",
        "echo state", "esns", "reservoir computer", "reservoir network", "random reservoir", "echo network",
        "red de estado de eco", "redes de estado de eco", "red de eco", "computación de reservorio", "reservorio",
    ),
    measures=(
        Measure("free_error", "error", "mean squared error of the free forecast"),
        Measure("error", "error", "mean squared error one step ahead"),
        Measure("apart", "quantity", "how far apart two starts are"),
        Measure("fades", "score", "1 when the start is forgotten"),
        Measure("step", "clock"),
    ),
    words=LEXICON,
)  # fmt: skip
