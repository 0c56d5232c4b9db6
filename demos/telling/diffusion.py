"""Tells the demo diffusion: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, sqrt

import numpy as np

from demos.generation._models import SPREAD, Digits, Model
from demos.generation._schedule import ALPHA_BAR, Array, T, add_noise
from demos.generation.diffusion import DiffusionParams, Step, run, start
from demos.lib.pacing import thin
from demos.lib.wording import number
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
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import say

MOST_FRAMES = 80
FORWARD = (0, 50, 100, 200, 300, 450, 700, 1000)
THIRDS = (say("in the first third of the steps"), say("in the second third"), say("in the last third"))


def steps(params: DiffusionParams) -> Iterator[Frame]:
    """First noise is added to data in eight frames, then removed step by step, and the result is looked at."""
    begun = start(params)
    view = View(params, begun.model)
    total = len(FORWARD) + min(params.steps, MOST_FRAMES) + 1
    for index, t in enumerate(FORWARD):
        yield view.forward(t, add_noise(begun.x0, t, begun.noise), index / total)

    taken, result = run(params)
    gaps = [_distance(step.x0, result) for step in taken]
    half = _half_way(gaps)
    for index in thin(len(taken), MOST_FRAMES, {half}):
        progress = (len(FORWARD) + (index + 1) / len(taken) * (total - len(FORWARD) - 1)) / total
        yield view.backward(taken[index], gaps[index], index, progress, half)
    yield view.ending(result, taken)


def _distance(one: Array, other: Array) -> float:
    """Root mean square difference of each number."""
    return float(np.sqrt(((one - other) ** 2).mean()))


def _half_way(gaps: Sequence[float]) -> int:
    """The first step whose guess is at most half as far from the result as the first step's was."""
    return next((index for index, gap in enumerate(gaps) if gap <= gaps[0] / 2), len(gaps) - 1)


class View:
    """Draws data as pictures of digits or as points, and says what is to be seen."""

    def __init__(self, params: DiffusionParams, model: Model) -> None:
        self.params, self.model = params, model
        self.things = say("digits") if isinstance(model, Digits) else say("points")

    def forward(self, t: int, x: Array, progress: float) -> Frame:
        signal, noise = sqrt(ALPHA_BAR[t]), sqrt(1 - ALPHA_BAR[t])
        if t == 0:
            caption = say(
                "These {x} {things} are data. Now noise is added in small steps, up to t = {t}; a model learns to "
                "name that noise. Watch when you can no longer tell what it was: sampling has to "
                "come back from there.",
                x=len(x),
                things=self.things,
                t=T,
            )
        elif t < T:
            louder = say("The data still show through.") if signal > noise else say("The noise is now the louder part.")
            caption = say(
                "t = {t}: each number is √ᾱ = {signal} times the data plus √(1 - ᾱ) = {noise} times noise. {louder}",
                t=t,
                signal=number(signal),
                noise=number(noise),
                louder=louder,
            )
        else:
            caption = say(
                "t = {t}: only {signal} of the data is left, and no eye can find it. That is the trick: this end "
                "looks the same for all data, so pure noise can be drawn here and followed backwards.",
                t=T,
                signal=number(signal),
            )
        metrics = {"t": t, "signal": round(signal, 4), "noise": round(noise, 4)}
        panels = (self.draw(say("x at t = {t}", t=t), x), _schedule(t))
        moment = say("all is noise") if t == T else ""
        return Frame(caption=caption, progress=progress, metrics=metrics, panels=panels, moment=moment)

    def backward(self, step: Step, gap: float, index: int, progress: float, half: int) -> Frame:
        noise = sqrt(1 - ALPHA_BAR[step.t])
        if index < half:
            why = say("many answers fit so much noise, so the guess is their blurred mean")
        elif index == half:
            why = say("half of the way; the coarse shape is decided before the details")
        elif noise > 0.7:
            why = say("the coarse shape stands, the noise still hides details")
        else:
            why = say("little noise is left, so only details change")
        caption = say(
            "Step {index}, t = {t} to {s}: noise has weight {noise}. Right: the guess, were all noise removed at "
            "once. It is {gap} off the final result: {why}. {steering}",
            index=index + 1,
            t=step.t,
            s=step.s,
            noise=number(noise),
            gap=number(gap, 2),
            why=why,
            steering=self._steering(step),
        )
        metrics = {
            "step": index + 1,
            "t": step.t,
            "noise": round(noise, 4),
            "off": round(gap, 4),
            "sigma": round(step.sigma, 4),
        }
        panels = (
            self.draw(say("x at t = {t}", t=step.t), step.x, towards=step.x0),
            self.draw(say("the guess of x0"), step.x0),
        )
        moment = say("half of the way") if index == half else ""
        return Frame(caption=caption, progress=progress, metrics=metrics, panels=panels, moment=moment)

    def _steering(self, step: Step) -> str:
        fresh = (
            say("Fresh noise is added, σ = {sigma}.", sigma=number(step.sigma, 2))
            if step.sigma
            else say("No fresh noise is added.")
        )
        if self.params.wanted is None:
            return fresh
        return say(
            "Asking for {label} changed the predicted noise by {pull} on average. {fresh}",
            label=self.params.label,
            pull=number(step.pull, 2),
            fresh=fresh,
        )

    def ending(self, result: Array, taken: Sequence[Step]) -> Frame:
        sampler, wanted, count = self.params.sampler.upper(), self.params.wanted, len(taken)
        caption = say(
            "{count} steps of {sampler} turned noise into {result} new {things}. ",
            count=count,
            sampler=sampler,
            result=len(result),
            things=self.things,
        )
        if isinstance(self.model, Digits):
            read = self.model.read(result)
            agree = None if wanted is None else read.count(wanted) / len(read)
            caption += self._reading(read)
            numbers = tuple(float(read.count(digit)) for digit in range(10))
            kinds = {"kinds": float(len(set(read)))}
            panel: Panel = Bars(title=say("Digits read in them"), labels=tuple("0123456789"), values=numbers)
        else:
            agree, kinds = float(self.model.near(result, wanted).mean()), {}
            panel = _schedule(0)
            caption += say(
                "{agree:.0%} lie within {spread} of the data asked for: the exact score pulls every point "
                "back to where data are.",
                agree=agree,
                spread=number(3 * SPREAD, 2),
            )
        if wanted is not None and self.params.guidance > 3:
            caption += say(
                " Guidance {guidance} pays for this likeness with variety.", guidance=number(self.params.guidance, 1)
            )
        metrics = {"steps": float(count)} | kinds | ({} if agree is None else {"agree": round(agree, 4)})
        panels = (self.draw(say("x at t = 0"), result), panel)
        return Frame(caption=caption, progress=1, metrics=metrics, panels=panels, moment=say("the result"))

    def _reading(self, read: Sequence[int]) -> str:
        if self.params.wanted is None:
            kinds = len(set(read))
            return say(
                "Nothing was asked for; the denoiser itself, used as a judge, reads {kinds} different digits in them.",
                kinds=kinds,
            )
        return say(
            "Asked for {label} with guidance {guidance}: used as a judge, the denoiser explains {wanted} of "
            "{read} best as a {label}.",
            label=self.params.label,
            guidance=number(self.params.guidance, 1),
            wanted=read.count(self.params.wanted),
            read=len(read),
        )

    def draw(self, title: str, x: Array, towards: Array | None = None) -> Panel:
        """Digits side by side as one picture, or points, some with a line to where they are going."""
        if isinstance(self.model, Digits):
            return Image(title=title, pixels=_sheet((x + 1) / 2))
        moves = () if towards is None else tuple(zip(x[:12], towards[:12], strict=True))
        return Scatter(
            title=title,
            groups=(Series(name="", x=_row(x[:, 0]), y=_row(x[:, 1])),),
            lines=tuple(Series(name=say("to its guess"), x=_row([a[0], b[0]]), y=_row([a[1], b[1]])) for a, b in moves),
            x_range=(-3, 3),
            y_range=(-3, 3),
        )


def _sheet(images: Array) -> tuple[tuple[float, ...], ...]:
    """Pictures (n, 64) with values 0..1 as one picture, nearly square, a grey line between neighbours."""
    wide = ceil(sqrt(len(images)))
    sheet = np.full((9 * ceil(len(images) / wide) - 1, 9 * wide - 1), 0.35)
    for index, image in enumerate(np.clip(images, 0, 1).reshape(-1, 8, 8)):
        top, left = 9 * (index // wide), 9 * (index % wide)
        sheet[top : top + 8, left : left + 8] = image
    return tuple(tuple(row) for row in sheet.round(2).tolist())


def _row(values: Array | Sequence[float]) -> tuple[float, ...]:
    return tuple(float(round(value, 3)) for value in values)


def _schedule(t: int) -> Curve:
    """How much of the data and how much noise there is at each time, and where we are."""
    at = range(0, T + 1, 25)
    signal, noise = np.sqrt(ALPHA_BAR), np.sqrt(1 - ALPHA_BAR)
    return Curve(
        title=say("Data and noise over time"),
        series=(
            Series(name=say("data √ᾱ"), x=tuple(at), y=_row([signal[i] for i in at])),
            Series(name=say("noise √(1 - ᾱ)"), x=tuple(at), y=_row([noise[i] for i in at])),
            Series(name=say("now"), x=(t,), y=_row([noise[t]])),
        ),
        x_label="t",
        y_range=(0, 1),
    )


def _check(frames: Sequence[Frame]) -> str:
    back = [frame for frame in frames if "off" in frame.metrics]
    step = next(frame.metrics["step"] for frame in back if frame.moment)
    return THIRDS[min(2, int(3 * (step - 1) / back[-1].metrics["step"]))]


LEXICON = {
    "data": Words(
        ("dataset", "shape", "images", "points", "datos"),
        {
            "digits": ("handwritten digits", "numerals", "dígitos", "números"),
            "moons": ("two moons", "half moons", "lunas", "dos lunas"),
            "ring": ("circle", "anillo", "círculo"),
            "spiral": ("spirals", "espiral", "espirales"),
        },
    ),
    "label": Words((
        "digit", "class", "draw a", "number", "draw the", "make a", "dígito", "número", "número de", "numeral", "clase",
        "dibuja un", "genera un", "haz un",
    )),
    "sampler": Words(
        ("method", "muestreador", "método", "sampling"),
        {
            "ddim": ("deterministic", "without fresh noise", "determinista"),
            "ddpm": ("stochastic", "with fresh noise", "ancestral", "estocástico"),
        },
    ),
    "steps": Words(("denoising steps", "iterations", "pasos", "iteraciones")),
    "guidance": Words(("guidance scale", "cfg", "w", "guía", "escala de guía", "guidance strength")),
    "samples": Words(("images", "handwritten digits", "pictures", "muestras", "imágenes", "of them")),
}  # fmt: skip


DEMO = Demo(
    name="diffusion",
    title="Diffusion",
    slide=58,
    group="Transformers and Image Generation",
    summary="Noise is added to digits or points until nothing is left, then removed step by step to make new ones.",
    params=DiffusionParams,
    steps=steps,
    look_for=(
        "At t = 1000 all data look the same: pure noise.",
        "On the right, the guess of the result is a blur at first and gets sharp late.",
        "The coarse shape is decided early, the details last.",
        "With a label, guidance makes the pictures more alike, and easier to recognise.",
    ),
    examples=(
        Request("Show me diffusion"),
        Request("draw the digit 4", {"label": "4"}),
        Request("make a 9 out of noise", {"label": "9"}),
        Request("Draw a 6 with guidance 3 and 30 steps", {"label": "6", "guidance": 3, "steps": 30}),
        Request("draw a 7", {"label": "7"}),
        Request("Draw a 3 with diffusion, guidance 5", {"label": "3", "guidance": 5}),
        Request("How does diffusion remove noise? Show it with 20 steps.", {"steps": 20}),
        Request("run DDIM on the two moons", {"data": "moons", "sampler": "ddim"}),
        Request("diffusion of a spiral in 100 steps, seed 4", {"data": "spiral", "steps": 100, "seed": 4}),
        Request("Generate sixteen handwritten digits from noise", {"samples": 16}),
        Request("compare: the digit 8 without guidance (w=0)", {"label": "8", "guidance": 0}),
        Request("denoise step by step with the deterministic sampler", {"sampler": "ddim"}),
        Request("dibuja un 5 con difusión en 30 pasos", {"label": "5", "steps": 30}),
        Request("Make me a 6 from pure noise", {"label": "6"}),
        Request("Start with random pixels and remove the noise bit by bit until a number appears"),
        Request("Turn noise into the points of two moons in 40 steps", {"data": "moons", "steps": 40}),
        Request("Crea 16 imágenes de un dígito a partir de ruido", {"samples": 16}),
    ),
    presets={
        "seven": Preset(
            "Draw a 7", {"label": "7"},
            "The label steers each step: the guess leans towards a 7 early.",
            (Claim("agree", ">=", 0.8),),
        ),
        "any": Preset(
            "Whatever comes", {"samples": 16},
            "Nothing is asked for: different digits come.",
            (Claim("kinds", ">=", 4),),
        ),
        "few": Preset(
            "Four steps of DDIM", {"label": "3", "sampler": "ddim", "steps": 4},
            "DDIM adds no noise, so it can take long strides: four steps are enough for a digit that can be read.",
            (Claim("steps", "==", 4), Claim("agree", ">=", 0.8)),
        ),
        "ignored": Preset(
            "A label that is ignored",
            {"label": "7", "guidance": 0},
            "Set the guidance to 0: a 7 is asked for, yet any digit comes.", (Claim("agree", "<=", 0.6),),
        ),
        "moons": Preset(
            "Points in the plane", {"data": "moons", "sampler": "ddim"},
            "Here the score is exact. The lines show where each point would land if all noise were removed at once.",
            (Claim("agree", ">=", 0.9),),
        ),
        "half": Preset(
            "Half of a spiral",
            {"data": "spiral", "label": "1", "guidance": 1},
            "The label asks for one arm. With guidance 0 both arms come.", (Claim("agree", ">=", 0.9),),
        ),
    },
    prediction=Prediction("When will the guess be half way to the final result?", THIRDS, _check),
    aliases=(
        "ddpm", "ddim", "denoising diffusion", "difusión", "diffusion model", "diffusion models", "diffusion process",
        "denoising diffusion model", "denoising diffusion probabilistic model", "reverse diffusion",
        "forward diffusion", "score-based model", "modelo de difusión", "modelos de difusión", "proceso de difusión",
    ),
    measures=(
        Measure("agree", "accuracy", "share that is as asked"),
        Measure("off", "error", "distance of the guess from its end"),
        Measure("kinds", "quantity", "different digits read"),
        Measure("noise", "quantity", "share of noise"),
        Measure("signal", "quantity", "share of signal"),
        Measure("sigma", "quantity", "fresh noise of the step"),
        Measure("step", "clock"),
        Measure("t", "clock", "time t of the noise"),
        Measure("steps", "size"),
    ),
    words=LEXICON,
)  # fmt: skip
