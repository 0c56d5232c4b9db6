"""A run as files: nothing is lost in the tables, and the film is bounded."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import demos
from demos.runtime.catalogue import load, source
from demos.runtime.contract import Curve, Frame, Heatmap, Series
from demos.runtime.export import GIF_FRAMES, write_csv, write_gif, write_json


def frame(number: int, count: int) -> Frame:
    x = tuple(float(i) for i in range(number + 1))
    return Frame(
        caption=f"Frame {number}, with a comma",
        progress=(number + 1) / count,
        metrics={"loss": 1 / (number + 1), **({"late": 1.0} if number else {})},
        panels=(
            Curve(title="Loss", series=(Series(name="loss", x=x, y=x),)),
            Heatmap(title="Same", values=((1.0, 2.0), (3.0, 4.0)), rows=("a", "b")),
        ),
        moment="here" if number == count - 2 else "",
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_tables_hold_every_metric_and_each_change_of_the_data(tmp_path: Path) -> None:
    frames = [frame(number, 4) for number in range(4)]
    assert [path.name for path in write_csv(frames, tmp_path / "new")] == ["metrics.csv", "curves.csv", "heatmaps.csv"]
    metrics = rows(tmp_path / "new" / "metrics.csv")
    assert [float(row["loss"]) for row in metrics] == [each.metrics["loss"] for each in frames]
    assert metrics[0]["late"] == "" and metrics[2]["moment"] == "here"
    assert metrics[3]["caption"] == "Frame 3, with a comma"
    curves = rows(tmp_path / "new" / "curves.csv")
    assert [float(row["y"]) for row in curves if row["frame"] == "4"] == [0, 1, 2, 3]
    heat = rows(tmp_path / "new" / "heatmaps.csv")
    assert [(row["frame"], row["row"], row["column"], float(row["value"])) for row in heat] == [
        ("1", "a", "1", 1), ("1", "a", "2", 2), ("1", "b", "1", 3), ("1", "b", "2", 4),
    ]  # fmt: skip


def test_the_json_says_how_to_make_the_run_again(tmp_path: Path) -> None:
    demo = load("perceptron")
    params = demo.parse({"data": "xor", "epochs": 2}).model_dump(mode="json")
    frames = list(demo.steps(demo.parse(params)))
    write_json(demo, params, frames, tmp_path / "run.json")
    head, *lines = (tmp_path / "run.json").read_text(encoding="utf-8").splitlines()
    said: dict[str, Any] = json.loads(head)
    assert said["command"] == "tiza demo perceptron --data xor --epochs 2" and said["frames"] == len(frames)
    assert [Frame.model_validate_json(line) for line in lines] == frames


@pytest.mark.parametrize("count", [1, 3, GIF_FRAMES + 7])
def test_the_film_moves_and_is_bounded(tmp_path: Path, count: int) -> None:
    write_gif([frame(number, count) for number in range(count)], tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert film.format == "GIF" and film.size == (600, 336)
        # a moment may be one of the evenly chosen frames
        assert min(count, GIF_FRAMES) - 1 <= getattr(film, "n_frames", 1) <= GIF_FRAMES


def test_a_film_of_many_moments_keeps_its_ends() -> None:
    from demos.runtime.export import _chosen

    many = [frame(0, 2).model_copy(update={"moment": "m"})] * 300
    chosen = _chosen(many)
    assert len(chosen) <= GIF_FRAMES and {0, 299} <= set(chosen)


def test_the_source_is_the_file_of_the_demo() -> None:
    text = source(load("perceptron"))
    assert text == Path(demos.__file__).with_name("neurons").joinpath("perceptron.py").read_text(encoding="utf-8")
    assert "def train(" in text and "DEMO = Demo(" not in text
