"""/healthz, /readyz and /metrics: open to whoever watches the service; they hold no one's words."""

from __future__ import annotations

from fastapi import APIRouter, Response

from tutor.api.context import ServiceDep
from tutor.errors import TizaError

router = APIRouter(tags=["health"])


class NotReadyError(TizaError):
    """The model or the index is still being loaded, or could not be."""

    code = "not_ready"


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(service: ServiceDep) -> dict[str, str]:
    """Model and index are loaded."""
    if not service.tutor.ready:
        raise NotReadyError("The tutor is still loading.", hint="Try again in a few seconds.")
    return {"status": "ready"}


@router.get("/metrics", response_class=Response)
async def metrics(service: ServiceDep) -> Response:
    """Prometheus' text format."""
    service.metrics.waiting.set(service.queue.depth)
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
