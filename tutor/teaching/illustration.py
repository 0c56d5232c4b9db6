"""Other words for a topic: its note in short, its idea, its worked example, each as it stands in the course."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.passages import Passage
from knowledge.retrieval.questions import read_question
from tutor.answering.selection import adds_nothing
from tutor.conversations.store import Exchange
from tutor.teaching.note_index import Shelf, quoted, search_of, shelf_of
from tutor.teaching.reply import EXAMPLE, MOST_OFFERS, PRACTICE, SIMPLER, Asking, Desk, Line, Reply

FIRST_OF_IDEA = 2
"""How many sentences of a note's idea are said at once."""

_DATED = re.compile(r"\b(?:1[89]|20)\d\d\b")
"""A year: such a sentence makes nothing simpler."""


def simpler(desk: Desk, shelf: Shelf, asking: Asking, topic: str) -> Reply | None:
    """The short words of the note that is named; without a topic those of the last one that were not said yet."""
    if topic:
        note = _named(desk, shelf, topic, "In short")
        return _said(shelf.section(note, "In short"), f"What is {shelf.title(note)}?")
    if (last := shelf.topic(asking.history)) is None:
        return _nothing_yet("explain the perceptron in simple words")
    exchange, passage = last
    note = shelf.note_of(passage, search_of(exchange))
    if lines := _next_words(shelf, note, quotes_on(shelf, asking.history, note)):
        return _said(lines, search_of(exchange))
    return _only(desk, passage, f"The course has no simpler words for “{passage.title}”", search_of(exchange))


def example(desk: Desk, shelf: Shelf, asking: Asking, topic: str) -> Reply | None:
    """A note's worked example, whole, since its sentences build on each other; None where there is none."""
    if topic:
        note = _named(desk, shelf, topic, "Worked example") or _worked(desk, asking.text)
        return _said(shelf.section(note, "Worked example"), f"What is {shelf.title(note)}?")
    if (last := shelf.topic(asking.history)) is None:
        return _nothing_yet("an example of overfitting")
    exchange, passage = last
    note = shelf.note_of(passage, search_of(exchange))
    lines = shelf.section(note, "Worked example")
    if lines and {line.text for line in lines} <= set(quotes_on(shelf, asking.history, note)):
        return _only(desk, passage, f"The course works one example of “{passage.title}”", search_of(exchange))
    return _said(lines, search_of(exchange))


def offers(desk: Desk, passage: Passage, said: Sequence[str], search: str = "") -> list[str]:
    """What fits after an answer that rests on a passage: its demo, other words or an example, practice.

    `said` are the sentences of the course that were said on it.
    """
    shelf = shelf_of(desk.retriever)
    note = shelf.note_of(passage, search)
    demos, last = desk.demos(passage)[:1], practice_offer(desk)
    fresh = [SIMPLER] if _next_words(shelf, note, said) else []
    if any(line.text not in said for line in shelf.section(note, "Worked example")):
        short = [line.text for line in shelf.section(note, "In short")]
        fresh = [EXAMPLE, *fresh] if set(short) <= set(said) else [*fresh, EXAMPLE]
    return [*demos, *fresh[: MOST_OFFERS - len(demos) - len(last)], *last]


def practice_offer(desk: Desk) -> list[str]:
    """The offer of a practice question, where the course has any."""
    return [PRACTICE] if shelf_of(desk.retriever).items else []


def quotes_on(shelf: Shelf, history: Sequence[Exchange], note: str) -> list[str]:
    """What was cited since the conversation came to a note's topic."""
    since: list[Exchange] = []
    for exchange in reversed(history):
        last = shelf.topic([exchange])
        if last is not None and shelf.note_of(last[1], search_of(exchange)) != note:
            break
        since.append(exchange)
    return quoted(since)


def _next_words(shelf: Shelf, note: str, said: Sequence[str]) -> list[Line]:
    """What to say next: in short, the idea's first sentences, or the worked example; [] when all was said."""
    short = shelf.section(note, "In short")
    if any(not adds_nothing(line.text, said) and not _DATED.search(line.text) for line in short):
        return [line for line in short if line.text not in said]
    idea = [line for line in shelf.section(note, "The idea")[: FIRST_OF_IDEA + 1] if line.text not in said]
    if len(idea) > 1:
        return idea[:FIRST_OF_IDEA]
    worked = shelf.section(note, "Worked example")
    return worked if any(line.text not in said for line in worked) else []


def _named(desk: Desk, shelf: Shelf, topic: str, section: str) -> str:
    """The note that is named, if that section of it is about the very thing; of several what search finds first."""
    notes = [note for note in shelf.named(topic) if shelf.is_proper(note, topic, section)]
    if len(notes) < 2:
        return "".join(notes)
    hits = desk.retriever.search(f"What is {topic}?")
    return next((hit.passage.document for hit in hits if hit.passage.document in notes), notes[0])


def _worked(desk: Desk, text: str) -> str:
    """The note whose worked example answers a question best; "" when something else does."""
    found = desk.retriever.retrieve(read_question(text))
    best = found.sentences[0].passage if found.sentences and found.answerable else None
    return best.document if best and best.source == "notes" and best.section == "Worked example" else ""


def _said(lines: Sequence[Line], search: str) -> Reply | None:
    """The lines of one section of a note; a worked example is announced."""
    if not lines:
        return None
    passage = lines[0].passage
    worked = passage is not None and passage.section == "Worked example"
    lead = [Line(f"A worked example on “{passage.title}”:")] if worked and passage else []
    return Reply((*lead, *lines), search=search)


def _only(desk: Desk, passage: Passage, sentence: str, search: str) -> Reply:
    """An honest sentence where nothing is left to say, with the demo where the topic has one."""
    demos = desk.demos(passage)[:1]
    more = f"; its demo shows it at work: “{demos[0]}”." if demos else "."
    return Reply((Line(sentence + more),), (*demos, *practice_offer(desk)), passage.title, search)


def _nothing_yet(instead: str) -> Reply:
    return Reply((Line(f"Of what? Name a topic, for example: “{instead}”."),), (PRACTICE,), outcome="clarify")
