"""Keys end by themselves, change their secret and their name; where they are read, and who watches the service."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.api.conftest import *  # noqa: F403  # the same service fixtures
from tests.api.scripted import client_of
from tutor.api.context import Service
from tutor.cli.commands import app
from tutor.conversations.owners import Owner
from tutor.errors import InputError
from tutor.service import api_keys
from tutor.service.api_keys import Keys

BODY = {"messages": [{"role": "user", "content": "Who?"}], "user": "ana"}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    found = Keys(f"sqlite:///{tmp_path / 'keys.db'}")
    yield found
    found.close()


class _Later(datetime):
    """A clock that is two hours on."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        del tz
        return datetime.now(UTC) + timedelta(hours=2)


def test_a_key_ends_by_itself(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, lasting = keys.add("course", days=0.05), keys.add("lasting")
    assert keys.find(secret) and keys.find(lasting)
    monkeypatch.setattr(api_keys, "datetime", _Later)
    assert keys.find(secret) is None and keys.find(lasting)
    assert [(key.name, key.valid) for key in keys.list()] == [("course", False), ("lasting", True)]
    keys.change("course", days=1)
    assert keys.find(secret)


def test_a_new_secret_takes_the_old_one_s_place_after_a_while(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    first = keys.add("moodle", "biology", teacher=True, per_minute=9)
    second = keys.rotate("moodle", timedelta(hours=1))
    assert keys.find(first) == keys.find(second)
    third = keys.rotate("moodle")
    assert keys.find(second) is None and keys.find(first) is None
    found = keys.find(third)
    assert found is not None and (found.course, found.teacher, found.per_minute) == ("biology", True, 9)
    fourth = keys.rotate("moodle", timedelta(hours=1))
    monkeypatch.setattr(api_keys, "datetime", _Later)
    assert keys.find(third) is None and keys.find(fourth)


def test_a_revoked_key_s_former_secret_is_revoked_too_and_its_name_is_free(keys: Keys) -> None:
    first = keys.add("moodle")
    second = keys.rotate("moodle", timedelta(hours=1))
    keys.revoke("moodle")
    assert keys.find(first) is None and keys.find(second) is None
    with pytest.raises(InputError):
        keys.rotate("moodle")
    again = keys.add("moodle", "biology")
    found = keys.find(again)
    assert found is not None and found.course == "biology" and keys.find(second) is None
    with pytest.raises(InputError, match="already"):
        keys.add("moodle")


def test_a_key_takes_its_conversations_along_to_a_new_name(make_service: Callable[..., Service]) -> None:
    service = make_service()
    secret = service.keys.add("moodel")
    service.keys.add("other")
    made = service.conversations.create(Owner("moodel", "ana"), "mine")
    service.keys.rename("moodel", "moodle")
    found = service.keys.find(secret)
    assert found is not None and found.name == "moodle"
    assert [one.id for one in service.conversations.list(Owner("moodle", "ana"))] == [made.id]
    for wrong in (("nobody", "x"), ("moodle", "other"), ("moodle", "")):
        with pytest.raises(InputError):
            service.keys.rename(*wrong)


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key", "api-key"])
async def test_a_key_is_read_where_platforms_put_it(make_service: Callable[..., Service], header: str) -> None:
    service = make_service(host="0.0.0.0")
    secret = service.keys.add("moodle")
    async with client_of(service) as client:
        sent = f"Bearer {secret}" if header == "Authorization" else secret
        for value, status in ((sent, 200), (f"{sent}x", 401), ("", 401)):
            assert (await client.get("/v1/models", headers={header: value})).status_code == status


@pytest.mark.parametrize("path", ["/metrics", "/docs", "/openapi.json"])
async def test_who_watches_a_public_service_needs_a_key(make_service: Callable[..., Service], path: str) -> None:
    service = make_service(host="0.0.0.0")
    secret = service.keys.add("prometheus")

    def basic(password: str) -> str:
        return f"Basic {base64.b64encode(f'any:{password}'.encode()).decode()}"

    async with client_of(service) as client:
        for sent, status in (
            ("", 401), (f"Bearer {secret}", 200), (basic(secret), 200), (basic("x"), 401), ("Basic ?", 401),
        ):  # fmt: skip
            reply = await client.get(path, headers={"Authorization": sent})
            assert reply.status_code == status
            if status == 401:
                assert reply.headers["www-authenticate"].startswith("Basic")
        assert (await client.get("/healthz")).status_code == 200
    async with client_of(make_service()) as client:
        assert (await client.get(path)).status_code == 200
        assert (await client.get(path, headers={"X-Forwarded-For": "1.2.3.4"})).status_code == 401


async def test_key_and_user_stand_in_the_log_and_no_text(
    make_service: Callable[..., Service], caplog: pytest.LogCaptureFixture
) -> None:
    service = make_service(host="0.0.0.0")
    headers = {"Authorization": f"Bearer {service.keys.add('moodle')}"}
    caplog.set_level(logging.INFO, "tiza")
    async with client_of(service) as client:
        await client.post("/v1/chat/completions", json=BODY, headers=headers)
    fields = caplog.records[-1].__dict__["fields"]
    assert (fields["key"], fields["user"], fields["route"]) == ("moodle", "ana", "/v1/chat/completions")
    assert "Who?" not in str(fields)


def test_the_command_makes_lists_and_ends_keys() -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["keys", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    secret = run("add", "moodle", "--per-minute", "30", "--days", "7", "--teacher").strip()
    assert secret.startswith("tiza-")
    assert run("add", "first", "--once") == ""  # there is a key already
    listed = run("list")
    assert "teacher" in listed and "30 a minute" in listed and "until" in listed and secret not in listed
    assert run("rotate", "moodle", "--grace", "1").strip() != secret
    run("change", "moodle", "--per-minute", "0", "--days", "0")
    run("rename", "moodle", "school")
    assert "30 a minute" not in run("list") and "school" in run("list")
    run("revoke", "school")
    assert "revoked" in run("list")
    assert run("add", "second", "--once").startswith("tiza-")
