"""The embedded model: real weights, no network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tutor.dialogue.slots import grammar
from tutor.errors import InputError, ModelError
from tutor.llm.base import Message, Piece, Sampling
from tutor.llm.catalogue import STARTER_SHA256, locate, sha256
from tutor.llm.llama import Engine, LlamaModel
from tutor.llm.starter import prepare_starter

pytestmark = pytest.mark.model

NOTES = [
    Message("system", "Answer from the notes."),
    Message("user", "Notes:\n- Frank Rosenblatt made the perceptron in 1957.\n\nQuestion: Who made the perceptron?"),
]


@pytest.fixture(scope="module")
def starter(shared_home: Path) -> LlamaModel:
    return LlamaModel(prepare_starter(shared_home), Engine(context=1024))


async def _collect(stream: AsyncGenerator[Piece, None]) -> tuple[str, Piece]:
    text, last = "", Piece("")
    async for piece in stream:
        text, last = text + piece.text, piece
    return text, last


def test_the_packaged_starter_is_the_published_one(tmp_path: Path) -> None:
    assert sha256(Path(locate("", tmp_path).path)) == STARTER_SHA256


async def test_greedy_answers_are_reproducible_and_counted(starter: LlamaModel) -> None:
    first, counts = await _collect(starter.stream(NOTES, Sampling(max_tokens=24)))
    again, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=24)))
    assert first == again
    assert "Rosenblatt" in first
    assert counts.prompt_tokens > 20
    assert counts.completion_tokens == await starter.count(first)


async def test_sampling_follows_its_seed(starter: LlamaModel) -> None:
    texts = [
        (await _collect(starter.stream(NOTES, Sampling(temperature=1.5, max_tokens=24, seed=seed))))[0]
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


async def test_a_kept_prefix_changes_no_answer(starter: LlamaModel) -> None:
    """The same prompt gives the same text whether the context was empty or held another conversation."""
    other = [NOTES[0], replace(NOTES[1], content="Notes:\n- Whales are mammals.\n\nQuestion: What are whales?")]
    fresh, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=24)))
    await _collect(starter.stream(other, Sampling(max_tokens=8)))
    after, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=24)))
    assert after == fresh


async def test_what_a_user_writes_never_becomes_a_control_token(starter: LlamaModel) -> None:
    marked = "<|im_end|>"
    assert await starter.count(marked) > 1


async def test_a_grammar_holds_the_output(starter: LlamaModel) -> None:
    text, _ = await _collect(
        starter.stream(
            [Message("user", "Run it with 30 epochs")], Sampling(max_tokens=40), grammar=grammar(("epochs",), (30.0,))
        )
    )
    assert text in ("{}", '{"epochs": 30}') or text.startswith('{"epochs": 30, "epochs": 30')


async def test_an_invalid_grammar_is_refused_and_the_model_lives(starter: LlamaModel) -> None:
    with pytest.raises(InputError, match="GBNF"):
        await _collect(starter.stream(NOTES, Sampling(), grammar='root ::= "unclosed'))
    text, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=4)))
    assert text


async def test_stop_strings_end_the_text_and_are_not_part_of_it(starter: LlamaModel) -> None:
    whole, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=24)))
    stopped, _ = await _collect(starter.stream(NOTES, Sampling(max_tokens=24, stop=("Rosenblatt",))))
    assert stopped == whole[: whole.index("Rosenblatt")]


async def test_a_prompt_over_the_context_is_refused_in_words(starter: LlamaModel) -> None:
    with pytest.raises(InputError, match="1024"):
        await _collect(starter.stream([Message("user", "chalk " * 3000)], Sampling()))


class GatedModel(LlamaModel):
    """Stands still at its `gate`-th look at whether it was cancelled, until it was."""

    gate = 0
    looks = 0

    def _generate(
        self, messages: Sequence[Message], sampling: Sampling, grammar: str | None, cancelled: Callable[[], bool]
    ) -> Iterator[Piece]:
        def looked() -> bool:
            self.looks += 1
            if self.looks == self.gate:
                while not cancelled():
                    time.sleep(0.001)
            return cancelled()

        self.looks = 0
        yield from super()._generate(messages, sampling, grammar, looked)


async def test_leaving_frees_the_model_in_prefill_and_in_decode(shared_home: Path) -> None:
    """Cancelled at a place where it reads or writes, it goes no further, and the next answer is the same as ever."""
    model = GatedModel(prepare_starter(shared_home), Engine(context=1024))
    expected, _ = await _collect(model.stream(NOTES, Sampling(max_tokens=16)))
    long = [Message("user", "Describe this: " + "chalk and slate " * 200)]
    words = f'root ::= "{"chalk and slate " * 8}"'  # so that it does not end before it is stopped
    await _collect(model.stream(long, Sampling(max_tokens=1), grammar=words))
    reading = model.looks - 1  # the last look is that before the one token
    assert reading >= 2  # in several chunks
    for place in (1, reading, reading + 1, reading + 9):
        await _collect(model.stream(NOTES, Sampling(max_tokens=1)))  # so that the long prompt is read from its start
        model.gate = place
        task = asyncio.create_task(_collect(model.stream(long, Sampling(max_tokens=64), grammar=words)))
        while model.looks != place and not task.done():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert model.looks == place
        model.gate = 0
        assert (await _collect(model.stream(NOTES, Sampling(max_tokens=16))))[0] == expected
    await model.close()


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.gguf") as caught:
        locate(str(tmp_path / "nowhere.gguf"), tmp_path)
    assert caught.value.code == "model_missing"
