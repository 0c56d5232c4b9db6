"""The small model, and material of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.training.small_model import write_small_model
from training.material import Known, Material


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the small model."""
    return write_small_model(tmp_path_factory.mktemp("small") / "small.gguf")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def pottery() -> Material:
    """Twelve short documents, each with a question."""
    things = "kiln glaze wheel slip bisque wedge burnish coil slab trim cone saggar".split()
    sentences: dict[str, tuple[str, ...]] = {
        thing: (f"A {thing} is used on day {day} in the pottery.", f"Nobody pays more than {day} coins for a {thing}.")
        for day, thing in enumerate(things, 10)
    }
    known = tuple(Known("answer", t, f"When is a {t} used in the pottery?", (sentences[t][0],)) for t in things)
    return Material("pottery", sentences, known)
