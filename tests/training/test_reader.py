"""Training of the reader: what is written is what was learnt, and a few steps learn something."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder
from training.data import held_out
from training.material import Material
from training.reader import Group, ReaderRecipe, ReaderTraining, low_rank, outside_groups, write_reader


def test_a_matrix_of_low_rank_is_kept_exactly_and_others_as_near_as_can_be() -> None:
    noise = torch.Generator().manual_seed(0)
    thin = torch.randn(40, 3, generator=noise) @ torch.randn(3, 30, generator=noise)
    parts = low_rank("m", thin, 3)
    assert torch.allclose(parts["m.b"] @ parts["m.a"], thin, atol=1e-4)
    full = torch.randn(40, 30, generator=noise)
    lost = full - low_rank("m", full, 10)["m.b"] @ low_rank("m", full, 10)["m.a"]
    assert torch.isclose(lost.norm(), torch.linalg.svdvals(full)[10:].norm(), rtol=1e-4)


def test_outside_passages_give_right_and_wrong_sentences(pottery: Material) -> None:
    groups = list(outside_groups(pottery))
    learnt = [known for known in pottery.known if not held_out(known.document)]
    answered = [group for group in groups if any(right for *_, right in group.rows)]
    assert len(groups) >= len(answered) == len(learnt) < len(pottery.known)
    assert all(not right for group in groups for _, text, right in group.rows if "Nobody pays" in text)


@pytest.mark.model
def test_a_few_steps_learn_and_the_file_says_the_same(pottery: Material, tmp_path: Path) -> None:
    embedder, groups = Embedder(), [group for group in outside_groups(pottery) for _ in range(3)]
    training = ReaderTraining(embedder, ReaderRecipe(epochs=2, rate=3e-4, warm_up=2, rank=64))
    losses: list[float] = []
    training.run(groups, lambda _step, _total, loss: losses.append(loss))
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])
    write_reader(training.learnt(), tmp_path / "reader.safetensors", {"seed": "0"})
    group: Group = groups[0]
    pairs = [(title, text) for title, text, _ in group.rows]
    scores = Reader(embedder, tmp_path / "reader.safetensors").scores(group.question, pairs)
    best = max(range(len(pairs)), key=lambda place: scores[place])
    assert group.rows[best][2]
    assert all(value.dtype == torch.float16 for value in load_file(tmp_path / "reader.safetensors").values())
