"""Gemini, in small: picture and question in one sequence, and attention from the answer to the picture.

    X = [p_1, …, p_16, t_1, …, t_7]       p_j = E·patch_j + b,  t_i a word's vector, a position added to each
    h = block(block(block(X)))            causal self-attention: each token sees those before it
    P(answer) = softmax(W·h_last)         the word after "?"

There is no separate eye that writes a description first: word tokens attend to patch tokens. The transformer has three
blocks and learnt from 40,000 questions about drawn scenes; one scene in ten was kept out of training, and the pictures
here are such. How much it sees is judged against a rival without eyes, who gives each question its commonest answer.

Source: Gemini Team, "Gemini: a family of highly capable multimodal models" (2023), whose models also take sound and
video.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from demos import weights
from demos.generation import _questions
from demos.language import transformer_block
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Tensor = Any
Array = NDArray[np.float64]
WIDTH, HEADS, BLOCKS = 48, 4, 3
NUMBERS = 3 * _questions.CELL**2
LENGTH = _questions.CELLS + _questions.LONGEST


class GeminiParams(Params):
    question: str = param(
        "what colour is the circle?",
        "What to ask about the picture: a colour, a shape, how many, where, or whether there is one.",
        longest=60,
    )
    things: int = param(4, "How many shapes the picture holds.", low=2, high=6, unit="shapes")
    noise: float = param(0.05, "Standard deviation of the specks.", low=0, high=0.5)
    blind: bool = param(False, "Show an empty picture instead.")

    @field_validator("question")
    @classmethod
    def _known(cls, question: str) -> str:
        if _questions.tidy(question) not in _questions.askable():
            raise ValueError(
                say(
                    "It knows questions such as 'what colour is the circle?', 'what shape is the red thing?', "
                    "'how many squares are there?', 'how many red things are there?', 'where is the cross?' and "
                    "'is there a blue triangle?'; ask one of these, with red, green, blue or yellow and circle, "
                    "square, triangle or cross"
                )
            )
        return question


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every parameter."""
    found: dict[str, tuple[int, ...]] = {
        "patch": (NUMBERS, WIDTH), "patch.bias": (WIDTH,), "word": (len(_questions.WORDS), WIDTH),
        "position": (LENGTH, WIDTH), "norm.scale": (WIDTH,), "norm.shift": (WIDTH,),
        "head": (WIDTH, len(_questions.WORDS)),
    }  # fmt: skip
    for i in range(BLOCKS):
        found |= {f"{i}.{name}": shape for name, shape in transformer_block.block_shapes(WIDTH).items()}
    return found


def forward(w: Mapping[str, Tensor], patches: Tensor, words: Tensor) -> dict[str, Any]:
    """For patches (n, 16, 3, 6, 6) and words (n, 7): the tokens (n, 23, d), the insides of the blocks, and the scores
    (n, words) of the answer after each block, the last being the answer's."""
    import torch

    seen = (patches.flatten(2) - 0.5) @ w["patch"] + w["patch.bias"]
    tokens = torch.cat([seen, w["word"][words]], 1) + w["position"]
    x, inside, scores = tokens, [], []
    for i in range(BLOCKS):
        inside.append(transformer_block.block(w, x, HEADS, True, f"{i}."))
        x = inside[-1]["result"]
        scores.append(transformer_block.norm(x[:, -1], w["norm.scale"], w["norm.shift"]) @ w["head"])
    return {"tokens": tokens, "blocks": inside, "scores": scores}


def load() -> dict[str, Tensor]:
    """The trained tensors."""
    import torch

    return {name: torch.tensor(value) for name, value in weights.load("gemini").items()}


def answer(w: Mapping[str, Tensor], patches: Any, questions: Sequence[str]) -> dict[str, Any]:
    """What `forward` says of patches (n, 16, 3, 6, 6) and as many questions."""
    import torch

    words = torch.tensor([_questions.numbers(question) for question in questions])
    with torch.no_grad():
        return forward(w, torch.tensor(patches, dtype=torch.float32), words)


def draw_scene(question: str, things: int, random: np.random.Generator) -> tuple[_questions.Scene, str]:
    """A scene kept from training that the question fits, and the right answer; yes and no come equally often."""
    wanted = "yes" if random.random() < 0.5 else "no"
    while True:
        scene = _questions.make_scene(random, things, True)
        for kind, asked, right in _questions.questions(scene):
            if asked == question and (kind != "yes or no" or right == wanted):
                return scene, right


@dataclass(frozen=True, slots=True)
class Seen:
    """A scene, the answer wanted, its patches, and those that the model gets; `random` goes on from there."""

    scene: _questions.Scene
    truth: str
    drawn: NDArray[np.float32]
    patches: NDArray[np.float32]
    random: np.random.Generator


def see(params: GeminiParams) -> Seen:
    """The picture, cut into patches; empty ones when it is blind."""
    random = np.random.default_rng(params.seed)
    scene, truth = draw_scene(_questions.tidy(params.question), params.things, random)
    drawn = _questions.patches(scene, random, params.noise)
    return Seen(scene, truth, drawn, np.full_like(drawn, 0.08) if params.blind else drawn, random)


def run(params: GeminiParams) -> dict[str, Any]:
    """The question about the picture: tokens, the insides of the blocks, and the scores after each."""
    return answer(load(), see(params).patches[None], [_questions.tidy(params.question)])
