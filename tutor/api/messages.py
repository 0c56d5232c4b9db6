"""What a client wants, read out of its messages: a question with what came before it, a page, a quiz, or a task.

Learning platforms and chat fronts send one and the same shape and mean different things by it: a whole page with the
order to sum it up, the chat flattened into one text, tasks of the front end itself ("### Task:"), system texts alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from demos.runtime.messages import say
from tutor.api.schemas import ChatMessage
from tutor.api.wishes import PageWish, count_of, page_wish, wants_items
from tutor.conversations.store import Exchange
from tutor.dialogue.turn import LONGEST_QUESTION
from tutor.errors import InputError

Wish = Literal["question", "picture", "task", "summarise", "explain", "quiz", "cards"]
LONGEST_PAGE = 100_000
"""Characters of a page that is to be summed up or explained."""
PAGE = 400
"""Characters from which a text that comes with an order about texts is a page, not a question."""
GO_ON = "Go on."
_NAMES = {
    **dict.fromkeys(("User", "Usuario", "Student", "Estudiante", "Alumno", "Human"), "user"),
    **dict.fromkeys(("Assistant", "Asistente", "AI", "Bot", "Tutor"), "assistant"),
}
_ANY = re.compile(r"^([^\W\d_a-z]\w{1,19}): ", re.MULTILINE)
_ANY_CUE = re.compile(r"(?<=[^ \t])([A-ZÁÉÍÓÚÑ][a-záéíóúñü]{1,19}): ?\Z")
"""Names that a site gave to user and assistant: a word each, with a capital letter; the cue comes without a space."""
_TASK = re.compile(
    r"\A\s{0,9}(?:### Task:|(?:please )?(?:generate|create|provide|write|suggest)\b[^.\n]{0,60}?\btitle\b[^.\n]{0,60}?"
    r"\b(?:conversation|chat)\b)", re.IGNORECASE,
)  # fmt: skip
_TURN = re.compile(rf"^({'|'.join(_NAMES)}): ?", re.MULTILINE)
_CUE = re.compile(r"(?:Assistant|Asistente|AI|Bot|Tutor):\s*\Z")
_QUERY = re.compile(r"<user_query>(.*?)</user_query>", re.DOTALL)
_TAG = re.compile(r"</?(?:p|br|div|span|b|i|u|em|strong|a|ul|ol|li|h[1-6]|table|tr|td|code|pre)\b[^<>]{0,300}>", re.I)
_RULE = re.compile(r"^[ \t]*-{6,}[ \t]*$", re.MULTILINE)
_FAILED = re.compile(
    r"\W{0,6}(?:\[?(?:AI )?error\b|something went wrong|too many questions are waiting|the tutor is still loading)",
    re.I,
)
"""How a front end keeps an answer that failed."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is wanted. `text` is the question, the page or the task; `unanswered` are questions that nobody answered
    before it, `pictures` whether some came with it, `count` how many items are asked for."""

    wish: Wish
    text: str
    history: tuple[Exchange, ...] = ()
    unanswered: tuple[str, ...] = ()
    pictures: bool = False
    count: int | None = None


def read_messages(messages: Sequence[ChatMessage]) -> Prompt:
    """Read a chat. Raises InputError where nobody asks anything."""
    systems = [text for message in messages if message.role in ("system", "developer") and (text := _clean(message))]
    said: list[tuple[str, str]] = [
        (message.role, _clean(message)) for message in messages
        if message.role == "user" or (message.role == "assistant" and message.text.strip())
    ]  # fmt: skip
    if not any(role == "user" for role, _ in said):
        if said or not systems:
            raise InputError(say("The last message must be the user's."), code="invalid_value", param="messages")
        return _of_systems(systems)
    if [role for role, _ in said] == ["user"] and (turns := unfold(said[0][1])):
        said = turns
    elif said[-1][0] == "assistant":
        said = _gone_on(said)
    last = [message for message in messages if message.role == "user"][-1]
    earlier = any(message.has_picture for message in messages if message is not last)
    question, history, unanswered = said[-1][1], *_before(said[:-1])
    if not question and last.has_picture:
        return Prompt("picture", "", history)
    return _meant(question, systems, history, unanswered, last.has_picture and not earlier)


def _meant(
    text: str, systems: Sequence[str], history: tuple[Exchange, ...], unanswered: tuple[str, ...], pictures: bool
) -> Prompt:
    """What the last turn wants: the order may stand in the system's text or beside the page."""
    if _TASK.match(text):
        asked = _QUERY.search(text)
        return Prompt("question", asked[1].strip(), history) if asked else Prompt("task", text, history)
    if (items := wants_items(text)) is not None and len(text) <= LONGEST_QUESTION:
        return Prompt(items, text, history, pictures=pictures, count=count_of(text))
    order, page = _parted(text)
    wish: PageWish | None = page_wish(order) if order else None
    if wish is None and len(text) >= PAGE and not text.rstrip().endswith("?"):
        ordered = " ".join(systems)
        wish, page = page_wish(ordered) or wants_items(ordered), text
    if wish is None and len(text) > LONGEST_QUESTION:
        wish, page = "summarise", text
    if wish is not None and len(page) <= LONGEST_PAGE:
        return Prompt(wish, page, history, pictures=pictures, count=count_of(" ".join((*systems, order))))
    return Prompt("question", text, history, unanswered, pictures)


def _of_systems(systems: Sequence[str]) -> Prompt:
    """System texts alone: the last is the material, those before it say what to do with it."""
    order, page = " ".join(systems[:-1]) or systems[-1], systems[-1]
    if len(systems) == 1 and len(blocks := _RULE.split(page)) > 2:
        page = max((block.strip() for block in blocks[1:-1]), key=len) or page
    wish = wants_items(order) or page_wish(order) or "summarise"
    return Prompt(wish, page[:LONGEST_PAGE], count=count_of(order))


def _parted(text: str) -> tuple[str, str]:
    """The order and the page in one message: the order is its first line or its last. "" and the text where none is."""
    lines = text.split("\n")
    for order, rest in ((lines[0], lines[1:]), (lines[-1], lines[:-1])):
        page = "\n".join(rest).strip()
        if len(order) <= 300 and len(page) >= PAGE:
            return order, page
    head, colon, page = text.partition(": ")
    return (head, page) if colon and len(head) <= 200 and len(page) >= PAGE else ("", text)


def _before(said: Sequence[tuple[str, str]]) -> tuple[tuple[Exchange, ...], tuple[str, ...]]:
    """The exchanges before the last turn, and what was asked at the end of them without an answer."""
    history: list[Exchange] = []
    asked: list[str] = []
    failed: list[str] = []
    for role, text in said:
        if role == "user":
            asked.append(text)
        elif asked and _FAILED.match(text):
            failed, asked = [asked[-1]], []
        elif asked:
            history.append(Exchange("", asked[-1], text, "complete", "", {}, datetime.now(UTC)))
            asked, failed = [], []
    return tuple(history), tuple(text for text in asked or (() if history else failed) if text)


def _gone_on(said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A chat that ends with the assistant goes on: with the answer that broke off, or with more after a whole one."""
    whole = said[-1][1].rstrip().endswith((".", "!", "?", "]", ":", "…"))
    if whole:
        return [*said, ("user", GO_ON)]
    last = max(place for place, (role, _) in enumerate(said) if role == "user")
    return list(said[: last + 1])


def unfold(text: str) -> list[tuple[str, str]]:
    """The turns of a chat that was flattened into one text, [] where it is none.

    It ends with the cue for the assistant, or begins with the user: a dialogue that a student quotes does neither.
    """
    cue = _CUE.search(text)
    if cue is None and (other := _ANY_CUE.search(text)):
        return _unfold_named(text[: other.start()], other[1])
    if cue is None and not re.match(r"(?:User|Usuario|Student|Estudiante|Human): ?", text):
        return []
    text = text[: cue.start()] if cue else text
    marks = list(_TURN.finditer(text))
    if cue and not marks and (glued := list(re.finditer(r"(User|Usuario|Student|Estudiante|Human): ", text))):
        marks = glued[-1:]
    if not marks or _NAMES[marks[-1][1]] != "user":
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [(_NAMES[mark[1]], text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]


def _unfold_named(text: str, assistant: str) -> list[tuple[str, str]]:
    """The turns of a flattened chat whose user and assistant have names of a site's own."""
    marks = list(_ANY.finditer(text))
    if not marks or marks[-1][1] == assistant:
        return []
    user = marks[-1][1]
    marks = [mark for mark in marks if mark[1] in (user, assistant)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        ("user" if mark[1] == user else "assistant", text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    ]


def _clean(message: ChatMessage) -> str:
    """The text without surrounding space; where it is a fragment of HTML, without that."""
    text = message.text.strip()
    if message.role == "user" and _TAG.search(text):
        return html.unescape(re.sub(r"[ \t]+", " ", _TAG.sub(" ", text))).strip()
    return text
