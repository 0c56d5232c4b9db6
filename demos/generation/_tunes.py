"""Old tunes as notes, and how notes sound.

    one note: Σ_h sin(2π·h·f·s) / h² · exp(-5·s), h = 1..4, at s seconds after it was struck

The notes are learnt from the tunes (all by authors long dead, or by nobody known); the sound of a note is this formula.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TUNES = {
    "Ode to Joy": "E E F G G F E D C C D E E D D E E F G G F E D C C D E D C C",
    "Twinkle, Twinkle": "C C G G A A G F F E E D D C G G F F E E D G G F F E E D C C G G A A G F F E E D D C",
    "Frère Jacques": "C D E C C D E C E F G E F G G A G F E C G A G F E C",
    "Mary Had a Little Lamb": "E D C D E E E D D D E G G E D C D E E E E D D E D C",
    "London Bridge": "G A G F E F G D E F E F G G A G F E F G D G E C",
    "Au clair de la lune": "C C C D E D C E D D C C C C D E D C E D D C",
    "Jingle Bells": "E E E E E E E G C D E F F F F F E E E E D D E D G E E E E E E E G C D E F F F F F E E E G G F D C",
}
NOTES = "CDEFGAB"
SEMITONES = dict(zip(NOTES, (0, 2, 4, 5, 7, 9, 11), strict=True))
RATE, SECONDS = 4000, 0.25
"""Samples a second, and how long a note lasts."""


def melodies() -> tuple[tuple[str, ...], ...]:
    """The notes of each tune."""
    return tuple(tuple(notes.split()) for notes in TUNES.values())


def frequency(note: str) -> float:
    """Hertz, from middle C upwards; an octave doubles it."""
    return float(261.63 * 2 ** (SEMITONES[note] / 12))


def wave(notes: Sequence[str], rate: int = RATE) -> Array:
    """The sound, `rate` numbers a second from -1 to 1."""
    s = np.arange(int(rate * SECONDS)) / rate
    parts = []
    for note in notes:
        tones = [np.sin(2 * np.pi * h * frequency(note) * s) / h**2 for h in range(1, 5)]
        parts.append(np.sum(tones, 0) * np.exp(-5 * s))
    joined = np.concatenate(parts)
    scaled: Array = joined / np.abs(joined).max()
    return scaled


def heard(sound: Array) -> Array:
    """The strength (7, notes) of each pitch of NOTES in each stretch of SECONDS, found from the wave alone."""
    s = np.arange(int(RATE * SECONDS)) / RATE
    stretches = sound.reshape(-1, len(s)).T
    waves = np.stack([np.exp(-2j * np.pi * frequency(note) * s) for note in NOTES])
    strength: Array = np.abs(waves @ stretches)
    loudest: Array = strength / strength.max()
    return loudest
