"""/docs and /openapi.json: what the service is, without anything fetched from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response

from tutor.api.context import watcher_of
from tutor.api.documented import ERROR, errors

router = APIRouter(include_in_schema=False)
ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
_OPEN = ("/healthz", "/readyz")


@router.get("/docs", dependencies=[Depends(watcher_of)])
async def docs() -> HTMLResponse:
    """The page that describes every route."""
    names = {"js": "swagger-ui-bundle.js", "css": "swagger-ui.css", "favicon": "favicon.png"}
    at = {name: f"docs/{file}" for name, file in names.items()}
    return get_swagger_ui_html(
        openapi_url="openapi.json", title="Tiza", swagger_js_url=at["js"], swagger_css_url=at["css"],
        swagger_favicon_url=at["favicon"],
    )  # fmt: skip


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """What the page is made of."""
    if name not in ASSETS:
        return Response(status_code=404)
    return Response(_asset(name), media_type=ASSETS[name], headers={"Cache-Control": "max-age=86400"})


@router.get("/openapi.json", dependencies=[Depends(watcher_of)])
async def openapi(request: Request) -> JSONResponse:
    """The description in OpenAPI's format."""
    return JSONResponse(request.app.openapi())


def install(app: FastAPI) -> None:
    """Let `app` describe itself as it is: its errors, its keys, its headers."""

    def described() -> dict[str, Any]:
        if not app.openapi_schema:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            app.openapi_schema = _completed(made)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _completed(described: dict[str, Any]) -> dict[str, Any]:
    parts = described.setdefault("components", {})
    parts.setdefault("schemas", {})["Error"] = ERROR
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "x-api-key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "api-key": {"type": "apiKey", "in": "header", "name": "api-key"},
    }
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return described


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """The errors that any route may give, and the headers that it reads."""
    answers = operation["responses"]
    answers.pop("422", None) if method in ("get", "delete") and not operation.get("parameters") else None
    common = (403,) if path in _OPEN else (401, 403, 404, 422, 429, 503)
    if method == "post":
        common = (*common, 400, 413, 415)
    for status, answer in errors(*common).items():
        kept = answers.get(str(status))
        if kept is None or "HTTPValidationError" in str(kept):
            answers[str(status)] = answer
    if path in _OPEN or path == "/metrics":
        return
    operation["security"] = [{}, {"bearer": []}, {"x-api-key": []}, {"api-key": []}]
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "header", "required": False, "description": said, "schema": {"type": "string"}}
        for name, said in (
            ("X-Course", "The course that is meant."),
            ("X-User", "The platform's user."),
        )
    )


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
