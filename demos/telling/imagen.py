"""Tells the demo imagen: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.generation import _lexicon, _painted, imagen
from demos.generation._painted import Kind
from demos.generation._schedule import add_noise
from demos.generation.imagen import MEANING, Array, ImagenParams
from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, row
from demos.lib.wording import number
from demos.runtime.contract import Bars, Claim, Demo, Frame, Measure, Prediction, Preset, Request, Table, Words
from demos.runtime.messages import listed, say
from demos.telling._gallery import gallery, lit

ANSWERS = (say("all of them"), say("more than half"), say("half or fewer"))
LEVELS = (0, 100, 250, 400)


def steps(params: ImagenParams) -> Iterator[Frame]:
    """The plan; then the words, the base, both stages, what the words added, the noise between them, the verdict."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: ImagenParams) -> None:
        self.params = params
        self.text = _painted.caption(params.words)
        pattern, colour, shape = (MEANING.get(word, word) for word in params.words)
        self.kind: Kind = (pattern, colour, shape)
        self.new = [word for word in params.words if word in MEANING]

    def scenes(self) -> list[Scene]:
        self._run()
        base = [self.base_step(index) for index in thin(len(self.base_steps), 7)]
        stages = []
        for side in (16, 32):
            stages += [
                self.handed_on(side),
                *(self.stage_step(side, index) for index in thin(len(self.taken[side]), 4)),
            ]
        return [self.neighbours(), self.vector(), *base, self.base_done(), *stages, self.three_sizes(), self.faithful(),
                self.other_word(), self.levels(), self.ending()]  # fmt: skip

    def _run(self) -> None:
        self.done = imagen.run(self.params)
        self.cascade, self.base_steps, self.made, self.taken = (
            self.done.cascade, self.done.base, self.done.made, self.done.stages,
        )  # fmt: skip
        self.read = _painted.read(self.made[32])

    def _enlarged(self, text: str, small: Array, level: int) -> Array:
        return self.done.enlarged(self.params, text, small, level)[1]

    def _whole(self, text: str, base: Array, level: int) -> Array:
        """Both stages from a base, for another caption or level."""
        return self._enlarged(text, self._enlarged(text, base, level), level)

    def plan(self) -> Scene:
        body = (
            (
                say("text encoder"),
                say("caption"),
                say("{text} numbers", text=imagen.TEXT),
                say("text only: {sentences} sentences", sentences=len(_lexicon.sentences())),
            ),
            (say("base"), say("noise"), "8x8", say("pictures, captions")),
            (say("stage 1"), "8x8", "16x16", say("pictures, captions")),
            (say("stage 2"), "16x16", "32x32", say("pictures, captions")),
        )
        text = say(
            "You ask for '{text}'. A text encoder, then three diffusion models one after another. ", text=self.text
        )
        if self.new:
            text += say(
                "No picture was ever captioned with {listing}: only the sentences told of {it}. ",
                listing=listed(say(" or "), self.new),
                it=say("it") if len(self.new) == 1 else say("them"),
            )
        text += say("Drawing small first is cheap: 8x8 has 16 times fewer pixels than 32x32.")
        table = Table(
            title=say("The cascade"), columns=(say("part"), say("takes"), say("gives"), say("learnt from")), rows=body
        )
        return Scene(text, (table,))

    def neighbours(self) -> Scene:
        known = self.cascade.words
        body = []
        for word in self.params.words:
            like = sorted(
                ((float(known[word] @ known[other]), other) for other in known if other != word), reverse=True
            )
            body.append((word, like[0][1], number(like[0][0], 2), like[1][1], number(like[1][0], 2)))
        first = max(body, key=lambda each: float(each[2]))
        text = say(
            "The encoder read {sentences} sentences and counted which words stand together. For '{first}' the "
            "nearest of {known} words is '{first2}', cosine {first3}: both are said of the same things. No "
            "picture was needed for that, and it stays frozen from here on.",
            sentences=len(_lexicon.sentences()),
            first=first[0],
            known=len(known),
            first2=first[1],
            first3=first[2],
        )
        table = Table(
            title=say("Neighbours by text alone"),
            columns=(say("word"), say("nearest"), say("cosine"), say("next"), say("cosine ")),
            rows=tuple(body),
        )
        return Scene(text, (table,), {"cosine": float(first[2])}, say("the text encoder"))

    def vector(self) -> Scene:
        whole = _lexicon.encode(self.text, self.cascade.words)
        parts = whole.reshape(3, -1)
        text = say(
            "The caption as {whole} numbers: the vectors of its 3 words, one after another. All three networks "
            "get these same numbers at each step, and must find out by themselves that the "
            "second part is a colour.",
            whole=len(whole),
        )
        bars = tuple(
            Bars(title=f"'{word}'", labels=tuple(str(i + 1) for i in range(len(part))), values=row(part, 2),
                 value_range=(-3.5, 3.5))
            for word, part in zip(self.params.words, parts, strict=True)
        )  # fmt: skip
        return Scene(text, bars, {"numbers": len(whole)}, say("the caption"))

    def base_step(self, index: int) -> Scene:
        step = self.base_steps[index]
        guess = lit(step.x0)
        off, apart = float(np.abs(step.x0 - self.base_steps[-1].x0).mean()), float(np.abs(guess - guess.mean(0)).mean())
        text = say(
            "Base, step {index} of {base_steps}, t = {t}: x is 8x8 pixels with noise; the guess, were it all gone at "
            "once, is {off} off its end. ",
            index=index + 1,
            base_steps=len(self.base_steps),
            t=step.t,
            off=number(off),
        )
        text += (
            say(
                "The {guess} guesses are nearly one ({apart} apart): the mean of all that fits the words.",
                guess=len(guess),
                apart=number(apart),
            )
            if off > 0.15
            else say("They differ by {apart} a pixel: each has found its own place and size.", apart=number(apart))
        )
        panels = (gallery(say("x at t = {t}", t=step.t), lit(step.x), 4), gallery(say("the guess"), guess, 4))
        return Scene(text, panels, {"t": step.t, "off": off}, say("the base starts") if index == 0 else "")

    def base_done(self) -> Scene:
        light = float(self.made[8].max(1).max((1, 2)).mean())
        text = say(
            "The base: {made} pictures of 64 pixels, the brightest {light} on average. Colour, place and rough "
            "shape stand. Stripes cannot: a light and a dark line fall into one pixel and make the plain colour.",
            made=len(self.made[8]),
            light=number(light, 2),
        )
        return Scene(text, (gallery("8x8", self.made[8], 4),), {"pixels": 64}, say("the base"))

    def handed_on(self, side: int) -> Scene:
        small, level = self.made[side // 2], self.params.augmentation
        noisy = add_noise(small * 2 - 1, level, np.random.default_rng(self.params.seed).standard_normal(small.shape))
        text = say(
            "From {side}x{side} to {side2}x{side2}. The smaller picture gets noise of level t = {level} (signal "
            "{signal}), is enlarged and laid beside the noise as 3 more channels. The noise keeps the stage from "
            "trusting single pixels, which the stage before may have got wrong.",
            side=side // 2,
            side2=side,
            level=level,
            signal=number(imagen.signal(level), 2),
        )
        panels = (gallery(say("as it came"), small, 4), gallery(say("as it is handed on"), lit(noisy), 4))
        return Scene(text, panels, {"level": level, "side": side}, say("to {side}x{side}", side=side))

    def stage_step(self, side: int, index: int) -> Scene:
        step = self.taken[side][index]
        guess = lit(step.x0)
        away = float(np.abs(imagen.shrink(guess, 8) - self.made[8]).mean())
        stripes = _stripes(guess) if side == 32 else _stripes(imagen.enlarge(guess))
        text = say(
            "{side}x{side}, step {index} of {taken}, t = {t}. Shrunk to 8x8, the guess is {away} a pixel off the "
            "base: what is coarse is given. Neighbouring lines differ by {stripes} within the shapes: what "
            "is fine is made here.",
            side=side,
            index=index + 1,
            taken=len(self.taken[side]),
            t=step.t,
            away=number(away),
            stripes=number(stripes, 2),
        )
        panels = (gallery(say("x at t = {t}", t=step.t), lit(step.x), 2), gallery(say("the guess"), guess, 2))
        return Scene(text, panels, {"t": step.t, "away": away, "lines": stripes})

    def three_sizes(self) -> Scene:
        right = self.read.count(self.kind)
        text = say(
            "8x8, 16x16 and 32x32 of the same pictures: each stage multiplies the pixels by 4. A judge that "
            "learnt nothing, the nearest of 4,608 paintings, reads '{caption}' in {right} of {read}.",
            caption=_painted.caption(self.kind),
            right=right,
            read=len(self.read),
        )
        panels = tuple(gallery(f"{side}x{side}", self.made[side], 2) for side in imagen.SIDES)
        return Scene(text, panels, {"right": right}, say("three sizes"))

    def faithful(self) -> Scene:
        back = imagen.shrink(self.made[32], 8)
        own = float(np.abs(back - self.made[8]).mean())
        other = float(np.abs(back - np.roll(self.made[8], 1, 0)).mean())
        text = say(
            "Are the large pictures still the small ones? Shrunk to 8x8 again they are {own} a pixel off their "
            "own base, and {other} off the base of another picture. The stages add; they do not start over.",
            own=number(own),
            other=number(other),
        )
        panels = (gallery(say("the base"), self.made[8], 4), gallery(say("32x32, shrunk"), back, 4))
        return Scene(text, panels, {"own": own, "other": other}, say("shrunk again"))

    def other_word(self) -> Scene:
        swapped = "plain" if self.kind[0] == "striped" else "striped"
        words = _painted.caption((swapped, *self.params.words[1:]))
        again = self._whole(words, self.made[8], self.params.augmentation)
        one, two = _stripes(self.made[32]), _stripes(again)
        text = say(
            "The same base pictures, enlarged with '{swapped}' instead of '{pattern}': neighbouring lines differ "
            "by {two} instead of {one}. The base holds no stripes either way, so this detail comes "
            "from the words alone.",
            swapped=swapped,
            pattern=self.params.pattern,
            two=number(two, 2),
            one=number(one, 2),
        )
        panels = (gallery(self.text, self.made[32], 2), gallery(words, again, 2))
        return Scene(text, panels, {"lines": one, "other": two}, say("another word"))

    def levels(self) -> Scene:
        base = self.made[8][:1]
        found = np.concatenate([self._whole(self.text, base, level) for level in LEVELS])
        away = np.abs(imagen.shrink(found, 8) - base).mean((1, 2, 3))
        kinds = _painted.read(found)
        text = say(
            "Picture 1 with more and more noise between the stages, from t = {levels} to {levels2}: {away} to "
            "{away2} a pixel off its base, {kind} of {levels3} read as asked. With little noise a stage leans on "
            "each pixel before it, flaws included; with much it must lean on the words. Compare the edges.",
            levels=LEVELS[0],
            levels2=LEVELS[-1],
            away=number(float(away[0]), 4),
            away2=number(float(away[-1]), 4),
            kind=kinds.count(self.kind),
            levels3=len(LEVELS),
        )
        bars = Bars(
            title=say("off the base"),
            labels=tuple(say("t = {level}", level=level) for level in LEVELS),
            values=row(away, 4),
        )
        panels = (gallery(say("t = {listing}", listing=listed(", ", map(str, LEVELS))), found, 2), bars)
        return Scene(text, panels, {"least": away[0], "most": away[-1]}, say("noise between the stages"))

    def ending(self) -> Scene:
        right, n = self.read.count(self.kind), len(self.read)
        text = say("'{text}': {right} of {n} pictures as asked. ", text=self.text, right=right, n=n)
        if self.new:
            text += say(
                "The networks had never met {listing}; the frozen encoder had, in text. ",
                listing=listed(say(" or "), self.new),
            )
            if right > n / 2:
                text += say("So what a word means came from text alone. ")
        else:
            text += say("Try 'crimson' or 'disc', which no picture was captioned with. ")
        if right < n:
            wrong = next(kind for kind in self.read if kind != self.kind)
            text += say("One was read as '{caption}'.", caption=_painted.caption(wrong))
        return Scene(
            text, (gallery(self.text, self.made[32], 2),), {"agree": right / n, "images": n}, say("the result")
        )


def _stripes(pictures: Array) -> float:
    """How much pairs of lines differ in light where the shapes are (n, 3, 32, 32), as a share of their light."""
    light = pictures.max(1)
    pairs = light.reshape(len(light), 16, 2, 32).mean(2)
    inside = _eroded(pairs.reshape(len(light), 8, 2, 32).mean(2) > 0.3)
    bright, other = pairs[:, ::2][inside], pairs[:, 1::2][inside]
    return float(np.abs(bright - other).mean() / max(float((bright + other).mean()) / 2, 1e-9)) if inside.any() else 0.0


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only places whose neighbours above and below are inside too, so that edges are not taken for stripes."""
    padded = np.pad(inside, ((0, 0), (1, 1), (0, 0)))
    found: NDArray[np.bool_] = inside & padded[:, :-2] & padded[:, 2:]
    return found


def _check(frames: Sequence[Frame]) -> str:
    found = frames[-1].metrics["agree"]
    return ANSWERS[0] if found == 1 else ANSWERS[1] if found > 0.5 else ANSWERS[2]


LEXICON = {
    "shape": Words(
        ("forma", "figura"),
        {
            "circle": ("círculo",),
            "square": ("cuadrado",),
            "triangle": ("triángulo",),
            "cross": ("cruz",),
            "disc": ("disk", "disco"),
            "block": ("bloque",),
            "wedge": ("cuña",),
            "plus": ("plus sign", "signo más"),
        },
    ),
    "colour": Words(
        ("color", "tint"),
        {
            "red": ("rojo", "roja"),
            "green": ("verde",),
            "blue": ("azul",),
            "yellow": ("amarillo", "amarilla"),
            "crimson": ("carmesí",),
            "emerald": ("esmeralda",),
            "azure": ("celeste",),
            "golden": ("gold", "dorado", "dorada"),
        },
    ),
    "pattern": Words(
        ("texture", "patrón", "textura"),
        {
            "striped": ("stripes", "stripe", "stripy", "rayado", "rayada", "a rayas"),
            "plain": ("without a pattern", "liso", "lisa"),
            "smooth": ("suave",),
            "banded": ("bands", "con bandas"),
        },
    ),
    "images": Words(("pictures", "samples", "imágenes", "dibujos", "drawings")),
    "steps": Words(("denoising steps", "pasos", "iteraciones")),
    "guidance": Words(("guidance scale", "cfg", "w", "guía", "escala de guía", "guidance strength")),
    "augmentation": Words((
        "noise level", "noise augmentation", "conditioning augmentation", "aumento de ruido", "aumento",
    )),
}  # fmt: skip


DEMO = Demo(
    name="imagen",
    title="Imagen",
    slide=56,
    group="Transformers and Image Generation",
    summary="A frozen text encoder, a small picture from noise, and two diffusion stages that enlarge it.",
    params=ImagenParams,
    steps=steps,
    look_for=(
        "The text encoder never saw a picture, yet knows which words are near.",
        "The base decides what is coarse; the stages add what is fine.",
        "Shrunk again, the large picture is the small one.",
        "Stripes come from the word, for the base cannot show them.",
    ),
    examples=(
        Request("Show me Imagen"),
        Request("Imagen: a plain blue triangle", {"pattern": "plain", "colour": "blue", "shape": "triangle"}),
        Request("run Imagen with a crimson disc", {"colour": "crimson", "shape": "disc"}),
        Request("super-resolution cascade with guidance 4, seed 5", {"guidance": 4, "seed": 5}),
        Request(
            "Imagen, 6 images of a banded azure plus",
            {"images": 6, "pattern": "banded", "colour": "azure", "shape": "plus"},
        ),
        Request("show how super-resolution enlarges a small picture"),
        Request("Imagen with noise augmentation 300", {"augmentation": 300}),
        Request("muéstrame Imagen con 5 images", {"images": 5}),
        Request(
            "Draw a small striped golden wedge and enlarge it twice",
            {"pattern": "striped", "colour": "golden", "shape": "wedge"},
        ),
        Request("Make a tiny picture from words, then let two more models add the fine detail"),
        Request(
            "Upscale a plain green triangle from its caption, 3 images",
            {"pattern": "plain", "colour": "green", "shape": "triangle", "images": 3},
        ),
        Request(
            "Agranda una imagen pequeña de un disco carmesí con una cascada de difusión",
            {"colour": "crimson", "shape": "disc"},
        ),
    ),
    presets={
        "stripes": Preset(
            "A striped red circle", {},
            "The base cannot show stripes. Where do they come from?",
            (Claim("agree", "==", 1), Claim("lines", ">", "other")),
        ),
        "plain": Preset(
            "A plain green cross", {"pattern": "plain", "colour": "green", "shape": "cross"},
            "From 64 pixels to 1,024.",
            (Claim("agree", "==", 1),),
        ),
        "new": Preset(
            "Words never seen with a picture", {"pattern": "banded", "colour": "crimson", "shape": "disc"},
            "The text encoder read of a banded crimson disc; the picture model never did, and draws it.",
            (Claim("agree", "==", 1),),
        ),
        "loose": Preset(
            "Much noise between the stages", {"augmentation": 400, "colour": "blue", "shape": "square"},
            "The stages are told little of the base: what do they invent?",
            (Claim("agree", ">=", 0.5), Claim("level", "==", 400)),
        ),
    },
    prediction=Prediction("How many of the finished pictures will be what the caption asks for?", ANSWERS, _check),
    aliases=(
        "google imagen", "super-resolution", "cascade of diffusion models", "cascaded diffusion", "superresolución",
        "superresolution", "super-resolution cascade", "diffusion cascade", "cascade of diffusion",
        "cascading diffusion", "frozen text encoder", "upscale a picture", "upscaling", "cascada de difusión",
        "modelos de difusión en cascada", "super resolución",
    ),
    measures=(
        Measure("agree", "accuracy", "share of pictures that are as asked"),
        Measure("off", "error", "distance of the guess from its end"),
        Measure("away", "error", "distance of a stage from the picture before it"),
        Measure("lines", "quantity", "how striped the pictures are"),
        Measure("cosine", "quantity", "cosine of the nearest words"),
        Measure("t", "clock", "time t of the noise"),
        Measure("images", "size"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
