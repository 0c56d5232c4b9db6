"""Trains the transformer of the `gemini` demo on drawn scenes and questions about them (about five minutes on one
core).

The figures stated are shares of right answers on scenes that training never shows, as many questions of each kind: with
the picture, and for a rival without eyes that gives each question the answer that was most often right in training.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from demos import weights
from demos.generation import _fit, _questions, gemini
from demos.generation._questions import Asked, draw
from demos.language import transformer_block

SEED, SCENES, STEPS, BATCH, RATE, SPECKS = 0, 40_000, 5000, 128, 3e-3, 0.15


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    import torch

    torch.set_num_threads(1)
    random, generator = np.random.default_rng(SEED), torch.Generator().manual_seed(SEED)

    asked = draw(random, SCENES, False, 0)
    patches, words = tensors_of(asked)
    right = torch.tensor([_questions.WORDS.index(answer) for *_, answer in asked])

    def loss(w: dict[str, Any]) -> Any:
        rows = torch.randint(SCENES, (BATCH,), generator=generator)
        specks = torch.randn(patches[rows].shape, generator=generator) * random.uniform(0, SPECKS)
        found = gemini.forward(w, (patches[rows] + specks).clamp(0, 1), words[rows])["scores"][-1]
        return torch.nn.functional.cross_entropy(found, right[rows])

    begin = transformer_block.start(gemini.shapes(), generator, 0.05)
    made = _fit.halved(_fit.descend(begin, loss, STEPS, RATE))
    w = {name: value.astype(np.float32) for name, value in made.items()}
    about = {"seed": str(SEED), "steps": str(STEPS), "accuracy": f"{accuracy(w):.3f}", "blind": f"{blind():.3f}"}
    return made, about


def tensors_of(batch: list[Asked]) -> tuple[Any, Any]:
    """Patches (n, 16, 3, 6, 6) and words (n, 7) as tensors."""
    import torch

    pictures = torch.tensor(np.stack([patches for patches, *_ in batch]))
    return pictures, torch.tensor([_questions.numbers(question) for _, _, question, _ in batch])


def accuracy(w: weights.Tensors, count: int = 1500, seed: int = 1000, specks: float = 0.05) -> float:
    """Share of right answers about scenes never trained on."""
    import torch

    batch = draw(np.random.default_rng(seed), count, True, specks)
    tensors = {name: torch.tensor(value) for name, value in w.items()}
    guess = gemini.forward(tensors, *tensors_of(batch))["scores"][-1].argmax(1).tolist()
    return float(np.mean([_questions.WORDS[i] == answer for i, (*_, answer) in zip(guess, batch, strict=True)]))


def blind(count: int = 1500, learn: int = 10_000, seed: int = 1000) -> float:
    """The same share for the best answer to each question without a look at the picture."""
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, question, answer in draw(np.random.default_rng(seed + 1), learn, False, 0):
        known[question][answer] += 1
    batch = draw(np.random.default_rng(seed), count, True, 0)
    return float(np.mean([known[question].most_common(1)[0][0] == answer for _, _, question, answer in batch]))
