"""POST /v1/search: the passages behind the answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from tutor.api.context import TutorDep
from tutor.api.schemas import SearchRequest

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search")
async def search(body: SearchRequest, tutor: TutorDep) -> dict[str, Any]:
    """The best passages of the course (`X-Course`) for a text, with their scores."""
    hits = await tutor.search(body.query, body.top_k)
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
            "fused": hit.fused,
            "dense": hit.dense,
            "sparse": hit.sparse,
        }
        for hit in hits
    ]
    return {"object": "list", "data": data}
