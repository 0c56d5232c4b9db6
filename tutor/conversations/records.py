"""An ending as a conversation keeps it: what follow-ups, exports and the API need of a turn later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from knowledge.documents.store import document_id
from knowledge.passages import Passage
from tutor.conversations.store import Exchange, State
from tutor.events import Answered, Citation, Event, Failed
from tutor.runs.summary import Run


def citation_record(citation: Citation) -> dict[str, Any]:
    """One citation as JSON."""
    passage = citation.passage
    return {
        "marker": citation.marker,
        "passage_id": passage.id,
        "slide": passage.slide,
        "page": passage.page,
        "section": passage.section,
        "title": passage.named(citation.language),
        "place": passage.place,
        "quote": citation.quote,
        **({"source": source_path(passage)} if passage.source == "document" else {}),
    }


def source_path(passage: Passage) -> str:
    """Where the service shows the page of a document that a passage is on; with `.png` after it, as a picture (PDF)."""
    number = passage.page or passage.slide or 0
    return f"/v1/courses/{passage.course}/documents/{document_id(passage.document)}/pages/{number}"


def detail(ending: Event | None) -> dict[str, Any]:
    """What is stored beside the answer's text."""
    if isinstance(ending, Answered):
        kept = {
            "citations": [citation_record(citation) for citation in ending.citations],
            "demo": asdict(ending.demo) if ending.demo else None,
            "provenance": asdict(ending.provenance),
            "suggestions": list(ending.suggestions),
            "search": ending.search,
            "topic": ending.topic,
        }
        extra = {
            "rundown": ending.rundown,
            "about_run": ending.about_run,
            "practice": ending.practice,
            "turn": ending.turn,
        }
        return kept | {name: value for name, value in extra.items() if value}
    if isinstance(ending, Failed):
        return {"error": {"code": ending.problem.code, "message": ending.problem.message}}
    return {}


def state(ending: Event | None) -> State:
    """How a turn ended: no ending means that it was stopped."""
    if isinstance(ending, Answered):
        return "complete"
    return "failed" if isinstance(ending, Failed) else "incomplete"


def exchange_of(question: str, ending: Event | None) -> Exchange:
    """An exchange that was not stored, for a conversation that lives in memory only."""
    text, outcome = (ending.text, ending.outcome) if isinstance(ending, Answered) else ("", "")
    return Exchange("", question, text, state(ending), outcome, detail(ending), datetime.now(UTC))


def demo_before(history: Sequence[Exchange]) -> tuple[str, dict[str, Any]] | None:
    """The demo that "again with 50 epochs" changes, with its parameters: the last exchange's.

    Questions about its run may lie between.
    """
    for exchange in reversed(history):
        if exchange.state == "complete" and not exchange.detail.get("about_run"):
            demo = exchange.detail.get("demo")
            return (demo["name"], demo["params"]) if demo else None
    return None


def latest_run(history: Sequence[Exchange]) -> tuple[str, Run] | None:
    """The id of the conversation's latest demo run, and what is remembered of it."""
    return next(_runs(history), None)


def run_before(history: Sequence[Exchange]) -> Run | None:
    """The run before the latest one, where both are of one demo."""
    (_, latest), (_, before) = (*islice(_runs(history), 2), ("", None), ("", None))[:2]
    return before if latest is not None and before is not None and before.demo == latest.demo else None


def _runs(history: Sequence[Exchange]) -> Iterator[tuple[str, Run]]:
    """The conversation's runs, the latest first."""
    for exchange in reversed(history):
        if exchange.state == "complete" and (run := Run.of(exchange.detail.get("rundown"))):
            yield str((exchange.detail.get("demo") or {}).get("run_id", "")), run
