"""Shared fixtures. Tests marked `model` use the real starter model and embedder, loaded once for each worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from demos.runtime.runner import Workers
from knowledge.errors import KnowledgeError
from knowledge.retrieval import index
from tutor.service.resources import Equipment
from tutor.settings import Settings

hypothesis_settings.register_profile("steady", derandomize=True)
hypothesis_settings.load_profile("steady")  # the same examples each time: what fails here fails for everybody

_PROBE = index._probe


def pytest_configure() -> None:
    """Give each of pytest-xdist's workers cores of its own, and as many threads: more would wait for each other in
    spins (a network that trains in 5 seconds took 275)."""
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    if worker.startswith("gw") and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        own = cores[int(worker[2:]) :: int(count)]
        os.sched_setaffinity(0, own or cores)
        os.environ["OMP_NUM_THREADS"] = str(len(own) or 1)


@pytest.fixture(scope="session")
def probe_apart() -> Callable[[Path], None]:
    """What probes a new index in a process of its own, as an installation does."""
    return _PROBE


@pytest.fixture(scope="session", autouse=True)
def _probed_here() -> Iterator[None]:
    """The same probe in this process: a hundred indexes, a second of imports for each, would be minutes."""

    def here(folder: Path) -> None:
        if not index.probe(folder):
            raise KnowledgeError("The probe failed.", code="index_damaged")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "_probe", here)
        yield


@pytest.fixture(autouse=True)
def _no_user_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the user's own settings, data or language."""
    for name in [name for name in os.environ if name.startswith("TIZA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose index and model are made once for all tests that only read them; each worker has its own."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def shared_settings(shared_home: Path) -> Settings:
    """Settings over the shared data folder."""
    return Settings(home=shared_home)


@pytest.fixture(scope="session")
def loaded() -> Equipment:
    """What all tutors read with, loaded once for each worker; what single tests use reads with it too."""
    return Equipment(Settings())


@pytest.fixture
def equipment(loaded: Equipment, shared_settings: Settings) -> Equipment:
    """Equipment of one test's own, with locks and workers of its own, that reads with what is loaded already."""
    own = Equipment(shared_settings)
    own.workers = Workers(spare=False)  # a spare imports torch for seconds, and most tests run no demo
    for name in ("embedder", "cross_encoder", "entailment"):
        own.__dict__[name] = getattr(loaded, name)
    return own
