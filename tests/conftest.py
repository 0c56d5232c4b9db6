"""Shared fixtures. Tests marked `model` use the real starter model and embedder, loaded once for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.settings import Settings


@pytest.fixture(autouse=True)
def _no_user_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the user's own settings or data."""
    for name in [name for name in os.environ if name.startswith("TIZA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose index and model are made once for all tests that only read them."""
    yield tmp_path_factory.mktemp("home")


@pytest.fixture
def shared_settings(shared_home: Path) -> Settings:
    """Settings over the shared data folder."""
    return Settings(home=shared_home)
