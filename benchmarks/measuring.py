"""What all benchmarks share: a prompt, questions, a clock, this machine in words, and sections of the page."""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import psutil

from tutor.llm.base import Message, Sampling
from tutor.llm.llama import LlamaModel, cores

TARGET = Path(__file__).parents[1] / "docs" / "benchmarks.md"
NOTES = " ".join(
    f"Fact number {number} says that layer {number} of the network has {number * 7} units and a bias."
    for number in range(30)
)
PROMPT = [
    Message("system", "You are a tutor. Answer the student's question in one or two short sentences from the notes."),
    Message("user", f"Notes:\n{NOTES}\n\nQuestion: How many units has layer 12?"),
]
QUESTIONS = (
    "Who made the perceptron?",
    "What is self-attention?", "How does diffusion make an image?", "When was LSTM proposed?",
    "What is quantization for?", "Which BLEU score did the Transformer reach?", "Why does XOR need two layers?",
    "What is a Hopfield network?",
    "Who won the Nobel Prize in Physics in 2024?", "What is transfer learning in cooking?",
)  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


async def generate(model: LlamaModel, messages: Sequence[Message], tokens: int) -> tuple[float, float, int]:
    """Seconds to the first text, tokens a second after it, and tokens in the prompt."""
    started, first, counted = time.perf_counter(), 0.0, None
    async with aclosing(model.stream(messages, Sampling(max_tokens=tokens))) as pieces:
        async for piece in pieces:
            first = first or time.perf_counter() - started
            counted = piece
    assert counted is not None
    seconds = time.perf_counter() - started - first
    return first, (counted.completion_tokens - 1) / seconds if seconds else 0.0, counted.prompt_tokens


def machine() -> str:
    """This machine in words."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (match := re.search(r"model name\s*: (.+)", cpuinfo.read_text())):
        name = match[1]
    gigabytes = psutil.virtual_memory().total / 2**30
    return f"{name}, {cores()} cores, {gigabytes:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def put_section(page: str, title: str, lines: Sequence[str]) -> str:
    """The page with the section `title` replaced, or added at its end."""
    body = "\n".join((f"## {title}", "", *lines, ""))
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(page):
        return pattern.sub(lambda _: body + "\n", page).rstrip() + "\n"
    return page.rstrip() + "\n\n" + body


def section_of(page: str, title: str) -> str:
    """The section `title` of a page, "" when it has none."""
    match = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return match[0].rstrip() + "\n" if match else ""
