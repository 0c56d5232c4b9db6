"""/v1/courses and their documents: students see what there is, teachers add and remove."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from demos.runtime.messages import say
from knowledge.courses.builtin import COURSE
from knowledge.courses.course import Course
from knowledge.courses.uploads import Report
from knowledge.documents.reading import Document
from knowledge.documents.store import document_id, safe_name
from knowledge.errors import KnowledgeError
from tutor.api.context import Caller, CallerDep, ServiceDep, no_course
from tutor.api.documented import errors
from tutor.api.errors import envelope
from tutor.api.language import Language, LanguageDep
from tutor.errors import AccessError, InputError, Problem
from tutor.i18n import tell

router = APIRouter(prefix="/v1/courses", tags=["courses"])
MOST_PARTS = 100
_SHOWN_NAMES = 100
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


def course_of(course: str, service: ServiceDep, caller: CallerDep) -> Course:
    """The course that the path names, whether it has documents yet or not. Raises AccessError and KnowledgeError."""
    caller.check(course)
    return service.tutors.course(course)


def known_course(course: Annotated[Course, Depends(course_of)], service: ServiceDep, caller: CallerDep) -> Course:
    """The same, when there is such a course. Raises KnowledgeError (`unknown_course`)."""
    if not course.exists:
        raise no_course(course.name, service, caller)
    return course


def teacher_of(caller: CallerDep) -> Caller:
    """The caller, when documents may be changed by them. Raises AccessError (`teacher_only`)."""
    if not caller.teacher:
        raise AccessError(
            say("Only a teacher's key may change documents."),
            code="teacher_only",
            hint=say("Make one with `tiza keys add NAME --teacher`."),
        )
    return caller


CourseDep = Annotated[Course, Depends(course_of)]
KnownCourseDep = Annotated[Course, Depends(known_course)]
TeacherDep = Annotated[Caller, Depends(teacher_of)]


@router.get("")
async def list_courses(service: ServiceDep, caller: CallerDep) -> dict[str, Any]:
    """The courses that the caller may ask about; name one in the header `X-Course`."""
    names = await run_in_threadpool(service.tutors.names)
    default = caller.bound or service.tutor.course.name
    shown = [name for name in names if caller.bound in ("", name)]
    data = [
        {
            "id": name,
            "object": "course",
            "default": name == default,
            "built_in": name == COURSE,
            "documents": len(service.tutors.course(name).shelf.paths()),
        }
        for name in shown
    ]
    return {"object": "list", "data": data}


@router.get("/{course}/documents")
async def list_documents(course: KnownCourseDep, language: LanguageDep) -> dict[str, Any]:
    """The documents that a teacher added to a course."""
    return {"object": "list", "course": course.name, "data": await run_in_threadpool(_documents, course, language)}


@router.post(
    "/{course}/documents", status_code=201, response_model=None, openapi_extra=_BODY,
    responses={200: {"description": "Nothing of it is new."}, **errors(507)},
)  # fmt: skip
async def add_documents(course: CourseDep, request: Request, service: ServiceDep, teacher: TeacherDep) -> Response:
    """Add files (multipart, one or several, zips too) to a course, which is made when it is new.

    Answers when they are indexed: 201 with what became of each, 200 when nothing is new, an error when none could be
    read. Each document is wholly in or wholly out. Questions go on being answered meanwhile.
    """
    place = service.upload_queue.place(teacher.client, prepared=False)  # 429 comes before anything is stored
    try:
        async with _received(request) as paths, place:
            report = await service.tutors.add(course.name, paths)
    finally:
        place.give_back()
    if not report.documents:
        raise _why_none(report)
    return JSONResponse(_report(course, report, teacher.language), 201 if report.changed else 200)


@router.delete("/{course}/documents/{document}", status_code=204)
async def remove_document(course: KnownCourseDep, document: str, service: ServiceDep, teacher: TeacherDep) -> Response:
    """Take a document out of a course for good, by its id."""
    names = {document_id(name): name for name in course.shelf.paths()}
    if document not in names:
        raise KnowledgeError(
            say("The course {course} has no document {document!r}.", course=course.name, document=document[:40]),
            code="unknown_document",
            hint=say("GET /v1/courses/{course}/documents lists their ids.", course=course.name),
        )
    async with service.upload_queue.place(teacher.client):
        await service.tutors.remove(course.name, names[document])
    return Response(status_code=204)


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[list[Path]]:
    """The uploaded files on disk, under names that are safe, for as long as they are needed."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InputError(
            say("Documents come as multipart/form-data."),
            code="not_multipart",
            hint=say("curl does it with -F file=@notes.pdf."),
        )
    with tempfile.TemporaryDirectory(prefix="tiza-upload-") as work:
        try:
            async with request.form(max_files=MOST_PARTS, max_fields=MOST_PARTS) as form:
                parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
                paths = [await run_in_threadpool(_keep, part, Path(work) / str(n)) for n, part in enumerate(parts)]
        except HTTPException as error:
            if error.status_code != 400:
                raise
            raise InputError(
                say("The upload cannot be read: {detail}", detail=error.detail),
                code="invalid_value",
                hint=say("Send {most} at most.", most=MOST_PARTS),
            ) from None
        except ClientDisconnect:
            raise InputError(say("The upload broke off."), code="invalid_request") from None
        if not paths:
            raise InputError(
                say("The upload holds no file."),
                code="invalid_value",
                hint=say("Send each as a part called file."),
                param="file",
            )
        yield paths


def _keep(part: UploadFile, folder: Path) -> Path:
    folder.mkdir()
    path = folder / safe_name(part.filename or "")
    with path.open("wb") as file:
        shutil.copyfileobj(part.file, file)
    return path


def _documents(course: Course, language: Language) -> list[dict[str, Any]]:
    found = []
    for name, path in course.shelf.paths().items():
        with suppress(FileNotFoundError):  # it was removed this moment
            status = path.stat()
            added = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds")
            found.append({**_document(_read(course, name), language), "bytes": status.st_size, "added_at": added})
    return found


def _read(course: Course, name: str) -> Document:
    """What was read of a document; one that can be read no more is listed with the reason."""
    try:
        return course.shelf.read(name)
    except KnowledgeError as error:
        return Document(name, (), 0, (str(error),))


def _document(document: Document, language: Language) -> dict[str, Any]:
    return {
        "id": document_id(document.name),
        "object": "document",
        "name": document.name,
        "pages": document.pages,
        "passages": len(document.passages),
        "remarks": [tell(remark, language) for remark in document.remarks],
        "gaps": [asdict(gap) for gap in document.gaps],
    }


def _report(course: Course, report: Report, language: Language) -> dict[str, Any]:
    return {
        "object": "list",
        "course": course.name,
        "version": report.version,
        "data": [{**_document(document, language), "status": document.change} for document in report.documents],
        "refused": [{"name": name, **envelope(Problem.of(error, language))} for name, error in report.refused],
        "left_out": list(report.left_out[:_SHOWN_NAMES]),
    }


def _why_none(report: Report) -> Exception:
    if report.refused:
        return report.refused[0][1]
    if report.left_out:
        names = ", ".join(report.left_out[:5])
        return KnowledgeError(
            say("Nothing in it is a format that Tiza reads ({names}).", names=names), code="unsupported_format"
        )
    return KnowledgeError(say("There is no file in it."), code="unreadable_document", hint=say("Pack it anew."))


__all__ = ["router"]
