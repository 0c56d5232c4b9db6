"""Rows 34 and 35: a page of another site, and whoever comes through a proxy, reach nothing of a keyless service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.app import create_app
from tutor.api.context import Service
from tutor.errors import AccessError
from tutor.settings import Settings

HERE = ("127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:8000", "LOCALHOST.", "[::1]:8000", "127.9.9.9")
ELSEWHERE = (
    "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
    "10.0.0.1", "0.0.0.0", "[::]", "[", "", "localhost:8000@evil.example",
)  # fmt: skip
PAGES = ("https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "http://[", "localhost", "")
OPEN = {"/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"}
ASKED = {"messages": [{"role": "user", "content": "Who?"}], "query": "x"}


def _routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route there is, by walking the app: a new one is in the matrix by itself."""
    found: list[object] = list(app.routes)
    while found:
        route = found.pop()
        found += getattr(getattr(route, "original_router", None), "routes", ())
        if isinstance(route, Route) and route.methods:
            path = route.path.replace("{number}", "0").replace("{course}", "ai-introduction")
            yield from ((method, path.replace("{name}", "perceptron")) for method in sorted(route.methods))


async def _send(client: httpx.AsyncClient, method: str, path: str, **headers: str) -> httpx.Response:
    body = ASKED if method == "POST" else None
    return await client.request(method, path, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _forbidden(reply: httpx.Response, code: str) -> bool:
    error = reply.json()["error"] if reply.request.method != "HEAD" else {"code": code, "type": "permission_error"}
    return (reply.status_code, error["code"], error["type"]) == (403, code, "permission_error")


async def test_every_route_refuses_hosts_and_pages_of_other_sites(service: Service) -> None:
    routes = list(_routes(create_app(service)))
    assert {path for _, path in routes} >= OPEN | {"/v1/chat/completions", "/v1/models", "/v1/conversations"}
    assert len(routes) > 20
    async with client_of(service) as client:
        for method, path in routes:
            for host in ELSEWHERE:
                assert _forbidden(await _send(client, method, path, Host=host), "host_forbidden"), (path, host)
            for page in PAGES:
                assert _forbidden(await _send(client, method, path, Origin=page), "origin_forbidden"), (path, page)
    assert isinstance(service.tutor, ScriptedTutor)
    assert service.tutor.asked == []


async def test_a_key_does_not_open_the_machine_to_other_sites(service: Service) -> None:
    sent = f"Bearer {service.keys.add('moodle', teacher=True)}"
    async with client_of(service) as client:
        for name, value in (("Host", "evil.example"), ("Origin", "https://evil.example")):
            reply = await client.get("/v1/models", headers={"Authorization": sent, name: value})
            assert reply.status_code == 403


@pytest.mark.parametrize("host", HERE)
async def test_this_machine_is_welcome_under_each_of_its_names(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/healthz", "/v1/models", "/v1/conversations"):
        assert (await _send(client, "GET", path, Host=host)).status_code == 200
        assert (await _send(client, "GET", path, Host=host, Origin=f"http://{host}")).status_code == 200


async def test_a_page_of_another_site_that_has_no_key_gets_nothing_of_a_public_service(
    make_service: Callable[..., Service],
) -> None:
    service = make_service(host="0.0.0.0")
    key = f"Bearer {service.keys.add('moodle')}"
    async with client_of(service) as client:
        for method, path in _routes(create_app(service)):
            assert _forbidden(await _send(client, method, path, Origin="https://evil.example"), "origin_forbidden")
        for host, origin, expected in (
            ("tiza.uni.example", "https://tiza.uni.example", 200), ("tiza.uni.example:8000", "", 403),
            ("tiza.uni.example", "https://moodle.uni.example", 403),
        ):  # fmt: skip
            assert (await _send(client, "GET", "/healthz", Host=host, Origin=origin)).status_code == expected
        reply = await _send(
            client, "GET", "/v1/models", Host="uni.example", Origin="https://a.example", Authorization=key
        )
        assert reply.status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "CF-Connecting-IP"],
)
async def test_whoever_comes_through_a_proxy_needs_a_key(service: Service, header: str) -> None:
    key = f"Bearer {service.keys.add('moodle')}"
    async with client_of(service) as client:
        for method, path in _routes(create_app(service)):
            if path not in OPEN and method not in ("HEAD", "OPTIONS") and path.startswith("/v1"):
                assert (await client.request(method, path, json=ASKED, headers={header: "x"})).status_code == 401, path
        assert (await client.get("/v1/models", headers={header: "x", "Authorization": key})).status_code == 200


async def test_keys_can_be_demanded_on_loopback(make_service: Callable[..., Service]) -> None:
    service = make_service(demand_keys=True)
    async with client_of(service) as client:
        assert (await client.get("/v1/models")).status_code == 401
        assert (await client.get("/v1/models", headers={"Host": "tiza.uni.example"})).status_code == 401
        key = f"Bearer {service.keys.add('moodle')}"
        headers = {"Host": "tiza.uni.example", "Authorization": key}
        assert (await client.get("/v1/models", headers=headers)).status_code == 200


def test_serving_with_keys_demanded_and_none_made_is_refused(settings: Settings) -> None:
    from tutor.api.server import serve

    with pytest.raises(AccessError, match="Keys are demanded"):
        serve(settings)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, port=0, demand_keys=True)
