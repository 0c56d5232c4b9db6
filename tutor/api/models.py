"""GET /v1/models: the tutor under the name of a model, and the model that embeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from tutor.api.asking import EMBEDDING, MODEL, unknown_model
from tutor.api.context import Service, ServiceDep, TutorDep
from tutor.api.documented import errors
from tutor.service.build import Tutor

router = APIRouter(prefix="/v1", tags=["models"])


@router.get("/models")
async def list_models(service: ServiceDep, tutor: TutorDep) -> dict[str, Any]:
    """The models that this service answers with."""
    return {"object": "list", "data": [_entry(service, tutor, name) for name in (MODEL, EMBEDDING)]}


@router.get("/models/{model}", responses=errors(404))
async def get_model(model: str, service: ServiceDep, tutor: TutorDep) -> dict[str, Any]:
    """One model by its id."""
    if model not in (MODEL, EMBEDDING):
        raise unknown_model(model)
    return _entry(service, tutor, model)


def _entry(service: Service, tutor: Tutor, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": name, "object": "model", "created": service.started, "owned_by": "tiza"}
    if name == MODEL:
        entry["tutor"] = asdict(tutor.provenance) if tutor.provenance else None
    return entry
