"""Examples as token ids, made by the product's own engine: training sees the very prompts that answering does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.example import Example
from tutor.llm.llama import Context, Engine

END = "<|im_end|>"
"""What the model says when its answer is whole (ChatML)."""


@dataclass(frozen=True, slots=True)
class Row:
    """The ids of a prompt, and of the answer with the end of the turn."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def encode(base: Path, examples: Sequence[Example], longest: int) -> list[Row]:
    """One row for each example of at most `longest` tokens, in order; longer ones are left out. Raises ModelError."""
    context = Context(base, None, Engine(context=64, threads=1))
    try:
        end = context.tokenize(END, special=True)
        rows = (
            Row(tuple(context.prompt(example.messages)[0]), tuple(context.tokenize(example.answer) + end))
            for example in examples
        )
        return [row for row in rows if len(row) <= longest]
    finally:
        context.close()
