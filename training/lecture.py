"""What may be learnt from the built-in course: its training half, and nothing of the rest.

The question bank is split by concept. A document (slide or note) is held out when a question of dev or test names it,
when it is the note of a dev or test concept, or when such a note belongs to its slide; with a document go its
sentences, wherever else they stand, and every question that names a held-out concept by its title. No question of dev
or test is learnt, not even one that the training half happens to ask too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from knowledge.courses.asked import read_asked
from knowledge.courses.builtin import Note, read_notes
from knowledge.courses.labelled import Labelled, Split, plain, read_bank
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.passages import Passage
from knowledge.text import content_words, fold, is_stop
from training.material import Known, Material

_WRONG = re.compile(r"^- Wrong: (?P<wrong>.+?\.) Right: (?P<right>.+)$", re.MULTILINE)
_KINDS = {"concept": "answer", "lecture_fact": "answer", "follow_up": "follow_up", "false_premise": "false_premise"}


def lecture_material() -> Material:
    """The course's training half, with all that is known about it."""
    held = held_out()
    passages = lecture_passages()
    forbidden = {fold(text) for passage in passages if passage.document in held for text in passage.sentences}
    sentences: dict[str, tuple[str, ...]] = {}
    for passage in passages:
        if passage.document not in held:
            fit = tuple(text for text in passage.sentences if fold(text) not in forbidden)
            sentences[passage.document] = sentences.get(passage.document, ()) + fit
    known = [*_asked(sentences), *_labelled(passages, sentences), *_misconceptions(sentences)]
    titles = [set(content_words(note.title)) for note in read_notes() if note.id in held]
    examined = {plain(item.question) for item in read_bank() if item.split != "train"}
    fit_known = (item for item in known if plain(item.question) not in examined and not _names(item, titles))
    named = {passage.document: passage.title for passage in passages if passage.document in sentences}
    return Material("course", sentences, tuple(fit_known), named)


def held_out() -> frozenset[str]:
    """The documents that no example may come from."""
    bank, notes = read_bank(), read_notes()
    held = {
        document for item in bank if item.split != "train" for document in (*item.notes, *_slides(item))
    }  # fmt: skip
    tested = [note for note in notes if split_of(note.id, bank[0]) != "train"]
    return frozenset(held | {note.id for note in tested} | {f"slide-{note.slide}" for note in tested})


def split_of(concept: str, like: Labelled) -> Split:
    """The split that the bank gives a concept."""
    return replace(like, concept=concept).split


def _slides(item: Labelled) -> list[str]:
    return [f"slide-{number}" for number in sorted(item.slides)]


def _asked(sentences: dict[str, tuple[str, ...]]) -> Iterator[Known]:
    for document, entries in read_asked().items():
        for entry in entries:
            if document in sentences and set(entry.answer) <= set(sentences[document]):
                for question in entry.questions:
                    yield Known("answer" if entry.answer else "refusal", document, question, entry.answer)


def _labelled(passages: Sequence[Passage], sentences: dict[str, tuple[str, ...]]) -> Iterator[Known]:
    """The bank's training questions, each with the fewest sentences of its own documents that make it right."""
    for item in read_bank(split="train"):
        if item.kind == "not_covered":
            yield Known("refusal", "", item.question, ())
        elif item.kind in _KINDS and item.must:
            for document in [*sorted(item.notes), *_slides(item)]:
                own = [passage for passage in passages if passage.document == document]
                if answer := _fewest(item, own, sentences.get(document, ())):
                    lead = "No: " if item.kind == "false_premise" else ""
                    yield Known(_KINDS[item.kind], document, item.question, answer, lead, item.history)
                    break


def _fewest(item: Labelled, passages: Sequence[Passage], usable: Sequence[str]) -> tuple[str, ...]:
    """One sentence that holds all that is required, else two of one passage; () when there are none."""
    groups = [[text for text in passage.sentences if text in usable] for passage in passages]
    for count in (1, 2):
        for group in groups:
            for chosen in combinations(group, count):
                if item.right(" ".join(chosen)):
                    return chosen
    return ()


def _misconceptions(sentences: dict[str, tuple[str, ...]]) -> Iterator[Known]:
    """Each error of a note as a question that takes it for granted, and each correction as one to be confirmed."""
    for note in read_notes():
        for match in _WRONG.finditer(note.body) if note.id in sentences else ():
            right = match["right"].strip()
            if right in sentences[note.id]:
                yield from _believed(note, match["wrong"], right)


def _believed(note: Note, wrong: str, right: str) -> Iterator[Known]:
    for lead, claim in (("No: ", wrong), ("Yes: ", right)):
        said = claim.rstrip(".")
        inside = said[0].lower() + said[1:] if is_stop(fold(said.split()[0])) else said
        for question in (f"Is it true that {inside}?", f"{said}, right?"):
            yield Known("false_premise" if lead == "No: " else "confirmed", note.id, question, (right,), lead)


def _names(item: Known, titles: Sequence[set[str]]) -> bool:
    """True when a question, or one before it, names a held-out concept in full."""
    said = set(content_words(" ".join((*item.history, item.question))))
    return any(title and title <= said for title in titles)
