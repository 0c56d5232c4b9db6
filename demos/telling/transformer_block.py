"""Tells the demo transformer_block: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from demos.language.transformer_block import TransformerBlockParams, run
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
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

PLACES = {
    "E": (0.25, 0.0), "X": (0.25, 0.14), "norm 1": (0.8, 0.24), "attention": (0.8, 0.4), "A": (0.25, 0.52),
    "norm 2": (0.8, 0.62), "mlp": (0.8, 0.78), "B": (0.25, 0.9),
}  # fmt: skip
"""Where the parts stand in the diagram."""


ARROWS = (
    ("E", "X"), ("X", "norm 1"), ("norm 1", "attention"), ("attention", "A"), ("X", "A"),
    ("A", "norm 2"), ("norm 2", "mlp"), ("mlp", "B"), ("A", "B"),
)  # fmt: skip


WAY = (
    ("E", "X"), ("E", "X"), ("X", "norm 1"), ("norm 1", "attention"), ("norm 1", "attention"), ("attention", "A"),
    ("X", "A"), ("A", "norm 2"), ("norm 2", "mlp"), ("A", "B"),
)  # fmt: skip
"""The arrow that each scene speaks of."""


def steps(params: TransformerBlockParams) -> Iterator[Frame]:
    """One scene for each arrow of the block, then the blocks above it, and what flowed where."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one way through the blocks."""

    def __init__(self, params: TransformerBlockParams) -> None:
        done = run(params)
        self.params, self.words, self.letters = params, done.words, done.vectors
        self.places, self.inside = done.places, done.inside
        self.seen: dict[str, Any] = {name: tensor[0].numpy() for name, tensor in self.inside[0].items()}
        self.first = self.words[0]

    def scenes(self) -> list[Scene]:
        told = [self.opening(), self.position(), self.norm(), self.queries(), self.attention(), self.joined()]
        told += [self.residual("x + attended", "attended", "x", say("attention"), "A"), self.norm_again(), self.mlp()]
        told += [self.residual("result", "mlp", "x + attended", say("the MLP"), "B")]
        told = [replace(scene, panels=(self._diagram(at), *scene.panels)) for at, scene in zip(WAY, told, strict=True)]
        return [*told, *(self.above(index) for index in range(1, self.params.blocks)), self.ending()]

    def _diagram(self, spoken: tuple[str, str]) -> Network:
        """The block from below: the residual road on the left, what it adds on the right, a shape at every arrow."""
        n, d, h = len(self.words), self.params.width, self.params.heads
        shapes = {
            ("norm 1", "attention"): f"3·{h}·{n}x{d // h}",
            ("norm 2", "mlp"): f"{n}x{d}",
            ("mlp", "B"): f"{n}x{d}",
        }
        named = {"norm 1": say("norm"), "norm 2": say("norm"), "attention": say("attention"), "mlp": say("MLP")}
        nodes = tuple(Node(id=name, label=named.get(name, name), x=x, y=y) for name, (x, y) in PLACES.items())
        edges = tuple(
            Edge(source=a, target=b, weight=1, label=shapes.get((a, b), f"{n}x{d}"), active=(a, b) == spoken)
            for a, b in ARROWS
        )
        return Network(title=say("The block, a shape at every arrow"), nodes=nodes, edges=edges)

    def opening(self) -> Scene:
        n, d = len(self.words), self.params.width
        caption = say(
            "{n} words enter as the rows of a matrix, {n} x {d}: each word is looked up in a table of {d} numbers "
            "a word. Equal words get equal rows, wherever they stand. Keep an eye on the shapes in the titles.",
            n=n,
            d=d,
        )
        return Scene(caption, (self._matrix(say("embedding"), self.letters.numpy()),), {"words": n, "width": d})

    def position(self) -> Scene:
        twins = [(i, j) for j in range(len(self.words)) for i in range(j) if self.words[i] == self.words[j]]
        far = float(np.linalg.norm(self.places[0] - self.places[1]))
        caption = say("Position is added, number by number: rows 1 and 2 of it are {far} apart. ", far=number(far, 2))
        caption += (
            say(
                "Now the two '{words}' in rows {twins} and {twins2} differ.",
                words=self.words[twins[0][0]],
                twins=twins[0][0] + 1,
                twins2=twins[0][1] + 1,
            )
            if twins
            else say("Without it a transformer could not tell one order of the words from another.")
        )
        panels = (self._matrix(say("position P"), self.places.numpy()), self._matrix("X = E + P", self.seen["x"]))
        return Scene(caption, panels, {}, say("position"))

    def norm(self) -> Scene:
        x = self.seen["x"][0]
        caption = say(
            "Layer norm, row by row: '{first}' had mean {x} and spread {std}, now {norm} and {std2}. So no word "
            "shouts down the others, however deep the stack.",
            first=self.first,
            x=number(x.mean(), 2),
            std=number(x.std(), 2),
            norm=number(self.seen["norm 1"][0].mean(), 2),
            std2=number(self.seen["norm 1"][0].std(), 2),
        )
        panels = (self._matrix("X", self.seen["x"]), self._matrix(say("norm(X)"), self.seen["norm 1"]))
        return Scene(caption, panels, {}, say("attention begins"))

    def queries(self) -> Scene:
        n, d, h = len(self.words), self.params.width, self.params.heads
        caption = say(
            "One matrix of {d} x {d2} makes queries, keys and values; they are cut into {heads} of {d3} numbers. "
            "Here is head 1: three matrices of {n} x {d3}.",
            d=d,
            d2=3 * d,
            heads=count(h, "head"),
            d3=d // h,
            n=n,
        )
        panels = tuple(self._matrix(name.upper(), self.seen[name][0]) for name in "qkv")
        return Scene(caption, panels, {"head_size": d // h})

    def attention(self) -> Scene:
        weights = self.seen["weights"]
        j = first_largest(weights[0, -1])
        caption = say(
            "Scores Q·Kᵀ/√{width} through softmax: {words} x {words} a head, each row sums to 1. In head 1 "
            "'{words2}' looks most at '{words3}' ({weights}); the weights are random, so without a reason yet.",
            width=self.params.width // self.params.heads,
            words=len(self.words),
            words2=self.words[-1],
            words3=self.words[j],
            weights=number(weights[0, -1, j], 2),
        )
        panels = tuple(
            Heatmap(
                title=say("head {h}", h=h + 1),
                values=rows(each, 2),
                rows=tuple(self.words),
                columns=tuple(self.words),
                value_range=(0, 1),
            )
            for h, each in enumerate(weights[:4])
        )
        return Scene(caption, panels, {"largest": weights.max()}, say("attention"))

    def joined(self) -> Scene:
        d, h = self.params.width, self.params.heads
        caption = say(
            "The outputs of {heads} stand side by side, {h} times {d} = {d2} numbers, and W_proj ({d2} x {d2}) "
            "mixes them. This is the only place where words exchange anything.",
            heads=count(h, "head"),
            h=h,
            d=d // h,
            d2=d,
        )
        panels = (
            self._matrix(say("heads side by side"), self.seen["heads"]),
            self._matrix(say("·W_proj"), self.seen["attended"]),
        )
        return Scene(caption, panels, {})

    def residual(self, result: str, change: str, before: str, what: str, name: str) -> Scene:
        share = float(np.linalg.norm(self.seen[change][0]) / np.linalg.norm(self.seen[before][0]))
        caption = say(
            "The residual road: what {what} made is added to what was there, nothing is replaced. For '{first}' "
            "the change is {share} times as long as the old row. On the way back the error takes "
            "this road unhindered.",
            what=what,
            first=self.first,
            share=number(share, 2),
        )
        panels = (
            self._matrix(say("what {what} adds", what=what), self.seen[change]),
            self._matrix(name, self.seen[result]),
        )
        return Scene(caption, panels, {"change": share})

    def norm_again(self) -> Scene:
        spread = self.seen["x + attended"].std(1)
        caption = say(
            "Layer norm again. The spreads of the rows had become {spread} to {spread2}; now all are 1 again "
            "before the second half.",
            spread=number(spread.min(), 2),
            spread2=number(spread.max(), 2),
        )
        panels = (self._matrix("A", self.seen["x + attended"]), self._matrix(say("norm(A)"), self.seen["norm 2"]))
        return Scene(caption, panels, {}, say("the MLP begins"))

    def mlp(self) -> Scene:
        d, hidden = self.params.width, self.seen["hidden"]
        caption = say(
            "The MLP takes each row alone: {d} numbers become {d2}, gelu keeps {hidden} % of them positive and "
            "nearly shuts the rest, and they become {d} again. Two thirds of a block's weights are here.",
            d=d,
            d2=4 * d,
            hidden=number(100 * float((hidden > 0).mean()), 0),
        )
        return Scene(caption, (self._matrix(say("hidden"), hidden), self._matrix("·W_2 + b_2", self.seen["mlp"])), {})

    def above(self, index: int) -> Scene:
        seen = self.inside[index]
        x, result = seen["x"][0].numpy(), seen["result"][0].numpy()
        share = float(np.linalg.norm(result - x) / np.linalg.norm(x))
        caption = say(
            "Block {index} does the same with weights of its own: {shape} x {shape2} in, the same out. It changes "
            "the rows by {share} of their length.",
            index=index + 1,
            shape=x.shape[0],
            shape2=x.shape[1],
            share=number(share, 2),
        )
        return Scene(
            caption,
            (self._matrix(say("in"), x), self._matrix(say("out"), result)),
            {"block": index + 1, "change": share},
        )

    def ending(self) -> Scene:
        n, d, h, times = len(self.words), self.params.width, self.params.heads, self.params.blocks
        size = 12 * d * d + 13 * d
        attended = float(np.linalg.norm(self.seen["attended"][0]))
        fed = float(np.linalg.norm(self.seen["mlp"][0]))
        caption = say(
            "One block: 12·{d}² + 13·{d} = {size:,} parameters, {blocks} so {times:,}. '{first}' was moved by "
            "{attended} through attention and {fed} through the MLP. {n} x {d} went in, {n} x {d} came out: that "
            "is why blocks can be stacked.",
            d=d,
            size=size,
            blocks=count(times, "block"),
            times=times * size,
            first=self.first,
            attended=number(attended, 2),
            fed=number(fed, 2),
            n=n,
        )
        body = (
            (say("embedding + position"), say("{n} x {d}", n=n, d=d), say("words enter")),
            (say("norm"), say("{n} x {d}", n=n, d=d), f"{2 * d}"),
            ("Q, K, V", say("3 of {h} x {n} x {d}", h=h, n=n, d=d // h), f"{3 * d * d + 3 * d:,}"),
            (say("weights"), say("{h} x {n} x {n}", h=h, n=n), "0"),
            (say("projection"), say("{n} x {d}", n=n, d=d), f"{d * d + d:,}"),
            (say("norm"), say("{n} x {d}", n=n, d=d), f"{2 * d}"),
            (say("MLP hidden"), say("{n} x {d}", n=n, d=4 * d), f"{4 * d * d + 4 * d:,}"),
            (say("MLP out"), say("{n} x {d}", n=n, d=d), f"{4 * d * d + d:,}"),
        )
        table = Table(
            title=say("Shapes and parameters"), columns=(say("part"), say("shape"), say("parameters")), rows=body
        )
        bars = Bars(
            title=say("How far '{first}' moved", first=self.first),
            labels=(say("attention"), say("MLP")),
            values=row((attended, fed)),
        )
        return Scene(
            caption, (table, bars), {"attention": attended, "mlp": fed, "parameters": times * size}, say("the end")
        )

    def _matrix(self, title: str, values: np.ndarray) -> Panel:
        most = max(float(np.abs(values).max()), 1e-6)
        shape = say("{title}, {shape} x {shape2}", title=title, shape=values.shape[0], shape2=values.shape[1])
        return Heatmap(title=shape, values=rows(values, 2), rows=tuple(self.words), value_range=(-most, most),
                       show_values=values.shape[1] <= 12)  # fmt: skip


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "attention" if last["attention"] > last["mlp"] else "the MLP"


LEXICON = {
    "sentence": Words(("text", "words", "oración", "frase", "texto", "palabras", "phrase")),
    "width": Words((
        "d", "d_model", "model size", "embedding size", "embedding width", "model width", "hidden size", "ancho",
        "tamaño del modelo", "dimension",
    )),
    "heads": Words(("attention heads", "head", "cabezas", "cabezas de atención")),
    "blocks": Words(("layers", "block", "layer", "stacked blocks", "bloques", "capas")),
    "causal": Words(("causal mask", "masked", "causally masked", "look-ahead mask", "máscara causal", "enmascarado")),
}  # fmt: skip


DEMO = Demo(
    name="transformer_block",
    title="Transformer block",
    slide=40,
    group="Current AI: Transformers Everywhere",
    summary="Embedding, position, norm, heads, MLP and residuals of your sentence, with the shape at every arrow.",
    params=TransformerBlockParams,
    steps=steps,
    look_for=(
        "Only attention lets words exchange anything; norm and MLP treat each row alone.",
        "What goes in has the same shape as what comes out, so blocks can be stacked.",
        "The residual road adds and never replaces.",
    ),
    examples=(
        Request("Show me a transformer block"),
        Request("Run a transformer with 3 blocks and 4 heads", {"blocks": 3, "heads": 4}),
        Request('transformer block on "to be or not to be"', {"sentence": "to be or not to be"}),
        Request("Transformer with d_model 32 and two heads", {"width": 32, "heads": 2}),
        Request("a transformer block with a causal mask, step by step", {"causal": True}),
        Request('muestra un transformer para "el gato ve al perro"', {"sentence": "el gato ve al perro"}),
        Request("What shapes flow through a transformer with 6 layers? Show it.", {"blocks": 6}),
        Request("show the residual connections and layer norms of a transformer"),
        Request(
            "Follow \"small steps add up\" through layer norm, heads, MLP and residuals",
            {"sentence": "small steps add up"},
        ),
        Request("Stack 4 blocks and print the shape at every arrow", {"blocks": 4}),
        Request(
            "Show the inside of the architecture of 2017 with 2 attention heads and a causal mask",
            {"heads": 2, "causal": True},
        ),
        Request("Muestra un bloque de transformador con 2 capas y 6 cabezas", {"blocks": 2, "heads": 6}),
    ),
    presets={
        "one": Preset("One block", {}, "Follow the shapes from arrow to arrow.", (Claim("parameters", "==", 1884),)),
        "gpt": Preset(
            "As in GPT", {"causal": True, "blocks": 4},
            "Masked, and four blocks high.",
            (Claim("parameters", "==", 7536),),
        ),
        "wide": Preset(
            "Wide", {"width": 48, "heads": 8},
            "At the width of nano-gpt a block has 28,272 parameters.",
            (Claim("parameters", "==", 28272),),
        ),
    },
    prediction=Prediction("What will move the first word's row further?", ("attention", "the MLP"), _check),
    aliases=(
        "transformer", "transformers", "transformer layer", "bloque transformer", "transformer blocks",
        "transformer encoder", "transformer decoder block", "transformer architecture", "encoder block",
        "layer norm and residual", "bloque de transformador", "bloque transformador", "capa transformer",
        "transformador", "transformadores", "bloque del transformer",
    ),
    measures=(
        Measure("attention", "quantity", "how far attention moved the word"),
        Measure("mlp", "quantity", "how far the MLP moved the word"),
        Measure("largest", "quantity", "largest attention weight"),
        Measure("change", "quantity", "cosine of the word before and after"),
        Measure("parameters", "size"),
        Measure("block", "clock"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
