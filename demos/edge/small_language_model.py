"""A small language model on this machine: bytes, tokens per second, memory and energy, measured now.

    bits a weight = 8 · bytes of the weights / parameters
    v ≤ B / M        tokens written a second; B: bytes read from memory a second, M: bytes of weights read for a token

To write a token, nearly every weight is read from memory once and used once, so memory sets the speed. The tokens of a
prompt are read together: a weight that was fetched is used for all of them, so the processor sets the speed there.
All figures of this machine are measured while the demo runs, and differ a little from run to run; the other board's
reading speed is the one you give.

Sources: S. Williams, A. Waterman and D. Patterson, "Roofline" (2009), for the bound; L. Allal and others, "SmolLM2"
(2025), for the starter model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from demos.runtime.contract import Params, param


class SmallLanguageModelParams(Params):
    prompt: int = param(128, "Tokens of the longest prompt that is timed.", low=16, high=400, unit="tokens")
    new: int = param(16, "How many tokens are written after each prompt.", low=4, high=64)
    memory: int = param(4, "Memory of the board to compare with.", low=1, high=512, unit="GB")
    board_speed: float = param(
        4, "How fast that board reads its memory (an assumption).", low=0.5, high=2000, unit="GB/s"
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """One measurement: a prompt read at once, `new` tokens written after it."""

    prompt: int
    new: int
    prompt_seconds: float
    new_seconds: float
    resident: int
    joules: float | None
    meter: str

    @property
    def reading(self) -> float:
        """Prompt tokens a second."""
        return self.prompt / max(self.prompt_seconds, 1e-9)

    @property
    def writing(self) -> float:
        """New tokens a second."""
        return self.new / max(self.new_seconds, 1e-9)


def run(params: SmallLanguageModelParams, model_speed: Callable[[int, int], dict[str, Any]]) -> Iterator[Timed]:
    """Three prompts of growing length, each read and then gone on from, with time, memory and energy measured.
    `model_speed(prompt, new)` is the machine's measurement of the tutor's own model."""
    for length in (max(4, params.prompt // 4), max(8, params.prompt // 2), params.prompt):
        found = model_speed(length, params.new)
        yield Timed(
            length, params.new, float(found["prompt_seconds"]), float(found["new_seconds"]),
            int(found["resident_bytes"]), found["joules"], str(found["meter"]),
        )  # fmt: skip
