"""What chat fronts ask of a model for themselves: a title, tags, follow-up questions, search queries.

They come as messages that begin with "### Task:", or with the order to give a chat a title, several for each question
of a student. They are answered at once
from the chat that stands in them: no turn is taken, and no demo runs although the chat speaks of one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from knowledge.courses.units import Topic
from knowledge.text import Language, language_of
from tutor.events import Answered, Provenance
from tutor.i18n import Texts, mark
from tutor.service.build import Tutor

_CHAT = re.compile(r"<chat_history>(.*?)(?:</chat_history>|\Z)|### Chat History:(.*)\Z", re.DOTALL)
_WHO = r"^(?:\|\|>)?(?:USER|HUMAN|ASSISTANT|AI|RESPONSE|TITLE):"
_SAID = re.compile(rf"(?={_WHO})\W*(\w+): ?(.*?)(?={_WHO}|\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_KEY = re.compile(r"\{\s*\"(\w{1,40})\"\s*:\s*(\[?)")
_MARKS = re.compile(r"\s?\[\d{1,2}\]")
FOLLOW_UPS = (
    mark("Give me a worked example of {topic}"), mark("Explain {topic} more simply"), mark("Why do we need {topic}?"),
    mark("How does {topic} work?"), mark("What are the limits of {topic}?"),
)  # fmt: skip
MOST = 3


async def answer_task(tutor: Tutor, text: str) -> Answered:
    """The answer to a front end's task, in the form that it asks for."""
    said = _chat(text)
    asked = [what for role, what in said if role == "user"]
    topics = await tutor.topics("\n".join(asked[-2:])[:4000]) if asked else []
    if not topics and said:
        topics = await tutor.topics(_MARKS.sub("", said[-1][1])[:1000])
    language = language_of(asked[-1]) if asked else "en"
    order = text[: text.find("### Chat History")] if "### Chat History" in text else text[:400]
    content = _told(order, topics, asked, language)
    nobody = Provenance("", "", None, 0, "", "")
    return Answered(content, "about", (), tutor.provenance or nobody)


def _told(order: str, topics: Sequence[Topic], asked: Sequence[str], language: Language) -> str:
    order = order.lower()
    keys = _KEY.findall(order)
    key, is_list = (keys[0][0], bool(keys[0][1])) if keys else ("", False)
    if "title" in order:
        return _formed(key, _title(topics, asked, language))
    if "follow-up" in order or "follow_ups" in order:
        return _formed(key or "follow_ups", _follow_ups(topics, language))
    if "tag" in order:
        return _formed(key or "tags", [topic.named(language).split(":")[0] for topic in topics[:MOST]] or ["General"])
    if "quer" in order:
        return _formed(key or "queries", [])  # the course is searched as it is
    return _formed(key, [] if is_list else "")


def _title(topics: Sequence[Topic], asked: Sequence[str], language: Language) -> str:
    if topics:
        return topics[0].named(language).split(":")[0]
    return " ".join(" ".join(asked[:1]).split()[:5]).strip("¿?!.,;: ") or "Chat"


def _follow_ups(topics: Sequence[Topic], language: Language) -> list[str]:
    if not topics:
        return []
    texts, name = Texts(language), topics[0].inline(language)
    units = {"example": 0, "simply": 1, "why": 2, "how": 3, "limits": 4}
    return [texts(FOLLOW_UPS[row], topic=name) for act, row in units.items() if topics[0].unit(act)][:MOST]  # type: ignore[arg-type]


def _formed(key: str, value: str | list[str]) -> str:
    """JSON under the asked key; plain text where no key is asked for."""
    if key:
        return json.dumps({key: value}, ensure_ascii=False)
    return value if isinstance(value, str) else "\n".join(value)


def _chat(text: str) -> list[tuple[str, str]]:
    found = _CHAT.search(text)
    chat = (found[1] or found[2] or "") if found else text
    users = ("user", "human")
    return [
        ("user" if said[1].lower() in users else "assistant", said[2].strip().strip('"'))
        for said in _SAID.finditer(chat)
    ]
