"""Markdown pages to read beside an answer."""

from __future__ import annotations

from demos.runtime.contract import Demo
from demos.runtime.idea import idea
from tutor.conversations.records import detail
from tutor.conversations.store import Exchange
from tutor.events import Answered, Source
from tutor.tui.ports import Tutor

__all__ = ["about_page", "code_page", "source_page"]


def source_page(tutor: Tutor, source: Source) -> tuple[str, str]:
    """Heading and Markdown of a source: the whole slide, or the passage where it is not of the lecture."""
    passage = source.passage
    heading = f"[{source.marker}] {passage.place}"
    if passage.source == "lecture" and passage.slide is not None:
        try:
            return heading, tutor.slide(passage.slide)
        except Exception:
            heading += " (the cited part)"
    return heading, f"# {passage.title}\n\n*{passage.section}*\n\n{passage.text}"


def code_page(demo: Demo) -> str:
    """A demo's own file as Markdown."""
    return f"````python\n{idea(demo)}\n````\n"


def about_page(answered: Answered | None, kept: Exchange | None) -> str:
    """What makes an answer reproducible, and what evidence left out of it."""
    stored = detail(answered) if answered is not None else kept.detail if kept is not None else {}
    made = stored.get("provenance")
    if not made:
        return "This answer was not finished, so nothing is known of how it was made."
    outcome = answered.outcome if answered is not None else kept.outcome if kept is not None else ""
    rows = [
        ("Outcome", outcome.replace("_", " ")),
        ("Model", made["model"]),
        ("Model file", _short(made["model_sha256"])),
        ("Adapter", made["adapter"] or "none"),
        ("Seed", made["seed"]),
        ("Course", _short(made["knowledge"])),
        ("Tiza", made["version"]),
        ("Tokens", _tokens(answered) if answered is not None else ""),
    ]
    lines = [f"- {name}: `{value}`" for name, value in rows if value != ""]
    if answered is not None and answered.dropped:
        lines += ["", "## Left out", "", "The model's draft also said this, and no source supports it:", ""]
        lines += [f"- {dropped.text} *({dropped.reason})*" for dropped in answered.dropped]
    return "\n".join(["The same question, model and seed give the same answer.", "", *lines])


def _tokens(answered: Answered) -> str:
    return f"{answered.usage.prompt_tokens} read, {answered.usage.completion_tokens} written"


def _short(digest: str) -> str:
    return digest if len(digest) <= 16 else f"{digest[:16]}…"
