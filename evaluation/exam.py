"""The exam: labelled questions through the same Tutor as the users', beside baselines in the same run."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from demos.runtime.catalogue import load
from demos.runtime.contract import DemoError
from knowledge.courses.builtin import read_notes, read_slides
from knowledge.courses.labelled import Labelled
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import Retriever
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.events import Answered, Failed, Token
from tutor.llm.base import LanguageModel, Message, Sampling
from tutor.service.build import Tutor

DECLINES = ("not cover", "do not say", "does not say", "don't know", "no information", "cannot answer", "not mentioned")


@dataclass(frozen=True, slots=True)
class Result:
    """What one system made of one question. Times in seconds."""

    id: str
    kind: str
    style: str
    answer: str
    declined: bool
    recalled: float
    right: bool
    sentences: int
    supported: int
    first: float
    whole: float
    demo: str = ""
    demo_right: bool = False
    params_right: bool = False
    failed: str = ""
    dropped: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()


def quoted(ending: Answered) -> tuple[int, int]:
    """How many sentences an answer cites, and how many of these stand in the passage that they cite: an invariant."""
    held = [
        c.quote in c.passage.sentences or c.quote in c.passage.other or c.quote == c.passage.title
        for c in ending.citations
    ]
    return len(held), sum(held)


def in_english(ending: Answered) -> str:
    """The answer with what it says in Spanish in the course's English beside it: labels are English."""
    beside = []
    for citation in ending.citations:
        passage = citation.passage
        if citation.quote in passage.other:
            beside.append(passage.sentences[passage.other.index(citation.quote)])
    return " ".join((ending.text, *beside))


class System(Protocol):
    """Something that answers questions."""

    name: str

    async def answer(self, item: Labelled) -> Result: ...


class WholeTutor:
    """Tiza as users have it, conversation included."""

    def __init__(self, tutor: Tutor, name: str = "Tiza") -> None:
        self._tutor, self.name = tutor, name

    async def answer(self, item: Labelled) -> Result:
        history: list[Exchange] = []
        for text in item.history:
            ending, _, _ = await _turn(self._tutor, text, history)
            history.append(exchange_of(text, ending))
        ending, first, whole = await _turn(self._tutor, item.question, history)
        if isinstance(ending, Failed):
            return _result(item, "", False, (0, 0), first, whole, failed=ending.problem.code)
        assert isinstance(ending, Answered)
        declined = ending.outcome == "not_covered"
        counted = quoted(ending) if ending.outcome == "answered" else (0, 0)
        ran, params = (ending.demo.name, ending.demo.params) if ending.demo else ("", {})
        return _result(
            item, in_english(ending), declined, counted, first, whole, demo=ran,
            params_right=bool(ran) and ran == item.demo and _same_params(item, params),
            dropped=tuple((drop.text, drop.reason) for drop in ending.dropped),
            sources=tuple(dict.fromkeys(citation.passage.place for citation in ending.citations)),
            quotes=tuple(citation.quote for citation in ending.citations) if ending.outcome == "answered" else (),
        )  # fmt: skip


class BestPassage:
    """Baseline: the best passage's text, no model, no refusal."""

    name = "retrieval only"

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    async def answer(self, item: Labelled) -> Result:
        started = time.perf_counter()
        hits = self._retriever.search(item.question, 1)
        text = hits[0].passage.text if hits else ""
        seconds = time.perf_counter() - started
        return _result(item, text, False, (0, 0), seconds, seconds)


class BareModel:
    """Baseline: the model alone."""

    name = "starter model alone"

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def answer(self, item: Labelled) -> Result:
        text, first, whole = await _generate(self._model, self._messages(item.question))
        return _result(item, text, _declines(text), (0, 0), first, whole)

    def _messages(self, question: str) -> list[Message]:
        return [Message("system", "You are a tutor. Answer in one or two sentences."), Message("user", question)]


class NaiveRag(BareModel):
    """Baseline: 500-character chunks, the three nearest in the prompt, no checks."""

    name = "naive RAG"

    def __init__(self, model: LanguageModel, embedder: Embedder) -> None:
        super().__init__(model)
        bodies = [slide.body for slide in read_slides()] + [note.body for note in read_notes()]
        self._chunks = [body[start : start + 500] for body in bodies for start in range(0, len(body), 500)]
        self._embedder = embedder
        self._vectors = embedder.encode(self._chunks)

    def _messages(self, question: str) -> list[Message]:
        nearest = np.argsort(-(self._vectors @ self._embedder.encode_questions([question])[0]))[:3]
        context = "\n\n".join(self._chunks[place] for place in nearest)
        system = "You are a tutor. Answer only from the context. If it does not answer, say that you do not know."
        return [Message("system", system), Message("user", f"Context:\n{context}\n\nQuestion: {question}")]


async def examine(system: System, items: Sequence[Labelled], step: Callable[[], None]) -> AsyncGenerator[Result, None]:
    """One result a question, in order; `step` is called after each."""
    for item in items:
        yield await system.answer(item)
        step()


def _result(
    item: Labelled, text: str, declined: bool, counted: tuple[int, int], first: float, whole: float, **more: Any
) -> Result:
    right = not declined and item.right(text) if item.covered else declined
    return Result(
        item.id, item.kind, item.style, text, declined, 0.0 if declined else item.recalled(text), right, *counted,
        first, whole, demo_right=more.get("demo", "") == item.demo, **more,
    )  # fmt: skip


def _same_params(item: Labelled, params: dict[str, Any]) -> bool:
    """True when every stated value is kept and nothing else is changed but the seed."""
    try:
        demo = load(item.demo)
        wanted = demo.parse(item.params).model_dump(mode="json")
    except DemoError:
        return False
    return all(value == params.get(name) for name, value in wanted.items() if name != "seed" or name in item.params)


def _declines(text: str) -> bool:
    return any(words in text.lower() for words in DECLINES)


async def _turn(tutor: Tutor, text: str, history: Sequence[Exchange]) -> tuple[Answered | Failed, float, float]:
    started, first, ending = time.perf_counter(), 0.0, None
    async with aclosing(tutor.answer(text, history)) as events:
        async for event in events:
            if isinstance(event, Token) and not first:
                first = time.perf_counter() - started
            if isinstance(event, Answered | Failed):
                ending = event
    assert ending is not None
    whole = time.perf_counter() - started
    return ending, first or whole, whole


async def _generate(model: LanguageModel, messages: list[Message]) -> tuple[str, float, float]:
    started, first, text = time.perf_counter(), 0.0, ""
    async with aclosing(model.stream(messages, Sampling(max_tokens=96))) as pieces:
        async for piece in pieces:
            first = first or time.perf_counter() - started
            text += piece.text
    return text.strip(), first, time.perf_counter() - started


def ranks(retriever: Retriever, pairs: Sequence[tuple[Labelled, Any]]) -> Iterator[tuple[Labelled, int, float]]:
    """For each covered question the rank of the first right passage (0: not among ten), and the covered score."""
    for item, question in pairs:
        found = retriever.retrieve(question)
        places = [place for place, hit in enumerate(found.hits[:10], 1) if item.found_in(hit.passage)]
        yield item, places[0] if places else 0, found.covered
