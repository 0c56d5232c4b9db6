"""Row 29: /openapi.json tells the truth. Requests made from it, with a fixed seed and budget, get what it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api.scripted import ScriptedTutor
from tutor.api.app import build_service, create_app
from tutor.settings import Settings

EXAMPLES = 15
"""Requests a route, at most."""
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, allow_header_conformance, unsupported_method,
]  # fmt: skip
HEADERS = {"Host": "localhost"}


def _app(home: Path) -> Any:
    chosen = Settings(home=home, queue=1000, queue_per_key=0)
    return create_app(build_service(chosen, ScriptedTutor(chosen)))


def _operations() -> Iterator[str]:
    """Every operation that is described, by method and path."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as home:
        for path, methods in _app(Path(home)).openapi()["paths"].items():
            yield from (f"{method.upper()} {path}" for method in methods)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The service's own description, with the service behind it."""
    return schemathesis.openapi.from_asgi("/openapi.json", _app(tmp_path_factory.mktemp("home")), headers=HEADERS)


@pytest.mark.parametrize("operation", list(_operations()))
def test_every_answer_is_one_that_the_description_promises(schema: Any, operation: str) -> None:
    method, path = operation.split(" ")

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=schema[path][method].as_strategy())
    def check(case: Any) -> None:
        response = case.call(headers=HEADERS)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400 and response.content:
            assert set(json.loads(response.content)["error"]) == {"message", "type", "code", "param"}

    check()
