"""Names in a request: which words name a demo, and which only look like it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from demos.catalogue import all_demos
from knowledge.embed import Embedder
from tutor.intent import Intent, IntentReader, RunDemo


class NoEmbedder:
    """Requests that name a demo are read without any vector; another request finds all demos equally far."""

    name, dimension = "none", 2

    def encode(self, texts: list[str]) -> Any:
        import numpy as np

        return np.zeros((len(texts), 2), np.float32)


def read(text: str) -> Intent:
    return IntentReader(all_demos(), cast(Embedder, NoEmbedder())).read(text)


@pytest.mark.parametrize(
    ("text", "demo"),
    [
        ("Show me Imagen", "imagen"),
        ("muestra Imagen con 6 images", "imagen"),
        ("Run Stable Diffusion in the latent space", "stable_diffusion"),
        ("run the diffusion demo on the spiral", "diffusion"),
        ("Show me DALL-E 2", "dalle2"),
        ("Run Gemini", "gemini"),
        ("Show me generative AI", "generative_ai"),
    ],
)
def test_a_name_is_enough(text: str, demo: str) -> None:
    found = read(text)
    assert isinstance(found, RunDemo)
    assert found.demo.name == demo


@pytest.mark.parametrize("text", ["muestra el filtro en una imagen", "dibuja la imagen", "muestra imágenes"])
def test_a_spanish_picture_does_not_name_imagen(text: str) -> None:
    found = read(text)
    assert not (isinstance(found, RunDemo) and found.demo.name == "imagen")
