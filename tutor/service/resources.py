"""What the tutors of all courses share: one language model, one embedder, and the waiting demo workers."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from demos.runtime import catalogue
from demos.runtime.messages import say
from demos.runtime.runner import Workers
from knowledge.retrieval.embedder import Embedder
from tutor.errors import ModelError
from tutor.llm.base import LanguageModel, ModelInfo
from tutor.settings import Settings

if TYPE_CHECKING:
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from tutor.answering.grounding import Grounding
    from tutor.dialogue.router import DemoReader

log = logging.getLogger(__name__)


class Equipment:
    """Each part is made when it is first asked for, once."""

    def __init__(self, settings: Settings, model: LanguageModel | None = None) -> None:
        """`model` replaces the one that the settings name."""
        self._settings, self._model = settings, model
        self.workers = Workers()
        self._loading = asyncio.Lock()
        self._loaded = False

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder. Raises KnowledgeError (`embedder_missing`)."""
        return Embedder(self._settings.embedder)

    @cached_property
    def reading(self) -> Embedder:
        """The packaged embedder, on whose vectors acts are read, whichever one the courses are indexed with."""
        return self.embedder if self.embedder.packaged else Embedder()

    @cached_property
    def cross_encoder(self) -> CrossEncoder:
        """What reads question and sentence together."""
        from knowledge.retrieval.cross_encoder import CrossEncoder

        return CrossEncoder()

    @cached_property
    def demo_reader(self) -> DemoReader:
        """What tells which demo is wanted, with which parameters."""
        from tutor.dialogue.router import DemoReader

        return DemoReader(catalogue.all_demos(), self.embedder)

    async def model(self) -> LanguageModel | None:
        """The model, loaded; None when the starter is missing or damaged: answers then quote. Raises ModelError."""
        async with self._loading:
            if self._model is None and not self._loaded:
                self._model = await self._opened()
            self._loaded = True
            return self._model

    @cached_property
    def entailment(self) -> CrossEncoder:
        """What reads course and claim together, and tells whether the one says the other."""
        from knowledge.retrieval.cross_encoder import CrossEncoder
        from tutor.answering.grounding import FILE, LONGEST

        return CrossEncoder(FILE, LONGEST)

    @cached_property
    def grounding(self) -> Grounding:
        """What checks the sentences that a model words."""
        from tutor.answering.grounding import Grounding

        return Grounding(self.entailment)

    async def wording(self) -> tuple[LanguageModel, Grounding] | None:
        """The model that words answers and what checks it; None where answers are the course's own sentences."""
        model = await self.model() if words_answers(self._settings) else None
        if model is None:
            return None
        await asyncio.to_thread(self.grounding.load)
        return model, self.grounding

    async def close(self) -> None:
        """Free the model and end waiting demo workers."""
        await self.workers.close()
        if self._loaded and self._model is not None:
            await self._model.close()
        self._loaded = False

    async def _opened(self) -> LanguageModel | None:
        try:
            return await open_model(self._settings)
        except ModelError as error:
            if self._settings.model or self._settings.adapter not in ("", "off"):
                raise
            log.warning("answers will quote the course only: %s", error)
            return None


def words_answers(settings: Settings) -> bool:
    """Whether a model words answers. The starter does not: the course's own sentences are better (docs/quality.md)."""
    from tutor.llm.catalogue import STARTER

    if settings.draft == "auto":
        return bool(settings.upstream) or settings.model not in ("", STARTER)
    return settings.draft == "on"


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


def model_file(settings: Settings) -> ModelInfo:
    """The verified model file that the settings name, the starter by default. Raises ModelError."""
    from tutor.llm.catalogue import STARTER, locate, verify
    from tutor.llm.starter import prepare_starter

    if settings.model in ("", STARTER):
        return prepare_starter(settings.home, settings.adapter)
    if settings.adapter not in ("", "off"):
        raise ModelError(
            say(
                "The adapter {adapter} is for the starter model, not for {model}.",
                adapter=settings.adapter,
                model=settings.model,
            ),
            hint=say("Set TIZA_ADAPTER to off, or leave TIZA_MODEL empty."),
        )
    return verify(locate(settings.model, settings.home), settings.home)
