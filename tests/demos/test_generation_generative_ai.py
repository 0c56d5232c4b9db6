"""What the three small models make is distributed like their examples, far more so than the same parts shuffled."""

from __future__ import annotations

import wave
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos import hear
from demos.generation import _tunes
from demos.generation.generative_ai import Chain, GenerativeAiParams, compose, distance, longest_copy, pairs
from demos.telling.generative_ai import DEMO, MADE, _common, _following, steps


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_stand_together_as_in_the_examples(seed: int) -> None:
    found = list(steps(GenerativeAiParams(seed=seed)))[-1].metrics
    for kind in MADE:
        assert found[kind] < 0.7 * found[f"shuffled {kind}"], kind
        assert found[kind] < 0.15, kind


def test_one_letter_back_counts_by_hand() -> None:
    chain = Chain(["abac"], 1)
    assert chain.shares("a") == {"b": 0.5, "c": 0.5}
    assert chain.shares("b") == {"a": 1.0}
    assert chain.shares("z") == {"a": 0.5, "b": 0.25, "c": 0.25}, "a letter never seen falls back to all letters"


def test_a_long_sample_has_the_chain_s_own_shares() -> None:
    chain = Chain([tuple(tune) for tune in _tunes.melodies()], 1)
    made = chain.sample(["C"], 20_000, 1.0, np.random.default_rng(0))
    after = Counter(b for a, b in pairwise(made) if a == "G")
    for note, share in chain.shares(["G"]).items():
        assert after[note] / after.total() == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_temperature_is_a_power_of_the_shares(temperature: float) -> None:
    chain = Chain(["aaab", "ac"], 0)
    plain = np.array(list(chain.shares("").values()))
    power = plain ** (1 / temperature)
    assert list(chain.shares("", temperature).values()) == pytest.approx(list(power / power.sum()))


@given(st.text("abc", min_size=2, max_size=30), st.text("abc", min_size=2, max_size=30))
def test_the_distance_is_half_the_sum_of_differences(one: str, other: str) -> None:
    def matrix(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        found = np.zeros((3, 3))
        np.add.at(found, (["abc".index(x) for x in text[:-1]], ["abc".index(x) for x in text[1:]]), 1)
        shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = found / found.sum()
        return shares

    expected = np.abs(matrix(one) - matrix(other)).sum() / 2
    assert distance(pairs([one]), pairs([other])) == pytest.approx(float(expected))


@given(st.text("ab ", min_size=1, max_size=40), st.text("ab ", max_size=60))
def test_the_longest_copy_is_difflib_s(made: str, source: str) -> None:
    judge = SequenceMatcher(None, made, source, autojunk=False).find_longest_match()
    assert longest_copy(made, source) == judge.size


def test_each_note_sounds_at_its_pitch() -> None:
    for note in _tunes.NOTES:
        sound = _tunes.wave([note])
        strongest = np.fft.rfftfreq(4 * len(sound), 1 / _tunes.RATE)[
            np.abs(np.fft.rfft(sound, 4 * len(sound))).argmax()
        ]
        assert strongest == pytest.approx(_tunes.frequency(note), abs=3)
    assert _tunes.frequency("A") == pytest.approx(440, abs=0.1)


def test_a_tune_is_read_back_from_its_wave() -> None:
    notes = _tunes.melodies()[0]
    assert tuple(_tunes.NOTES[i] for i in _tunes.heard(_tunes.wave(notes)).argmax(0)) == notes


def test_a_longer_memory_copies_more() -> None:
    runs = [list(steps(GenerativeAiParams(context=k)))[-1].metrics["copied"] for k in (1, 8)]
    assert runs[0] < 12 < 25 < runs[1]
    assert DEMO.prediction.check(list(steps(GenerativeAiParams(context=8, memory=4)))) == "25 or more"


@pytest.mark.parametrize("kind", MADE)
def test_the_matrix_of_what_was_made_is_nearer_to_that_of_the_examples_than_the_shuffled_one(kind: str) -> None:
    frame = next(frame for frame in steps(GenerativeAiParams()) if frame.moment == f"{kind} measured")
    read, made, mixed = (np.array(panel.values) for panel in frame.panels if panel.kind == "heatmap")
    assert np.abs(made - read).mean() < 0.7 * np.abs(mixed - read).mean()
    assert (read.sum(1) <= 1.05).all() and read.shape[0] == read.shape[1]


def test_a_row_of_the_matrix_is_what_follows_counted_by_hand() -> None:
    counted = pairs(["abac"])
    assert _common(counted) == ["a", "b"]
    assert _following(counted, "a", ["a", "b", "c"]) == [0, 0.5, 0.5]
    assert _following(counted, "c", ["a"]) == [0]


def test_the_sound_file_holds_the_tune_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tune.wav"
    assert hear.main([str(path), "seed=3", "notes=10"]) == 0
    notes = compose(GenerativeAiParams(seed=3, notes=10))
    assert capsys.readouterr().out.startswith(" ".join(notes))
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
        each = file.getframerate() * _tunes.SECONDS
    assert len(sound) == 10 * each
    for place, note in enumerate(notes):
        part = sound[int(place * each) : int((place + 1) * each)]
        pitch = np.fft.rfftfreq(4 * len(part), 1 / 16_000)[np.abs(np.fft.rfft(part, 4 * len(part))).argmax()]
        assert pitch == pytest.approx(_tunes.frequency(note), abs=3)
    told = next(frame for frame in steps(GenerativeAiParams(seed=3, notes=10)) if frame.moment == "the wave")
    commands = [panel.text for panel in told.panels if panel.kind == "text"]
    assert [sorted(command.split()) for command in commands] == [
        sorted("python -m demos.hear tune.wav notes=10 seed=3".split())
    ]


@pytest.mark.parametrize(("settings", "word"), [(["seed=x"], "whole number"), (["colour=red"], "no parameter")])
def test_settings_that_make_no_sense_are_refused_in_words(
    settings: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        hear.main([str(tmp_path / "tune.wav"), *settings])
    assert word in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        hear.main([str(tmp_path / "nowhere" / "tune.wav")])
    assert "cannot be written" in capsys.readouterr().err
