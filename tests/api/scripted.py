"""A tutor that answers without weights, and a client for the service around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx

from knowledge.courses.units import Topic, read_topics
from knowledge.passages import Hit, Passage
from knowledge.retrieval.embedder import Vectors
from knowledge.text import words
from tests.knowledge.embedders import WordEmbedder
from tutor.api.app import create_app
from tutor.api.context import Service
from tutor.conversations.store import Exchange
from tutor.dialogue.turn import checked
from tutor.events import Answered, Citation, Event, Failed, Provenance, Source, SourcesFound, Token
from tutor.service.build import Tutor
from tutor.settings import Settings

PASSAGE = Passage(
    "abc123", "ai-introduction", "lecture", "slide-18", "Perceptron (1957)", "Dense Layers",
    "Frank Rosenblatt made the perceptron in 1957.", ("Frank Rosenblatt made the perceptron in 1957.",), 18,
)  # fmt: skip
PROVENANCE = Provenance("scripted", "0" * 64, None, 0, "test", "0.1.0")


class SpellingEmbedder(WordEmbedder):
    """Its tokens are the letters, so that ids and texts can be told without a vocabulary."""

    def tokenize(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def text(self, tokens: Sequence[int]) -> str | None:
        return "".join(map(chr, tokens)) if all(31 < token < 128 for token in tokens) else None


class ScriptedTutor(Tutor):
    """Answers every question with the same sentence, `pause` seconds after the sources; counts what runs."""

    def __init__(self, settings: Settings, pause: float = 0.0) -> None:
        super().__init__(settings)
        self.pause, self.running, self.most = pause, 0, 0
        self.asked: list[tuple[str, Sequence[Exchange]]] = []
        self.studied: list[tuple[str, str]] = []
        self.failure: Failed | None = None

    ready = property(lambda _self: True)
    provenance = property(lambda _self: PROVENANCE)
    embedder = property(lambda _self: SpellingEmbedder())

    async def prepare(self, progress: Any = None) -> None:
        del progress

    async def count(self, text: str) -> int:
        return len(text.split())

    async def search(self, text: str, top_k: int = 8) -> list[Hit]:
        checked(text)
        return [Hit(PASSAGE, 0.03, 0.8, 4.2)][:top_k]

    async def topics(self, text: str, most: int = 8) -> list[Topic]:
        said = set(words(text))
        named = [topic for topic in read_topics() if said & {topic.id, topic.title.lower()}]
        return named[:most]

    async def embed(self, texts: Sequence[str], *, asking: bool = True, progress: Any = None) -> Vectors:
        del asking, progress
        return SpellingEmbedder().encode(texts)

    async def study(
        self, text: str, wish: str, count: int | None = None, *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        del count, seed
        self.studied.append((text, wish))
        self.running += 1
        try:
            await asyncio.sleep(self.pause)
            yield Token("The text in short.")
            yield Answered("The text in short.", "answered", (), PROVENANCE)
        finally:
            self.running -= 1

    async def answer(
        self, question: str, history: Sequence[Exchange] = (), *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        del seed
        self.asked.append((question, history))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            yield SourcesFound((Source(1, PASSAGE, 0.03),))
            await asyncio.sleep(self.pause)
            if self.failure:
                yield self.failure
                return
            for word in ("Frank Rosenblatt made", " the perceptron", " in 1957. [1]"):
                yield Token(word)
            citation = Citation(1, PASSAGE, PASSAGE.text)
            yield Answered("Frank Rosenblatt made the perceptron in 1957. [1]", "answered", (citation,), PROVENANCE)
        finally:
            self.running -= 1


def client_of(service: Service) -> httpx.AsyncClient:
    """A client that speaks to the app in this process."""
    transport = httpx.ASGITransport(app=create_app(service), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")
