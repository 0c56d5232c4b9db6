"""Tells the demo distillation: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.edge import _network
from demos.edge._network import Array, Weights
from demos.edge.distillation import (
    TEACHER,
    DistillationParams,
    passes,
    run,
    size_of,
    soften,
)
from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import amount, number
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
    Table,
    Words,
)
from demos.runtime.messages import say

MOST_EPOCHS = 14
ANSWERS = (say("the one with soft targets"), say("the one with labels only"), say("neither, within a point"))


def steps(params: DistillationParams) -> Iterator[Frame]:
    """The plan; then the teacher, its soft targets, two students side by side, and how they differ."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: DistillationParams) -> None:
        self.params, self.count = params, int(params.images)
        self.epochs = passes(self.count)

    def scenes(self) -> list[Scene]:
        done = run(self.params)
        self.data, self.teacher, self.x, self.t, self.z = done.data, done.teacher, done.x, done.t, done.z
        self.alone, self.taught = done.alone, done.taught
        shown = thin(self.epochs + 1, MOST_EPOCHS)
        at_four = [self.temperature(each) for each in (1.0, 2.0, 4.0, 8.0)]
        return [
            self.teaching(),
            *at_four,
            *(self.soft_target(index) for index in range(4)),
            *(self.epoch(at) for at in shown),
            self.by_digit(),
            self.ending(),
        ]

    def right(self, w: Weights) -> float:
        """Share of the test digits read right."""
        return _network.accuracy(w, self.data.test_x, self.data.test_t)

    def plan(self) -> Scene:
        large, small = size_of(TEACHER), size_of(self.params.student)
        caption = say(
            "A teacher of {large} weights and a student of {small}, {large2} times smaller. The student sees "
            "{count} digits only. Two students start from the same weights: one learns from the labels, the other "
            "also from the teacher's answers at temperature {temperature}.",
            large=large,
            small=small,
            large2=number(large / small, 1),
            count=self.count,
            temperature=number(self.params.temperature),
        )
        bars = Bars(title=say("Weights"), labels=(say("teacher"), say("student")), values=(float(large), float(small)))
        return Scene(caption, (bars,), {"teacher": large, "student": small})

    def teaching(self) -> Scene:
        found = self.right(self.teacher)
        sure = _network.softmax(self.z).max(1)
        caption = say(
            "The teacher, trained on {x} digits, reads {found:.1%} of {test_t} unseen ones. It is very sure: on "
            "the student's {count} digits its highest probability is {sure} on average. So sure an answer says "
            "little more than the label does.",
            x=len(self.data.x),
            found=found,
            test_t=len(self.data.test_t),
            count=self.count,
            sure=number(float(sure.mean()), 3),
        )
        image = Image(title=say("a digit"), pixels=rows(self.x[0].reshape(8, 8), 2))
        return Scene(caption, (image, self._answer(self.z[0], 1.0)), {"teacher": found}, say("the teacher"))

    def temperature(self, temperature: float) -> Scene:
        shares = soften(self.z[:1], temperature)[0]
        order = ranked(shares)
        caption = say(
            "The same answer at T = {temperature}: {order} with {shares}, {order2} with {shares2}, "
            "{order3} with {shares3}. ",
            temperature=number(temperature),
            order=order[0],
            shares=number(float(shares[order[0]]), 3),
            order2=order[1],
            shares2=number(float(shares[order[1]]), 3),
            order3=order[2],
            shares3=number(float(shares[order[2]]), 3),
        )
        caption += (
            say("T = 1 is plain softmax.")
            if temperature == 1
            else say("All scores are divided by T before the softmax: ")
        )
        caption += "" if temperature == 1 else say("the order stays, and small probabilities become visible.")
        moment = say("temperature") if temperature == 1 else ""
        return Scene(caption, (self._answer(self.z[0], temperature),), {"T": temperature}, moment)

    def soft_target(self, index: int) -> Scene:
        """Four of the digits of which the teacher is least sure."""
        shares = soften(self.z, self.params.temperature)
        at = int(ranked(-shares.max(1))[index])
        order = ranked(shares[at])
        caption = say(
            "A digit {t} of which the teacher is unsure: at T = {temperature} it says {shares} for {order} and "
            "{shares2} for {order2}. Look at the picture: do you see why? The label alone would say "
            "{t} and nothing else.",
            t=self.t[at],
            temperature=number(self.params.temperature),
            shares=number(float(shares[at][order[0]]), 2),
            order=order[0],
            shares2=number(float(shares[at][order[1]]), 2),
            order2=order[1],
        )
        image = Image(title=say("a {t}", t=self.t[at]), pixels=rows(self.x[at].reshape(8, 8), 2))
        panels = (image, self._answer(self.z[at], self.params.temperature))
        return Scene(caption, panels, {"p": shares[at][order[0]]}, say("what the teacher knows") if index == 0 else "")

    def epoch(self, at: int) -> Scene:
        a, b = self.right(self.alone[at]), self.right(self.taught[at])
        own = [_network.accuracy(w[at], self.x, self.t) for w in (self.alone, self.taught)]
        caption = say(
            "Pass {at} of {epochs}: with labels only {a:.1%} of the test digits are right, with soft targets "
            "{b:.1%}. Of its own {count} digits the first knows {own:.0%}, the second {own2:.0%}. ",
            at=at,
            epochs=self.epochs,
            a=a,
            b=b,
            count=self.count,
            own=own[0],
            own2=own[1],
        )
        if own[0] > 0.995:
            caption += say("With all labels right, labels alone have hardly anything left to teach.")
        elif at == 0:
            caption += say("Both are the same random network still.")
        else:
            caption += say("A gap between own and test digits is what was learnt by heart.")
        moment = say("both start") if at == 0 else ""
        return Scene(caption, (self._curve(at),), {"pass": at, "labels": a, "soft": b}, moment)

    def by_digit(self) -> Scene:
        guess = [_network.scores(w[-1], self.data.test_x).argmax(1) for w in (self.alone, self.taught)]
        t = self.data.test_t
        shares = [[float((g[t == digit] == digit).mean()) for digit in range(10)] for g in guess]
        gain = np.array(shares[1]) - np.array(shares[0])
        best = first_largest(gain)
        caption = say(
            "Digit by digit. The {best} gains most: {shares:.0%} right with labels only, "
            "{shares2:.0%} with soft targets. ",
            best=best,
            shares=shares[0][best],
            shares2=shares[1][best],
        )
        caption += (
            say("Where digits look alike, the teacher says how much.")
            if gain[best] > 0
            else say("So no digit gains at all.")
        )
        body = tuple((str(d), f"{shares[0][d]:.0%}", f"{shares[1][d]:.0%}") for d in range(10))
        table = Table(
            title=say("Right by digit"),
            columns=(say("digit"), say("labels"), say("soft")),
            rows=body,
            highlight=(best,),
        )
        return Scene(caption, (table,), {"gain": gain[best]}, say("digit by digit"))

    def ending(self) -> Scene:
        a, b, top = self.right(self.alone[-1]), self.right(self.taught[-1]), self.right(self.teacher)
        gain = 100 * (b - a)
        caption = say(
            "The student of {size_of} weights reads {a:.1%} when taught by labels and {b:.1%} when taught by the "
            "teacher ({top:.1%}): {points} of difference. ",
            size_of=size_of(self.params.student),
            a=a,
            b=b,
            top=top,
            points=amount(gain, "point", 1),
        )
        if gain >= 1:
            caption += say("The same {count} images, but each said how like every digit it is.", count=self.count)
        elif gain > -1:
            caption += say("Hardly any: with so many images, or no soft share, labels say enough.")
        else:
            caption += say("Here it did harm: so small a student cannot match all ten shares.")
        bars = Bars(
            title=say("Right"),
            labels=(say("labels"), say("soft targets"), say("teacher")),
            values=row((a, b, top)),
            value_range=(0, 1),
        )
        metrics = {"labels": a, "soft": b, "teacher": top, "gain": gain}
        return Scene(caption, (bars, self._curve(self.epochs)), metrics, say("the result"))

    def _answer(self, z: Array, temperature: float) -> Panel:
        shares = soften(z[None], temperature)[0]
        title = say("Teacher at T = {temperature}", temperature=number(temperature))
        return Bars(title=title, labels=tuple("0123456789"), values=row(shares), value_range=(0, 1))

    def _curve(self, at: int) -> Panel:
        shown = thin(at + 1, 40)
        x = tuple(float(index) for index in shown)
        pairs = ((say("labels only"), self.alone), (say("soft targets"), self.taught))
        lines = tuple(Series(name=name, x=x, y=row(self.right(w[i]) for i in shown)) for name, w in pairs)
        return Curve(title=say("Test digits right"), series=lines, x_label=say("pass"), y_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    gain = frames[-1].metrics["gain"]
    return ANSWERS[0] if gain >= 1 else ANSWERS[1] if gain <= -1 else ANSWERS[2]


LEXICON = {
    "temperature": Words(("t", "temp", "softness", "temperatura", "softmax temperature")),
    "images": Words((
        "examples", "digits", "pictures", "imgs", "training images", "training pictures", "imágenes", "dígitos",
        "ejemplos",
    )),
    "student": Words((
        "hidden units", "student size", "student units", "units of the student", "estudiante", "alumno",
        "small network of", "unidades", "student with",
    )),
    "soft_share": Words((
        "lambda", "λ", "soft weight", "weight", "share of soft targets", "soft targets", "peso blando",
        "weight of the soft targets",
    )),
}  # fmt: skip


DEMO = Demo(
    name="distillation",
    title="Knowledge distillation",
    slide=63,
    group="Edge AI and Generative AI",
    summary="A small network learns to read digits from a large one's soft answers, beside one that has labels only.",
    params=DistillationParams,
    steps=steps,
    look_for=(
        "At temperature 1 the teacher is so sure that its answer is hardly more than the label.",
        "A higher temperature shows what else the digit looks like.",
        "Both students know their own digits; on unseen ones the taught student is better.",
    ),
    examples=(
        Request("Show me knowledge distillation"),
        Request("distil a network at temperature 8", {"temperature": 8}),
        Request("distillation with a student of 8 units", {"student": 8}),
        Request("teacher and student with 50 images and temperature 2", {"images": "50", "temperature": 2}),
        Request("distillation with lambda 0.5", {"soft_share": 0.5}),
        Request("does distillation help when there are 1400 images?", {"images": "1400"}),
        Request("destilación del conocimiento con temperature 3", {"temperature": 3}),
        Request("how does a small network learn from a teacher network?"),
        Request("Let a big network teach a small one of 12 units", {"student": 12}),
        Request("Train a tiny digit reader on the soft answers of a large one, temperature 5", {"temperature": 5}),
        Request("Can a small network learn from a large one with 50 images only? Show it.", {"images": "50"}),
        Request("Un maestro enseña a un alumno de 10 unidades con temperatura 6", {"student": 10, "temperature": 6}),
    ),
    presets={
        "few": Preset("A hundred digits", {}, "Few images: here soft targets help.", (Claim("gain", ">", 1),)),
        "many": Preset(
            "Plenty of digits",
            {"images": "1400"},
            "With 1400 images the labels say nearly all: look how little is gained.", (Claim("gain", "<", 1),),
        ),
        "cold": Preset(
            "Temperature 1", {"temperature": 1, "images": "50"},
            "The teacher's answers unsoftened, nearly labels: run it at temperature 4 too and compare the gain.",
            (Claim("p", ">=", 0.9),),
        ),
    },
    prediction=Prediction("Which student will read more unseen digits right?", ANSWERS, _check),
    aliases=(
        "distilling", "teacher and student", "teacher student", "soft targets", "destilación", "distil", "distill",
        "distillation of knowledge", "model distillation", "teacher network", "student network", "soft labels",
        "dark knowledge", "destilar", "destila", "destilación de conocimiento", "destilación del conocimiento",
        "profesor y estudiante", "maestro y alumno", "maestro y estudiante",
    ),
    measures=(
        Measure("soft", "accuracy", "share right when taught by soft targets"),
        Measure("labels", "accuracy", "share right when taught by labels"),
        Measure("gain", "score", "difference in points"),
        Measure("pass", "clock"),
        Measure("T", "quantity", "temperature"),
        Measure("p", "quantity", "largest share of the teacher's answer"),
    ),
    words=LEXICON,
)  # fmt: skip
