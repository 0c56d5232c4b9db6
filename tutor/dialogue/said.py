"""What was said, read once: the utterance in its situation, with the act and the topic that it comes down to.

What leans on the turn before is resolved here: "yes", "the second one", "more", "in Spanish please" stand for an act on
a topic that the state knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.retrieval.embedder import Vectors
from knowledge.retrieval.names import Named
from knowledge.text import Language, fold, is_stop, words
from tutor.answering.reply import Offer
from tutor.conversations.store import Exchange
from tutor.dialogue.context import Parts
from tutor.dialogue.reading import Act, Reading
from tutor.dialogue.state import DialogueState, state_of
from tutor.dialogue.utterance import Utterance

MORE = ("how", "why", "example", "simply", "steps", "uses", "limits", "mistakes", "formula", "facts", "compare")
"""Units in the order in which "go on" says those that were not said yet."""
PLAIN = 0.75
"""Least probability of an act that is plain from the words themselves; below it "and the GRU?" takes the last one."""
NEARLY_ALL = 0.6
"""Share of a text's content words that names take when it says nothing else."""
TELLS = 4
"""Fewest words of an answer that is taken for one though it reads like a question."""
ASKED = 3
"""Fewest words of a question before a wish for a language."""
LEANS = 0.5
"""Probability of leaning on what was said from which words are no answer: "explain that"."""
ASKS = re.compile(
    r"(?:ok |y |and |so |pero |but |please |por favor ){0,3}(?:what|why|how|who|when|where|which|can|could|would|do|"
    r"does|did|is|are|explain|tell|give|show|define|describe|run|list|compare|que|por que|como|quien|cuando|donde|cual|"
    r"cuant|puedes|podrias|explica|dime|dame|muestra|cuenta|haz|corre|compara|me |quiero|i want|let)"
)
"""How questions and wishes begin, folded."""
AGAIN = ("define", "explain", "steps", "why", "compare", "fact", "formula", "symbol", "list", "summarise", "limits",
         "example", "simplify", "verify", "code", "locate", "order")  # fmt: skip
"""Acts that can be done again in another language."""
_ORDINALS = (
    re.compile(r"\b(?:first|1st|primer[oa]?)\b|^(?:one|un[oa]|1)$"),
    re.compile(r"\b(?:second|2nd|segund[oa]|two|dos|2)\b"),
    re.compile(r"\b(?:third|3rd|tercer[oa]?|three|tres|3)\b"),
    re.compile(r"\b(?:fourth|4th|cuart[oa]|four|cuatro|4)\b"),
    re.compile(r"\b(?:fifth|5th|quint[oa]|five|cinco|5)\b"),
)
_WHAT_IS = re.compile(r"\b(?:what(?:'?s| is| are)|que (?:es|son))\b")
_PLACED = re.compile(
    r"\b(?:the |el |la |lo )?(?:first|second|third|fourth|fifth|last|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|"
    r"quint[oa]|ultim[oa])(?: one| of them| de ell[oa]s)?\b"
)
_PICKED = re.compile(
    r"\b(?:the|el|la|lo|del|al|un|number|numero) (?:first|second|third|fourth|fifth|last|primer[oa]?|segund[oa]|"
    r"tercer[oa]?|cuart[oa]|quint[oa]|ultim[oa]|\d)\b|\b(?:first|second|third|fourth|fifth|last) (?:one|of)\b"
)
"""A place that picks one of several, and not "which came first?"."""
A_PICK = 3
"""Words of a text at most that is taken for a pick without an article: "second please"."""
_LAST = re.compile(r"\b(?:last|ultim[oa])\b")
_WISHED = re.compile(
    r"\b(?:(?:please |porfa |por favor )?(?:answer|reply|respond\w{0,4}|explain|tell|say|contesta\w{0,3}|"
    r"explica\w{0,3}|dime\w{0,2}|dilo)(?: me| it| that)? )?(?:in|en) (spanish|espanol|castellano|english|ingles)"
    r"(?: please| pls| porfa| por favor)?[\s.!?]*$"
)
"""A wish for a language after a question of its own: "what is an LSTM? respondeme en español porfa"."""
_OF_SPEECH = re.compile(
    r"(?:speak|talk|write|translate\w?|text|words?|habla\w*|escrib\w*|traduc\w*|textos?|palabras?)$", re.I
)
"""What is done in a language by what is asked about: "can ChatGPT speak in Spanish?"."""
_SPANISH, _ENGLISH = re.compile(r"\b(?:spanish|espanol|castellano)\b"), re.compile(r"\b(?:english|ingles)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """`act` and `topic` are what it comes down to; `text` what is to be searched; `offer` what was taken up; `switched`
    the language that was asked for."""

    utterance: Utterance
    state: DialogueState
    reading: Reading
    vector: Vectors
    language: Language
    act: Act
    text: str
    topic: str = ""
    offer: Offer | None = None
    unit: str = ""
    switched: Language | None = None
    leans: float = 0.0


def read(parts: Parts, text: str, history: Sequence[Exchange], language: Language | None) -> Said:
    """Read a text in its conversation."""
    state = state_of(history, parts.sentences if history else {})
    return read_in(parts, text, state, state.language if state.turns else language or "en")


def read_in(parts: Parts, text: str, state: DialogueState, before: Language) -> Said:
    """Read a text where a conversation stands; `before` is its language."""
    text, wished = _asked_in(text)
    utterance = Utterance.of(text, parts.languages, before)
    vector = parts.embedder.encode_questions([utterance.text])[0]
    reading = parts.router.read(utterance, vector, state.flags)
    names = parts.course.retriever.names.found(utterance.text)
    said = Said(
        utterance, state, reading, vector, wished or utterance.language, reading.act, utterance.text,
        leans=reading.leans, switched=wished,
    )  # fmt: skip
    if (offer := _pressed(state, utterance)) is not None:
        return taken(said, offer)
    if _answers(state, reading, utterance):
        return replace(said, act="answer_practice")
    if reading.act == "accept":
        return _accepted(said, names)
    listed = state.listed or _named_last(parts, state, utterance)
    picks = len(utterance.words) <= A_PICK or _PICKED.search(utterance.plain)
    if listed and picks and (place := ordinal(utterance.plain)) is not None and not names:
        item = listed[min(place, len(listed) - 1)]
        named = parts.course.retriever.names.found(item)
        if named and named[0].document in parts.topics:  # "Imagen, by Google Research" is Imagen
            item = parts.course.inline(named[0].document, said.language)
        return replace(said, text=_with_item(utterance, item), leans=0.0)
    again = only_names(names) and not _WHAT_IS.search(utterance.plain)
    if again and reading.probability < PLAIN and state.act in AGAIN:
        said = replace(said, act=state.act)  # type: ignore[arg-type]
    if reading.act == "language":
        return _switched(said)
    if reading.act == "continue" and state.act == "practise" and not names:
        return replace(said, act="practise", topic=state.topic)  # the next question
    if reading.act == "continue" and names and state.topic not in {name.document for name in names}:
        return _begun(parts, said, names[0].document)
    return _continued(parts, said) if reading.act == "continue" else said


def _named_last(parts: Parts, state: DialogueState, utterance: Utterance) -> tuple[str, ...]:
    """The topics that the last answer names, where one of several is asked for: "tell me more about the last one"."""
    if not _PLACED.search(utterance.plain):
        return ()
    found = dict.fromkeys(name.document for text in state.said for name in parts.course.retriever.names.found(text))
    topics = [document for document in found if document in parts.topics]
    return tuple(parts.course.inline(topic, state.language) for topic in topics) if len(topics) > 1 else ()


def _asked_in(text: str) -> tuple[str, Language | None]:
    """A question without the wish for a language at its end, and that language; a text that is only such a wish stays
    as it is, for it asks for what was said."""
    flat = " ".join(text.split())
    plain = fold(flat)
    wish = _WISHED.search(plain)
    if wish is None or len(plain) != len(flat):
        return text, None
    asked = flat[: wish.start()].rstrip(" ,.;:!")
    if _OF_SPEECH.search(asked) or len(asked.split()) < ASKED:
        return text, None
    mark = "?" if "?" in flat[wish.start() :] and not asked.endswith("?") else ""
    return f"{asked}{mark}", "en" if wish[1] in ("english", "ingles") else "es"


def _answers(state: DialogueState, reading: Reading, utterance: Utterance) -> bool:
    """True for what tells something right after a practice question, though it might be a wish elsewhere: "it takes the
    noise away step by step"."""
    open_ = (state.practice or {}).get("open") and state.act == "practise"
    if not open_ or reading.act not in AGAIN or reading.leans >= LEANS or len(utterance.words) < TELLS:
        return False
    return "?" not in utterance.text and not ASKS.match(utterance.plain)


def only_names(names: Sequence[Named]) -> bool:
    """True for "What about the GRU?": a topic's name and nothing that says what is wanted of it."""
    return bool(names) and sum(name.share for name in names) >= NEARLY_ALL


def _pressed(state: DialogueState, utterance: Utterance) -> Offer | None:
    """The offer whose words were said."""
    return next((offer for offer in state.offers if fold(offer.text) == utterance.plain), None)


def taken(said: Said, offer: Offer) -> Said:
    """What was said as an offer that is taken up."""
    act: Act = offer.act  # type: ignore[assignment]
    return replace(said, act=act, topic=offer.topic, text=offer.text, offer=offer)


def _accepted(said: Said, names: Sequence[Named]) -> Said:
    """Which of what was offered or listed is taken up; the first where none is named. A topic that was not offered is
    meant otherwise: "the DNC one?", "fine, run the GAN then"."""
    state, plain = said.state, said.utterance.plain
    place = ordinal(plain)
    said_words = {word for word in said.utterance.words if not is_stop(word, "en") and not is_stop(word, "es")}
    listed = [item for item in state.listed if names and said_words & set(words(item))]
    if listed and place is None:
        return replace(said, act="define", text=listed[0])
    if names and place is None and not any(said_words & set(words(offer.text)) for offer in state.offers):
        others = {act: likely for act, likely in said.reading.probabilities.items() if act not in ("accept", "social")}
        return replace(said, act=max(others, key=lambda act: others[act]))
    if state.listed and place is not None:
        item = state.listed[min(place, len(state.listed) - 1)]
        return replace(said, act="define", text=item)
    if not state.offers:
        return replace(said, act="continue") if state.topic else replace(said, act="social")
    shared = [len(said_words & set(fold(offer.text).split())) for offer in state.offers]
    best = max(range(len(shared)), key=lambda row: shared[row])
    chosen = place if place is not None and place < len(state.offers) else best if shared[best] else 0
    return taken(said, state.offers[chosen])


def _with_item(utterance: Utterance, item: str) -> str:
    """What was said with an item of a list in the place of its number: "who made the second one?"."""
    if not _PLACED.search(utterance.plain) or len(utterance.plain) != len(utterance.text):
        return item
    place = _PLACED.search(utterance.plain)
    assert place is not None
    return f"{utterance.text[: place.start()]}{item}{utterance.text[place.end() :]}".strip()


def ordinal(plain: str) -> int | None:
    """The place that "the second one" names, from 0; -1 is the last."""
    if _LAST.search(plain):
        return -1
    return next((place for place, pattern in enumerate(_ORDINALS) if pattern.search(plain)), None)


def _switched(said: Said) -> Said:
    """The last turn once more in the language that is asked for; with a question of its own, that."""
    plain = said.utterance.plain
    wanted: Language = "es" if _SPANISH.search(plain) else "en" if _ENGLISH.search(plain) else said.language
    last = said.state.earlier[-1] if said.state.earlier else None
    act: Any = last["act"] if last and last["act"] in AGAIN else ""
    again = replace(said, language=wanted, switched=wanted)
    if not act or last is None:
        return again
    done: Act = act
    return replace(again, act=done, topic=last["topic"], text=said.state.question)


def _begun(parts: Parts, said: Said, document: str) -> Said:
    """More of what was not spoken of yet is what it is: "surprise me with something about Hopfield"."""
    topic = parts.topics.get(document)
    return replace(said, act="define", text=topic.named(said.language) if topic else said.text)


def _continued(parts: Parts, said: Said) -> Said:
    """The next unit of the topic that was not said yet; without a topic, what was offered first."""
    topic = parts.topics.get(said.state.topic)
    if topic is None:  # after a section or a list
        listed = said.state.act in ("list", "summarise") and said.state.offers
        return taken(said, said.state.offers[0]) if listed else said
    for act in MORE:
        unit = topic.unit(act)  # type: ignore[arg-type]
        if unit and unit.lines and not any({line.en, line.es} & said.state.spoken for line in unit.lines):
            return replace(said, act="continue", topic=topic.id, unit=act)
    return replace(said, topic=topic.id)
