"""The service with a scripted tutor: no weights, no index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.scripted import ScriptedTutor, client_of
from tutor.api.app import build_service
from tutor.api.context import Service
from tutor.settings import Settings


@pytest.fixture
def make_service(tmp_path: Path) -> Callable[..., Service]:
    def make(pause: float = 0.0, **settings: Any) -> Service:
        chosen = Settings(home=tmp_path, **settings)
        return build_service(chosen, ScriptedTutor(chosen, pause))

    return make


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as found:
        yield found
    await service.tutor.close()
