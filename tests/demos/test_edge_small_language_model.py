"""The small language model: figures worked out by hand from a made-up clock, and the starter model really timed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demos.edge.small_language_model import SmallLanguageModelParams
from demos.language._model_file import read
from demos.runtime import catalogue
from demos.runtime.contract import DemoError, Frame
from demos.runtime.runner import Workers, run
from demos.telling.small_language_model import DEMO, steps
from tests.demos.scripted_model import machine, model_card, model_speed
from tutor.llm.llama import Engine, LlamaModel
from tutor.llm.scripted import ScriptedModel
from tutor.llm.starter import prepare_starter
from tutor.service.capabilities import asks_the_model, capabilities


def frames_with(**changes: Any) -> list[Frame]:
    """A run in which every measurement says `changes`."""
    return list(steps(SmallLanguageModelParams(), model_card, lambda p, n: model_speed(p, n) | changes, machine))


def at(frames: list[Frame], moment: str) -> Frame:
    return next(frame for frame in frames if frame.moment == moment)


def test_speeds_are_tokens_over_seconds_and_the_best_counts() -> None:
    frames = list(steps(SmallLanguageModelParams(prompt=100, new=10), model_card, model_speed, machine))
    timed = [frame.metrics for frame in frames if "reading" in frame.metrics]
    assert [each["reading"] for each in timed] == pytest.approx([250] * 4)
    assert timed[0]["writing"] == pytest.approx(1 / (0.02 + 1e-5 * 25), abs=1e-3)
    assert frames[-1].metrics["writing"] == max(each["writing"] for each in timed)


def test_the_bound_is_memory_speed_over_the_weights_that_are_read() -> None:
    file = read(model_card)
    frames = frames_with()
    assert at(frames, "the memory bound").metrics["bound"] == pytest.approx(8e9 / file.weight_bytes, rel=1e-3)
    output = ["output.weight", [256, 1000], "Q8_0", 272_000]
    card = model_card() | {"tensors": [*model_card()["tensors"], output]}
    apart = list(steps(SmallLanguageModelParams(), lambda: card, model_speed, machine))
    assert at(apart, "the memory bound").metrics["bound"] == pytest.approx(8e9 / file.weight_bytes, rel=1e-3)


def test_bits_a_weight_by_hand() -> None:
    """Q4_0 has 4.5 bits a weight, Q8_0 8.5."""
    frames = frames_with()
    table = at(frames, "bytes by part").panels[0]
    assert table.kind == "table"
    assert {row[0]: row[3] for row in table.rows} == {
        "embeddings": "8.5", "attention": "4.5", "MLP": "4.5", "norms": "32",
    }  # fmt: skip


def test_energy_is_given_where_it_is_told_and_said_to_be_missing_where_not() -> None:
    told = at(frames_with(joules=72.0), "energy")
    assert "72 J for 144 tokens" in told.caption and "0.5 J a token" in told.caption
    untold = at(frames_with(joules=None, meter="this machine has no counter that can be read"), "energy")
    assert "could not be read: this machine has no counter" in untold.caption
    assert "joules" not in untold.metrics


def test_a_speed_above_the_bound_is_explained_by_the_cache() -> None:
    frame = at(frames_with(new_seconds=1e-4), "the memory bound")
    assert frame.metrics["writing"] > frame.metrics["bound"]
    assert "cache" in frame.caption


@pytest.mark.parametrize(("seconds", "answer"), [(4.0, "under 20"), (0.4, "20 to 80"), (0.04, "over 80")])
def test_the_prediction_depends_on_what_is_measured(seconds: float, answer: str) -> None:
    assert DEMO.prediction.check(frames_with(new_seconds=seconds)) == answer


def test_a_model_that_is_closed_is_said_in_one_sentence() -> None:
    for model in (None, ScriptedModel()):
        for name in ("gpt", "llama", "small_language_model"):
            with pytest.raises(DemoError, match="looks into the tutor's own language model") as caught:
                capabilities(catalogue.load(name), lambda texts: [[1.0]] * len(texts), model)
            assert caught.value.code == "missing_capability"
        assert capabilities(catalogue.load("chatgpt"), lambda _: [], model) == {}
    assert [demo.name for demo in catalogue.all_demos() if asks_the_model(demo)] == [
        "gpt", "chatgpt", "llama", "small_language_model",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def starter(shared_home: Path) -> Iterator[LlamaModel]:
    info = replace(prepare_starter(shared_home), context=512)
    model = LlamaModel(info, Engine(context=512, threads=1, flash_attention=True))
    yield model
    asyncio.run(model.close())


@pytest.mark.model
async def test_the_starter_is_timed_in_a_run_of_its_own(starter: LlamaModel) -> None:
    params = SmallLanguageModelParams(prompt=32, new=4)
    given = capabilities(DEMO, lambda _: [], starter)
    frames = [frame async for frame in run(DEMO, params, capabilities=given, workers=Workers(spare=False))]
    last = frames[-1].metrics
    assert last["reading"] > 0 and last["writing"] > 0
    weights = at(frames, "bytes by part").metrics["weights"]
    assert 0 < weights < Path(starter.describe().path).stat().st_size < last["resident"]
    assert at(frames, "energy").metrics["seconds"] > 0
