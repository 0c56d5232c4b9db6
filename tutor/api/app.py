"""`create_app` builds the service from parts that the caller made; nothing exists at import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from tutor.api import chat, conversations, courses, demos, errors, health, search
from tutor.api.context import Service
from tutor.api.gate import LocalGate
from tutor.api.metrics import Metrics
from tutor.api.middleware import AccessLog, BodyLimit
from tutor.conversations.store import Conversations
from tutor.errors import Problem
from tutor.service.api_keys import Keys
from tutor.service.build import Tutor, build_tutor, release
from tutor.service.queue import FairQueue
from tutor.service.tutors import Tutors
from tutor.settings import Settings

log = logging.getLogger(__name__)


def build_service(settings: Settings, tutor: Tutor | None = None) -> Service:
    """The service's parts. Raises StorageError when the database cannot be opened."""
    settings.open_home()
    return Service(
        settings=settings,
        tutors=Tutors(tutor or build_tutor(settings)),
        conversations=Conversations(settings.database_url),
        keys=Keys(settings.database_url),
        queue=FairQueue(settings.queue),
        demo_queue=FairQueue(settings.queue),
        upload_queue=FairQueue(settings.queue),
        metrics=Metrics(),
    )


def create_app(service: Service) -> FastAPI:
    """The ASGI app: OpenAI's routes and ours, documented at /docs."""
    app = FastAPI(
        title="Tiza", version=release(), lifespan=_lifespan, redoc_url=None,
        description="The offline AI tutor that runs the lecture: answers with citations, and live demos.",
    )  # fmt: skip
    app.state.service = service
    errors.install(app)
    for module in (chat, search, courses, demos, conversations, health):
        app.include_router(module.router)
    app.add_middleware(BodyLimit)
    app.add_middleware(LocalGate, service=service)
    app.add_middleware(AccessLog, metrics=service.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the tutor behind the open port: /healthz answers at once, /readyz when it is done."""
    service: Service = app.state.service
    loading = asyncio.create_task(_load(service))
    try:
        yield
    finally:
        loading.cancel()
        with suppress(asyncio.CancelledError):
            await loading
        if service.keeping:
            await asyncio.wait(service.keeping)
        await service.tutors.close()
        service.conversations.close()
        service.keys.close()


async def _load(service: Service) -> None:
    try:
        await service.tutor.prepare()
        log.info("the tutor is ready")
    except Exception as error:
        log.error("the tutor could not be loaded: %s", Problem.of(error), exc_info=error)
