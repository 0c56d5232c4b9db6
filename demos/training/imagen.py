"""Trains the three stages of the `imagen` demo on drawn shapes (about seven minutes on one core).

The text encoder is `_lexicon`, learnt from sentences alone, kept in the file as "words" and frozen here. The figures
stated: how many generated pictures are nearest to a painting of the very kind asked for, with captions as in training
and with captions made wholly of words that no picture was ever captioned with; and how far a finished picture, shrunk
to 8x8, is from its base.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos import weights
from demos.generation import _fit, _lexicon, _painted, _unet, imagen
from demos.generation._schedule import ALPHA_BAR, T

SEED, EACH, LOOSE = 0, 150, 0.3
BATCH = {8: 64, 16: 48, 32: 24}
STEPS = {8: 4000, 16: 2500, 32: 2000}
RATE = {8: 3e-3, 16: 4e-3, 32: 4e-3}
MOST_LEVEL = 400
"""The most noise that the smaller picture gets in training."""


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors, those of the networks in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    random = np.random.default_rng(SEED)
    kinds = [kind for kind in _painted.KINDS for _ in range(EACH)]
    large = np.stack([_painted.draw(kind, random) for kind in kinds]).astype(np.float32)
    made: dict[str, Any] = {"words": _lexicon.learn().astype(np.float32)}
    known = _lexicon.vectors(made["words"])
    texts = np.stack([_lexicon.encode(_painted.caption(kind), known) for kind in kinds])
    for side, net in imagen.NETS.items():
        loss = _loss(side, large, torch.tensor(texts, dtype=torch.float32), generator)
        sizes = _unet.shapes(net, f"{side}.")
        made |= _fit.halved(_fit.descend(_unet.start(sizes, generator), loss, STEPS[side], RATE[side]))
    w = {name: value.astype(np.float32) for name, value in made.items()}
    about = {"seed": str(SEED), "steps": " ".join(map(str, STEPS.values()))}
    about["agree"], about["away"] = (f"{value:.3f}" for value in agreement(w))
    about["other words"] = f"{agreement(w, other=True)[0]:.3f}"
    return made, about


def _loss(side: int, large: Any, texts: Any, generator: Any) -> Any:
    """The loss of one stage: texts get a little noise, so that near vectors mean the same; the smaller picture more."""
    import torch

    x0 = torch.tensor(imagen.shrink(large, side)) * 2 - 1
    small = torch.tensor(imagen.enlarge(imagen.shrink(large, side // 2))) * 2 - 1 if side > 8 else None
    if small is not None:
        x0 = (x0 - small) / imagen.DETAIL[side]
    alpha_bar = torch.tensor(ALPHA_BAR, dtype=torch.float32)

    def loss(w: dict[str, Any]) -> Any:
        rows = torch.randint(len(x0), (BATCH[side],), generator=generator)
        x, t, v = _fit.noisy(x0[rows], generator)
        blurred = texts[rows] + LOOSE * torch.randn(len(rows), texts.shape[1], generator=generator)
        given, beside = _fit.sometimes_none(blurred, generator), None
        if small is not None:
            level = torch.randint(0, MOST_LEVEL + 1, (len(rows),), generator=generator)
            a = alpha_bar[level][:, None, None, None]
            half = torch.randn(len(rows), 3, side // 2, side // 2, generator=generator)
            specks = torch.nn.functional.interpolate(half, scale_factor=2)
            beside = a.sqrt() * small[rows] + (1 - a).sqrt() * specks
            given = torch.cat([given, level[:, None] / T], 1)
        guess = _unet.predict_v(w, x, t, given, beside, prefix=f"{side}.")
        return ((guess - v) ** 2).mean()

    return loss


def agreement(w: weights.Tensors, other: bool = False, each: int = 4, seed: int = 1) -> tuple[float, float]:
    """The share of pictures, `each` of every kind, that the paintings agree with, and the mean absolute difference of a
    pixel between the finished picture, shrunk, and its base; `other` asks in words never seen with a picture."""
    cascade, right, away = imagen.Cascade(w), 0, []
    words = {meaning: word for word, meaning in imagen.MEANING.items()} if other else {}
    for index, kind in enumerate(_painted.KINDS):
        random = np.random.default_rng((seed, index))
        text = " ".join(words.get(word, word) for word in ("a", *kind))
        large, small = _make(cascade, text, each, random)
        right += _painted.read(large).count(kind)
        away.append(float(np.abs(imagen.shrink(large, 8) - small).mean()))
    return right / (each * len(_painted.KINDS)), float(np.mean(away))


def _make(cascade: imagen.Cascade, text: str, count: int, random: np.random.Generator) -> tuple[Any, Any]:
    _, small = cascade.base(text, count, 20, 2.0, random)
    _, middle = cascade.stage(text, small, 12, 50, 1.5, random)
    _, large = cascade.stage(text, middle, 12, 50, 1.5, random)
    return large, small
