"""Tells the demo transposed_convolution: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play, rows
from demos.lib.wording import number
from demos.runtime.contract import Claim, Demo, Frame, Heatmap, Image, Measure, Prediction, Preset, Request, Words
from demos.runtime.messages import say
from demos.vision.transposed_convolution import (
    Array,
    TransposedConvolutionParams,
    run,
    unevenness,
    upsample,
)

MOST_STAMPS = 30
ANSWERS = (say("an even one"), say("a checkerboard"))


def steps(params: TransposedConvolutionParams) -> Iterator[Frame]:
    """The small map and the kernel, stamp after stamp, how often each place was stamped, the other way to enlarge."""
    story = Story(params)
    places = list(np.ndindex(story.x.shape))
    stamps = [index for index, place in enumerate(places) if story.x[place]]
    shown = [stamps[i] for i in thin(len(stamps), MOST_STAMPS)]
    scenes = [story.opening(), story.transpose()]
    scenes += [story.stamp(places, index, first=index == stamps[0]) for index in shown]
    scenes += [story.counts(), *map(story.other_stride, range(1, 5)), story.enlarged(), story.ending()]
    yield from play(scenes)


class Story:
    def __init__(self, params: TransposedConvolutionParams) -> None:
        self.params = params
        self.x, self.kernel, self.out = run(params)
        self.uneven = unevenness(self.kernel, params.stride)

    def opening(self) -> Scene:
        n, large = self.params.map_size, len(self.out)
        caption = say(
            "A map of {n}x{n} is to become {large}x{large}, for s·(n - 1) + k = {stride}·{n2} + {kernel} = "
            "{large}. Each of the {n3} values will stamp the kernel on the right into the output, times itself.",
            n=n,
            large=large,
            stride=self.params.stride,
            n2=n - 1,
            kernel=self.params.kernel,
            n3=n * n,
        )
        panels = (
            Heatmap(title=say("the small map"), values=rows(self.x, 2), value_range=(0, 2)),
            Heatmap(title=say("the kernel"), values=rows(self.kernel, 2), value_range=(0, 4)),
        )
        return Scene(caption, panels, {"from": n, "to": large})

    def transpose(self) -> Scene:
        """The matrix of one direction."""
        n, k, s = self.params.map_size, self.params.kernel, self.params.stride
        line = self.kernel.sum(0) / k
        matrix = np.array(
            [[line[r - s * i] if 0 <= r - s * i < k else 0.0 for i in range(n)] for r in range(len(self.out))]
        )
        caption = say(
            "One direction as a matrix of {out} rows and {n} columns: each column is a stamp, {s} rows lower than "
            "the one before. The convolution with this kernel has the very same matrix, transposed: that "
            "is all the name says.",
            out=len(self.out),
            n=n,
            s=s,
        )
        return Scene(
            caption,
            (Heatmap(title=say("out = M·x"), values=rows(matrix, 1), value_range=(0, 2)),),
            {"rows": len(self.out)},
            say("the matrix"),
        )

    def stamp(self, places: Sequence[tuple[int, ...]], index: int, *, first: bool) -> Scene:
        i, j = places[index]
        done = np.zeros_like(self.x)
        for place in places[: index + 1]:
            done[place] = self.x[place]
        out, k, s = upsample(done, self.kernel, self.params.stride), self.params.kernel, self.params.stride
        before = upsample(np.where(np.arange(self.x.size).reshape(self.x.shape) < index, self.x, 0), self.kernel, s)
        overlap = int(((before > 0)[s * i : s * i + k, s * j : s * j + k]).sum())
        caption = say(
            "Value {index} of {size}, at row {i}, column {j}: {x} times the kernel, added at row {s}, column {s2}. ",
            index=index + 1,
            size=self.x.size,
            i=i + 1,
            j=j + 1,
            x=number(float(self.x[i, j])),
            s=s * i + 1,
            s2=s * j + 1,
        )
        if overlap:
            caption += say(
                "{overlap} of its {k} places had something already: there the stamps add up.", overlap=overlap, k=k * k
            )
        else:
            caption += say("Nothing was there yet.")
        panels = (self._picture(say("output so far"), out), self._picture(say("used so far"), done))
        return Scene(caption, panels, {"value": index + 1, "overlap": overlap}, say("first stamp") if first else "")

    def counts(self) -> Scene:
        hits = upsample(np.ones_like(self.x), np.ones_like(self.kernel), self.params.stride)
        k, s = self.params.kernel, self.params.stride
        caption = say(
            "How many stamps reach each place: from {hits} to {hits2}. The kernel is {k} wide, the stride {s}: ",
            hits=int(hits.min()),
            hits2=int(hits.max()),
            k=k,
            s=s,
        )
        caption += (
            say("k is a multiple of s, so inside all places get as many.")
            if k % s == 0
            else say("{k} is no multiple of {s}, so some places get more than their neighbours.", k=k, s=s)
        )
        return Scene(
            caption,
            (
                Heatmap(title=say("stamps"), values=rows(hits[:13, :9]), value_range=(0, float(hits.max()))),
                self._picture(say("output"), self.out),
            ),
            {"most": hits.max(), "least": hits.min()},
            say("the overlaps"),
        )

    def other_stride(self, stride: int) -> Scene:
        out, uneven = upsample(np.ones((5, 5)), self.kernel, stride), unevenness(self.kernel, stride)
        caption = say(
            "An even map with the same kernel and stride {stride}: {out}x{out}, values {out2} to {out3}; inside "
            "they differ by {uneven:.0%} of the mean. ",
            stride=stride,
            out=len(out),
            out2=number(float(out.min()), 2),
            out3=number(float(out.max()), 2),
            uneven=uneven,
        )
        caption += say("Even inside.") if uneven < 0.01 else say("A pattern that is not in the input.")
        return Scene(
            caption,
            (self._picture(say("stride {stride}", stride=stride), out),),
            {"stride": stride, "uneven": uneven},
            say("other strides") if stride == 1 else "",
        )

    def enlarged(self) -> Scene:
        """Nearest-neighbour enlargement and an ordinary convolution."""
        s, k = self.params.stride, self.params.kernel
        large = np.pad(self.x.repeat(s, 0).repeat(s, 1), k // 2, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(large, (k, k))
        out: Array = (windows * self.kernel).sum((2, 3)) / self.kernel.sum()
        caption = say(
            "The other way: repeat every value {s} times, then convolve with stride 1. {out}x{out} values from "
            "{out2} to {out3}: every place has the same number of neighbours, so no checkerboard can arise.",
            s=s,
            out=len(out),
            out2=number(float(out.min()), 2),
            out3=number(float(out.max()), 2),
        )
        return Scene(
            caption,
            (self._picture(say("enlarge, then convolve"), out), self._picture(say("transposed"), self.out)),
            {"range": float(np.ptp(out))},
            say("the remedy"),
        )

    def ending(self) -> Scene:
        k, s = self.params.kernel, self.params.stride
        caption = say(
            "{map_size}x{map_size} became {out}x{out}. On an even input kernel {k} with stride {s} is "
            "uneven by {uneven:.0%}: ",
            map_size=self.params.map_size,
            out=len(self.out),
            k=k,
            s=s,
            uneven=self.uneven,
        )
        caption += (
            say("no checkerboard, the stamps fill every place alike.")
            if self.uneven < 0.01
            else say("a checkerboard. Take a kernel that is a multiple of the stride, or enlarge first.")
        )
        return Scene(
            caption,
            (self._picture(say("before"), self.x), self._picture(say("after"), self.out)),
            {"uneven": self.uneven, "size": len(self.out)},
            say("the result"),
        )

    def _picture(self, title: str, values: Array) -> Image:
        most = max(1e-9, float(values.max()))
        return Image(title=title, pixels=rows(values / most, 2))


def _check(frames: Sequence[Frame]) -> str:
    return ANSWERS[0] if frames[-1].metrics["uneven"] < 0.01 else ANSWERS[1]


LEXICON = {
    "picture": Words(
        ("map", "input", "feature map", "mapa", "entrada"),
        {
            "even": ("flat", "uniform", "constant", "plano", "uniforme", "parejo"),
            "spot": ("single pixel", "one pixel", "dot", "punto", "mancha"),
            "diagonal": ("diagonal line", "línea diagonal"),
            "ring": ("anillo", "circle", "círculo"),
        },
    ),
    "kernel": Words(("kernel size", "k", "kernel of", "kernel width", "núcleo", "stamp", "sello", "tamaño del núcleo")),
    "stride": Words(("step", "s", "strides", "zancada", "paso", "salto")),
    "shape": Words(
        ("kernel shape", "weights", "pesos"),
        {
            "tent": ("bilinear", "smooth", "pyramid", "triangular", "bilineal", "carpa"),
            "ones": ("all ones", "all alike", "unos", "box"),
        },
    ),
    "map_size": Words(("width", "size of the map", "map of", "small map", "tamaño del mapa")),
}  # fmt: skip


DEMO = Demo(
    name="transposed_convolution",
    title="Transposed convolution",
    slide=37,
    group="Zoo",
    summary="A small map is enlarged by stamping a kernel; overlapping stamps can make a checkerboard.",
    params=TransposedConvolutionParams,
    steps=steps,
    look_for=(
        "Each value stamps the whole kernel, times itself.",
        "Where stamps overlap they add up, and some places get more than others.",
        "The checkerboard goes when the kernel is a multiple of the stride.",
    ),
    examples=(
        Request("Show me a transposed convolution"),
        Request("deconvolution with kernel size 4 and stride 2", {"kernel": 4}),
        Request("checkerboard effect with kernel 5, stride 3", {"kernel": 5, "stride": 3}),
        Request("up-sampling of a spot with a bilinear kernel", {"picture": "spot", "shape": "tent"}),
        Request("transposed convolution of a diagonal, stride 3", {"picture": "diagonal", "stride": 3}),
        Request("deconvolutional network of the zoo on a ring", {"picture": "ring"}),
        Request("convolución transpuesta con stride 4", {"stride": 4}),
        Request("how does a decoder enlarge a map? step through it"),
        Request("Enlarge a small map by stamping a kernel, stride 3", {"stride": 3}),
        Request(
            "Where does the pattern of squares in enlarged pictures come from? Show it with kernel 3 and stride 2.",
            {"kernel": 3, "stride": 2},
        ),
        Request("Blow up a single pixel with a smooth stamp", {"picture": "spot", "shape": "tent"}),
        Request("Agranda un mapa pequeño con zancada 2 y núcleo 4", {"stride": 2, "kernel": 4}),
    ),
    presets={
        "checker": Preset(
            "A checkerboard", {},
            "Kernel 3, stride 2: an even map comes out uneven.",
            (Claim("uneven", ">", 0.5),),
        ),
        "even": Preset(
            "No checkerboard", {"kernel": 4},
            "Kernel 4, stride 2: every place inside gets as many stamps.",
            (Claim("uneven", "==", 0),),
        ),
        "spot": Preset(
            "One stamp", {"picture": "spot", "shape": "tent", "kernel": 5},
            "A single value shows what a stamp is.",
            (Claim("size", "==", 11),),
        ),
        "gaps": Preset(
            "Gaps", {"kernel": 2, "stride": 3},
            "The stride is larger than the kernel: places between stay empty.",
            (Claim("least", "==", 0),),
        ),
    },
    prediction=Prediction("What will an even map become?", ANSWERS, _check),
    aliases=(
        "deconvolution", "deconvolutional network", "dn", "upsampling", "checkerboard effect",
        "convolución transpuesta", "transposed convolutions", "transpose convolution", "transposed conv", "deconv",
        "deconvolutions", "deconvolution network", "up-sampling", "upsample", "up-convolution",
        "fractionally strided convolution", "checkerboard artefacts", "checkerboard artifacts",
        "checkerboard pattern", "deconvolución", "red deconvolucional", "efecto de tablero", "sobremuestreo",
    ),
    measures=(
        Measure("uneven", "error", "how uneven an even input comes out"),
        Measure("overlap", "quantity", "places written to more than once so far", "run"),
        Measure("value", "clock", "value stamped"),
        Measure("size", "size", "side of the result"),
    ),
    words=LEXICON,
)  # fmt: skip
