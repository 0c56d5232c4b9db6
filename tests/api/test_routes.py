"""Search, demos, runs, conversations, health: shapes, owners and errors."""

from __future__ import annotations

import json

import httpx
import pytest

from demos.runtime.catalogue import load, source
from tests.api.scripted import PASSAGE
from tutor.api.language import preferred


async def test_search_gives_passages_with_scores(client: httpx.AsyncClient) -> None:
    data = (await client.post("/v1/search", json={"query": "perceptron", "top_k": "3"})).json()["data"]
    assert data[0]["passage_id"] == PASSAGE.id
    assert data[0]["dense"] == 0.8


async def test_the_demo_list_names_every_demo_with_its_slide(client: httpx.AsyncClient) -> None:
    data = (await client.get("/v1/demos")).json()["data"]
    assert {"perceptron", "self_attention", "diffusion"} <= {demo["name"] for demo in data}
    assert all(demo["slide"] for demo in data)


async def test_a_demo_has_schema_and_presets(client: httpx.AsyncClient) -> None:
    demo = (await client.get("/v1/demos/perceptron")).json()
    assert demo["schema"]["properties"]["epochs"]["maximum"] == 500
    assert demo["presets"]


async def test_a_demo_s_source_can_be_read(client: httpx.AsyncClient) -> None:
    reply = await client.get("/v1/demos/perceptron/source")
    assert reply.headers["content-type"].startswith("text/x-python")
    assert reply.text == source(load("perceptron"))
    assert (await client.get("/v1/demos/nothing/source")).status_code == 404


async def test_a_run_gives_all_frames_and_pictures_of_them(client: httpx.AsyncClient) -> None:
    run = (await client.post("/v1/demos/perceptron/runs", json={"params": {"data": "and", "epochs": 3}})).json()
    assert run["params"]["epochs"] == 3
    assert run["frames"][-1]["progress"] == 1
    picture = await client.get(f"/v1/runs/{run['id']}/frames/0.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert (await client.get(f"/v1/runs/{run['id']}/frames/9999.png")).status_code == 404
    assert (await client.get(f"/v1/runs/{run['id']}/frames/0.png?user=someone")).status_code == 404


async def test_a_run_streams_frames_as_they_come(client: httpx.AsyncClient) -> None:
    reply = await client.post(
        "/v1/demos/perceptron/runs", json={"params": {"epochs": 2}}, headers={"Accept": "text/event-stream"}
    )
    events = [part for part in reply.text.split("\n\n") if part]
    assert events[0].startswith("event: run")
    assert events[-1] == "data: [DONE]"
    frames = [json.loads(part.split("data: ", 1)[1]) for part in events if part.startswith("event: frame")]
    assert frames[-1]["progress"] == 1


async def test_an_unknown_demo_names_the_nearest(client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/demos/perceptrn/runs", json={})
    assert reply.status_code == 404
    assert "perceptron" in reply.json()["error"]["message"]


async def test_conversations_are_made_found_and_removed(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/conversations", json={"title": "Week one"})
    assert made.status_code == 201
    assert (await client.get("/v1/conversations?q=week")).json()["data"][0]["id"] == made.json()["id"]
    assert (await client.get("/v1/conversations?q=nothing")).json()["data"] == []
    assert (await client.delete(f"/v1/conversations/{made.json()['id']}")).status_code == 204
    assert (await client.get(f"/v1/conversations/{made.json()['id']}")).status_code == 404


async def test_health_and_metrics(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code == 200
    await client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "secret words"}]})
    text = (await client.get("/metrics")).text
    assert 'tiza_turns_total{outcome="answered"} 1.0' in text
    assert "secret" not in text


async def test_the_docs_describe_every_route(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {
        "/v1/chat/completions",
        "/v1/search",
        "/v1/demos/{name}/runs",
        "/v1/conversations/{conversation_id}",
    } <= set(paths)
    assert (await client.get("/docs")).status_code == 200


async def test_conversations_are_paged_renamed_and_forgotten_by_their_owner(client: httpx.AsyncClient) -> None:
    at = "/v1/conversations"
    for number in range(130):
        await client.post(f"{at}?user=ana", json={"title": f"{number}"})
    kept = (await client.post(f"{at}?user=ben", json={"title": "ben"})).json()["id"]
    first = (await client.get(f"{at}?user=ana")).json()
    rest = (await client.get(f"{at}?user=ana&offset=100")).json()
    assert (len(first["data"]), first["has_more"], len(rest["data"]), rest["has_more"]) == (100, True, 30, False)
    assert {one["title"] for one in (*first["data"], *rest["data"])} == {f"{number}" for number in range(130)}
    assert (await client.patch(f"{at}/{kept}?user=ana", json={"title": "x"})).status_code == 404
    assert (await client.patch(f"{at}/{kept}?user=ben", json={"title": "mine"})).json()["title"] == "mine"
    assert (await client.delete(f"{at}?user=ana")).json()["deleted"] == 130
    assert (await client.get(f"{at}?user=ana")).json()["data"] == []
    assert [one["title"] for one in (await client.get(f"{at}?user=ben")).json()["data"]] == ["mine"]


async def test_demos_speak_the_language_that_is_asked_for(client: httpx.AsyncClient) -> None:
    spanish = {"Accept-Language": "fr, es-CO;q=0.9, en;q=0.5"}
    demo = (await client.get("/v1/demos/perceptron", headers=spanish)).json()
    assert demo["title"] == "El perceptrón" and demo["prediction"]["choices"] == ["sí", "no"]
    assert demo["schema"]["properties"]["learning_rate"]["title"] == "tasa de aprendizaje"
    body = {"params": {"epochs": 1}}
    run = (await client.post("/v1/demos/perceptron/runs?lang=es", json=body)).json()
    assert run["frames"][0]["panels"][0]["title"] == "Puntos y recta" and "epoch" in run["frames"][0]["metrics"]
    english = (await client.post("/v1/demos/perceptron/runs?lang=en", json=body, headers=spanish)).json()
    assert english["frames"][0]["panels"][0]["title"] == "Points and line"
    refused = await client.post("/v1/demos/perceptron/runs?lang=es", json={"params": {"epochs": 0}})
    assert "no puede ser 0" in refused.json()["error"]["message"]
    assert (await client.get("/v1/demos?lang=xx")).status_code == 422


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("en;q=0.2, es;q=0.3", "es"),
        ("de, ES-co;q=0.1", "es"),
        ("es;q=0", "en"),
        ("es;q=x", "en"),
    ],
)
def test_the_header_s_first_language_that_is_spoken_wins(header: str, language: str) -> None:
    assert preferred(header) == language
