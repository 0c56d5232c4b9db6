"""Tells the demo lenet: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import row, rows, sheet
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
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
    Table,
    Words,
)
from demos.runtime.messages import listed, say
from demos.vision.lenet import UNITS, Array, LenetParams, Network, accuracy, likeness, load, run, shapes

if TYPE_CHECKING:
    from torch import Tensor

ANSWERS = (say("less than 90 %"), say("90 to 97 %"), say("97 % or more"))


def steps(params: LenetParams) -> Iterator[Frame]:
    """The plan, the digits, the digit untrained, an epoch at a time, the digit layer by layer, and the mistakes."""
    story = Story(params)
    yield story.plan()
    x, t, held = load()
    train, test = (x[~held], t[~held]), (x[held], t[held])
    chosen = test[0][test[1] == int(params.digit)]
    picked = chosen[(params.example - 1) % len(chosen)][None]
    yield story.digits(train, len(test[0]))
    for network in run(params):
        yield story.epoch(network, picked, accuracy(network, *train), accuracy(network, *test))
    yield from story.through(network, picked)
    yield story.ending(network, test)


class Story:
    """Counts the frames and keeps the curve."""

    def __init__(self, params: LenetParams) -> None:
        self.params, self.told, self.total = params, 0, params.epochs + 9
        self.train: list[float] = []
        self.test: list[float] = []
        self.first: Array = np.zeros(0)

    def _frame(self, caption: str, panels: tuple[Panel, ...], metrics: dict[str, float], moment: str = "") -> Frame:
        self.told += 1
        metrics = {name: round(value, 4) for name, value in metrics.items()}
        progress = (self.told - 1) / (self.total - 1)
        return Frame(caption=caption, progress=progress, metrics=metrics, panels=panels, moment=moment)

    def plan(self) -> Frame:
        k = self.params.kernels
        sizes = {name: int(np.prod(shape)) for name, shape in shapes(k).items()}
        many = sum(sizes.values())
        body = (
            (say("image"), "1 x 8 x 8", "0"),
            (say("C1 convolution"), say("{k} x 8 x 8", k=k), str(sizes["C1"] + sizes["b1"])),
            (say("S2 {pooling} pooling", pooling=say(self.params.pooling)), say("{k} x 4 x 4", k=k), "0"),
            (say("C3 convolution"), say("{k} x 4 x 4", k=2 * k), str(sizes["C3"] + sizes["b3"])),
            (say("S4 {pooling} pooling", pooling=say(self.params.pooling)), say("{k} x 2 x 2", k=2 * k), "0"),
            (say("F5 dense"), str(UNITS), str(sizes["F5"] + sizes["b5"])),
            (say("output dense"), "10", str(sizes["out"] + sizes["bo"])),
        )
        caption = say(
            "A small LeNet: {many} weights. A dense layer from 64 pixels to {k} values would need {k2} weights; "
            "C1 makes as many values with {c}, for the same 9 weights look at every place.",
            many=many,
            k=64 * k,
            k2=65 * 64 * k,
            c=sizes["C1"] + sizes["b1"],
        )
        table = Table(title=say("The layers"), columns=(say("layer"), say("values"), say("weights")), rows=body)
        return self._frame(caption, (table,), {"weights": many})

    def digits(self, train: tuple[Tensor, Tensor], held: int) -> Frame:
        first = [train[0][train[1] == digit][index, 0].numpy() for digit in range(10) for index in (0, 1)]
        caption = say(
            "{train} handwritten digits of 8x8 pixels to learn from, and {held} others that are never trained on: "
            "only they tell whether it has learnt to read or learnt by heart.",
            train=len(train[0]),
            held=held,
        )
        metrics = {"train_digits": float(len(train[0])), "test_digits": float(held)}
        return self._frame(caption, (Image(title=say("Two of each"), pixels=sheet(first, 10)),), metrics)

    def epoch(self, network: Network, picked: Tensor, train: float, test: float) -> Frame:
        self.train.append(train)
        self.test.append(test)
        epoch, shares = len(self.test) - 1, _shares(network, picked)
        best = first_largest(shares)
        caption = say(
            "Epoch {epoch}: {test:.1%} of the test digits right, {train:.1%} of the training digits. ",
            epoch=epoch,
            test=test,
            train=train,
        )
        caption += say(
            "It reads the {digit} picked as a {best}, with probability {shares}. ",
            digit=self.params.digit,
            best=best,
            shares=number(float(shares[best]), 2),
        )
        kernels = network.weights["C1"].detach()[:, 0].double().numpy()
        self.first = kernels if epoch == 0 else self.first
        alike = likeness(kernels, self.first)
        caption += (
            say("The kernels C1 are random.")
            if epoch == 0
            else say(
                "The kernels C1 still resemble their random start, with a correlation of {alike}.",
                alike=number(alike, 2),
            )
            if alike > 0.5
            else say("The kernels C1 have left their random start: a correlation of {alike}.", alike=number(alike, 2))
        )
        first = test >= 0.9 and max(self.test[:-1], default=0) < 0.9
        moment = say("before training") if epoch == 0 else say("nine of ten are right") if first else ""
        shown = sheet([_unit(kernel) for kernel in kernels], 6)
        panels = (self._curve(), self._guess(shares), Image(title=say("C1 kernels (grey = 0)"), pixels=shown))
        return self._frame(caption, panels, {"epoch": epoch, "test": test, "train": train, "alike": alike}, moment)

    def through(self, network: Network, picked: Tensor) -> Iterator[Frame]:
        """The picked digit, layer by layer."""
        maps = {name: value.detach().numpy()[0] for name, value in network.layers(picked).items()}
        image = Image(title=say("the {digit} picked", digit=self.params.digit), pixels=rows(picked[0, 0].numpy(), 2))
        words = {
            "C1": say("bright where the pixels are like the kernel, dark where they are the opposite"),
            "S2": say("half the size, each value from four of C1"),
            "C3": say("each map is made of all maps of S2"),
            "S4": say("what is left of place: four values a map"),
        }
        for name, why in words.items():
            many, high, _ = maps[name].shape
            caption = say(
                "{name} of the {digit}: {many} maps of {high}x{high}, values {maps} to ",
                name=name,
                digit=self.params.digit,
                many=many,
                high=high,
                maps=number(float(maps[name].min()), 2),
            )
            caption += say("{maps}. Look: {why}.", maps=number(float(maps[name].max()), 2), why=why)
            panel = Image(
                title=say("{name}: {many} maps", name=name, many=many),
                pixels=sheet([(m + 1) / 2 for m in maps[name]], 4),
            )
            metrics = {"maps": many, "size": high}
            yield self._frame(
                caption,
                (image, panel),
                metrics,
                say("feature maps {name}", name=name) if name == "C1" else "",
            )
        shares = _shares(network, picked)
        order = ranked(shares)
        caption = say(
            "Softmax of the ten scores: {order} with {shares}, then {order2} with {shares2}. It "
            "was a {digit}: {right}.",
            order=order[0],
            shares=number(float(shares[order[0]]), 3),
            order2=order[1],
            shares2=number(float(shares[order[1]]), 3),
            digit=self.params.digit,
            right=say("right") if int(order[0]) == int(self.params.digit) else say("a mistake"),
        )
        yield self._frame(caption, (image, self._guess(shares)), {"p": float(shares[order[0]])})

    def ending(self, network: Network, test: tuple[Tensor, Tensor]) -> Frame:
        guess = network.layers(test[0])["scores"].argmax(1)
        wrong = (guess != test[1]).nonzero()[:, 0].tolist()
        names = listed(", ", (say("{test} as {guess}", test=int(test[1][i]), guess=int(guess[i])) for i in wrong[:4]))
        caption = say(
            "Test digits right: {test:.1%}, so {mistakes} among {guess}",
            test=self.test[-1],
            mistakes=count(len(wrong), "mistake"),
            guess=len(guess),
        )
        caption += say(": it read {names}. Look at them: would you have known? ", names=names) if wrong else ". "
        caption += say("On the training digits it has {train:.1%}.", train=self.train[-1])
        panels: tuple[Panel, ...] = (self._curve(),)
        if wrong:
            panels = (
                Image(title=say("What it got wrong"), pixels=sheet([test[0][i, 0].numpy() for i in wrong[:20]], 5)),
                *panels,
            )
        return self._frame(caption, panels, {"test": self.test[-1], "mistakes": len(wrong)}, say("the mistakes"))

    def _curve(self) -> Curve:
        epochs = tuple(float(i) for i in range(len(self.test)))
        series = (
            Series(name=say("test"), x=epochs, y=row(self.test)),
            Series(name=say("training"), x=epochs, y=row(self.train)),
        )
        return Curve(title=say("Digits right"), series=series, x_label=say("epoch"), y_range=(0, 1))

    def _guess(self, shares: Array) -> Bars:
        return Bars(title=say("Its probabilities"), labels=tuple("0123456789"), values=row(shares), value_range=(0, 1))


def _shares(network: Network, picked: Tensor) -> Array:
    shares: Array = network.layers(picked)["scores"].softmax(1).detach().numpy()[0].astype(np.float64)
    return shares


def _unit(kernel: Array) -> Array:
    """Weights as brightness, 0 in the middle."""
    result: Array = 0.5 + 0.5 * kernel / np.abs(kernel).max()
    return result


def _check(frames: Sequence[Frame]) -> str:
    test = frames[-1].metrics["test"]
    return ANSWERS[0] if test < 0.9 else ANSWERS[1] if test < 0.97 else ANSWERS[2]


LEXICON = {
    "digit": Words((
        "number", "follow the", "with a", "read a", "picked", "follow a", "numeral", "dígito", "cifra", "número",
        "digit number",
    )),
    "example": Words(("image", "picture", "test image", "imagen", "ejemplo")),
    "kernels": Words((
        "filters", "maps", "feature maps", "filtros", "mapas", "núcleos", "channels", "convolution kernels",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
    "pooling": Words(
        ("subsampling", "agrupación", "submuestreo"),
        {
            "mean": ("average pooling", "average", "avg", "mean pooling", "promedio", "media"),
            "max": ("max pooling", "largest", "maximum", "máximo"),
        },
    ),
    "learning_rate": Words((
        "lr", "rate", "step size", "eta", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
}  # fmt: skip


DEMO = Demo(
    name="lenet",
    title="LeNet",
    slide=22,
    group="Convolutional Layers",
    summary="A small LeNet learns to read 8x8 digits in front of you; feature maps of a digit that you pick.",
    params=LenetParams,
    steps=steps,
    look_for=(
        "The kernels hardly leave their random start: later layers learn to use what they give.",
        "Each layer has more maps, and each map is smaller.",
        "Test and training accuracy part a little: the test tells the truth.",
        "Look at the mistakes at the end: would you have read them?",
    ),
    examples=(
        Request("Show me LeNet"),
        Request("Train LeNet and follow the digit 8 through it", {"digit": "8"}),
        Request("run a convolutional network on handwritten digits for 5 epochs", {"epochs": 5}),
        Request("lenet with max pooling and 4 kernels", {"pooling": "max", "kernels": 4}),
        Request("show the feature maps of LeNet with a 7", {"digit": "7"}),
        Request("LeCun's network with learning rate 0.003, seed 2", {"learning_rate": 0.003, "seed": 2}),
        Request("train a CNN on digits, 3 passes, average pooling", {"epochs": 3}),
        Request("entrena LeNet con el dígito 5", {"digit": "5"}),
        Request("Train a network that reads handwritten numbers for 6 epochs", {"epochs": 6}),
        Request("Look at the feature maps of a 4 while the network learns to read", {"digit": "4"}),
        Request(
            "Teach a machine to read postal codes as LeCun did, with 8 filters and max pooling",
            {"kernels": 8, "pooling": "max"},
        ),
        Request("Entrena una red convolucional durante 7 épocas con el dígito 1", {"epochs": 7, "digit": "1"}),
    ),
    presets={
        "three": Preset("Follow a 3", {}, "Watch the guess for the 3: it starts as chance and ends sure.",
                        (Claim("p", ">=", 0.9), Claim("test", ">=", 0.97))),
        "short": Preset("Two epochs", {"epochs": 2, "digit": "8"}, "After two passes most digits are right already.",
                        (Claim("test", ">", 0.8),)),
        "few": Preset(
            "Two kernels", {"kernels": 2, "epochs": 3}, "Two kernels are little to see with: fewer digits are right.",
            (Claim("test", "<", 0.95),),
        ),
        "fast": Preset(
            "Too fast", {"learning_rate": 0.1, "epochs": 2}, "Steps of 0.1 throw the weights about: it hardly learns.",
            (Claim("test", "<", 0.5),),
        ),
    },
    prediction=Prediction("How many of the test digits will it read right?", ANSWERS, _check),
    aliases=(
        "lenet-5", "lenet-1", "convolutional network", "convolutional neural network", "cnn", "digit recognition",
        "lenet5", "le net", "convnet", "conv net", "convolutional net", "lecun's network", "lecun network",
        "handwritten digit recognition", "digit recogniser", "digit classifier", "red convolucional",
        "red neuronal convolucional", "redes convolucionales", "reconocimiento de dígitos",
    ),
    measures=(
        Measure("test", "accuracy", "share of test digits right"),
        Measure("train", "accuracy", "share of training digits right"),
        Measure("mistakes", "mistakes", "test digits read wrong"),
        Measure("epoch", "clock"),
        Measure("alike", "quantity", "correlation of the kernels with their random start"),
        Measure("p", "quantity", "probability of its reading of the digit picked"),
        Measure("weights", "size", "how many weights"),
    ),
    converged=Convergence("nine of ten test digits are right from then on", claim=Claim("test", ">=", 0.9)),
    weights_in="C1 kernels (grey = 0)",
    heavy=True,
    words=LEXICON,
)  # fmt: skip
