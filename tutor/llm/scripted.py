"""A model that says what it was told to say: for tests and for trying front ends without weights."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Sequence

from tutor.llm.base import Message, ModelInfo, Piece, Sampling


class ScriptedModel:
    """Gives queued replies word by word, `pause` seconds apart. An exception in the queue is raised instead."""

    def __init__(self, replies: Iterable[str | Exception] = (), *, pause: float = 0.0) -> None:
        self.replies = deque(replies)
        self.seen: list[list[Message]] = []
        self.running = 0
        self._pause = pause

    def describe(self) -> ModelInfo:
        return ModelInfo("scripted", "", None, 2048)

    async def count(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        self.replies.clear()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, grammar: str | None = None
    ) -> AsyncGenerator[Piece, None]:
        del grammar
        self.seen.append(list(messages))
        reply = self.replies.popleft() if self.replies else ""
        if isinstance(reply, Exception):
            raise reply
        words = reply.split(" ")[: sampling.max_tokens]
        self.running += 1
        try:
            for place, word in enumerate(words):
                await asyncio.sleep(self._pause)
                yield Piece(word if place == 0 else f" {word}")
            yield Piece("", sum(len(message.content.split()) for message in messages), len(words))
        finally:
            self.running -= 1
