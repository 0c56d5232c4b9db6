"""One envelope for every error: {"error": {"message", "type", "code", "param"}}; handlers go by exception type."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from demos.runtime.contract import DemoError
from demos.runtime.messages import say
from knowledge.errors import KnowledgeError
from tutor.api.language import language_of
from tutor.errors import Problem, TizaError
from tutor.validation import reason

log = logging.getLogger(__name__)
LEFT = 499
"""What the log says of a request whose client hung up before the answer, as nginx's does."""

_STATUS = {
    "empty_question": 422, "question_too_long": 413, "body_too_large": 413, "invalid_value": 422,
    "invalid_parameters": 422,
    "invalid_request": 422, "not_found": 404, "unknown_demo": 404, "unknown_slide": 404, "unknown_course": 404,
    "unknown_document": 404, "unknown_page": 404, "no_picture": 404,
    "unsupported_format": 415, "unreadable_document": 422, "document_too_large": 413,
    "invalid_api_key": 401, "course_forbidden": 403, "teacher_only": 403, "host_forbidden": 403,
    "origin_forbidden": 403, "not_multipart": 415,
    "invalid_password": 401, "headers_too_large": 431, "schema_not_filled": 422, "previous_response_not_found": 400,
    "model_not_found": 404, "long_wait": 503, "turn_timeout": 503,
    "busy": 429, "disk_full": 507, "read_only": 503, "model_missing": 503, "model_damaged": 503,
    "model_failed": 503, "index_locked": 503, "index_damaged": 503, "embedder_missing": 503, "embedder_mismatch": 503,
    "not_ready": 503, "stopping": 503,
    "missing_capability": 503, "demo_timeout": 422, "demo_memory": 422, "demo_frames": 422,
}  # fmt: skip
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class ClientLeft(Exception):
    """Nobody waits for the answer any more: nothing went wrong, and nothing is to be said."""


def status_of(code: str) -> int:
    """HTTP status of a problem's code; 500 for what nobody foresaw."""
    return _STATUS.get(code, 500)


def envelope(problem: Problem) -> dict[str, Any]:
    """The problem as the body that every client gets."""
    status = status_of(problem.code)
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": str(problem), "type": kind, "code": problem.code, "param": problem.param}}


def error_response(problem: Problem) -> JSONResponse:
    """The answer to a request that failed."""
    status = status_of(problem.code)
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(problem.retry_after or 5)
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Tiza"' if problem.code == "invalid_password" else "Bearer"
    return JSONResponse(envelope(problem), status, headers)


def install(app: FastAPI) -> None:
    """Give `app` the handlers."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        return error_response(Problem.of(error, language_of(request)))

    for kind in (TizaError, KnowledgeError, DemoError):
        app.add_exception_handler(kind, known)
    app.add_exception_handler(ClientLeft, _left)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return error_response(_problem_with(error.errors()[0]).told(language_of(request)))


def _problem_with(first: dict[str, Any]) -> Problem:
    """The first thing that is wrong with a request, as pydantic found it."""
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    if first["type"] == "json_invalid":
        return Problem("invalid_request", say("The body is not valid JSON."), say("Send a JSON object."))
    message = say("{place} is not valid: {reason}.", place=place or say("The body"), reason=reason(first))
    return Problem("invalid_value", message, param=place or None)


def _allowed(request: Request) -> str:
    """The methods that the path of a request has, of all routes that it fits."""
    found: set[str] = set()
    routes: list[Any] = list(request.app.routes)
    while routes:
        route = routes.pop()
        routes += getattr(getattr(route, "original_router", None), "routes", ())
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            found |= set(getattr(route, "methods", None) or ())
    return ", ".join(sorted(found))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    words, language = HTTPStatus(error.status_code).phrase, language_of(request)
    code = {404: "not_found", 400: "invalid_request"}.get(error.status_code, words.lower().replace(" ", "_"))
    if error.status_code == 404:
        problem = Problem(code, say("There is no such route."), say("See /docs."))
    elif error.status_code == 400:
        problem = Problem(code, say("The body cannot be parsed."), say("Send a JSON object.")).told(language)
        return JSONResponse(envelope(problem), 422)
    elif error.status_code == 405:
        problem = Problem(code, say("This route has no such method."), say("See /docs."))
    elif error.status_code == 413:
        return error_response(Problem("body_too_large", str(error.detail), say("Send less at once.")).told(language))
    else:
        problem = Problem(code, f"{words}.", say("See /docs."))
    kind = "invalid_request_error" if error.status_code < 500 else "server_error"
    body = {"error": {"message": str(problem.told(language)), "type": kind, "code": code, "param": None}}
    headers = dict(error.headers or {})
    if error.status_code == 405 and (allowed := _allowed(request)):
        headers = {"Allow": allowed}
    return JSONResponse(body, error.status_code, headers)


async def _left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=LEFT)


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    log.error("unforeseen failure", exc_info=error)
    return error_response(Problem.of(error, language_of(request)))
