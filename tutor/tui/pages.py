"""Markdown pages to read beside an answer."""

from __future__ import annotations

from demos.runtime.contract import Demo
from demos.runtime.idea import idea
from knowledge.passages import Passage
from knowledge.text import Language
from tutor.conversations.records import detail
from tutor.conversations.store import Exchange
from tutor.events import Answered, Source
from tutor.tui.language import texts
from tutor.tui.literal import is_markdown, literal
from tutor.tui.ports import Tutor

__all__ = ["about_page", "code_page", "source_page"]


def source_page(tutor: Tutor, source: Source) -> tuple[str, str]:
    """Heading and Markdown of a source: the whole slide, or the passage where it is not of the lecture."""
    passage = source.passage
    heading = f"[{source.marker}] {passage.located(source.language)}"
    if passage.source == "lecture" and passage.slide is not None:
        try:
            return heading, tutor.slide(passage.slide)
        except Exception:
            part = texts("the cited part")
            heading += f" ({part})"
    if is_markdown(passage):
        return heading, _page(passage, source.language)
    title, section = literal(passage.title), literal(passage.section)
    text = "\n\n".join(literal(paragraph) for paragraph in passage.text.split("\n"))
    return heading, f"# {title}\n\n*{section}*\n\n{text}"


def _page(passage: Passage, language: Language) -> str:
    """A passage in the language of the answer, where the course has it in that."""
    text = " ".join(passage.other) if passage.other and language != passage.language else passage.text
    return f"# {passage.named(language)}\n\n*{passage.section}*\n\n{text}"


def code_page(demo: Demo) -> str:
    """A demo's own file as Markdown."""
    return f"````python\n{idea(demo)}\n````\n"


def about_page(answered: Answered | None, kept: Exchange | None) -> str:
    """What makes an answer reproducible, and what evidence left out of it."""
    stored = detail(answered) if answered is not None else kept.detail if kept is not None else {}
    made = stored.get("provenance")
    if not made:
        return texts("This answer was not finished, so nothing is known of how it was made.")
    outcome = answered.outcome if answered is not None else kept.outcome if kept is not None else ""
    rows = [
        (texts("Outcome"), outcome.replace("_", " ")),
        (texts("Model"), made["model"]),
        (texts("Model file"), _short(made["model_sha256"])),
        (texts("Adapter"), made["adapter"] or "none"),
        (texts("Seed"), made["seed"]),
        (texts("Course"), _short(made["knowledge"])),
        ("Tiza", made["version"]),
        (texts("Tokens"), _tokens(answered) if answered is not None else ""),
    ]
    lines = [f"- {name}: `{value}`" for name, value in rows if value != ""]
    if answered is not None and answered.dropped:
        lines += [
            "",
            "## " + texts("Left out"),
            "",
            texts("The model's draft also said this, and no source supports it:"),
            "",
        ]
        lines += [f"- {dropped.text} *({dropped.reason})*" for dropped in answered.dropped]
    return "\n".join([texts("The same question, model and seed give the same answer."), "", *lines])


def _tokens(answered: Answered) -> str:
    return texts(
        "{read} read, {written} written", read=answered.usage.prompt_tokens, written=answered.usage.completion_tokens
    )


def _short(digest: str) -> str:
    return digest if len(digest) <= 16 else f"{digest[:16]}…"
