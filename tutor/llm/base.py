"""The language model as the tutor sees it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

Role = Literal["system", "user", "assistant"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Temperature 0 is greedy. `stop` strings end the text and are not part of it."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 160
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of generated text. The last piece of a stream carries the token counts; the others have zeros."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What an answer's provenance says of the model. `context` is in tokens, `path` empty for a remote model."""

    name: str
    sha256: str
    adapter: str | None
    context: int
    path: str = ""


class LanguageModel(Protocol):
    """Streams text for messages. One stream at a time; closing the iterator frees the model at once."""

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, grammar: str | None = None
    ) -> AsyncGenerator[Piece, None]:
        """Text pieces as they are made; where the last message is the assistant's, what comes after it. `grammar` is
        GBNF. Raises ModelError."""
        ...

    async def count(self, text: str) -> int:
        """Tokens in `text`, without special tokens."""
        ...

    def describe(self) -> ModelInfo: ...

    async def close(self) -> None: ...


@runtime_checkable
class OpenModel(LanguageModel, Protocol):
    """A language model that runs in this process and can be looked into."""

    async def inside(self, work: Callable[[Any], T]) -> T:
        """What `work` finds in the loaded model, between turns. Raises ModelError."""
        ...
