"""Tells the demo recurrent: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Claim,
    Curve,
    Demo,
    Edge,
    Frame,
    Heatmap,
    Measure,
    Network,
    Node,
    Panel,
    Prediction,
    Preset,
    Request,
    Series,
    Tokens,
    Words,
)
from demos.runtime.messages import say
from demos.sequences.recurrent import Array, RecurrentParams, read, run

SHOWN = 16
WINDOW = 4
"""Steps of the unrolled loop that are drawn at a time."""


def steps(params: RecurrentParams) -> Iterator[Frame]:
    """The letters, the learning, one reading letter by letter, and the gradient on its way back."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one run."""

    def __init__(self, params: RecurrentParams) -> None:
        self.params = params
        done = run(params)
        self.letters, self.x, self.target, self.history = done.letters, done.x, done.target, done.history
        self.names = tuple("␣" if letter == " " else letter for letter in self.letters)
        self.w, self.loss = self.history[-1]
        self.seen, self.before, self.after = done.seen, done.before, done.after
        self.right = self.seen.p.argmax(1) == self.target.argmax(1)

    def scenes(self) -> list[Scene]:
        told = [self.opening()]
        told += [self.learning(i) for i in thin(len(self.history), 12)]
        told += [self.letter(t) for t in range(len(self.x))]
        told += [self.gradient(lag) for lag in thin(len(self.after), 10)]
        return [*told, self.ending()]

    def opening(self) -> Scene:
        n, v = self.params.hidden, len(self.letters)
        caption = say(
            "'{text}' has {text2} characters, {v} different ones. The network reads one at a time and guesses the "
            "next. All it knows of the past is a state of {n} numbers; the same {size} weights serve every step.",
            text=self.params.text,
            text2=len(self.params.text),
            v=v,
            n=n,
            size=sum(value.size for value in self.w.values()),
        )
        some = self.params.text[: min(SHOWN, len(self.x))]
        panels = (
            Tokens(title=say("The text"), tokens=tuple(map(self._name, self.params.text))),
            Heatmap(
                title=say("Letters as one-hot columns"),
                values=rows(self.x[: len(some)].T),
                rows=self.names,
                columns=tuple(map(self._name, some)),
                show_values=False,
                column_label=say("letter read"),
            ),
        )
        return Scene(caption, panels, {"letters": v, "hidden": n})

    def learning(self, epoch: int) -> Scene:
        w, loss = self.history[epoch]
        p = read(w, self.x).p
        right = int((p.argmax(1) == self.target.argmax(1)).sum())
        chance = np.log(len(self.letters))
        caption = say(
            "Epoch {epoch}: loss {loss} ({chance} would be blind guessing), {right} of {p} next letters right. "
            "The error at each letter is sent back through all the steps before it, and the same weights are "
            "corrected for all of them at once.",
            epoch=epoch,
            loss=number(loss),
            chance=number(chance),
            right=right,
            p=len(p),
        )
        losses = [value for _, value in self.history[: epoch + 1]]
        shown = thin(len(losses), 80)
        line = Series(name=say("loss"), x=row(shown), y=row(losses[i] for i in shown))
        panels = (
            Curve(title=say("Loss"), series=(line,), x_label=say("epoch")),
            self._guesses(say("Guess of each next letter"), p),
        )
        return Scene(caption, panels, {"epoch": epoch, "loss": loss, "right": right})

    def letter(self, t: int) -> Scene:
        text, p = self.params.text, self.seen.p[t]
        best, wanted = first_largest(p), first_largest(self.target[t])
        moved = float(np.abs(self.seen.h[t] - (self.seen.h[t - 1] if t else 0)).mean())
        earlier = [k for k in range(t) if text[k] == text[t]]
        caption = say(
            "Step {t} reads '{name}': the state changes by {moved} on average, and the guess is '{names}' with "
            "{p}; next comes '{names2}'. ",
            t=t + 1,
            name=self._name(text[t]),
            moved=number(moved, 2),
            names=self.names[best],
            p=number(p[best], 2),
            names2=self.names[wanted],
        )
        if earlier:
            far = float(np.abs(self.seen.h[t] - self.seen.h[earlier[-1]]).mean())
            caption += say(
                "The same letter stood at step {earlier}, with a state {far} away: the state is the letter and "
                "what came before it.",
                earlier=earlier[-1] + 1,
                far=number(far, 2),
            )
        else:
            caption += say("It meets this letter for the first time.")
        panels = (self._unrolled(t), self._states(t))
        metrics = {"step": t + 1, "loss": self.loss, "right": float(self.right[: t + 1].sum())}
        return Scene(caption, panels, metrics, say("reading") if t == 0 else "")

    def _unrolled(self, t: int) -> Panel:
        """The loop laid out: letters below, states in the middle, guesses above, the last steps up to t."""
        nodes, edges = list[Node](), list[Edge]()
        for slot, k in enumerate(range(max(0, t - WINDOW + 1), t + 1)):
            x, now = slot / (WINDOW - 1), k == t
            guess = self.names[first_largest(self.seen.p[k])]
            nodes += [
                Node(id=f"x{k}", label=self._name(self.params.text[k]), x=x, y=0),
                Node(id=f"h{k}", label=f"h{k + 1}", x=x, y=0.5, value=0.0),
                Node(id=f"y{k}", label=guess, x=x, y=1, value=1 if self.right[k] else -1),
            ]
            edges += [
                Edge(source=f"x{k}", target=f"h{k}", active=now),
                Edge(source=f"h{k}", target=f"y{k}", active=now),
            ]
            if slot:
                edges.append(Edge(source=f"h{k - 1}", target=f"h{k}", active=now))
        title = say("Below: letter read. Middle: state. Above: guess of the next (blue: right)")
        return Network(title=title, nodes=tuple(nodes), edges=tuple(edges))

    def _states(self, t: int) -> Panel:
        """The states up to t as columns, each above its letter; the next ones are still empty."""
        first = max(0, min(t + 1, len(self.x)) - SHOWN)
        last = min(len(self.x), first + SHOWN)
        values = np.zeros((last - first, self.params.hidden))
        values[: t + 1 - first] = self.seen.h[first : t + 1]
        return Heatmap(
            title=say("Hidden states, a column for each letter read"),
            values=rows(values.T, 2),
            columns=tuple(map(self._name, self.params.text[first:last])),
            value_range=(-1, 1),
            show_values=False,
            column_label=say("letter read"),
            row_label=say("unit"),
        )

    def gradient(self, lag: int) -> Scene:
        size = self.after[lag]
        caption = say(
            "Back through time by {steps}: what is left of an error is at most {size} times its size; before "
            "learning it was {before}. Each step multiplies by (1 - h²)·W_h. ",
            steps=count(lag, "step"),
            size=number(size, 5),
            before=number(self.before[lag], 5),
        )
        caption += (
            say("Small factors vanish, large ones explode.") if lag else say("No step back, so nothing is lost yet.")
        )
        return Scene(
            caption, (self._reach(lag),), {"lag": lag, "log10_left": _log(size)}, say("gradients") if lag == 0 else ""
        )

    def ending(self) -> Scene:
        right, lags = int(self.right.sum()), len(self.after) - 1
        factor = float(self.after[-1] ** (1 / lags)) if self.after[-1] else 0.0
        caption = say(
            "{right} of {right2} letters are guessed right. An error reaches {lags} steps back with {after:.1e} "
            "of its size, a factor of {factor} a step. ",
            right=right,
            right2=len(self.right),
            lags=lags,
            after=self.after[-1],
            factor=number(factor, 2),
        )
        if self.after[-1] < 0.01:
            caption += say("It has vanished: what stood there can hardly be learnt. LSTM and GRU keep a road open.")
        elif self.after[-1] > 100:
            caption += say(
                "It has exploded: one early letter shakes everything. Gradients are clipped for that reason."
            )
        else:
            caption += say("Here it has survived, which a longer text would change.")
        panels = (self._reach(lags), self._guesses(say("Guesses at the end"), self.seen.p))
        return Scene(
            caption, panels, {"loss": self.loss, "right": right, "log10_left": _log(self.after[-1])}, say("the end")
        )

    def _guesses(self, title: str, p: Array) -> Panel:
        first = max(0, len(p) - SHOWN)
        read = tuple(map(self._name, self.params.text[first : len(p)]))
        return Heatmap(
            title=title,
            values=rows(p[first:].T, 2),
            rows=self.names,
            columns=read,
            value_range=(0, 1),
            show_values=False,
            column_label=say("letter read"),
            row_label=say("next letter"),
        )

    def _reach(self, lag: int) -> Panel:
        logs = [np.log10(np.maximum(sizes[: lag + 1], 1e-12)) for sizes in (self.before, self.after)]
        series = tuple(
            Series(name=name, x=row(range(lag + 1)), y=row(log))
            for name, log in zip((say("before learning"), say("after")), logs, strict=True)
        )
        return Curve(title=say("log10 of what is left of the error"), series=series, x_label=say("steps back"))

    def _name(self, letter: str) -> str:
        return "␣" if letter == " " else letter


def _log(size: float) -> float:
    return float(np.log10(max(size, 1e-12)))


def _check(frames: Sequence[Frame]) -> str:
    left = frames[-1].metrics["log10_left"]
    return "it vanishes" if left < -2 else "it explodes" if left > 2 else "it survives"


LEXICON = {
    "text": Words(("word", "letters", "sentence", "texto", "palabra", "letras")),
    "hidden": Words((
        "state size", "hidden units", "hidden state of", "size of the state", "estado oculto", "neuronas ocultas",
        "unidades ocultas", "neuronas", "unidades",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "gain": Words((
        "spectral radius", "recurrent weight", "recurrent weights", "radius", "ganancia", "radio espectral",
        "eigenvalue",
    )),
}  # fmt: skip


DEMO = Demo(
    name="recurrent",
    title="Recurrent network",
    slide=29,
    group="Recurrent Layers",
    summary="Reads letters one at a time, shows the hidden state, and how the gradient fades going back.",
    params=RecurrentParams,
    steps=steps,
    look_for=(
        "The same letter leaves a different state in a different place.",
        "The same weights are used at every step.",
        "The gradient is multiplied by one more factor for each step back.",
    ),
    examples=(
        Request("Show me a recurrent network"),
        Request('Train an RNN on "banana banana banana"', {"text": "banana banana banana"}),
        Request("recurrent neural network with 6 hidden units", {"hidden": 6}),
        Request("Let gradients explode in an RNN: spectral radius 3, 0 epochs", {"gain": 3, "epochs": 0}),
        Request("vanishing gradients in action with a gain of 0.3 and 50 passes", {"gain": 0.3, "epochs": 50}),
        Request('entrena una red recurrente con "hola hola hola"', {"text": "hola hola hola"}),
        Request("Run the RNN for 300 epochs, seed 4", {"epochs": 300, "seed": 4}),
        Request("watch the hidden state of a recurrent net read letters"),
        Request(
            "Read \"mississippi mississippi\" letter by letter and guess the next one",
            {"text": "mississippi mississippi"},
        ),
        Request("Show how the gradient fades on its way back through time"),
        Request("Let a loop of 20 hidden units learn a word for 200 epochs", {"hidden": 20, "epochs": 200}),
        Request(
            "Lee letra por letra \"casa casa casa\" con 10 unidades ocultas", {"text": "casa casa casa", "hidden": 10}
        ),
    ),
    presets={
        "hello": Preset(
            "Hello", {},
            "After 'l' comes 'l' or 'o': only the state can tell which.",
            (Claim("right", ">=", 20),),
        ),
        "untrained": Preset(
            "Vanishing", {"epochs": 0, "gain": 0.4},
            "Untrained and with small weights: it fades fast.",
            (Claim("log10_left", "<", -3),),
        ),
        "exploding": Preset(
            "Large weights", {"epochs": 0, "gain": 3, "hidden": 32},
            "A spectral radius of 3 makes errors grow.",
            (Claim("log10_left", ">", 1),),
        ),
        "banana": Preset(
            "Banana", {"text": "banana banana banana", "hidden": 8},
            "After 'a' comes 'n' or a space.",
            (Claim("right", "==", 19),),
        ),
    },
    prediction=Prediction(
        "What becomes of the gradient from the last letter back to the first?",
        ("it vanishes", "it survives", "it explodes"),
        _check,
    ),
    aliases=(
        "rnn", "recurrent net", "recurrent neural network", "vanishing gradients", "red recurrente",
        "recurrent networks", "recurrent neural net", "recurrent neural networks", "rnns", "vanilla rnn", "simple rnn",
        "elman network", "vanishing gradient", "exploding gradients", "exploding gradient",
        "backpropagation through time", "bptt", "hidden state", "character rnn", "char rnn", "red neuronal recurrente",
        "redes recurrentes", "red de elman", "gradientes que se desvanecen", "desvanecimiento del gradiente",
        "estado oculto",
    ),
    measures=(
        Measure("loss", "loss", "mean loss over the letters"),
        Measure("right", "score", "letters guessed right so far", "run"),
        Measure("epoch", "clock"),
        Measure("step", "clock", "letter read"),
        Measure("log10_left", "quantity", "log10 of what is left of an error"),
        Measure("lag", "clock", "steps back in time"),
    ),
    words=LEXICON,
)  # fmt: skip
