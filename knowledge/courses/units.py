"""The topics of the built-in course, each a set of units: what it is, why, how it works, step by step, and so on.

A topic is a file in `knowledge/course/units/`. Under a heading that names an act stand the unit's sentences, one a
line, in the author's order; the line after a sentence, marked with `>`, is the same sentence in Spanish:

    ## why
    ? Why do we divide by the root of d_k?
    Long keys give large scores, and large scores make softmax pick one token alone.
    > Las claves largas dan puntajes grandes, y los puntajes grandes hacen que softmax elija un solo token.

`?` lines are ways to ask for the unit, in either language. `$$` lines are formulas, the same in both languages. A line
that begins with `Wrong:` and the `Right:` line after it are a misconception. `## compare ID` compares with another
topic. `## code` names a demo's function on a `@` line, `## code
numpy` a program in `knowledge/course/programs/`. A block of checks recomputes the numbers of an example.

What is asked of a topic in particular ("what if the learning rate is too large?") stands in the file of the same name
in `knowledge/course/answers/`: under a heading that is a short name of the question its ways to be asked, and its
answer in one to three sentences. Lines that begin with `&` ask it in a conversation on the topic, without naming it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from knowledge.documents.markdown import front_matter
from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.text import Language

FOLDER = Path(__file__).parents[1] / "course" / "units"
ANSWERS = "answers"
"""The folder beside it with what is asked of each topic in particular."""
Act = Literal[
    "define", "why", "how", "steps", "formula", "example", "simply", "uses", "limits", "mistakes", "compare", "code",
    "facts", "answer",
]  # fmt: skip
ACTS: tuple[Act, ...] = get_args(Act)
Kind = Literal["plain", "formula", "wrong", "right"]
_HEADING = re.compile(r"^## (?P<act>[a-z]+)(?: (?P<other>[a-z0-9_]+))?$")
_QUESTION = re.compile(r"^## (?P<other>[a-z0-9_]+)$")
_MARKS: tuple[tuple[str, Kind], ...] = (("Wrong: ", "wrong"), ("Right: ", "right"))
_MARKS_ES: tuple[tuple[str, Kind], ...] = (("Falso: ", "wrong"), ("Cierto: ", "right"))


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in both languages, or a formula, which is the same in both."""

    en: str
    es: str
    kind: Kind = "plain"

    def said(self, language: Language) -> str:
        """The sentence in one language."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Unit:
    """What a topic says for one act. `other` is the topic that it is compared with, or the name of the question that an
    answer is to; `code` a demo's function. `followed` are ways to ask that do not name the topic."""

    topic: str
    act: Act
    lines: tuple[Line, ...]
    other: str = ""
    asked: tuple[str, ...] = ()
    code: str = ""
    checks: str = ""
    followed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the course. `slide` is where the lecture meets it, `after` the topics that build on it."""

    id: str
    title: str
    title_es: str
    slide: int
    units: tuple[Unit, ...]
    prerequisites: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    demo: str = ""
    aliases: tuple[str, ...] = ()
    aliases_es: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    name: str = ""
    name_es: str = ""

    def inline(self, language: Language) -> str:
        """The topic's name as it stands within a sentence, with its article."""
        return (self.name_es if language == "es" else self.name) or self.named(language)

    def named(self, language: Language) -> str:
        """The title in one language."""
        return self.title_es if language == "es" else self.title

    def unit(self, act: Act, other: str = "") -> Unit | None:
        """The unit of an act, None when the topic has none."""
        return next((u for u in self.units if u.act == act and other in ("", u.other)), None)


@cache
def read_topics(folder: Path = FOLDER) -> tuple[Topic, ...]:
    """All topics, by id. Raises KnowledgeError that names file and line."""
    return tuple(read_topic(path) for path in sorted(folder.glob("*.md")))


def read_topic(path: Path) -> Topic:
    """One topic. Raises KnowledgeError that names file and line."""
    text = path.read_text(encoding="utf-8")
    head, body = front_matter(text)
    if head.get("id") != path.stem:
        raise _wrong(path, 1, say("its id is not the file's name"))
    first = text[: len(text) - len(body)].count("\n") + 1
    units = _Reader(path, first).read(body)
    particular = path.parents[1] / ANSWERS / path.name
    if particular.exists():
        units += _Reader(particular, 1, questions=True).read(particular.read_text(encoding="utf-8"))
    try:
        return Topic(
            path.stem, str(head["title"]), str(head["title_es"]), int(head["slide"]), tuple(units),
            _names(head, "prerequisites"), _names(head, "after"), str(head.get("demo") or ""),
            _names(head, "aliases"), _names(head, "aliases_es"), _names(head, "sources"),
            str(head.get("name_en") or ""), str(head.get("name_es") or ""),
        )  # fmt: skip
    except KeyError as missing:
        raise _wrong(path, 1, say("its head lacks {name}", name=missing)) from None


def _names(head: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(name) for name in head.get(key) or ())


class _Reader:
    """Reads the lines under the headings of one file."""

    def __init__(self, path: Path, first: int, *, questions: bool = False) -> None:
        self.path, self.number, self.questions = path, first - 1, questions

    def read(self, body: str) -> list[Unit]:
        units: list[Unit] = []
        heading: re.Match[str] | None = None
        held: list[str] = []
        for row in (*body.splitlines(), "## define"):
            self.number += 1
            row = row.rstrip()
            if not row.startswith("## "):
                held.append(row)
                continue
            if heading is not None:
                units.append(self._unit(heading, held))
            elif any(held):
                raise self.wrong(say("text before the first heading"))
            heading, held = (_QUESTION if self.questions else _HEADING).match(row), []
            if heading is None or not (self.questions or heading["act"] in ACTS):
                raise self.wrong(
                    say("{line!r} names no question", line=row)
                    if self.questions
                    else say("{line!r} names no act", line=row)
                )
        return units

    def _unit(self, heading: re.Match[str], rows: list[str]) -> Unit:
        lines: list[Line] = []
        asked: list[str] = []
        followed: list[str] = []
        checks: list[str] = []
        code, english, checking = "", "", False
        for row in rows:
            if row.startswith("```"):
                checking = row != "```"
            elif checking:
                checks.append(row)
            elif row.startswith("? "):
                asked.append(row[2:].strip())
            elif row.startswith("& "):
                followed.append(row[2:].strip())
            elif row.startswith("@ "):
                code = row[2:].strip()
            elif row.startswith("$$"):
                lines.append(Line(row, row, "formula"))
            elif row.startswith("> "):
                if not english:
                    raise self.wrong(
                        say("Spanish without English in {act}: {line!r}", act=heading["act"], line=row[:50])
                    )
                lines.append(self._line(english, row[2:].strip()))
                english = ""
            elif row:
                if english:
                    raise self.wrong(say("no Spanish in {act} for {line!r}", act=heading["act"], line=english[:60]))
                english = row.strip()
        if english:
            raise self.wrong(say("no Spanish in {act} for {line!r}", act=heading["act"], line=english[:60]))
        act: Any = "answer" if self.questions else heading["act"]
        return Unit(
            self.path.stem, act, tuple(lines), heading["other"] or "", tuple(asked), code, "\n".join(checks),
            tuple(followed),
        )  # fmt: skip

    def _line(self, english: str, spanish: str) -> Line:
        for (mark, kind), (mark_es, _) in zip(_MARKS, _MARKS_ES, strict=True):
            if english.startswith(mark) != spanish.startswith(mark_es):
                raise self.wrong(
                    say("{mark}and {other}do not go together: {line!r}", mark=mark, other=mark_es, line=english[:50])
                )
            if english.startswith(mark):
                return Line(english.removeprefix(mark), spanish.removeprefix(mark_es), kind)
        return Line(english, spanish)

    def wrong(self, what: str) -> KnowledgeError:
        return _wrong(self.path, self.number, what)


def _wrong(path: Path, number: int, what: str) -> KnowledgeError:
    return KnowledgeError(
        say("{file}, line {number}: {what}.", file=path.name, number=number, what=what), code="unreadable_document"
    )
