"""nano-gpt: a whole GPT that is small enough to be looked at, and sorts six letters.

V = 3 letters, T = 11 positions, d = 48 numbers a token, L = 3 blocks of 3 heads. Its parameters, counted without the
last output matrix as the walkthrough on the slide does:

    N = V·d + T·d + L·(12·d² + 13·d) + 2·d = 85,584

The six letters are read; from the sixth position on, each position guesses the next letter of the sorted sequence, the
guess is appended, and the whole is read again. In each block, with layer norm before each half,

    a = x + heads(norm(x))·W_proj        x' = a + W_out·gelu(W_fc·norm(a))

and at the end logits = norm(x)·W_head, turned into probabilities by a softmax with temperature τ: p = softmax(z / τ).

The weights are trained by `demos/training/nano_gpt.py` on 600 of the 729 possible inputs. Sources: B. Bycroft, "LLM
Visualization" (bbycroft.net/llm); A. Karpathy, minGPT.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from pydantic import model_validator

from demos import weights
from demos.language import transformer_block
from demos.lib.ranking import first_largest
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

ALPHABET = "ABC"
LETTERS, LENGTH = len(ALPHABET), 6
SIZES = transformer_block.Sizes(LETTERS, 2 * LENGTH - 1, 48, 3, 3)


class NanoGptParams(Params):
    letters: str = param("CBABBC", "Six letters to sort, each A, B or C: the model's whole alphabet.", longest=LENGTH)
    temperature: float = param(
        0.0, "How much chance there is in the choice of a letter; 0 always takes the likeliest.", low=0, high=20
    )

    @model_validator(mode="after")
    def _in_alphabet(self) -> NanoGptParams:
        if len(self.letters) != LENGTH or set(self.letters.upper()) - set(ALPHABET):
            raise ValueError(
                say(
                    "It sorts exactly {length} letters, and knows only A, B and C, not {letters}",
                    length=LENGTH,
                    letters=repr(self.letters),
                )
            )
        return self


@cache
def model() -> dict[str, Any]:
    """The trained tensors."""
    import torch

    return {name: torch.tensor(value) for name, value in weights.load("nano_gpt").items()}


def count_parameters() -> int:
    """All numbers that are learnt, but for the last output matrix."""
    return sum(int(np.prod(shape)) for name, shape in transformer_block.shapes(SIZES).items() if name != "head")


def chances(logits: np.ndarray, temperature: float) -> np.ndarray:
    """softmax(z / τ); all on the likeliest when τ is 0."""
    if temperature == 0:
        return np.asarray(np.eye(len(logits))[first_largest(logits)])
    z = (logits - logits.max()) / temperature
    return np.asarray(np.exp(z) / np.exp(z).sum())


Pass = tuple[Any, list[dict[str, Any]], Any]
"""Embeddings, the inside of each block, and the logits of one way through the model."""


def run(params: NanoGptParams) -> tuple[list[int], list[Pass]]:
    """The letters as numbers, given and written, and the way through the model for each letter written."""
    import torch

    tokens = [ALPHABET.index(letter) for letter in params.letters.upper()]
    random, passes = np.random.default_rng(params.seed), list[Pass]()
    with torch.no_grad():
        for _ in range(LENGTH):
            passes.append(transformer_block.forward(model(), torch.tensor([tokens]), SIZES))
            p = chances(passes[-1][2][0, -1].double().numpy(), params.temperature)
            tokens.append(int(random.choice(len(ALPHABET), p=p / p.sum())))
    return tokens, passes
