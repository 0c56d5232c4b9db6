"""`python -m knowledge.courses.lint [FILE ...]`: what is wrong with the course's units, one line each.

Sentences and their Spanish must hold the same numbers and formulas, be each in its own language, stand alone (no unit
begins with a pronoun), and stay within a length that can be read aloud.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.courses.units import FOLDER, Unit, read_topic
from knowledge.errors import KnowledgeError

LONGEST = 45
"""Words of a sentence at most: what can be said in one breath or two."""
MOST_LINES = 8
WANTED = ("define", "why", "how", "example", "simply", "limits", "mistakes")
"""Acts that every topic has."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LEANS = re.compile(
    r"^(?:It|Its|This|That|These|Those|They|Their|He|She|Such|Esto|Esta|Este|Estos|Estas|Eso|Esa|Ese|Ello|Él|Ella|Ellos)\b"
)
_ENGLISH = frozenset("the of and to is that with for are from which each by this be it as at one its only not".split())
_SPANISH = frozenset("el la los las de del que una un es son con para por se su cada más en y no lo al como".split())


def problems(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    try:
        topic = read_topic(path)
    except KnowledgeError as error:
        yield str(error)
        return
    acts = Counter((unit.act, unit.other) for unit in topic.units)
    yield from (f"two units {act} {other}" for (act, other), count in acts.items() if count > 1)
    yield from (f"no unit {act}" for act in WANTED if topic.unit(act) is None)  # type: ignore[arg-type]
    if len({question for unit in topic.units for question in unit.asked}) < 4:
        yield "fewer than four ways to ask (`? ` lines)"
    for unit in topic.units:
        for problem in _of_unit(unit):
            yield f"{unit.act}: {problem}"


def _of_unit(unit: Unit) -> Iterator[str]:
    if not unit.lines and not unit.code:
        yield "it is empty"
    if len(unit.lines) > MOST_LINES and unit.act not in ("mistakes", "facts", "formula", "steps"):
        yield f"{len(unit.lines)} lines; {MOST_LINES} at most"
    if unit.lines and unit.act != "mistakes":
        for text in (unit.lines[0].en, unit.lines[0].es):
            if _LEANS.match(text):
                yield f"it begins with a pronoun: {text[:60]!r}"
    for line in unit.lines:
        if line.kind == "formula":
            continue
        yield from _of_pair(line.en, line.es)
    if unit.checks:
        yield from _checked(unit.checks)


def _of_pair(english: str, spanish: str) -> Iterator[str]:
    for text in (english, spanish):
        if len(text.split()) > LONGEST:
            yield f"{len(text.split())} words: {text[:60]!r}"
        if not text.rstrip("»”\"')").endswith((".", "!", "?", ":")):
            yield f"it does not end like a sentence: {text[-60:]!r}"
    numbers = [sorted(number.replace(",", ".") for number in _NUMBER.findall(text)) for text in (english, spanish)]
    if numbers[0] != numbers[1]:
        yield f"other numbers in Spanish ({numbers[0]} / {numbers[1]}): {english[:60]!r}"
    for text, own, other in ((english, _ENGLISH, _SPANISH), (spanish, _SPANISH, _ENGLISH)):
        words = re.findall(r"[a-záéíóúñ]+", text.lower())
        if len(words) > 5 and sum(word in other for word in words) > sum(word in own for word in words):
            yield f"the wrong language: {text[:60]!r}"


def _checked(checks: str) -> Iterator[str]:
    import math

    import numpy as np

    def softmax(values: Sequence[float]) -> list[float]:
        powers = [math.exp(value) for value in values]
        return [power / sum(powers) for power in powers]

    def sigmoid(value: float) -> float:
        return 1 / (1 + math.exp(-value))

    def dot(left: Sequence[float], right: Sequence[float]) -> float:
        return sum(a * b for a, b in zip(left, right, strict=True))

    known = {"math": math, "np": np, "softmax": softmax, "sigmoid": sigmoid, "dot": dot, "relu": lambda x: max(0.0, x)}
    for row in checks.splitlines():
        try:
            if row.strip() and not eval(row, known):
                yield f"a check fails: {row}"
        except Exception as error:
            yield f"a check cannot be computed ({error}): {row}"


def main(paths: Sequence[Path]) -> int:
    """Print what is wrong; 1 when anything is."""
    found = [f"{path.name}: {problem}" for path in paths for problem in problems(path)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main([Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.md"))))
