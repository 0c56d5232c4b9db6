"""Tells the demo image_filters: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.data.image_filters import KERNELS, Array, ImageFiltersParams, run, slide
from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play, rows
from demos.lib.wording import number
from demos.runtime.contract import (
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
    Words,
)
from demos.runtime.messages import say

MOST_STEPS = 40


WHY = {
    "edges": say("the neighbours minus four times the middle: 0 where all are alike, large at an edge on any side"),
    "vertical": say("right minus left: 0 where both sides are alike, large at an upright edge"),
    "horizontal": say("below minus above: 0 where both are alike, large at a level edge"),
    "blur": say("the mean of nine pixels: what sticks out is spread over its neighbours"),
    "sharpen": say("five times the middle minus its neighbours: differences grow, flat areas stay"),
    "identity": say("only the middle counts: the image comes out as it went in"),
}


ANSWERS = (say("it becomes 0"), say("it stays as bright as it was"))


def steps(params: ImageFiltersParams) -> Iterator[Frame]:
    """The image, its numbers, the kernel, the kernel on its way, and the result."""
    image, padded, out = run(params)
    story = Story(params, padded, out)
    order = list(np.ndindex(out.shape))
    busiest = max(range(len(order)), key=lambda i: abs(out[order[i]] - padded[story.corner(order[i])]))
    chosen = thin(len(order), MOST_STEPS, {0, 1, 2, busiest})
    scenes = [story.opening(image), story.weights()]
    scenes += [story.place(order[i], i + 1, say("the largest change") if i == busiest else "") for i in chosen]
    yield from play([*scenes, story.ending(image)])


class Story:
    """Tells a computation that is done already."""

    def __init__(self, params: ImageFiltersParams, padded: Array, out: Array) -> None:
        self.params, self.padded, self.out = params, padded, out
        self.kernel = KERNELS[params.kernel]
        self.low, self.high = min(0.0, float(out.min())), max(1.0, float(out.max()))

    def corner(self, place: tuple[int, ...]) -> tuple[int, int]:
        """The pixel under the middle of the kernel."""
        return place[0] * self.params.stride + 1, place[1] * self.params.stride + 1

    def opening(self, image: Array) -> Scene:
        n, middle = len(image), len(image) // 2
        caption = say(
            "An image is a table of numbers: {n} times {n} = {n2} pixels from 0 (black) to 1 (white). The pixel "
            "in the middle is {image}, the one in the corner {image2}. A computer sees only the right side.",
            n=n,
            n2=n * n,
            image=number(float(image[middle, middle]), 2),
            image2=number(float(image[0, 0]), 2),
        )
        return Scene(
            caption, (_picture(say("What we see"), image), _numbers(say("What is stored"), image)), {"pixels": n * n}
        )

    def weights(self) -> Scene:
        total = float(self.kernel.sum())
        caption = say(
            "The kernel '{kernel}': nine weights with the sum {total}. It is {why}. It will be laid on one "
            "place after the other.",
            kernel=say(self.params.kernel),
            total=number(total, 2),
            why=WHY[self.params.kernel],
        )
        panel = Heatmap(title=say("kernel"), values=rows(self.kernel, 2), value_range=(-4, 5))
        return Scene(caption, (_picture(say("image"), self.padded), panel), {"kernel_sum": total})

    def place(self, place: tuple[int, ...], done: int, moment: str) -> Scene:
        r, c = place[0] * self.params.stride, place[1] * self.params.stride
        window, value = self.padded[r : r + 3, c : c + 3], float(self.out[place])
        terms = [(w, p) for w, p in zip(self.kernel.ravel(), window.ravel(), strict=True) if w]
        shown = " + ".join(f"{number(w, 2)}·{number(p, 2)}" for w, p in terms[:5]).replace("+ -", "- ")
        shown += " + …" if len(terms) > 5 else ""
        flat = float(np.ptp(window)) < 1e-9
        caption = say(
            "Place {done} of {size}, row {r}, column {c}: {shown} = {value}. ",
            done=done,
            size=self.out.size,
            r=r + 1,
            c=c + 1,
            shown=shown,
            value=number(value, 2),
        )
        if flat:
            caption += say("All nine pixels are alike here, so only the sum of the weights counts.")
        else:
            caption += say(
                "Its middle pixel was {window}: see what its neighbours changed.", window=number(float(window[1, 1]), 2)
            )
        seen = self.padded * 0.55
        seen[r : r + 3, c : c + 3] = 0.45 + 0.55 * window
        so_far = np.where(
            np.arange(self.out.size).reshape(self.out.shape) < done, self._shown(self.out), self._shown(np.zeros(1))
        )
        product = Heatmap(title=say("weight times pixel"), values=rows(self.kernel * window, 2), value_range=(-4, 4))
        panels = (_picture(say("where it lies"), seen), product, _picture(say("the result so far"), so_far))
        return Scene(caption, panels, {"row": r + 1, "column": c + 1, "value": value}, moment)

    def ending(self, image: Array) -> Scene:
        total, flat = float(self.kernel.sum()), self._flat()
        caption = say(
            "{size} places gave an image of {out} times {out}, values {out2} to {out3} (here grey = 0 when some "
            "are negative). The weights sum to {total}, so {flat_areas} Neighbours differ by {jump} on average "
            "before and {jump2} after.",
            size=self.out.size,
            out=len(self.out),
            out2=number(float(self.out.min()), 2),
            out3=number(float(self.out.max()), 2),
            total=number(total, 2),
            flat_areas=say("flat areas vanish and changes stay.")
            if abs(total) < 1e-09
            else say("flat areas keep their brightness."),
            jump=number(_jump(image), 2),
            jump2=number(_jump(self.out), 2),
        )
        metrics = {"kernel_sum": total, "flat": flat, "size": len(self.out), "contrast": float(self.out.std()),
                   "jump_before": _jump(image), "jump": _jump(self.out),
                   "middle_column": float(np.abs(self.out[:, len(self.out) // 2]).max())}  # fmt: skip
        panels: tuple[Panel, ...] = (_picture(say("before"), image), _picture(say("after"), self._shown(self.out)))
        return Scene(caption, panels, metrics, say("the result"))

    def _shown(self, values: Array) -> Array:
        """Values as brightness; with negative ones 0 is in the middle."""
        if self.low < 0:
            most = max(-self.low, self.high)
            return 0.5 + 0.5 * values / most
        return values / self.high

    def _flat(self) -> float:
        """The result over a window of one brightness, relative to it."""
        return float(slide(np.full((3, 3), 0.5), self.kernel)[0, 0]) / 0.5


def _jump(image: Array) -> float:
    """The mean difference of neighbours in a row."""
    return float(np.abs(np.diff(image, axis=1)).mean())


def _picture(title: str, values: Array) -> Image:
    return Image(title=title, pixels=rows(np.clip(values, 0, 1), 2))


def _numbers(title: str, values: Array) -> Heatmap:
    return Heatmap(title=title, values=rows(values[:12, :9], 1), value_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    return ANSWERS[0] if abs(frames[-1].metrics["flat"]) < 1e-6 else ANSWERS[1]


LEXICON = {
    "picture": Words(
        ("image", "drawing", "figure", "imagen", "dibujo", "figura"),
        {
            "circle": ("disc", "ball", "círculo", "round"),
            "letter": ("letter t", "letra", "the t", "letra t"),
            "square": ("cuadrado", "box shape"),
            "cross": ("cruz", "plus sign"),
            "stripes": ("striped", "rayas", "franjas", "bars"),
        },
    ),
    "kernel": Words(
        ("filter", "mask", "filtro", "núcleo", "máscara", "effect"),
        {
            "edges": ("edge", "laplacian", "outline", "outlines", "contour", "bordes", "contorno", "borde"),
            "vertical": ("vertical edges", "sobel", "upright", "upright edges", "verticales", "bordes verticales"),
            "horizontal": ("horizontal edges", "level edges", "horizontales", "bordes horizontales"),
            "blur": (
                "smooth", "box filter", "blurring", "soft", "softer", "soften", "smoothing", "blurred", "blurry",
                "desenfoca", "desenfoque", "suaviza", "difumina", "borroso",
            ),
            "sharpen": ("sharpening", "sharper", "sharp", "crisper", "crisp", "enfoca", "nitidez", "afila", "enfocar"),
            "identity": ("no change", "unchanged", "identidad", "do nothing"),
        },
    ),
    "size": Words(("width", "image size", "resolution", "tamaño", "píxeles", "height")),
    "noise": Words(("specks", "noise level", "ruido", "motas")),
    "stride": Words(("step", "step size", "zancada", "salto")),
    "padding": Words((
        "zero padding", "padded", "border of zeros", "zero border", "relleno", "relleno de ceros", "pad",
    )),
}  # fmt: skip


DEMO = Demo(
    name="image_filters",
    title="Image filters",
    slide=13,
    group="Data for AI Models",
    summary="An image as numbers, and a 3x3 kernel sliding over it: edges, blur, sharpen.",
    params=ImageFiltersParams,
    steps=steps,
    look_for=(
        "The image is nothing but a table of brightness.",
        "Where the nine pixels are alike, only the sum of the weights counts.",
        "A kernel that sums to 0 leaves only edges, one that sums to 1 keeps the brightness.",
    ),
    examples=(
        Request("Show me image filters"),
        Request("Blur a square with a 3x3 filter", {"kernel": "blur", "picture": "square"}),
        Request("sharpen the letter T", {"kernel": "sharpen", "picture": "letter"}),
        Request(
            "find the vertical edges of stripes with a sliding kernel", {"kernel": "vertical", "picture": "stripes"}
        ),
        Request("edge detector on a cross of 16 pixels", {"picture": "cross", "size": 16}),
        Request("blur away noise 0.2 with a box filter", {"kernel": "blur", "noise": 0.2}),
        Request("slide a kernel over an image with stride 2 and zero padding", {"stride": 2, "padding": True}),
        Request("muestra el filtro sobel en una imagen", {"kernel": "vertical"}),
        Request("Find the outlines in a picture of a cross", {"kernel": "edges", "picture": "cross"}),
        Request("Make the stripes look soft with nine equal weights", {"kernel": "blur", "picture": "stripes"}),
        Request(
            "Slide a 3x3 window over the pixels of a square and make it crisper",
            {"kernel": "sharpen", "picture": "square"},
        ),
        Request("Encuentra los bordes horizontales de un círculo", {"kernel": "horizontal", "picture": "circle"}),
    ),
    presets={
        "edges": Preset(
            "Edges", {},
            "The weights sum to 0: inside and outside vanish, the rim of the disc stays.",
            (Claim("flat", "==", 0), Claim("contrast", ">", 0.3)),
        ),
        "vertical": Preset(
            "Upright edges only", {"kernel": "vertical", "picture": "square"},
            "Top and bottom vanish.",
            (Claim("middle_column", "==", 0), Claim("contrast", ">", 0.3)),
        ),
        "denoise": Preset(
            "Blur against noise", {"kernel": "blur", "noise": 0.2},
            "Each pixel becomes a mean: neighbours differ less, in specks and at edges alike.",
            (Claim("jump", "<", "jump_before"),),
        ),
        "stride": Preset(
            "Stride 2", {"kernel": "blur", "stride": 2, "size": 16},
            "Half as many places each way: a smaller image.",
            (Claim("size", "==", 7),),
        ),
    },
    prediction=Prediction("What will become of an area where all pixels are alike?", ANSWERS, _check),
    aliases=(
        "image filter", "convolution kernel", "edge detection", "image data", "filtros de imagen", "convolution",
        "image filtering", "filter kernel", "sliding kernel", "sliding window filter", "sobel filter", "sobel",
        "gaussian blur", "edge detector", "edge filter", "blur filter", "sharpen filter", "box blur",
        "filtro de imagen", "filtro de bordes", "detección de bordes", "detector de bordes", "núcleo de convolución",
        "convolución", "convolve",
    ),
    measures=(
        Measure("value", "quantity", "result at the place shown"),
        Measure("contrast", "quantity", "standard deviation of the result"),
        Measure("jump", "quantity", "mean difference of neighbours after"),
        Measure("jump_before", "quantity", "mean difference of neighbours before"),
        Measure("kernel_sum", "quantity", "sum of the weights"),
        Measure("row", "clock"),
        Measure("column", "clock"),
    ),
    words=LEXICON,
)  # fmt: skip
