"""What is said to a page that somebody else wrote: its own key sentences, and what the course says on its topics.

Key sentences are chosen by how much they share with all others (as LexRank does: Erkan and Radev, 2004), without a
model and without rewording; one that repeats another is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

import numpy as np

from knowledge.courses.units import Topic
from knowledge.retrieval.embedder import Vectors
from knowledge.retrieval.query import Query
from knowledge.text import Language, content_words, language_of, pieces, sentences, words
from tutor.answering.answer import Desk
from tutor.answering.course import Course
from tutor.answering.reply import Line, Offer, Reply

MOST_SENTENCES = 600
NAMED_IN = 20_000
"""Characters of a page in which topics are looked for."""
BEGINNING = 40
"""Words at the beginning, which say what a page is about."""
SHORT_TEXT = 300
"""Characters up to which a text that names a topic means it."""
LOOKED = 6
"""Sentences of a page that are looked up in the course."""
ALIKE = 0.6
"""Cosine from which a sentence repeats another one."""
SHORT, LONG = 4, 60
"""Words of a sentence that can be a key sentence."""
_LEAD = re.compile(r"^\s*(?:#{1,6}|[-*+•]|\d{1,2}[.)])\s+")
_UNITS = {"summarise": ("define",), "explain": ("define", "simply", "how")}


def digest(desk: Desk, page: str, wish: str) -> Reply:
    """The page in short, or explained: first the page itself, then the course, with its sources."""
    texts = desk.texts
    key = key_sentences(page, 5 if wish == "summarise" else 3, texts.language)
    topics = topics_in(desk.course, page, 3)
    lines = [Line(texts("The text in short:"))] if key else []
    lines += [Line(text, opens="- ") for text in key]
    told = [line for topic in topics for line in _told(desk.course, topic, wish, texts.language)]
    told = told or _found(desk.course, key, texts.language)
    if told:
        lines += [Line(texts("The course says on it:"), opens="\n" if lines else ""), *told]
    else:
        lines.append(Line(texts("The course itself says nothing on this text."), opens="\n" if lines else ""))
    offers = tuple(
        Offer(texts("What is {topic}?", topic=desk.course.inline(topic.id, texts.language)), "define", topic.id)
        for topic in topics
    )
    first = topics[0].id if topics else ""
    return Reply(tuple(lines), "answered" if told else "about", offers, first, "summarise")


def _told(course: Course, topic: Topic, wish: str, language: Language) -> list[Line]:
    lines = []
    for act in _UNITS[wish]:
        unit = topic.unit(act)  # type: ignore[arg-type]
        if unit is not None and (found := course.lines(unit, language)):
            lines.append(found[0])
    return [Line(line.text, line.passage, "- " if not place else "") for place, line in enumerate(lines)]


def _found(course: Course, key: Sequence[str], language: Language) -> list[Line]:
    """What a teacher's course, which has no units, says to the key sentences of a page."""
    if course.topics:
        return []
    looked = (course.retriever.retrieve(Query(text, language, {})) for text in key[:3])
    best = [found.sentences[0] for found in looked if found.answerable and found.sentences]
    return [Line(text, passage, "- ") for text, passage in {one.text: one.passage for one in best}.items()]


def topics_in(course: Course, text: str, most: int) -> list[Topic]:
    """The topics that a text names: those named most often, and at its beginning, first; of those named as often
    the ones whose name stands there as it is ("train" names training less than "training" does). What is nearest to
    a short text where it names none."""
    said = words(text[:NAMED_IN])
    named = [name for name in course.retriever.names.found(text[:NAMED_IN]) if name.exact]
    counts: Counter[str] = Counter()
    for name in named:
        topic = course.topics.get(name.document)
        if topic is not None:
            known = {word for title in (topic.title, topic.title_es, *topic.aliases, *topic.aliases_es)
                     for word in words(title)}  # fmt: skip
            plainly = all(word in known or word.removesuffix("s") in known for word in said[name.start : name.end])
            counts[topic.id] += (3 if plainly else 1) + (6 if name.start < BEGINNING and plainly else 0)
    found = [course.topics[name] for name, _ in counts.most_common()]
    if found and len(text) > SHORT_TEXT and not _is_covered(course, text):
        return []  # a page on revolutions may name a "feature" too
    if not found and course.topics and len(text) <= SHORT_TEXT:
        looked = course.retriever.retrieve(Query(text, language_of(text), {}))
        near = looked.sentences[0].passage.document if looked.answerable and looked.sentences else ""
        found = [course.topics[near]] if near in course.topics else []
    return found[:most]


def _is_covered(course: Course, page: str) -> bool:
    """Whether the course covers one of the page's first sentences that name a topic."""
    told = (text for line in page[:NAMED_IN].splitlines() for text in sentences(_LEAD.sub("", line)))
    naming = (text for text in told if course.retriever.names.found(text))
    return any(
        course.retriever.retrieve(Query(text, language_of(text), {})).answerable for text in islice(naming, LOOKED)
    )


def key_sentences(page: str, most: int, language: Language) -> list[str]:
    """The sentences that share most with the page, in its order."""
    paragraphs = (_LEAD.sub("", line) for line in page.splitlines())
    told = [text for line in paragraphs if line.strip() for whole in sentences(line) for text in pieces(whole)]
    told = [text for text in dict.fromkeys(told) if SHORT <= len(text.split()) <= LONG and text[-1] not in "?:"]
    told = told[:MOST_SENTENCES]
    if len(told) <= most:
        return told
    vectors = _vectors(told, language)
    likeness = vectors @ vectors.T
    central = likeness.mean(axis=1) * (1 + 0.3 / (1 + np.arange(len(told))))  # what stands first says what it is about
    chosen: list[int] = []
    for place in np.argsort(-central, kind="stable"):
        if all(likeness[place, other] < ALIKE for other in chosen):
            chosen.append(int(place))
        if len(chosen) == most:
            break
    return [told[place] for place in sorted(chosen)]


def _vectors(told: Sequence[str], language: Language) -> Vectors:
    """Unit vectors of the sentences: their stems, weighted by rarity."""
    stems = [Counter(content_words(text, language)) for text in told]
    spread = Counter(stem for counts in stems for stem in counts)
    places = {stem: place for place, stem in enumerate(spread)}
    found = np.zeros((len(told), len(places) or 1), dtype=np.float32)
    for row, counts in enumerate(stems):
        for stem, count in counts.items():
            found[row, places[stem]] = count * (1.0 + np.log(len(told) / spread[stem]))
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Vectors = (found / np.where(norms, norms, 1.0)).astype(np.float32)
    return unit
