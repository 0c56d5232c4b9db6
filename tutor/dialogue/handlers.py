"""Which handler answers which act. Each takes what was said and gives a reply; none knows the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from demos.runtime.texts import tell
from knowledge.retrieval.answer_kinds import asked_for, holds
from knowledge.retrieval.names import Named
from knowledge.retrieval.query import Query
from knowledge.text import Language
from tutor.answering import navigate, recap
from tutor.answering.answer import Desk, answer, declined, demo_of, offers
from tutor.answering.course import FACTS, LEAN, TAUGHT, Wanted, stems
from tutor.answering.explain import ACT_UNITS, BY_FORM
from tutor.answering.particular import asked_in_particular
from tutor.answering.reply import Line, Reply
from tutor.answering.ways import nearest_way
from tutor.dialogue import talk
from tutor.dialogue.context import Parts
from tutor.dialogue.numbers import numbers
from tutor.dialogue.reading import Act, units_of
from tutor.dialogue.router import Clarify, RunDemo
from tutor.dialogue.said import Said, only_names, read_in
from tutor.dialogue.state import OF_RUNS, DialogueState, after
from tutor.dialogue.two_questions import two_questions
from tutor.i18n import Texts, spanish
from tutor.runs.canonical import AGAINST, canonical
from tutor.runs.comparing import compared
from tutor.runs.questions import about_run

DEMO_DOUBT = 0.6
"""Least probability of a demo request from which "show me" means the demo of what was spoken of."""


MEANT = 0.84
"""Least cosine (as e5 gives it) of a request with a topic that it does not name."""
SURELY_OFF = 0.85
"""Probability from which what is off the course's topics is not searched for."""
DOUBT = 0.6
"""Probability up to which these acts give way to a question that the course answers; chosen on the development part."""
DOUBTED = ("locate", "order", "list", "practise", "social", "summarise", "about_course")
OTHERWISE = ("off_topic", "correct_me", "social", "continue", "list", "order", "locate", "summarise", "about_course")
"""Acts that give way to a question of the course that is likelier than they are."""
OTHER = 0.5
"""Least probability of such a question."""
RATHER = 0.4
"""The same where the words lean on the topic though they seem off it ("sounds like cheating, the internet surely had
dogs"), are to sum up what nobody named, or ask why after a run."""
ANSWERED = 0.6
"""Least coverage of such a question."""
EXPLAINED = (*ACT_UNITS, *FACTS)
PARTICULAR = 1.9
"""Log-odds of a sentence on the course itself from which it is what was asked, and not the course as a whole."""
ASKS_ON = ("fact", "why", "verify", "explain")
"""Acts that a question word alone can mean after a fact."""
PART = re.compile(
    r"\b(?:part|section|chapter|unit|block|slides|parte|secci[oó]n|cap[ií]tulo|bloque|diapositivas)\b", re.I
)
"""Words for a part of the lecture."""
NEXT = re.compile(r"\b(?:next|after|following|siguiente|despues|sigue|proxima)\b")
PREVIOUS = re.compile(r"\b(?:previous|before|anterior|antes)\b")
JUST_SO = 0.92
"""Least cosine (as e5 gives it) with a way to ask how the course is run of words that surely ask for that."""
SEVERAL = 2
"""Slides of a topic from which it is asked which of them is meant."""
SUMMED_UP = 0.88
"""Least cosine (as e5 gives it) with a way to ask for a recap of words that do not seem to lean on what was said."""
SPOKEN = 3
"""Turns of which the topics are still spoken of."""
PLAINLY_OF_A_RUN, OTHERWISE_LIKELY = 0.9, 0.7
"""Probability from which words plainly ask of a run, and that of a question of the course which is likelier still."""
OF_A_RUN = 0.6
"""Probability from which words ask of a run though none was made."""
MOST_QUESTIONS = 10
"""Questions of a quiz at most."""
_COUNTED = re.compile(r"\b(\w{1,12})\s(?:practice |quiz )?(?:questions?|preguntas?|preguntitas?)\b")
HALVES = (2, 3)
"""Sentences of the first and of the second answer to two questions in one turn."""
RUN_DOUBT = 0.2
"""Least probability of a question about the run for the run to be asked first."""


def demo_wanted(parts: Parts, said: Said) -> RunDemo | Clarify | None:
    """The demo that is to run, or those that may be meant; None when none is wanted."""
    if said.offer is not None and said.offer.act == "run_demo":
        return parts.demo_reader.offered(said.offer, said.state.question)
    if said.act == "change_run" or (said.act == "run_demo" and said.state.proposed is not None):
        changed = parts.demo_reader.changed(said.utterance.text, _run_before(parts, said), said.state.question)
        if changed is not None and (changed.extracted.params or changed.extracted.loose):
            return changed
        if changed is not None and said.act == "change_run":
            return None  # nothing to change is told: it is asked for
    if said.act in ("run_demo", "change_run") or said.utterance.text.startswith("/demo "):
        topic = parts.topics.get(said.state.topic)
        sure = said.reading.probability > DEMO_DOUBT
        about = topic.demo if topic and sure else ""
        return parts.demo_reader.asked(said.utterance.text, about, sure=sure, before=said.state.question)
    return None


def _run_before(parts: Parts, said: Said) -> tuple[str, Mapping[str, Any]] | None:
    """The run that "now with 2 units" changes: the one just proposed, or the last one."""
    proposed = parts.demo_reader.offered(said.state.proposed) if said.state.proposed else None
    return (proposed.demo.name, proposed.extracted.params) if proposed else said.state.demo


def reply(parts: Parts, said: Said, texts: Texts, seed: int) -> Reply:
    """The reply to all that runs no demo."""
    desk = parts.desk(texts)
    if _asks_of_no_run(said):
        return talk.not_run(desk, said.state)
    if _asks_for_rules(parts, said):
        return talk.rules(desk)
    if _asks_of_a_slide(parts, said):
        return _locate(parts, desk, said, seed)
    if said.act == "ask_run" and said.reading.probability < OF_A_RUN and said.state.act not in OF_RUNS:
        said = replace(said, act=_asked_act(said))
    doubt = RUN_DOUBT if said.state.act in OF_RUNS else OF_A_RUN
    if said.state.run is not None and said.reading.probabilities["ask_run"] > doubt:
        if _asks_of_the_idea(parts, said):
            return _explain(parts, desk, replace(said, act=_asked_act(said)), seed)
        return _ask_run(parts, desk, said, seed)
    if said.offer is None and not said.topic and not said.state.practice and _doubtful(parts, said):
        return _explain(parts, desk, replace(said, act=_asked_act(said)), seed)
    if said.act == "summarise" and (again := _said_again(parts, desk, said)) is not None:
        return again
    if (both := _both(parts, said, texts, seed)) is not None:
        return both
    if _in_particular(parts, said):
        return _explain(parts, desk, replace(said, act=_asked_act(said)), seed)
    handler = HANDLERS.get(said.act, _explain)
    return handler(parts, desk, said, seed)


def _both(parts: Parts, said: Said, texts: Texts, seed: int) -> Reply | None:
    """The answers to two questions in one turn, one after the other; None where they are one, or the first has none."""
    halves = two_questions(said.utterance.text)
    answers = said.act == "answer_practice" and not (said.state.practice or {}).get("open")  # nothing is asked of
    if halves is None or said.offer is not None or said.act == "compare" or not (said.act in EXPLAINED or answers):
        return None
    first = _half(parts, halves[0], said.state, said.language)
    if first.act == "compare" or first.act not in EXPLAINED:
        return None
    one = reply(parts, first, texts, seed)
    state = after(said.state, halves[0], one)
    second = _half(parts, halves[1], state, said.language)
    if one.outcome != "answered" or second.act not in (*EXPLAINED, "off_topic"):
        return None
    other = reply(parts, second, texts, seed)
    told = {line.text for line in one.lines}
    more = [line for line in other.lines if line.text not in told]
    lead = one.lines[: HALVES[0]] if more else one.lines
    return replace(other, lines=(*lead, *more[: HALVES[1]]), outcome="answered", topic=one.topic or other.topic)


def _half(parts: Parts, text: str, state: DialogueState, language: Language) -> Said:
    """One of two questions, read where the conversation stands."""
    said = replace(read_in(parts, text, state, language), language=language)
    return replace(said, act=_asked_act(said)) if said.act == "answer_practice" else said


def _asks_for_rules(parts: Parts, said: Said) -> bool:
    """True for "when is the exam?", whatever the conversation is about."""
    if said.act not in (*EXPLAINED, "about_course", "off_topic") or parts.navigator is None:
        return False
    return nearest_way(said.vector, parts.embedder, ("about", "rules", "teacher"), JUST_SO) == "rules"


def _asks_of_a_slide(parts: Parts, said: Said) -> bool:
    """True for "on slide 36 there is a strange thing, what is it?": a slide is named, and nothing else."""
    asks = said.act in (*EXPLAINED, "off_topic") and said.utterance.slide is not None and parts.navigator is not None
    return asks and not parts.course.retriever.names.found(said.text)


def _asks_of_the_idea(parts: Parts, said: Said) -> bool:
    """True for "why does the energy never rise?" after a run: the course answers it, and the run's numbers do not."""
    if about_run(said.utterance.text, said.state.run) if said.state.run else False:
        return False
    match = asked_in_particular(parts.course, _wanted(parts, replace(said, act=_asked_act(said))))
    plainly = said.reading.probabilities["ask_run"] > PLAINLY_OF_A_RUN
    return match is not None and match.probability > (OTHERWISE_LIKELY if plainly else RATHER)


def _asks_of_no_run(said: Said) -> bool:
    """True for a question on a run where none was made, or another than the last one was proposed."""
    if said.act != "ask_run" or said.offer is not None:
        return False
    if said.state.proposed is not None:
        return said.reading.sure
    return said.state.run is None and said.reading.probability > OF_A_RUN and said.leans >= LEAN


def _in_particular(parts: Parts, said: Said) -> bool:
    """True for an act that explains nothing where the words are a question that the course answers: "so like filling in
    the blanks?" after an answer is no doubt of it."""
    open_ = (said.state.practice or {}).get("open")
    if said.offer is not None or said.topic or open_ or said.act not in OTHERWISE:
        return False
    match = asked_in_particular(parts.course, _wanted(parts, said))
    if match is not None and said.act == "summarise":
        return match.probability > RATHER
    if match is not None and said.act == "off_topic" and said.leans >= LEAN and said.state.topic:
        return match.probability > RATHER
    return match is not None and match.probability > max(OTHER, said.reading.probability)


def _doubtful(parts: Parts, said: Said) -> bool:
    """True for an act that is in doubt where the course answers the words, so that they are a question on it."""
    if said.act == "compare":
        named = {name.document for name in parts.course.retriever.names.found(said.text)}
        return len(named) == 1 and not said.state.topic
    if said.act not in DOUBTED or said.reading.probability > DOUBT or said.utterance.slide is not None:
        return False
    return parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact"))).covered > ANSWERED


def _asked_act(said: Said, without: Sequence[str] = ()) -> Act:
    """The likeliest act that asks for an explanation or a fact, `without` some of them."""
    acts = [act for act in said.reading.probabilities if act in EXPLAINED and act not in ("compare", *without)]
    return max(acts, key=lambda act: said.reading.probabilities[act])


def _explain(parts: Parts, desk: Desk, said: Said, _seed: int) -> Reply:
    if said.act in BY_FORM and said.act == said.reading.act and said.reading.probability < OTHER:
        said = replace(said, act=_asked_act(said, BY_FORM))  # in doubt no form is wished for
    if said.act in BY_FORM and asked_for(said.text) is not None:
        said = replace(said, act="fact")  # "how many steps does it need?" wants a number, and no steps
    if (dated := _dated(parts, desk, said)) is not None:
        return dated
    found = answer(desk, _wanted(parts, said), said.state.spoken)
    about = _known(parts, found.topic) or found.topic  # what comes next is on the slide's topic
    return replace(found, topic=_subject(parts, said, about))


def _dated(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """The sentence that was just said where it holds the year that is asked for: "and which year is that?"."""
    if said.act != "fact" or said.leans < LEAN or said.reading.telling or said.state.act not in FACTS:
        return None
    if not said.state.said or asked_for(said.text) != "when" or not holds(said.state.said[0], "when"):
        return None
    document, _ = parts.sentences.get(said.state.said[0], ("", ""))
    line = recap.again(desk.course, said.state.said[0], document, said.language)
    return Reply((line,), topic=said.state.topic, act="fact") if line is not None else None


def _wanted(parts: Parts, said: Said) -> Wanted:
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
        said.reading.probability if own else 1.0, taught if own else 1.0, *_spoken(parts, said),
        *(() if parts.topics else (tuple(said.state.said), said.state.question)),
    )  # fmt: skip
    if said.offer is not None or said.topic:
        wanted = replace(wanted, units=units_of(said.act), leans=1.0)
    return wanted


def _spoken(parts: Parts, said: Said) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The topics of the last turn, with those that were compared or listed in it, and those that its sentences are of;
    and the topics of the turns before it, the last first."""
    last = [turn["topic"] for turn in reversed(said.state.earlier[-SPOKEN:]) if turn["topic"]]
    told = [parts.sentences[text][0] for text in said.state.said if text in parts.sentences]
    names = parts.course.retriever.names
    listed = [name.document for item in said.state.listed[:SPOKEN] for name in names.found(item) if name.exact]
    now = dict.fromkeys((*listed, *last[:1], *(topic for topic in told if topic in parts.topics)))
    return tuple(now), tuple(dict.fromkeys(topic for topic in last[1:] if topic not in now))


def _subject(parts: Parts, said: Said, topic: str) -> str:
    """What the conversation is about after an answer: of a system, which has a demo, and a concept that is asked of it
    ("how many parameters has nano-gpt?") the system."""
    known, before = parts.topics.get(topic), parts.topics.get(said.state.topic)
    names = parts.course.retriever.names.found(said.text)
    if said.act == "define" and topic in {name.document for name in names}:
        return topic  # what was asked what it is, is spoken of
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


def _continue(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if parts.navigator is not None and (slide := _slide_beside(said)) is not None and NEXT.search(said.utterance.plain):
        return navigate.located(desk, parts.navigator, "", slide) or talk.unsure(desk)
    topic = parts.topics.get(said.topic)
    unit = topic.unit(said.unit) if topic and said.unit else None  # type: ignore[arg-type]
    if topic is None:
        return talk.unsure(desk)
    if unit is None:
        told = desk.texts(
            "That is all that the course says on {topic}.", topic=desk.course.inline(topic.id, said.language)
        )
        return Reply((Line(told),), offers=offers(desk, topic.id, said.state.spoken), topic=topic.id, act="continue")
    lines = desk.course.lines(unit, said.language)
    spoken = said.state.spoken | {line.text for line in lines}
    return Reply(tuple(lines), offers=offers(desk, topic.id, spoken), topic=topic.id, act="continue")


def _locate(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if parts.navigator is None:
        return _explain(parts, desk, said, seed)
    if said.utterance.slide is None and not said.topic and said.reading.probability < SURELY_OFF:
        asked = parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
        best = asked.sentences[0] if asked.sentences else None
        if best is not None and best.score > PARTICULAR:  # "which video is linked?" asks for no place
            return _explain(parts, desk, replace(said, act="fact"), seed)
    if said.utterance.slide is None and not said.topic and PART.search(said.text):
        section = parts.navigator.section_named(said.text, said.vector)
        if section is not None:
            return navigate.section_located(desk, parts.navigator, section)
    topic = _topic_of(parts, said)
    if parts.course.retriever.names.found(said.text):  # of a topic's slides the one that has all the words
        own = [row.number for row in parts.navigator.outline.slides_of(topic)]
        slide = said.utterance.slide or (parts.navigator.slide_about(said.text, own) if len(own) >= SEVERAL else None)
    else:
        slide = said.utterance.slide or _slide_beside(said) or _slide_meant(parts, said)
    found = navigate.located(desk, parts.navigator, topic, slide)
    return found or _explain(parts, desk, said, seed)


def _slide_beside(said: Said) -> int | None:
    """The slide after or before the one that was spoken of: "and the next one?"."""
    topic = said.state.earlier[-1]["topic"] if said.state.earlier else ""
    if not topic.startswith("slide-") or said.topic or said.leans < LEAN:
        return None
    number = int(topic.removeprefix("slide-"))
    if NEXT.search(said.utterance.plain):
        return number + 1
    return max(1, number - 1) if PREVIOUS.search(said.utterance.plain) else number


def _slide_meant(parts: Parts, said: Said) -> int | None:
    """The slide of what is asked for where that is no topic ("on which slide is the prize?"), or of what was said last
    ("where is that?"); None where it is a topic's."""
    navigator = parts.navigator
    if navigator is None or said.topic:
        return None
    asked = " ".join(said.reading.telling) if said.reading.telling or said.leans >= LEAN else said.text
    if asked and (slide := navigator.slide_about(asked)) is not None:
        return slide
    own = [row.number for row in navigator.outline.slides_of(said.state.topic)]
    if said.leans < LEAN or not said.state.said or said.state.act not in FACTS or len(own) < SEVERAL:
        return None
    return navigator.slide_about(said.state.said[0], own)


def _order(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if parts.navigator is None:
        return _explain(parts, desk, said, seed)
    if PART.search(said.text) and (section := parts.navigator.section_named(said.text, said.vector)) is not None:
        return navigate.beside(desk, parts.navigator, section)
    named = parts.course.retriever.names.found(said.text)
    topic = _topic_of(parts, said) if named or said.topic or said.leans >= LEAN else ""
    return navigate.ordered(desk, parts.navigator, topic)


def _list(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if parts.navigator is None:
        return _explain(parts, desk, said, seed)
    topic = parts.topics.get(said.state.topic)
    if topic is not None and said.leans >= LEAN and not parts.course.retriever.names.found(said.text):
        whole = f"{topic.named(said.language)}: {said.text}"  # "and which kinds are there?"
        row = parts.navigator.list_of(whole, parts.embedder.encode_questions([whole])[0])
    else:
        row = parts.navigator.list_of(said.text, said.vector)
    if row is None:
        return _explain(parts, desk, said, seed)
    return navigate.listed(desk, parts.navigator, row)


def _summarise(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if parts.navigator is None:
        return _explain(parts, desk, said, seed)
    if said.utterance.slide is not None:
        return _locate(parts, desk, said, seed)
    section = parts.navigator.section_named(said.text, said.vector)
    named = parts.course.retriever.names.found(said.text)
    if named and not PART.search(said.text):  # "embedding, in one line" asks for no part of the lecture
        section = None
    if section is None and (named or (said.state.topic and said.leans >= LEAN)):
        return _explain(parts, desk, said, seed)
    return navigate.summarised(desk, parts.navigator, section)


def _said_again(parts: Parts, desk: Desk, said: Said) -> Reply | None:
    """The conversation, or the last answer in fewer sentences, where that is to be summed up and not a topic."""
    state = said.state
    named = parts.course.retriever.names.found(said.text)
    if not state.earlier or named or said.offer is not None or said.utterance.slide is not None:
        return None
    if parts.navigator is not None and PART.search(said.text):
        return None  # "sum up the part on convolutions"
    if recap.sentences_wished(said.utterance.plain) and said.leans >= LEAN:
        return recap.shorter(desk, state.said, state.topic, said.utterance.plain, state.spoken)
    least = 0.0 if said.leans >= LEAN else SUMMED_UP
    kind = nearest_way(said.vector, parts.embedder, ("recap", "shorter", "whole"), least)
    if kind == "recap":
        return recap.recap(desk, state.earlier, said.utterance.plain)
    if kind == "shorter":
        return recap.shorter(desk, state.said, state.topic, said.utterance.plain, state.spoken)
    return None


def _ask_run(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    run = said.state.run
    if run is not None:
        told = about_run(said.utterance.text, run)
        if not told and (asked := canonical(said.utterance.text, said.vector, run, parts.embedder.encode_questions)):
            before = said.state.run_before
            told = compared(run, before) if asked == AGAINST and before is not None else about_run(asked, run)
        if not told and said.act == "ask_run" and said.reading.sure and not _covered(parts, said):
            told = about_run("What did the run show?", run)
        if told:
            language, more = said.language, spanish()
            lines = tuple(Line(tell(sentence, language, run.demo, more)) for sentence in told)
            return Reply(lines, topic=said.state.topic, act="ask_run", about_run=said.state.run_id)
    if said.act != "ask_run":
        return HANDLERS.get(said.act, _explain)(parts, desk, said, seed)
    return _explain(parts, desk, replace(said, act="fact"), seed)


def _covered(parts: Parts, said: Said) -> bool:
    """Whether the course answers the words by themselves: "why is it called liquid?" after a run asks nothing of it."""
    alone = parts.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
    named = [name for name in alone.names if name.exact and name.document != said.state.topic]
    return bool(named) or alone.covered > ANSWERED


def _about_course(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """What the course is, or what it says of itself and its teacher in particular."""
    if parts.navigator is None:
        return talk.about_tutor(desk, parts.course_title)
    found = desk.course.retriever.retrieve(Query(said.text, said.language, units_of("fact")))
    best = found.sentences[0] if found.sentences else None
    if best is not None and best.score > PARTICULAR and best.passage.slide in parts.navigator.outline.about_slides:
        return Reply((Line(best.text, best.passage),), act="fact")
    meant = nearest_way(said.vector, parts.embedder, ("about", "rules", "teacher"))
    if meant == "rules":
        return talk.rules(desk)
    if meant == "teacher":
        return navigate.teacher(desk, parts.navigator)
    return navigate.about_course(desk, parts.navigator)


def _about_tutor(parts: Parts, desk: Desk, _said: Said, _seed: int) -> Reply:
    return talk.about_tutor(desk, parts.course_title)


def _off_topic(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """Declined, unless that is in doubt and the course answers it. What a teacher's own course is about nobody knows
    beforehand, so that nothing is off it before it was searched."""
    if said.reading.probability < SURELY_OFF or not parts.topics:
        found = _explain(parts, desk, replace(said, act="fact"), seed)
        if found.outcome != "not_covered" or found.topic:
            return found
    return talk.off_topic(desk)


def _practise(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    settled = bool(said.state.practice) and not (said.state.practice or {}).get("open")
    if said.act == "answer_practice" and settled:
        return _explain(parts, desk, replace(said, act="fact"), seed)
    topic = _topic_of(parts, said)
    if said.act == "practise" and PART.search(said.text) and not said.topic:
        topic = _of_section(parts, said, topic)
    count = _questions_wished(said.utterance.plain) if said.act == "practise" else 1
    return parts.practice.reply(desk, said.act, said.text, topic, said.state.practised, seed, count)


def _questions_wished(plain: str) -> int:
    """How many questions folded words wish for: "a quiz of three questions"; 1 where they do not say."""
    found = _COUNTED.search(plain)
    count = next((int(number.value) for number in numbers(found[1]) if number.whole), 1) if found else 1
    return min(max(count, 1), MOST_QUESTIONS)


def _of_section(parts: Parts, said: Said, otherwise: str) -> str:
    """A topic of the part of the lecture that is named, one of which no question was asked yet where there is one."""
    section = parts.navigator.section_named(said.text, said.vector) if parts.navigator else None
    topics = [topic for topic in section.topics if topic in parts.topics] if section else []
    asked = {kept.get("topic") for kept in said.state.practised}
    return next((topic for topic in topics if topic not in asked), topics[0] if topics else otherwise)


def _doubted(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    if (said.state.practice or {}).get("open"):  # nothing was judged yet that could be doubted: it is an answer
        return _practise(parts, desk, replace(said, act="answer_practice"), seed)
    if said.state.practice:
        return parts.practice.verdict(desk, said.state.practised)
    if not said.state.said:  # nothing was said yet that could be doubted: "my notes say 1989, is that wrong?"
        return _explain(parts, desk, replace(said, act="verify"), seed)
    return talk.doubted(desk, said.state)


def _known(parts: Parts, document: str) -> str:
    """The topic of a document: its own, or the first of those on a slide; "" where there is none."""
    if document in parts.topics or parts.navigator is None or not document.startswith("slide-"):
        return document if document in parts.topics else ""
    number = int(document.removeprefix("slide-"))
    shown = (row.topics for row in parts.navigator.outline.slides if row.number == number)
    return next((topic for topics in shown for topic in topics if topic in parts.topics), "")


def _topic_of(parts: Parts, said: Said) -> str:
    """The topic that is named or meant, else the conversation's."""
    named = [_known(parts, name.document) for name in parts.course.retriever.names.found(said.text)]
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


def _change_run(parts: Parts, desk: Desk, said: Said, seed: int) -> Reply:
    """What of the last run can be changed, where the words do not tell it."""
    last = _run_before(parts, said)
    demo = next((demo for demo in parts.demos if last and demo.name == last[0]), None)
    if demo is None or _in_question(said):
        return _explain(parts, desk, replace(said, act=_asked_act(said)), seed)
    return talk.what_to_change(desk, demo)


def _in_question(said: Said) -> bool:
    """True where the words are likelier a question than a doubtful change."""
    return said.reading.probability < DEMO_DOUBT


Handler = Callable[[Parts, Desk, Said, int], Reply]
HANDLERS: Mapping[Act, Handler] = {
    "continue": _continue,
    "locate": _locate,
    "order": _order,
    "list": _list,
    "summarise": _summarise,
    "ask_run": _ask_run,
    "change_run": _change_run,
    "about_course": _about_course,
    "about_tutor": _about_tutor,
    "off_topic": _off_topic,
    "practise": _practise,
    "answer_practice": _practise,
    "hint": _practise,
    "reveal": _practise,
    "correct_me": _doubted,
    "refuse": lambda parts, desk, said, seed: talk.refused(desk),
    "social": lambda parts, desk, said, seed: talk.social(desk, said.utterance, said.state),
    "language": lambda parts, desk, said, seed: Reply((talk.language(desk, said.language),), "about"),
}

__all__ = ["declined", "demo_of", "demo_wanted", "reply"]
