"""`make bench`: measures speed and memory on this machine and writes docs/benchmarks.md.

Every comparison is made in one run, alternating, against a named peer; figures are medians with their spread.
"""

from __future__ import annotations

import asyncio
import os
import pty
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import demos, ingest
from benchmarks.engine import measure_alone
from benchmarks.measuring import NOTES, PROMPT, QUESTIONS, TARGET, generate, machine, section_of, timed
from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import Retriever
from training.statistics import percentile
from tutor.llm.base import Message
from tutor.llm.catalogue import STARTER_KIND, locate
from tutor.llm.llama import Engine, LlamaModel, cores, requantize
from tutor.service.build import model_file
from tutor.settings import Settings, read_settings

ROUNDS = 5


def overhead(path: Path) -> list[str]:
    """Our engine against bare llama-cpp-python, turn about, each in a process of its own."""
    rounds = [(measure_alone("tiza", path), measure_alone("bare", path)) for _ in range(ROUNDS)]
    lines = ["| | Tiza | llama-cpp-python | ratio |", "|---|---|---|---|"]
    for name, words, form in (("first", "seconds to first token", ".3f"), ("rate", "tokens/s while decoding", ".0f")):
        ours, theirs = (median(pair[side][name] for pair in rounds) for side in (0, 1))
        lines.append(f"| {words} | {ours:{form}} | {theirs:{form}} | {ours / theirs:.2f} |")
    return lines


async def prefix(settings: Settings) -> list[str]:
    """What keeping the prompt's beginning from turn to turn saves, with a long system message."""
    model = LlamaModel(model_file(settings), Engine(flash_attention=True))
    await model.load()
    long = Message("system", PROMPT[0].content + " " + NOTES)
    cold, warm = [], []
    for number in range(ROUNDS):
        await generate(model, [Message("user", f"Forget everything, {number}.")], 1)
        cold.append((await generate(model, [long, Message("user", f"How many units has layer {number}?")], 4))[0])
        warm.append((await generate(model, [long, Message("user", f"And how many has layer {number + 9}?")], 4))[0])
    await model.close()
    return [
        "| time to first token | median |", "|---|---|", f"| beginning read anew | {median(cold):.3f} s |",
        f"| beginning kept | {median(warm):.3f} s |", f"| ratio | {median(warm) / median(cold):.2f} |",
    ]  # fmt: skip


async def quantisations(settings: Settings) -> list[str]:
    """Prompt and decode speed of the starter in each quantisation, with each number of threads."""
    lines = [
        "| weights | MB | threads | flash attention | prompt tokens/s | decode tokens/s |",
        "|---|---|---|---|---|---|",
    ]
    packaged = Path(locate("", settings.home).path)
    with tempfile.TemporaryDirectory() as folder:
        paths = {"Q4_1 (as packaged)": packaged}
        for kind in ("Q4_0", "Q8_0", "F16"):
            paths[kind] = Path(folder) / f"{kind}.gguf"
            requantize(packaged, paths[kind], kind)
        choices = [(name, threads, True) for name in paths for threads in sorted({1, cores()})]
        choices += [(STARTER_KIND, cores(), False)]
        for name, threads, flash in choices:
            info = replace(model_file(settings), path=str(paths[name]))
            measured = []
            for _ in range(3):
                model = LlamaModel(info, Engine(threads=threads, flash_attention=flash))
                await model.load()
                measured.append(await generate(model, PROMPT, 48))
                await model.close()
            prompt = median(tokens / first for first, _, tokens in measured)
            decode = median(rate for _, rate, _ in measured)
            size = paths[name].stat().st_size / 1e6
            lines.append(
                f"| {name} | {size:.0f} | {threads} | {'on' if flash else 'off'} | {prompt:.0f} | {decode:.0f} |"
            )
    return lines


def retrieval(settings: Settings) -> list[str]:
    """Latency of one search, embedding included: without and with the second look, beside the embedding alone."""
    embedder = Embedder(settings.embedder)
    index = open_course(Course(settings.course, settings.home), embedder)
    ways: dict[str, Callable[[str], object]] = {
        "the question's vector alone": lambda question: embedder.encode_questions([question]),
        "search at first sight": Retriever(index, embedder).search,
        "search with the second look (as in a turn)": Retriever(index, embedder, CrossEncoder()).search,
    }
    lines = [f"{len(index.passages)} passages.", "", "| | p50 | p95 | ratio |", "|---|---|---|---|"]
    base = 0.0
    for name, search in ways.items():
        search("warm up")
        times = [timed(partial(search, question)) * 1000 for _ in range(10) for question in QUESTIONS]
        p50, p95 = (percentile(times, share) for share in (0.5, 0.95))
        base = base or p50
        lines.append(f"| {name} | {p50:.1f} ms | {p95:.1f} ms | {p50 / base:.1f} |")
    return lines


def starts(settings: Settings) -> list[str]:
    """Whole processes: to the first answer, and to the prompt of the terminal app."""
    command = [sys.executable, "-m", "tutor.cli"]
    environment = {**os.environ, "TIZA_HOME": str(settings.home)}

    def run(*args: str) -> None:
        subprocess.run([*command, *args], env=environment, capture_output=True, check=True)

    run("ask", "Who made the perceptron?")
    answers = [timed(lambda: run("ask", "Who made the perceptron?")) for _ in range(3)]
    helps = [timed(lambda: run("--help")) for _ in range(3)]
    prompts = [_seconds_to_prompt(environment) for _ in range(3)]
    return [
        "| second start | median |", "|---|---|", f"| `tiza --help` | {median(helps):.2f} s |",
        f"| `tiza chat` to a prompt that takes input | {median(prompts):.2f} s |",
        f"| `tiza ask`, process start to end | {median(answers):.2f} s |",
    ]  # fmt: skip


def _seconds_to_prompt(environment: dict[str, str]) -> float:
    """Run the app on a pseudo-terminal until its input line is drawn."""
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            sys.executable, [sys.executable, "-m", "tutor.cli", "chat"], {**environment, "TERM": "xterm-256color"}
        )
    seen = b""
    while b"Ask about the lecture, or name" not in seen:
        seen += os.read(terminal, 65536)
    seconds = time.perf_counter() - started
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(terminal)
    return seconds


def memory(settings: Settings) -> list[str]:
    """Resident memory of a process that has answered ten questions, and of the demo worker that waits beside it."""
    script = (
        "import asyncio, os, psutil\n"
        "from tutor.settings import Settings\nfrom tutor.service.build import build_tutor\nfrom pathlib import Path\n"
        f"QUESTIONS = {QUESTIONS!r}\n"
        "async def main():\n"
        f"    tutor = build_tutor(Settings(home=Path({str(settings.home)!r})))\n"
        "    for question in QUESTIONS:\n"
        "        async for _ in tutor.answer(question):\n            pass\n"
        "    me = psutil.Process()\n"
        "    print(me.memory_info().rss, sum(c.memory_info().rss for c in me.children(recursive=True)))\n"
        "    await tutor.close()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    own, workers = map(int, re.findall(r"\d+", done.stdout)[-2:])
    return [
        "| process | resident |", "|---|---|", f"| tutor, after ten questions | {own / 1e6:.0f} MB |",
        f"| waiting demo worker | {workers / 1e6:.0f} MB |",
    ]  # fmt: skip


async def measure(settings: Settings) -> str:
    """The whole page."""
    made = Path(model_file(settings).path)
    parts = [
        ("Starting", "Whole processes, files warm in the page cache.", starts(settings)),
        ("Our engine against bare llama-cpp-python", f"The same prompt and file ({STARTER_KIND}), turn about, each alone in a process, medians of {ROUNDS}.", overhead(made)),
        ("The prompt's beginning, kept", "A system message of some 500 tokens.", await prefix(settings)),
        ("Quantisations and threads", f"The starter, prompt as above; {STARTER_KIND} with every core is the default.", await quantisations(settings)),
        ("Retrieval", "", retrieval(settings)),
        ("Memory", "", memory(settings)),
    ]  # fmt: skip
    lines = ["# Benchmarks", "", f"Written by `make bench` on {date.today():%Y-%m-%d}: {machine()}.", ""]
    for title, words, rows in parts:
        lines += [f"## {title}", "", *([words, ""] if words else []), *rows, ""]
    return "\n".join(lines)


def main() -> None:
    """Measure everything and write the page; what other benchmarks measured stays."""
    page = asyncio.run(measure(read_settings()))
    before = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    for title in (ingest.TITLE, demos.TITLE):
        if kept := section_of(before, title):
            page = f"{page.rstrip()}\n\n{kept}"
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
