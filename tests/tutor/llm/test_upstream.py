"""Row 45: a tutor whose model is another server's. A real one runs the starter; broken ones do whatever they like.

The real one is llama-server (on the path, or named by LLAMA_SERVER), else `llama_cpp.server` where its own
requirements are installed (`pip install sse-starlette starlette-context`).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tutor.events import Answered, Failed
from tutor.llm.base import LanguageModel, Message, Sampling
from tutor.llm.remote import RemoteModel
from tutor.llm.starter import prepare_starter
from tutor.service.build import Tutor
from tutor.service.resources import Equipment
from tutor.settings import Settings

pytestmark = pytest.mark.model
SERVER = os.environ.get("LLAMA_SERVER", "") or shutil.which("llama-server")
QUESTION = "What is a perceptron?"
GRAMMAR = 'root ::= "Yes" | "No"'


def _command(model: str, port: int) -> list[str]:
    """What serves a model at a port of this machine; nothing where no server is installed."""
    if SERVER:
        where = ["--host", "127.0.0.1", "--port", str(port)]
        return [SERVER, "-m", model, "-c", "4096", "-np", "2", "--threads", "2", *where]
    if find_spec("llama_cpp.server") and find_spec("sse_starlette") and find_spec("starlette_context"):
        return [sys.executable, "-m", "llama_cpp.server", "--model", model, "--n_ctx", "4096", "--port", str(port)]
    return []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the starter."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    home = tmp_path_factory.mktemp("upstream")
    command = _command(prepare_starter(home, "off").path, port)
    if not command:
        pytest.skip("no llama-server and no llama_cpp.server is installed")
    with (home / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            while not _answers(url):
                assert process.poll() is None, (home / "log").read_text()[-2000:]
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/models").status_code == 200 and httpx.get(f"{url}/health").status_code in (200, 404)
    except httpx.HTTPError:
        return False


@pytest.fixture
async def tutor_of(loaded: Equipment, shared_home: Path) -> AsyncIterator[Callable[[LanguageModel | str], Tutor]]:
    """Makes the tutor whose model is at an address, or is given."""
    made: list[Equipment] = []

    def make(model: LanguageModel | str) -> Tutor:
        url = model if isinstance(model, str) else "http://upstream.invalid"
        settings = Settings(home=shared_home, upstream=url)
        equipment = Equipment(settings, None if isinstance(model, str) else model)
        for name in ("embedder", "cross_encoder", "entailment"):
            equipment.__dict__[name] = getattr(loaded, name)
        made.append(equipment)
        return Tutor(settings, equipment=equipment)

    yield make
    for equipment in made:
        await equipment.close()


async def _answered(tutor: Tutor) -> Answered:
    events = [event async for event in tutor.answer(QUESTION)]
    assert not any(isinstance(event, Failed) for event in events)
    assert isinstance(events[-1], Answered)
    return events[-1]


async def test_its_text_comes_in_pieces_with_what_it_used(server: str) -> None:
    model = RemoteModel(server, "")
    pieces = [piece async for piece in model.stream([Message("user", QUESTION)], Sampling(max_tokens=24, seed=3))]
    await model.close()
    assert len([piece for piece in pieces if piece.text]) > 3
    assert 0 < pieces[-1].completion_tokens <= 40 and pieces[-1].prompt_tokens > 5


async def test_it_keeps_to_a_grammar(server: str) -> None:
    model = RemoteModel(server, "")
    for seed in range(3):
        asked = [Message("user", "Is the sky green? Tell me a story.")]
        pieces = [piece async for piece in model.stream(asked, Sampling(seed=seed), grammar=GRAMMAR)]
        assert "".join(piece.text for piece in pieces) in ("Yes", "No")
    await model.close()


async def test_a_tutor_is_worded_by_it_and_cites_the_course(
    server: str, tutor_of: Callable[[LanguageModel | str], Tutor]
) -> None:
    answered = await _answered(tutor_of(server))
    assert answered.outcome == "answered" and answered.citations
    assert answered.usage.completion_tokens > 0 and server in answered.provenance.model


def _upstream(status: int, body: str) -> RemoteModel:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    return RemoteModel("http://upstream.invalid", "", client=httpx.AsyncClient(transport=transport))


def _half(_: httpx.Request) -> httpx.Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b'data: {"choices": [{"delta": {"content": "A perceptron is the king of"}}]}\n\n'
        raise httpx.ReadError("the connection broke off")

    return httpx.Response(200, content=lines())


BROKEN = {
    "a page of HTML": _upstream(200, "<html><body>Welcome to the proxy. A perceptron is a whale.</body></html>"),
    "a page in the stream": _upstream(200, "data: <html>A perceptron is a whale.</html>\n\n"),
    "an error": _upstream(500, "out of memory"),
    "nothing": _upstream(200, ""),
    "nonsense": _upstream(200, 'data: {"choices": [{"delta": {"content": "A perceptron is a whale. It sings."}}]}\n\n'),
    "half a stream": RemoteModel("http://x", "", client=httpx.AsyncClient(transport=httpx.MockTransport(_half))),
    "nobody there": RemoteModel("http://127.0.0.1:9", ""),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_whatever_an_upstream_does_the_turn_ends_by_quotation(
    name: str, tutor_of: Callable[[LanguageModel | str], Tutor]
) -> None:
    answered = await _answered(tutor_of(BROKEN[name]))
    assert answered.outcome == "answered" and answered.citations
    assert "whale" not in answered.text and "king" not in answered.text and "html" not in answered.text.lower()
    for citation in answered.citations:
        assert citation.quote in answered.text
