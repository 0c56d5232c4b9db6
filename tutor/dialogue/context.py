"""What a turn works with: made by wiring, handed to every handler, never changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from demos.runtime.contract import Demo, Frame, Params
from knowledge.courses.units import Topic
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder
from tutor.answering.answer import Desk
from tutor.answering.course import Course
from tutor.answering.grounding import Grounding
from tutor.answering.navigate import Navigator
from tutor.answering.reply import Reply
from tutor.dialogue.language import Languages
from tutor.dialogue.reading import Router
from tutor.dialogue.router import DemoReader
from tutor.events import Answered, Citation, DemoRun, Dropped, Outcome, Provenance, Token, Usage
from tutor.i18n import Texts
from tutor.llm.base import LanguageModel, ModelInfo
from tutor.teaching.practice import Practice

RunFrames = Callable[[Demo, Params], AsyncGenerator[Frame, None]]


@dataclass(frozen=True)
class Parts:
    """`model` loads the language model when something needs it, and gives None where there is none; `navigator` is None
    where a course has no map."""

    course: Course
    embedder: Embedder
    router: Router
    languages: Languages
    demo_reader: DemoReader
    run_frames: RunFrames
    practice: Practice
    model: Callable[[], Awaitable[LanguageModel | None]]
    provenance: Provenance
    course_title: str
    navigator: Navigator | None = None
    demos: tuple[Demo, ...] = ()
    wording: Callable[[], Awaitable[tuple[LanguageModel, Grounding] | None]] | None = None
    """The model that words answers, with what checks it; None where answers are the course's own sentences."""

    @property
    def topics(self) -> Mapping[str, Topic]:
        """The course's topics by id."""
        return self.course.topics

    @cached_property
    def sentences(self) -> Mapping[str, tuple[str, str]]:
        """Topic id and title of every sentence of the course, in both languages."""
        found: dict[str, tuple[str, str]] = {}
        for passage in self.course.retriever.passages:
            for text in (*passage.sentences, *passage.other):
                found.setdefault(text, (passage.document, passage.title))
        return found

    def desk(self, texts: Texts) -> Desk:
        """What replies are made from, in one language."""
        return Desk(self.course, self.demos, texts)


@dataclass
class Turn:
    """What one turn gathers for its ending."""

    seed: int
    texts: Texts
    search: str = ""
    said: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    demo: DemoRun | None = None
    rundown: dict[str, Any] | None = None
    about_run: str = ""
    dropped: list[Dropped] = field(default_factory=list)
    numbers: dict[tuple[str, int | None], int] = field(default_factory=dict)
    model: ModelInfo | None = None
    """The model that worded something of this answer."""

    def say(self, text: str, passage: Passage | None = None, quote: str = "", *, opens: str = "") -> Token:
        """A sentence with the marker of the passage that it stands in; `opens` begins a line of its own."""
        mark = f" [{self.marker(passage)}]" if passage is not None else ""
        space = ("\n" if opens else " ") if self.said else ""
        shown = f"{space}{opens}{text}{mark}"
        self.said.append(shown)
        if passage is not None:
            self.citations.append(
                Citation(self.marker(passage), passage, quote or _quoted(text, passage), self.texts.language)
            )
        return Token(shown)

    def marker(self, passage: Passage) -> int:
        """The number of a source: one for all passages of one slide or topic."""
        return self.numbers.setdefault((passage.document, passage.page), len(self.numbers) + 1)

    def end(self, parts: Parts, reply: Reply, outcome: Outcome | None = None) -> Answered:
        """The ending, with what the next turn may lean on."""
        record: dict[str, Any] = {
            "version": 1,
            "topic": reply.topic,
            "title": self._title(parts, reply),
            "act": reply.act,
            "said": [citation.quote for citation in self.citations],
            "listed": list(reply.listed),
            "offers": [_kept(offer) for offer in reply.offers],
            "language": self.texts.language,
        }
        return Answered(
            text="".join(self.said),
            outcome=outcome or reply.outcome,
            citations=tuple(self.citations),
            provenance=self._provenance(parts),
            dropped=tuple(self.dropped),
            usage=self.usage,
            demo=self.demo,
            suggestions=tuple(offer.text for offer in reply.offers),
            search=reply.search or self.search,
            topic=record["title"],
            rundown=self.rundown,
            about_run=self.about_run or reply.about_run,
            practice=reply.practice,
            turn=record,
        )

    def _provenance(self, parts: Parts) -> Provenance:
        told = replace(parts.provenance, seed=self.seed)
        if self.model is None:
            return told
        return replace(told, model=self.model.name, model_sha256=self.model.sha256, adapter=self.model.adapter)

    def _title(self, parts: Parts, reply: Reply) -> str:
        if reply.topic in parts.topics:
            return parts.topics[reply.topic].named(self.texts.language)
        return next((citation.passage.title for citation in self.citations), "")


def _quoted(text: str, passage: Passage) -> str:
    """What a sentence quotes of its passage: itself, or the title where it only says what a slide is about."""
    return text if text in passage.sentences or text in passage.other else passage.title


def _kept(offer: Any) -> dict[str, Any]:
    return {
        "text": offer.text, "act": offer.act, "topic": offer.topic, "demo": offer.demo, "params": dict(offer.params)
    }  # fmt: skip
