"""/healthz and /readyz, open to whoever watches the service, and /metrics; they hold no one's words."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from starlette.concurrency import run_in_threadpool

from demos.runtime.messages import say
from tutor.api.context import ServiceDep, watcher_of
from tutor.api.documented import errors
from tutor.errors import TizaError

router = APIRouter(tags=["health"])


class NotReadyError(TizaError):
    """The model or the index is still being loaded, or could not be."""

    code = "not_ready"


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses=errors(503))
async def readyz(service: ServiceDep) -> dict[str, str]:
    """Model and index are loaded, the database can be read, and a turn went through lately."""
    if not service.tutor.ready:
        raise NotReadyError(say("The tutor is still loading."), hint=say("Try again in a few seconds."))
    await run_in_threadpool(service.conversations.check)
    if not service.pulse.alive:
        raise NotReadyError(say("No turn has gone through lately."), hint=say("The log says why; restart the service."))
    return {"status": "ready"}


@router.get("/metrics", response_class=Response, dependencies=[Depends(watcher_of)], responses=errors(401))
async def metrics(service: ServiceDep) -> Response:
    """Prometheus' text format; with a key where one is demanded, which may come as the password of Basic."""
    service.metrics.waiting.set(service.queue.depth)
    for key in await run_in_threadpool(service.keys.list):
        if key.valid:
            service.metrics.limits.labels(key=key.name).set(key.per_minute)
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
