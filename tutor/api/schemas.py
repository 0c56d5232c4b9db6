"""What comes in and what goes out, in OpenAI's shapes and ours. Platforms send numbers as text: pydantic coerces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

DEEPEST = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


Stop = Annotated[str, Field(max_length=400)]


class _In(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _is_plain(cls, value: Any) -> Any:
        """Half of a surrogate pair is no text: nothing could store or print it. Nobody means what is nested deeply."""
        level, depth = [value], 0
        while level:
            if depth > DEEPEST:
                raise ValueError(f"it is nested more than {DEEPEST} deep")
            if any(_SURROGATE.search(part) for part in level if isinstance(part, str)):
                raise ValueError("the text holds half of a surrogate pair")
            level, depth = [part for whole in level for part in _inside(whole)], depth + 1
        return value


class ContentPart(_In):
    """One part of a message; only text parts are read."""

    type: str = "text"
    text: str | None = None


class ChatMessage(_In):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """The message's text, parts joined."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(_In):
    include_usage: bool = False


class ResponseFormat(_In):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: dict[str, Any] | None = None


class ChatRequest(_In):
    """Body of /v1/chat/completions. Unknown fields are ignored; `tools` are accepted and never called."""

    model: str = ""
    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    seed: int | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None
    user: str | None = Field(None, max_length=200)
    response_format: ResponseFormat | None = None
    tools: list[Any] | None = None
    conversation: str | None = Field(None, max_length=64, description="Keep this turn in a stored conversation.")

    @property
    def limit(self) -> int | None:
        """Tokens that the answer may have."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        """Strings that end the answer."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())


class SearchRequest(_In):
    query: str
    top_k: int = Field(5, ge=1, le=50)


class RunRequest(_In):
    params: dict[str, Any] = Field(default_factory=dict)


class ConversationRequest(_In):
    title: str = Field("", max_length=200)


def _inside(value: Any) -> Iterable[Any]:
    """What a value of JSON holds, names too."""
    if isinstance(value, dict):
        return chain(value.keys(), value.values())
    return value if isinstance(value, list) else ()
