"""What comes in, in OpenAI's shapes and ours. Platforms send numbers as text and nulls for what they leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from demos.runtime.messages import say

DEEPEST = 64
MOST_CHOICES = 16
_SURROGATE = re.compile("[\ud800-\udfff]")
_DECIMAL_COMMA = re.compile(r"\A-?\d{1,20},\d{1,20}\Z")


def number_of(value: Any) -> Any:
    """A number as platforms write it: "0,5" is a half, "" is none."""
    if isinstance(value, str):
        value = value.strip()
        if _DECIMAL_COMMA.fullmatch(value):
            return value.replace(",", ".")
    return None if value == "" else value


def limit_of(value: Any) -> Any:
    """A number of tokens; -1 and 0 say that there is no limit."""
    value = number_of(value)
    try:
        return None if float(value) in (-1, 0) else value
    except (TypeError, ValueError, OverflowError):
        return value


def _name(value: Any) -> Any:
    """A name; some platforms send the number of a user."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _parts(value: Any) -> Any:
    """The parts of a message; a text among them, or one part alone, is taken for what it is."""
    if isinstance(value, dict):
        value = [value]
    if isinstance(value, list):
        return [{"type": "text", "text": part} if isinstance(part, str) else part for part in value]
    return value


Stop = Annotated[str, Field(max_length=400)]
Name = Annotated[str, BeforeValidator(_name), Field(max_length=200)]
Limit = Annotated[int, Field(ge=1)]


class In(BaseModel):
    """A body, or a part of one: unknown fields are ignored, and what is null was not sent."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {name: part for name, part in value.items() if part is not None} if isinstance(value, dict) else value

    @field_validator("*", mode="after")
    @classmethod
    def _is_plain(cls, value: Any) -> Any:
        """Half of a surrogate pair is no text: nothing could store or print it. Nobody means what is nested deeply."""
        level, depth = [value], 0
        while level:
            if depth > DEEPEST:
                raise ValueError(say("it is nested more than {count} deep", count=DEEPEST))
            if any(_SURROGATE.search(part) for part in level if isinstance(part, str)):
                raise ValueError(say("the text holds half of a surrogate pair"))
            level, depth = [part for whole in level for part in _inside(whole)], depth + 1
        return value


class ContentPart(In):
    """One part of a message; text is read, of a picture it is said that it cannot be seen."""

    type: str = "text"
    text: str | None = None
    refusal: str | None = None

    @property
    def is_picture(self) -> bool:
        return "image" in self.type


class ChatMessage(In):
    """One message; what an assistant said with calls of tools may have no text."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str | list[ContentPart] | None, BeforeValidator(_parts)] = None
    images: list[Any] | None = None
    """Ollama's way to send pictures."""

    @property
    def text(self) -> str:
        """The message's text, parts joined."""
        if isinstance(self.content, list):
            return "\n".join(part.text or part.refusal or "" for part in self.content if part.text or part.refusal)
        return self.content or ""

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture in it, which nobody looks at."""
        return bool(self.images) or (isinstance(self.content, list) and any(part.is_picture for part in self.content))


class StreamOptions(In):
    include_usage: bool = False
    comments: bool = True
    """Whether a wait may be told by comments of the event stream; strict readers get empty deltas instead."""


class ResponseFormat(In):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: dict[str, Any] | None = None

    @property
    def schema_(self) -> Any:
        """The JSON Schema that is asked for, None for any object."""
        return (self.json_schema or {}).get("schema")


class Sampling(In):
    """What all ways of asking share. Answers are quotations: temperature and its like change nothing."""

    model: str = ""
    stream: bool = False
    temperature: Annotated[float | None, BeforeValidator(number_of)] = Field(None, ge=0, le=2)
    top_p: Annotated[float | None, BeforeValidator(number_of)] = Field(None, ge=0, le=1)
    seed: Annotated[int | None, BeforeValidator(number_of)] = None
    user: Name | None = None


class ChatRequest(Sampling):
    """Body of /v1/chat/completions. Unknown fields are ignored."""

    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[Limit | None, BeforeValidator(limit_of)] = None
    max_completion_tokens: Annotated[Limit | None, BeforeValidator(limit_of)] = None
    n: Annotated[int, BeforeValidator(number_of), Field(ge=1, le=MOST_CHOICES)] = 1
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None
    response_format: ResponseFormat | None = None
    tools: list[Any] | None = None
    tool_choice: str | dict[str, Any] | None = None
    conversation: str | None = Field(None, max_length=64, description="Keep this turn in a stored conversation.")

    @property
    def limit(self) -> int | None:
        """Tokens that the answer may have."""
        return self.max_completion_tokens or self.max_tokens


class CompletionRequest(Sampling):
    """Body of /v1/completions, the older way to ask."""

    prompt: str | list[str] | list[int] | list[list[int]] = ""
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[Limit | None, BeforeValidator(limit_of)] = None
    n: Annotated[int, BeforeValidator(number_of), Field(ge=1, le=MOST_CHOICES)] = 1
    echo: bool = False
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None


class LearningAssistantRequest(In):
    """Body of /v1/learning-assistant: `message_list` in its first form, in its second `messages` beside
    `system_message`."""

    message_list: list[ChatMessage] | None = Field(None, max_length=1000)
    messages: list[ChatMessage] = Field(default_factory=list, max_length=1000)
    system_message: str = ""
    client_id: str = ""


class SearchRequest(In):
    query: str
    top_k: int = Field(5, ge=1, le=50)


class RunRequest(In):
    params: dict[str, Any] = Field(default_factory=dict)


class ConversationRequest(In):
    title: str = Field("", max_length=200)


def stops(stop: str | list[str] | None) -> tuple[str, ...]:
    """Strings that end the answer."""
    return (stop,) if isinstance(stop, str) else tuple(stop or ())


def _inside(value: Any) -> Iterable[Any]:
    """What a value of JSON holds, names too."""
    if isinstance(value, dict):
        return chain(value.keys(), value.values())
    return value if isinstance(value, list) else ()
