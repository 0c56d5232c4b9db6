"""Tells the demo lstm: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import count, number, small
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
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
from demos.sequences._gated import Array, Epoch
from demos.sequences.lstm import LstmParams, Run, draw, linear, naive, run

GATES = (("i", say("input gate")), ("f", say("forget gate")), ("o", say("output gate")))


def steps(params: LstmParams) -> Iterator[Frame]:
    """The task, the learning, one sequence with its gates step by step, and the verdict."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one run."""

    def __init__(self, params: LstmParams) -> None:
        self.params = params
        self.task = draw(params)
        self.x = self.task.x[-1]
        self.wanted = self.task.y[-self.task.held :]
        self.naive = naive(params, self.task)

    @property
    def weights(self) -> int:
        """Four gates of n units: 4·(n·m + n·n + 2·n) with m inputs."""
        n, m = self.params.hidden, self.task.x.shape[2]
        return int(4 * (n * m + n * n + 2 * n))

    @property
    def rival(self) -> str:
        return say("repeating the last value") if self.params.task == "forecast" else say("always saying 0")

    @cached_property
    def done(self) -> Run:
        return run(self.params)

    @property
    def history(self) -> list[Epoch]:
        return self.done.history

    @property
    def gates(self) -> dict[str, Array]:
        return self.done.gates

    @property
    def last(self) -> Epoch:
        return self.history[-1]

    @property
    def guesses(self) -> Array:
        return self.done.guesses

    def better(self) -> int:
        """The first epoch clearly better than the rival, or -1."""
        return next((i for i, each in enumerate(self.history) if each.test < self.naive * 0.9), -1)

    def scenes(self) -> list[Scene]:
        told = [self.learning(epoch) for epoch in thin(len(self.history), 12, {self.better()})]
        told += [self.step(t) for t in range(len(self.x))]
        return [*told, self.forgetting(), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        what = (
            say("A wave of two periods; from {length} values the next is to be forecast.", length=p.length)
            if p.task == "forecast"
            else say(
                "Sequences of {length} numbers. Only the first, +1 or -1, counts; the rest is noise. At the end the "
                "network must say what the first was.",
                length=p.length,
            )
        )
        caption = say(
            "{what} The LSTM has {cells} and {weights} weights; {x} sequences are learnt, {held} kept for "
            "testing. The error of {rival} is {naive}.",
            what=what,
            cells=count(p.hidden, "cell"),
            weights=self.weights,
            x=len(self.task.x) - self.task.held,
            held=self.task.held,
            rival=self.rival,
            naive=number(self.naive, 4),
        )
        shown = self.task.series[:120]
        line = Series(name=say("value"), x=row(range(len(shown))), y=row(shown))
        panel = Curve(
            title=say("The series") if p.task == "forecast" else say("One sequence"),
            series=(line,),
            x_label=say("step"),
        )
        return Scene(caption, (panel,), {"weights": self.weights, "naive": self.naive})

    def learning(self, epoch: int) -> Scene:
        now = self.history[epoch]
        caption = say(
            "Epoch {epoch}: mean squared error {error} on the sequences learnt, {test} on those kept apart; "
            "{rival} has {naive}. ",
            epoch=epoch,
            error=number(now.error, 4),
            test=number(now.test, 4),
            rival=self.rival,
            naive=number(self.naive, 4),
        )
        caption += say("It is below that now.") if now.test < self.naive * 0.9 else say("It has to get below that.")
        moment = say("better than guessing") if epoch == self.better() else ""
        metrics = {"epoch": epoch, "test_error": now.test, "train_error": now.error, "naive": self.naive}
        return Scene(caption, (self._errors(epoch),), metrics, moment)

    def step(self, t: int) -> Scene:
        seen = {name: values[t] for name, values in self.gates.items()}
        unit = first_largest(np.abs(self.gates["c"][-1]))
        before = self.gates["c"][t - 1][unit] if t else 0.0
        i, f, g, c = (float(seen[name][unit]) for name in "ifgc")
        caption = say(
            "Step {t} reads {x}. Cell {unit}: c = f·c' + i·g = {f}·{before} + {i}·{g} = {c}. ",
            t=t + 1,
            x=number(float(self.x[t, 0]), 2),
            unit=unit + 1,
            f=number(f, 2),
            before=number(before, 2),
            i=number(i, 2),
            g=number(g, 2),
            c=number(c, 2),
        )
        if f > 0.8 and i < 0.3:
            caption += say("Forget gate open, input gate nearly shut: it keeps what it has.")
        elif f < 0.4:
            caption += say("The forget gate closes: most of the old value goes.")
        elif i > 0.6:
            caption += say("The input gate is open: the new value comes in.")
        else:
            caption += say("It mixes old and new. Blue gate cells let much through.")
        panels = (self._gates(t), self._cell(t), self._state(seen))
        return Scene(caption, panels, {"step": t + 1, "forget": f, "input": i}, say("gates") if t == 0 else "")

    def forgetting(self) -> Scene:
        f = self.gates["f"].mean(0)
        unit = first_largest(f)
        kept = float(np.prod(self.gates["f"][1:, unit]))
        caption = say(
            "The mean forget gate of each cell. Cell {unit} holds on longest ({f}): of an error at the end, a "
            "share of {kept} reaches the first step through its cell. A plain recurrent network with factors of "
            "0.5 would keep 0.5^{x} = {x2:.0e}.",
            unit=unit + 1,
            f=number(f[unit], 2),
            kept=number(kept, 4),
            x=len(self.x) - 1,
            x2=0.5 ** (len(self.x) - 1),
        )
        labels = tuple(say("cell {k}", k=k + 1) for k in range(len(f)))
        bars = Bars(title=say("Mean forget gate"), labels=labels, values=row(f), value_range=(0, 1))
        return Scene(caption, (bars, self._cell(len(self.x) - 1)), {"kept": kept}, say("what is remembered"))

    def ending(self) -> Scene:
        ratio = self.last.test / (self.naive or 1)
        caption = say(
            "After {epochs} the error on unseen sequences is {test}, {ratio} times that of {rival}. ",
            epochs=count(self.params.epochs, "epoch"),
            test=number(self.last.test, 4),
            ratio=number(ratio, 2),
            rival=self.rival,
        )
        if self.params.task == "classify":
            right = float(((self.guesses > 0) == (self.wanted > 0)).mean())
            caption += say("{right} % of the beginnings are named rightly. ", right=number(100 * right, 1))
            if right > 0.95:
                unit, (first, later, kept) = self._carrier()
                caption += say(
                    "In the sequence shown cell {unit} let the first number in with an input gate of {first}, "
                    "later ones with {later} on average; its forget gate was {kept}.",
                    unit=unit + 1,
                    first=number(first, 2),
                    later=number(later, 2),
                    kept=number(kept, 2),
                )
        else:
            caption += say(
                "A linear forecast from the same {length} values, solved at once, has {linear}.",
                length=self.params.length,
                linear=small(linear(self.task)),
            )
            if self.params.noise:
                caption += say(
                    " Noise of variance {noise} is in every value: on average nobody gets below that.",
                    noise=number(self.params.noise**2, 4),
                )
        first, later, _ = self._carrier()[1]
        metrics = {"test_error": self.last.test, "naive": self.naive, "ratio": ratio, "first_input": first,
                   "later_input": later}  # fmt: skip
        return Scene(caption, (self._answers(), self._errors(len(self.history) - 1)), metrics, say("the end"))

    def _carrier(self) -> tuple[int, tuple[float, float, float]]:
        """The cell with most in it at the end of the sequence shown; its input gate at the first step and on average
        later, and its mean forget gate."""
        unit = first_largest(np.abs(self.gates["c"][-1]))
        gate = self.gates["i"][:, unit]
        return unit, (float(gate[0]), float(gate[1:].mean()), float(self.gates["f"][1:, unit].mean()))

    def _answers(self) -> Panel:
        n = min(60, len(self.wanted))
        series = tuple(
            Series(name=name, x=row(range(n)), y=row(values[:n]))
            for name, values in ((say("wanted"), self.wanted), (say("LSTM"), self.guesses))
        )
        return Curve(title=say("Unseen sequences"), series=series, x_label=say("sequence"))

    def _errors(self, epoch: int) -> Panel:
        past = self.history[: epoch + 1]
        x = row(range(len(past)))
        series = (
            Series(name=say("learnt"), x=x, y=row((each.error for each in past), 5)),
            Series(name=say("unseen"), x=x, y=row((each.test for each in past), 5)),
            Series(name=self.rival, x=x, y=row([self.naive] * len(past), 5)),
        )
        return Curve(title=say("Mean squared error"), series=series, x_label=say("epoch"))

    def _gates(self, t: int) -> Panel:
        together = np.concatenate([self.gates[name][t][None] for name, _ in GATES])
        columns = tuple(str(k + 1) for k in range(together.shape[1]))
        names = tuple(name for _, name in GATES)
        return Heatmap(
            title=say("Gates of each cell"), values=rows(together, 2), rows=names, columns=columns, value_range=(0, 1)
        )

    def _cell(self, t: int) -> Panel:
        c = self.gates["c"][: t + 1]
        unit = first_largest(np.abs(self.gates["c"][-1]))
        x = row(range(1, t + 2))
        series = (
            Series(name=say("cell {unit}", unit=unit + 1), x=x, y=row(c[:, unit])),
            Series(name=say("input"), x=x, y=row(self.x[: t + 1, 0])),
        )
        return Curve(title=say("The cell over time"), series=series, x_label=say("step"))

    def _state(self, seen: dict[str, Array]) -> Panel:
        labels = tuple(f"c{k + 1}" for k in range(len(seen["c"])))
        return Bars(title=say("The cells now"), labels=labels, values=row(seen["c"]))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["ratio"] < 0.5 else "no"


LEXICON = {
    "task": Words(
        ("problem", "tarea", "problema"),
        {
            "forecast": (
                "forecasting", "predict", "time series", "wave", "predicting", "prediction", "forecasts", "pronóstico",
                "predecir", "pronosticar", "serie temporal", "onda",
            ),
            "classify": (
                "classification", "classifies", "remember", "first number", "sequence classification", "classifying",
                "clasifica", "clasificar", "clasificación",
            ),
        },
    ),
    "length": Words(("sequence length", "window", "sequences of", "longitud", "long", "steps long", "pasos")),
    "hidden": Words((
        "units", "hidden units", "memory cells", "celdas", "neuronas ocultas", "unidades ocultas", "neuronas",
        "unidades",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "noise": Words(("sigma", "noise level", "ruido", "nivel de ruido")),
}  # fmt: skip


DEMO = Demo(
    name="lstm",
    title="LSTM, long short-term memory",
    slide=28,
    group="Recurrent Layers",
    summary="Gates that open and close while an LSTM forecasts a series or remembers how a sequence began.",
    params=LstmParams,
    steps=steps,
    look_for=(
        "A forget gate near 1 with an input gate near 0 keeps a value unchanged.",
        "A linear forecast is the measure: it is solved at once.",
        "In the memory task read the gates of the cell shown: how does it keep the first number?",
    ),
    examples=(
        Request("Show me an LSTM"),
        Request("Train an LSTM for 30 epochs with 12 cells", {"epochs": 30, "hidden": 12}),
        Request("LSTM for sequence classification, length 15", {"task": "classify", "length": 15}),
        Request("long short-term memory on a noisy time series, noise 0.3", {"task": "forecast", "noise": 0.3}),
        Request("Can an LSTM remember the first number over 30 steps? Show it.", {"task": "classify", "length": 30}),
        Request("entrena una LSTM de 4 cells", {"hidden": 4}),
        Request("watch the forget gate of an LSTM with only one cell", {"hidden": 1}),
        Request("see the gates of an lstm open and close, seed 2", {"seed": 2}),
        Request(
            "Forecast a noisy wave with a network that can forget, noise 0.25", {"task": "forecast", "noise": 0.25}
        ),
        Request("Show the gates of a memory cell while it reads a sequence"),
        Request("Remember how a sequence of length 25 began", {"task": "classify", "length": 25}),
        Request("Pronostica una serie temporal con 6 celdas de memoria", {"task": "forecast", "hidden": 6}),
    ),
    presets={
        "wave": Preset(
            "A wave", {},
            "Forecast a wave, and compare with repeating the last value and with a linear forecast.",
            (Claim("ratio", "<", 0.5),),
        ),
        "memory": Preset(
            "How did it begin?", {"task": "classify", "noise": 0.3, "length": 12, "epochs": 25},
            "Only the first of twelve numbers counts: watch what the gates do with it.",
            (Claim("ratio", "<", 0.1),),
        ),
        "long": Preset(
            "Too long for this training",
            {"task": "classify", "noise": 0.5, "length": 50, "epochs": 5},
            "Fifty steps, five epochs: it has not found the way.", (Claim("ratio", ">", 0.9),),
        ),
    },
    prediction=Prediction("Will its error on unseen sequences be less than half the naive one?", ("yes", "no"), _check),
    aliases=(
        "lstm", "long short-term memory", "long short term memory", "forget gate", "memoria larga a corto plazo",
        "lstms", "long short term memory network", "lstm network", "lstm cell", "memory cell", "input gate",
        "output gate", "gates of an lstm", "red lstm", "memoria a corto y largo plazo",
        "memoria de corto y largo plazo", "compuerta de olvido", "puerta de olvido", "celda de memoria",
    ),
    measures=(
        Measure("test_error", "error", "mean squared error on unseen sequences"),
        Measure("train_error", "error", "mean squared error on the sequences learnt"),
        Measure("naive", "quantity", "error of the naive answer"),
        Measure("ratio", "error", "error as a multiple of the naive one"),
        Measure("epoch", "clock"), Measure("step", "clock", "step of the sequence shown"),
        Measure("forget", "quantity", "forget gate of the cell shown"),
        Measure("input", "quantity", "input gate of the cell shown"),
        Measure("kept", "quantity", "share of an error that reaches the first step"),
        Measure("weights", "size", "how many weights"),
    ),
    converged=Convergence("it beats the naive answer from then on", claim=Claim("test_error", "<", "naive")),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
