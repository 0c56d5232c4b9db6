"""POST /v1/search: the passages behind the answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from knowledge.passages import Hit
from tutor.api.context import TutorDep
from tutor.api.schemas import SearchRequest

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search")
async def search(body: SearchRequest, tutor: TutorDep) -> dict[str, Any]:
    """The best passages of the course (`X-Course`) for a text, with their scores."""
    hits = await tutor.search(body.query, body.top_k)
    return {"object": "list", "data": [found(hit) for hit in hits]}


def found(hit: Hit) -> dict[str, Any]:
    """One passage with its scores."""
    passage = hit.passage
    return {
        "passage_id": passage.id,
        "title": passage.title,
        "section": passage.section,
        "slide": passage.slide,
        "page": passage.page,
        "place": passage.place,
        "text": passage.text,
        "score": hit.score,
        "fused": hit.fused,
        "dense": hit.dense,
        "sparse": hit.sparse,
    }
