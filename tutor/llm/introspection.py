"""Looks into a loaded model: its tokens, what it would write next, how fast it works.

Each function runs on the thread that owns the model (`LlamaModel.inside`) and gives plain JSON data. `cancelled` is
asked before each chunk and token, so that a look nobody waits for frees the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from demos.runtime.messages import say
from tutor.errors import InputError
from tutor.llm.base import Message
from tutor.llm.hardware import Meter

if TYPE_CHECKING:
    from tutor.llm.llama import Context

LOREM = "A language model reads its weights once for every token that it writes. "
"""What is read while the clock runs: the time does not depend on the words."""


def tokens(context: Context, text: str | Sequence[Sequence[str]]) -> list[list[Any]]:
    """[id, text, whether it is a control token] for each token of a text, or of a conversation ([role, words] each) in
    the model's own chat template, up to where the assistant begins. What is said never becomes a control token."""
    if isinstance(text, str):
        found = [*context.begins(), *context.tokenize(text)]
    else:
        found, _ = context.prompt([Message(_role(role), words) for role, words in text])
    return [[token, _text(context, token), context.controls(token)] for token in found]


def next_tokens(
    context: Context,
    cancelled: Callable[[], bool],
    prompt: Sequence[int],
    added: Sequence[int],
    most: int,
    temperatures: Sequence[float],
) -> dict[str, Any]:
    """What may come after `prompt` and the tokens `added` to it.

    `ids`, `texts`, `logits` and `ends` (whether it would end the turn) of the `most` likeliest tokens, likeliest first;
    for each temperature T the logarithm of Σ exp(z/T) over the whole vocabulary (`totals`, so that a token's
    probability is exp(z/T - total)) and the entropy in bits (`entropies`); and the size of the `vocabulary`.
    """
    context.look(prompt, added, cancelled)
    z = context.logits()
    best = np.argsort(-z, kind="stable")[:most]
    totals, entropies = zip(*(_spread(z, temperature) for temperature in temperatures), strict=True)
    return {
        "ids": best.tolist(),
        "texts": [_text(context, int(token)) for token in best],
        "logits": z[best].tolist(),
        "ends": [context.ends(int(token)) for token in best],
        "totals": totals,
        "entropies": entropies,
        "vocabulary": len(z),
    }


def speed(context: Context, cancelled: Callable[[], bool], prompt: int, new: int) -> dict[str, Any]:
    """Reads `prompt` tokens at once and `new` ones singly, as a turn does, with the clock running.

    `prompt_seconds`, `new_seconds`; `resident_bytes` of this process afterwards; `joules` used meanwhile (None where
    nothing tells) and the `meter` that told, or why none did.
    """
    line = context.tokenize(LOREM)
    text = (line * (1 + (prompt + new) // len(line)))[: prompt + new]
    context.look(text[:1], [])  # what the first token costs more than others is no part of the speed
    context.forget()
    meter = Meter()
    meter.start()
    start = time.perf_counter()
    context.look(text[:prompt], [], cancelled)
    context.logits()
    middle = time.perf_counter()
    for size in range(1, new + 1):
        context.look(text[:prompt], text[prompt : prompt + size], cancelled)
        context.logits()
    end = time.perf_counter()
    joules = meter.stop()
    context.forget()
    return {
        "prompt_seconds": middle - start,
        "new_seconds": end - middle,
        "resident_bytes": psutil.Process().memory_info().rss,
        "joules": joules,
        "meter": meter.name,
    }


def _spread(z: np.ndarray[Any, np.dtype[np.float64]], temperature: float) -> tuple[float, float]:
    """log Σ exp(z/T), and the entropy of exp(z/T) over that sum, in bits."""
    scaled = z / temperature
    top = float(scaled.max())
    total = top + float(np.log(np.exp(scaled - top).sum()))
    logs = scaled - total
    return total, float(-(np.exp(logs) * logs).sum() / np.log(2))


def _text(context: Context, token: int) -> str:
    return context.piece(token, special=True).decode("utf-8", "replace")


def _role(name: str) -> Any:
    if name not in ("system", "user", "assistant"):
        raise InputError(
            say("A message cannot be from {name!r}.", name=name),
            code="invalid_value",
            hint=say("system, user or assistant."),
        )
    return name
