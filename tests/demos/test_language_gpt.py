"""GPT: probabilities against SciPy and PyTorch's filters by hand, greedy as the limit, and the starter model itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.language.gpt import GptParams, Next, Token, greedy, kept, look, read
from demos.telling.gpt import DEMO, steps
from tests.demos.scripted_model import WORDS, model_tokens, next_tokens
from tutor.errors import ModelError
from tutor.llm import introspection as inside
from tutor.llm.base import Message, Sampling
from tutor.llm.llama import Engine, LlamaModel
from tutor.llm.starter import prepare_starter
from tutor.service.capabilities import Look

PROMPT = read(model_tokens, "the cat sat on")


def offered(logits: list[float], heat: float) -> Next:
    """A whole vocabulary of these scores."""
    z = np.sort(np.array(logits))[::-1]
    totals = {t: float(np.log(np.exp(z / t).sum())) for t in (1.0, heat)}
    tokens = tuple(Token(index, str(index)) for index in range(len(z)))
    return Next(tokens, z, (False,) * len(z), totals, dict.fromkeys(totals, 0.0), len(z))


def test_probabilities_are_softmax_and_sum_to_one_with_entropy() -> None:
    from scipy.special import softmax
    from scipy.stats import entropy

    for heat in (0.5, 1.0, 2.0):
        found = look(next_tokens, PROMPT, [], len(WORDS), [heat])
        assert np.allclose(found.p(heat), softmax(found.logits / heat))
        assert found.p(heat).sum() == pytest.approx(1)
        assert found.entropies[heat] == pytest.approx(entropy(found.p(heat), base=2))


def test_the_cuts_by_hand() -> None:
    """p = 0.5, 0.3, 0.15, 0.05: the two likeliest reach 0.8; top-p 0.6 of the three kept needs two."""
    four = offered(np.log([0.5, 0.3, 0.15, 0.05]).tolist(), 1.0)
    assert kept(four, GptParams(temperature=1, top_k=2)) == pytest.approx([0.625, 0.375, 0, 0])
    assert kept(four, GptParams(temperature=1, top_k=3, top_p=0.6)) == pytest.approx([0.625, 0.375, 0, 0])
    assert kept(four, GptParams(temperature=1, top_p=0.5)) == pytest.approx([1, 0, 0, 0])
    assert kept(four, GptParams(temperature=0)) == pytest.approx([1, 0, 0, 0])


@given(
    logits=st.lists(st.floats(-8, 8), min_size=2, max_size=30),
    heat=st.floats(0.1, 3),
    k=st.integers(1, 30),
    p=st.floats(0.05, 1),
)
def test_what_is_kept_sums_to_one_and_is_the_head_of_the_list(
    logits: list[float], heat: float, k: int, p: float
) -> None:
    q = kept(offered(logits, heat), GptParams(temperature=heat, top_k=k, top_p=p))
    left = int((q > 0).sum())
    assert q.sum() == pytest.approx(1)
    assert 1 <= left <= k and (q[:left] > 0).all()


def test_temperature_zero_is_greedy_and_the_limit_of_low_temperatures() -> None:
    plain = [token.shown for token, _ in greedy(next_tokens, PROMPT, 6)]
    for heat in (0.0, 0.01):
        frames = list(steps(GptParams(text="the cat sat on", temperature=heat, tokens=6), model_tokens, next_tokens))
        drawn = next(panel for panel in frames[-2].panels if panel.title == "Drawn")
        assert list(drawn.tokens) == plain  # type: ignore[union-attr]
        assert frames[-1].metrics["likeliest"] == frames[-1].metrics["tokens"] == len(plain)


def test_a_seed_draws_its_own_text() -> None:
    runs = [list(steps(GptParams(text="the", temperature=2, seed=s), model_tokens, next_tokens)) for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert [frame.caption for frame in runs[0]] != [frame.caption for frame in runs[2]]


@pytest.mark.parametrize(("text", "answer"), [("dog sat", "above 0.5"), ("quaternions", "below 0.2")])
def test_the_prediction_depends_on_the_text(text: str, answer: str) -> None:
    frames = list(steps(GptParams(text=text), model_tokens, next_tokens))
    assert DEMO.prediction.check(frames) == answer


@pytest.fixture(scope="module")
def starter(shared_home: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(prepare_starter(shared_home), Engine(context=512, flash_attention=True))
    yield model
    asyncio.run(model.close())


@pytest.mark.model
async def test_the_starter_model_s_probabilities_sum_to_one(starter: LlamaModel) -> None:
    ask = Look(starter)
    prompt = [token[0] for token in await ask.model_tokens("Monday, Tuesday, Wednesday,")]
    size = (await ask.next_tokens(prompt, [], 1, [1.0]))["vocabulary"]
    found = await ask.next_tokens(prompt, [], size, [0.5, 1.0, 2.0])
    z = np.array(found["logits"])
    assert len(z) == size == len(set(found["ids"]))
    for heat, total in zip((0.5, 1.0, 2.0), found["totals"], strict=True):
        assert np.exp(z / heat - total).sum() == pytest.approx(1, abs=1e-9)
    assert found["entropies"] == tuple(sorted(found["entropies"]))
    assert " Thursday" in found["texts"][:3]


@pytest.mark.model
async def test_looking_greedily_writes_what_a_turn_writes_and_changes_no_turn(starter: LlamaModel) -> None:
    """The oracle is llama.cpp's own greedy sampler, on the same prompt; and turns before and after a look agree."""

    async def turn() -> str:
        messages = [Message("user", "Name three colours.")]
        return "".join([piece.text async for piece in starter.stream(messages, Sampling(max_tokens=12))])

    before = await turn()
    ask = Look(starter)
    prompt = [token[0] for token in await ask.model_tokens([["user", "Name three colours."]])]
    added: list[int] = []
    text = ""
    for _ in range(12):
        found: dict[str, Any] = await ask.next_tokens(prompt, added, 1, [1.0])
        if found["ends"][0]:
            break
        added.append(found["ids"][0])
        text += found["texts"][0]
        assert await turn() == before
    assert text == before


@pytest.mark.model
async def test_a_look_is_the_same_whatever_the_model_held(starter: LlamaModel) -> None:
    ask = Look(starter)
    prompt = [token[0] for token in await ask.model_tokens("Once upon a time")]
    fresh = await ask.next_tokens(prompt, [], 20, [1.0])
    added = fresh["ids"][:1]
    later = await ask.next_tokens(prompt, added, 20, [1.0])
    await ask.next_tokens(prompt[:2], [], 1, [1.0])
    assert await ask.next_tokens(prompt, added, 20, [1.0]) == later
    assert await ask.next_tokens(prompt, [], 20, [1.0]) == fresh


@pytest.mark.model
async def test_a_text_over_the_context_is_refused_in_words(starter: LlamaModel) -> None:
    from demos.runtime.contract import DemoError

    with pytest.raises(DemoError, match="511 can be read"):
        await Look(starter).next_tokens([1] * 600, [], 1, [1.0])


@pytest.mark.model
async def test_a_look_that_nobody_waits_for_stops_and_the_model_lives(starter: LlamaModel) -> None:
    ask = Look(starter)
    prompt = [token[0] for token in await ask.model_tokens("Once upon a time")]
    fresh = await ask.next_tokens(prompt, [], 20, [1.0])
    with pytest.raises(ModelError, match="Nobody waits"):
        await starter.inside(lambda context: inside.speed(context, lambda: True, 64, 8))
    for _ in range(3):
        task = asyncio.create_task(ask.model_speed(300, 64))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ask.next_tokens(prompt, [], 20, [1.0]) == fresh
