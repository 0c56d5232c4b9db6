"""Talk that asks nothing of the course: greetings, thanks, the tutor itself, its language, doubts about an answer."""

from __future__ import annotations

from demos.runtime.contract import Demo
from demos.runtime.texts import fixed, label
from knowledge.text import Language, language_of
from tutor.answering.answer import Desk
from tutor.answering.reply import MOST_OFFERS, Line, Offer, Reply
from tutor.dialogue.state import DialogueState
from tutor.dialogue.utterance import Utterance
from tutor.i18n import mark

THANKS = mark("You are welcome.")
GREETING = mark("Hello! Ask me about the course, or for a demo.")
BYE = mark("Goodbye, and good luck with the course!")
_SOCIAL = (
    (("thank", "thanks", "thx", "ty", "gracias", "agradezco", "genial", "great", "cool", "nice", "perfecto"), THANKS),
    (("bye", "goodbye", "adios", "chao", "chau", "luego", "night", "later", "vemos", "hablamos"), BYE),
)
"""Words by which a few words of courtesy are answered in kind; all others are greeted back."""


def social(desk: Desk, utterance: Utterance, state: DialogueState) -> Reply:
    """A few words back."""
    said = set(utterance.words)
    answer = next((text for words, text in _SOCIAL if said & set(words)), GREETING)
    return Reply((Line(desk.texts(answer)),), "about", state.offers if answer == THANKS else ())


def about_tutor(desk: Desk, title: str) -> Reply:
    """What this is, in five sentences. A teacher's own course has no practice questions, and promises none."""
    texts, count = desk.texts, len(desk.demos)
    practises = bool(desk.course.topics)
    said = (
        texts("I am Tiza, a program and not a person: a tutor for the course *{title}*.", title=title),
        texts("I answer from its slides and notes, and show where each sentence stands."),
        texts("I run {count} demos and ask practice questions.", count=count) if practises
        else texts("I run {count} demos.", count=count),
        texts("When the course does not cover something, I say so."),
        texts("I run offline on this machine; what you write stays here."),
    )  # fmt: skip
    return Reply(tuple(Line(text) for text in said), "about", _first_steps(desk))


def _first_steps(desk: Desk) -> tuple[Offer, ...]:
    """What to begin with, of the topics that the course has."""
    first = (
        Offer(desk.texts("What is a neural network?"), "define", "neural_network"),
        Offer(desk.texts("Quiz me on the perceptron"), "practise", "perceptron"),
    )
    return tuple(offer for offer in first if offer.topic in desk.course.topics)


def language(desk: Desk, wanted: Language) -> Line:
    """That the tutor speaks a language from now on."""
    return Line(
        desk.texts("From now on in English.") if wanted == "en" else desk.texts("De ahora en adelante en español.")
    )


def off_topic(desk: Desk) -> Reply:
    """A decline in one sentence."""
    texts = desk.texts
    said = (
        texts("That is not part of this course; ask me about artificial intelligence, or for a demo.")
        if desk.course.topics
        else texts("The course does not cover that; ask about what its slides and notes say, or for a demo.")
    )
    return Reply(
        (Line(said),),
        "not_covered", _first_steps(desk),
    )  # fmt: skip


def rules(desk: Desk) -> Reply:
    """How the course is run, which no slide tells: a decline that says who knows."""
    said = desk.texts("The slides do not say how the course is run: ask your teacher for dates, marks and attendance.")
    return Reply((Line(said),), "not_covered", _first_steps(desk))


def doubted(desk: Desk, state: DialogueState) -> Reply:
    """What the last answer rests on, and the offer to look again; an apology costs nothing."""
    texts = desk.texts
    if not state.said:
        said = texts("Tell me what is wrong: which sentence, and what you would expect.")
        return Reply((Line(said),), "about", topic=state.topic)
    lines = (
        Line(texts("Let us look at the source. The course says:")),
        *(Line(f"“{text}”") for text in state.said[:2]),
        Line(texts("If that does not answer your question, ask it in other words and I look again.")),
    )
    return Reply(lines, "about", topic=state.topic)


def what_to_change(desk: Desk, demo: Demo) -> Reply:
    """What of a demo can be set, where it was not said what should be changed."""
    texts, properties = desk.texts, demo.schema()["properties"]
    names = [label(name, texts.language, demo.name) for name in properties if name != "seed"]
    title = fixed(demo.title, texts.language, demo.name)
    said = texts("What shall I change? {demo} takes {names}.", demo=title, names=", ".join(names))
    runs = [e.text for e in demo.examples if e.params and language_of(e.text) == texts.language]
    offers = tuple(Offer(text, "run_demo", "", demo.name) for text in runs[:MOST_OFFERS])
    return Reply((Line(said),), "answered", offers, act="change_run")


def not_run(desk: Desk, state: DialogueState) -> Reply:
    """A question about a run where none is: what was proposed was not taken up, or nothing was asked for yet."""
    texts, proposed = desk.texts, state.proposed
    if proposed is not None:
        said = texts("That run has not happened yet. Say yes, and I run it.")
        return Reply((Line(said),), "clarify", (proposed,), state.topic, "run_demo")
    said = texts("No demo has run in this conversation yet. Ask for one, and then about its run.")
    topic = desk.course.topics.get(state.topic)
    offers = (
        (Offer(texts("Show me the demo of {topic}", topic=desk.course.inline(topic.id, texts.language)), "run_demo",
               topic.id, topic.demo),)
        if topic is not None and topic.demo
        else ()
    )  # fmt: skip
    return Reply((Line(said),), "clarify", offers, state.topic)


def refused(desk: Desk) -> Reply:
    """No is an answer."""
    return Reply((Line(desk.texts("All right. Ask me anything about the course.")),), "about")


def unsure(desk: Desk) -> Reply:
    """What to say when nobody can tell what is meant."""
    texts = desk.texts
    said = texts("I am not sure what you mean: name a topic, ask a question about it, or say “show me” for a demo.")
    return Reply((Line(said),), "clarify", _first_steps(desk))
