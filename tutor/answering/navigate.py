"""Answers from the map of the course: which slide, what comes before and after, lists, summaries, dates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from knowledge.courses.outline import Listed, Outline, Section, Text, read_ways
from knowledge.courses.shipped_vectors import questions
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.text import Language, question_stems
from tutor.answering.answer import Desk
from tutor.answering.reply import Line, Offer, Reply

SAME_LIST = 0.88
"""Least cosine (as e5 gives it) of a question with one that asks for a list, or names a section."""
LANGUAGES: tuple[Language, ...] = ("en", "es")
AS_MANY = 30
"""Items of a list that are said; more are counted."""


class Navigator:
    """Knows the map. Vectors of the ways to ask are made at the first use."""

    def __init__(self, outline: Outline, passages: Sequence[Passage], embedder: Embedder) -> None:
        self.outline, self._embedder = outline, embedder
        self._slides = {p.slide: p for p in reversed(passages) if p.source == "lecture"}

    @cached_property
    def _lists(self) -> tuple[list[tuple[Listed, str]], Vectors]:
        rows = [(row, text) for row in self.outline.lists for text in (row.title.en, row.title.es, *row.asked)]
        return rows, questions([text for _, text in rows], self._embedder)

    @cached_property
    def _sections(self) -> tuple[list[tuple[Section | None, str]], Vectors]:
        rows: list[tuple[Section | None, str]] = [(None, text) for text in read_ways()["whole"]]
        rows += [(row, text) for row in self.outline.sections for text in (row.title.en, row.title.es, *row.asked)]
        return rows, questions([text for _, text in rows], self._embedder)

    def list_of(self, text: str, vector: Vectors) -> Listed | None:
        """The list that is asked for, None when none is near."""
        rows, vectors = self._lists
        place = _nearest(text, [name for _, name in rows], vectors @ vector)
        return rows[place][0] if place is not None else None

    def section_named(self, text: str, vector: Vectors) -> Section | None:
        """The section that is named, None when none is near."""
        rows, vectors = self._sections
        place = _nearest(text, [name for _, name in rows], vectors @ vector)
        return rows[place][0] if place is not None else None

    def slide_about(self, text: str, among: Collection[int] = ()) -> int | None:
        """The slide that has most of a text's telling words, each counted by how few slides have it; of those `among`,
        where that is given. None where no slide has any, or two have the same."""
        stems = self._slide_stems
        rows = {number: held for number, held in stems.items() if not among or number in among}
        own = set(question_stems(text, "es")) | set(question_stems(text, "en"))
        scores = sorted(
            ((sum(1 / sum(word in other for other in stems.values()) for word in own & held), -number)
             for number, held in rows.items()),
            reverse=True,
        )  # fmt: skip
        if not scores or scores[0][0] == 0 or (len(scores) > 1 and scores[0][0] == scores[1][0]):
            return None
        return -scores[0][1]

    @cached_property
    def _slide_stems(self) -> dict[int, frozenset[str]]:
        """The stems on each slide in both languages: what it prints, and what it is said to show."""
        found: dict[int, frozenset[str]] = {}
        for row in self.outline.slides:
            shown = self._slides.get(row.number)
            texts = [row.title.en, row.title.es, row.shows.en, row.shows.es, shown.text if shown else ""]
            both = (question_stems(text, language) for text in texts for language in LANGUAGES)
            found[row.number] = frozenset(word for stems in both for word in stems)
        return found

    def slide(self, number: int) -> Passage | None:
        """A slide's first passage."""
        return self._slides.get(number)


def _nearest(text: str, names: Sequence[str], cosines: Vectors) -> int | None:
    """The place of the nearest name that is near enough and shares a word that tells with what was said."""
    said = set(question_stems(text, "es")) | set(question_stems(text, "en"))
    for place in map(int, (-cosines).argsort(kind="stable")[:5]):
        if cosines[place] < SAME_LIST:
            return None
        if said & (set(question_stems(names[place], "es")) | set(question_stems(names[place], "en"))):
            return place
    return None


def listed(desk: Desk, navigator: Navigator, row: Listed) -> Reply:
    """A list of the lecture, item by item."""
    language = desk.texts.language
    source = navigator.slide(row.slides[0]) if row.slides else None
    items = [item.text.said(language) for item in row.items]
    lines = [Line(f"{row.title.said(language)} ({len(items)}):", source)]
    lines += [Line(text, None, opens="- ") for text in items[:AS_MANY]]
    if len(items) > AS_MANY:
        lines.append(Line(desk.texts("and {count} more.", count=len(items) - AS_MANY), None, opens="- "))
    topics = tuple(item.topic for item in row.items if item.topic)
    about = f"slide-{row.slides[0]}" if row.slides else ""  # "on which slide is that?"
    return Reply(tuple(lines), act="list", topic=about, listed=tuple(items), offers=_to_topics(desk, topics[:2]))


def located(desk: Desk, navigator: Navigator, topic: str, slide: int | None) -> Reply | None:
    """Where a topic stands in the lecture, or what a slide shows; None when neither is known."""
    texts, outline = desk.texts, navigator.outline
    language = texts.language
    if slide is not None:
        shown = next((row for row in outline.slides if row.number == slide), None)
        if shown is None:
            said = texts("The course has no slide {number}; it has {count}.", number=slide, count=len(outline.slides))
            return Reply((Line(said),), "not_covered", act="locate")
        title = texts("Slide {number}: {title}.", number=slide, title=shown.title.said(language))
        lines = (Line(title, navigator.slide(slide)), Line(shown.shows.said(language), navigator.slide(slide)))
        return Reply(lines, act="locate", topic=f"slide-{slide}", offers=_to_topics(desk, shown.topics[:2]))
    known = desk.course.topics.get(topic)
    if known is None:
        return None
    numbers = [row.number for row in outline.slides_of(topic)] or [known.slide]
    shown_on = texts(
        "{topic} is on slide {numbers}.",
        topic=desk.course.inline(topic, language),
        numbers=_joined(texts("and"), numbers),
    )
    lines_ = [Line(_capital(shown_on), navigator.slide(numbers[0]))]
    if (section := outline.section_of(numbers[0])) is not None:
        lines_.append(
            Line(texts("The slide belongs to the section “{section}”.", section=section.title.said(language)))
        )
    return Reply(tuple(lines_), act="locate", topic=topic, offers=_to_topics(desk, (topic,)))


def section_located(desk: Desk, navigator: Navigator, section: Section) -> Reply:
    """On which slides a part of the lecture is."""
    texts, language = desk.texts, desk.texts.language
    said = texts(
        "{section} is on slides {first} to {last}.", section=section.title.said(language), first=section.first,
        last=section.last,
    )  # fmt: skip
    lines = (Line(said, navigator.slide(section.first)),)
    return Reply(lines, act="locate", topic=f"slide-{section.first}", offers=_to_topics(desk, section.topics[:2]))


def ordered(desk: Desk, navigator: Navigator, topic: str) -> Reply:
    """What to know before a topic, and what comes after it; without a topic, where to begin."""
    texts, language = desk.texts, desk.texts.language
    known = desk.course.topics.get(topic)
    if known is None:
        first = [desk.course.topics[name] for name in navigator.outline.begin if name in desk.course.topics]
        word = texts("and then")
        begin = _listed(word, [desk.course.inline(t.id, language) for t in first])
        said = texts("A good way to begin: {topics}.", topics=begin)
        return Reply((Line(said),), act="order", offers=_to_topics(desk, [t.id for t in first[:2]]))
    lines: list[Line] = []
    before = [desk.course.topics[name] for name in known.prerequisites if name in desk.course.topics]
    after = [desk.course.topics[name] for name in known.after if name in desk.course.topics]
    name = desk.course.inline(topic, language)
    if before:
        names = _listed(texts("and"), [desk.course.inline(t.id, language) for t in before])
        lines.append(Line(texts("Before {topic}, know {topics}.", topic=name, topics=names)))
    else:
        lines.append(Line(texts("{topic} needs nothing before it in this course.", topic=_capital(name))))
    if after:
        names = _listed(texts("and"), [desk.course.inline(t.id, language) for t in after])
        lines.append(Line(texts("After {topic} comes {topics}.", topic=name, topics=names)))
    return Reply(tuple(lines), act="order", topic=topic, offers=_to_topics(desk, [t.id for t in (*after, *before)][:2]))


def dated(desk: Desk, navigator: Navigator, topics: Sequence[str]) -> Reply | None:
    """Which of several topics came first, with the lecture's dates; None where it has not the dates of two."""
    texts, language = desk.texts, desk.texts.language
    rows = navigator.outline.dated(topics)
    if len(rows) < 2:
        return None
    names = [f"{desk.course.inline(row.topic, language)} ({row.year})" for row in rows]
    if rows[0].year == rows[-1].year:
        lead = texts("{topics} came in the same year.", topics=_listed(texts("and"), names))
    elif len(rows) == 2:
        lead = texts("{first} came first, then {then}.", first=names[0], then=names[1])
    else:
        lead = texts("From oldest to newest: {topics}.", topics=_listed(texts("and then"), names))
    told = [Line(f"{row.year}: {row.text.said(language)}", navigator.slide(row.slide), opens="- ") for row in rows]
    lacking = [topic for topic in topics if topic not in {row.topic for row in rows}]
    if lacking:
        without = _listed(texts("and"), [desk.course.inline(topic, language) for topic in lacking])
        told.append(Line(texts("The lecture has no date for {topics}.", topics=without)))
    found = [row.topic for row in rows]
    listed = tuple(desk.course.inline(topic, language) for topic in found)
    return Reply((Line(_capital(lead)), *told), act="order", listed=listed, offers=_to_topics(desk, found[:2]))


def studied(desk: Desk, navigator: Navigator, topics: Sequence[str]) -> Reply | None:
    """In which order several topics are best learnt, with what each of the later ones needs; None where they are not
    two."""
    texts, language = desk.texts, desk.texts.language
    found = navigator.outline.to_study(dict.fromkeys(topics))
    if len(found) < 2:
        return None
    names = [desk.course.inline(topic, language) for topic in found]
    lines = [Line(texts("A good order to learn them: {topics}.", topics=_listed(texts("and then"), names)))]
    for at, topic in enumerate(found):
        needs = [other for other in found[:at] if other in desk.course.topics[topic].prerequisites]
        if needs:
            known = _listed(texts("and"), [desk.course.inline(other, language) for other in needs])
            lines.append(Line(texts("Before {topic}, know {topics}.", topic=names[at], topics=known)))
    return Reply(tuple(lines), act="order", listed=tuple(names), offers=_to_topics(desk, found[:2]))


def beside(desk: Desk, navigator: Navigator, section: Section) -> Reply:
    """Which section of the lecture comes before one, and which after it."""
    texts, language = desk.texts, desk.texts.language
    before, after = navigator.outline.beside(section)
    name = _quoted(section, language)
    lines = []
    if after is not None:
        said = texts("After {section} comes {other}.", section=name, other=_quoted(after, language))
        lines.append(Line(said, navigator.slide(after.first)))
    if before is not None:
        said = texts("Before {section} comes {other}.", section=name, other=_quoted(before, language))
        lines.append(Line(said, navigator.slide(before.first)))
    return Reply(tuple(lines), act="order", offers=_to_topics(desk, (after or section).topics[:2]))


def _quoted(section: Section, language: Language) -> str:
    title = section.title.said(language)
    return f"«{title}»" if language == "es" else f"“{title}”"


def summarised(desk: Desk, navigator: Navigator, section: Section | None) -> Reply:
    """A section as its author summed it up, or the whole lecture as its sections."""
    language = desk.texts.language
    if section is not None:
        source = navigator.slide(section.first)
        lines = [Line(f"{section.title.said(language)}:", None)]
        lines += [Line(text.said(language), source) for text in section.summary]
        return Reply(tuple(lines), act="summarise", offers=_to_topics(desk, section.topics[:2]))
    lines = [Line(text.said(language), navigator.slide(1)) for text in navigator.outline.about]
    lines += _sections(desk, navigator)
    return Reply(
        tuple(lines),
        act="summarise",
        listed=tuple(row.title.said(language) for row in navigator.outline.sections if not row.part_of),
    )


def about_course(desk: Desk, navigator: Navigator) -> Reply:
    """What the course is about, who gives it, and its sections."""
    texts, language = desk.texts, desk.texts.language
    outline = navigator.outline
    lines = [Line(text.said(language), navigator.slide(1)) for text in outline.about]
    lines += [Line(text.said(language), navigator.slide(2)) for text in outline.teacher[:1]]
    lines.append(Line(texts("The lecture has {count} slides in these sections:", count=len(outline.slides))))
    lines += _sections(desk, navigator)
    titles = tuple(row.title.said(language) for row in outline.sections if not row.part_of)
    return Reply(
        tuple(lines), act="about_course", listed=titles,
        offers=_to_topics(desk, outline.order[:2]),
    )  # fmt: skip


def teacher(desk: Desk, navigator: Navigator) -> Reply:
    """Who gives the course."""
    lines = [Line(text.said(desk.texts.language), navigator.slide(2)) for text in navigator.outline.teacher]
    return Reply(tuple(lines), act="about_course")


def _sections(desk: Desk, navigator: Navigator) -> list[Line]:
    language = desk.texts.language
    return [
        Line(f"{row.title.said(language)} ({_span(row)})", opens="- ")
        for row in navigator.outline.sections
        if not row.part_of
    ]


def said(texts: Sequence[Text], desk: Desk) -> list[Line]:
    """Texts of the map as lines in the turn's language."""
    return [Line(text.said(desk.texts.language)) for text in texts]


def _span(section: Section) -> str:
    return f"{section.first}-{section.last}" if section.last > section.first else str(section.first)


def _to_topics(desk: Desk, topics: Sequence[str]) -> tuple[Offer, ...]:
    known = [desk.course.topics[name] for name in topics if name in desk.course.topics]
    named = [(topic.id, desk.course.inline(topic.id, desk.texts.language)) for topic in known]
    return tuple(Offer(desk.texts("What is {topic}?", topic=name), "define", topic) for topic, name in named)


def _joined(word: str, numbers: Sequence[int]) -> str:
    return _listed(word, [str(number) for number in numbers])


def _listed(word: str, parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
