"""Tells the demo gru: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import number
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
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.sequences._gated import Array, Epoch, output, size
from demos.sequences.gru import GruParams, draw, run, walk_gru
from demos.sequences.lstm import walk_lstm


def steps(params: GruParams) -> Iterator[Frame]:
    """The task, both learning, the GRU's gates step by step, and the comparison."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one comparison."""

    def __init__(self, params: GruParams) -> None:
        self.params = params
        self.task = draw(params)
        self.x = self.task.x[-1]

    @cached_property
    def done(self) -> tuple[dict[str, list[Epoch]], dict[str, Array]]:
        return run(self.params)

    @property
    def runs(self) -> dict[str, list[Epoch]]:
        return self.done[0]

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {cell: size(run[-1].weights) for cell, run in self.runs.items()}

    @property
    def gates(self) -> dict[str, Array]:
        return self.done[1]

    def scenes(self) -> list[Scene]:
        told = [self.counting()]
        told += [self.learning(epoch) for epoch in thin(self.params.epochs + 1, 12)]
        told += [self.step(t) for t in range(len(self.x))]
        return [*told, self.ending()]

    def opening(self) -> Scene:
        p = self.params
        goal = (
            say("forecast the next value")
            if p.task == "forecast"
            else say("say at the end whether it began with +1 or -1")
        )
        caption = say(
            "One task for two networks: read {length} numbers and {goal}. Both have {hidden} units, learn the "
            "same {x} sequences {epochs} times, and are tested on {held} others.",
            length=p.length,
            goal=goal,
            hidden=p.hidden,
            x=len(self.task.x) - self.task.held,
            epochs=p.epochs,
            held=self.task.held,
        )
        shown = self.task.series[:120]
        line = Series(name=say("value"), x=row(range(len(shown))), y=row(shown))
        return Scene(
            caption, (Curve(title=say("What is read"), series=(line,), x_label=say("step")),), {"units": p.hidden}
        )

    def counting(self) -> Scene:
        n, m = self.params.hidden, self.task.x.shape[2]
        caption = say(
            "The GRU has 3·({n}·{m} + {n}·{n} + 2·{n}) = {gru} weights, the LSTM 4 times the same bracket, "
            "{lstm}. The missing quarter: the GRU has no output gate, and one gate z decides on both "
            "keeping and renewing.",
            n=n,
            m=m,
            gru=self.sizes["gru"],
            lstm=self.sizes["lstm"],
        )
        body = (
            (say("gates"), say("reset r, update z"), say("input i, forget f, output o")),
            (say("memory"), say("the state h"), say("a cell c behind the state h")),
            (say("weights"), str(self.sizes["gru"]), str(self.sizes["lstm"])),
        )
        panel = Table(title=say("Two cells"), columns=("", say("GRU"), say("LSTM")), rows=body, highlight=(2,))
        return Scene(
            caption,
            (panel,),
            {f"{cell}_weights": n for cell, n in self.sizes.items()},
            say("parameters"),
        )

    def learning(self, epoch: int) -> Scene:
        gru, lstm = (self.runs[cell][epoch].test for cell in ("gru", "lstm"))
        ahead = say("the GRU is ahead") if gru < lstm else say("the LSTM is ahead")
        caption = say(
            "Epoch {epoch}: error on unseen sequences {gru} for the GRU, {lstm} for the LSTM, so {ahead}. Both "
            "see the same sequences in the same order; only the cell differs.",
            epoch=epoch,
            gru=number(gru, 4),
            lstm=number(lstm, 4),
            ahead=ahead,
        )
        metrics = {"epoch": epoch, "gru_error": gru, "lstm_error": lstm}
        return Scene(caption, (self._errors(epoch),), metrics, say("the start") if epoch == 0 else "")

    def step(self, t: int) -> Scene:
        unit = first_largest(np.abs(self.gates["h"][-1]))
        r, z, n, h = (float(self.gates[name][t, unit]) for name in "rznh")
        before = float(self.gates["h"][t - 1, unit]) if t else 0.0
        caption = say(
            "GRU, step {t} reads {x}. Unit {unit}: h = (1 - z)·n + z·h' = {z}·{n} + {z2}·{before} = {h}. ",
            t=t + 1,
            x=number(float(self.x[t, 0]), 2),
            unit=unit + 1,
            z=number(1 - z, 2),
            n=number(n, 2),
            z2=number(z, 2),
            before=number(before, 2),
            h=number(h, 2),
        )
        caption += (
            say("It mostly keeps.")
            if z > 0.7
            else say("It mostly renews.")
            if z < 0.3
            else say("It mixes old and new.")
        )
        caption += say(" The candidate n saw {r} of the past through r.", r=number(r, 2))
        together = np.stack([self.gates["r"][t], self.gates["z"][t]])
        columns = tuple(str(k + 1) for k in range(self.params.hidden))
        x = row(range(1, t + 2))
        lines = (
            Series(name=say("h of unit {unit}", unit=unit + 1), x=x, y=row(self.gates["h"][: t + 1, unit])),
            Series(name=say("input"), x=x, y=row(self.x[: t + 1, 0])),
        )
        panels = (
            Heatmap(
                title=say("Gates of each unit"),
                values=rows(together, 2),
                rows=(say("reset"), say("update")),
                columns=columns,
                value_range=(0, 1),
            ),
            Curve(title=say("State over time"), series=lines, x_label=say("step")),
        )
        return Scene(caption, panels, {"step": t + 1, "reset": r, "update": z}, say("gates") if t == 0 else "")

    def ending(self) -> Scene:
        gru, lstm = (self.runs[cell][-1].test for cell in ("gru", "lstm"))
        share = self.sizes["gru"] / self.sizes["lstm"]
        winner = say("GRU") if gru < 0.9 * lstm else say("LSTM") if lstm < 0.9 * gru else say("neither")
        caption = say(
            "Unseen sequences: GRU {gru}, LSTM {lstm}, with {share} of the weights. ",
            gru=number(gru, 4),
            lstm=number(lstm, 4),
            share=number(share, 2),
        )
        caption += (
            say("The two are within 10 % of each other. ")
            if winner == "neither"
            else say("Here the {winner} does better. ", winner=winner)
        )
        caption += say("Another seed or task may turn it round: neither cell is the better one everywhere.")
        tests = self.task.x[-self.task.held :][:50]
        walks = {"gru": walk_gru, "lstm": walk_lstm}
        series = [Series(name=say("wanted"), x=row(range(len(tests))), y=row(self.task.y[-self.task.held :][:50]))]
        for cell, walk in walks.items():
            w = self.runs[cell][-1].weights
            guesses = [output(w, walk(w, x)["h"])[-1] for x in tests]
            series.append(Series(name=cell.upper(), x=row(range(len(tests))), y=row(guesses)))
        panels: tuple[Panel, ...] = (
            Curve(title=say("Unseen sequences"), series=tuple(series), x_label=say("sequence")),
            self._errors(self.params.epochs),
        )
        return Scene(caption, panels, {"gru_error": gru, "lstm_error": lstm, "share": share}, say("the end"))

    def _errors(self, epoch: int) -> Panel:
        series = tuple(
            Series(name=cell.upper(), x=row(range(epoch + 1)), y=row((e.test for e in run[: epoch + 1]), 5))
            for cell, run in self.runs.items()
        )
        return Curve(title=say("Error on unseen sequences"), series=series, x_label=say("epoch"))


def _check(frames: Sequence[Frame]) -> str:
    gru, lstm = frames[-1].metrics["gru_error"], frames[-1].metrics["lstm_error"]
    return "the GRU" if gru < 0.9 * lstm else "the LSTM" if lstm < 0.9 * gru else "neither by 10 %"


LEXICON = {
    "task": Words(
        ("problem", "tarea", "problema"),
        {
            "forecast": (
                "forecasting", "predict", "time series", "wave", "predicting", "prediction", "forecasts", "pronóstico",
                "predecir", "pronosticar", "serie temporal", "onda",
            ),
            "classify": (
                "classification", "remember", "first number", "sequence classification", "classifying", "classifies",
                "clasifica", "clasificar", "clasificación",
            ),
        },
    ),
    "length": Words(("sequence length", "window", "sequences of", "longitud", "long", "steps long", "pasos")),
    "hidden": Words((
        "hidden units", "cells", "units each", "celdas", "neuronas ocultas", "unidades ocultas", "neuronas", "unidades",
    )),
    "epochs": Words(("épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "learning_rate": Words((
        "lr", "rate", "step size", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
    "noise": Words(("sigma", "noise level", "ruido", "nivel de ruido")),
}  # fmt: skip


DEMO = Demo(
    name="gru",
    title="GRU, gated recurrent unit",
    slide=37,
    group="Zoo",
    summary="A GRU and an LSTM learn the same task: two gates against three, parameters and errors side by side.",
    params=GruParams,
    steps=steps,
    look_for=(
        "The GRU has exactly three quarters of the LSTM's weights.",
        "Where the update gate is near 1, the state stays as it was.",
        "Which of the two wins changes with the task and the seed.",
    ),
    examples=(
        Request("Show me a GRU"),
        Request("Compare a GRU with an LSTM that has the same 4 units", {"hidden": 4}),
        Request("gated recurrent unit, 20 epochs, noise 0.2", {"epochs": 20, "noise": 0.2}),
        Request("GRU versus LSTM on sequence classification of length 12", {"task": "classify", "length": 12}),
        Request("train the gated recurrent unit with learning rate 0.05", {"learning_rate": 0.05}),
        Request("Which is better, GRU or LSTM, seed 7? Show me.", {"seed": 7}),
        Request("entrena una GRU con 15 passes", {"epochs": 15}),
        Request("watch the update gate of a GRU at work"),
        Request("Is a cell with two gates as good as one with three? Try it for 15 epochs.", {"epochs": 15}),
        Request("Show how a reset gate forgets and an update gate keeps"),
        Request(
            "Forecast a wave with the smaller gated cell, 5 units and noise 0.2",
            {"task": "forecast", "hidden": 5, "noise": 0.2},
        ),
        Request("Compara las dos celdas con compuertas durante 12 épocas", {"epochs": 12}),
    ),
    presets={
        "wave": Preset(
            "A wave", {},
            "Both forecast the same wave; look at the errors and at the weights.",
            (Claim("share", "==", 0.75),),
        ),
        "memory": Preset(
            "Remember the beginning", {"task": "classify", "noise": 0.3, "length": 10, "epochs": 20},
            "The first number is carried over ten steps of noise by both.",
            (Claim("gru_error", "<", 0.1), Claim("lstm_error", "<", 0.1)),
        ),
        "tiny": Preset(
            "Two units", {"hidden": 2},
            "Very small networks: every weight counts.",
            (Claim("gru_weights", "==", 30), Claim("lstm_weights", "==", 40)),
        ),
    },
    prediction=Prediction(
        "Which will have the smaller error on unseen sequences?", ("the GRU", "the LSTM", "neither by 10 %"), _check
    ),
    aliases=(
        "gru", "gated recurrent unit", "unidad recurrente con compuertas", "grus", "gated unit", "update gate",
        "reset gate", "gru vs lstm", "gru versus lstm", "gru and lstm", "lstm vs gru", "lstm versus gru",
        "lstm and gru", "gru or lstm", "lstm or gru", "gru with an lstm", "gated recurrent units", "two gates",
        "unidad recurrente con puertas", "gru y lstm", "gru contra lstm", "compuerta de actualización",
    ),
    measures=(
        Measure("gru_error", "error", "error of the GRU on unseen sequences"),
        Measure("lstm_error", "error", "error of the LSTM on unseen sequences"),
        Measure("epoch", "clock"),
        Measure("step", "clock", "step of the sequence shown"),
        Measure("reset", "quantity", "reset gate of the unit shown"),
        Measure("update", "quantity", "update gate of the unit shown"),
        Measure("gru_weights", "size"),
        Measure("lstm_weights", "size"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
