"""Generative AI on one page: a text, pictures and a tune, each drawn at random from what a small model has learnt.

    x_new ~ P_θ(x | c)                  θ learnt from examples, c what is asked for
    P(next | last k) = how often it followed them / how often they stood there        the chain, for text and sound
    shares^(1/τ), scaled to one         the temperature τ makes it bolder or more timid
    ½·Σ|p - q|                          total variation distance of shares p and q

Three models, one idea. Text: which letter follows the last k letters, counted in sentences of this course. Sound: the
same counting, over the notes of seven old tunes; how a note sounds is a formula. Pictures: the denoiser of the
`diffusion` demo, trained on handwritten digits. None of them understands anything; each gives back how its examples
are distributed.

Whether it does is seen and measured alike for all three: how often which neighbours stand side by side (letters, notes,
pixels of four shades) as a matrix, that of the examples beside that of what was made; their distance is total
variation, 0 the same and 1 nothing in common. The rival is the very same letters, notes and pixels, shuffled.

`python -m demos.hear tune.wav` writes the tune of a run as a sound file.

Sources: A. Markov (1913) and C. Shannon, "A mathematical theory of communication" (1948) for the chains; J. Ho and
others, "Denoising diffusion probabilistic models" (2020) for the pictures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from demos import weights
from demos.generation import _tunes
from demos.generation._models import Digits
from demos.generation._schedule import clean, step_back, times
from demos.history._texts import TEXTS
from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
Pairs = Counter[Any]
PICTURES, STEPS, SHADES = 9, 30, 4
LONG = {"text": 4000, "sound": 600, "pictures": 60}
"""How much each model makes to be compared with what it learnt from."""


class GenerativeAiParams(Params):
    context: int = param(4, "Letters that the text model looks back at (k).", low=1, high=8, unit="letters")
    temperature: float = param(
        1.0, "How bold text and tune are (τ): low repeats the usual, high dares.", low=0.1, high=3
    )
    length: int = param(160, "Characters of the text.", low=60, high=240, unit="characters")
    notes: int = param(24, "Notes of the tune.", low=8, high=48, unit="notes")
    memory: int = param(2, "Notes that the sound model looks back at.", low=1, high=4)
    digit: Literal["any", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] = param(
        "any", "What the pictures shall show; 'any' asks for nothing."
    )


class Chain:
    """What followed which tokens, up to `order` of them."""

    def __init__(self, sequences: Iterable[Sequence[Hashable]], order: int) -> None:
        self.order = order
        self.after: dict[tuple[Any, ...], Counter[Any]] = defaultdict(Counter)
        for sequence in sequences:
            for at, token in enumerate(sequence):
                for k in range(min(order, at) + 1):
                    self.after[tuple(sequence[at - k : at])][token] += 1

    def shares(self, before: Sequence[Hashable], temperature: float = 1.0) -> dict[Any, float]:
        """The probability of each token that may follow."""
        context = tuple(before[-self.order :])
        while context not in self.after:
            context = context[1:]
        found = self.after[context]
        powers = np.array([count / max(found.values()) for count in found.values()]) ** (1 / temperature)
        return dict(zip(found, (powers / powers.sum()).tolist(), strict=True))

    def sample(self, start: Sequence[Any], length: int, temperature: float, random: np.random.Generator) -> list[Any]:
        """`start` and then tokens drawn one at a time, `length` in all."""
        made = list(start)
        while len(made) < length:
            shares = self.shares(made, temperature)
            made.append(list(shares)[random.choice(len(shares), p=list(shares.values()))])
        return made


def pairs(sequences: Iterable[Sequence[Hashable]]) -> Pairs:
    """How often each pair of neighbours stands in the sequences."""
    found: Pairs = Counter()
    for sequence in sequences:
        found.update(pairwise(sequence))
    return found


def distance(one: Pairs, other: Pairs) -> float:
    """Total variation distance of the shares, 0 to 1."""
    a, b = one.total(), other.total()
    return sum(abs(one[pair] / a - other[pair] / b) for pair in one.keys() | other.keys()) / 2


def longest_copy(made: str, source: str) -> int:
    """The most characters in a row that stand in the source too."""
    best = 0
    for start in range(len(made)):
        while start + best < len(made) and made[start : start + best + 1] in source:
            best += 1
    return best


def course_text() -> str:
    """What the text model learns from: sentences of the course, in lower case."""
    held = bytes(weights.load("bert")["held_out"].astype(np.uint8)).decode().split("\n")
    return " ".join(f"{text.lower().rstrip('.')}." for text in (*(each.text for each in TEXTS), *held))


def shaded(pictures: Array) -> list[tuple[int, ...]]:
    """The lines of pixels of pictures (n, 8, 8), 0..1, each pixel as one of four shades."""
    shades = np.minimum((pictures * SHADES).astype(int), SHADES - 1)
    return [tuple(line) for picture in shades.tolist() for line in picture]


@dataclass(frozen=True, slots=True)
class Written:
    """The text that was read and its chain, the text made of it with how many characters were given, and the same for
    the tunes."""

    read: str
    letters: Chain
    text: str
    begun: int
    melodies: tuple[tuple[str, ...], ...]
    chain: Chain
    tune: list[str]


def write(params: GenerativeAiParams, random: np.random.Generator) -> Written:
    """A text and a tune, one letter and one note at a time."""
    read = course_text()
    letters = Chain([read], params.context)
    start = read.split(". ")[random.integers(len(TEXTS))][: params.context]
    text = "".join(letters.sample(list(start), params.length, params.temperature, random))
    melodies = _tunes.melodies()
    chain = Chain(melodies, params.memory)
    first = melodies[random.integers(len(melodies))][0]
    tune = chain.sample([first], params.notes, params.temperature, random)
    return Written(read, letters, text, len(start), melodies, chain, tune)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Digits known and made, (n, 8, 8) from 0 to 1, and on the way: time, noisy x and guess of the first nine."""

    known: Array
    made: Array
    guesses: list[tuple[int, Array, Array]]


def draw(params: GenerativeAiParams, random: np.random.Generator) -> Drawn:
    """Digits by DDIM, with the network of the demo `diffusion`."""
    model, label = Digits(weights.load("diffusion")), None if params.digit == "any" else int(params.digit)
    known = model.network["examples"].astype(float)
    x = random.standard_normal((LONG["pictures"], 64))
    guesses = []
    for t, s in pairwise(times(STEPS)):
        noise = model.noise(x, t, label)
        x0 = clean(x, t, noise, model.most)
        guesses.append((t, x[:PICTURES], x0[:PICTURES]))
        x = step_back(x, x0, t, s, 0.0, random)
    shown = (known if label is None else known[[label]]).reshape(-1, 8, 8)
    return Drawn((shown + 1) / 2, ((x + 1) / 2).clip(0, 1).reshape(-1, 8, 8), guesses)


def compare(
    params: GenerativeAiParams, written: Written, drawn: Drawn, random: np.random.Generator
) -> dict[str, tuple[Pairs, Pairs, Pairs]]:
    """Pairs of neighbours in text, pictures and sound: in the examples, in more of the same from each model, and in
    that once its parts are shuffled."""
    start, first = written.text[: written.begun], written.tune[0]
    text = np.array(written.letters.sample(list(start), LONG["text"], params.temperature, random))
    tune = np.array(written.chain.sample([first], LONG["sound"], params.temperature, random))
    pixels = random.permutation(drawn.made.ravel()).reshape(drawn.made.shape)
    mixed_text, mixed_tune = random.permutation(text).tolist(), random.permutation(tune).tolist()
    return {
        "text": (pairs([written.read]), pairs([text.tolist()]), pairs([mixed_text])),
        "pictures": (pairs(shaded(drawn.known)), pairs(shaded(drawn.made)), pairs(shaded(pixels))),
        "sound": (pairs(written.melodies), pairs([tune.tolist()]), pairs([mixed_tune])),
    }


def run(params: GenerativeAiParams) -> tuple[Written, Drawn, dict[str, tuple[Pairs, Pairs, Pairs]]]:
    """A text, a tune and pictures, and how what was made compares with the examples."""
    random = np.random.default_rng(params.seed)
    written = write(params, random)
    drawn = draw(params, random)
    return written, drawn, compare(params, written, drawn, random)


def compose(params: GenerativeAiParams) -> list[str]:
    """The notes of a run's tune."""
    return write(params, np.random.default_rng(params.seed)).tune
