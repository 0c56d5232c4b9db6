"""Tutor moves: what a student says to a tutor that is no question about the course: "simpler please", "an example",
"quiz me", and all that follows a practice question. Here it is told what is meant; practice.py and illustration.py
answer.

Every sentence about the course is one of the course, cited. What is no move is None: the turn goes on as ever.
"""

from __future__ import annotations

from dataclasses import replace

from knowledge.retrieval.questions import read_question
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import fold, words
from tutor.conversations.records import demo_before
from tutor.dialogue import act_words as say
from tutor.dialogue import run_orders as phrases
from tutor.dialogue.router import Clarify, RunDemo
from tutor.teaching import practice
from tutor.teaching.grading import share
from tutor.teaching.illustration import example, offers, practice_offer, quotes_on, simpler
from tutor.teaching.note_index import Shelf, search_of, shelf_of
from tutor.teaching.practice import Round
from tutor.teaching.reply import MOST_OFFERS, PRACTICE, Asking, Desk, Line, Reply

__all__ = ["kind", "offers", "practice_offer", "reply"]

_YES_OR_NO = frozenset("yes no yeah yep nope ok okay maybe perhaps sure hm hmm si bueno vale".split())


def reply(desk: Desk, asking: Asking) -> Reply | None:
    """What a move says; None for all that is no move."""
    shelf = shelf_of(desk.retriever)
    plain = fold(" ".join(asking.text.split()))
    round_ = practice.latest_round(asking.history, shelf)
    if round_ is not None and round_.is_open:
        return _offering(desk, shelf, asking, _in_practice(desk, shelf, asking, plain, round_))
    if phrases.is_about_tutor(plain):
        return None
    if round_ is not None and say.AGAIN.match(plain):
        return practice.pose(shelf, asking, round_.documents, round_.focus)
    if say.STOP.match(plain):
        return Reply((Line("All right. Ask me anything about the course."),))
    if say.HINT.match(plain):
        return Reply((Line("No practice question is open. Shall I ask you one?"),), (PRACTICE,), outcome="clarify")
    return _offering(desk, shelf, asking, _move(desk, shelf, asking, plain))


def kind(text: str) -> str:
    """Which move a text is by its words: practice, example, simpler, hint or reveal; "" for none of them."""
    plain = fold(" ".join(text.split()))
    if (match := say.PRACTICE.match(plain)) and say.SURE.search(plain[: match.end()]):
        return "practice"
    if say.EXAMPLE.match(plain):
        return "example"
    if say.SIMPLER.search(plain):
        return "simpler"
    return "hint" if say.HINT.match(plain) else "reveal" if say.REVEAL.match(plain) else ""


def _move(desk: Desk, shelf: Shelf, asking: Asking, plain: str) -> Reply | None:
    """The reply to a request for practice, an example or simpler words."""
    named = kind(plain)
    if named == "practice" and (match := say.PRACTICE.match(plain)):
        return _pose(desk, shelf, asking, (match["topic"] or "").rstrip(" ?!."), (match["asked"] or "").strip())
    if named == "example" and (match := say.EXAMPLE.match(plain)):
        topic = _without_filler(match["topic"] or "")
        return None if topic and _is_demo(desk, asking) else example(desk, shelf, asking, topic)
    if named == "simpler":
        return simpler(desk, shelf, asking, _without_filler(say.SIMPLER.sub(" ", plain)))
    return None


def _in_practice(desk: Desk, shelf: Shelf, asking: Asking, plain: str, round_: Round) -> Reply | None:
    """What is said while a practice question is open. A question of the student's own ends the practice."""
    simpler = say.SIMPLER.search(plain) and not _without_filler(say.SIMPLER.sub(" ", plain))
    if say.HINT.match(plain) or simpler:
        return practice.hint(desk, shelf, round_)
    if say.REVEAL.match(plain):
        return practice.settle(round_)
    if say.STOP.match(plain):
        return Reply((Line("All right, no more questions for now."),), topic=round_.item.title)
    if say.REPEAT.match(plain) or set(words(plain)) <= _YES_OR_NO:
        return practice.posed(round_, "The question is still open.")
    if say.AGAIN.match(plain):
        return practice.pose(shelf, asking, round_.documents, round_.focus)
    if phrases.is_about_tutor(plain):
        return None
    if (moved := _move(desk, shelf, asking, plain)) is not None:
        return moved
    if _asks(plain) or _asks(_english(asking.text)) or _wants_demo(desk, asking, plain, round_):
        return None
    return practice.respond(desk, round_, asking.text)


def _english(text: str) -> str:
    """The text in English, folded, with a question mark only where it was typed."""
    english = fold(in_english(text))
    return english if "?" in text else english.rstrip("?")


def _asks(plain: str) -> bool:
    """True for a question of the student's own; a few words with a question mark are a guess."""
    if say.GUESS.match(plain):
        return False
    return bool(say.QUESTION.match(plain.lstrip("¿¡ "))) or (
        plain.endswith("?") and len(plain.split()) > say.GUESS_WORDS
    )


def _wants_demo(desk: Desk, asking: Asking, plain: str, round_: Round) -> bool:
    """True for an order to run a demo that says nothing of the expected answer."""
    if not say.ORDER.search(plain):
        return False
    expected = " ".join(line.text for line in round_.item.answer)
    said = share(round_.item.question, expected, in_plain_words(in_english(asking.text)))
    return said < 0.25 and _is_demo(desk, asking)


def _is_demo(desk: Desk, asking: Asking) -> bool:
    return isinstance(desk.intents.read(asking.text, demo_before(asking.history)), RunDemo | Clarify)


def _pose(desk: Desk, shelf: Shelf, asking: Asking, topic: str, asked: str) -> Reply | None:
    """A practice question on what is named, on what was spoken of, or on anything."""
    if match := say.SLIDE.match(topic):
        return practice.pose(shelf, asking, [f"slide-{match[1]}"])
    if topic and _without_filler(topic):
        notes = shelf.named(topic) or _found(desk, topic)
        documents = [document for note in notes for document in shelf.documents_of(note)] if notes else []
        return practice.pose(shelf, asking, documents, in_plain_words(in_english(topic))) if documents else None
    round_ = practice.latest_round(asking.history, shelf)
    if round_ is not None and "else" not in asked:
        return practice.pose(shelf, asking, round_.documents, round_.focus)
    last = None if "else" in asked else shelf.topic(asking.history)
    if last is None:
        return practice.pose(shelf, asking)
    note = shelf.note_of(last[1], search_of(last[0]))
    return practice.pose(shelf, asking, shelf.documents_of(note) if note else [last[1].document])


def _found(desk: Desk, topic: str) -> list[str]:
    """The note that search finds for a topic; [] when the course does not cover it."""
    found = desk.retriever.retrieve(read_question(topic))
    notes = [hit.passage.document for hit in found.hits[:5] if hit.passage.source == "notes"]
    return notes[:1] if found.answerable else []


def _offering(desk: Desk, shelf: Shelf, asking: Asking, found: Reply | None) -> Reply | None:
    """The reply with what fits after it, beside what it offers itself."""
    passage = next((line.passage for line in found.lines if line.passage), None) if found else None
    if found is None or passage is None or (found.practice and found.practice["open"]):
        return found
    said = quotes_on(shelf, asking.history, shelf.note_of(passage, found.search))
    more = offers(desk, passage, [*said, *(line.text for line in found.lines)], found.search)
    if found.practice:
        more = [text for text in more if text != PRACTICE]
    return replace(found, suggestions=(*found.suggestions, *more)[:MOST_OFFERS])


def _without_filler(text: str) -> str:
    """What is left of a request that says what it is about; "" when it leans on what was said."""
    return " ".join(word for word in text.strip(" ?!.,¿¡").split() if word.strip("?!.,:;¿¡\"'") not in say.FILLER)
