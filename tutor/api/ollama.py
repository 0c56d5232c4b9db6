"""Ollama's routes, which some platforms speak alone: /api/chat, /api/generate, /api/tags, /api/embed and their kin.

They stream lines of JSON unless `stream` is false, as Ollama does.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BeforeValidator, Field

from demos.runtime.messages import say
from tutor.api.asking import EMBEDDING, MODEL, Wanted, begin, check_model, patience_of, unknown_model
from tutor.api.completion import Completion, Ending, extension
from tutor.api.context import Caller, CallerDep, Service, ServiceDep, TutorDep
from tutor.api.documented import answers, errors
from tutor.api.embeddings import MOST_TEXTS, vectors_of
from tutor.api.errors import envelope, error_response
from tutor.api.schemas import ChatMessage, In, Limit, Stop, limit_of, number_of, stops
from tutor.api.structured import Form
from tutor.api.turns import respond, while_connected
from tutor.errors import InputError
from tutor.events import Failed
from tutor.service.build import Tutor, release

router = APIRouter(prefix="/api", tags=["ollama"])
_LINES = "application/x-ndjson"
Told = Callable[[str], dict[str, Any]]


class Options(In):
    """Of Ollama's options those that change something."""

    num_predict: Annotated[Limit | None, BeforeValidator(lambda value: None if value == -2 else limit_of(value))] = None
    seed: Annotated[int | None, BeforeValidator(number_of)] = None
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None


class Asking(In):
    """What both routes share. `format` is "json" or a JSON Schema."""

    model: str = ""
    stream: bool = True
    format: str | dict[str, Any] | None = None
    options: Options = Field(default_factory=Options)

    @property
    def form(self) -> Form | None:
        if isinstance(self.format, dict):
            return Form(self.format, param="format")
        return Form() if self.format == "json" else None


class OllamaChat(Asking):
    messages: list[ChatMessage] = Field(default_factory=list, max_length=1000)


class OllamaGenerate(Asking):
    prompt: str = ""
    system: str = ""
    images: list[Any] | None = None


class OllamaEmbed(In):
    model: str = ""
    input: str | list[str] = ""
    prompt: str = ""


class OllamaShow(In):
    model: str = ""
    name: str = ""


@router.post("/chat", response_model=None, responses=answers(_LINES))
async def chat(body: OllamaChat, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep) -> Response:
    """Answer the last user message from the course."""
    if not body.messages:
        return JSONResponse({**_head(body), "message": _said(""), "done": True, "done_reason": "load"})
    return await _answer(body, body.messages, lambda text: {"message": _said(text)}, request, service, caller, tutor)


@router.post("/generate", response_model=None, responses=answers(_LINES))
async def generate(
    body: OllamaGenerate, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> Response:
    """Answer a prompt from the course."""
    if not body.prompt.strip() and not body.images:
        return JSONResponse({**_head(body), "response": "", "done": True, "done_reason": "load"})
    messages = [ChatMessage(role="system", content=body.system)] if body.system.strip() else []
    messages.append(ChatMessage(role="user", content=body.prompt, images=body.images))
    return await _answer(body, messages, lambda text: {"response": text}, request, service, caller, tutor)


@router.get("/tags")
async def tags(_caller: CallerDep, service: ServiceDep) -> dict[str, Any]:
    """The models there are."""
    return {"models": [_model(service, name) for name in (MODEL, EMBEDDING)]}


@router.get("/ps")
async def running(_caller: CallerDep, service: ServiceDep) -> dict[str, Any]:
    """The models that are loaded: all of them."""
    return {"models": [_model(service, name) for name in (MODEL, EMBEDDING)]}


@router.get("/version")
async def version(_caller: CallerDep) -> dict[str, str]:
    """Tiza's version."""
    return {"version": release()}


@router.post("/show", responses=errors(404))
async def show(body: OllamaShow, _caller: CallerDep, service: ServiceDep) -> dict[str, Any]:
    """One model."""
    name = (body.model or body.name).removesuffix(":latest")
    if name not in (MODEL, EMBEDDING):
        raise unknown_model(name)
    can = ["completion"] if name == MODEL else ["embedding"]
    said = {"modelfile": "", "parameters": "", "template": "", "license": "Apache-2.0", "model_info": {}}
    return {**said, "capabilities": can, **_model(service, name)}


@router.post("/embed", responses=errors(422, 429, 503))
async def embed(
    body: OllamaEmbed, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> dict[str, Any]:
    """Unit vectors of texts."""
    texts = [body.input] if isinstance(body.input, str) else body.input
    vectors = await while_connected(request, _vectors(service, caller, tutor, texts))
    used = sum([await tutor.count(text) for text in texts])
    return {"model": body.model or EMBEDDING, "embeddings": vectors, "prompt_eval_count": used}


@router.post("/embeddings", responses=errors(422, 429, 503))
async def embed_one(
    body: OllamaEmbed, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> dict[str, Any]:
    """The unit vector of one text, as older clients ask for it."""
    vectors = await while_connected(request, _vectors(service, caller, tutor, [body.prompt]))
    return {"embedding": vectors[0]}


async def _vectors(service: Service, caller: Caller, tutor: Tutor, texts: list[str]) -> list[list[float]]:
    if not texts or not all(text.strip() for text in texts) or len(texts) > MOST_TEXTS:
        raise InputError(
            say("There is no text to embed."), code="invalid_value", hint=say("Leave empty texts out."), param="input"
        )
    vectors = await vectors_of(service, caller, tutor, texts, asking=True)
    return [[float(value) for value in vector] for vector in vectors]


async def _answer(
    body: Asking, messages: list[ChatMessage], told: Told, request: Request, service: Service, caller: Caller,
    tutor: Tutor,
) -> Response:  # fmt: skip
    check_model(service, body.model)
    options, started = body.options, time.monotonic_ns()
    wanted = Wanted(
        options.num_predict, stops(options.stop), body.form, options.seed,
        patience=patience_of(request, service, streamed=body.stream),
    )  # fmt: skip
    made = await begin(service, caller, tutor, messages, wanted)

    async def whole() -> Response:
        ending = await made.whole()
        if isinstance(ending, Failed):
            return error_response(ending.problem)
        return JSONResponse({**_head(body), **told(ending.content), **_ended(ending, started)})

    return await respond(
        request, made.place, None if body.stream else whole, lambda: _lines(body, made, told, started),
        failed=lambda problem: _line(envelope(problem)), media_type=_LINES,
        waiting=lambda: _line({**_head(body), **told(""), "done": False}),
    )  # fmt: skip


async def _lines(body: Asking, made: Completion, told: Told, started: int) -> AsyncGenerator[str, None]:
    async with aclosing(made.pieces()) as pieces:
        async for piece in pieces:
            match piece:
                case str():
                    yield _line({**_head(body), **told(piece), "done": False})
                case Failed():
                    yield _line(envelope(piece.problem))
                case Ending():
                    yield _line({**_head(body), **told(""), **_ended(piece, started)})


def _head(body: Asking) -> dict[str, Any]:
    return {"model": body.model or MODEL, "created_at": datetime.now(UTC).isoformat()}


def _said(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _ended(ending: Ending, started: int) -> dict[str, Any]:
    taken = time.monotonic_ns() - started
    return {
        "done": True, "done_reason": ending.reason, "total_duration": taken, "load_duration": 0,
        "prompt_eval_count": ending.prompt_tokens, "prompt_eval_duration": 0, "eval_count": ending.completion_tokens,
        "eval_duration": taken, "tutor": extension(ending.answered),
    }  # fmt: skip


def _model(service: Service, name: str) -> dict[str, Any]:
    family = "tiza" if name == MODEL else "e5"
    details = {
        "parent_model": "", "format": "gguf", "family": family, "families": [family], "parameter_size": "",
        "quantization_level": "",
    }  # fmt: skip
    changed = datetime.fromtimestamp(service.started, UTC).isoformat()
    return {"name": f"{name}:latest", "model": f"{name}:latest", "modified_at": changed, "size": 0, "digest": "",
            "details": details}  # fmt: skip


def _line(value: dict[str, Any]) -> str:
    return f"{json.dumps(value, ensure_ascii=False)}\n"
