"""`create_app` builds the service from parts that the caller made; nothing exists at import."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from tutor.api import (
    chat,
    conversations,
    courses,
    demos,
    docs,
    embeddings,
    errors,
    health,
    learning_assistant,
    legacy,
    models,
    ollama,
    responses,
    search,
    sources,
    tools,
)  # fmt: skip
from tutor.api.context import Service
from tutor.api.gate import ClosingGate, LocalGate
from tutor.api.metrics import Metrics
from tutor.api.middleware import AccessLog, BodyLimit, PlainJson
from tutor.conversations.store import Conversations
from tutor.errors import Problem, TizaError
from tutor.events import Failed
from tutor.service.api_keys import Keys
from tutor.service.build import Tutor, build_tutor, release
from tutor.service.pulse import QUESTION
from tutor.service.queue import Bounds, FairQueue
from tutor.service.tutors import Tutors
from tutor.settings import Settings

log = logging.getLogger(__name__)
PULSE = "\x1fpulse"
"""The key under which the service asks itself: no key of a client can be called so."""


def build_service(settings: Settings, tutor: Tutor | None = None) -> Service:
    """The service's parts. Raises StorageError when the database cannot be opened."""
    settings.open_home()
    bounds = Bounds(settings.queue, settings.queue_per_key, settings.queue_per_user)
    return Service(
        settings=settings,
        tutors=Tutors(tutor or build_tutor(settings)),
        conversations=Conversations(settings.database_url),
        keys=Keys(settings.database_url),
        queue=FairQueue(bounds),
        demo_queue=FairQueue(bounds),
        upload_queue=FairQueue(bounds),
        embed_queue=FairQueue(bounds),
        metrics=Metrics(),
    )


def create_app(service: Service) -> FastAPI:
    """The ASGI app: OpenAI's routes and ours, documented at /docs."""
    app = FastAPI(
        title="Tiza", version=release(), lifespan=_lifespan, redoc_url=None, docs_url=None, openapi_url=None,
        description="The offline AI tutor that runs the lecture: answers with citations, and live demos.",
    )  # fmt: skip
    app.state.service = service
    errors.install(app)
    for module in (
        chat, responses, legacy, learning_assistant, models, embeddings, search, courses, sources, demos, tools,
        conversations, ollama, health, docs,
    ):  # fmt: skip
        app.include_router(module.router)
    docs.install(app)
    app.add_middleware(PlainJson)
    app.add_middleware(BodyLimit)
    app.add_middleware(LocalGate, service=service)
    app.add_middleware(ClosingGate, service=service)
    if service.settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(service.settings.allowed_origins), allow_methods=["*"],
            allow_headers=["*"], expose_headers=["Retry-After", "X-Queue-Place", "X-Request-Id"], max_age=600,
        )  # fmt: skip
    app.add_middleware(AccessLog, metrics=service.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the tutor behind the open port: /healthz answers at once, /readyz when it is done."""
    service: Service = app.state.service
    tasks = [asyncio.create_task(_load(service)), asyncio.create_task(service.pulse.watch(partial(_try, service)))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if service.keeping:
            await asyncio.wait(service.keeping)
        await service.tutors.close()
        service.conversations.close()
        service.keys.close()


async def _try(service: Service) -> None:
    """A turn of nobody's, through the queue as all others. Raises what it ended with."""
    if not service.tutor.ready:
        return
    async with (
        service.queue.place(PULSE),
        aclosing(service.tutor.answer(QUESTION)) as events,
    ):
        async for event in events:
            if isinstance(event, Failed):
                raise TizaError(event.problem.message, code=event.problem.code)


async def _load(service: Service) -> None:
    try:
        await service.tutor.prepare()
        gc.collect()
        gc.freeze()  # what stays for good is not looked through again: each time that held all up for half a second
        log.info("the tutor is ready")
    except Exception as error:
        log.error("the tutor could not be loaded: %s", Problem.of(error), exc_info=error)
