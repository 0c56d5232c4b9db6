"""A model behind an OpenAI-compatible server (llama-server, vLLM, Ollama) that the user named by URL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from demos.runtime.messages import say
from tutor.errors import ModelError
from tutor.llm.base import Message, ModelInfo, Piece, Sampling


class _Delta(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None


class _Chunk(BaseModel):
    """What counts of a chunk; servers send more, and leave out what they like."""

    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class RemoteModel:
    """Streams from `url`/chat/completions. Raises ModelError (`model_failed`) with the reason in words."""

    def __init__(self, url: str, model: str, key: str = "", client: httpx.AsyncClient | None = None) -> None:
        base = url.rstrip("/")
        self._url = base if base.endswith("/v1") else f"{base}/v1"
        self._model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = client or httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(120, connect=5))

    def describe(self) -> ModelInfo:
        return ModelInfo(f"{self._model or 'default'} at {self._url}", "", None, 8192)

    async def count(self, text: str) -> int:
        """An estimate: four characters a token."""
        return max(1, _tokens(len(text)))

    async def close(self) -> None:
        await self._client.aclose()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, grammar: str | None = None
    ) -> AsyncGenerator[Piece, None]:
        body: dict[str, Any] = {
            "model": self._model or "default",
            "messages": [{"role": message.role, "content": message.content} for message in _asked(messages)],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "seed": sampling.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if grammar is not None:
            body["grammar"] = grammar  # llama-server's extension; others ignore it, and callers validate
        usage: dict[str, int] = {}
        written = 0
        try:
            async with self._client.stream("POST", f"{self._url}/chat/completions", json=body) as reply:
                if reply.status_code != 200:
                    await reply.aread()
                    raise ModelError(
                        say("The model server answered {status}.", status=reply.status_code),
                        hint=say("Check TIZA_UPSTREAM ({url}).", url=self._url),
                    )
                async for line in reply.aiter_lines():
                    if line.startswith("data:") and line[5:].strip() != "[DONE]":
                        text, usage = _read(line[5:], usage)
                        if text:
                            written += len(text)
                            yield Piece(text)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ModelError(
                say(
                    "The model server at {url} cannot be reached ({problem}).",
                    url=self._url,
                    problem=type(error).__name__,
                ),
                hint=say("Start it, or unset TIZA_UPSTREAM."),
            ) from None
        read = sum(len(message.content) for message in messages)
        yield Piece("", usage.get("prompt_tokens") or _tokens(read), usage.get("completion_tokens") or _tokens(written))


def _tokens(characters: int) -> int:
    """An estimate, where a server does not say: llama_cpp.server does not, of a stream."""
    return -(-characters // 4)


def _asked(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages with the beginning of the answer asked for: servers differ in what they do with a last message of
    the assistant's."""
    if len(messages) < 2 or messages[-1].role != "assistant":
        return messages
    *before, last, begun = messages
    asked = f'{last.content}\n\nYour answer begins with "{begun.content}" Go on from there; do not repeat it.'
    return [*before, Message(last.role, asked)]


def _read(data: str, usage: dict[str, int]) -> tuple[str, dict[str, int]]:
    """The text of one chunk, and the usage as far as it is known."""
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError:
        raise ModelError(
            say("The model server sent something that is no chunk."), hint=say("Check TIZA_UPSTREAM.")
        ) from None
    if chunk.error:
        raise ModelError(say("The model server failed in mid-answer."), hint=say("Ask again."))
    delta = chunk.choices[0].delta if chunk.choices else None
    told = {name: count for name, count in (chunk.usage or {}).items() if isinstance(count, int)}
    return (delta.content if delta else None) or "", told or usage
