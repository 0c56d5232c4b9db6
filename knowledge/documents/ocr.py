"""Text in pictures, read by Tesseract where it is installed: a program beside Tiza, called once or twice a picture."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from knowledge.documents.characters import clean
from knowledge.documents.layout.runs import APART, Run
from knowledge.text import language_of

MOST_PICTURES = 300
"""Pictures of one document that are read."""
SECONDS = 60
"""Time for one picture."""
CONFIDENCE = 55.0
"""Mean confidence, of 100, below which a line is no text but a drawing."""
LANGUAGES = ("eng", "spa")


@cache
def installed() -> tuple[str, ...]:
    """The course's languages that Tesseract reads here; () where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    try:
        done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    there = done.stdout.split()
    return tuple(name for name in LANGUAGES if name in there)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    confidence: float
    line: tuple[str, str, str]
    x0: float
    y0: float
    x1: float
    y1: float


def read_picture(picture: bytes, scale: float = 1.0) -> list[Run]:
    """The words of a picture (PNG), placed in its pixels times `scale`; [] where none is credible.

    Lines are set on one base, so that the words of one stand side by side. Tesseract prefers the language that is named
    first: with English first a Spanish text loses an accent here and there, so what proves Spanish is read once more.
    """
    languages = installed()
    if not languages:
        return []
    words = _read(picture, languages)
    if len(languages) > 1 and language_of(" ".join(word.text for word in words)) == "es":
        words = _read(picture, languages[::-1])
    return _evened(list(_runs(words, scale)))


def _read(picture: bytes, languages: Sequence[str]) -> list[_Word]:
    """The words that Tesseract reads; [] where it fails."""
    command = ["tesseract", "stdin", "stdout", "-l", "+".join(languages), "--psm", "3", "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command, input=picture, capture_output=True, timeout=SECONDS, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(_words(done.stdout.decode("utf-8", "replace")))


def _evened(runs: list[Run]) -> list[Run]:
    """Lines of about the usual size in that size: how high a line is measured depends on its letters."""
    if not runs:
        return []
    usual = median(run.size for run in runs)
    return [replace(run, size=usual) if 0.7 * usual < run.size < 1.4 * usual else run for run in runs]


def _words(table: str) -> Iterator[_Word]:
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("level") == "5" and (text := clean(row.get("text") or "").strip()):
            x, y, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
            line = (row["block_num"], row["par_num"], row["line_num"])
            yield _Word(text, float(row["conf"]), line, x, y, x + width, y + height)


def _runs(words: Iterable[_Word], scale: float) -> Iterator[Run]:
    lines: dict[tuple[str, str, str], list[_Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    for line in lines.values():
        mean = sum(word.confidence * len(word.text) for word in line) / sum(len(word.text) for word in line)
        if mean < CONFIDENCE or not any(char.isalnum() for word in line for char in word.text):
            continue
        heights = sorted(word.y1 - word.y0 for word in line)
        size = 1.35 * heights[len(heights) // 2] * scale
        base = sorted(word.y1 for word in line)[len(line) // 2] * scale
        for part in _beside(line, size / scale):
            text = " ".join(word.text for word in part)
            yield Run(text, part[0].x0 * scale, part[-1].x1 * scale, base, size)


def _beside(line: list[_Word], size: float) -> Iterator[list[_Word]]:
    """Words that Tesseract parted, but for those so far apart that they may stand in two columns."""
    part = line[:1]
    for word in line[1:]:
        if word.x0 - part[-1].x1 > APART * size:
            yield part
            part = []
        part.append(word)
    yield part
