"""The tutor of the built-in course, for tests of its turns."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tutor.service.build import Tutor
from tutor.service.resources import Equipment
from tutor.settings import Settings


@pytest.fixture
async def tutor(shared_settings: Settings, equipment: Equipment) -> AsyncIterator[Tutor]:
    found = Tutor(shared_settings, equipment=equipment)
    await found.prepare()
    yield found
    await found.close()
    await equipment.close()
