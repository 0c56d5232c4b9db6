"""The starter with an adapter: worked in at the first start, named, and switched off or exchanged by a setting."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training.export import write_adapter
from training.model import Starter, read_model
from tutor.cli.doctor import findings
from tutor.errors import ModelError
from tutor.llm.catalogue import starter_file
from tutor.llm.llama import Context, Engine
from tutor.llm.starter import prepare_starter
from tutor.service.resources import model_file, open_model, words_answers
from tutor.settings import Settings, read_settings

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter of rank 1 that changes one matrix of the starter."""
    path = tmp_path_factory.mktemp("adapter") / "mine.gguf"
    model = Starter(*read_model(starter_file()), 1, 4.0, ("attn_output",))
    model.begin(0)
    last = {name: value.detach() for name, value in model.adapter().items() if name.startswith("blk.29.")}
    last["blk.29.attn_output.b"] = torch.full_like(last["blk.29.attn_output.b"], 0.05)
    write_adapter(path, last, 4.0, {"general.name": "mine"})
    return path


def _logits(path: str) -> list[float]:
    context = Context(Path(path), None, Engine(context=64, threads=1))
    try:
        context.decode(context.tokenize("The perceptron"))
        return list(context.logits()[:500])
    finally:
        context.close()


def test_an_adapter_is_worked_in_once_and_named(shared_home: Path, adapter: Path) -> None:
    plain = prepare_starter(shared_home, "off")
    made = prepare_starter(shared_home, str(adapter))
    assert plain.adapter is None
    assert made.adapter is not None
    assert made.adapter.startswith("mine (")
    assert made.path != plain.path
    assert made.sha256 != plain.sha256
    assert _logits(made.path) != _logits(plain.path)
    before = Path(made.path).stat().st_mtime_ns
    assert prepare_starter(shared_home, str(adapter)) == made
    assert Path(made.path).stat().st_mtime_ns == before


def test_a_setting_names_it_and_the_starter_quotes_with_it_too(
    shared_home: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIZA_HOME", str(shared_home))
    assert model_file(read_settings()).adapter is None
    monkeypatch.setenv("TIZA_ADAPTER", str(adapter))
    assert (model_file(read_settings()).adapter or "").startswith("mine (")
    assert not words_answers(read_settings())
    monkeypatch.setenv("TIZA_ADAPTER", "off")
    assert model_file(read_settings()).adapter is None


async def test_doctor_and_the_running_model_name_it(shared_home: Path, adapter: Path) -> None:
    settings = Settings(home=shared_home, adapter=str(adapter), context=512)
    told = next(finding for finding in findings(settings) if finding.part == "language model")
    assert told.works
    assert "adapter mine (" in told.words
    model = await open_model(settings)
    try:
        assert (model.describe().adapter or "").startswith("mine (")
    finally:
        await model.close()


def test_an_adapter_that_cannot_be_used_is_a_sentence(shared_home: Path, tmp_path: Path, adapter: Path) -> None:
    with pytest.raises(ModelError, match="no adapter file"):
        prepare_starter(shared_home, str(tmp_path / "nowhere.gguf"))
    with pytest.raises(ModelError, match="no low-rank adapter"):
        prepare_starter(shared_home, str(starter_file()))
    with pytest.raises(ModelError, match="for the starter model"):
        model_file(Settings(home=shared_home, adapter=str(adapter), model=str(starter_file())))
