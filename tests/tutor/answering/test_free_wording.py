"""Requests in free wording, none of them an example of any demo, through the chat's path and through the API.

No language model takes part: what the words fix is read by rules, and exactly that is run.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from demos.runtime.catalogue import all_demos, load
from demos.runtime.contract import Demo, Frame, Params
from tests.api.scripted import client_of
from tutor.api.app import build_service
from tutor.events import Answered, DemoStarted
from tutor.llm.scripted import ScriptedModel
from tutor.service.build import Tutor
from tutor.settings import Settings

pytestmark = pytest.mark.model

REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("Could you please let a perceptron learn the OR gate, 7 epochs?", "perceptron", {"data": "or", "epochs": 7}),
    ("see back-propagation on the moons, 6 hidden units", "backpropagation", {"data": "moons", "units": 6}),
    ("hey, start a hopfield network and flip 35% of the neurons", "hopfield", {"damage": 0.35}),
    ("launch lenet and follow the 4 please", "lenet", {"digit": "4"}),
    ("Let's watch a GAN collapse on 5 modes", "gan", {"modes": 5, "collapse": True}),
    ("run diffusion in 20 steps and draw a 3", "diffusion", {"steps": 20, "label": "3"}),
    ("simulate an lstm with 5 epochs", "lstm", {"epochs": 5}),
    ("can you run monte carlo tree search with 600 simulations?", "tree_search", {"simulations": 600}),
    ("execute alpha-beta 4 plies deep", "alpha_beta", {"depth": 4}),
    ('show self-attention for "dogs chase fast cars"', "self_attention", {"sentence": "dogs chase fast cars"}),
    ("prune a network to a sparsity of 0.9", "pruning", {"sparsity": 0.9}),
    ("now quantise the weights to 3 bits", "quantization", {"bits": 3}),
    ("play the kohonen map on the ring with seed 4", "kohonen_map", {"data": "ring", "seed": 4}),
    ("train a variational autoencoder, beta 4", "vae", {"beta": 4}),
    ("Please demonstrate distillation at temperature 8", "distillation", {"temperature": 8}),
    ("show the delta rule, learning rate 0.25, 15 epochs", "delta_rule", {"learning_rate": 0.25, "epochs": 15}),
    ("run a decision tree of depth 1 on the credit table", "credit_risk", {"model": "tree", "depth": 1}),
    ("I want to see the gates of a GRU after 3 epochs, run it", "gru", {"epochs": 3}),
    ("Entrena un perceptrón con XOR durante 9 épocas", "perceptron", {"data": "xor", "epochs": 9}),
    ("go ahead and sort CABACB with nanoGPT", "nano_gpt", {"letters": "CABACB"}),
    ("make me the number 2 out of noise", "diffusion", {"label": "2"}),
    ("let a small network with 8 units learn from the soft answers of a big one", "distillation", {"student": 8}),
    ("cut the digit 6 into patches and let a transformer read them", "vit", {"digit": "6"}),
    ("enlarge a feature map by stamping a kernel with stride 3", "transposed_convolution", {"stride": 3}),
    ("copy 16 rows of bits with a network that has an external memory", "neural_turing_machine", {"length": 16}),
    ("red de estados de eco con 80 neuronas y radio espectral 0.5", "echo_state_network", {"size": 80, "radius": 0.5}),
    ("genera un 8 a partir de ruido con guía 4", "diffusion", {"label": "8", "guidance": 4}),
    ("walk me through a tiny GPT that sorts letters", "nano_gpt", {}),
]  # fmt: skip


class Recorder(Tutor):
    """A tutor that runs no demo to its end: it takes a first frame, and keeps what was to be run."""

    async def run_demo(self, demo: Demo, params: Params) -> AsyncGenerator[Frame, None]:
        del params
        yield Frame(caption=f"{demo.title} would run.", progress=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tutor(shared_home: Path) -> AsyncIterator[Tutor]:
    found = Recorder(Settings(home=shared_home), ScriptedModel(()))
    await found.prepare()
    yield found
    await found.close()


def meant(name: str, params: dict[str, Any]) -> dict[str, Any]:
    return load(name).parse(params).model_dump(mode="json")


def test_none_is_an_example() -> None:
    known = {example.text.casefold() for demo in all_demos() for example in demo.examples}
    assert not {text.casefold() for text, _, _ in REQUESTS} & known


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("text", "name", "params"), REQUESTS, ids=[text for text, _, _ in REQUESTS])
async def test_the_chat_runs_what_is_meant(tutor: Tutor, text: str, name: str, params: dict[str, Any]) -> None:
    async with aclosing(tutor.answer(text)) as events:
        found = [event async for event in events]
    started = [event for event in found if isinstance(event, DemoStarted)]
    assert [event.name for event in started] == [name]
    assert started[0].params == meant(name, params)
    assert isinstance(found[-1], Answered) and found[-1].outcome == "demonstrated"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("text", "name", "params"), REQUESTS, ids=[text for text, _, _ in REQUESTS])
async def test_the_api_runs_what_is_meant(
    tutor: Tutor, tmp_path: Path, text: str, name: str, params: dict[str, Any]
) -> None:
    service = build_service(Settings(home=tmp_path), tutor)
    async with client_of(service) as client:
        reply = await client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": text}]})
    said = reply.json()["tutor"]
    assert said["outcome"] == "demonstrated"
    assert (said["demo"]["name"], said["demo"]["params"]) == (name, meant(name, params))
