"""What a student wants: the act of an utterance in its situation, and how sure that is.

The router is a linear model over the encoder's vector of the text, hashed words and word pairs, and the situation (is a
question open, has a demo run, was something offered, has anything been answered), and beside it a network that reads
the words in their order (act_encoder.py). They are trained by `python -m training acts` and then `python -m training
utterances` on labelled lines in both languages; a misread line becomes a line of data there, never a rule here. The
probabilities are calibrated by one temperature on the development part, and below SURE it says so.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.embedder import Vectors
from knowledge.text import is_stop
from tutor.dialogue.act_encoder import ActEncoder
from tutor.dialogue.utterance import Utterance

Act = Literal[
    "define", "explain", "steps", "why", "compare", "fact", "formula", "symbol", "list", "summarise", "locate", "order",
    "verify", "limits", "example", "simplify", "code", "run_demo", "change_run", "ask_run", "practise",
    "answer_practice", "hint", "reveal", "continue", "accept", "refuse", "correct_me", "language", "about_tutor",
    "about_course", "social", "off_topic",
]  # fmt: skip
ACTS: tuple[Act, ...] = get_args(Act)
UNITS: Mapping[Act, tuple[tuple[str, float], ...]] = {
    "define": (("define", 1.0),),
    "explain": (("how", 1.0), ("define", 0.6), ("steps", 0.5)),
    "steps": (("steps", 1.0), ("how", 0.6)),
    "why": (("why", 1.0), ("uses", 0.5), ("how", 0.2)),
    "compare": (("compare", 1.0), ("define", 0.3)),
    "fact": (("facts", 1.0), ("", 0.6), ("define", 0.2)),
    "formula": (("formula", 1.0),),
    "symbol": (("formula", 1.0),),
    "list": (("facts", 0.6), ("uses", 0.6), ("define", 0.5), ("", 0.5)),
    "summarise": (("define", 1.0), ("how", 0.5)),
    "verify": (("mistakes", 0.7), ("limits", 0.4), ("facts", 0.4), ("why", 0.3), ("how", 0.3)),
    "limits": (("limits", 1.0), ("mistakes", 0.3)),
    "example": (("example", 1.0), ("uses", 0.5)),
    "simplify": (("simply", 1.0),),
    "code": (("code", 1.0),),
}
"""The units that answer an act, with how well; "" is a passage that is no unit (a slide, a teacher's page)."""
SURE = 0.45
"""Least probability of an act that is taken without a doubt; chosen on the development part."""
BUCKETS = 8192
FLAGS = ("t", "r", "q", "o")
"""The situation: after an answer on a topic, after a demo run, a question is open, something was offered."""
FILE = Path(__file__).with_name("router.npz")


def units_of(act: str) -> dict[str, float]:
    """How well each unit serves an act that is certain."""
    return dict(UNITS.get(act, ()))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest act, how likely it is, and all of them; `leans` is the probability that the words need what was
    said before to be understood."""

    act: Act
    probability: float
    probabilities: Mapping[Act, float]
    leans: float = 0.0

    telling: tuple[str, ...] = ()
    """The words that say what it is about: neither stop words nor such in which everything is asked."""

    @property
    def sure(self) -> bool:
        """False where another act may well be meant."""
        return self.probability >= SURE

    @property
    def units(self) -> dict[str, float]:
        """How likely a unit of each act is what is wanted, for retrieval."""
        found: dict[str, float] = {}
        for act, probability in self.probabilities.items():
            for unit, weight in UNITS.get(act, ()):
                found[unit] = found.get(unit, 0.0) + weight * probability
        return found


def grams(utterance: Utterance) -> list[int]:
    """Buckets of its words, their beginnings, and pairs of neighbours, the ends marked."""
    said = ["^", *utterance.plain.replace("?", " ? ").replace("¿", " ").replace(",", " ").split(), "$"]
    found = [*said, *(f"{one} {two}" for one, two in pairwise(said))]
    found += [f"{word[:4]}*" for word in said if len(word) > 4]
    return [zlib.crc32(gram.encode()) % BUCKETS for gram in found]


class Router:
    """Reads acts. The vector is the encoder's, of the text as a question."""

    def __init__(
        self, vector: NDArray[np.float32], words: NDArray[np.float32], flags: NDArray[np.float32],
        bias: NDArray[np.float32], temperature: float, leaning: NDArray[np.float32],
        common: NDArray[np.uint32] | None = None, network: ActEncoder | None = None, share: float = 0.0,
    ) -> None:  # fmt: skip
        """Weights (acts, dimension), (acts, BUCKETS), (acts, FLAGS) and (acts,); `leaning` has the weights of the
        vector, of the buckets and the bias for whether the words lean; `common` are the marks (`word_mark`) of words in
        which students ask, whatever it is about; `share` is how much the network's logits count beside the linear
        model's."""
        self._network, self._share = network, share
        self._common = frozenset(map(int, common if common is not None else ()))
        self._vector, self._words, self._flags, self._bias = vector, words, flags, bias
        self._temperature, self._leaning = temperature, leaning

    @classmethod
    @cache
    def trained(cls) -> Router:
        """The packaged router."""
        with np.load(FILE, allow_pickle=False) as data:
            names = ("vector", "words", "flags", "bias", "leaning")
            vector, words, flags, bias, leaning = (data[name].astype(np.float32) for name in names)
            share = float(data["share"]) if "share" in data else 0.0
            return cls(
                vector, words, flags, bias, float(data["temperature"]), leaning, data["common"],
                ActEncoder() if share else None, share,
            )  # fmt: skip

    def read(self, utterance: Utterance, vector: Vectors, flags: str) -> Reading:
        """The reading of an utterance; `flags` holds the letters of FLAGS that are true of the situation."""
        scores = self._vector @ vector + self._bias
        buckets = grams(utterance)
        scores = scores + self._words[:, buckets].sum(axis=1)
        situation = np.array([float(flag in flags) for flag in FLAGS], dtype=np.float32)
        scores = scores + self._flags @ situation
        if self._network is not None:
            scores = scores + self._share * self._network.logits(utterance.text, situation)
        scores = scores / self._temperature
        odds = np.exp(scores - scores.max())
        shares = odds / odds.sum()
        best = int(shares.argmax())
        width = len(vector)
        odds_of_leaning = self._leaning[:width] @ vector + self._leaning[width:-1][buckets].sum() + self._leaning[-1]
        leans = float(1 / (1 + np.exp(-odds_of_leaning)))
        probabilities = dict(zip(ACTS, map(float, shares), strict=True))
        return Reading(ACTS[best], float(shares[best]), probabilities, leans, self._telling(utterance))

    def _telling(self, utterance: Utterance) -> tuple[str, ...]:
        return tuple(
            word
            for word in utterance.words
            if not is_stop(word, "en") and not is_stop(word, "es") and word_mark(word) not in self._common
        )


def word_mark(word: str) -> int:
    """What a folded word is known by in the router's file."""
    return zlib.crc32(word.encode())
