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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from demos.language._own_model import Array, ModelTokens, Next, NextTokens, Token, greedy, look, read, said
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, first_smallest
from demos.lib.scenes import Scene, row
from demos.lib.wording import amount, count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Panel,
    Params,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Text,
    Tokens,
    param,
)

ANSWERS = ("below 0.2", "0.2 to 0.5", "above 0.5")
SHOWN = 10
DRAWS = 200
MOST = 100
HEATS = (0.25, 0.5, 1.0, 1.5, 2.0)


class GptParams(Params):
    text: str = param(
        "The cat sat on", "The beginning that is continued.", longest=300,
        aliases=("prompt", "sentence", "beginning", "texto", "inicio", "comienzo", "continues"),
    )  # fmt: skip
    tokens: int = param(
        12, "How many tokens are written.", low=1, high=40, unit="tokens",
        aliases=("steps", "new tokens", "length", "words", "palabras", "tokens más", "tokens nuevos", "longitud"),
    )  # fmt: skip
    temperature: float = param(
        0.8, "T: 0 always takes the likeliest token, a high one dares more.", low=0, high=3,
        aliases=("temp", "T", "temperatura"),
    )  # fmt: skip
    top_k: int = param(
        40, "How many of the likeliest tokens may be drawn.", low=1, high=MOST,
        aliases=("k", "topk", "top", "k best"),
    )  # fmt: skip
    top_p: float = param(
        1.0, "Draw from the fewest tokens that together reach this.", low=0.05, high=1,
        aliases=("p", "topp", "nucleus", "núcleo", "nucleus of"),
    )  # fmt: skip


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


def steps(params: GptParams, model_tokens: ModelTokens, next_tokens: NextTokens) -> Iterator[Frame]:
    """The tokens, one choice taken apart, then token after token, and the same by always taking the likeliest."""
    story = Story(params, read(model_tokens, params.text), next_tokens)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one continuation."""

    def __init__(self, params: GptParams, prompt: list[Token], next_tokens: NextTokens) -> None:
        self.params, self.prompt, self.ask = params, prompt, next_tokens
        self.rng = np.random.default_rng(params.seed)

    def scenes(self) -> list[Scene]:
        self.first = look(self.ask, self.prompt, [], MOST, [*HEATS, *self._heat()])
        self.written = self._write()
        self.plain = greedy(self.ask, self.prompt, self.params.tokens)
        told = [self.scores(), self.heats(), self.top_k(), self.top_p(), self.draws()]
        told += [self.step(index) for index in range(len(self.written))]
        return [*told, self.openness(), self.greedy(), self.ending()]

    def _heat(self) -> list[float]:
        return [self.params.temperature] if self.params.temperature else []

    def _write(self) -> list[Step]:
        done: list[Step] = []
        while len(done) < self.params.tokens:
            so_far = [step.token for step in done]
            offered = look(self.ask, self.prompt, so_far, MOST, [1.0, *self._heat()])
            q = kept(offered, self.params)
            chosen = int(min(np.searchsorted(np.cumsum(q), self.rng.random(), side="right"), np.flatnonzero(q)[-1]))
            done.append(Step(offered, q, chosen))
            if offered.ends[chosen]:
                break
        return done

    def opening(self) -> Scene:
        ids = ", ".join(str(token.id) for token in self.prompt[:4])
        caption = (
            f"The text is {count(len(self.prompt), 'token')} to the tutor's own model: numbers such as {ids}. A · is a "
            "space. A GPT does one thing: it says how probable each token of its vocabulary is as the next. Writing "
            f"is doing that again and again; here {count(self.params.tokens, 'time')}."
        )
        table = Table(title="Their numbers", columns=("token", "number"),
                      rows=tuple((token.shown, str(token.id)) for token in self.prompt[:SHOWN]))  # fmt: skip
        return Scene(caption, (self._text([]), table), {"prompt_tokens": len(self.prompt)})

    def scores(self) -> Scene:
        first, p = self.first, self.first.p()
        caption = (
            f"All {first.vocabulary:,} tokens get a score z. '{first.tokens[0].shown}' has the highest, "
            f"{number(first.logits[0], 2)}; log Σ exp(z) is {number(first.totals[1.0], 2)}, so p = "
            f"exp({number(first.logits[0], 2)} - {number(first.totals[1.0], 2)}) = {number(p[0], 3)}. The {SHOWN} "
            f"likeliest hold {number(p[:SHOWN].sum(), 3)}, all others {number(1 - p[:SHOWN].sum(), 3)}: in sum 1."
        )
        body = tuple((t.shown, number(z, 2), f"{q:.4f}") for t, z, q in zip(first.tokens[:SHOWN], first.logits, p))  # noqa: B905
        table = Table(title="From score to probability", columns=("token", "z", "p"), rows=body, highlight=(0,))
        return Scene(caption, (self._bars("Next token, T = 1", first, p), table), {"p": p[0]}, "scores")

    def heats(self) -> Scene:
        first = self.first
        grid = np.array([first.p(heat)[:8] for heat in HEATS]).T
        caption = (
            f"Dividing the scores by T changes how sure the choice is. '{first.tokens[0].shown}' has "
            f"{number(grid[0, 1], 2)} at T = 0.5, {number(grid[0, 2], 2)} at 1 and {number(grid[0, 4], 3)} at 2. The "
            f"entropy rises from {number(first.entropies[0.5], 1)} to {number(first.entropies[1.0], 1)} and "
            f"{amount(first.entropies[2.0], 'bit', 1)}. The order of the tokens never changes."
        )
        table = Heatmap(
            title="Probability by temperature",
            values=tuple(map(row, grid)),
            value_range=(0, 1),
            rows=tuple(token.shown for token in first.tokens[:8]),
            columns=tuple(f"T={number(heat)}" for heat in HEATS),
        )
        bits = Series(name="entropy", x=row(HEATS), y=row(first.entropies[heat] for heat in HEATS))
        curve = Curve(title="Entropy, bits", series=(bits,), x_label="temperature")
        return Scene(caption, (table, curve), {"bits": first.entropies[1.0]}, "temperature")

    def top_k(self) -> Scene:
        k, heat = self.params.top_k, self.params.temperature or 1.0
        p = self.first.p(heat)
        caption = (
            f"At T = {number(heat)} the {count(k, 'likeliest token')} hold {number(p[:k].sum(), 3)} of the probability "
            f"(top-k, k = {k}); the other {self.first.vocabulary - k:,} share {number(1 - p[:k].sum(), 3)}. Each is "
            "improbable, but there are many: cut away, they can no longer spoil the text. What is kept is divided by "
            "its sum."
        )
        reach = Series(name="reached", x=row(range(1, len(p) + 1)), y=row(np.cumsum(p)))
        edge = Series(name=f"k = {k}", x=(float(k), float(k)), y=(0.0, 1.0))
        curve = Curve(
            title="Probability of the k likeliest together", series=(reach, edge), x_label="k", y_range=(0, 1)
        )
        return Scene(caption, (curve, self._bars("Before the cut", self.first, p)), {"kept": p[:k].sum()}, "top-k")

    def top_p(self) -> Scene:
        q = kept(self.first, self.params)
        left = int((q > 0).sum())
        if self.params.temperature == 0:
            caption = (
                f"T = 0 leaves 1 token, the likeliest: '{self.first.tokens[0].shown}'. There is nothing to draw, so "
                "the text is the same at every run, whatever the seed."
            )
        else:
            cut = f"Top-p keeps the fewest of them that reach {number(self.params.top_p, 2)} of that: here {left}. "
            cut += "Where the model is sure few are left, where it is not many. "
            if self.params.top_p == 1:
                cut = f"Top-p is 1, which cuts no more: {left} are left. At 0.9, say, only the surest would stay. "
            caption = (
                f"{cut}'{self.first.tokens[0].shown}' is now drawn with {number(q[0], 3)} instead of "
                f"{number(self.first.p()[0], 3)}, and what is left sums to {number(q.sum(), 6)}."
            )
        return Scene(caption, (self._bars(f"To draw from: {left}", self.first, q),), {"left": left}, "top-p")

    def draws(self) -> Scene:
        q = kept(self.first, self.params)
        drawn = np.random.default_rng([self.params.seed, 1]).multinomial(DRAWS, q)
        caption = (
            f"Drawn {DRAWS} times, this one choice gives {count(int((drawn > 0).sum()), 'different token')}; "
            f"'{self.first.tokens[0].shown}' {drawn[0]} times, its probability {number(q[0], 3)} promises "
            f"{number(DRAWS * q[0], 0)}. So the same question can get another answer; the seed, here "
            f"{self.params.seed}, fixes which."
        )
        panels = (
            self._bars(f"Share of {DRAWS} draws", self.first, drawn / DRAWS),
            self._bars("Promised", self.first, q),
        )
        return Scene(caption, panels, {"different": int((drawn > 0).sum())}, "200 draws")

    def step(self, index: int) -> Scene:
        step = self.written[index]
        p, i, bits = step.offered.p(), step.chosen, step.offered.entropies[1.0]
        caption = f"Token {index + 1}: '{step.token.shown}' is {'taken' if step.q[i] == 1 else 'drawn'}, "
        caption += "the likeliest" if i == 0 else f"number {i + 1} by probability"
        caption += f" (p = {number(p[i], 3)} at T = 1). The entropy is {amount(bits, 'bit', 1)}: as open as "
        caption += f"{count(max(1, round(2**bits)), 'equal choice')}. "
        if step.offered.ends[i]:
            caption += "It is the token that ends the text, so the model stops."
        elif i:
            caption += f"'{step.offered.tokens[0].shown}' ({number(p[0], 2)}) would have been likelier; chance decided."
        else:
            caption += "Now it is part of the text, and all that follows depends on it."
        metrics = {"token": index + 1, "p": p[i], "rank": i + 1, "bits": bits}
        surprise = next((k for k, each in enumerate(self.written) if each.chosen), None)
        moment = "the first token" if index == 0 else "not the likeliest" if index == surprise else ""
        panels = (self._bars("Drawn from", step.offered, step.q, i), self._text(self.written[: index + 1]))
        return Scene(caption, panels, metrics, moment)

    def openness(self) -> Scene:
        bits = [step.offered.entropies[1.0] for step in self.written]
        low, high = first_smallest(bits), first_largest(bits)
        caption = (
            f"The entropy at each step, {amount(float(np.mean(bits)), 'bit', 1)} on average. Surest was token "
            f"{low + 1}, '{self.written[low].token.shown}' ({amount(bits[low], 'bit', 2)}); most open was token "
            f"{high + 1}, '{self.written[high].token.shown}' ({amount(bits[high], 'bit', 2)}). Inside a word or a "
            "fixed phrase the model is sure; where a new thought begins it is not."
        )
        places = tuple(range(1, len(bits) + 1))
        curve = Curve(title="Entropy, bits", series=(Series(name="entropy", x=row(places), y=row(bits)),),
                      x_label="token", y_range=(0, max(1.0, max(bits))))  # fmt: skip
        return Scene(caption, (curve, self._text(self.written)), {"bits": float(np.mean(bits))}, "sure and unsure")

    def greedy(self) -> Scene:
        tokens = [token for token, _ in self.plain]
        same = next((k for k, (a, b) in enumerate(zip(tokens, self._new, strict=False)) if a.id != b.id), None)
        caption = "Always the likeliest token (greedy, T = 0) "
        if same is None:
            caption += f"writes the same {count(min(len(tokens), len(self._new)), 'token')}. "
        else:
            caption += f"parts from the drawn text at token {same + 1}: '{tokens[same].shown}'. "
        caption += (
            "Greedy text is the same at each run; it often repeats itself. And the likeliest token at each step need "
            "not make the likeliest text."
        )
        panels = (
            Tokens(title="Greedy", tokens=tuple(t.shown for t in tokens), weights=row(p for _, p in self.plain)),
            Tokens(title="Drawn", tokens=tuple(t.shown for t in self._new),
                   weights=row(step.offered.p()[step.chosen] for step in self.written)),
        )  # fmt: skip
        return Scene(caption, panels, {"same": len(tokens) if same is None else same}, "greedy")

    def ending(self) -> Scene:
        first = float(self.first.p()[0])
        ranks = [step.chosen for step in self.written]
        chance = float(sum(np.log(step.offered.p()[step.chosen]) for step in self.written))
        caption = (
            f"'{_short(said([*self.prompt, *self._new]))}': {count(len(ranks), 'token')}, {ranks.count(0)} of them the "
            f"likeliest. At T = 1 the model writes just this {_odds(chance)}. It planned nothing: each token was "
            "chosen from one list of probabilities, and true or false played no part."
        )
        metrics = {"tokens": len(ranks), "likeliest": ranks.count(0), "first": first}
        plain = Text(title="Greedy", text=said([*self.prompt, *(token for token, _ in self.plain)]))
        panels = (self._text(self.written), plain)
        return Scene(caption, panels, metrics, "the end")

    @property
    def _new(self) -> list[Token]:
        return [step.token for step in self.written]

    def _text(self, written: Sequence[Step]) -> Panel:
        """What was given, or what was written after it with the probabilities at T = 1."""
        if not written:
            return Tokens(title="The text", tokens=tuple(token.shown for token in self.prompt))
        shown = written[-24:]
        given = said(self.prompt)
        return Tokens(
            title=f"Written after '{given if len(given) < 30 else '...' + given[-26:]}'",
            tokens=tuple(step.token.shown for step in shown),
            weights=row(step.offered.p()[step.chosen] for step in shown),
            marked=(len(shown) - 1,),
        )

    def _bars(self, title: str, offered: Next, p: Array, chosen: int = -1) -> Panel:
        """The likeliest tokens, the chosen one marked (in place of the last when it is further down), and the rest."""
        shown = list(range(min(SHOWN, len(p))))
        if chosen >= len(shown):
            shown[-1] = chosen
        labels = [("> " if i == chosen else "") + offered.tokens[i].shown for i in shown]
        values = [float(p[i]) for i in shown]
        return Bars(title=title, labels=(*labels, "all others"), values=row([*values, max(0.0, 1 - sum(values))], 4),
                    value_range=(0, 1))  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= 110 else text[:107] + "..."


def _odds(logarithm: float) -> str:
    """A probability, given by its logarithm, in words."""
    if logarithm > np.log(0.01):
        return f"with probability {number(float(np.exp(logarithm)), 3)}"
    return f"once in 10^{round(-logarithm / np.log(10))} times"


def _check(frames: Sequence[Frame]) -> str:
    first = frames[-1].metrics["first"]
    return ANSWERS[0] if first < 0.2 else ANSWERS[1] if first <= 0.5 else ANSWERS[2]


DEMO = Demo(
    name="gpt",
    title="GPT",
    slide=48,
    group="Transformers and Language Models",
    summary="The tutor's own model continues your text one token at a time: scores, probabilities, temperature, cuts.",
    params=GptParams,
    steps=steps,
    look_for=(
        "One list of probabilities for each token: that is all a GPT computes.",
        "Temperature changes how sure the choice is, never the order of the tokens.",
        "Inside a word or a fixed phrase the entropy is low, at a new thought it is high.",
    ),
    examples=(
        Request("Show me GPT"),
        Request('Show me how GPT continues "The cat sat on"', {"text": "The cat sat on"}),
        Request('let GPT continue "Once upon a time" for 20 tokens', {"text": "Once upon a time", "tokens": 20}),
        Request("run GPT with temperature 1.5 and top-k 10", {"temperature": 1.5, "top_k": 10}),
        Request('GPT at temperature 0 on "The capital of France is"',
                {"temperature": 0, "text": "The capital of France is"}),
        Request("see the next-token probabilities"),
        Request("show GPT sampling with top-p 0.5", {"top_p": 0.5}),
        Request('muestra cómo GPT continúa "The sun is", 8 tokens', {"text": "The sun is", "tokens": 8}),
        Request('draw the next tokens after "Roses are red, violets are"', {"text": "Roses are red, violets are"}),
        Request("Guess what comes after \"The best way to learn is\"", {"text": "The best way to learn is"}),
        Request(
            "Write on from \"Long ago in a small village\" for 16 tokens",
            {"text": "Long ago in a small village", "tokens": 16},
        ),
        Request("Always take the likeliest next word: temperature 0", {"temperature": 0}),
        Request("Show the probability of every word that could follow, temperature 2", {"temperature": 2}),
        Request(
            "Continúa \"The moon is\" con 10 tokens y temperatura 1",
            {"text": "The moon is", "tokens": 10, "temperature": 1},
        ),
    ),
    presets={
        "cat": Preset(
            "The cat sat on", {},
            "Several words are probable. Which one is drawn?",
            (Claim("likeliest", "<=", "tokens"),),
        ),
        "greedy": Preset(
            "Always the likeliest", {"temperature": 0, "tokens": 16},
            "T = 0: always the likeliest token. Look for repetition.",
            (Claim("likeliest", "==", "tokens"),),
        ),
        "daring": Preset(
            "Too daring", {"temperature": 2, "top_k": 100},
            "A high temperature: watch the sense go.",
            (Claim("likeliest", "<", "tokens"),),
        ),
        "days": Preset(
            "A list", {"text": "Monday, Tuesday, Wednesday,", "tokens": 8},
            "How sure is it of Thursday?",
            (Claim("tokens", ">=", 1),),
        ),
        "fact": Preset(
            "Fluent, not true",
            {"text": "The capital of France is", "temperature": 0},
            "The likeliest words are written, be they true or not.", (Claim("likeliest", "==", "tokens"),),
        ),
    },
    prediction=Prediction("How probable is the likeliest first token (at temperature 1)?", ANSWERS, _check),
    aliases=(
        "generative pretrained transformer", "next token", "next-token probabilities", "next token prediction",
        "token probabilities", "greedy decoding", "top-k sampling", "top-p sampling", "nucleus sampling", "gpt model",
        "gpts", "next word prediction", "predict the next word", "predict the next token", "next word", "continue text",
        "text continuation", "autoregressive model", "autoregressive language model", "temperature sampling",
        "siguiente palabra", "siguiente token", "próxima palabra", "continuar texto", "predicción del siguiente token",
        "transformador generativo preentrenado",
    ),
    measures=(
        Measure("p", "quantity", "probability of the token written"),
        Measure("bits", "quantity", "entropy of the choice, in bits"),
        Measure("rank", "quantity", "rank of the token written"),
        Measure("likeliest", "quantity", "tokens that were the likeliest"),
        Measure("token", "clock"),
        Measure("tokens", "size", "tokens written"),
    ),
    needs=("model_tokens", "next_tokens"),
)  # fmt: skip
