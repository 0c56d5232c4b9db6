"""Tells the demo inverse_graphics: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows, sheet
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
    Prediction,
    Preset,
    Request,
    Series,
    Words,
)
from demos.runtime.messages import listed, say
from demos.vision.inverse_graphics import (
    FACTORS,
    SIZE,
    Array,
    InverseGraphicsParams,
    decode,
    decoder,
    disentanglement,
    encoder,
    render,
    run,
)

ANSWERS = (say("mostly one factor"), say("several factors at once"))
APART = 0.7
"""From this share of the change on, one factor is said to change alone."""


def steps(params: InverseGraphicsParams) -> Iterator[Frame]:
    """The factors, what a picture becomes, which unit knows what, the unit turned step by step, and the score."""
    story = Story(params)
    scenes = [story.opening(), story.there_and_back(), story.layers(), story.units()]
    yield from play([*scenes, *map(story.turn, range(params.turns)), story.ending()])


class Story:
    def __init__(self, params: InverseGraphicsParams) -> None:
        done = run(params)
        self.params, self.factors, self.w, self.picture, self.z = params, done.factors, done.w, done.picture, done.z
        self.known, self.unit, self.knob = done.known, done.unit, done.knob
        self.turned, self.read = done.turned, done.read

    def opening(self) -> Scene:
        examples = np.concatenate(
            [np.where(np.arange(3) == i, np.array([[-0.9], [0.0], [0.9]]), 0.0) for i in range(3)]
        )
        caption = say(
            "Pictures of {size}x{size} pixels, made from three factors: each row changes one of them, place, "
            "size, light. Graphics goes from 3 numbers to {size2} pixels; the network must find the way back "
            "without ever seeing the 3 numbers.",
            size=SIZE,
            size2=SIZE * SIZE,
        )
        shown = [each.reshape(SIZE, SIZE) for each in render(examples)]
        return Scene(
            caption, (Image(title=say("rows: place, size, light"), pixels=sheet(shown, 3)),), {"pixels": SIZE * SIZE}
        )

    def there_and_back(self) -> Scene:
        back = decode(self.w, self.z, np)
        error = float(np.abs(back - self.picture).mean())
        place, size, light = (number(float(value), 2) for value in self.factors[0])
        caption = say(
            "A picture with place {place}, size {size}, light {light} becomes the code ({listing}) and comes back "
            "with a mean error of {error} a pixel. The code tells the same in its own units.",
            place=place,
            size=size,
            light=light,
            listing=listed(", ", (number(float(v), 2) for v in self.z[0])),
            error=number(error),
        )
        panels = (
            self._picture(say("in"), self.picture[0]),
            self._picture(say("out"), back[0]),
            Bars(title=say("code"), labels=("z1", "z2", "z3"), values=row(self.z[0])),
        )
        return Scene(caption, panels, {"error": error}, say("there and back"))

    def layers(self) -> Scene:
        """The maps on the way in and on the way out."""
        inward, outward = encoder(self.w, self.picture, np), decoder(self.w, self.z, np)
        size = sum(tensor.size for tensor in self.w.values())
        caption = say(
            "The way in and out, by {size} weights. In: {one} maps of 6x6, {two} of 3x3, then 3 numbers. Out: back "
            "over {two} maps of 3x3 and {one} of 6x6 to the picture. The same 3x3 kernels slide everywhere; grey is 0. "
            "The maps still look like pictures, the 3 numbers no longer do.",
            size=f"{size:,}",
            one=len(inward[0][0]),
            two=len(inward[1][0]),
        )
        panels = (
            self._picture(say("in"), self.picture[0]),
            self._maps(say("8 maps of 6x6"), inward[0][0], 4),
            self._maps(say("16 maps of 3x3"), inward[1][0], 4),
            self._picture(say("out"), outward[-1][0]),
            self._maps(say("8 maps of 6x6, on the way out"), outward[1][0], 4),
            self._maps(say("16 maps of 3x3, on the way out"), outward[0][0], 4),
        )
        return Scene(caption, panels, {"weights": size}, say("layer by layer"))

    def units(self) -> Scene:
        score = disentanglement(self.w)
        best = float(self.known[self.unit].max())
        second = float(np.sort(self.known[self.unit])[1])
        caption = say(
            "Which unit knows what? Over 400 pictures z{unit} follows {factors} with correlation {best} and the "
            "next factor with {second}. Score of the whole code: {score}; 1 would be a factor for each unit.",
            unit=self.unit + 1,
            factors=FACTORS[first_largest(self.known[self.unit])],
            best=number(best, 2),
            second=number(second, 2),
            score=number(score, 2),
        )
        panel = Heatmap(
            title=say("|correlation|"),
            values=rows(self.known, 2),
            rows=("z1", "z2", "z3"),
            columns=FACTORS,
            value_range=(0, 1),
        )
        return Scene(
            caption,
            (panel, self._picture(say("the picture"), self.picture[0])),
            {"score": score},
            say("who knows what"),
        )

    def turn(self, i: int) -> Scene:
        place, size, light = (number(float(value), 2) for value in self.read[i])
        caption = say(
            "Only z{unit} is turned, to {knob}. Read off the new picture: place {place}, size {size}, light "
            "{light}. Which of the three curves moves, and which stay level?",
            unit=self.unit + 1,
            knob=number(float(self.knob[i]), 2),
            place=place,
            size=size,
            light=light,
        )
        metrics = {"knob": self.knob[i], "place": self.read[i, 0], "size": self.read[i, 1], "light": self.read[i, 2]}
        return Scene(
            caption,
            (self._picture(say("decoded"), self.turned[i]), self._curve(i)),
            metrics,
            say("the knob is turned") if i == 0 else "",
        )

    def changes(self) -> Array:
        """How far place, size and light moved while the knob was turned, as shares of the sum."""
        moved = np.ptp(self.read, axis=0)
        result: Array = moved / moved.sum()
        return result

    def ending(self) -> Scene:
        share, score = self.changes(), disentanglement(self.w)
        top = first_largest(share)
        caption = say(
            "Turning z{unit} changed {factors} most: {share:.0%} of all change. The code's score is {score}. ",
            unit=self.unit + 1,
            factors=FACTORS[top],
            share=share[top],
            score=number(score, 2),
        )
        caption += (
            say("Groups in which one factor changes gave it a unit of its own: a knob that a person can use.")
            if self.params.training == "grouped"
            else say("A plain autoencoder has no reason to keep factors apart: the knobs mix them.")
        )
        some = [self.turned[i].reshape(SIZE, SIZE) for i in np.linspace(0, len(self.turned) - 1, 6).astype(int)]
        panels = (
            Image(title=say("z{unit} from low to high", unit=self.unit + 1), pixels=sheet(some, 3)),
            Bars(title=say("Share of the change"), labels=FACTORS, values=row(share), value_range=(0, 1)),
        )
        return Scene(caption, panels, {"score": score, "share": share[top]}, say("the result"))

    def _picture(self, title: str, picture: Array) -> Image:
        return Image(title=title, pixels=rows(picture.reshape(SIZE, SIZE), 2))

    def _maps(self, title: str, maps: Array, wide: int) -> Image:
        side = round(maps.shape[1] ** 0.5)
        return Image(title=title, pixels=sheet(0.5 + 0.5 * maps.reshape(-1, side, side), wide))

    def _curve(self, i: int) -> Curve:
        lines = tuple(
            Series(name=name, x=row(self.knob[: i + 1]), y=row(self.read[: i + 1, k])) for k, name in enumerate(FACTORS)
        )
        return Curve(title=say("Read off the picture"), series=lines, x_label=f"z{self.unit + 1}", y_range=(-1.6, 1.6))


def _check(frames: Sequence[Frame]) -> str:
    return ANSWERS[0] if frames[-1].metrics["share"] >= APART else ANSWERS[1]


LEXICON = {
    "factor": Words(
        ("unit", "knob", "change the", "turn the", "perilla", "unidad", "factor de"),
        {
            "place": ("position", "pose", "where it is", "posición", "lugar"),
            "light": ("brightness", "lighting", "illumination", "bright", "luz", "iluminación", "brillo"),
            "size": ("scale", "how big", "tamaño"),
        },
    ),
    "training": Words(
        ("trained", "entrenamiento"),
        {
            "plain": ("ordinary", "without groups", "without grouping", "normal training", "simple", "normal"),
            "grouped": ("in groups", "with groups", "grouping", "agrupado", "en grupos"),
        },
    ),
    "turns": Words(("steps", "pasos", "turning steps")),
}  # fmt: skip


DEMO = Demo(
    name="inverse_graphics",
    title="Deep convolutional inverse graphics network",
    slide=37,
    group="Zoo",
    summary="One unit of a code is turned and one factor of the picture changes: place, size or light.",
    params=InverseGraphicsParams,
    steps=steps,
    look_for=(
        "The code says in three numbers what 144 pixels show; maps shrink on the way in and grow on the way out.",
        "After training on groups, each unit follows one factor.",
        "In a plain autoencoder one unit moves several factors at once.",
    ),
    examples=(
        Request("Show me inverse graphics"),
        Request("Turn the unit for light in the DCIGN", {"factor": "light"}),
        Request("inverse graphics network: change the size only", {"factor": "size"}),
        Request("inverse graphics with plain training", {"training": "plain"}),
        Request("walk through the code in 25 steps", {"turns": 25}),
        Request("DCIGN brightness knob, seed 6", {"factor": "light", "seed": 6}),
        Request("red de gráficos inversos con size", {"factor": "size"}),
        Request("a code after ordinary training, turn the position", {"training": "plain"}),
        Request("Turn one number of a code and only the brightness of the picture changes", {"factor": "light"}),
        Request(
            "Change nothing but the size of the thing in the picture, in 20 steps", {"factor": "size", "turns": 20}
        ),
        Request("Show a code in which each unit stands for one property of the picture"),
        Request("Gira la unidad de la luz en 15 pasos", {"factor": "light", "turns": 15}),
    ),
    presets={
        "place": Preset(
            "Turn the place", {},
            "One knob moves the disc from side to side; size and light change less.",
            (Claim("share", ">=", 0.6), Claim("score", ">=", 0.8)),
        ),
        "light": Preset(
            "Turn the light", {"factor": "light"},
            "Another knob mostly makes it brighter.",
            (Claim("share", ">=", 0.6), Claim("score", ">=", 0.8)),
        ),
        "plain": Preset(
            "A plain autoencoder",
            {"training": "plain", "factor": "size"},
            "The same pictures, no groups: the knob mixes factors.",
            (Claim("score", "<", 0.65), Claim("share", "<", 0.7)),
        ),
    },
    prediction=Prediction("What will change when this one unit is turned?", ANSWERS, _check),
    aliases=(
        "dcign", "dc-ign", "inverse graphics network", "disentangled representation", "red de gráficos inversos",
        "inverse graphics net", "inverse graphics networks", "deep convolutional inverse graphics", "disentangled code",
        "disentangled representations", "disentanglement", "gráficos inversos",
        "red convolucional profunda de gráficos inversos", "representación desenredada",
    ),
    measures=(
        Measure("score", "score", "how far each factor has a unit of its own"),
        Measure("error", "error", "mean squared error of the pictures"),
        Measure("share", "quantity", "share of the change that the knob makes in its factor"),
        Measure("weights", "size", "weights of the network"),
        Measure("knob", "quantity", "value of the knob turned"),
    ),
    words=LEXICON,
)  # fmt: skip
