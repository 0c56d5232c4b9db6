"""`tiza demo`: a guess judged, files written, the demo's own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from demos.runtime.catalogue import load, source
from demos.runtime.contract import DemoError
from demos.runtime.idea import idea
from tutor.cli.demo import chosen, run_command


@pytest.mark.parametrize(("guess", "meant"), [("yes", "yes"), ("NO", "no"), ("y", "yes"), ("2", "no")])
def test_a_guess_is_a_choice_its_beginning_or_its_number(guess: str, meant: str) -> None:
    assert chosen(load("perceptron"), guess) == meant


@pytest.mark.parametrize("guess", ["maybe", "", "3"])
def test_another_guess_is_refused_with_the_choices(guess: str) -> None:
    with pytest.raises(DemoError, match="no answer to") as caught:
        chosen(load("perceptron"), guess)
    assert caught.value.hint == "Choose one of 1 (yes), 2 (no)."


def test_a_run_judges_the_guess_and_writes_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = ["--gif", str(tmp_path / "film.gif"), "--csv", str(tmp_path / "data"), "--png", str(tmp_path / "png")]
    assert run_command(["perceptron", "--data", "xor", "--epochs", "1", "--predict", "yes", *places]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The run says: no. You guessed yes." in said and "The film is" in said
    assert (tmp_path / "film.gif").read_bytes().startswith(b"GIF8")
    pictures = list((tmp_path / "png").glob("frame-*.png"))
    lines = (tmp_path / "data" / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(pictures) + 1


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DemoError, match="could not be written") as caught:
        run_command(["perceptron", "--data", "and", "--epochs", "1", "--csv", str(tmp_path / "file" / "data")])
    assert caught.value.code == "not_written"


def test_the_source_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["perceptron", "--file"]) == 0
    assert capsys.readouterr().out == source(load("perceptron"))
    assert run_command(["perceptron", "--source"]) == 0
    assert capsys.readouterr().out == idea(load("perceptron"))


def test_a_run_is_told_in_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["perceptron", "--epochs", "1", "--lang", "es", "--predict", "sí"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Puntos y recta" in said and "La ejecución dice: no. Dijiste: sí." in said and "Otra vez: tiza demo" in said


def test_the_machine_s_language_is_taken_unless_one_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "es_CO.UTF-8")
    run_command(["--list"])
    assert "Una neurona aprende de sus errores una recta" in " ".join(capsys.readouterr().out.split())
    run_command(["--list", "--lang", "en"])
    assert "One neuron learns a straight line" in " ".join(capsys.readouterr().out.split())


def test_another_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(DemoError, match="do not speak") as caught:
        run_command(["perceptron", "--lang", "fr"])
    assert caught.value.hint == "Say --lang en or --lang es."
