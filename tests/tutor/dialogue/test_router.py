"""Names in a request: which words name a demo, and which only look like it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from demos.runtime.catalogue import all_demos
from knowledge.retrieval.embedder import Embedder
from tutor.dialogue.router import Intent, IntentReader, RunDemo


class NoEmbedder:
    """Requests that name a demo are read without any vector; another request finds all demos equally far."""

    name, dimension, vocabulary = "none", 2, Embedder().vocabulary

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
        ("run the nanno gpt demo", "nano_gpt"),
        ("train a percepton on xor", "perceptron"),
        ("hopfeld network with 20 patterns, run", "hopfield"),
        ("Corre el riesgo de crédito con penalización 5", "credit_risk"),
        ("Quantize a network with quantization in 4 bits and show me", "quantization"),
        ("autoencodr linear", "autoencoder"),
        ('watson: "Who wrote the perceptron paper?"', "evidence_scoring"),
        ("máquina de aprendizaje extremo con 150 neuronas", "extreme_learning_machine"),
        ("Have a neural turing machine copy a sequence of 12 rows", "neural_turing_machine"),
        ("would you mind training an lstm with 5 cells?", "lstm"),
        ("what happens inside nano-gpt? step by step", "nano_gpt"),
        ("What does a gru forget? Run it with noise 0.2.", "gru"),
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


@pytest.mark.parametrize(
    "text",
    [
        "forward vs backward chaining",
        "decision tree how does it work on the credit table",
        "Give me ten prompts that make ChatGPT write better essays",
        "perceptron or lstm, which is older",
        "Do expert systems need training data?",
        "Give an example of forward chaining.",
        "show me the formula of the delta rule",
        "show me who invented the perceptron",
        "explica el perceptrón",
        "chain rule",
        "Write code for a hopfield network",
        "gates in an lstm",
        "cross-attention in stable diffusion",
        "shuffle the words, does self attention notice",
        "link to the neural network playground",
        "enlace del tokenizador",
    ],
)
def test_a_question_that_names_a_demo_runs_none(text: str) -> None:
    assert not isinstance(read(text), RunDemo)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("can i run an llm on a raspberry pi", False),
        ("Could one train a small language model on an old laptop?", False),
        ("Can I run a small language model?", True),
    ],
)
def test_whether_something_is_possible_is_a_question(text: str, runs: bool) -> None:
    assert isinstance(read(text), RunDemo) is runs
