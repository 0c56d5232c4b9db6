"""What answers are made from: a course's passages, its topics and their units; and what is wanted of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from knowledge.courses.units import Topic, Unit
from knowledge.documents.reading import Document
from knowledge.passages import Passage
from knowledge.retrieval.retriever import Found, Retriever
from knowledge.text import Language, stem, words
from tutor.answering.reply import Line
from tutor.answering.unread import Unread, unread_in

TAUGHT = ("define", "explain", "why", "limits", "simplify", "example", "steps", "code", "formula")
"""Acts that ask for what every topic has."""
LEAN = 0.5
"""Least probability that words lean on what was spoken of for them to be read with it alone."""
FACTS = ("fact", "symbol", "verify", "list")
"""Acts that want a sentence or two, not a unit."""


@dataclass(frozen=True, slots=True)
class Course:
    """What answers are made from: the retriever, and the topics by id where the course has units."""

    retriever: Retriever
    topics: Mapping[str, Topic]
    passages: Mapping[tuple[str, str, str], Passage]
    """The passage of each unit by topic, act and the topic that it compares with."""
    small: frozenset[str] = frozenset()
    """Words that the course writes in small letters."""
    unread: Callable[[], tuple[Unread, ...]] = tuple
    """What of its documents could not be read; looked up where a question is declined."""

    vocabulary: Callable[[str], frozenset[str]] = lambda _: frozenset()
    """The stems that it uses where it speaks of a topic, in both languages."""
    documents: Callable[[], Mapping[str, tuple[Passage, ...]]] = dict
    """The passages by document."""

    @classmethod
    def of(
        cls, retriever: Retriever, topics: Sequence[Topic], readings: Callable[[], Iterable[Document]] = tuple
    ) -> Course:
        """Arrange the passages of an index. `readings` gives what was read of the course's documents."""
        units = {(p.document, p.act, p.against): p for p in retriever.passages if p.act}
        known = {topic.id: topic for topic in topics if (topic.id, "define", "") in units}
        texts = (text for p in retriever.passages for text in (p.text, *p.other))
        small = frozenset(word for text in texts for word in re.findall(r"[^\W\d_][\w-]+", text) if word.islower())

        @cache
        def documents() -> Mapping[str, tuple[Passage, ...]]:
            found: dict[str, list[Passage]] = {}
            for passage in retriever.passages:
                found.setdefault(passage.document, []).append(passage)
            return {document: tuple(passages) for document, passages in found.items()}

        @cache
        def vocabulary(topic: str) -> frozenset[str]:
            texts = [text for p in documents().get(topic, ()) for text in _whole(p)]
            return frozenset().union(*(stems(text, "en") | stems(text, "es") for text in texts))

        return cls(retriever, known, units, small, cache(lambda: unread_in(readings())), vocabulary, documents)

    def inline(self, topic: str, language: Language) -> str:
        """A topic's title as it stands within a sentence: in small letters where the course writes it so."""
        named = self.topics[topic]
        if named.name and named.name_es:
            return named.inline(language)
        title = named.named(language).split(":")[0].strip()
        title = f"the {title[4:]}" if title.startswith("The ") else title
        first = title.split()[0] if title else ""
        small = title[1:2].islower() and first.lower() in self.small
        return f"{title[:1].lower()}{title[1:]}" if small else title

    def of_document(self, document: str) -> tuple[Passage, ...]:
        """The passages of a topic or a document, in their order."""
        return self.documents().get(document, ())

    def lines(self, unit: Unit, language: Language) -> list[Line]:
        """A unit's sentences with their passage; what is wrong in a misconception is set right in one breath."""
        passage = self.passages[unit.topic, unit.act, unit.other]
        return [Line(line.said(language), passage) for line in unit.lines if line.kind != "wrong"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sentences to say, in order. `topic` is the document they are about, `unit` the unit they are of; `found` what
    was searched for them, None where they answer a question of the course and nothing was."""

    lines: tuple[Line, ...]
    topic: str
    found: Found | None
    unit: Unit | None = None
    instead: bool = False
    """True when the topic has no unit for what was wanted, and another one is said."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be explained: the text, its language, the act, the likelihood of each unit's act, and the topic of the
    conversation with its title, "" where there is none."""

    text: str
    language: Language
    act: str
    units: Mapping[str, float]
    topic: str = ""
    title: str = ""
    leans: float = 0.0
    telling: tuple[str, ...] = ()
    """The words that say what it is about; none where nobody looked."""
    probability: float = 1.0
    """How likely its act is."""
    taught: float = 1.0
    """How likely it is one of TAUGHT."""
    spoken: tuple[str, ...] = ()
    """The topics that the last turn spoke of beside it: what was compared or listed, and what its sentences are on."""
    earlier: tuple[str, ...] = ()
    """The topics of the turns before the last one."""
    said: tuple[str, ...] = ()
    """The sentences of the last answer, where they are of a teacher's documents."""
    asked: str = ""
    """The question that they answered."""


def _whole(passage: Passage) -> tuple[str, ...]:
    return (*passage.sentences, *passage.other, passage.title, passage.title_other, *passage.aliases)


@lru_cache(maxsize=20_000)
def stems(text: str, language: Language) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words(text))
