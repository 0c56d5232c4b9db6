"""What is wanted of a question, in the light of the conversation: its topic, what was spoken of, the act to explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.retrieval.names import Named
from tutor.answering.course import FACTS, LEAN, TAUGHT, Wanted, stems
from tutor.answering.explain import ACT_UNITS
from tutor.dialogue.context import Parts
from tutor.dialogue.reading import Act, units_of
from tutor.dialogue.said import Said, only_names

EXPLAINED = (*ACT_UNITS, *FACTS)
ASKS_ON = ("fact", "why", "verify", "explain")
"""Acts that a question word alone can mean after a fact."""
SPOKEN = 3
"""Turns of which the topics are still spoken of."""
MEANT = 0.84
"""Least cosine (as e5 gives it) of a request with a topic that it does not name."""


def wanted_of(parts: Parts, said: Said) -> Wanted:
    """What is to be explained, in the light of the conversation."""
    state = said.state
    topic = said.topic or state.topic
    title = parts.topics[topic].named(said.language) if topic in parts.topics else _leant_on(parts, said)
    telling = said.reading.telling if said.text == said.utterance.text else ()
    title = _before(said) or title
    own = said.act == said.reading.act
    taught = sum(likely for act, likely in said.reading.probabilities.items() if act in TAUGHT)
    wanted = Wanted(
        said.text, said.language, said.act, said.reading.units, topic, title, said.leans, telling,
        said.reading.probability if own else 1.0, taught if own else 1.0, *spoken_of(parts, said),
        *(() if parts.topics else (tuple(said.state.said), said.state.question)),
    )  # fmt: skip
    if said.offer is not None or said.topic:
        wanted = replace(wanted, units=units_of(said.act), leans=1.0)
    return wanted


def spoken_of(parts: Parts, said: Said) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The topics of the last turn, with those that were compared or listed in it, and those that its sentences are of;
    and the topics of the turns before it, the last first."""
    last = [turn["topic"] for turn in reversed(said.state.earlier[-SPOKEN:]) if turn["topic"]]
    told = [parts.sentences[text][0] for text in said.state.said if text in parts.sentences]
    names = parts.course.retriever.names
    listed = [name.document for item in said.state.listed[:SPOKEN] for name in names.found(item) if name.exact]
    now = dict.fromkeys((*listed, *last[:1], *(topic for topic in told if topic in parts.topics)))
    return tuple(now), tuple(dict.fromkeys(topic for topic in last[1:] if topic not in now))


def subject(parts: Parts, said: Said, topic: str) -> str:
    """What the conversation is about after an answer: of a system, which has a demo, and a concept that is asked of it
    ("how many parameters has nano-gpt?") the system."""
    known, before = parts.topics.get(topic), parts.topics.get(said.state.topic)
    names = parts.course.retriever.names.found(said.text)
    if said.act == "define" and topic in {name.document for name in names}:
        return topic  # what was asked what it is, is spoken of
    if said.act in ("verify", "compare") and topic in {
        name.document for name in names if name.document in parts.topics
    }:
        return next(name.document for name in names if name.document in parts.topics)  # "is LLaMA bigger than GPT-3?"
    if before is not None and said.leans >= LEAN and not only_names(names) and not _moves(parts, names, before.id):
        return before.id  # what is said leans on the topic of the conversation, whatever else answers it
    if known is None or known.demo:
        return topic
    named = [parts.topics.get(name.document) for name in names]
    systems = [found.id for found in named if found is not None and found.demo]
    leant = [before.id] if before is not None and before.demo and said.leans >= LEAN else []
    return next(iter((*systems, *leant)), topic)


def _moves(parts: Parts, names: Sequence[Named], topic: str) -> bool:
    """True where names take a conversation to another topic: a system's name does; a concept's ("and the loss?") is
    spoken of under the topic."""
    found = [parts.topics[name.document] for name in names if name.document in parts.topics and name.exact]
    return any(named.demo and named.id != topic for named in found)


def _leant_on(parts: Parts, said: Said) -> str:
    """What a follow-up leans on where there is no topic: a slide's title, or of a teacher's document, whose title says
    little, the sentence that was said last."""
    own = not parts.topics and said.state.said
    return said.state.said[0] if own else said.state.title


def _before(said: Said) -> str:
    """The question before, for a follow-up of a question word alone after a fact: "Which computer beat Kasparov?
    When?" says which year is meant, and the topic's title would not."""
    if said.text != said.utterance.text or said.reading.telling or said.leans < LEAN:
        return ""
    if said.act not in ASKS_ON or said.state.act not in FACTS:
        return ""
    return f"{said.state.title}: {said.state.question}"


def asked_act(said: Said, without: Sequence[str] = ()) -> Act:
    """The likeliest act that asks for an explanation or a fact, `without` some of them."""
    acts = [act for act in said.reading.probabilities if act in EXPLAINED and act not in ("compare", *without)]
    return max(acts, key=lambda act: said.reading.probabilities[act])


def known_topic(parts: Parts, document: str) -> str:
    """The topic of a document: its own, or the first of those on a slide; "" where there is none."""
    if document in parts.topics or parts.navigator is None or not document.startswith("slide-"):
        return document if document in parts.topics else ""
    number = int(document.removeprefix("slide-"))
    shown = (row.topics for row in parts.navigator.outline.slides if row.number == number)
    return next((topic for topics in shown for topic in topics if topic in parts.topics), "")


def topic_of(parts: Parts, said: Said) -> str:
    """The topic that is named or meant, else the conversation's."""
    named = [known_topic(parts, name.document) for name in parts.course.retriever.names.found(said.text)]
    named = [name for name in named if name]
    if said.topic or named:  # "test me on overfitting.. no, make it pooling"
        return said.topic or named[-1 if said.act == "practise" else 0]
    going_on = said.act == "practise" and said.state.act == "practise"  # "the next question"
    if said.leans < LEAN and said.act in ("practise", "locate") and said.reading.telling and not going_on:
        hits = parts.course.retriever.search(said.text, 3)
        own = frozenset().union(*(stems(" ".join(said.reading.telling), each) for each in ("en", "es")))
        meant = [
            hit.passage.document
            for hit in hits
            if hit.passage.document in parts.topics
            and hit.dense > MEANT
            and own & parts.course.vocabulary(hit.passage.document)
        ]
        return meant[0] if meant else said.state.topic
    return said.state.topic
