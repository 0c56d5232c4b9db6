"""GPT: a text is continued one token at a time, by the tutor's own language model.

The model reads all tokens so far and gives each token of its vocabulary a score z. Softmax makes probabilities of them,
and one token is drawn, appended, and read with the rest in the next round:

    p_i = exp(z_i/T) / Σ_j exp(z_j/T)        T: the temperature; near 0 only the likeliest token is left (greedy)
    top-k: keep the k likeliest              top-p: of these, the fewest whose probabilities reach p together
    H = -Σ p_i·log₂ p_i                      bits: how open the choice is, over the whole vocabulary, at T = 1

What is kept is divided by its sum, so that it sums to one again. The model runs in the tutor; this demo only asks it.

Sources: A. Radford and others, "Improving language understanding by generative pre-training" (2018); A. Holtzman and
others, "The curious case of neural text degeneration" (2020), for top-p.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import DemoError, Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
ModelTokens = Callable[[Any], list[list[Any]]]
NextTokens = Callable[[list[int], list[int], int, list[float]], dict[str, Any]]
MOST = 100


class GptParams(Params):
    text: str = param("The cat sat on", "The beginning that is continued.", longest=300)
    tokens: int = param(12, "How many tokens are written.", low=1, high=40, unit="tokens")
    temperature: float = param(0.8, "T: 0 always takes the likeliest token, a high one dares more.", low=0, high=3)
    top_k: int = param(40, "How many of the likeliest tokens may be drawn.", low=1, high=MOST)
    top_p: float = param(1.0, "Draw from the fewest tokens that together reach this.", low=0.05, high=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its number, its text, and whether it is a control token (of those offered next: one that ends the
    turn), which stands for no text."""

    id: int
    text: str
    control: bool = False

    @property
    def shown(self) -> str:
        return visible(self.text)


@dataclass(frozen=True, slots=True)
class Next:
    """The likeliest next tokens, likeliest first, of `vocabulary` in all.

    `logits` are their scores z; by temperature T, `totals` has log Σ exp(z/T) over the whole vocabulary and `entropies`
    the entropy in bits.
    """

    tokens: tuple[Token, ...]
    logits: Array
    ends: tuple[bool, ...]
    totals: dict[float, float]
    entropies: dict[float, float]
    vocabulary: int

    def p(self, temperature: float = 1.0) -> Array:
        """Their probabilities; with those of all other tokens they sum to one."""
        return np.asarray(np.exp(self.logits / temperature - self.totals[temperature]))


def read(model_tokens: ModelTokens, text: Any) -> list[Token]:
    """The tokens of a text, or of a conversation in the model's template. Raises DemoError when there is none."""
    found = [Token(int(number), str(piece), bool(control)) for number, piece, control in model_tokens(text)]
    if not found:
        raise DemoError(say("That text has no token."), code="invalid_parameters", hint=say("Give a word or more."))
    return found


def look(
    next_tokens: NextTokens, prompt: Sequence[Token], added: Sequence[Token], most: int, temperatures: Sequence[float]
) -> Next:
    """What may come after `prompt` and `added`."""
    wanted = list(dict.fromkeys(temperatures))
    said = next_tokens([token.id for token in prompt], [token.id for token in added], most, wanted)
    return Next(
        tuple(map(Token, map(int, said["ids"]), map(str, said["texts"]), map(bool, said["ends"]))),
        np.array(said["logits"], dtype=float),
        tuple(map(bool, said["ends"])),
        dict(zip(wanted, map(float, said["totals"]), strict=True)),
        dict(zip(wanted, map(float, said["entropies"]), strict=True)),
        int(said["vocabulary"]),
    )


def greedy(next_tokens: NextTokens, prompt: Sequence[Token], count: int) -> list[tuple[Token, float]]:
    """The likeliest token `count` times over, with its probability; fewer when the model ends its turn."""
    written: list[tuple[Token, float]] = []
    while len(written) < count:
        found = look(next_tokens, prompt, [token for token, _ in written], 1, [1.0])
        written.append((found.tokens[0], float(found.p()[0])))
        if found.ends[0]:
            break
    return written


def visible(text: str) -> str:
    """A token's text with spaces as · and line ends as ↵."""
    return text.replace(" ", "·").replace("\n", "↵").replace("\t", "→") or "∅"


def said(tokens: Sequence[Token]) -> str:
    """The text of tokens, in one line."""
    return " ".join("".join(token.text for token in tokens if not token.control).split())


@dataclass(frozen=True, slots=True)
class Step:
    """One token written: what was offered, the probabilities it was drawn with (0: cut away), and which it became."""

    offered: Next
    q: Array
    chosen: int

    @property
    def token(self) -> Token:
        return self.offered.tokens[self.chosen]


def kept(offered: Next, params: GptParams) -> Array:
    """The probabilities to draw from, of the tokens offered: by temperature, top-k, then top-p; they sum to one."""
    if params.temperature == 0:
        q = np.zeros(len(offered.tokens))
        q[0] = 1
        return q
    p = offered.p(params.temperature)
    p[params.top_k :] = 0
    before = np.cumsum(p) - p
    p[before >= params.top_p * p.sum()] = 0
    return np.asarray(p / p.sum())


def run(params: GptParams, prompt: Sequence[Token], next_tokens: NextTokens) -> list[Step]:
    """Token after token, each drawn from what the model offers after all before it."""
    random, done = np.random.default_rng(params.seed), list[Step]()
    heats = [1.0, params.temperature] if params.temperature else [1.0]
    while len(done) < params.tokens:
        offered = look(next_tokens, prompt, [step.token for step in done], MOST, heats)
        q = kept(offered, params)
        chosen = int(min(np.searchsorted(np.cumsum(q), random.random(), side="right"), np.flatnonzero(q)[-1]))
        done.append(Step(offered, q, chosen))
        if offered.ends[chosen]:
            break
    return done
