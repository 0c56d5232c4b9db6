"""Where parts meet: `build_tutor(settings)` is the only place that knows them all.

Building costs milliseconds; what takes seconds (index, embedder, model) is loaded by `prepare`, behind the prompt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from demos.runtime import catalogue
from demos.runtime.contract import Demo, Frame, Params
from demos.runtime.messages import say
from demos.runtime.runner import run
from knowledge.courses.builtin import COURSE, Slide, read_slides
from knowledge.courses.course import Course, Progress, Stamp, index_folder, open_course
from knowledge.courses.outline import FILE as MAP
from knowledge.courses.outline import read_outline
from knowledge.courses.units import Topic, read_topics
from knowledge.errors import KnowledgeError
from knowledge.retrieval.embedder import Embedder, Vectors
from tutor.answering.page import topics_in
from tutor.conversations.store import Exchange
from tutor.dialogue import turn
from tutor.errors import Problem
from tutor.events import Event, Failed, Provenance
from tutor.i18n import Texts, mark, preferred
from tutor.llm.base import LanguageModel
from tutor.service.capabilities import asks_the_model, capabilities
from tutor.service.resources import Equipment, model_file, open_model, words_answers
from tutor.settings import Settings

if TYPE_CHECKING:
    from knowledge.passages import Hit
    from knowledge.retrieval.index import Index
    from knowledge.retrieval.retriever import Retriever

log = logging.getLogger(__name__)
QUOTES_ONLY = "none (answers quote the course)"
SUGGESTIONS = (
    mark("Who made the perceptron, and when?"),
    mark("What is attention in a language model?"),
    mark("Why did LSTM networks become necessary?"),
    mark("Train a perceptron on XOR for 30 epochs with learning rate 0.5"),
)


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


class Tutor:
    """The tutor for one course. Front ends call `answer` and consume its events."""

    def __init__(
        self, settings: Settings, model: LanguageModel | None = None, equipment: Equipment | None = None
    ) -> None:
        """`model` replaces the one that the settings name (for tests, benchmarks); `equipment` is another tutor's."""
        self.settings = settings
        self.course = Course(settings.course, settings.home)
        self._equipment = equipment or Equipment(settings, model)
        self._owns = equipment is None
        self._parts: turn.Parts | None = None
        self._stamp: Stamp = ()
        self._preparing = asyncio.Lock()
        self._taking_up = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    def beside(self, course: str) -> Tutor:
        """The tutor of another course with the same embedder, model and demo workers. Raises KnowledgeError."""
        return Tutor(self.settings.model_copy(update={"course": course}), equipment=self._equipment)

    @property
    def ready(self) -> bool:
        """True once `prepare` has succeeded."""
        return self._parts is not None

    @property
    def parts(self) -> turn.Parts:
        """What turns are made of. Raises RuntimeError before `prepare`."""
        if self._parts is None:
            raise RuntimeError("The tutor is not prepared.")
        return self._parts

    @property
    def indexed(self) -> bool:
        """True when an index of the course as it is now lies in the data folder."""
        return self._is_indexed()

    @property
    def embedder(self) -> Embedder:
        """The embedder, shared by search, evidence and demos. Raises KnowledgeError (`embedder_missing`)."""
        return self._equipment.embedder

    async def prepare(self, progress: Progress = _quiet) -> None:
        """Open the index, load embedder and model. Safe to call often. Raises KnowledgeError and ModelError.

        Later calls notice that documents were added or removed, by whichever process. Once it returns, nothing that
        was removed before it was called is known any more; KnowledgeError (`unknown_course`) when that was all.
        """
        if self._parts is None:
            async with self._preparing:
                if self._parts is None:
                    self._parts = await self._build(progress)
        if self._stamp != (stamp := await asyncio.to_thread(self.course.stamp)):
            await self._catch_up(stamp)

    async def take_up(self, progress: Progress = _quiet) -> None:
        """Know the course as it is now. Turns under way keep the index that they began with.

        Raises KnowledgeError; when the whole course is gone (`unknown_course`), what was known of it is gone too.
        """
        async with self._taking_up:
            if self._parts is None:
                return
            stamp = await asyncio.to_thread(self.course.stamp)
            try:
                index = await asyncio.to_thread(open_course, self.course, self.embedder, progress)
            except KnowledgeError as error:
                if error.code == "unknown_course":
                    self._parts = None
                raise
            provenance = replace(self._parts.provenance, knowledge=index.name)
            opened = await asyncio.to_thread(self._opened, index)
            if not self.ready:  # it was closed meanwhile
                return
            self._parts = replace(self._parts, **opened, provenance=provenance)
            self._stamp = stamp

    async def _catch_up(self, now: Stamp) -> None:
        """The course was changed elsewhere: use its new index, or have one made while turns go on with the old.

        Nobody goes on with an index that holds a document which was removed since.
        """
        removed = {name for name, *_ in self._stamp} - {name for name, *_ in now}
        if bool(removed) or await asyncio.to_thread(self._is_indexed):
            await self.take_up()
        elif self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())

    def _is_indexed(self) -> bool:
        return index_folder(self.course, self.embedder).is_dir()

    async def _renew(self) -> None:
        try:
            await self.take_up()
        except Exception as error:  # the old index goes on answering
            log.warning("the course could not be indexed anew: %s", Problem.of(error))

    async def answer(
        self, question: str, history: Sequence[Exchange] = (), *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of one turn; see tutor/dialogue/turn.py. Prepares first when nothing has."""
        try:
            await self.prepare()
        except Exception as error:
            problem = Problem.of(error)
            if problem.code == "internal_error":
                log.exception("the tutor could not be prepared")
            yield Failed(problem)
            return
        if (parts := self._parts) is None:  # it was closed, or its course removed, this moment
            yield Failed(Problem.of(_gone(self.course)))
            return
        chosen = self.settings.seed if seed is None else seed
        wanted = self.settings.language or None
        async with aclosing(turn.answer(parts, question, history, seed=chosen, language=wanted)) as events:
            async for event in events:
                yield event

    async def study(
        self, text: str, wish: str, count: int | None = None, *, seed: int | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of a turn about a text that is no question; see tutor/dialogue/turn.py."""
        try:
            await self.prepare()
        except Exception as error:
            yield Failed(Problem.of(error))
            return
        if (parts := self._parts) is None:
            yield Failed(Problem.of(_gone(self.course)))
            return
        chosen = self.settings.seed if seed is None else seed
        async with aclosing(turn.study(parts, text, wish, count, seed=chosen)) as events:
            async for event in events:
                yield event

    async def topics(self, text: str, most: int = turn.MOST_TOPICS) -> list[Topic]:
        """The topics that a text speaks of; none where the course is not open or has no units."""
        if (parts := self._parts) is None:
            return []
        return await asyncio.to_thread(topics_in, parts.course, text, most)

    async def embed(
        self, texts: Sequence[str], *, asking: bool = True, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors of texts. Raises KnowledgeError (`embedder_missing`)."""
        encode = self.embedder.encode_questions if asking else self.embedder.encode
        return await asyncio.to_thread(encode, texts, progress)

    async def search(self, text: str, top_k: int = 8) -> list[Hit]:
        """The best passages for a text."""
        retriever = await self._retriever()
        return await asyncio.to_thread(retriever.search, turn.checked(text), top_k)

    async def run_demo(self, demo: Demo, params: Params) -> AsyncGenerator[Frame, None]:
        """The frames of one run, from a worker process."""
        if asks_the_model(demo):
            await self.prepare()
        model = await self._equipment.model() if asks_the_model(demo) else None
        given = capabilities(demo, self._embed, model)
        async with aclosing(run(demo, params, workers=self._equipment.workers, capabilities=given)) as frames:
            async for frame in frames:
                yield frame

    async def count(self, text: str) -> int:
        """Words of a text: answers are quoted, and no model counts them."""
        return len(text.split())

    def slides(self) -> tuple[Slide, ...]:
        """The slides of the course; a teacher's own course has none."""
        return read_slides() if self.course.name == COURSE else ()

    def slide(self, number: int) -> str:
        """A slide as Markdown. Raises KnowledgeError (`unknown_slide`)."""
        for slide in self.slides():
            if slide.number == number:
                return slide.markdown
        raise KnowledgeError(say("The course has no slide {number}.", number=number), code="unknown_slide")

    def suggestions(self) -> tuple[str, ...]:
        """Questions to begin with, in the user's language."""
        return tuple(map(Texts(preferred()), SUGGESTIONS)) if self.course.name == COURSE else ()

    @property
    def provenance(self) -> Provenance | None:
        """What answers will name as their origin; None before `prepare`."""
        return self._parts.provenance if self._parts else None

    async def model(self) -> LanguageModel | None:
        """The language model, loaded now, for demos and for those who measure it; None where there is none."""
        return await self._equipment.model()

    async def close(self) -> None:
        """Free what this tutor holds; model and demo workers where they are its own."""
        if self._renewal is not None:
            self._renewal.cancel()
        if self._owns:
            await self._equipment.close()
        self._parts = None

    def _embed(self, texts: list[str]) -> list[list[float]]:
        """What a demo with `needs=("embed",)` gets: unit vectors of texts."""
        vectors: list[list[float]] = self.embedder.encode(texts).tolist()
        return vectors

    async def _retriever(self) -> Retriever:
        await self.prepare()
        if self._parts is None:
            raise _gone(self.course)
        return self._parts.course.retriever

    async def _build(self, progress: Progress) -> turn.Parts:
        from tutor.dialogue.language import Languages
        from tutor.dialogue.reading import Router

        settings = self.settings
        embedder, stamp = self.embedder, self.course.stamp()
        index, _ = await asyncio.gather(
            asyncio.to_thread(open_course, self.course, embedder, progress),
            asyncio.to_thread(self._equipment.cross_encoder.load),
        )
        self._stamp = stamp
        self._equipment.workers.refill()
        # What takes seconds is made beside the event loop, on which a service answers others meanwhile.
        opened = await asyncio.to_thread(self._opened, index)
        demo_reader = await asyncio.to_thread(lambda: self._equipment.demo_reader)
        return turn.Parts(
            **opened,
            embedder=self._equipment.reading,
            router=await asyncio.to_thread(Router.trained),
            languages=await asyncio.to_thread(Languages.trained),
            demo_reader=demo_reader,
            run_frames=self.run_demo,
            model=self._equipment.model,
            wording=self._equipment.wording if words_answers(settings) else None,
            provenance=Provenance(QUOTES_ONLY, "", None, settings.seed, index.name, release()),
            course_title="Artificial Intelligence: An Introduction" if self.course.name == COURSE else self.course.name,
            demos=catalogue.all_demos(),
        )

    def _opened(self, index: Index) -> dict[str, Any]:
        """The parts of a turn that hang on the index."""
        from knowledge.retrieval.retriever import Retriever
        from tutor.answering.course import Course as Explained
        from tutor.answering.navigate import Navigator
        from tutor.teaching.practice import Practice

        built_in = self.course.name == COURSE
        retriever = Retriever(index, self.embedder, self._equipment.cross_encoder)
        course = Explained.of(retriever, read_topics() if built_in else (), self.course.readings)
        navigator = (
            Navigator(read_outline(), index.passages, self._equipment.reading) if built_in and MAP.is_file() else None
        )
        return {
            "course": course,
            "navigator": navigator,
            "practice": Practice(course, self._equipment.reading, self._equipment.entailment),
        }


def _gone(course: Course) -> KnowledgeError:
    return KnowledgeError(
        say("The course {course} is no longer open.", course=course.name), code="unknown_course", hint=say("Ask again.")
    )


def open_retriever(settings: Settings, progress: Progress = _quiet) -> Retriever:
    """Search alone, without a model. Raises KnowledgeError."""
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from knowledge.retrieval.retriever import Retriever

    embedder = Embedder(settings.embedder)
    index = open_course(Course(settings.course, settings.home), embedder, progress)
    return Retriever(index, embedder, CrossEncoder())


def build_tutor(settings: Settings, model: LanguageModel | None = None) -> Tutor:
    """A tutor for these settings; nothing heavy is loaded yet."""
    return Tutor(settings, model)


@cache
def release() -> str:
    """Tiza's version."""
    try:
        return version("tiza")
    except PackageNotFoundError:
        return "0.0.0"


__all__ = ["QUOTES_ONLY", "Tutor", "build_tutor", "model_file", "open_model", "open_retriever", "release"]
