"""Where parts meet: `build_tutor(settings)` is the only place that knows them all.

Building costs milliseconds; what takes seconds (index, embedder, model) is loaded by `prepare`, behind the prompt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from demos import catalogue
from demos.contract import Demo, Frame, Params
from demos.runner import Workers, run
from knowledge.courses import Course, Progress, index_folder, open_course
from knowledge.embed import Embedder
from knowledge.errors import KnowledgeError
from knowledge.lecture import COURSE, Note, Slide, read_notes, read_slides
from tutor import turn
from tutor.capabilities import asks_the_model, capabilities
from tutor.errors import ModelError, Problem
from tutor.events import Event, Failed, Provenance
from tutor.history import Exchange
from tutor.llm.base import LanguageModel, ModelInfo
from tutor.settings import Settings

if TYPE_CHECKING:
    from knowledge.passages import Hit
    from knowledge.retrieve import Retriever

log = logging.getLogger(__name__)
STARTER_NAME = "SmolLM2-135M-Instruct"
QUOTES_ONLY = "none (answers quote the course)"
SUGGESTIONS = (
    "Who made the perceptron, and when?",
    "What is attention in a language model?",
    "Why did LSTM networks become necessary?",
    "Train a perceptron on XOR for 30 epochs with learning rate 0.5",
)


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


class Tutor:
    """The tutor for one course. Front ends call `answer` and consume its events."""

    def __init__(self, settings: Settings, model: LanguageModel | None = None) -> None:
        """`model` replaces the one that the settings name (for tests and benchmarks)."""
        self.settings = settings
        self.course = Course(settings.course, settings.home)
        self._given = model
        self._parts: turn.Parts | None = None
        self._workers = Workers()
        self._preparing = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """True once `prepare` has succeeded."""
        return self._parts is not None

    @property
    def indexed(self) -> bool:
        """True when an index of the course as it is now lies in the data folder."""
        return index_folder(self.course, self.embedder).is_dir()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder, shared by search, evidence and demos. Raises KnowledgeError (`embedder_missing`)."""
        return Embedder(self.settings.embedder)

    async def prepare(self, progress: Progress = _quiet) -> None:
        """Open the index, load embedder and model. Safe to call often. Raises KnowledgeError and ModelError."""
        async with self._preparing:
            if self._parts is None:
                self._parts = await self._build(progress)

    async def answer(
        self, question: str, history: Sequence[Exchange] = (), *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of one turn; see tutor/turn.py. Prepares first when nothing has."""
        try:
            await self.prepare()
        except Exception as error:
            problem = Problem.of(error)
            if problem.code == "internal_error":
                log.exception("the tutor could not be prepared")
            yield Failed(problem)
            return
        assert self._parts is not None
        chosen = self.settings.seed if seed is None else seed
        async with aclosing(turn.answer(self._parts, question, history, seed=chosen)) as events:
            async for event in events:
                yield event

    async def search(self, text: str, top_k: int = 8) -> list[Hit]:
        """The best passages for a text."""
        retriever = await self._retriever()
        return await asyncio.to_thread(retriever.search, turn.checked(text), top_k)

    async def run_demo(self, demo: Demo, params: Params) -> AsyncGenerator[Frame, None]:
        """The frames of one run, from a worker process."""
        if asks_the_model(demo):
            await self.prepare()
        given = capabilities(demo, self._embed, self.model)
        async with aclosing(run(demo, params, workers=self._workers, capabilities=given)) as frames:
            async for frame in frames:
                yield frame

    async def count(self, text: str) -> int:
        """Tokens of a text as the model counts them; words where there is no model."""
        model = self._parts.model if self._parts else None
        return await model.count(text) if model else len(text.split())

    def slides(self) -> tuple[Slide, ...]:
        """The slides of the course; a teacher's own course has none."""
        return read_slides() if self.course.name == COURSE else ()

    def slide(self, number: int) -> str:
        """A slide as Markdown. Raises KnowledgeError (`unknown_slide`)."""
        for slide in self.slides():
            if slide.number == number:
                return slide.markdown
        raise KnowledgeError(f"The course has no slide {number}.", code="unknown_slide")

    def suggestions(self) -> tuple[str, ...]:
        """Questions to begin with."""
        return SUGGESTIONS if self.course.name == COURSE else ()

    @property
    def provenance(self) -> Provenance | None:
        """What answers will name as their origin; None before `prepare`."""
        return self._parts.provenance if self._parts else None

    @property
    def model(self) -> LanguageModel | None:
        """The language model, for those who measure it; None before `prepare`, or when answers only quote."""
        return self._parts.model if self._parts else None

    async def close(self) -> None:
        """Free the model and end waiting demo workers."""
        await self._workers.close()
        if self._parts and self._parts.model:
            await self._parts.model.close()
        self._parts = None

    def _embed(self, texts: list[str]) -> list[list[float]]:
        """What a demo with `needs=("embed",)` gets: unit vectors of texts."""
        vectors: list[list[float]] = self.embedder.encode(texts).tolist()
        return vectors

    async def _retriever(self) -> Retriever:
        await self.prepare()
        assert self._parts is not None
        return self._parts.retriever

    async def _build(self, progress: Progress) -> turn.Parts:
        from knowledge.retrieve import Retriever
        from tutor.evidence import Evidence
        from tutor.intent import IntentReader

        settings = self.settings
        embedder = self.embedder
        index, model, _ = await asyncio.gather(
            asyncio.to_thread(open_course, self.course, embedder, progress),
            self._model(),
            asyncio.to_thread(embedder.load),
        )
        info = model.describe() if model else ModelInfo(QUOTES_ONLY, "", None, 0)
        demos = catalogue.all_demos()
        notes: tuple[Note, ...] = read_notes() if self.course.name == COURSE else ()
        self._workers.refill()
        return turn.Parts(
            retriever=Retriever(index, embedder),
            evidence=Evidence(embedder),
            intents=IntentReader(demos, embedder, settings.home / "indexes"),
            run_frames=self.run_demo,
            model=model,
            provenance=Provenance(info.name, info.sha256, info.adapter, settings.seed, index.name, release()),
            course_title="Artificial Intelligence: An Introduction" if self.course.name == COURSE else self.course.name,
            drafts=drafts_with(settings, info),
            slides=self.slides(),
            notes=notes,
            demos=demos,
        )

    async def _model(self) -> LanguageModel | None:
        """The model of the settings, loaded; None when the starter is missing or damaged: answers then quote."""
        if self._given is not None:
            return self._given
        try:
            return await open_model(self.settings)
        except ModelError as error:
            if self.settings.model:
                raise
            log.warning("answers will quote the course only: %s", error)
            return None


async def open_model(settings: Settings) -> LanguageModel:
    """The language model alone: the upstream that the settings name, or the model file, loaded. Raises ModelError."""
    if settings.upstream:
        from tutor.llm.remote import RemoteModel

        return RemoteModel(settings.upstream, settings.upstream_model, settings.upstream_key.get_secret_value())
    info = await asyncio.to_thread(model_file, settings)
    from tutor.llm.llama import Engine, LlamaModel

    model = LlamaModel(
        replace(info, context=settings.context), Engine(settings.context, settings.threads, flash_attention=True)
    )
    await model.load()
    return model


def open_retriever(settings: Settings, progress: Progress = _quiet) -> Retriever:
    """Search alone, without a model. Raises KnowledgeError."""
    from knowledge.retrieve import Retriever

    embedder = Embedder(settings.embedder)
    return Retriever(open_course(Course(settings.course, settings.home), embedder, progress), embedder)


def build_tutor(settings: Settings, model: LanguageModel | None = None) -> Tutor:
    """A tutor for these settings; nothing heavy is loaded yet."""
    return Tutor(settings, model)


def drafts_with(settings: Settings, info: ModelInfo) -> bool:
    """Whether the model words answers. The bare starter does not: quotation is better (docs/quality.md, ADR 1)."""
    if settings.draft == "auto":
        return info.name != STARTER_NAME or info.adapter is not None
    return settings.draft == "on"


def model_file(settings: Settings) -> ModelInfo:
    """The verified model file that the settings name, the starter by default. Raises ModelError."""
    from tutor.llm.catalogue import STARTER, locate, verify
    from tutor.llm.starter import prepare_starter

    if settings.model in ("", STARTER):
        return prepare_starter(settings.home)
    return verify(locate(settings.model, settings.home), settings.home)


def release() -> str:
    """Tiza's version."""
    try:
        return version("tiza")
    except PackageNotFoundError:
        return "0.0.0"


__all__ = ["QUOTES_ONLY", "Tutor", "build_tutor", "model_file", "open_model", "open_retriever", "release"]
