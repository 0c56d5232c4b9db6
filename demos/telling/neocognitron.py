"""Tells the demo neocognitron: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations

import numpy as np

from demos.lib.scenes import Scene, play, row, rows, sheet
from demos.lib.wording import count, number
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
    Words,
)
from demos.runtime.messages import say
from demos.vision.neocognitron import (
    FIELD,
    LETTERS,
    SIZE,
    Array,
    NeocognitronParams,
    Plane,
    alike,
    draw,
    first_radius,
    kernels,
    run,
    simple,
)

SURE = 0.6


def steps(params: NeocognitronParams) -> Iterator[Frame]:
    """The letter, the first stage, the second as it organises itself, and the letter moving pixel by pixel."""
    story = Story(params)
    scenes = [
        story.opening(),
        story.strokes(),
        story.cells(),
        *map(story.born, LETTERS),
        story.stages(),
        story.memory(),
    ]
    scenes += [story.moved(shift) for shift in range(params.shift + 1)]
    yield from play([*scenes, story.ending()])


class Story:
    def __init__(self, params: NeocognitronParams) -> None:
        self.params = params
        done = run(params)
        self.images, self.planes, self.known, self.cells_of = done.images, done.planes, done.known, done.cells

    def scores(self, shift: int) -> dict[str, float]:
        """How alike the C2-cells are to the memory of each letter."""
        return {letter: alike(self.cells_of[shift].c2, memory) for letter, memory in self.known.items()}

    def named(self, shift: int) -> str:
        """The letter that the last layer names, or "nothing" when none is alike enough."""
        scores = self.scores(shift)
        best = max(scores, key=lambda letter: scores[letter])
        return best if scores[best] >= SURE else say("nothing")

    def kept(self, stage: str, shift: int) -> float:
        """How alike the answers of a stage are to those before the move."""
        return alike(getattr(self.cells_of[0], stage), getattr(self.cells_of[shift], stage))

    def opening(self) -> Scene:
        image = self.images[0]
        caption = say(
            "A letter {letter} on {size}x{size} pixels, {image} of them bright. Fukushima asked in 1979: how can "
            "one know it again after it has moved by {pixels}? Moved, hardly a bright pixel stays where it was.",
            letter=self.params.letter,
            size=SIZE,
            image=int((image > 0.5).sum()),
            pixels=count(self.params.shift, "pixel"),
        )
        panels = (
            Image(title=say("four strokes to look for"), pixels=sheet((kernels() + 0.5) / 1.5, 4)),
            _picture(say("the letter"), image),
            _picture(say("the letter moved"), self.images[self.params.shift]),
        )
        return Scene(caption, panels, {"bright": float((image > 0.5).sum())})

    def strokes(self) -> Scene:
        s = self.cells_of[0].s1
        answering = (s > 0).sum((1, 2))
        caption = say(
            "Stage 1, S-cells: one plane for each stroke, level, upright, falling, rising: {level}, {upright}, "
            "{falling} and {rising} of {size} cells answer. All cells of a plane have the same weights, each watches "
            "its own place: where it is bright, the stroke stands exactly there.",
            level=int(answering[0]),
            upright=int(answering[1]),
            falling=int(answering[2]),
            rising=int(answering[3]),
            size=SIZE * SIZE,
        )
        panels = (_picture(say("the letter"), self.images[0]), _sheet(say("S1-cells"), s / 1.8, 2))
        return Scene(caption, panels, {"answering": float((s > 0).sum())}, say("S-cells"))

    def cells(self) -> Scene:
        s, c = self.cells_of[0].s1, self.cells_of[0].c1
        caption = say(
            "C-cells take the strongest S-cell within {pixels}: {s} S-cells answered, now {c} C-cells do. The "
            "picture is blurred on purpose: 'somewhere near' is all that is kept of the place.",
            pixels=count(first_radius(self.params.radius), "pixel"),
            s=int((s > 0).sum()),
            c=int((c > 0).sum()),
        )
        panels = (_sheet(say("S1-cells"), s / 1.8, 2), _sheet(say("C1-cells"), c / 1.8, 2))
        return Scene(caption, panels, {"s": float((s > 0).sum()), "c": float((c > 0).sum())}, say("C-cells"))

    def born(self, letter: str) -> Scene:
        """What a letter adds to the second stage."""
        at = list(LETTERS).index(letter)
        before = [plane for plane in self.planes if list(LETTERS).index(plane.letter) < at]
        new = [plane for plane in self.planes if plane.letter == letter]
        caption = say(
            "Stage 2 organises itself, without a teacher. It sees {letter}. Where a strong pattern makes no S2-cell "
            "answer, a plane is born that looks for it: {new} here, after {before}. ",
            letter=letter,
            new=count(len(new), "plane"),
            before=len(before),
        )
        caption += (
            say("Orange marks the middle of what each new one saw: a piece larger than a stroke.")
            if new
            else say("All its pieces were known already.")
        )
        known = [_piece(plane) for plane in (*before, *new)]
        panels: list[Panel] = [_marked(say("the letter shown, and where planes were born"), draw(letter, 0), new)]
        if known:
            panels.append(_sheet(say("what the S2-planes look for"), np.stack(known), 4))
        first = letter == next(iter(LETTERS))
        return Scene(caption, tuple(panels), {"planes": len(known)}, say("it organises itself") if first else "")

    def stages(self) -> Scene:
        cells = self.cells_of[0]
        caption = say(
            "The {letter} through all stages. {s1} S1-cells find strokes, {s2} S2-cells find pieces made of strokes "
            "({planes} planes), and after each the C-cells blur the place. What is left at the end is which pieces "
            "there are and roughly where.",
            letter=self.params.letter,
            s1=int((cells.s1 > 0).sum()),
            s2=int((cells.s2 > 0).sum()),
            planes=len(self.planes),
        )
        panels = (_picture(say("the letter"), self.images[0]), *self._stages(0), self._scores(0))
        return Scene(caption, panels, {"planes": len(self.planes)}, say("all stages"))

    def memory(self) -> Scene:
        scores = self.scores(0)
        rival = max((letter for letter in scores if letter != self.params.letter), key=lambda letter: scores[letter])
        caption = say(
            "The last layer remembers which C2-cells each letter excited. Most alike: {named} with {values}; of "
            "the others {rival} with {scores}, as it shares some pieces. Below {sure} nothing is named.",
            named=self.named(0),
            values=number(max(scores.values()), 2),
            rival=rival,
            scores=number(scores[rival], 2),
            sure=SURE,
        )
        panels = (_picture(say("the letter"), self.images[0]), self._scores(0))
        return Scene(caption, panels, {"score": scores[self.params.letter]})

    def moved(self, shift: int) -> Scene:
        s, c1, c = (self.kept(stage, shift) for stage in ("s1", "c1", "c2"))
        named, reach = self.named(shift), first_radius(self.params.radius) + self.params.radius
        caption = say(
            "Moved by {pixels}: the S1-cells are {s} alike to before, the C1-cells {c1}, the C2-cells {c}. It names "
            "{named}. Both stages together forgive {reach}: {still_meets}",
            pixels=count(shift, "pixel"),
            s=number(s, 2),
            c1=number(c1, 2),
            c=number(c, 2),
            named=named,
            reach=count(reach, "pixel"),
            still_meets=say("a cell at the end still meets the piece it knew.")
            if shift <= reach
            else say("a cell at the end has lost its piece."),
        )
        lost = named != self.params.letter and (shift == 0 or self.named(shift - 1) == self.params.letter)
        now = _picture(say("the letter now"), self.images[shift])
        _, c1_panel, _, c2_panel = self._stages(shift)
        panels = (now, c1_panel, c2_panel, self._curve(shift), self._scores(shift))
        metrics = {"shift": shift, "s_alike": s, "c_alike": c}
        return Scene(caption, panels, metrics, say("no longer known") if lost else "")

    def ending(self) -> Scene:
        shift, letter = self.params.shift, self.params.letter
        known = self.named(shift) == letter
        s, c1, c = (self.kept(stage, shift) for stage in ("s1", "c1", "c2"))
        caption = say(
            "Moved by {pixels}, the {letter} is {still_known}: S1-cells {s} alike, C1-cells {c1}, C2-cells {c}. ",
            pixels=count(shift, "pixel"),
            letter=letter,
            still_known=say("still known") if known else say("no longer known"),
            s=number(s, 2),
            c1=number(c1, 2),
            c=number(c, 2),
        )
        caption += (
            say("Stage after stage the C-cells forgave the move. Today this is called pooling.")
            if known
            else say("The C-cells did not forgive the move.")
        )
        blur = _mean_alike(self.known.values())
        caption += say(" Two different letters are on average {blur} alike to the C2-cells.", blur=number(blur, 2))
        panels = (self._curve(shift), self._scores(shift))
        s_blur = _mean_alike(simple(draw(each, 0)) for each in LETTERS)
        metrics = {"known": known, "s_alike": s, "c1_alike": c1, "c_alike": c, "blur": blur, "s_blur": s_blur}
        return Scene(caption, panels, metrics, say("the verdict"))

    def _stages(self, shift: int) -> tuple[Panel, ...]:
        cells = self.cells_of[shift]
        return (
            _sheet(say("S1-cells"), cells.s1 / 1.8, 2),
            _sheet(say("C1-cells"), cells.c1 / 1.8, 2),
            _sheet(say("S2-cells"), cells.s2, 4),
            _sheet(say("C2-cells"), cells.c2, 4),
        )

    def _scores(self, shift: int) -> Bars:
        scores = self.scores(shift)
        return Bars(
            title=say("How alike to each letter"), labels=tuple(scores), values=row(scores.values()), value_range=(0, 1)
        )

    def _curve(self, shift: int) -> Curve:
        x = tuple(float(i) for i in range(shift + 1))
        names = (("S1", "s1"), ("C1", "c1"), ("C2", "c2"))
        lines = [(name, [self.kept(stage, i) for i in range(shift + 1)]) for name, stage in names]
        return Curve(
            title=say("Alike to before the move"),
            series=tuple(Series(name=n, x=x, y=row(y)) for n, y in lines),
            x_label=say("pixels moved"),
            y_range=(0, 1),
        )


def _sheet(title: str, planes: Array, wide: int) -> Image:
    return Image(title=title, pixels=sheet(planes, wide))


@cache
def _drawn(letter: str) -> Array:
    return np.pad(draw(letter, 0), FIELD)


def _piece(plane: Plane) -> Array:
    """The 5x5 pixels of the letter around the place where a plane was born."""
    (r, c), half = plane.place, FIELD // 2 + 1
    r, c = r + FIELD, c + FIELD
    return _drawn(plane.letter)[r - half : r + half + 1, c - half : c + half + 1]


def _marked(title: str, image: Array, planes: Sequence[Plane]) -> Image:
    """The letter, what the planes saw lighter, and their middles in colour."""
    seen = np.zeros((SIZE, SIZE))
    half = FIELD // 2 + 1
    for plane in planes:
        r, c = plane.place
        seen[max(0, r - half) : r + half + 1, max(0, c - half) : c + half + 1] = 0.3
    channels = np.stack([np.maximum(image, seen)] * 3)
    for plane in planes:
        channels[:, plane.place[0], plane.place[1]] = (0.9, 0.6, 0.0)
    return Image(title=title, channels=tuple(rows(channel, 2) for channel in channels))


def _mean_alike(answers: Iterable[Array]) -> float:
    """How alike the answers to two different letters are, on average."""
    return float(np.mean([alike(a, b) for a, b in combinations(answers, 2)]))


def _picture(title: str, values: Array) -> Image:
    return Image(title=title, pixels=rows(np.clip(values, 0, 1), 2))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["known"] else "no"


LEXICON = {
    "letter": Words(("pattern", "character", "letra", "symbol", "shape", "figura")),
    "shift": Words((
        "moved by", "moved", "move", "shifted by", "offset", "displacement", "moving it", "desplazamiento",
        "desplazada", "movida", "mueve",
    )),
    "radius": Words(("c-cell radius", "tolerance", "reach", "radio", "radio de las células c", "tolerancia")),
    "noise": Words(("specks", "noise level", "ruido", "motas")),
}  # fmt: skip


DEMO = Demo(
    name="neocognitron",
    title="Neocognitron",
    slide=21,
    group="Convolutional Layers",
    summary="Stages of S-cells that find and C-cells that forgive: a letter is known again after it has moved.",
    params=NeocognitronParams,
    steps=steps,
    look_for=(
        "All S-cells of a plane look for the same stroke, each at its own place.",
        "The second stage makes its own planes out of the pieces of the letters: corners, crossings, ends.",
        "When the letter moves, the S1-cells change at once, the C1-cells less, the C2-cells least.",
        "Beyond what both stages of C-cells forgive the letter is lost.",
    ),
    examples=(
        Request("Show me the neocognitron"),
        Request("Run Fukushima's network with a shift of 5", {"shift": 5}),
        Request("neocognitron with letter H and radius 3", {"letter": "H", "radius": 3}),
        Request("S-cells and C-cells for the pattern X", {"letter": "X"}),
        Request("Is it tolerant to shift? Show it with C-cell radius 0", {"radius": 0}),
        Request("neocognitron: letter L, noise 0.2", {"letter": "L", "noise": 0.2}),
        Request("neocognitrón de 1979 con la letra V", {"letter": "V"}),
        Request("simple and complex cells step by step"),
        Request("Recognise a letter again after it has moved 4 pixels", {"shift": 4}),
        Request("Show the layered network of 1979 that inspired convolutional ones"),
        Request(
            "Do simple and complex cells still know an H that is shifted by 3 pixels? Run it.",
            {"letter": "H", "shift": 3},
        ),
        Request("Muestra las células que reconocen la letra L con desplazamiento 3", {"letter": "L", "shift": 3}),
    ),
    presets={
        "t": Preset(
            "A moving T", {},
            "Compare the curves: each stage stays alike for longer than the one before.",
            (Claim("known", "==", 1), Claim("s_alike", "<", "c1_alike"), Claim("c1_alike", "<", "c_alike")),
        ),
        "none": Preset(
            "No C-cells", {"radius": 0},
            "With radius 0 the C-cells forgive nothing, and the moved T is lost.",
            (Claim("known", "==", 0),),
        ),
        "wide": Preset(
            "Wide C-cells", {"radius": 4, "shift": 2, "letter": "X"},
            "Wide cells forgive much, and other letters look alike to them.",
            (Claim("known", "==", 1), Claim("blur", ">", "s_blur"),),
        ),
    },
    prediction=Prediction("Will the moved letter still be known?", ("yes", "no"), _check),
    aliases=(
        "fukushima", "s-cells", "c-cells", "neocognitrón", "neo-cognitron", "neocognitrons", "fukushima's network",
        "fukushima network", "s and c cells", "simple and complex cells", "shift invariance", "red de fukushima",
        "células simples y complejas",
    ),
    measures=(
        Measure("c_alike", "score", "how alike the C2-cells are to before the move"),
        Measure("c1_alike", "score", "how alike the C1-cells are to before the move"),
        Measure("s_alike", "score", "how alike the S1-cells are to before the move"),
        Measure("planes", "quantity", "planes of the second stage"),
        Measure("known", "score", "1 when the letter is still known"),
        Measure("shift", "clock", "pixels moved"),
        Measure("blur", "quantity", "how alike two letters are to the C-cells"),
    ),
    words=LEXICON,
)  # fmt: skip
