"""Tells the demo quantization: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.edge import _network
from demos.edge._network import MATRICES
from demos.edge.quantization import (
    BITS,
    Blocks,
    QuantizationParams,
    bytes_of,
    measure,
    pack,
    quantize,
    run,
    shrink,
)
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import amount, number
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

ANSWERS = (say("less than 1 point"), say("1 to 10 points"), say("more than 10 points"))


def steps(params: QuantizationParams) -> Iterator[Frame]:
    """The plan; then the network, a block taken apart, every number of bits, every block size, the result."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: QuantizationParams) -> None:
        self.params, self.block = params, int(params.block)
        self.hidden = int(params.hidden)
        self.count = self.hidden * 74

    def scenes(self) -> list[Scene]:
        self.data = _network.load()
        self.w, self.first, self.part, self.found = run(self.params)
        self.full = _network.accuracy(self.w, self.data.test_x, self.data.test_t)
        rounding = [self.rounding(at) for at in range(0, min(self.block, 32), 8)]
        every = [self.level(bits) for bits in BITS]
        sizes = [self.other_block(size) for size in (16, 32, 64)]
        return [
            self.network(),
            self.one_block(),
            *rounding,
            *self.gguf(),
            *every,
            self.kernels(),
            *sizes,
            self.ending(),
        ]

    @property
    def levels(self) -> int:
        """How many values a weight can have: the symmetric way leaves one out, to have 0 in the middle."""
        return int(2**self.params.bits) - (self.params.scheme == "symmetric")

    def plan(self) -> Scene:
        b, size = self.params.bits, bytes_of(self.count, self.params.bits, self.block, self.params.scheme)
        caption = say(
            "A network for 8x8 digits: 64·{hidden} + {hidden}·10 = {count} weights. At 32 bits they take {count2} "
            "bytes; at {b} bits, with a scale for every {block}, {size}: {count3} times less. A phone has little "
            "memory, so this decides what runs on it.",
            hidden=self.hidden,
            count=self.count,
            count2=4 * self.count,
            b=b,
            block=self.block,
            size=size,
            count3=number(4 * self.count / size, 1),
        )
        body = [("32", str(4 * self.count), "1")]
        for bits in BITS:
            each = bytes_of(self.count, bits, self.block, self.params.scheme)
            body.append((str(bits), str(each), number(4 * self.count / each, 1)))
        table = Table(
            title=say("Bytes"),
            columns=(say("bits"), say("bytes"), say("times smaller")),
            rows=tuple(body),
            highlight=(9 - b,),
        )
        return Scene(caption, (table,), {"bytes": size})

    def network(self) -> Scene:
        values = np.concatenate([self.w[name].ravel() for name in MATRICES])
        counts, edges = np.histogram(values, 12)
        caption = say(
            "Trained, it reads {full:.1%} of {test_t} unseen digits. Look at its weights: from {values} to "
            "{values2}, yet most lie near 0. With {bits} levels over that span the small ones would fall "
            "together, so each block gets its own scale.",
            full=self.full,
            test_t=len(self.data.test_t),
            values=number(float(values.min()), 2),
            values2=number(float(values.max()), 2),
            bits=2**self.params.bits,
        )
        labels = tuple(number(float(edge), 1) for edge in (edges[:-1] + edges[1:]) / 2)
        return Scene(
            caption,
            (Bars(title=say("Weights by value"), labels=labels, values=row(counts)),),
            {"accuracy": self.full},
            say("the network"),
        )

    def one_block(self) -> Scene:
        x, d = self.first[0], float(self.part.d[0, 0])
        largest = float(x[np.abs(x).argmax()])
        half = 2 ** (self.params.bits - 1)
        how = {
            "offset": say("d = {largest}/-{half}", largest=number(largest), half=half),
            "symmetric": say("d = {largest}/{half}", largest=number(abs(largest)), half=half - 1),
            "range": say(
                "d = ({x} - ({x2}))/{half}", x=number(float(x.max())), x2=number(float(x.min())), half=2 * half - 1
            ),
        }[self.params.scheme]
        off = float(np.abs(self.part.back[0] - x).max() / abs(d)) if d else 0.0
        caption = say(
            "The first {block} weights. The largest in size is {largest}, and it sets the scale for all: {how} = "
            "{d}. Levels lie {d2} apart; here no weight is off by more than {off} of that. ",
            block=self.block,
            largest=number(largest),
            how=how,
            d=number(d, 4),
            d2=number(abs(d), 4),
            off=number(off, 2),
        )
        if self.params.scheme == "offset":
            caption += say(
                "Half a step is the rule, up to a whole one at the far end, cut off at level {half}.", half=2 * half - 1
            )
        labels = tuple(str(index) for index in range(len(x)))
        return Scene(
            caption,
            (Bars(title=say("One block"), labels=labels[:32], values=row(x[:32])),),
            {"d": d, "off_in_steps": off},
            say("one block"),
        )

    def rounding(self, at: int) -> Scene:
        x, part = self.first[0], self.part
        body = tuple(
            (
                str(i),
                number(float(x[i]), 4),
                str(part.q[0, i]),
                number(float(part.back[0, i]), 4),
                number(float(part.back[0, i] - x[i]), 4),
            )
            for i in range(at, at + 8)
        )
        off = np.abs(part.back[0, at : at + 8] - x[at : at + 8])
        worst = at + first_largest(off)
        caption = say(
            "Weights {at} to {at2}: each is written as the integer q, and read back as x̂. Weight {worst} suffers "
            "most: {x} comes back as {back}, off by {off}; the step d is {d}.",
            at=at,
            at2=at + 7,
            worst=worst,
            x=number(float(x[worst]), 4),
            back=number(float(part.back[0, worst]), 4),
            off=number(float(off.max()), 4),
            d=number(abs(float(part.d[0, 0])), 4),
        )
        table = Table(title=say("Rounding"), columns=("i", "x", "q", "x̂", "x̂ - x"), rows=body, highlight=(worst - at,))
        return Scene(caption, (table,), {"worst": float(off.max())}, say("rounding") if at == 0 else "")

    def gguf(self) -> Iterator[Scene]:
        """A Q4_0 block of the first 32 weights, whatever was asked for."""
        x = self.w["W1"].reshape(-1, 32)[:1]
        part = quantize(x, 4, 32, "offset")
        data = pack(part)
        lines = [data[:2].hex(" "), data[2:10].hex(" "), data[10:].hex(" ")]
        panel = Table(
            title=say("The 18 bytes"),
            columns=(say("bytes"), say("hexadecimal"), say("meaning")),
            rows=tuple(
                zip(
                    ("0-1", "2-9", "10-17"),
                    lines,
                    (say("the scale d"), "q0..q7, q16..q23", "q8..q15, q24..q31"),
                    strict=True,
                )
            ),
        )
        d = float(part.d[0, 0])
        caption = say(
            "The first 32 weights as a Q4_0 block of a GGUF file: 18 bytes instead of 128. Bytes 0 and 1, "
            "{lines}, are d = {d} in half precision, low byte first. Each of the other 16 holds two weights.",
            lines=lines[0],
            d=number(d, 5),
        )
        yield Scene(caption, (panel,), {"bytes": len(data), "d": d}, say("a GGUF block"))
        for j in (0, 1, 15):
            yield self._byte(part, data, j, panel)

    def _byte(self, part: Blocks, data: bytes, j: int, panel: Panel) -> Scene:
        byte, d = data[2 + j], float(part.d[0, 0])
        low, high = byte & 15, byte >> 4
        caption = say(
            "Byte {j} is {byte:02x}, in bits {byte:08b}. Low half {low}: weight {j2} is {d}·({low} - 8) = {d2}. "
            "High half {high}: weight {j3} is {d}·({high} - 8) = {d3}. Compare with the weights they were.",
            j=2 + j,
            byte=byte,
            low=low,
            j2=j,
            d=number(d, 4),
            d2=number(d * (low - 8), 4),
            high=high,
            j3=j + 16,
            d3=number(d * (high - 8), 4),
        )
        body = tuple(
            (str(i), str(q), number(d * (q - 8), 4), number(float(self.w["W1"].flat[i]), 4))
            for i, q in ((j, low), (j + 16, high))
        )
        table = Table(title=say("Byte {j} taken apart", j=2 + j), columns=("i", "q", "x̂", "x"), rows=body)
        return Scene(caption, (table, panel), {"byte": byte})

    def level(self, bits: int) -> Scene:
        size, wrong, right = self.found[bits]
        caption = say(
            "{bits} bits, {bits2} levels: {size} bytes, {count} times smaller than 32 bits. The weights "
            "are off by {wrong:.1%}",
            bits=bits,
            bits2=2**bits,
            size=size,
            count=number(4 * self.count / size, 1),
            wrong=wrong,
        )
        if bits + 1 in self.found:
            caption += say(
                ", {wrong} times as much as with {bits} bits",
                wrong=number(wrong / self.found[bits + 1][1], 1),
                bits=bits + 1,
            )
        lost = 100 * (self.full - right)
        caption += say("; it reads {right:.1%} of the test digits", right=right)
        caption += (
            say(", {points} less than before.", points=amount(lost, "point", 1))
            if lost > 0.05
            else say(", no fewer than before.")
        )
        moment = say("the bits asked for") if bits == self.params.bits else ""
        return Scene(
            caption, self._curves(bits), {"bits": bits, "bytes": size, "error": wrong, "accuracy": right}, moment
        )

    def _curves(self, down_to: int) -> tuple[Panel, ...]:
        shown = [bits for bits in BITS if bits >= down_to]
        x = tuple(float(bits) for bits in shown)
        right = Series(name=say("accuracy"), x=x, y=row(self.found[bits][2] for bits in shown))
        wrong = Series(name=say("error of weights"), x=x, y=row(self.found[bits][1] for bits in shown))
        return (Curve(title=say("By bits"), series=(right, wrong), x_label=say("bits"), y_range=(0, 1)),)

    def kernels(self) -> Scene:
        """What one hidden unit looks for, before and after."""
        small = shrink(self.w, self.params.bits, self.block, self.params.scheme)
        before, after = (_pixels(each["W1"][0], self.w["W1"][0]) for each in (self.w, small))
        caption = say(
            "The 64 weights of the first hidden unit as a picture, at 32 bits and at {bits}: bright pixels speak "
            "for it, dark ones against. {unique} different values have become {unique2}. The large shapes stay; "
            "shades near grey are what gets lost.",
            bits=self.params.bits,
            unique=len(np.unique(self.w["W1"][0])),
            unique2=len(np.unique(small["W1"][0])),
        )
        panels = (
            Image(title=say("32 bits"), pixels=before),
            Image(title=say("{bits} bits", bits=self.params.bits), pixels=after),
        )
        return Scene(caption, panels, {"values": len(np.unique(small["W1"][0]))}, say("before and after"))

    def other_block(self, size: int) -> Scene:
        found, wrong, right = measure(self.w, self.params.bits, size, self.params.scheme)
        each = 8 * found / self.count
        caption = say(
            "{bits} bits in blocks of {size}: with its share of the scale a weight takes {each} bits. The weights "
            "are off by {wrong:.1%} and {right:.1%} of the digits are right. A smaller block seldom holds a very "
            "large weight, so its steps are finer; but it needs more scales.",
            bits=self.params.bits,
            size=size,
            each=number(each, 2),
            wrong=wrong,
            right=right,
        )
        body = []
        for other in (16, 32, 64):
            b, e, a = measure(self.w, self.params.bits, other, self.params.scheme)
            body.append((str(other), str(b), f"{e:.1%}", f"{a:.1%}"))
        table = Table(
            title=say("Block sizes"),
            columns=(say("block"), say("bytes"), say("error"), say("right")),
            rows=tuple(body),
            highlight=((16, 32, 64).index(size),),
        )
        return Scene(caption, (table,), {"block": size, "error": wrong}, say("block sizes") if size == 16 else "")

    def ending(self) -> Scene:
        size, wrong, right = self.found[self.params.bits]
        lost = 100 * (self.full - right)
        caption = say(
            "At {bits} bits: {size} bytes instead of {count}, weights off by {wrong:.1%}, accuracy {full:.1%} "
            "before and {right:.1%} after. ",
            bits=self.params.bits,
            size=size,
            count=4 * self.count,
            wrong=wrong,
            full=self.full,
            right=right,
        )
        up = self.found.get(self.params.bits + 1)
        if lost < 1:
            caption += say("Nearly free: this is why models on phones are stored in few bits.")
        elif lost < 10 and up:
            caption += say(
                "A price to weigh: one more bit makes the error {wrong} times smaller.", wrong=number(wrong / up[1], 1)
            )
        elif lost < 10:
            caption += say("A price to weigh.")
        else:
            caption += say(
                "Too few: {levels} levels cannot hold what it learnt, unless it trains with them.", levels=self.levels
            )
        return Scene(
            caption,
            self._curves(2),
            {
                "bytes": size,
                "error": wrong,
                "before": self.full,
                "accuracy": right,
                "lost": lost,
                "times_smaller": 4 * self.count / size,
                "levels": self.levels,
            },
            say("the result"),
        )


def _pixels(values: NDArray[np.float32], by: NDArray[np.float32]) -> tuple[tuple[float, ...], ...]:
    return rows(np.clip(0.5 + 0.5 * values.reshape(8, 8) / np.abs(by).max(), 0, 1), 2)


def _check(frames: Sequence[Frame]) -> str:
    lost = frames[-1].metrics["lost"]
    return ANSWERS[0] if lost < 1 else ANSWERS[1] if lost <= 10 else ANSWERS[2]


LEXICON = {
    "bits": Words(("b", "int", "precision", "bit", "bit width", "bits per weight")),
    "block": Words((
        "block size", "group size", "blocks of", "group", "block of", "blocks", "bloque", "bloques", "bloques de",
        "tamaño de bloque", "grupo",
    )),
    "scheme": Words(
        ("method", "esquema", "método"),
        {
            "offset": ("q4_0", "q5_0", "with an offset", "desplazado"),
            "symmetric": ("q8_0", "absmax", "symmetrical", "simétrico", "simétrica", "zero-centred"),
            "range": ("q4_1", "asymmetric", "min max", "asimétrico", "asimétrica", "rango", "minimum and maximum"),
        },
    ),
    "hidden": Words((
        "hidden units", "units", "width", "hidden neurons", "unidades ocultas", "neuronas ocultas", "unidades",
        "neuronas",
    )),
}  # fmt: skip


DEMO = Demo(
    name="quantization",
    title="Quantization",
    slide=63,
    group="Edge AI and Generative AI",
    summary="A digit reader in 8, 4 and 2 bits: size, error, accuracy; and a GGUF block taken apart.",
    params=QuantizationParams,
    steps=steps,
    look_for=(
        "One large weight sets the scale of its whole block.",
        "A Q4_0 block is 2 bytes of scale and 16 bytes that hold two weights each.",
        "Each bit less about doubles the error of the weights, yet accuracy holds for long.",
    ),
    examples=(
        Request("Show me quantization"),
        Request("quantize a network to 2 bits", {"bits": 2}),
        Request("quantization at 3 bits with blocks of 64", {"bits": 3, "block": "64"}),
        Request("what does 8-bit quantization cost?", {"bits": 8}),
        Request("quantization with group size 16 and the asymmetric scheme", {"block": "16", "scheme": "range"}),
        Request("take a GGUF block apart"),
        Request("cuantización a 5 bits", {"bits": 5}),
        Request(
            "quantise a network of 128 hidden units, symmetric, 2 bits",
            {"hidden": "128", "scheme": "symmetric", "bits": 2},
        ),
        Request("Store each weight of a digit reader in 3 bits", {"bits": 3}),
        Request("Round the weights of a network to a few integers and see what it costs"),
        Request("Make a network eight times smaller: 4 bits in blocks of 32", {"bits": 4, "block": "32"}),
        Request("Guarda los pesos de una red en 6 bits con bloques de 64", {"bits": 6, "block": "64"}),
    ),
    presets={
        "four": Preset("Four bits", {}, "A seventh of the size, and hardly a digit is lost.",
                       (Claim("times_smaller", ">=", 7), Claim("lost", "<=", 1))),
        "two": Preset("Two bits", {"bits": 2}, "Four levels for a weight: watch how the accuracy falls with the bits.",
                      (Claim("levels", "==", 4), Claim("lost", ">", 1))),
        "coarse": Preset(
            "Two bits, wide network",
            {"bits": 2, "hidden": "128", "scheme": "symmetric"},
            "Symmetric with 2 bits leaves -1, 0 and 1 only.",
            (Claim("levels", "==", 3), Claim("lost", ">", 10)),
        ),
    },
    prediction=Prediction("How much accuracy will the chosen number of bits cost?", ANSWERS, _check),
    aliases=(
        "quantisation", "quantize", "quantise", "gguf", "gguf block", "model compression", "cuantización", "quantising",
        "quantizing", "quantized network", "quantised network", "quantized weights", "int8", "int4", "low precision",
        "low-precision weights", "4-bit weights", "compress a model", "compress the model", "q4_0", "q8_0", "cuantizar",
        "cuantiza", "cuantizada", "compresión de modelos", "comprimir el modelo",
    ),
    measures=(
        Measure("accuracy", "accuracy", "share of test digits right"),
        Measure("error", "error", "relative error of the weights"),
        Measure("lost", "error", "points lost"),
        Measure("worst", "error", "largest error of the weights shown"),
        Measure("off_in_steps", "quantity", "largest error of the block, in steps"),
        Measure("bits", "clock"),
        Measure("bytes", "size"),
        Measure("times_smaller", "quantity"),
    ),
    words=LEXICON,
)  # fmt: skip
