"""What goes wrong over HTTP is told in the language of Accept-Language; code and status are those of any language."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from demos.runtime.messages import say
from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.context import Service
from tutor.errors import ModelError, Problem
from tutor.events import Failed

CHAT = "/v1/chat/completions"
ES = {"Accept-Language": "es-CO, en;q=0.5"}
HELLO = {"messages": [{"role": "user", "content": "Hello?"}]}


async def both(client: httpx.AsyncClient, method: str, path: str, **sent: Any) -> tuple[int, str, str]:
    """The status and the messages in English and in Spanish; all else of the two bodies is the same."""
    headers = sent.pop("headers", {})
    english = await client.request(method, path, headers=headers, **sent)
    spanish = await client.request(method, path, headers=headers | ES, **sent)
    en, es = english.json()["error"], spanish.json()["error"]
    assert english.status_code == spanish.status_code
    assert {**en, "message": ""} == {**es, "message": ""}
    return english.status_code, en["message"], es["message"]


async def test_a_body_that_is_not_valid(client: httpx.AsyncClient) -> None:
    assert await both(client, "POST", CHAT, json={**HELLO, "temperature": 3}) == (
        422,
        "temperature is not valid: input should be less than or equal to 2.",
        "temperature no es válido: debe ser menor o igual que 2.",
    )
    assert await both(client, "POST", CHAT, json={"messages": []}) == (
        422,
        "messages is not valid: list should have at least 1 item after validation, not 0.",
        "messages no es válido: le faltan elementos: el mínimo es 1 y tiene 0.",
    )
    assert await both(client, "POST", CHAT, json={}) == (
        422, "messages is not valid: field required.", "messages no es válido: es obligatorio.",
    )  # fmt: skip
    assert await both(client, "POST", CHAT, content="{", headers={"Content-Type": "application/json"}) == (
        422,
        "The body is not valid JSON. Send a JSON object.",
        "El cuerpo de la petición no es JSON válido. Manda un objeto JSON.",
    )


async def test_what_the_tutor_refuses(client: httpx.AsyncClient) -> None:
    assert await both(client, "GET", "/nowhere") == (
        404, "There is no such route. See /docs.", "No existe esa ruta. Mira /docs.",
    )  # fmt: skip
    assert await both(client, "DELETE", CHAT) == (
        405, "This route has no such method. See /docs.", "Esta ruta no tiene ese método. Mira /docs.",
    )  # fmt: skip
    status, english, spanish = await both(client, "POST", CHAT, json=HELLO, headers={"X-Course": "nowhere"})
    assert (status, english) == (404, "There is no course 'nowhere'. There is ai-introduction.")
    assert spanish == "No hay ningún curso 'nowhere'. Hay estos: ai-introduction."
    body = {"messages": [{"role": "user", "content": " "}]}
    assert (await both(client, "POST", CHAT, json=body))[::2] == (
        422, "La pregunta está vacía. Escribe una pregunta sobre el curso.",
    )  # fmt: skip
    demo = await both(client, "POST", "/v1/demos/perceptron/runs", json={"params": {"epochs": 0}})
    assert demo[0] == 422 and demo[2].startswith("epochs de perceptron no puede ser 0")
    lang = await client.post("/v1/demos/perceptron/runs?lang=es", json={"params": {"epochs": 0}})
    assert lang.json()["error"]["message"] == demo[2]


async def test_who_may_not_ask(make_service: Callable[..., Service]) -> None:
    service = make_service(demand_keys=True)
    async with client_of(service) as client:
        assert await both(client, "POST", CHAT, json=HELLO) == (
            401,
            "A valid API key is needed. Send it as `Authorization: Bearer ...`.",
            "Se necesita una clave de API válida. Mándala como `Authorization: Bearer ...`.",
        )
    service = make_service()
    async with client_of(service) as client:
        page = {"Origin": "https://campus.example"}
        status, english, spanish = await both(client, "POST", CHAT, json=HELLO, headers=page)
        assert status == 403 and english.startswith("This page may not speak to the tutor.")
        assert spanish.startswith("Esta página no puede hablar con el tutor.")
        large = await both(client, "POST", CHAT, content=b"x" * 2_000_001)
        assert large[0] == 413 and large[2].startswith("El cuerpo de la petición pasa de 2 MB")


async def test_english_where_spanish_is_not_preferred(client: httpx.AsyncClient) -> None:
    for header in ("en, es;q=0.5", "fr", "es;q=0", "*", "not;a=header"):
        reply = await client.get("/nowhere", headers={"Accept-Language": header})
        assert reply.json()["error"]["message"] == "There is no such route. See /docs."


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_turn_that_fails_speaks_its_own_language_first(
    service: Service, client: httpx.AsyncClient, streamed: bool
) -> None:
    assert isinstance(service.tutor, ScriptedTutor)

    async def told(headers: dict[str, str]) -> str:
        reply = await client.post(CHAT, json={**HELLO, "stream": streamed}, headers=headers)
        lines = [line.removeprefix("data: ") for line in reply.text.splitlines() if '"error"' in line]
        return str(json.loads(lines[0])["error"]["message"])

    error = ModelError(say("The model stopped in mid-answer."), hint=say("Ask again."))
    service.tutor.failure = Failed(Problem.of(error))  # before its language was known
    assert await told({}) == "The model stopped in mid-answer. Ask again."
    assert await told(ES) == "El modelo se detuvo a mitad de la respuesta. Pregunta otra vez."
    service.tutor.failure = Failed(Problem.of(error, "es"))
    assert await told({}) == "El modelo se detuvo a mitad de la respuesta. Pregunta otra vez."


async def test_what_nobody_foresaw(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a password")

    monkeypatch.setattr(service.conversations, "list", fail)
    transport = httpx.ASGITransport(_app(service), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert await both(client, "GET", "/v1/conversations") == (
            500,
            "Something went wrong inside Tiza. Run `tiza doctor`; the log has the details.",
            "Algo falló dentro de Tiza. Corre `tiza doctor`; el registro tiene los detalles.",
        )


async def test_what_was_not_read_of_an_upload(client: httpx.AsyncClient) -> None:
    page = b"<p>The sea is salty.</p><img src=x.png>"
    files = [("file", ("a.html", page, "text/html")), ("file", ("b.docx", b"no zip", "application/zip"))]
    reply = await client.post("/v1/courses/seas/documents", files=files, headers=ES)
    assert reply.status_code == 201, reply.text
    assert reply.json()["data"][0]["remarks"] == ["1 imagen no se leyó"]
    refused = reply.json()["refused"][0]["error"]
    assert refused["code"] == "unreadable_document" and refused["message"].startswith("b.docx: está dañado")
    listed = await client.get("/v1/courses/seas/documents")
    assert listed.json()["data"][0]["remarks"] == ["1 picture was not read"]


def _app(service: Service) -> Any:
    from tutor.api.app import create_app

    return create_app(service)
