"""Tells the demo dalle2: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from demos.generation import _drawings, _ruler
from demos.generation._drawings import KINDS, Kind, caption
from demos.generation.clip import WIDTH
from demos.generation.dalle2 import STRETCH, Array, Dalle2Params, run, shapes
from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.ranking import ranked
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import amount, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Edge,
    Frame,
    Heatmap,
    Measure,
    Network,
    Node,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.telling._drawn_words import DRAWN
from demos.telling._gallery import gallery, middles
from demos.telling._vector_plane import survey

ANSWERS = (say("all of them"), say("more than half"), say("half or fewer"))


def steps(params: Dalle2Params) -> Iterator[Frame]:
    """The plan; then the caption's vector, the prior, the decoder, variations of one picture, and the verdict."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: Dalle2Params) -> None:
        self.params = params
        self.kind: Kind = (params.size, params.colour, params.shape)
        self.text = caption(self.kind)

    def scenes(self) -> list[Scene]:
        self._run()
        prior = [self.prior_step(index) for index in thin(len(self.prior), 7)] if self.params.prior else []
        decoding = [self.decoder_step(index) for index in thin(len(self.decoding), 9)]
        return [self.caption_vector(), *prior, self.embeddings(), *decoding, self.reading(), self.variations(),
                self.two_ways(), self.ending()]  # fmt: skip

    def _run(self) -> None:
        done = run(self.params)
        self.painter, self.prior, self.z, self.decoding = done.painter, done.prior, done.z, done.decoding
        self.pictures, self.varied, self.others = done.pictures, done.varied, done.others
        self.names = [caption(kind) for kind in KINDS]
        self.texts: Array = np.concatenate([self.painter.text(name) for name in self.names])
        self.own = self.painter.text(self.text)[0]
        self.plane = survey(self.painter, self.kind)
        self.read = _ruler.read(self.pictures)
        self.seen_again = self.painter.see(self.pictures)

    def _right(self, pictures: Array) -> int:
        return _ruler.read(pictures).count(self.kind)

    def plan(self) -> Scene:
        sizes = {name: int(np.prod(shape)) for name, shape in shapes().items()}
        prior = sum(size for name, size in sizes.items() if name.startswith("prior"))
        text = say(
            "You ask for '{text}'. Three parts stand between your {split} words and the pixels: the caption "
            "becomes a vector, the prior guesses the vector of a picture that would fit it, the "
            "decoder draws that. ",
            text=self.text,
            split=len(self.text.split()),
        )
        text += "" if _drawings.seen(self.kind) else say("Training never paired this colour and shape in a caption.")
        way = (
            ("words", self.text, 0.04),
            ("encoder", say("text encoder (CLIP)"), 0.22),
            ("caption", say("{width} numbers (caption)", width=WIDTH), 0.4),
            ("prior", say("prior: {prior:,} weights", prior=prior), 0.58),
            ("vector", say("{width} numbers (picture)", width=WIDTH), 0.76),
            ("decoder", say("decoder: {values:,} weights", values=sum(sizes.values()) - prior), 0.94),
        )
        nodes = [
            Node(id=name, label=label, x=0.3 if index % 2 else 0.62, y=1 - at, value=1 if index % 2 else 0)
            for index, (name, label, at) in enumerate(way)
        ]
        nodes.append(Node(id="pixels", label=say("24x24 pixels"), x=0.75, y=0.06, value=0))
        names = [*(name for name, *_ in way), "pixels"]
        edges = tuple(Edge(source=a, target=b) for a, b in pairwise(names))
        diagram = Network(title=say("The way (blue: what computes)"), nodes=tuple(nodes), edges=edges)
        return Scene(text, (diagram,))

    def caption_vector(self) -> Scene:
        like = self.texts @ self.own
        near = [int(i) for i in ranked(like)[1:4]]
        text = say(
            "CLIP's text encoder turns '{text}' into {width} numbers of length 1. Its nearest neighbour among "
            "{kinds} captions is '{names}', cosine {like}. The encoder learnt this from pictures and captions "
            "before, and stays as it is.",
            text=self.text,
            width=WIDTH,
            kinds=len(KINDS),
            names=self.names[near[0]],
            like=number(float(like[near[0]]), 2),
        )
        body = tuple((self.names[i], number(float(like[i]), 2)) for i in near)
        table = Table(title=say("Nearest other captions"), columns=(say("caption"), say("cosine")), rows=body)
        return Scene(
            text,
            (self.plane.picture(say("Pictures in CLIP's space")), table),
            {"cosine": like[near[0]]},
            say("the caption"),
        )

    def prior_step(self, index: int) -> Scene:
        step = self.prior[index]
        guess, z = step.x0 / np.linalg.norm(step.x0, axis=1, keepdims=True), step.x / STRETCH
        near, spread = float((guess @ self.own).mean()), _spread(guess)
        text = say(
            "Prior, step {index} of {prior}, t = {t}: {z} vectors lose their noise, told the caption's vector. "
            "Where they are heading has cosine {near} to the caption, and {spread} of spread among themselves. ",
            index=index + 1,
            prior=len(self.prior),
            t=step.t,
            z=len(z),
            near=number(near, 2),
            spread=number(spread),
        )
        if index == 0:
            text += say("From pure noise the best guess is the mean of all that fits.")
        elif index == len(self.prior) - 1:
            text += say("They end near the caption, but not on it, and not on one another.")
        else:
            before = self.prior[index - 1].x0
            before = before / np.linalg.norm(before, axis=1, keepdims=True)
            text += (
                say("The less noise, the more each goes its own way.")
                if spread > _spread(before)
                else say("They still head for much the same place.")
            )
        rows_of = ((say("caption"), self.own), (say("vector 1 now"), z[0]), (say("heading to"), guess[0]))
        panels = (self.plane.picture(say("The prior's vectors now"), z), self._numbers(rows_of))
        moment = say("the prior starts") if index == 0 else ""
        return Scene(text, panels, {"t": step.t, "cosine": near, "spread": spread}, moment)

    def embeddings(self) -> Scene:
        like = self.z @ self.texts.T
        names = [self.names[int(i)] for i in like.argmax(1)]
        near = float((self.z @ self.own).mean())
        text = say("{z} image embeddings, mean cosine {near} to the caption. ", z=len(self.z), near=number(near, 2))
        if self.params.prior:
            text += say(
                "For {text} of them the nearest of {kinds} captions is the one asked for. They differ by {spread}: "
                "one caption, many pictures. No pixel exists yet.",
                text=names.count(self.text),
                kinds=len(KINDS),
                spread=number(_spread(self.z)),
            )
        else:
            text += say("Without the prior, all are the caption's own vector, a point where no picture lies exactly.")
        body = tuple((str(i + 1), name, number(float(like[i].max()), 2)) for i, name in enumerate(names))
        table = Table(
            title=say("What each vector says"), columns=("", say("nearest caption"), say("cosine")), rows=body
        )
        metrics = {"cosine": near, "spread": _spread(self.z)}
        gone = self.plane.gone(self.z)
        text += say(
            " From the caption (0 %) to the middle of real pictures (100 %) they stand at {gone:.0%}.", gone=gone
        )
        plane = self.plane.picture(say("Among real pictures"), self.z)
        return Scene(text, (plane, table), metrics | {"gone": gone}, say("the embeddings"))

    def painted(self, latents: Array) -> Array:
        return self.painter.studio.decode(latents)

    def decoder_step(self, index: int) -> Scene:
        step = self.decoding[index]
        guess = self.painted(step.x0)
        away = float(np.abs(guess - self.pictures).mean())
        text = say(
            "Decoder, step {index} of {decoding}, t = {t}. Left the noisy latents, painted; right ",
            index=index + 1,
            decoding=len(self.decoding),
            t=step.t,
        )
        text += say("the guess if all noise went at once, {away} a pixel off the end. ", away=number(away))
        text += (
            say("Colour comes first, for the vector says it loudest.")
            if index == 0
            else say("The guess is still a blur of all that fits the vector.")
            if away > 0.04
            else say("Place and shape stand; only edges change.")
        )
        panels = (
            gallery(say("latents at t = {t}, painted", t=step.t), self.painted(step.x), 4),
            gallery(say("the guess"), guess, 4),
        )
        return Scene(text, panels, {"t": step.t, "off": away}, say("the decoder starts") if index == 0 else "")

    def reading(self) -> Scene:
        like = (self.z * self.seen_again).sum(1)
        right = self.read.count(self.kind)
        text = say(
            "CLIP looks at the finished pictures: their vectors have cosine {like} to the ones they were drawn "
            "from. A judge that learnt nothing, the nearest painting, reads the caption in {right} of {read}.",
            like=number(float(like.mean()), 2),
            right=right,
            read=len(self.read),
        )
        body = tuple(
            (str(i + 1), " ".join(kind), say("yes") if kind == self.kind else say("no"))
            for i, kind in enumerate(self.read)
        )
        table = Table(title=say("The judge reads"), columns=("", say("kind"), say("as asked")), rows=body)
        panels = (gallery(say("the pictures"), self.pictures, 4), table)
        return Scene(text, panels, {"right": right, "cosine": like.mean()}, say("the judge"))

    def variations(self) -> Scene:
        same = len(set(_ruler.read(self.varied)))
        moved, all_moved = _wander(self.varied), _wander(self.pictures)
        text = say(
            "Variations: vector 1 alone, decoded {varied} times from new noise. The judge finds {same} kind{s}. "
            "The shapes' middles lie {pixels} about; in the pictures of all {pictures} vectors {all_moved}. ",
            varied=len(self.varied),
            same=same,
            s="s" if same > 1 else "",
            pixels=amount(moved, "pixel", 1),
            pictures=len(self.pictures),
            all_moved=number(all_moved, 1),
        )
        text += (
            say("So a vector holds part of the place too; what it leaves open is drawn anew.")
            if moved < 0.7 * all_moved
            else say("So the vector leaves the place open: the noise draws it anew.")
        )
        panels = (gallery(say("one vector, new noise"), self.varied, 4), gallery(say("all vectors"), self.pictures, 4))
        return Scene(text, panels, {"kinds": same, "moved": moved, "all": all_moved}, say("variations"))

    def two_ways(self) -> Scene:
        with_it, without = (self.pictures, self.others) if self.params.prior else (self.others, self.pictures)
        one, two, n = self._right(with_it), self._right(without), len(self.pictures)
        wide, narrow = _wander(with_it), _wander(without)
        text = say(
            "Why a prior? With it {one} of {n} pictures are as asked, and their shapes lie {pixels} about. With "
            "the caption's own vector {two} of {n}, {pixels2} about. ",
            one=one,
            n=n,
            pixels=amount(wide, "pixel", 1),
            two=two,
            pixels2=amount(narrow, "pixel", 1),
        )
        text += (
            say("The caption has one vector, its pictures have many: the prior brings variety.")
            if wide > narrow
            else say("In so small a world both do; with real pictures those of the prior were preferred.")
        )
        panels = (gallery(say("with the prior"), with_it, 4), gallery(say("the caption's own vector"), without, 4))
        metrics = {"with": one, "without": two, "wide": wide, "narrow": narrow}
        return Scene(text, panels, metrics, say("with and without"))

    def ending(self) -> Scene:
        right, n = self.read.count(self.kind), len(self.read)
        text = say(
            "'{text}': {right} of {n} pictures are what was asked for, none a copy from a store: each began as noise. ",
            text=self.text,
            right=right,
            n=n,
        )
        if right < n:
            wrong = next(kind for kind in self.read if kind != self.kind)
            text += say(
                "One was read as '{caption}': what the embedding misses, the decoder cannot know. ",
                caption=caption(wrong),
            )
        text += say("Caption, vector, vector, picture: two stages, each drawn at random.")
        bars = Bars(title=say("Cosine to the caption"), labels=(say("vectors"), say("pictures")),
                    values=row([(self.z @ self.own).mean(), (self.seen_again @ self.own).mean()]),
                    value_range=(0, 1))  # fmt: skip
        return Scene(
            text, (gallery(self.text, self.pictures, 4), bars), {"agree": right / n, "images": n}, say("the result")
        )

    def _numbers(self, named: Sequence[tuple[str, Array]]) -> Panel:
        """All numbers of vectors, a row each."""
        return Heatmap(
            title=say("All {width} numbers", width=WIDTH),
            values=rows([values for _, values in named], 2),
            rows=tuple(name for name, _ in named),
            value_range=(-0.6, 0.6),
            show_values=False,
        )


def _spread(vectors: Array) -> float:
    """Mean distance of vectors from their mean."""
    return float(np.linalg.norm(vectors - vectors.mean(0), axis=1).mean())


def _wander(pictures: Array) -> float:
    """How far the shapes' middles lie from their mean, in pixels, on average."""
    found = middles(pictures)
    return float(np.linalg.norm(found - found.mean(0), axis=1).mean())


def _check(frames: Sequence[Frame]) -> str:
    found = frames[-1].metrics["agree"]
    return ANSWERS[0] if found == 1 else ANSWERS[1] if found > 0.5 else ANSWERS[2]


LEXICON = {
    **DRAWN,
    "images": Words(("pictures", "samples", "imágenes", "dibujos", "drawings", "variations")),
    "steps": Words(("denoising steps", "pasos", "iteraciones")),
    "guidance": Words(("guidance scale", "cfg", "guía", "escala de guía", "guidance strength")),
    "prior": Words(("prior network", "el prior", "previo")),
}  # fmt: skip


DEMO = Demo(
    name="dalle2",
    title="DALL-E 2",
    slide=54,
    group="Transformers and Image Generation",
    summary="A caption becomes a vector, a prior turns it into a picture's vector, and a decoder draws that.",
    params=Dalle2Params,
    steps=steps,
    look_for=(
        "The prior makes a vector, not a picture: watch its vectors move in among those of real pictures.",
        "One caption gives several vectors, and one vector several pictures.",
        "The caption has one vector, its pictures have many: the prior brings variety.",
    ),
    examples=(
        Request("Show me DALL-E 2"),
        Request("DALL-E 2: a large red circle", {"size": "large", "colour": "red", "shape": "circle"}),
        Request(
            "run DALL-E 2 with a large green cross and 10 images",
            {"size": "large", "colour": "green", "shape": "cross", "images": 10},
        ),
        Request("run DALL-E 2 without the prior", {"prior": False}),
        Request("unCLIP with 40 denoising steps, seed 3", {"steps": 40, "seed": 3}),
        Request("show the prior and the decoder at work"),
        Request(
            "dalle2 with a yellow triangle and guidance 4", {"colour": "yellow", "shape": "triangle", "guidance": 4}
        ),
        Request("muéstrame DALL-E 2 con 6 images", {"images": 6}),
        Request(
            "Turn a caption into a picture's vector and decode it into a small green triangle",
            {"size": "small", "colour": "green", "shape": "triangle"},
        ),
        Request("Let a prior guess the image embedding of a caption, then draw 5 pictures", {"images": 5}),
        Request(
            "Paint a big red square from its caption with a prior and a decoder",
            {"size": "large", "colour": "red", "shape": "square"},
        ),
        Request(
            "Pinta un círculo amarillo con DALL-E 2 en 30 pasos", {"colour": "yellow", "shape": "circle", "steps": 30}
        ),
    ),
    presets={
        "square": Preset(
            "A small blue square", {},
            "The whole way, from a caption to eight pictures.",
            (Claim("agree", ">=", 0.8), Claim("gone", ">=", 0.8, "ever")),
        ),
        "large": Preset(
            "A large green triangle", {"size": "large", "colour": "green", "shape": "triangle", "images": 10},
            "A large shape fills the picture: the pictures differ less.",
            (Claim("agree", ">=", 0.8), Claim("all", "<", 2)),
        ),
        "unseen": Preset(
            "A pair never shown",
            {"colour": "red", "shape": "triangle"},
            "No caption in training held both words. Do the two vectors add up?", (Claim("agree", ">=", 0.5),),
        ),
        "direct": Preset(
            "Without the prior", {"prior": False, "colour": "yellow", "shape": "circle"},
            "The decoder gets the caption's own vector: all pictures start from one point.",
            (Claim("spread", "==", 0, "ever"),),
        ),
    },
    prediction=Prediction("How many of the pictures will be what the caption asks for?", ANSWERS, _check),
    aliases=(
        "dall-e", "dalle", "dalle 2", "unclip", "prior and decoder", "dall·e 2", "un-clip",
        "text to picture with a prior", "prior network",
    ),
    measures=(
        Measure("agree", "accuracy", "share of pictures that are as asked"),
        Measure("off", "error", "distance of the guess from its end"),
        Measure("cosine", "quantity", "cosine of caption and picture vector"),
        Measure("spread", "quantity", "how far apart the embeddings are"),
        Measure("gone", "quantity", "share of the way from the caption to real pictures that the vectors went"),
        Measure("moved", "quantity", "how far variations move, in pixels"),
        Measure("t", "clock", "time t of the noise"),
        Measure("images", "size"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
