"""Tells the demo vit: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.generation import vit
from demos.generation.vit import BLOCKS, GRID, HEADS, PATCHES, WIDTH, Array, VitParams
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, rows, sheet
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Image,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import listed, say

ANSWERS = (say("95 % or more"), say("50 to 95 %"), say("less than 50 %"))


def steps(params: VitParams) -> Iterator[Frame]:
    """The plan; then image, patches, tokens, positions, attention by head, scores, blanked patches, all test images."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: VitParams) -> None:
        self.params = params

    def scenes(self) -> list[Scene]:
        self._run()
        heads = [self.head(layer, head) for layer in range(BLOCKS) for head in range(HEADS)]
        blanks = [self.blanked(many) for many in range(1, self.params.hidden_patches + 1)]
        return [
            self.picture(),
            self.cut(),
            self.token(),
            self.positions(),
            *heads,
            self.one_patch(),
            self.scores(),
            *blanks,
            self.shuffled(),
            self.ending(),
        ]

    def _run(self) -> None:
        done = vit.run(self.params)
        self.w, self.image, self.patches, self.found, self.order = (
            done.w, done.image, done.patches, done.found, done.order,
        )  # fmt: skip
        self.full, self.mixed, self.tested = done.full, done.mixed, done.tested
        self.attention: Array = np.stack([block["weights"][0].numpy() for block in self.found["blocks"]]).astype(float)
        self.shares = vit.shares(self.w, self.patches)
        self.guess = first_largest(self.shares)

    def plan(self) -> Scene:
        sizes = {name: int(np.prod(shape)) for name, shape in vit.shapes().items()}
        many = sum(sizes.values())
        body = (
            (say("image"), "8 x 8", "0"),
            (say("{patches} patches", patches=PATCHES), say("{patches} x 4", patches=PATCHES), "0"),
            (
                say("tokens"),
                say("{patches} x {width}", patches=PATCHES, width=WIDTH),
                str(sizes["patch"] + sizes["patch.bias"]),
            ),
            (
                say("class token, positions"),
                say("{patches} x {width}", patches=PATCHES + 1, width=WIDTH),
                str(sizes["class"] + sizes["position"]),
            ),
            (
                say("{blocks} blocks, {heads} heads", blocks=BLOCKS, heads=HEADS),
                say("{patches} x {width}", patches=PATCHES + 1, width=WIDTH),
                str(sum(sizes[n] for n in sizes if n[0].isdigit())),
            ),
            (say("scores"), "10", str(sizes["head"] + sizes["head.bias"] + 2 * WIDTH)),
        )
        caption = say(
            "A Vision Transformer for 8x8 digits, {many} weights. It cuts the image into {patches} patches of 2x2 "
            "pixels and reads them as a language model reads words. The published one cuts 224x224 pixels into "
            "196 patches of 16x16; the steps are these.",
            many=many,
            patches=PATCHES,
        )
        return Scene(
            caption,
            (Table(title=say("The steps"), columns=(say("step"), say("values"), say("weights")), rows=body),),
            {"weights": many},
        )

    def picture(self) -> Scene:
        caption = say(
            "A {digit} of the {t} test digits, which it never saw in training: 64 pixels from 0 to 1, mean "
            "{image}. A dense layer would take them as one list; here they stay in small squares.",
            digit=self.params.digit,
            t=self.tested,
            image=number(float(self.image.mean()), 2),
        )
        return Scene(caption, (self._image(),), {"pixels": 64}, say("the image"))

    def cut(self) -> Scene:
        ink = self.patches[0].mean(1).numpy()
        caption = say(
            "Cut into {grid}x{grid} patches, numbered from left to right and then down. {ink} of them are empty; "
            "patch {first_largest} has most ink. From here on the network has a list of {patches} patches, and no "
            "idea which are neighbours.",
            grid=GRID,
            ink=int((ink < 0.01).sum()),
            first_largest=first_largest(ink) + 1,
            patches=PATCHES,
        )
        parts = [patch.reshape(2, 2).numpy() for patch in self.patches[0]]
        panel = Image(title=say("patches"), pixels=sheet(parts, GRID))
        return Scene(caption, (self._image(), panel), {"empty": int((ink < 0.01).sum())}, say("the patches"))

    def token(self) -> Scene:
        at = self.params.patch - 1
        four, token = self.patches[0, at].numpy(), self.found["patches"][0, at].numpy()
        caption = say(
            "Patch {at} holds {listing}. Multiplied by E, a learnt matrix of 4 x {width}, it becomes a token of "
            "{width} numbers, of which the first eight are shown. This does for a patch what an "
            "embedding does for a word.",
            at=at + 1,
            listing=listed(", ", (number(float(v), 2) for v in four)),
            width=WIDTH,
        )
        body = tuple((str(i + 1), number(float(v), 3)) for i, v in enumerate(token[:8]))
        panels = (
            Image(title=say("patch {at}", at=at + 1), pixels=rows(four.reshape(2, 2), 2)),
            Table(title=say("its token"), columns=("i", say("value")), rows=body),
        )
        return Scene(caption, panels, {"width": WIDTH}, say("a token"))

    def positions(self) -> Scene:
        """Cosine of the chosen patch's position with all others."""
        p = self.w["position"][1:].numpy()
        unit = p / np.linalg.norm(p, axis=1, keepdims=True)
        near = unit @ unit[self.params.patch - 1]
        best = [int(i) + 1 for i in ranked(near)[1:3]]
        caption = say(
            "Each place has its own learnt vector, added to the token. Shown: how like the vector of place "
            "{patch} each is (cosine). The most alike are places {best} and {best2}, with {near} and {near2}. "
            "Nobody told it where places lie.",
            patch=self.params.patch,
            best=best[0],
            best2=best[1],
            near=number(float(near[best[0] - 1]), 2),
            near2=number(float(near[best[1] - 1]), 2),
        )
        panel = Heatmap(
            title=say("like place {patch}", patch=self.params.patch),
            values=rows(near.reshape(GRID, GRID), 2),
            value_range=(-1, 1),
        )
        return Scene(caption, (panel,), {"most": near[best[0] - 1]}, say("positions"))

    def head(self, layer: int, head: int) -> Scene:
        a = self.attention[layer, head, 0, 1:]
        top = ranked(a)[:2] + 1
        itself = float(self.attention[layer, head, 0, 0])
        even = float(np.exp(-(a / a.sum() * np.log(a / a.sum() + 1e-12)).sum()))
        caption = say(
            "Block {layer}, head {head}: where the class token looks. Most at patch {top} ({a:.0%}) and patch "
            "{top2} ({a2:.0%}), at itself {itself:.0%}. ",
            layer=layer + 1,
            head=head + 1,
            top=top[0],
            a=a[top[0] - 1],
            top2=top[1],
            a2=a[top[1] - 1],
            itself=itself,
        )
        caption += (
            say("It spreads over nearly all patches.")
            if even > 11
            else say("It picks about {even:.0f} patches.", even=even)
        )
        moment = say("attention in block {layer}", layer=layer + 1) if head == 0 else ""
        return Scene(
            caption,
            (self._image(), self._map(a, say("class token looks at"))),
            {"block": layer + 1, "head": head + 1, "spread": even},
            moment,
        )

    def one_patch(self) -> Scene:
        at = self.params.patch
        a = self.attention[0, :, at, 1:].mean(0)
        top = first_largest(a) + 1
        caption = say(
            "Patches look at each other too. Patch {at} in block 1, mean of the {heads} heads: most at patch "
            "{top}, {a:.0%}, against {patches:.0%} if it looked everywhere alike. In one step it reaches any "
            "corner; a 3x3 convolution would need several layers.",
            at=at,
            heads=HEADS,
            top=top,
            a=a[top - 1],
            patches=1 / (PATCHES + 1),
        )
        return Scene(
            caption,
            (self._image(), self._map(a, say("patch {at} looks at", at=at))),
            {"most": a.max()},
            say("a patch looks around"),
        )

    def scores(self) -> Scene:
        order = ranked(self.shares)
        caption = say(
            "The class token has collected what it needs; its {width} numbers give ten scores: {order} with "
            "{shares}, then {order2} with {shares2}. It was a {digit}: {right}.",
            width=WIDTH,
            order=order[0],
            shares=number(float(self.shares[order[0]]), 3),
            order2=order[1],
            shares2=number(float(self.shares[order[1]]), 3),
            digit=self.params.digit,
            right=say("right") if str(order[0]) == self.params.digit else say("a mistake"),
        )
        return Scene(caption, (self._image(), self._bars(self.shares)), {"p": self.shares[order[0]]}, say("the answer"))

    def blanked(self, many: int) -> Scene:
        """The patches to which the class token looks most in the last block are made empty."""
        order = ranked(self.attention[-1, :, 0, 1:].mean(0))[:many]
        patches = self.patches.clone()
        patches[0, order.copy()] = 0
        shares = vit.shares(self.w, patches)
        now = first_largest(shares)
        image = patches[0].reshape(GRID, GRID, 2, 2).transpose(1, 2).reshape(8, 8)
        caption = say(
            "{patches} blanked, those at which it looked most; the last is patch {order}. It now reads a {now} "
            "with {shares}; the probability of {digit} went from {shares2} to {shares3}.",
            patches=count(many, "patch"),
            order=order[-1] + 1,
            now=now,
            shares=number(float(shares[now]), 2),
            digit=self.params.digit,
            shares2=number(float(self.shares[int(self.params.digit)]), 2),
            shares3=number(float(shares[int(self.params.digit)]), 2),
        )
        panels = (Image(title=say("what is left"), pixels=rows(image, 2)), self._bars(shares))
        return Scene(
            caption,
            panels,
            {"blank": many, "p": shares[int(self.params.digit)]},
            say("patches vanish") if many == 1 else "",
        )

    def shuffled(self) -> Scene:
        patches = self.patches[:, self.order]
        shares = vit.shares(self.w, patches)
        now = first_largest(shares)
        image = patches[0].reshape(GRID, GRID, 2, 2).transpose(1, 2).reshape(8, 8)
        caption = say(
            "The same patches in another order: it reads a {now} with {shares}. Over all test digits {full:.1%} "
            "are right in order and {mixed:.1%} shuffled. Attention alone treats its tokens as a heap; only the "
            "positions tell where a patch was.",
            now=now,
            shares=number(float(shares[now]), 2),
            full=self.full,
            mixed=self.mixed,
        )
        return Scene(
            caption,
            (Image(title=say("shuffled"), pixels=rows(image, 2)), self._bars(shares)),
            {"shuffled": self.mixed},
            say("without order"),
        )

    def ending(self) -> Scene:
        chosen = self.mixed if self.params.shuffle else self.full
        wrong = round((1 - chosen) * self.tested)
        caption = say(
            "{chosen:.1%} of {t} test digits are right{with_shuffled}, {mistakes}. Image, {patches} patches, "
            "tokens, positions, {blocks} blocks of attention, class token. With the patches in their order "
            "{full:.1%} are right, in another order {mixed:.1%}.",
            chosen=chosen,
            t=self.tested,
            with_shuffled=say(" with shuffled patches") if self.params.shuffle else "",
            mistakes=count(wrong, "mistake"),
            patches=PATCHES,
            blocks=BLOCKS,
            full=self.full,
            mixed=self.mixed,
        )
        mean = self.attention[-1, :, 0, 1:].mean(0)
        panels = (self._image(), self._map(mean, say("class token, block 2")), self._bars(self.shares))
        return Scene(caption, panels, {"accuracy": chosen, "mistakes": wrong}, say("the result"))

    def _image(self) -> Panel:
        return Image(title=say("a {digit}", digit=self.params.digit), pixels=rows(self.image, 2))

    def _map(self, a: Array, title: str) -> Panel:
        return Heatmap(title=title, values=rows(a.reshape(GRID, GRID), 2), value_range=(0, float(max(a.max(), 0.01))))

    def _bars(self, shares: Array) -> Panel:
        return Bars(title=say("Its probabilities"), labels=tuple("0123456789"), values=row(shares), value_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    found = frames[-1].metrics["accuracy"]
    return ANSWERS[0] if found >= 0.95 else ANSWERS[1] if found >= 0.5 else ANSWERS[2]


LEXICON = {
    "digit": Words((
        "number", "follow the", "with a", "read a", "picked", "follow a", "reading a", "numeral", "dígito", "número",
        "cifra", "digit number",
    )),
    "example": Words(("image", "picture", "test image", "imagen", "ejemplo")),
    "patch": Words(("place", "patch number", "parche")),
    "hidden_patches": Words((
        "hide", "blank", "hidden", "blanked", "blanked patches", "patches hidden", "patches blanked", "parches ocultos",
        "parches tapados", "covered patches", "oculta",
    )),
    "shuffle": Words((
        "shuffled", "another order", "shuffling", "patches shuffled", "mixed up", "scrambled", "mezclados", "mezcla",
        "desordenados", "barajados",
    )),
}  # fmt: skip


DEMO = Demo(
    name="vit",
    title="Vision Transformer",
    slide=52,
    group="Transformers and Image Models",
    summary="A digit is cut into patches that a transformer reads like words; where each head looks.",
    params=VitParams,
    steps=steps,
    look_for=(
        "An image becomes a list of patches, each a token like a word.",
        "Heads look at different places, some of them at empty ones.",
        "Without the positions the order of the patches would not matter at all.",
    ),
    examples=(
        Request("Show me the Vision Transformer"),
        Request("vision transformer on a digit 8", {"digit": "8"}),
        Request("ViT: follow the 3 and show patch 11", {"digit": "3", "patch": 11}),
        Request("ViT with 10 hidden patches", {"hidden_patches": 10}),
        Request("vision transformer with shuffled patches", {"shuffle": True}),
        Request("run the ViT on the digit 9, image 4", {"digit": "9", "example": 4}),
        Request("transformer de visión con el dígito 2", {"digit": "2"}),
        Request("how are image patches turned into tokens?"),
        Request("Cut a 2 into patches and let a transformer read them like words", {"digit": "2"}),
        Request("Where do the heads look when a picture is read as a row of patches?"),
        Request("Does a transformer still know the digit with 8 blanked patches? Show it.", {"hidden_patches": 8}),
        Request(
            "Lee un dígito 6 como parches de imagen, con 4 parches ocultos", {"digit": "6", "hidden_patches": 4}
        ),
    ),
    presets={
        "five": Preset(
            "Follow a 5", {},
            "From pixels to patches to tokens, and what each head looks at.",
            (Claim("accuracy", ">=", 0.9),),
        ),
        "blank": Preset(
            "Hide what it looks at", {"hidden_patches": 12, "digit": "8"},
            "How many patches does it take to lose an 8?",
            (Claim("blank", "==", 12),),
        ),
        "shuffled": Preset(
            "Shuffled", {"shuffle": True, "digit": "0"},
            "The same patches in another order: it fails.",
            (Claim("accuracy", "<", 0.3),),
        ),
    },
    prediction=Prediction("How many of the unseen digits will it read right?", ANSWERS, _check),
    aliases=(
        "image patches", "patch tokens", "an image is worth 16x16 words", "transformer de visión",
        "vision transformers", "visual transformer", "image transformer", "transformer for images", "picture patches",
        "patches of an image", "patches of a digit", "patch embedding", "vision transformer (vit)", "parches de imagen",
        "transformador de visión", "transformers de visión", "transformador visual",
    ),
    measures=(
        Measure("accuracy", "accuracy", "share of test digits right"),
        Measure("shuffled", "quantity", "share right with shuffled patches"),
        Measure("mistakes", "mistakes", "test digits read wrong"),
        Measure("p", "quantity", "probability of the digit picked"),
        Measure("blank", "clock", "patches blanked"),
        Measure("spread", "quantity", "patches that a head looks at"),
        Measure("block", "clock"),
        Measure("head", "clock"),
        Measure("weights", "size", "how many weights"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
