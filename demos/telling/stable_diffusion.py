"""Tells the demo stable_diffusion: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.generation import _ruler, _unet
from demos.generation._drawings import Kind, caption
from demos.generation._schedule import add_noise
from demos.generation.stable_diffusion import (
    CHANNELS,
    DENOISER,
    GRID,
    LATENTS,
    ON_PIXELS,
    PIXELS,
    SIDE,
    Array,
    StableDiffusionParams,
    decoder_operations,
    operations,
    run,
)
from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, rows
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.telling._drawn_words import DRAWN
from demos.telling._gallery import gallery

ANSWERS = (say("all of them"), say("more than half"), say("half or fewer"))


def steps(params: StableDiffusionParams) -> Iterator[Frame]:
    """The plan; then the autoencoder, the words, the denoising in latents, the cost, and the verdict."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: StableDiffusionParams) -> None:
        self.params = params
        self.kind: Kind = (params.size, params.colour, params.shape)
        self.text = caption(self.kind)

    def scenes(self) -> list[Scene]:
        self._run()
        shown = [self.step(index) for index in thin(len(self.taken), 14)]
        return [self.coded(), self.channels(), self.noisy(), *shown, self.asking(0.8), self.asking(0.3), self.decoded(),
                self.ignored(), self.cost(), self.ending()]  # fmt: skip

    def _run(self) -> None:
        done = run(self.params)
        self.studio, self.example, self.code, self.noise = done.studio, done.example, done.code, done.noise
        self.taken, self.z = done.taken, done.z
        self.again, self.pictures, self.free = (self.studio.decode(z) for z in (done.code, done.z, done.free))
        self.read = _ruler.read(self.pictures)

    def plan(self) -> Scene:
        text = say(
            "You ask for '{text}'. A picture of {side}x{side} pixels in 3 colours is {pixels} numbers; the "
            "autoencoder's code has {latents}, {pixels2} times fewer. All {steps} steps happen in the code; "
            "pixels are made once, at the end.",
            text=self.text,
            side=SIDE,
            pixels=PIXELS,
            latents=LATENTS,
            pixels2=PIXELS // LATENTS,
            steps=self.params.steps,
        )
        bars = Bars(
            title=say("Numbers to denoise"),
            labels=(say("pixels"), say("latents")),
            values=(float(PIXELS), float(LATENTS)),
        )
        return Scene(text, (bars,), {"pixels": PIXELS, "latents": LATENTS})

    def coded(self) -> Scene:
        away = float(np.abs(self.again - self.example).mean())
        text = say(
            "First the autoencoder alone: a drawn picture becomes {latents} numbers and comes back, {away} off a "
            "number on average (0 black, 1 full). What is lost is lost for good: no denoising can bring back what "
            "the decoder cannot paint. Look at the edges.",
            latents=LATENTS,
            away=number(away),
        )
        panels = (
            gallery(say("a drawn picture"), self.example, 1),
            gallery(say("decoded from its code"), self.again, 1),
        )
        return Scene(text, panels, {"off": away}, say("the autoencoder"))

    def channels(self) -> Scene:
        strongest = first_largest(np.abs(self.code[0]).mean((1, 2)))
        text = say(
            "The code of that picture: {channels} channels of {grid}x{grid}, scaled to mean 0 and variance 1. "
            "Channel {strongest} answers most, up to {code}. Each place stands for 4x4 pixels, so the code is "
            "still a map: where the shape is, numbers differ.",
            channels=CHANNELS,
            grid=GRID,
            strongest=strongest + 1,
            code=number(float(np.abs(self.code[0, strongest]).max()), 1),
        )
        return Scene(text, self._maps(self.code[0]), {"channels": CHANNELS}, say("the latents"))

    def noisy(self) -> Scene:
        pictures = np.concatenate([self._with_noise(t) for t in (0, 200, 450, 1000)])
        text = say(
            "Training: noise goes into the code, never into the pixels, and the denoiser learns to name it. Here "
            "the code above with the noise of t = 0, 200, 450 and 1000, decoded so that you can see it. Decoded "
            "noise is not specks but blots, each code place being 4 pixels wide."
        )
        return Scene(text, (gallery("t = 0, 200, 450, 1000", pictures, 4),), {"t": 1000}, say("noise in the code"))

    def _with_noise(self, t: int) -> Array:
        return self.studio.decode(add_noise(self.code, t, self.noise))

    def step(self, index: int) -> Scene:
        step = self.taken[index]
        guess = self.studio.decode(step.x0)
        off = float(np.abs(step.x0 - self.z).mean())
        agree = _ruler.read(guess).count(self.kind)
        apart = float(np.abs(guess - guess.mean(0)).mean())
        text = say(
            "Step {index} of {taken}, t = {t}. Left: channel 1 of the first code. Right: what all codes would "
            "show if their noise went at once; {agree} of {guess} read as asked. ",
            index=index + 1,
            taken=len(self.taken),
            t=step.t,
            agree=agree,
            guess=len(guess),
        )
        if off > 0.9:
            text += say(
                "The guesses are still much alike ({apart} apart a pixel): each is a mean of all that fits.",
                apart=number(apart),
            )
        elif off > 0.15:
            text += say("Each code goes its own way now ({apart} apart): place first, then edges.", apart=number(apart))
        else:
            text += say("The code moves by {off} a number until the end: only details are left.", off=number(off, 2))
        panels = (
            Heatmap(
                title=say("channel 1 of z at t = {t}", t=step.t), values=rows(step.x[0, 0], 2), value_range=(-3, 3)
            ),
            gallery(say("decoded guess"), guess, 4),
        )
        return Scene(text, panels, {"t": step.t, "off": off, "apart": apart}, say("from noise") if index == 0 else "")

    def asking(self, at: float) -> Scene:
        step = min(self.taken, key=lambda step: abs(step.t - 1000 * at))
        shares = self.studio.asked(self.text, step.x[:1], step.t)[0]
        words = self.text.split()
        mean = shares.mean((0, 1))
        top = first_largest(mean)
        inside = self._inside()
        gain = [float(shares[inside, i].mean() - shares[~inside, i].mean()) for i in range(len(words))]
        there = first_largest(np.abs(gain))
        text = say(
            "Cross-attention at t = {t}, picture 1: how much each place asks each word, in shares of one. Over "
            "the picture '{words}' gets most, {mean:.0%}. '{words2}' differs most by place: {gain:.0%} {more} "
            "where the shape is than beside it.",
            t=step.t,
            words=words[top],
            mean=mean[top],
            words2=words[there],
            gain=abs(gain[there]),
            more=say("more") if gain[there] > 0 else say("less"),
        )
        maps = tuple(
            Heatmap(title=f"'{word}'", values=rows(shares[:, :, i], 2), value_range=(0, 1), show_values=False)
            for i, word in enumerate(words)
        )
        moment = say("asking the words") if at > 0.5 else ""
        return Scene(text, maps, {"t": step.t, "most": mean[top]}, moment)

    def _inside(self) -> NDArray[np.bool_]:
        """The places of the code under the first picture's shape."""
        light = self.pictures[0].max(0).reshape(GRID, SIDE // GRID, GRID, SIDE // GRID).mean((1, 3))
        found: NDArray[np.bool_] = light > (light.min() + light.max()) / 2
        return found

    def decoded(self) -> Scene:
        right = self.read.count(self.kind)
        text = say(
            "The decoder runs once: {latents} numbers become {pixels} pixels. The judge, which learnt nothing and "
            "takes the nearest painting, reads '{text}' in {right} of {read}.",
            latents=LATENTS,
            pixels=PIXELS,
            text=self.text,
            right=right,
            read=len(self.read),
        )
        body = tuple(
            (str(i + 1), " ".join(kind), say("yes") if kind == self.kind else say("no"))
            for i, kind in enumerate(self.read)
        )
        table = Table(title=say("The judge reads"), columns=("", say("kind"), say("as asked")), rows=body)
        return Scene(text, (gallery(say("the pictures"), self.pictures, 4), table), {"right": right}, say("decoded"))

    def ignored(self) -> Scene:
        found = _ruler.read(self.free)
        right = found.count(self.kind)
        text = say(
            "The same with guidance 0, so that the caption is not heard: {set} different kinds, of which {right} "
            "of {found} happen to be as asked. The denoiser makes pictures all the same: words do not make "
            "pictures, they choose among them.",
            set=len(set(found)),
            right=right,
            found=len(found),
        )
        panels = (gallery(say("with the caption"), self.pictures, 4), gallery(say("caption ignored"), self.free, 4))
        return Scene(text, panels, {"right": right}, say("without words"))

    def cost(self) -> Scene:
        p = self.params
        latent, pixel = operations(p.steps, p.guidance)
        body = (
            (say("one denoising"), _millions(_unet.operations(DENOISER, GRID, 4)),
             _millions(_unet.operations(ON_PIXELS, SIDE, 4))),
            (say("decoding, once"), _millions(decoder_operations()), "0"),
            (say("a picture in {steps} steps", steps=p.steps), _millions(latent), _millions(pixel)),
        )  # fmt: skip
        text = say(
            "Multiplications and additions, counted. One denoising costs {body} million in the code and {body2} "
            "million on pixels with the same network, which has {side} times more places to visit. A whole "
            "picture: {pixel} times less in the code, the decoder included.",
            body=body[0][1],
            body2=body[0][2],
            side=(SIDE // GRID) ** 2,
            pixel=number(pixel / latent, 1),
        )
        table = Table(title=say("Millions of operations"), columns=("", say("latents"), say("pixels")), rows=body)
        bars = Bars(
            title=say("One picture, millions"),
            labels=(say("latents"), say("pixels")),
            values=(latent / 1e6, pixel / 1e6),
        )
        metrics = {"latent": latent / 1e6, "pixel": pixel / 1e6}
        return Scene(text, (table, bars), metrics, say("the cost"))

    def ending(self) -> Scene:
        latent, pixel = operations(self.params.steps, self.params.guidance)
        right, n = self.read.count(self.kind), len(self.read)
        text = say(
            "'{text}': {right} of {n} as asked, for {pixel} times fewer operations than on pixels. The published "
            "model does this with 64x64x4 latents for 512x512 pixels, and trained on text and pictures of the "
            "web; encoder, words, denoiser and decoder are these.",
            text=self.text,
            right=right,
            n=n,
            pixel=number(pixel / latent, 1),
        )
        if right < n:
            wrong = next(kind for kind in self.read if kind != self.kind)
            text += say(" One was read as '{caption}'.", caption=caption(wrong))
        metrics = {"agree": right / n, "saving": pixel / latent}
        return Scene(text, (gallery(self.text, self.pictures, 4),), metrics, say("the result"))

    def _maps(self, code: Array) -> tuple[Panel, ...]:
        return tuple(
            Heatmap(title=say("channel {i}", i=i + 1), values=rows(channel, 1), value_range=(-3, 3), show_values=False)
            for i, channel in enumerate(code)
        )


def _millions(count: float) -> str:
    return number(count / 1e6, 1)


def _check(frames: Sequence[Frame]) -> str:
    found = frames[-1].metrics["agree"]
    return ANSWERS[0] if found == 1 else ANSWERS[1] if found > 0.5 else ANSWERS[2]


LEXICON = {
    **DRAWN,
    "images": Words(("pictures", "samples", "imágenes", "dibujos", "drawings")),
    "steps": Words(("denoising steps", "pasos", "iteraciones")),
    "guidance": Words(("guidance scale", "cfg", "w", "guía", "escala de guía", "guidance strength")),
}  # fmt: skip


DEMO = Demo(
    name="stable_diffusion",
    title="Stable Diffusion",
    slide=58,
    group="Transformers and Image Generation",
    summary="An autoencoder's small code is denoised under the guidance of words, and decoded once; what it saves.",
    params=StableDiffusionParams,
    steps=steps,
    look_for=(
        "Noise is added and removed in the code: the pixels come once, at the end.",
        "Each place of the code asks the words of the caption.",
        "The code is still a map of the picture, only coarser.",
        "The saving comes from having fewer places, not from another network.",
    ),
    examples=(
        Request("Show me Stable Diffusion"),
        Request("Run Stable Diffusion for a small blue square", {"size": "small", "colour": "blue", "shape": "square"}),
        Request(
            "latent diffusion of a green cross with guidance 6", {"colour": "green", "shape": "cross", "guidance": 6}
        ),
        Request("How does Stable Diffusion remove noise? Show it with 20 steps.", {"steps": 20}),
        Request("run latent diffusion with 10 images, seed 2", {"images": 10, "seed": 2}),
        Request("stable diffusion with guidance 0", {"guidance": 0}),
        Request("show the cost of denoising latents against pixels"),
        Request("muéstrame Stable Diffusion en 40 pasos, steps 40", {"steps": 40}),
        Request(
            "Denoise a short code instead of the pixels until a red cross appears", {"colour": "red", "shape": "cross"}
        ),
        Request("How much work is saved by removing noise in an autoencoder's code? Show it."),
        Request(
            "Make a picture of a big green circle from words in the latent space, 30 steps",
            {"size": "large", "colour": "green", "shape": "circle", "steps": 30},
        ),
        Request(
            "Dibuja un cuadrado rojo con difusión latente y guía 4", {"colour": "red", "shape": "square", "guidance": 4}
        ),
    ),
    presets={
        "circle": Preset(
            "A large yellow circle", {},
            "From noise in the code to eight pictures, and what it cost.",
            (Claim("agree", "==", 1), Claim("saving", ">", 10)),
        ),
        "few": Preset(
            "Six steps",
            {"steps": 6, "colour": "red", "shape": "cross"},
            "Six steps instead of fifty: is it still what was asked for?", (Claim("agree", ">=", 0.9),),
        ),
        "unheard": Preset(
            "The caption hardly heard", {"guidance": 0.5, "colour": "blue", "shape": "square"},
            "With a guidance below 1 the words only lean on the picture: other kinds slip in.",
            (Claim("agree", "<", 1),),
        ),
        "unseen": Preset(
            "A pair never shown", {"colour": "red", "shape": "triangle", "images": 10},
            "No caption in training held both words. Look at the colours within the shapes.",
            (Claim("agree", ">=", 0.5),),
        ),
    },
    prediction=Prediction("How many of the pictures will be what the caption asks for?", ANSWERS, _check),
    aliases=(
        "latent diffusion", "latent diffusion model", "difusión estable", "difusión latente", "latent space diffusion",
        "diffusion in latent space", "latent denoising", "denoise latents", "denoising latents",
        "text-to-image diffusion", "text to image", "texto a imagen", "modelo de difusión latente",
        "difusión en el espacio latente", "ldm",
    ),
    measures=(
        Measure("agree", "accuracy", "share of pictures that are as asked"),
        Measure("off", "error", "distance of the guess from its end"),
        Measure("apart", "quantity", "difference that the words make"),
        Measure("saving", "quantity", "how many times fewer operations than on pixels"),
        Measure("latent", "quantity", "operations on latents, in millions"),
        Measure("pixel", "quantity", "operations on pixels, in millions"),
        Measure("t", "clock", "time t of the noise"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
