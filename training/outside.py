"""Passages that are not the course's, so that the model also words what a teacher's own course says.

XQuAD (Artetxe, Ruder and Yogatama, 2020; SQuAD 1.1 layout) is read from wherever the caller has it. A teacher's course
gives its own passages; questions come from its documents' `Q:` and `A:` lines, or else from what sentences define.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from knowledge.passages import Passage
from knowledge.text import fold, sentences
from training.material import Known, Material
from tutor.errors import InputError

LONGEST = 40
"""Words of a sentence at most, as in the course itself."""

_DEFINES = re.compile(
    r"^(?P<subject>(?:(?:The|An?) )?[\w'’-]+(?: [\w'’-]+){0,3}?) (?P<verb>is|are|was|were) (?:an?|the|one) "
)
_BARE = frozenset("this that these those there it they he she we you i one what which who".split())


def read_xquad(path: Path) -> Material:
    """Paragraphs as documents, each question with the sentence that holds its answer; its kind is the question's id.

    Raises InputError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
        texts = {f"{path.stem}-{number}": tuple(sentences(p["context"])) for number, p in enumerate(paragraphs)}
        known = [k for name, p in zip(texts, paragraphs, strict=True) for k in _answered(name, texts[name], p)]
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).", hint="Give the path of a SQuAD file.") from None
    except (ValueError, KeyError, TypeError, IndexError):
        raise InputError(f"{path} has not the layout of SQuAD 1.1.", hint="Give xquad.en.json or alike.") from None
    short = {name: tuple(text for text in found if len(text.split()) <= LONGEST) for name, found in texts.items()}
    return Material("outside", short, tuple(known))


def _answered(name: str, found: tuple[str, ...], paragraph: dict[str, Any]) -> Iterator[Known]:
    for item in paragraph["qas"]:
        answer = item["answers"][0]
        flat = " ".join(str(answer["text"]).split())
        place = len(" ".join(str(paragraph["context"])[: int(answer["answer_start"])].split()))
        seen = 0
        for text in found:
            seen += len(text) + 1
            if seen > place and flat in text and len(text.split()) <= LONGEST:
                yield Known(str(item.get("id", "outside")), name, str(item["question"]), (text,))
                break


def passages_material(name: str, passages: Iterable[Passage]) -> Material:
    """A teacher's course: passages as they were ingested, with the questions that their own text gives."""
    found: dict[str, tuple[str, ...]] = {}
    known: list[Known] = []
    titles: dict[str, str] = {}
    for passage in passages:
        place = f"{passage.place}, {passage.section}"
        titles[place] = passage.title
        plain, asked = _own_questions(passage)
        said = tuple(text for text in plain if 4 <= len(text.split()) <= LONGEST)
        found[place] = tuple(dict.fromkeys((*found.get(place, ()), *said)))
        known += [Known("asked", place, question, answer) for question, answer in asked]
        known += [Known("defined", place, question, (text,)) for text in said if (question := defined(text))]
        known += [Known("asked", place, item.question, item.answer) for item in passage.asked]
    return Material(name, found, tuple(dict.fromkeys(known)), titles)


def _own_questions(passage: Passage) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """The passage's sentences without its questions, and each `Q:` with the `A:` sentences after it."""
    plain: list[str] = []
    asked: list[tuple[str, tuple[str, ...]]] = []
    wordings: list[str] = []
    for text in (part for line in passage.text.splitlines() for part in _marked(line)):
        if text.startswith("Q: "):
            wordings.append(text[3:].strip())
        elif text.startswith("A: "):
            answer = tuple(sentences(text[3:]))
            asked += [(question, answer) for question in wordings]
            plain += answer
            wordings = []
        else:
            wordings = []
            plain += sentences(text)
    return plain, asked


def _marked(line: str) -> list[str]:
    """A line cut before each `Q:` and `A:`."""
    return [part.strip() for part in re.split(r"(?=\b[QA]: )", line) if part.strip()]


def defined(text: str) -> str:
    """The question that a defining sentence answers ("What is a kiln?"), or ""."""
    match = _DEFINES.match(text)
    if match is None or fold(match["subject"].split()[0]) in _BARE:
        return ""
    subject = match["subject"]
    first = subject.split()[0]
    inside = f"{first.lower()}{subject[len(first) :]}" if first in ("The", "A", "An") else subject
    return f"What {match['verb']} {inside}?"
