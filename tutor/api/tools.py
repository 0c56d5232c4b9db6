"""/v1/tools: search and demos as functions that a client's own model may call, in OpenAI's format."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Demo
from demos.runtime.messages import say
from tutor.api.context import CallerDep, ServiceDep, TutorDep
from tutor.api.documented import errors
from tutor.api.schemas import In
from tutor.api.search import found
from tutor.api.turns import while_connected
from tutor.errors import InputError
from tutor.runs.summary import rundown

router = APIRouter(prefix="/v1/tools", tags=["tools"])
SEARCH = "search_course"
DEMO = "demo_"


class CallRequest(In):
    """`arguments` as a model gives them: an object, or its JSON text."""

    arguments: dict[str, Any] | str = Field(default_factory=dict)


@router.get("")
async def list_tools(_caller: CallerDep) -> dict[str, Any]:
    """The functions, to be put into the `tools` of a request to another model."""
    return {"object": "list", "data": await run_in_threadpool(_described)}


@router.post("/{name}", responses=errors(404, 422, 429, 503))
async def call_tool(
    name: str, body: CallRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> dict[str, Any]:
    """Call a function; `content` is what goes back to the model as the tool's message."""
    arguments = _arguments(body.arguments)
    if name == SEARCH:
        query = arguments.get("query")
        if not isinstance(query, str):
            raise InputError(say("The argument query is a text."), code="invalid_value", param="arguments.query")
        hits = [found(hit) for hit in await tutor.search(query, 5)]
        told = "\n\n".join(f"{hit['title']} ({hit['place']}): {hit['text']}" for hit in hits)
        return {"object": "tool.result", "name": name, "content": told, "data": hits}
    if not name.startswith(DEMO):
        raise InputError(
            say("There is no tool {name!r}.", name=name[:80]), code="not_found", hint=say("GET /v1/tools lists them.")
        )
    demo = load(name.removeprefix(DEMO))
    params = demo.parse(arguments)

    async def run() -> dict[str, Any]:
        async with service.demo_queue.place(caller.client):
            frames = [frame async for frame in tutor.run_demo(demo, params)]
        chosen = params.model_dump(mode="json")
        data = {"demo": demo.name, "params": chosen, "rundown": rundown(demo, chosen, frames)}
        return {"object": "tool.result", "name": name, "content": frames[-1].caption if frames else "", "data": data}

    return await while_connected(request, run())


def _arguments(given: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    try:
        value = json.loads(given or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InputError(say("The arguments are no JSON object."), code="invalid_value", param="arguments")
    return value


def _described() -> list[dict[str, Any]]:
    search = {
        "type": "object", "properties": {"query": {"type": "string", "description": "What to look for."}},
        "required": ["query"],
    }  # fmt: skip
    about = "The best passages of the course for a text, with their slides."
    return [_function(SEARCH, about, search), *(_of_demo(demo) for demo in all_demos())]


def _of_demo(demo: Demo) -> dict[str, Any]:
    return _function(f"{DEMO}{demo.name}", f"Run the demo {demo.title}: {demo.summary}"[:1000], demo.schema())


def _function(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}
