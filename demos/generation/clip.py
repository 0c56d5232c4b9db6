"""CLIP: pictures and captions as points of one space, where what belongs together lies together.

Two encoders give unit vectors, one from a picture x, one from a caption t; their product is a similarity:

    u = f(x)/|f(x)|      v = g(t)/|g(t)|      S_ij = u_i·v_j  (the cosine, -1 to 1)
    E = ½·[CE(rows of S/τ) + CE(columns of S/τ)]       the right answer of row i and of column i being i

Training pulls the n pairs of the diagonal together and pushes the n² - n others apart. No list of classes is fixed:
to classify a picture, write a caption for each class and take the nearest ("zero-shot"). τ, the temperature, says how
sharply softmax(S/τ) decides.

Source: A. Radford and others, "Learning transferable visual models from natural language supervision" (2021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation._drawings import KINDS, WORDS, Kind, caption, draw, seen
from demos.runtime.contract import Params, param

Tensor = Any
Array = NDArray[np.float64]
WIDTH = 24
"""Numbers of a vector."""


class ClipParams(Params):
    shape: Literal["circle", "square", "triangle", "cross"] = param("triangle", "Shape of the picture to classify.")
    colour: Literal["red", "green", "blue", "yellow"] = param("red", "Colour of that shape.")
    size: Literal["small", "large"] = param("large", "Size of that shape.")
    noise: float = param(0.1, "Standard deviation of the specks.", low=0, high=0.6)
    pairs: int = param(6, "Pictures and captions in the similarity matrix.", low=2, high=8, unit="pairs")
    temperature: float = param(0.07, "How sharply the softmax decides (τ).", low=0.01, high=1)


def shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of both encoders."""
    return {
        "C1": (16, 3, 3, 3), "b1": (16,), "C2": (32, 16, 3, 3), "b2": (32,), "image": (288, WIDTH),
        "word": (len(WORDS), WIDTH), "middle": (WIDTH, 48), "middle.bias": (48,), "text": (48, WIDTH), "scale": (1,),
    }  # fmt: skip


def see(w: Mapping[str, Tensor], pictures: Tensor) -> Tensor:
    """Unit vectors (n, d) of pictures (n, 3, 12, 12)."""
    import torch
    from torch.nn import functional as f

    a = f.max_pool2d(torch.relu(f.conv2d(pictures, w["C1"], w["b1"], padding=1)), 2)
    b = f.max_pool2d(torch.relu(f.conv2d(a, w["C2"], w["b2"], padding=1)), 2)
    return f.normalize(b.flatten(1) @ w["image"], dim=1)


def read(w: Mapping[str, Tensor], texts: Sequence[str]) -> Tensor:
    """Unit vectors (n, d) of captions: the words' vectors are added, then two layers follow."""
    import torch

    bags = torch.zeros(len(texts), len(WORDS))
    for row, text in enumerate(texts):
        for word in text.split():
            bags[row, WORDS.index(word)] += 1
    hidden = torch.relu(bags @ w["word"] @ w["middle"] + w["middle.bias"])
    return torch.nn.functional.normalize(hidden @ w["text"], dim=1)


def softmax(z: Array) -> Array:
    """Shares of one along the last axis."""
    e = np.exp(z - z.max(-1, keepdims=True))
    result: Array = e / e.sum(-1, keepdims=True)
    return result


def load() -> dict[str, Tensor]:
    """The trained tensors of both encoders."""
    import torch

    return {name: torch.tensor(value) for name, value in weights.load("clip").items()}


def encode(w: Mapping[str, Tensor], pictures: NDArray[np.float32]) -> Array:
    """Unit vectors (n, d) of pictures, as NumPy's."""
    import torch

    found: Array = see(w, torch.tensor(pictures)).numpy().astype(float)
    return found


def write(w: Mapping[str, Tensor], texts: Sequence[str]) -> Array:
    """Unit vectors (n, d) of captions, as NumPy's."""
    found: Array = read(w, texts).numpy().astype(float)
    return found


def classify(w: Mapping[str, Tensor], u: Array, what: str, choices: Sequence[str]) -> Array:
    """Zero-shot: the cosine of a picture's vector with each choice of a property ("size", "colour" or "shape"), the
    choice being the mean of the captions of all kinds that have it."""
    at = ("size", "colour", "shape").index(what)
    means = np.stack([write(w, [caption(k) for k in KINDS if k[at] == c]).mean(0) for c in choices])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True) @ u)


def accuracy(w: Mapping[str, Tensor], noise: float, random: np.random.Generator) -> tuple[float, float]:
    """Of two new pictures of each kind, the share whose nearest caption is theirs: of kinds shown in training, and of
    others."""
    pictures = np.stack([draw(kind, random, noise) for kind in KINDS * 2])
    texts = write(w, [caption(kind) for kind in KINDS])
    right = (encode(w, pictures) @ texts.T).argmax(1) == np.tile(np.arange(len(KINDS)), 2)
    known = np.array([seen(kind) for kind in KINDS] * 2)
    return float(right[known].mean()), float(right[~known].mean())


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures of different kinds, the wanted one first; `random` goes on from there."""

    kinds: list[Kind]
    pictures: NDArray[np.float32]
    random: np.random.Generator


def pair(params: ClipParams) -> Pairs:
    """The wanted kind and others drawn at random, a picture of each."""
    random, kind = np.random.default_rng(params.seed), (params.size, params.colour, params.shape)
    others = [each for each in KINDS if each != kind]
    kinds = [kind, *(others[i] for i in random.permutation(len(others))[: params.pairs - 1])]
    return Pairs(kinds, np.stack([draw(each, random, params.noise) for each in kinds]), random)


def run(params: ClipParams) -> tuple[dict[str, Tensor], Array, Array, Array]:
    """The encoders, the vectors u of pictures and v of captions, and the cosine of each picture with each caption."""
    w, pairs = load(), pair(params)
    u, v = encode(w, pairs.pictures), write(w, [caption(kind) for kind in pairs.kinds])
    return w, u, v, u @ v.T
