"""Changes that are told by the run before."""

from __future__ import annotations

from typing import Any

import pytest

from demos.runtime.catalogue import load
from tutor.dialogue.relative import relative

LSTM = {"seed": 3, "task": "forecast", "length": 20, "hidden": 8, "epochs": 20, "noise": 0.1}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("lets double the epochs", {"epochs": 40}),
        ("el doble de épocas", {"epochs": 40}),
        ("half the noise pls", {"noise": 0.05}),
        ("la mitad de ruido", {"noise": 0.05}),
        ("twice as many hidden units", {"hidden": 16}),
        ("three times the epochs", {"epochs": 60}),
        ("try a different seed", {"seed": 4}),
        ("otra semilla porfa", {"seed": 4}),
        ("con una semilla distinta", {"seed": 4}),
        ("and 200 epochs", {}),
        ("double check that", {}),
        ("was half of it right?", {}),
        ("another one", {}),
    ],
)
def test_what_a_factor_or_another_seed_means(text: str, changed: dict[str, Any]) -> None:
    assert relative(load("lstm"), text, LSTM) == changed
