"""Hear what the demo `generative_ai` composed: `python -m demos.hear tune.wav seed=3 notes=32`.

Writes the tune of that run as a sound file that any player opens. Settings are the demo's parameters, NAME=VALUE.
"""

from __future__ import annotations

import argparse
import sys
import wave
from pathlib import Path

import numpy as np

from demos.generation import _tunes
from demos.generation.generative_ai import GenerativeAiParams, compose
from demos.runtime.contract import DemoError
from demos.telling.generative_ai import DEMO

RATE = 16_000


def write(notes: list[str], path: Path) -> float:
    """The notes as a WAV file of 16-bit samples; returns its seconds."""
    sound = np.asarray(np.round(_tunes.wave(notes, RATE) * 32_000), "<i2")
    with path.open("wb") as to, wave.open(to, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return len(sound) / RATE


def main(arguments: list[str] | None = None) -> int:
    """Compose with the settings given, write the file, say what was played."""
    parser = argparse.ArgumentParser(prog="python -m demos.hear", description=__doc__)
    parser.add_argument("file", type=Path, help="the sound file to write, such as tune.wav")
    parser.add_argument("settings", nargs="*", help="parameters of the demo, such as seed=3")
    chosen = parser.parse_args(arguments)
    try:
        params = DEMO.parse(dict(setting.partition("=")[::2] for setting in chosen.settings))
    except DemoError as error:
        parser.error(f"{error} {error.hint}".strip())
    assert isinstance(params, GenerativeAiParams)
    notes = compose(params)
    try:
        seconds = write(notes, chosen.file)
    except OSError as error:
        parser.error(f"{chosen.file} cannot be written: {error.strerror}. Name a file in a folder of yours.")
    sys.stdout.write(f"{' '.join(notes)}\n{chosen.file}: {seconds:g} seconds\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
