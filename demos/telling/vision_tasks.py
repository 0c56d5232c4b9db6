"""Tells the demo vision_tasks: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, row, rows
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
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.vision._scene import FILLS, SIZE, Thing, boxed, detect, iou
from demos.vision.vision_tasks import (
    FRESH,
    HIT,
    SEEN,
    Answer,
    VisionTasksParams,
    labels,
    matched,
    run,
    score,
)

COLOURS = {say("triangle"): (0.95, 0.6, 0.1), say("disc"): (0.2, 0.5, 0.95), say("square"): (0.2, 0.75, 0.35)}


def steps(params: VisionTasksParams) -> Iterator[Frame]:
    """The scene, the network as it learns, the four tasks in turn, a box that slides off, and the rule beside it."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    def __init__(self, params: VisionTasksParams) -> None:
        self.params = params
        self.image, self.truth, self.stages = run(params)

    def scenes(self) -> list[Scene]:
        told = [self.learning(stage) for stage in range(len(SEEN))]
        told += [self.numbers(), self.classification()]
        if self.said.found:
            told.append(self.localisation())
        told += [self.detection(i) for i in range(min(8, len(self.said.found)))]
        return [
            *told,
            self.segmentation(),
            *(self.sliding(right) for right in range(0, 10)),
            self.rule(),
            self.ending(),
        ]

    @cached_property
    def known(self) -> list[tuple[float, float]]:
        return [score(stage, self.params.noise) for stage in range(len(SEEN))]

    @property
    def said(self) -> Answer:
        return self.stages[-1]

    @cached_property
    def pairs(self) -> list[Thing | None]:
        return matched(self.said.found, self.truth)

    @cached_property
    def first(self) -> Thing:
        """What the network is surest of, or the largest object."""
        return self.said.found[0] if self.said.found else max(self.truth, key=lambda thing: int(thing.mask.sum()))

    def partner(self, thing: Thing) -> Thing:
        """The true object whose box fits best."""
        return max(self.truth, key=lambda true: iou(boxed(thing), boxed(true)))

    def opening(self) -> Scene:
        caption = say(
            "One scene, {size}x{size} grey pixels, {objects}. Four questions can be asked of it, each harder than the "
            "one before: what, where, what all, and which pixel. One network answers them all; first see it learn.",
            size=SIZE,
            objects=count(len(self.truth), "object"),
        )
        return Scene(caption, (self._picture(say("the scene"), []),), {"objects": len(self.truth)})

    def learning(self, stage: int) -> Scene:
        said, (found, pixels) = self.stages[stage], self.known[stage]
        right = float((said.labels == labels(self.truth)).mean())
        caption = say("After {seen} scenes with the right answers beside them: ", seen=f"{SEEN[stage]:,}")
        caption += say(
            "{right:.0%} of this scene's pixels have the right colour, and it points at {boxes}. Of {fresh} other new "
            "scenes it finds {found:.0%} of the objects. ",
            right=right,
            boxes=count(len(said.found), "object"),
            fresh=FRESH,
            found=found,
        )
        caption += (
            say("Its weights are random: it knows nothing.")
            if stage == 0
            else say("Nobody told it what a corner is: the weights followed the error.")
        )
        known = self.known[: stage + 1]
        x = tuple(float(i) for i in range(stage + 1))
        curve = Curve(
            title=say("Right on new scenes"),
            series=(
                Series(name=say("objects found"), x=x, y=row(each[0] for each in known)),
                Series(name=say("pixels"), x=x, y=row(each[1] for each in known)),
            ),
            x_label=say("stage: 0, 400, 1,600, 6,400, 48,000 scenes"),
            x_range=(0, len(SEEN) - 1),
            y_range=(0, 1),
        )
        panels = (
            self._picture(say("what it points at"), said.found),
            self._coloured(say("what it takes each pixel for"), said.labels),
            curve,
        )
        metrics = {"seen": SEEN[stage], "found_of_new": found, "pixels_of_new": pixels, "pixels_right": right}
        moments = {0: say("before learning"), len(SEEN) - 1: say("it has learnt")}
        return Scene(caption, panels, metrics, moments.get(stage, ""))

    def numbers(self) -> Scene:
        top = max(self.said.sure, default=0.0)
        caption = say(
            "What the network says, for each pixel: how likely each kind is, and whether an object has its middle "
            "here (the surest: {top}). {peaks} such hills rise above 0.4. Four more numbers give the sides of the box. "
            "All four tasks read their answer from these maps.",
            top=number(top, 2),
            peaks=len(self.said.found),
        )
        maps = zip((*FILLS, say("middle of an object")), (*self.said.kinds[1:], self.said.middles), strict=True)
        panels = tuple(Image(title=name, pixels=rows(values, 2)) for name, values in maps)
        return Scene(caption, panels, {"peaks": len(self.said.found)}, say("nine numbers a pixel"))

    def classification(self) -> Scene:
        cover = self.said.cover
        true = np.bincount(labels(self.truth).ravel(), minlength=4)[1:] / SIZE**2
        name, best = tuple(FILLS)[int(cover.argmax())], tuple(FILLS)[int(true.argmax())]
        caption = say(
            "1. Classification: one name for the whole picture. The mean of a kind's map is how much of the picture it "
            "covers; {name} has most, {cover:.1%}. ",
            name=name,
            cover=float(cover.max()),
        )
        caption += say(
            "Truth: {name}, {cover:.1%}. Nothing is said of where it is; such labels are the cheapest.",
            name=best,
            cover=float(true.max()),
        )
        bars = Bars(
            title=say("Share of the picture covered"),
            labels=(*FILLS, *(say("true {name}", name=each) for each in FILLS)),
            values=row([*cover, *true]),
        )
        metrics = {"named_rightly": float(name == best)}
        return Scene(caption, (self._picture(say("the scene"), []), bars), metrics, say("classification"))

    def localisation(self) -> Scene:
        fit = iou(boxed(self.first), boxed(self.partner(self.first)))
        r0, r1, c0, c1 = self.first.box
        caption = say(
            "2. Localisation: a name and one box, for what it is surest of: a {name}, rows {r0} to {r1} and columns "
            "{c0} to {c1}. IoU with the true box: {score}. ",
            name=self.first.name,
            r0=r0 + 1,
            r1=r1 + 1,
            c0=c0 + 1,
            c1=c1 + 1,
            score=number(fit, 2),
        )
        caption += (
            say("It was read from the four numbers at the object's middle, rounded to pixels.")
            if fit < 1
            else say("The box fits exactly.")
        )
        middle = Image(title=say("middle of an object"), pixels=rows(self.said.middles, 2))
        panels = (self._picture(say("one box"), [self.first]), middle)
        return Scene(caption, panels, {"iou": fit}, say("localisation"))

    def detection(self, i: int) -> Scene:
        thing, pair = self.said.found[i], self.pairs[i]
        box = iou(boxed(thing), boxed(self.partner(thing)))
        caption = say(
            "3. Detection, object {i} of {found}: a {name}, sure at {sure}, IoU of its box {box}. ",
            i=i + 1,
            found=len(self.said.found),
            name=thing.name,
            sure=number(self.said.sure[i], 2),
            box=number(box, 2),
        )
        caption += (
            say("A hit: at least 0.5 and the right name. ")
            if pair
            else say("A miss: truth is {scores}. ", scores=self.partner(thing).name if box else say("nothing"))
        )
        caption += say("Every object needs a name and a box, and nothing may be found twice.")
        return Scene(
            caption,
            (self._picture(say("boxes so far"), self.said.found[: i + 1]), self._table(i + 1)),
            {"iou": box},
            say("detection") if i == 0 else "" if pair else say("a miss"),
        )

    def segmentation(self) -> Scene:
        true = labels(self.truth)
        right = float((self.said.labels == true).mean())
        caption = say(
            "4. Segmentation: a name for each of the {size} pixels; {right:.1%} are right. Colours are classes: "
            "two discs have one colour, so objects of a class are not told apart (semantic segmentation). Such "
            "labels cost most: every pixel must be drawn by somebody.",
            size=SIZE * SIZE,
            right=right,
        )
        return Scene(
            caption,
            (self._coloured(say("named"), self.said.labels), self._coloured(say("truth"), true)),
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

    def rule(self) -> Scene:
        by_hand = detect(self.image, self.params.threshold, self.params.smallest)
        good = sum(pair is not None for pair in matched(by_hand, self.truth))
        right = float((labels(by_hand) == labels(self.truth)).mean())
        caption = say(
            "And without learning? A rule by hand joins pixels brighter than {threshold} to pieces and names each by "
            "how full its box is: {pieces}, {good} of {objects} found, {right:.1%} of the pixels. ",
            threshold=number(self.params.threshold, 2),
            pieces=count(len(by_hand), "piece"),
            good=good,
            objects=count(len(self.truth), "object"),
            right=right,
        )
        caption += say("A rule sees one pixel at a time; the network has seen 15x15 around it.")
        panels = (self._picture(say("the rule by hand"), by_hand), self._picture(say("the network"), self.said.found))
        return Scene(caption, panels, {"rule_hits": good, "rule_pixels": right}, say("a rule by hand"))

    def ending(self) -> Scene:
        hits = sum(pair is not None for pair in self.pairs)
        mean = float(
            np.mean([iou(boxed(a), boxed(b)) for a, b in zip(self.said.found, self.pairs, strict=True) if b] or [0])
        )
        by_hand = detect(self.image, self.params.threshold, self.params.smallest)
        rule = sum(pair is not None for pair in matched(by_hand, self.truth))
        caption = say(
            "The network found {hits} of {objects} with the right name and an IoU of at least 0.5, mean IoU of their "
            "boxes {mean}; the rule found {rule}. A name needs one word for an image, a box four numbers an object, a "
            "mask {size} labels: precision costs.",
            hits=hits,
            objects=count(len(self.truth), "object"),
            mean=number(mean, 2),
            rule=rule,
            size=SIZE * SIZE,
        )
        panels: tuple[Panel, ...] = (
            self._picture(say("all boxes"), self.said.found),
            self._table(len(self.said.found)),
        )
        metrics = {"hits": hits, "rule_hits": rule, "objects": len(self.truth), "mean_iou": mean}
        return Scene(caption, panels, metrics, say("the verdict"))

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
        return Image(title=title, channels=tuple(rows(channel, 2) for channel in channels), label=_legend())

    def _coloured(self, title: str, kinds: NDArray[np.int64]) -> Image:
        """Each pixel in the colour of its kind."""
        colours = np.array([(0.08, 0.08, 0.08), *COLOURS.values()])
        return Image(
            title=title,
            channels=tuple(rows(channel, 2) for channel in colours[kinds].transpose(2, 0, 1)),
            label=_legend(),
        )

    def _table(self, shown: int) -> Table:
        body = tuple(
            (thing.name, self.partner(thing).name if pair else say("nothing"), number(sure, 2),
             number(iou(boxed(thing), boxed(self.partner(thing))), 2))
            for thing, pair, sure in zip(self.said.found[:shown], self.pairs, self.said.sure, strict=False)
        )  # fmt: skip
        return Table(
            title=say("Found"),
            columns=(say("named"), say("truth"), say("sure"), say("box IoU")),
            rows=body,
            highlight=(max(0, len(body) - 1),),
        )


def _legend() -> str:
    return say("▲ orange, ● blue, ■ green")


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "yes" if last["hits"] == last["objects"] else "no"


LEXICON = {
    "objects": Words(("shapes", "things", "items", "figures", "objetos", "formas", "figuras", "cosas")),
    "noise": Words(("specks", "noise level", "ruido", "motas")),
    "threshold": Words((
        "brightness", "brightness threshold", "cut-off", "cutoff", "umbral", "umbral de brillo", "brillo",
    )),
    "smallest": Words((
        "smallest piece", "minimum size", "smallest object", "min size", "pieza mínima", "tamaño mínimo", "pieces of",
    )),
}  # fmt: skip


DEMO = Demo(
    name="vision_tasks",
    title="Vision tasks",
    slide=25,
    group="Convolutional Layers",
    summary="One network learns to classify, localise, detect and segment drawn scenes; IoU says how well.",
    params=VisionTasksParams,
    steps=steps,
    look_for=(
        "Before learning the network points at nothing or at random; see what it finds after each stage.",
        "The four tasks say more and more precisely what is where, all read from the same maps.",
        "IoU is 1 for a perfect fit; two boxes that share half have only one third.",
        "Specks that ruin the rule by hand hardly trouble the network.",
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
            (Claim("hits", "==", "objects"), Claim("found_of_new", "<=", 0.1, "ever")),
        ),
        "noisy": Preset(
            "Heavy specks", {"noise": 0.22},
            "The rule by hand takes specks for objects; the network still finds all.",
            (Claim("hits", "==", "objects"), Claim("rule_hits", "<", "objects")),
        ),
        "drowned": Preset(
            "More specks than it has seen", {"noise": 0.5},
            "Where specks are stronger than any it learnt from, the network misses objects too.",
            (Claim("hits", "<", "objects"), Claim("pixels_right", "<", 0.95)),
        ),
        "blind": Preset(
            "Threshold too high", {"threshold": 0.85},
            "With a wrong threshold the rule misses dim objects; the network has no brightness to set.",
            (Claim("rule_hits", "<=", 2), Claim("hits", "==", "objects")),
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
        Measure("mean_iou", "score", "mean IoU of the boxes found"),
        Measure("iou", "score", "IoU of the pair shown"),
        Measure("hits", "score", "objects found with the right name"),
        Measure("rule_hits", "score", "objects that the rule by hand found"),
        Measure("found_of_new", "accuracy", "share of the objects found in new scenes"),
        Measure("pixels_of_new", "accuracy", "share of pixels labelled rightly in new scenes"),
        Measure("pixels_right", "accuracy", "share of pixels labelled rightly"),
        Measure("objects", "size"),
    ),
    words=LEXICON,
)  # fmt: skip
