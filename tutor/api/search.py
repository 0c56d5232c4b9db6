"""POST /v1/search: the passages behind the answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from tutor.api.context import CallerDep, ServiceDep
from tutor.api.schemas import SearchRequest

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search")
async def search(body: SearchRequest, service: ServiceDep, _caller: CallerDep) -> dict[str, Any]:
    """The course's best passages for a text, with their scores."""
    hits = await service.tutor.search(body.query, body.top_k)
    data = [
        {
            "passage_id": hit.passage.id,
            "title": hit.passage.title,
            "section": hit.passage.section,
            "slide": hit.passage.slide,
            "page": hit.passage.page,
            "place": hit.passage.place,
            "text": hit.passage.text,
            "score": hit.score,
            "dense": hit.dense,
            "sparse": hit.sparse,
        }
        for hit in hits
    ]
    return {"object": "list", "data": data}
