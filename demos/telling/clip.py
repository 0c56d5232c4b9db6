"""Tells the demo clip: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.generation import _drawings, clip
from demos.generation._drawings import COLOURS, KINDS, SHAPES, SIZES, caption
from demos.generation.clip import WIDTH, Array, ClipParams, softmax
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
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
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.telling._drawn_words import DRAWN

NOISES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
ANSWERS = (say("all of it"), say("part of it"), say("nothing of it"))


def steps(params: ClipParams) -> Iterator[Frame]:
    """The plan; then a picture and a caption encoded, the matrix row by row, zero-shot classes, noise, the result."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: ClipParams) -> None:
        self.params = params
        pairs = clip.pair(params)
        self.kinds, self.pictures, self.random = pairs.kinds, pairs.pictures, pairs.random
        self.kind = self.kinds[0]

    def scenes(self) -> list[Scene]:
        self.w, self.u, self.v, self.s = clip.run(self.params)
        self.answers: dict[str, str] = {}
        each = [self.zero_shot(*part) for part in (("size", SIZES), ("colour", tuple(COLOURS)), ("shape", SHAPES))]
        lines = [self.line(i) for i in range(self.params.pairs)]
        levels = self.noises()
        first = [self.encoded(), self.written(), self.pair()]
        return [*first, *lines, self.columns(), *each, self.full(), *levels, self.ending()]

    def plan(self) -> Scene:
        n, unseen = self.params.pairs, not _drawings.seen(self.kind)
        text = say(
            "{n} pictures and their {n} captions: {n} right pairs among {n2}. Both become vectors of {width} "
            "numbers. The first is {caption}",
            n=n,
            n2=n * n,
            width=WIDTH,
            caption=caption(self.kind),
        )
        text += (
            say(": training showed no such colour with this shape. ")
            if unseen
            else say(", a kind that training showed. ")
        )
        text += say(
            "There are {kinds} kinds, of which {map} were shown.", kinds=len(KINDS), map=sum(map(_drawings.seen, KINDS))
        )
        body = tuple((str(i + 1), caption(kind)) for i, kind in enumerate(self.kinds))
        return Scene(
            text,
            (self._picture(0), Table(title=say("Captions"), columns=("", say("caption")), rows=body)),
            {"pairs": n},
        )

    def encoded(self) -> Scene:
        top = first_largest(np.abs(self.u[0]))
        text = say(
            "The picture goes through two convolutions and becomes {width} numbers, scaled to length 1. The "
            "largest in size is number {top}, {u}. No number alone means red or round: meaning is the direction.",
            width=WIDTH,
            top=top + 1,
            u=number(float(self.u[0, top]), 2),
        )
        return Scene(
            text,
            (self._picture(0), self._vector(say("picture"), self.u[0])),
            {"length": 1},
            say("a picture as a vector"),
        )

    def written(self) -> Scene:
        text = say(
            "The caption '{caption}' has 4 words. Each has a learnt vector; their sum passes two layers and "
            "becomes {width} numbers of length 1 too, the first being {v}. Both encoders end in one space.",
            caption=caption(self.kind),
            width=WIDTH,
            v=number(float(self.v[0, 0]), 2),
        )
        return Scene(text, (self._vector(say("caption"), self.v[0]),), {"words": 4}, say("a caption as a vector"))

    def pair(self) -> Scene:
        parts = self.u[0] * self.v[0]
        text = say(
            "Number times number, added up: {parts}, the cosine of the angle between picture and caption. "
            "{parts2} of {width} numbers have the same sign in both. Compare the bars: they "
            "rise and fall together.",
            parts=number(float(parts.sum())),
            parts2=int((parts > 0).sum()),
            width=WIDTH,
        )
        panels = (self._vector(say("picture"), self.u[0]), self._vector(say("caption"), self.v[0]))
        return Scene(text, panels, {"cosine": parts.sum()}, say("one similarity"))

    def line(self, i: int) -> Scene:
        shares = softmax(self.s[i : i + 1] / self.params.temperature)[0]
        best = first_largest(self.s[i])
        text = say(
            "Row {i}, {caption}: the nearest caption is {best}, '{caption2}', with {s}; softmax at τ = "
            "{temperature} gives it {shares:.0%}. ",
            i=i + 1,
            caption=caption(self.kinds[i]),
            best=best + 1,
            caption2=caption(self.kinds[best]),
            s=number(float(self.s[i, best]), 2),
            temperature=number(self.params.temperature),
            shares=shares[best],
        )
        text += say("The diagonal wins.") if best == i else say("The diagonal loses here: a mistake.")
        shown = np.zeros_like(self.s)
        shown[: i + 1] = self.s[: i + 1]
        metrics = {"row": i + 1, "right": int(best == i), "share": shares[i]}
        return Scene(text, (self._picture(i), self._matrix(shown)), metrics, say("the matrix") if i == 0 else "")

    def columns(self) -> Scene:
        n = self.params.pairs
        across, down = int((self.s.argmax(1) == np.arange(n)).sum()), int((self.s.argmax(0) == np.arange(n)).sum())
        off = float((self.s.sum() - np.trace(self.s)) / (n * n - n))
        texts = clip.write(self.w, [caption(kind) for kind in KINDS])
        common = np.array([[sum(a == b for a, b in zip(one, two, strict=True)) for two in KINDS] for one in KINDS])
        alike, other = (float((texts @ texts.T)[common == words].mean()) for words in (2, 0))
        text = say(
            "Pictures find their caption in {across} of {n} rows, captions their picture in {down} of {n} "
            "columns. The diagonal is {trace} on average, the rest {off}. Captions that differ in one word have "
            "{alike} with each other, those that differ in all {other}.",
            across=across,
            n=n,
            down=down,
            trace=number(float(np.trace(self.s) / n), 2),
            off=number(off, 2),
            alike=number(alike, 2),
            other=number(other, 2),
        )
        return Scene(text, (self._matrix(self.s),), {"rows": across, "columns": down}, say("the diagonal"))

    def zero_shot(self, what: str, choices: tuple[str, ...]) -> Scene:
        """One property: captions of all kinds that have it, averaged."""
        near = clip.classify(self.w, self.u[0], what, choices)
        best = choices[first_largest(near)]
        self.answers[what] = best
        text = say(
            "Which {what}? {choices} classes, each the mean of its captions: the nearest is {best} with {near}. "
            "No layer was trained for {what}; words alone made the classes. ",
            what=say(what),
            choices=len(choices),
            best=best,
            near=number(float(near.max()), 2),
        )
        own = next(each for each in self.kind if each in choices)
        text += say("Right.") if best == own else say("Wrong: it is {kind}.", kind=own)
        bars = Bars(
            title=say("Similarity by {what}", what=say(what)), labels=choices, values=row(near), value_range=(-1, 1)
        )
        return Scene(
            text, (self._picture(0), bars), {"best": near.max()}, say("zero-shot classes") if what == "size" else ""
        )

    def full(self) -> Scene:
        near = clip.write(self.w, [caption(kind) for kind in KINDS]) @ self.u[0]
        order = ranked(near)
        shares = softmax(near[None] / self.params.temperature)[0]
        self.nearest = KINDS[int(order[0])]
        text = say(
            "All {kinds} captions: the nearest is '{caption}' with {near}, then '{caption2}' with {near2}. The "
            "runners-up differ by a word or two: the space is ordered by meaning.",
            kinds=len(KINDS),
            caption=caption(self.nearest),
            near=number(float(near[order[0]]), 2),
            caption2=caption(KINDS[int(order[1])]),
            near2=number(float(near[order[1]]), 2),
        )
        body = tuple((" ".join(KINDS[i]), number(float(near[i]), 2), f"{shares[i]:.1%}") for i in order[:6].tolist())
        table = Table(
            title=say("Nearest captions"), columns=(say("caption"), "S", say("softmax")), rows=body, highlight=(0,)
        )
        return Scene(text, (self._picture(0), table), {"p": shares[order[0]]}, say("all captions"))

    def noises(self) -> list[Scene]:
        scenes: list[Scene] = []
        found: list[tuple[float, float]] = []
        for noise in NOISES:
            found.append(clip.accuracy(self.w, noise, self.random))
            text = say(
                "Specks of {noise}: of {right} new pictures the right caption of {kinds} is nearest for {found:.0%} "
                "of the kinds seen in training and {found2:.0%} of those never seen. By chance it "
                "would be {kinds2:.0%}.",
                noise=number(noise),
                right=2 * len(KINDS),
                kinds=len(KINDS),
                found=found[-1][0],
                found2=found[-1][1],
                kinds2=1 / len(KINDS),
            )
            x = NOISES[: len(found)]
            lines = tuple(
                Series(name=n, x=x, y=row(p[i] for p in found)) for i, n in enumerate((say("seen"), say("unseen")))
            )
            curve = Curve(title=say("Right by noise"), series=lines, x_label=say("specks"), y_range=(0, 1))
            moment = say("noise") if noise == 0 else ""
            scenes.append(Scene(text, (curve,), {"seen": found[-1][0], "unseen": found[-1][1]}, moment))
        self.by_noise = found
        return scenes

    def ending(self) -> Scene:
        n, right = self.params.pairs, sum(a == b for a, b in zip(self.nearest, self.kind, strict=True))
        wins = int((self.s.argmax(1) == np.arange(n)).sum())
        text = say(
            "The diagonal won {wins} of {n} rows. The picture of {caption} was named '{caption2}': "
            "{right} of 3 words right. ",
            wins=wins,
            n=n,
            caption=caption(self.kind),
            caption2=caption(self.nearest),
            right=right,
        )
        if not _drawings.seen(self.kind):
            text += say("Training never showed this pair of colour and shape. ")
        seen, unseen = self.by_noise[0]
        text += say(
            "Without specks the caption of a kind that training showed is found in {seen:.0%} of new pictures, "
            "that of a kind never shown in {unseen:.0%}.",
            seen=seen,
            unseen=unseen,
        )
        panels = (self._picture(0), self._matrix(self.s))
        metrics = {"wins": wins, "pairs": n, "words": right, "clean_seen": seen, "clean_unseen": unseen}
        return Scene(text, panels, metrics, say("the result"))

    def _picture(self, i: int) -> Panel:
        channels = tuple(rows(channel, 2) for channel in self.pictures[i])
        return Image(title=say("picture {i}", i=i + 1), channels=channels)

    def _vector(self, title: str, vector: Array) -> Panel:
        labels = tuple(str(i + 1) for i in range(12))
        return Bars(
            title=say("{title}, first 12", title=title), labels=labels, values=row(vector[:12]), value_range=(-1, 1)
        )

    def _matrix(self, s: Array) -> Panel:
        return Heatmap(
            title="S",
            values=rows(s, 2),
            rows=tuple(f"{i} {colour} {shape}, {size}" for i, (size, colour, shape) in enumerate(self.kinds, 1)),
            columns=tuple(str(i + 1) for i in range(len(s))),
            value_range=(-1, 1),
            row_label=say("picture"),
            column_label=say("caption"),
        )


def _check(frames: Sequence[Frame]) -> str:
    words = frames[-1].metrics["words"]
    return ANSWERS[0] if words == 3 else ANSWERS[1] if words else ANSWERS[2]


LEXICON = {
    **DRAWN,
    "noise": Words(("specks", "noise level", "ruido", "motas")),
    "pairs": Words(("matrix of", "batch", "image-text pairs", "captions", "pares", "matrix with")),
    "temperature": Words(("tau", "τ", "temp", "temperatura", "softmax temperature")),
}  # fmt: skip


DEMO = Demo(
    name="clip",
    title="CLIP",
    slide=53,
    group="Transformers and Image Generation",
    summary="Drawn shapes and captions in one space: the similarity matrix, and classes made of words alone.",
    params=ClipParams,
    steps=steps,
    look_for=(
        "Right pairs lie on the diagonal of the matrix, and the diagonal wins.",
        "A class is a caption: no layer was trained for it.",
        "Captions that differ by one word are the strongest rivals.",
    ),
    examples=(
        Request("Show me CLIP"),
        Request("CLIP with a small blue circle", {"size": "small", "colour": "blue", "shape": "circle"}),
        Request("run CLIP on a green square with noise 0.4", {"colour": "green", "shape": "square", "noise": 0.4}),
        Request("CLIP similarity matrix with 8 pairs", {"pairs": 8}),
        Request("zero-shot classification of a yellow cross", {"colour": "yellow", "shape": "cross"}),
        Request("CLIP with temperature 0.5, seed 3", {"temperature": 0.5, "seed": 3}),
        Request("contrastive learning of images and captions"),
        Request("muéstrame CLIP con 4 pairs", {"pairs": 4}),
        Request(
            "Classify a small green cross by captions alone", {"size": "small", "colour": "green", "shape": "cross"}
        ),
        Request("Which caption fits the picture best? Show the matrix of 5 pairs.", {"pairs": 5}),
        Request("Put pictures and sentences into one space and compare them"),
        Request("Compara imágenes y leyendas con un cuadrado amarillo", {"shape": "square", "colour": "yellow"}),
    ),
    presets={
        "unseen": Preset(
            "A pair never shown", {},
            "Training had no red triangle; this one is named all the same. How often does that go well?",
            (Claim("words", "==", 3),),
        ),
        "specks": Preset(
            "In a snowstorm",
            {"noise": 0.5, "size": "small", "shape": "cross"},
            "Specks hide a small cross: which word goes first?", (Claim("words", "<", 3),),
        ),
        "blunt": Preset(
            "Blunt", {"temperature": 1, "pairs": 8},
            "τ = 1: the order is the same, but the shares are nearly alike.",
            (Claim("p", "<", 0.1),),
        ),
    },
    prediction=Prediction("How much of the caption will be right for the picture?", ANSWERS, _check),
    aliases=(
        "contrastive language-image pretraining", "contrastive learning", "zero-shot classification", "zero shot",
        "clip model", "contrastive pretraining", "image-text matching", "image text similarity", "images and captions",
        "pictures and captions", "captions and pictures", "text-image similarity", "zero-shot classifier",
        "aprendizaje contrastivo", "clasificación sin ejemplos", "imágenes y leyendas",
    ),
    measures=(
        Measure("wins", "score", "rows that the diagonal wins"),
        Measure("words", "score", "words right in the name of the picture"),
        Measure("clean_seen", "accuracy", "share right of kinds seen in training"),
        Measure("clean_unseen", "accuracy", "share right of kinds never seen"),
        Measure("seen", "accuracy", "share right of seen kinds at the noise shown"),
        Measure("unseen", "accuracy", "share right of unseen kinds at the noise shown"),
        Measure("share", "quantity", "share of the right caption in the row"),
        Measure("row", "clock"),
        Measure("pairs", "size"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
