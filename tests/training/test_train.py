"""A run from end to end with the small model: it learns, it can be broken off anywhere, its adapter works."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from training.__main__ import app
from training.answers import check
from training.data import read_data, write_data
from training.export import export
from training.material import Material
from training.report import write_report
from training.tokens import encode
from training.train import STATE, Recipe, Run, Task, batches, mean_loss, rate, read_log, read_state
from training.tune import tune
from tutor.errors import InputError, ModelError
from tutor.llm.merge import adapter_name
from tutor.settings import Settings

RECIPE = Recipe(rank=4, alpha=8.0, rate=2e-2, warm_up=2, epochs=2, longest=1024, precision="float32", validate=4)


@pytest.fixture
def task(small: Path, tmp_path: Path, pottery: Material) -> Task:
    write_data(tmp_path / "data", [pottery], seed=0)
    taught, checked, mark = read_data(tmp_path / "data")
    return Task(small, encode(small, taught, 1024), encode(small, checked, 1024), mark)


def test_a_run_that_was_broken_off_ends_like_one_that_was_not(task: Task, tmp_path: Path) -> None:
    """Stopped twice, once within an epoch and once at its end, and killed after a checkpoint: bit for bit the same."""
    whole = Run(tmp_path / "whole", task, RECIPE)
    assert whole.go()
    epoch = whole.total // 2
    for stop in (2, epoch):
        assert not Run(tmp_path / "broken", task, RECIPE).go(until=stop)
    kept = (tmp_path / "broken" / STATE).read_bytes()
    Run(tmp_path / "broken", task, RECIPE).go(until=epoch + 1)
    (tmp_path / "broken" / STATE).write_bytes(kept)  # as if killed before the next checkpoint was written
    assert Run(tmp_path / "broken", task, RECIPE).go()
    one, step = read_state(tmp_path / "whole" / STATE)
    other, _ = read_state(tmp_path / "broken" / STATE)
    assert step == whole.total
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    losses = [[(line["step"], line["loss"]) for line in read_log(tmp_path / name) if "loss" in line]
              for name in ("whole", "broken")]  # fmt: skip
    assert losses[0] == losses[1]


def test_it_learns_and_only_the_adapter_changes(task: Task, tmp_path: Path) -> None:
    run = Run(tmp_path / "run", task, replace(RECIPE, epochs=4))
    frozen = {name: value.clone() for name, value in run.model.named_buffers()}
    run.go()
    log = read_log(tmp_path / "run")
    losses = [line["loss"] for line in log if "loss" in line]
    valid = [line["valid"] for line in log if "valid" in line]
    assert losses[-1] < 0.5 * losses[0]
    assert valid[-1] < valid[0]
    assert all(torch.equal(value, frozen[name]) for name, value in run.model.named_buffers())


def test_a_folder_with_another_run_is_refused(task: Task, tmp_path: Path) -> None:
    Run(tmp_path / "run", task, RECIPE).go(until=1)
    with pytest.raises(InputError, match="another recipe"):
        Run(tmp_path / "run", task, replace(RECIPE, rank=2))
    with pytest.raises(InputError, match="another data"):
        Run(tmp_path / "run", replace(task, data="0" * 64), RECIPE)
    (tmp_path / "run" / STATE).write_bytes(b"torn")
    with pytest.raises(InputError, match="checkpoint"):
        Run(tmp_path / "run", task, RECIPE)


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(task: Task, tmp_path: Path) -> None:
    run = Run(tmp_path / "run", task, RECIPE)
    with torch.no_grad():
        next(iter(run.learning.values())).fill_(float("nan"))
    with pytest.raises(ModelError, match="no number"):
        run.go()


def test_padding_and_company_change_no_loss(task: Task, tmp_path: Path) -> None:
    """The loss of a batch is the mean over its answers, each example's as if it were alone."""
    model = Run(tmp_path / "run", task, RECIPE).model
    rows = sorted(task.train, key=len)[:: max(1, len(task.train) // 4)][:4]
    with torch.no_grad():
        alone = sum(float(mean_loss(model, [row])) for row in rows)
        together = float(mean_loss(model, rows)) * len(rows)
    assert together == pytest.approx(alone, rel=1e-5)


def test_every_row_comes_once_an_epoch(task: Task) -> None:
    first, second = batches(task.train, RECIPE, 0), batches(task.train, RECIPE, 1)
    assert sorted(row.prompt for batch in first for row in batch) == sorted(row.prompt for row in task.train)
    assert first == batches(task.train, RECIPE, 0)
    assert first != second


def test_the_rate_warms_up_and_falls_to_a_tenth() -> None:
    recipe = Recipe(rate=1.0, warm_up=10)
    assert rate(recipe, 0, 100) == pytest.approx(0.1)
    assert rate(recipe, 10, 100) == pytest.approx(1.0)
    assert rate(recipe, 55, 100) == pytest.approx(0.55)
    assert rate(recipe, 100, 100) == pytest.approx(0.1)


def test_export_and_report_tell_what_was_done(task: Task, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run"):
        export(tmp_path / "nowhere", tmp_path / "a.gguf")
    run = Run(tmp_path / "run", task, RECIPE, "the command")
    with pytest.raises(InputError, match="no checkpoint"):
        export(tmp_path / "run", tmp_path / "a.gguf")
    run.go(until=5)
    assert export(tmp_path / "run", tmp_path / "a.gguf") == 5
    assert adapter_name(tmp_path / "a.gguf") == f"tiza-{task.data[:8]}-5"
    write_report([tmp_path / "run"], tmp_path / "report" / "REPORT.md")
    page = (tmp_path / "report" / "REPORT.md").read_text(encoding="utf-8")
    assert "the command" in page
    assert task.data in page
    assert f"5 of {run.total}" in page
    assert (tmp_path / "report" / "curves.png").stat().st_size > 1000


def test_the_commands_go_from_data_to_answers(small: Path, task: Task, tmp_path: Path) -> None:
    runner, folder = CliRunner(), str(tmp_path / "run")
    common = ["--data", str(tmp_path / "data"), "--base", str(small)]
    train = ["train", "--run", folder, *common, "--rank", "4", "--longest", "1024", "--precision", "float32"]
    assert runner.invoke(app, [*train, "--epochs", "1", "--until", "2"]).exit_code == 0
    done = runner.invoke(app, [*train, "--epochs", "1"])
    assert "Going on after step 2" in done.output
    assert "Complete" in done.output
    assert runner.invoke(app, ["export", str(tmp_path / "a.gguf"), "--run", folder]).exit_code == 0
    said = runner.invoke(app, ["answers", "--run", folder, *common, "--limit", "1"])
    assert said.exit_code == 0
    assert (tmp_path / "run" / "answers.json").exists()
    page = runner.invoke(app, ["report", folder, "--out", str(tmp_path / "REPORT.md")])
    assert page.exit_code == 0
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert "of 1 right" in text
    assert "seed 0; questions: pottery 12; examples: " in text
    del task


def test_answers_are_counted(small: Path, tmp_path: Path, pottery: Material) -> None:
    write_data(tmp_path / "data", [pottery], seed=0)
    asked = read_data(tmp_path / "data")[1][:3]
    found = check(small, None, asked, most=8)
    assert found["asked"] == len(asked)
    assert found["right"] == found["declined"] == 0  # random weights know nothing


def test_a_teacher_tunes_on_a_course(small: Path, tmp_path: Path) -> None:
    """Documents in, an estimate first, then an adapter; called again it has nothing left to do."""
    home = tmp_path / "home"
    settings = Settings(home=home, course="clay")
    said: list[str] = []
    with pytest.raises(Exception, match="no course"):
        tune(settings, say=said.append, base=small, recipe=RECIPE)
    _teach(home)
    assert tune(settings, only_estimate=True, say=said.append, base=small, recipe=RECIPE) is None
    assert any(line.startswith("About ") and "tokens a second" in line for line in said)
    made = tune(settings, epochs=1, say=said.append, base=small, recipe=RECIPE)
    assert made is not None
    assert adapter_name(made).startswith("clay-")
    shutil.rmtree(home / "adapters" / "clay" / "data")
    assert tune(settings, epochs=1, say=said.append, base=small, recipe=RECIPE) == made


def _teach(home: Path) -> None:
    from knowledge.courses.course import Course

    things = "kiln glaze wheel slip bisque wedge burnish coil slab trim".split()
    lines = [
        f"# The {thing}\n\nA {thing} is a thing of potters for day {day}. "
        f"The {thing} costs {day} coins in the shop.\n\n"
        f"Q: What does a {thing} cost?\nA: The {thing} costs {day} coins in the shop.\n"
        for day, thing in enumerate(things, 10)
    ]
    path = home / "clay.md"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    Course("clay", home).add(path)
