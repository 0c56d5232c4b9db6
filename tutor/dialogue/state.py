"""Where a conversation stands, made once a turn from what is kept of it.

A client that keeps nothing but texts gets the same state, read from them: a sentence of the course tells its topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.text import Language
from tutor.answering.reply import Offer, Reply
from tutor.conversations.records import latest_run, run_before
from tutor.conversations.store import Exchange
from tutor.runs.summary import Run

OF_RUNS = ("run_demo", "change_run", "ask_run")
"""Acts after which words may well ask of the run."""
LATELY = 2
"""Turns for which a run is spoken of: then it has to be named."""
LISTED = 2
"""Turns for which "the second one" is of what was listed or compared."""
_MARKS = re.compile(r"\s?\[\d{1,2}\]")


@dataclass(frozen=True, slots=True)
class DialogueState:
    """What the next utterance may lean on. Empty at the beginning.

    `topic` is the id of the document that was last spoken of and `title` its name; `act` what was last done with it;
    `said` the course's sentences of the last answer; `spoken` all that were said on the topic since it came up.
    """

    topic: str = ""
    title: str = ""
    act: str = ""
    said: tuple[str, ...] = ()
    spoken: frozenset[str] = frozenset()
    listed: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    question: str = ""
    demo: tuple[str, Mapping[str, Any]] | None = None
    proposed: Offer | None = None
    """The run that the last turn proposed instead of the one that was asked for."""
    run: Run | None = None
    run_id: str = ""
    run_before: Run | None = None
    practice: Mapping[str, Any] | None = None
    practised: tuple[Mapping[str, Any], ...] = ()
    language: Language = "en"
    turns: int = 0
    earlier: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def runs_lately(self) -> bool:
        """True where one of the last two turns ran a demo or spoke of a run."""
        return any(turn["act"] in OF_RUNS for turn in self.earlier[-LATELY:])

    @property
    def flags(self) -> str:
        """The situation as the router knows it (tutor/dialogue/reading.py)."""
        found = "t" if self.topic else ""
        found += "r" if self.run is not None and self.runs_lately else ""
        found += "q" if self.practice else ""
        return found + ("o" if self.offers else "")


def state_of(history: Sequence[Exchange], topics: Mapping[str, tuple[str, str]]) -> DialogueState:
    """The state after the complete exchanges of a conversation; `topics` gives topic id and title of each sentence."""
    complete = [exchange for exchange in history if exchange.state == "complete"]
    if not complete:
        return DialogueState()
    turns = [_turn(exchange, topics) for exchange in complete]
    last = turns[-1]
    about = next((turn for turn in reversed(turns) if turn["topic"]), last)
    spoken = {text for turn in turns if turn["topic"] == about["topic"] for text in turn["said"]}
    run = latest_run(complete)
    demo = next((e.detail["demo"] for e in reversed(complete) if e.detail.get("demo")), None)
    return DialogueState(
        topic=about["topic"],
        title=about["title"],
        act=last["act"],
        said=tuple(last["said"]),
        spoken=frozenset(spoken),
        listed=tuple(next((turn["listed"] for turn in reversed(turns[-LISTED:]) if turn["listed"]), ())),
        offers=tuple(Offer(**offer) for offer in last["offers"]),
        question=complete[-1].question,
        demo=(demo["name"], demo["params"]) if demo else None,
        proposed=_proposed(complete[-1].outcome, last["offers"]),
        run=run[1] if run else None,
        run_id=run[0] if run else "",
        run_before=run_before(complete),
        practice=complete[-1].detail.get("practice"),
        practised=tuple(round_ for e in complete for round_ in _rounds(e.detail.get("practice"))),
        language=last["language"],
        turns=len(complete),
        earlier=tuple(turns),
    )


def after(state: DialogueState, question: str, reply: Reply) -> DialogueState:
    """Where a conversation stands after a reply that is half of an answer."""
    said = tuple(line.text for line in reply.lines if line.passage is not None)
    title = next((line.passage.title for line in reply.lines if line.passage is not None), "")
    turn = {
        "topic": reply.topic, "title": title, "act": reply.act, "said": list(said), "listed": [], "offers": [],
        "language": state.language,
    }  # fmt: skip
    spoken = state.spoken.union(said) if reply.topic == state.topic else frozenset(said)
    return replace(
        state, topic=reply.topic or state.topic, title=title or state.title, act=reply.act, said=said, spoken=spoken,
        listed=reply.listed, offers=(), question=question, practice=None, turns=state.turns + 1,
        earlier=(*state.earlier, turn),
    )  # fmt: skip


def _proposed(outcome: str, offers: Sequence[Mapping[str, Any]]) -> Offer | None:
    runs = [Offer(**offer) for offer in offers if offer["act"] == "run_demo" and offer["demo"]]
    return runs[0] if outcome == "clarify" and len({offer.demo for offer in runs}) == 1 else None


def _rounds(kept: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The rounds of practice that one exchange keeps: the one that it closed before it posed the next, and that."""
    if not kept:
        return []
    return [kept["before"], kept] if kept.get("before") else [kept]


def _turn(exchange: Exchange, topics: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What is kept of one turn; what an older record, or a client's text, does not hold is read from its sentences."""
    kept = exchange.detail.get("turn")
    if isinstance(kept, dict) and kept.get("version") == 1:
        return kept
    said = [str(item["quote"]) for item in exchange.detail.get("citations", ())]
    said = said or [text for text in _sentences(exchange.answer) if text in topics]
    topic, title = next((topics[text] for text in said if text in topics), ("", ""))
    return {
        "topic": topic, "title": title, "act": "", "said": said, "listed": [], "offers": [], "language": "en",
    }  # fmt: skip


def _sentences(answer: str) -> list[str]:
    from knowledge.text import sentences

    return sentences(_MARKS.sub("", answer))
