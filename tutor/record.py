"""An ending as a conversation keeps it: what follow-ups, exports and the API need of a turn later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tutor.events import Answered, Citation, Event, Failed
from tutor.history import Exchange, State


def citation_record(citation: Citation) -> dict[str, Any]:
    """One citation as JSON."""
    passage = citation.passage
    return {
        "marker": citation.marker,
        "passage_id": passage.id,
        "slide": passage.slide,
        "page": passage.page,
        "section": passage.section,
        "title": passage.title,
        "place": passage.place,
        "quote": citation.quote,
    }


def detail(ending: Event | None) -> dict[str, Any]:
    """What is stored beside the answer's text."""
    if isinstance(ending, Answered):
        return {
            "citations": [citation_record(citation) for citation in ending.citations],
            "demo": asdict(ending.demo) if ending.demo else None,
            "provenance": asdict(ending.provenance),
            "suggestions": list(ending.suggestions),
            "search": ending.search,
            "topic": ending.topic,
        }
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
