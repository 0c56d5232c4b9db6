"""Tells the demo nano_gpt: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from demos.language.nano_gpt import ALPHABET, LENGTH, SIZES, NanoGptParams, chances, count_parameters, run
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, row, rows
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
    Tokens,
    Words,
)
from demos.runtime.messages import listed, say


def steps(params: NanoGptParams) -> Iterator[Frame]:
    """The input, every layer on the way to the first letter, then letter after letter, and whether it is sorted."""
    yield from play(Story(params).scenes())


class Story:
    """Tells one sequence."""

    def __init__(self, params: NanoGptParams) -> None:
        self.temperature = params.temperature
        tokens, self.runs = run(params)
        self.input = tokens[:LENGTH]
        self.output = tokens[LENGTH:]
        self.embedded, self.inside, _ = self.runs[0]

    def scenes(self) -> list[Scene]:
        told = [self.opening(), self.embedding()]
        for index in range(SIZES.blocks):
            told += [self.queries(index), self.attention(index), self.mlp(index)]
        return [*told, *(self.letter(index) for index in range(LENGTH)), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "{word} is to be sorted. The model has {count_parameters:,} parameters: 672 in the embeddings, 28,272 "
            "in each of 3 blocks, 96 in the last norm. Every part of a large GPT is here; only the sizes differ.",
            word=_word(self.input),
            count_parameters=count_parameters(),
        )
        body = (
            (say("letters"), "3", "50,257"),
            (say("positions"), "11", "1,024"),
            (say("numbers a token"), "48", "768"),
            (say("blocks"), "3", "12"),
            (say("heads"), "3", "12"),
            (say("parameters"), f"{count_parameters():,}", say("124 million")),
        )
        table = Table(title=say("Sizes"), columns=("", say("nano-gpt"), say("GPT-2 small")), rows=body, highlight=(5,))
        letters = Tokens(title=say("Input"), tokens=tuple(_word(self.input)))
        return Scene(caption, (letters, table), {"parameters": count_parameters()})

    def embedding(self) -> Scene:
        same = [i for i, letter in enumerate(self.input) if letter == self.input[0]]
        caption = say(
            "Each letter becomes 48 numbers: a row for the letter plus a row for its position. '{alphabet}' "
            "stands {same} times with the same letter row; only the position row tells those places apart.",
            alphabet=ALPHABET[self.input[0]],
            same=len(same),
        )
        return Scene(caption, (self._matrix(say("letter + position, 6 x 48"), self.embedded),), {}, say("embedding"))

    def queries(self, index: int) -> Scene:
        seen = self.inside[index]
        caption = say(
            "Block {index}: layer norm gives each of the 6 rows mean 0 and variance 1, then one matrix of 48 x "
            "144 makes queries, keys and values: 16 numbers each for every head. Here you see those of head 1.",
            index=index + 1,
        )
        panels = (
            self._matrix(say("norm 1"), seen["norm 1"]),
            *(self._matrix(say("{name} of head 1, 6 x 16", name=name), seen[name][:, 0]) for name in "qkv"),
        )
        return Scene(caption, panels, {"block": index + 1}, say("block {index}", index=index + 1))

    def attention(self, index: int) -> Scene:
        attention = self.inside[index]["weights"][0].numpy()
        last = attention[:, -1]
        head, place = np.unravel_index(first_largest(last), last.shape)
        caption = say(
            "Block {index}: the sixth position has to guess the first sorted letter. Head {head} looks most at "
            "place {place}, '{alphabet}' ({last}). The upper right is empty: the causal mask lets "
            "no place look ahead.",
            index=index + 1,
            head=head + 1,
            place=place + 1,
            alphabet=ALPHABET[self.input[place]],
            last=number(last[head, place], 2),
        )
        names = tuple(_word(self.input))
        panels = tuple(
            Heatmap(
                title=say("head {h}", h=h + 1),
                values=rows(attention[h], 2),
                rows=names,
                columns=names,
                value_range=(0, 1),
            )
            for h in range(SIZES.heads)
        )
        return Scene(caption, panels, {"block": index + 1, "largest": last.max()})

    def mlp(self, index: int) -> Scene:
        seen = self.inside[index]
        active = float((seen["hidden"] > 0).float().mean())
        moved = float(seen["mlp"][0, -1].norm() / seen["x + attended"][0, -1].norm())
        caption = say(
            "Block {index}: the MLP looks at each place alone: 48 numbers become 192, gelu lets {active} % of "
            "them through as positive, and they become 48 again. At the last place it adds {moved} times the "
            "length of what was there.",
            index=index + 1,
            active=number(100 * active, 0),
            moved=number(moved, 2),
        )
        panels = (
            self._matrix(say("hidden, 6 x 192"), seen["hidden"]),
            self._matrix(say("result, 6 x 48"), seen["result"]),
        )
        return Scene(caption, panels, {"block": index + 1, "active": active})

    def letter(self, index: int) -> Scene:
        logits = self.runs[index][2][0, -1].double().numpy()
        p, chosen = chances(logits, self.temperature or 1), self.output[index]
        z = listed(
            ", ",
            (
                say("{name} {value}", name=name, value=number(value, 1))
                for name, value in zip(ALPHABET, logits, strict=True)
            ),
        )
        caption = say(
            "Letter {index}: the logits {z} become probabilities, and '{alphabet}' is taken with {p}. It is "
            "appended, and the next round reads {length} letters.",
            index=index + 1,
            z=z,
            alphabet=ALPHABET[chosen],
            p=number(p[chosen], 3),
            length=LENGTH + index + 1,
        )
        written = self.input + self.output[: index + 1]
        panels = (
            Bars(
                title=say("Probability of the next letter"), labels=tuple(ALPHABET), values=row(p), value_range=(0, 1)
            ),
            Tokens(title=say("Read so far"), tokens=tuple(_word(written)), marked=(len(written) - 1,)),
        )
        metrics = {"letter": index + 1, "probability": p[chosen]}
        return Scene(caption, panels, metrics, say("the first letter") if index == 0 else "")

    def ending(self) -> Scene:
        wanted = sorted(self.input)
        right = sum(a == b for a, b in zip(self.output, wanted, strict=True))
        caption = say(
            "{word} became {word2}; sorted it is {word3}: {right} of {length} are right. ",
            word=_word(self.input),
            word2=_word(self.output),
            word3=_word(wanted),
            right=right,
            length=LENGTH,
        )
        if right == LENGTH:
            caption += say(
                "Nobody programmed sorting: {count_parameters:,} numbers were adjusted until guesses came true.",
                count_parameters=count_parameters(),
            )
        elif self.temperature:
            caption += say(
                "A temperature of {temperature} lets unlikely letters through, and order is lost.",
                temperature=number(self.temperature, 2),
            )
        else:
            caption += say("Even the likeliest letters went wrong this time: a trained model can err.")
        tokens = tuple(_word(self.output))
        wrong = tuple(i for i in range(LENGTH) if self.output[i] != wanted[i])
        panels: tuple[Panel, ...] = (
            Tokens(title=say("Output"), tokens=tokens, marked=wrong),
            Tokens(title=say("Sorted"), tokens=tuple(_word(wanted))),
        )
        return Scene(caption, panels, {"right": right, "parameters": count_parameters()}, say("the end"))

    def _matrix(self, title: str, values: Any) -> Panel:
        matrix = values.reshape(-1, values.shape[-1]).numpy()
        most = max(float(np.abs(matrix).max()), 1e-6)
        return Heatmap(title=title, values=rows(matrix, 2), rows=tuple(_word(self.input)), value_range=(-most, most),
                       show_values=False)  # fmt: skip


def _word(tokens: Sequence[int]) -> str:
    return "".join(ALPHABET[token] for token in tokens)


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["right"] == LENGTH else "no"


LEXICON = {
    "letters": Words((
        "input", "sequence", "text", "sort", "order", "ordena", "letras", "secuencia", "the letters", "sorts",
    )),
    "temperature": Words(("temp", "randomness", "tau", "temperatura", "chance", "aleatoriedad")),
}  # fmt: skip


DEMO = Demo(
    name="nano_gpt",
    title="nano-gpt",
    slide=42,
    group="Current AI: Transformers Everywhere",
    summary="A GPT of exactly 85,584 parameters sorts six letters; every layer on the way is a picture.",
    params=NanoGptParams,
    steps=steps,
    look_for=(
        "Every part of a large GPT is there: embedding, norm, attention, MLP, residuals, softmax.",
        "No attention above the diagonal: no place sees what comes later.",
        "One letter at a time: each guess becomes part of the next input.",
    ),
    examples=(
        Request("Show me nano-gpt"),
        Request('Sort "BACCAB" with nano gpt', {"letters": "BACCAB"}),
        Request("run nano-gpt with temperature 3", {"temperature": 3}),
        Request('walk through the small GPT on "CCCBBA"', {"letters": "CCCBBA"}),
        Request("nanoGPT with a temperature of 8 and seed 5", {"temperature": 8, "seed": 5}),
        Request('nano-gpt: sort the letters "AAABBC", temp 0', {"letters": "AAABBC", "temperature": 0}),
        Request('ordena las letras "CABCAB" con nano-gpt', {"letters": "CABCAB"}),
        Request("see the 85584 parameters at work"),
        Request("Put the letters \"BCABCA\" into alphabetical order with a tiny language model", {"letters": "BCABCA"}),
        Request("Look inside a language model of 85,584 parameters, layer by layer"),
        Request("Let a very small transformer sort six letters at temperature 4", {"temperature": 4}),
        Request("Ordena \"CCBBAA\" con el GPT diminuto y temperatura 1", {"letters": "CCBBAA", "temperature": 1}),
    ),
    presets={
        "sort": Preset(
            "Sort", {},
            "Follow one sequence through three blocks, then letter by letter.",
            (Claim("right", "==", 6),),
        ),
        "equal": Preset(
            "Nearly all alike", {"letters": "BBBABB"},
            "Five equal letters have to be counted, and are.",
            (Claim("right", "==", 6),),
        ),
        "hot": Preset(
            "Far too hot", {"temperature": 12, "seed": 1},
            "A high temperature makes even a sure model err.",
            (Claim("right", "<", 6),),
        ),
    },
    prediction=Prediction("Will the six letters come out in order?", ("yes", "no"), _check),
    aliases=(
        "nano gpt", "nanogpt", "mini gpt", "small gpt", "85584 parameters", "llm visualization", "nano-gpt model",
        "tiny gpt", "minimal gpt", "toy gpt", "gpt that sorts", "letter sorting gpt", "letter sorter",
        "llm visualisation", "gpt pequeño", "gpt diminuto", "letras con gpt",
    ),
    measures=(
        Measure("right", "score", "letters in their place, of six"),
        Measure("probability", "quantity", "probability of the letter written"),
        Measure("largest", "quantity", "largest attention weight of the block"),
        Measure("active", "quantity", "share of the MLP's numbers that pass"),
        Measure("letter", "clock"),
        Measure("block", "clock"),
        Measure("parameters", "size"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
