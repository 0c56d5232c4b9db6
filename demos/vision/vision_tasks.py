"""The four vision tasks on one drawn scene: classification, localisation, detection, segmentation.

They differ in how precisely one must say what is in an image and where: a name; a name and a box; a name and a box for
every object; a name for every pixel. How well a box or a mask A fits the true one B is their intersection over union:

    IoU = |A ∩ B| / |A ∪ B|          1 for a perfect fit, 0 for none; 0.5 is the usual bar for a hit

The scene is drawn, so the truth is known exactly. What finds the objects is plain: pixels brighter than a threshold
are joined to connected pieces, and each piece is named by how much of its box it fills (a square all of it, a disc
π/4 = 0.79, a triangle half). Real systems learn both steps; the tasks and their scores are the same.

Sources: the lecture, slide 25; M. Everingham and others, "The Pascal visual object classes challenge" (2010).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.lib.scenes import Scene, play, row, rows
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
    Params,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    param,
)
from demos.runtime.messages import say
from demos.vision._scene import FILLS, SIZE, Array, Thing, boxed, detect, draw, iou, name_of

HIT = 0.5
COLOURS = {say("triangle"): (0.95, 0.6, 0.1), say("disc"): (0.2, 0.5, 0.95), say("square"): (0.2, 0.75, 0.35)}


class VisionTasksParams(Params):
    objects: int = param(
        4, "How many objects are in the scene.", low=1, high=7,
        aliases=("shapes", "things", "items", "figures", "objetos", "formas", "figuras", "cosas"),
    )  # fmt: skip
    noise: float = param(
        0.15, "Standard deviation of the specks on every pixel.", low=0, high=0.5,
        aliases=("specks", "noise level", "ruido", "motas"),
    )  # fmt: skip
    threshold: float = param(
        0.5, "Brightness from which a pixel belongs to an object.", low=0.1, high=0.9,
        aliases=("brightness", "brightness threshold", "cut-off", "cutoff", "umbral", "umbral de brillo", "brillo"),
    )  # fmt: skip
    smallest: int = param(
        6, "Pieces of fewer pixels are taken for specks.", low=1, high=30, unit="pixels",
        aliases=(
            "smallest piece", "minimum size", "smallest object", "min size", "pieza mínima", "tamaño mínimo",
            "pieces of",
        ),
    )  # fmt: skip


def steps(params: VisionTasksParams) -> Iterator[Frame]:
    """The scene, the four tasks in turn, and a box that slides off its object."""
    image, truth = draw(params.objects, params.noise, np.random.default_rng(params.seed))
    story = Story(params, image, truth, detect(image, params.threshold, params.smallest))
    scenes = [story.opening(), story.classification(), story.localisation()]
    scenes += [story.detection(i) for i in range(min(8, len(story.found)))]
    scenes += [story.segmentation(), *(story.sliding(right) for right in range(0, 10)), story.ending()]
    yield from play(scenes)


class Story:
    def __init__(self, params: VisionTasksParams, image: Array, truth: list[Thing], found: list[Thing]) -> None:
        self.params, self.image, self.truth, self.found = params, image, truth, found
        self.first = found[0] if found else max(truth, key=lambda thing: int(thing.mask.sum()))
        self.scores: list[tuple[str, str, float, float]] = []

    def partner(self, thing: Thing) -> Thing:
        """The true object that fits best."""
        return max(self.truth, key=lambda true: iou(thing.mask, true.mask))

    def opening(self) -> Scene:
        caption = say(
            "One scene, {size}x{size} pixels, {objects}. Four questions can be asked of it, each harder than the "
            "one before: what, where, what all, and which pixel. {image} pixels are brighter than {threshold}.",
            size=SIZE,
            objects=count(len(self.truth), "object"),
            image=int((self.image > self.params.threshold).sum()),
            threshold=number(self.params.threshold, 2),
        )
        return Scene(caption, (self._picture(say("the scene"), []),), {"objects": len(self.truth)})

    def classification(self) -> Scene:
        name, fill = name_of(self.first.mask)
        caption = say(
            "1. Classification: one name for the main object. It fills {fill} of its box, nearest to a {name}. ",
            fill=number(fill, 2),
            name=name,
        )
        caption += say(
            "Truth: {name}. Nothing is said of where it is; such labels are the cheapest.",
            name=self.partner(self.first).name,
        )
        bars = Bars(
            title=say("Share of the box filled"),
            labels=(say("this one"), *FILLS),
            values=row([fill, *FILLS.values()]),
            value_range=(0, 1),
        )
        return Scene(caption, (self._picture(say("the scene"), []), bars), {"fill": fill}, say("classification"))

    def localisation(self) -> Scene:
        score = iou(boxed(self.first), boxed(self.partner(self.first)))
        r0, r1, c0, c1 = self.first.box
        caption = say(
            "2. Localisation: the name and one box, rows {r0} to {r1} and columns {c0} to {c1}. IoU with "
            "the true box: {score}. ",
            r0=r0 + 1,
            r1=r1 + 1,
            c0=c0 + 1,
            c1=c1 + 1,
            score=number(score, 2),
        )
        caption += (
            say("A speck that sticks to the object makes the box too large.")
            if score < 1
            else say("The box fits exactly.")
        )
        return Scene(caption, (self._picture(say("one box"), [self.first]),), {"iou": score}, say("localisation"))

    def detection(self, i: int) -> Scene:
        thing = self.found[i]
        true = self.partner(thing)
        box, mask = iou(boxed(thing), boxed(true)), iou(thing.mask, true.mask)
        self.scores.append((thing.name, true.name if mask else say("nothing"), box, mask))
        good = box >= HIT and thing.name == true.name
        caption = say(
            "3. Detection, object {i} of {found}: a {name}, IoU of its box {box}. ",
            i=i + 1,
            found=len(self.found),
            name=thing.name,
            box=number(box, 2),
        )
        caption += (
            say("A hit: at least 0.5 and the right name. ")
            if good
            else say("A miss: truth is {scores}. ", scores=self.scores[-1][1])
        )
        caption += say("Every object needs a name and a box, and nothing may be found twice.")
        return Scene(
            caption,
            (self._picture(say("boxes so far"), self.found[: i + 1]), self._table()),
            {"iou": box},
            say("detection") if i == 0 else "" if good else say("a miss"),
        )

    def segmentation(self) -> Scene:
        labels, true = self._labels(self.found), self._labels(self.truth)
        right = float((labels == true).mean())
        caption = say(
            "4. Segmentation: a name for each of the {size} pixels; {right:.1%} are right. Colours are classes: "
            "two discs have one colour, so objects of a class are not told apart (semantic segmentation). Such "
            "labels cost most: every pixel must be drawn by somebody.",
            size=SIZE * SIZE,
            right=right,
        )
        return Scene(
            caption,
            (self._masks(say("named"), self.found), self._masks(say("truth"), self.truth)),
            {"pixels_right": right},
            say("segmentation"),
        )

    def sliding(self, right: int) -> Scene:
        values = [iou(boxed(self.first), boxed(self.first, i)) for i in range(right + 1)]
        r0, r1, c0, c1 = self.first.box
        high, wide = r1 - r0 + 1, c1 - c0 + 1
        shared = max(0, wide - right) * high
        caption = say(
            "What does IoU mean? A box of {high}x{wide} slid by {pixels}: {shared} pixels shared, "
            "{high2} in the union, ",
            high=high,
            wide=wide,
            pixels=count(right, "pixel"),
            shared=shared,
            high2=2 * high * wide - shared,
        )
        caption += say(
            "IoU = {values}: {a_hit}. Half shared is only one third, for the union is larger than a box.",
            values=number(values[-1], 2),
            a_hit=say("a hit") if values[-1] >= HIT else say("a miss"),
        )
        line = Series(name=say("IoU"), x=tuple(range(right + 1)), y=row(values))
        bar = Series(name="0.5", x=(0.0, 9.0), y=(HIT, HIT))
        curve = Curve(title=say("IoU of the slid box"), series=(line, bar), x_label=say("pixels"), y_range=(0, 1))
        lost = right and values[-1] < HIT <= values[-2]
        return Scene(
            caption,
            (curve, self._picture(say("the slid box"), [self.first], right)),
            {"iou": values[-1]},
            say("below one half") if lost else "",
        )

    def ending(self) -> Scene:
        hits = sum(box >= HIT and name == true for name, true, box, _ in self.scores)
        mean = float(np.mean([mask for *_, mask in self.scores])) if self.scores else 0.0
        caption = say(
            "{hits} of {objects} found with the right name and an IoU of at least 0.5, {scores} pieces in all; "
            "mean IoU of the masks {mean}. A name needs one word for an image, a box four numbers an object, a "
            "mask {size} labels: precision costs.",
            hits=hits,
            objects=count(len(self.truth), "object"),
            scores=len(self.scores),
            mean=number(mean, 2),
            size=SIZE * SIZE,
        )
        panels: tuple[Panel, ...] = (self._picture(say("all boxes"), self.found), self._table())
        return Scene(caption, panels, {"hits": hits, "objects": len(self.truth), "mean_iou": mean}, say("the verdict"))

    def _labels(self, things: Sequence[Thing]) -> NDArray[np.int64]:
        labels = np.zeros((SIZE, SIZE), dtype=np.int64)
        for thing in things:
            labels[thing.mask] = 1 + tuple(FILLS).index(thing.name)
        return labels

    def _picture(self, title: str, boxes: Sequence[Thing], right: int = 0) -> Image:
        """The scene in grey, with boxes in the colour of their class drawn around the objects, not over them."""
        channels = np.stack([self.image] * 3)
        for thing in boxes:
            r0, r1, c0, c1 = thing.box
            ring = np.zeros((SIZE + 2, SIZE + 2), bool)  # one pixel more on each side than the image
            ring[r0 : r1 + 3, c0 + right : c1 + 3 + right] = True
            ring[r0 + 1 : r1 + 2, c0 + 1 + right : c1 + 2 + right] = False
            frame = ring[1:-1, 1:-1]
            for channel, level in zip(channels, COLOURS[thing.name], strict=True):
                channel[frame] = level
        return Image(title=title, channels=tuple(rows(channel, 2) for channel in channels))

    def _masks(self, title: str, things: Sequence[Thing]) -> Image:
        channels = np.full((3, SIZE, SIZE), 0.08)
        for thing in things:
            for channel, level in zip(channels, COLOURS[thing.name], strict=True):
                channel[thing.mask] = level
        return Image(title=title, channels=tuple(rows(channel, 2) for channel in channels))

    def _table(self) -> Table:
        body = tuple((name, true, number(box, 2), number(mask, 2)) for name, true, box, mask in self.scores)
        return Table(
            title=say("Found"),
            columns=(say("named"), say("truth"), say("box IoU"), say("mask IoU")),
            rows=body,
            highlight=(max(0, len(body) - 1),),
        )


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "yes" if last["hits"] == last["objects"] else "no"


DEMO = Demo(
    name="vision_tasks",
    title="Vision tasks",
    slide=25,
    group="Convolutional Layers",
    summary="Classification, localisation, detection and segmentation of one drawn scene, measured by IoU.",
    params=VisionTasksParams,
    steps=steps,
    look_for=(
        "The four tasks say more and more precisely what is where.",
        "IoU is 1 for a perfect fit; two boxes that share half have only one third.",
        "Specks stick to objects or look like objects: boxes grow and false pieces appear.",
    ),
    examples=(
        Request("Show me the vision tasks"),
        Request("Run object detection on a scene with 6 objects", {"objects": 6}),
        Request("segmentation with noise 0.3", {"noise": 0.3}),
        Request("What is intersection over union? Show it with 2 shapes", {"objects": 2}),
        Request("classification and localisation with a threshold of 0.7", {"threshold": 0.7}),
        Request(
            "detect objects in heavy noise 0.25 with a smallest piece of 12 pixels", {"noise": 0.25, "smallest": 12}
        ),
        Request("detección de objetos, seed 5", {"seed": 5}),
        Request("the four computer vision tasks step by step"),
        Request("Draw a box around each of 5 things in a scene and name them", {"objects": 5}),
        Request("Find out where the objects are and colour their pixels, noise 0.2", {"noise": 0.2}),
        Request("Measure how well the found boxes overlap with the true ones"),
        Request("Localiza 3 objetos en una escena y dibuja sus cajas", {"objects": 3}),
    ),
    presets={
        "four": Preset(
            "Four objects", {},
            "One scene, four questions: watch how much more each answer says.",
            (Claim("hits", "==", "objects"),),
        ),
        "noisy": Preset(
            "Heavy specks", {"noise": 0.22},
            "Specks stick to the objects, boxes grow, and not all are found.",
            (Claim("hits", "<", "objects"), Claim("pixels_right", "<", 0.95)),
        ),
        "blind": Preset(
            "Threshold too high", {"threshold": 0.85},
            "Dim objects fall apart or vanish, and are missed.",
            (Claim("hits", "<=", 2),),
        ),
    },
    prediction=Prediction(
        "Will every object be found with the right name and an IoU of at least 0.5?", ("yes", "no"), _check
    ),
    aliases=(
        "object detection", "image segmentation", "computer vision", "iou", "detección de objetos", "vision task",
        "computer vision tasks", "object detector", "detect objects", "object localisation", "object localization",
        "instance segmentation", "semantic segmentation", "segmentation", "bounding box", "intersection over union",
        "tareas de visión", "visión por computador", "visión por computadora", "segmentación de imágenes",
        "detector de objetos", "segmentation masks",
    ),
    measures=(
        Measure("mean_iou", "score", "mean IoU of the masks"),
        Measure("iou", "score", "IoU of the pair shown"),
        Measure("hits", "score", "objects found with the right name"),
        Measure("pixels_right", "accuracy", "share of pixels labelled rightly"),
        Measure("objects", "size"),
    ),
)  # fmt: skip
