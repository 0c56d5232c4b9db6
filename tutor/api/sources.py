"""/v1/courses/…/documents/…/pages: what a citation points at, as text with the sentence and as a picture."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from starlette.concurrency import run_in_threadpool

from demos.runtime.messages import say
from knowledge.courses.course import Course
from knowledge.documents.store import document_id
from knowledge.documents.views import page_picture, page_text
from knowledge.errors import KnowledgeError
from tutor.api.courses import KnownCourseDep
from tutor.api.documented import errors
from tutor.api.language import Language, LanguageDep
from tutor.i18n import tell

router = APIRouter(prefix="/v1/courses", tags=["courses"])
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "The page."}}
QuoteQuery = Annotated[str, Query(max_length=2000, description="The words to mark.")]


def named_document(course: KnownCourseDep, document: str) -> str:
    """The name of the document whose id the path gives. Raises KnowledgeError (`unknown_document`)."""
    for name in course.shelf.paths():
        if document_id(name) == document:
            return name
    raise KnowledgeError(
        say("The course {course} has no document {document!r}.", course=course.name, document=document[:40]),
        code="unknown_document",
        hint=say("GET /v1/courses/{course}/documents lists their ids.", course=course.name),
    )


NameDep = Annotated[str, Depends(named_document)]


@router.get("/{course}/documents/{document}/pages/{number}.png", response_class=Response,
            responses={**_PNG, **errors(404, 422)})  # fmt: skip
async def show_page(course: KnownCourseDep, name: NameDep, number: int, quote: QuoteQuery = "") -> Response:
    """A page of a PDF as a picture, with the quoted words marked."""
    data = await run_in_threadpool(page_picture, course.shelf.paths()[name], name, number, quote)
    return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=300"})


@router.get("/{course}/documents/{document}/pages/{number}", responses=errors(404, 422))
async def read_page(
    course: KnownCourseDep, name: NameDep, number: int, language: LanguageDep, quote: QuoteQuery = ""
) -> dict[str, Any]:
    """What was read of a page or slide: its text, from which letter to which each sentence goes, and the quotation.

    A document without pages is page 0.
    """
    return await run_in_threadpool(_page, course, name, number, quote, language)


def _page(course: Course, name: str, number: int, quote: str, language: Language) -> dict[str, Any]:
    document = course.shelf.read(name)
    found = page_text(document, number)
    return {
        "object": "page",
        "document": document_id(name),
        "name": name,
        "page": number,
        "text": found.text,
        "sentences": [{"start": start, "end": end} for start, end in found.sentences],
        "marks": [{"start": start, "end": end} for start, end in found.marks(quote)],
        "remarks": [tell(gap.words, language) for gap in document.gaps if number in gap.places],
    }


__all__ = ["router"]
