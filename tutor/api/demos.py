"""/v1/demos and /v1/runs: schemas, runs as JSON or as they come, frames as pictures."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from demos.runtime.catalogue import all_demos, load, source
from demos.runtime.contract import Demo, Frame, Params
from demos.runtime.messages import say
from demos.runtime.texts import Language, fixed, label, shown, told
from tutor.api.context import CallerDep, Service, ServiceDep
from tutor.api.errors import envelope
from tutor.api.language import LanguageDep
from tutor.api.runs import run_of, write_down
from tutor.api.schemas import RunRequest
from tutor.api.turns import EventStream, while_connected
from tutor.conversations.runs import RunRecord
from tutor.errors import InputError, Problem
from tutor.service.queue import Place

router = APIRouter(prefix="/v1", tags=["demos"])


@router.get("/demos")
async def list_demos(_caller: CallerDep, language: LanguageDep) -> dict[str, Any]:
    """All demos, in the order of the lecture."""
    return {"object": "list", "data": [_head(demo, language) for demo in all_demos()]}


@router.get("/demos/{name}")
async def get_demo(name: str, _caller: CallerDep, language: LanguageDep) -> dict[str, Any]:
    """One demo: JSON Schema of its parameters, presets, example requests, what to look for."""
    demo = load(name)

    def say(text: str) -> str:
        return fixed(text, language, demo.name)

    return {
        **_head(demo, language),
        "schema": _schema(demo, language),
        "presets": {
            key: {"title": say(preset.title), "params": preset.params, "comment": say(preset.comment)}
            for key, preset in demo.presets.items()
        },
        "examples": [{"text": example.text, "params": example.params} for example in demo.examples],
        "look_for": [say(sentence) for sentence in demo.look_for],
        "prediction": {
            "question": say(demo.prediction.question),
            "choices": [say(choice) for choice in demo.prediction.choices],
        },
    }


@router.get("/demos/{name}/source", response_class=PlainTextResponse)
async def get_source(name: str, _caller: CallerDep) -> PlainTextResponse:
    """The demo's own file, to be read: idea, formula, parameters and steps."""
    return PlainTextResponse(source(load(name)), media_type="text/x-python")


@router.post("/demos/{name}/runs", response_model=None)
async def run_demo(
    name: str, body: RunRequest, request: Request, service: ServiceDep, caller: CallerDep, language: LanguageDep
) -> Response:
    """Run a demo. All frames as JSON, or each as it comes with `Accept: text/event-stream`."""
    demo = load(name)
    params = demo.parse(body.params)
    run_id = uuid.uuid4().hex
    chosen = params.model_dump(mode="json")
    head = {"id": run_id, "demo": demo.name, "params": chosen}
    place = service.demo_queue.place(caller.client)
    try:
        await write_down(service, caller.owner, RunRecord(run_id, demo.name, chosen))
        frames = _frames(service, demo, params, place, service.runs.start(run_id, caller.owner, demo.name, chosen))
        if "text/event-stream" not in request.headers.get("accept", ""):
            return await while_connected(request, _whole(head, frames, language))
    except BaseException:
        place.give_back()
        raise
    return EventStream(_events(head, frames, language), place)


@router.get("/runs/{run_id}/frames/{number}.png", response_class=Response)
async def frame_picture(
    run_id: str, number: int, service: ServiceDep, caller: CallerDep, language: LanguageDep
) -> Response:
    """Frame `number`, from 0, of one of the caller's runs, as a PNG. A run that this service does not remember, because
    another one made it or it was long ago, is made again first."""
    from demos.runtime.pictures import frame_png

    kept = await run_of(service, caller, run_id)
    frames = kept.frames
    if not 0 <= number < len(frames):
        raise InputError(
            say("This run has frames 0 to {last}.", last=len(frames) - 1), code="not_found", param="number"
        )
    frame = shown(frames[number], language, load(kept.demo))
    return Response(await run_in_threadpool(frame_png, frame), media_type="image/png")


async def _whole(head: dict[str, Any], frames: AsyncGenerator[Frame, None], language: str) -> JSONResponse:
    async with aclosing(frames):
        data = [told(frame, language, head["demo"]).model_dump(mode="json") async for frame in frames]
    return JSONResponse({**head, "object": "run", "frames": data})


async def _frames(
    service: Service, demo: Demo, params: Params, place: Place, kept: list[Frame]
) -> AsyncGenerator[Frame, None]:
    async with place, aclosing(service.tutor.run_demo(demo, params)) as frames:
        async for frame in frames:
            kept.append(frame)
            yield frame


async def _events(
    head: dict[str, Any], frames: AsyncGenerator[Frame, None], language: Language
) -> AsyncGenerator[str, None]:
    yield f"event: run\ndata: {json.dumps(head)}\n\n"
    try:
        async with aclosing(frames) as source:
            async for frame in source:
                yield f"event: frame\ndata: {told(frame, language, head['demo']).model_dump_json()}\n\n"
    except Exception as error:
        yield f"event: error\ndata: {json.dumps(envelope(Problem.of(error, language)))}\n\n"
    yield "data: [DONE]\n\n"


def _schema(demo: Demo, language: str) -> dict[str, Any]:
    """The JSON Schema of the parameters; their titles and descriptions are in that language."""
    schema = demo.schema()
    for name, part in schema["properties"].items():
        part["title"] = label(name, language, demo.name)
        part["description"] = fixed(part["description"], language, demo.name)
    return schema


def _head(demo: Demo, language: str) -> dict[str, Any]:
    return {
        "name": demo.name,
        "title": fixed(demo.title, language, demo.name),
        "slide": demo.slide,
        "group": fixed(demo.group, language, demo.name),
        "summary": fixed(demo.summary, language, demo.name),
        "aliases": list(demo.aliases),
    }
