"""Tells the demo gpt: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language.gpt import (
    MOST,
    Array,
    GptParams,
    ModelTokens,
    Next,
    NextTokens,
    Step,
    Token,
    greedy,
    kept,
    look,
    read,
    run,
    said,
)
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
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Text,
    Tokens,
    Words,
)
from demos.runtime.messages import say

ANSWERS = (say("below 0.2"), say("0.2 to 0.5"), say("above 0.5"))
SHOWN = 10
DRAWS = 200
HEATS = (0.25, 0.5, 1.0, 1.5, 2.0)


def steps(params: GptParams, model_tokens: ModelTokens, next_tokens: NextTokens) -> Iterator[Frame]:
    """The tokens, one choice taken apart, then token after token, and the same by always taking the likeliest."""
    story = Story(params, read(model_tokens, params.text), next_tokens)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one continuation."""

    def __init__(self, params: GptParams, prompt: list[Token], next_tokens: NextTokens) -> None:
        self.params, self.prompt, self.ask = params, prompt, next_tokens

    def scenes(self) -> list[Scene]:
        self.first = look(self.ask, self.prompt, [], MOST, [*HEATS, *self._heat()])
        self.written = run(self.params, self.prompt, self.ask)
        self.plain = greedy(self.ask, self.prompt, self.params.tokens)
        told = [self.scores(), self.heats(), self.top_k(), self.top_p(), self.draws()]
        told += [self.step(index) for index in range(len(self.written))]
        return [*told, self.openness(), self.greedy(), self.ending()]

    def _heat(self) -> list[float]:
        return [self.params.temperature] if self.params.temperature else []

    def opening(self) -> Scene:
        ids = ", ".join(str(token.id) for token in self.prompt[:4])
        caption = say(
            "The text is {tokens} to the tutor's own model: numbers such as {ids}. A · is a space. A GPT does one "
            "thing: it says how probable each token of its vocabulary is as the next. Writing is doing that again "
            "and again; here {times}.",
            tokens=count(len(self.prompt), "token"),
            ids=ids,
            times=count(self.params.tokens, "time"),
        )
        table = Table(title=say("Their numbers"), columns=(say("token"), say("number")),
                      rows=tuple((token.shown, str(token.id)) for token in self.prompt[:SHOWN]))  # fmt: skip
        return Scene(caption, (self._text([]), table), {"prompt_tokens": len(self.prompt)})

    def scores(self) -> Scene:
        first, p = self.first, self.first.p()
        caption = say(
            "All {vocabulary:,} tokens get a score z. '{shown}' has the highest, {logits}; log Σ exp(z) is "
            "{totals}, so p = exp({logits} - {totals}) = {p}. The {shown2} likeliest hold {p2}, all "
            "others {p3}: in sum 1.",
            vocabulary=first.vocabulary,
            shown=first.tokens[0].shown,
            logits=number(first.logits[0], 2),
            totals=number(first.totals[1.0], 2),
            p=number(p[0], 3),
            shown2=SHOWN,
            p2=number(p[:SHOWN].sum(), 3),
            p3=number(1 - p[:SHOWN].sum(), 3),
        )
        body = tuple((t.shown, number(z, 2), f"{q:.4f}") for t, z, q in zip(first.tokens[:SHOWN], first.logits, p))  # noqa: B905
        table = Table(
            title=say("From score to probability"), columns=(say("token"), "z", "p"), rows=body, highlight=(0,)
        )
        return Scene(caption, (self._bars(say("Next token, T = 1"), first, p), table), {"p": p[0]}, say("scores"))

    def heats(self) -> Scene:
        first = self.first
        grid = np.array([first.p(heat)[:8] for heat in HEATS]).T
        caption = say(
            "Dividing the scores by T changes how sure the choice is. '{shown}' has {grid} at T = 0.5, {grid2} at "
            "1 and {grid3} at 2. The entropy rises from {entropies} to {entropies2} and {bits}. The order of the "
            "tokens never changes.",
            shown=first.tokens[0].shown,
            grid=number(grid[0, 1], 2),
            grid2=number(grid[0, 2], 2),
            grid3=number(grid[0, 4], 3),
            entropies=number(first.entropies[0.5], 1),
            entropies2=number(first.entropies[1.0], 1),
            bits=amount(first.entropies[2.0], "bit", 1),
        )
        table = Heatmap(
            title=say("Probability by temperature"),
            values=tuple(map(row, grid)),
            value_range=(0, 1),
            rows=tuple(token.shown for token in first.tokens[:8]),
            columns=tuple(f"T={number(heat)}" for heat in HEATS),
        )
        bits = Series(name=say("entropy"), x=row(HEATS), y=row(first.entropies[heat] for heat in HEATS))
        curve = Curve(title=say("Entropy, bits"), series=(bits,), x_label=say("temperature"))
        return Scene(caption, (table, curve), {"bits": first.entropies[1.0]}, say("temperature"))

    def top_k(self) -> Scene:
        k, heat = self.params.top_k, self.params.temperature or 1.0
        p = self.first.p(heat)
        caption = say(
            "At T = {heat} the {likeliest_tokens} hold {p} of the probability (top-k, k = {k}); the other "
            "{vocabulary:,} share {p2}. Each is improbable, but there are many: cut away, they can no longer "
            "spoil the text. What is kept is divided by its sum.",
            heat=number(heat),
            likeliest_tokens=count(k, "likeliest token"),
            p=number(p[:k].sum(), 3),
            k=k,
            vocabulary=self.first.vocabulary - k,
            p2=number(1 - p[:k].sum(), 3),
        )
        reach = Series(name=say("reached"), x=row(range(1, len(p) + 1)), y=row(np.cumsum(p)))
        edge = Series(name=say("k = {k}", k=k), x=(float(k), float(k)), y=(0.0, 1.0))
        curve = Curve(
            title=say("Probability of the k likeliest together"), series=(reach, edge), x_label="k", y_range=(0, 1)
        )
        return Scene(
            caption, (curve, self._bars(say("Before the cut"), self.first, p)), {"kept": p[:k].sum()}, say("top-k")
        )

    def top_p(self) -> Scene:
        q = kept(self.first, self.params)
        left = int((q > 0).sum())
        if self.params.temperature == 0:
            caption = say(
                "T = 0 leaves 1 token, the likeliest: '{shown}'. There is nothing to draw, so the text is the same at "
                "every run, whatever the seed.",
                shown=self.first.tokens[0].shown,
            )
        else:
            cut = say(
                "Top-p keeps the fewest of them that reach {top_p} of that: here {left}. ",
                top_p=number(self.params.top_p, 2),
                left=left,
            )
            cut += say("Where the model is sure few are left, where it is not many. ")
            if self.params.top_p == 1:
                cut = say(
                    "Top-p is 1, which cuts no more: {left} are left. At 0.9, say, only the surest would stay. ",
                    left=left,
                )
            caption = say(
                "{cut}'{shown}' is now drawn with {q} instead of {p}, and what is left sums to {q2}.",
                cut=cut,
                shown=self.first.tokens[0].shown,
                q=number(q[0], 3),
                p=number(self.first.p()[0], 3),
                q2=number(q.sum(), 6),
            )
        return Scene(
            caption, (self._bars(say("To draw from: {left}", left=left), self.first, q),), {"left": left}, say("top-p")
        )

    def draws(self) -> Scene:
        q = kept(self.first, self.params)
        drawn = np.random.default_rng([self.params.seed, 1]).multinomial(DRAWS, q)
        caption = say(
            "Drawn {draws} times, this one choice gives {different_tokens}; '{shown}' {drawn} times, its "
            "probability {q} promises {draws2}. So the same question can get another answer; the seed, here "
            "{seed}, fixes which.",
            draws=DRAWS,
            different_tokens=count(int((drawn > 0).sum()), "different token"),
            shown=self.first.tokens[0].shown,
            drawn=drawn[0],
            q=number(q[0], 3),
            draws2=number(DRAWS * q[0], 0),
            seed=self.params.seed,
        )
        panels = (
            self._bars(say("Share of {draws} draws", draws=DRAWS), self.first, drawn / DRAWS),
            self._bars(say("Promised"), self.first, q),
        )
        return Scene(caption, panels, {"different": int((drawn > 0).sum())}, say("200 draws"))

    def step(self, index: int) -> Scene:
        step = self.written[index]
        p, i, bits = step.offered.p(), step.chosen, step.offered.entropies[1.0]
        caption = say(
            "Token {index}: '{shown}' is {taken}, ",
            index=index + 1,
            shown=step.token.shown,
            taken=say("taken") if step.q[i] == 1 else say("drawn"),
        )
        caption += say("the likeliest") if i == 0 else say("number {i} by probability", i=i + 1)
        caption += say(
            " (p = {p} at T = 1). The entropy is {bits}: as open as ", p=number(p[i], 3), bits=amount(bits, "bit", 1)
        )
        caption += say("{equal_choices}. ", equal_choices=count(max(1, round(2**bits)), "equal choice"))
        if step.offered.ends[i]:
            caption += say("It is the token that ends the text, so the model stops.")
        elif i:
            caption += say(
                "'{shown}' ({p}) would have been likelier; chance decided.",
                shown=step.offered.tokens[0].shown,
                p=number(p[0], 2),
            )
        else:
            caption += say("Now it is part of the text, and all that follows depends on it.")
        metrics = {"token": index + 1, "p": p[i], "rank": i + 1, "bits": bits}
        surprise = next((k for k, each in enumerate(self.written) if each.chosen), None)
        moment = say("the first token") if index == 0 else say("not the likeliest") if index == surprise else ""
        panels = (self._bars(say("Drawn from"), step.offered, step.q, i), self._text(self.written[: index + 1]))
        return Scene(caption, panels, metrics, moment)

    def openness(self) -> Scene:
        bits = [step.offered.entropies[1.0] for step in self.written]
        low, high = first_smallest(bits), first_largest(bits)
        caption = say(
            "The entropy at each step, {bits} on average. Surest was token {low}, '{shown}' ({bits2}); most open "
            "was token {high}, '{shown2}' ({bits3}). Inside a word or a fixed phrase the model is sure; where a "
            "new thought begins it is not.",
            bits=amount(float(np.mean(bits)), "bit", 1),
            low=low + 1,
            shown=self.written[low].token.shown,
            bits2=amount(bits[low], "bit", 2),
            high=high + 1,
            shown2=self.written[high].token.shown,
            bits3=amount(bits[high], "bit", 2),
        )
        places = tuple(range(1, len(bits) + 1))
        curve = Curve(title=say("Entropy, bits"), series=(Series(name=say("entropy"), x=row(places), y=row(bits)),),
                      x_label=say("token"), y_range=(0, max(1.0, max(bits))))  # fmt: skip
        return Scene(caption, (curve, self._text(self.written)), {"bits": float(np.mean(bits))}, say("sure and unsure"))

    def greedy(self) -> Scene:
        tokens = [token for token, _ in self.plain]
        same = next((k for k, (a, b) in enumerate(zip(tokens, self._new, strict=False)) if a.id != b.id), None)
        caption = say("Always the likeliest token (greedy, T = 0) ")
        if same is None:
            caption += say("writes the same {tokens}. ", tokens=count(min(len(tokens), len(self._new)), "token"))
        else:
            caption += say(
                "parts from the drawn text at token {same}: '{shown}'. ", same=same + 1, shown=tokens[same].shown
            )
        caption += say(
            "Greedy text is the same at each run; it often repeats itself. And the likeliest token at each step "
            "need not make the likeliest text."
        )
        panels = (
            Tokens(title=say("Greedy"), tokens=tuple(t.shown for t in tokens), weights=row(p for _, p in self.plain)),
            Tokens(title=say("Drawn"), tokens=tuple(t.shown for t in self._new),
                   weights=row(step.offered.p()[step.chosen] for step in self.written)),
        )  # fmt: skip
        return Scene(caption, panels, {"same": len(tokens) if same is None else same}, say("greedy"))

    def ending(self) -> Scene:
        first = float(self.first.p()[0])
        ranks = [step.chosen for step in self.written]
        chance = float(sum(np.log(step.offered.p()[step.chosen]) for step in self.written))
        caption = say(
            "'{short}': {tokens}, {value} of them the likeliest. At T = 1 the model writes just this {odds}. It "
            "planned nothing: each token was chosen from one list of probabilities, and true or "
            "false played no part.",
            short=_short(said([*self.prompt, *self._new])),
            tokens=count(len(ranks), "token"),
            value=ranks.count(0),
            odds=_odds(chance),
        )
        metrics = {"tokens": len(ranks), "likeliest": ranks.count(0), "first": first}
        plain = Text(title=say("Greedy"), text=said([*self.prompt, *(token for token, _ in self.plain)]))
        panels = (self._text(self.written), plain)
        return Scene(caption, panels, metrics, say("the end"))

    @property
    def _new(self) -> list[Token]:
        return [step.token for step in self.written]

    def _text(self, written: Sequence[Step]) -> Panel:
        """What was given, or what was written after it with the probabilities at T = 1."""
        if not written:
            return Tokens(title=say("The text"), tokens=tuple(token.shown for token in self.prompt))
        shown = written[-24:]
        given = said(self.prompt)
        return Tokens(
            title=say("Written after '{given}'", given=given if len(given) < 30 else "..." + given[-26:]),
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
        return Bars(
            title=title,
            labels=(*labels, say("all others")),
            values=row([*values, max(0.0, 1 - sum(values))], 4),
            value_range=(0, 1),
        )


def _short(text: str) -> str:
    return text if len(text) <= 110 else text[:107] + "..."


def _odds(logarithm: float) -> str:
    """A probability, given by its logarithm, in words."""
    if logarithm > np.log(0.01):
        return say("with probability {exp}", exp=number(float(np.exp(logarithm)), 3))
    return say("once in 10^{logarithm} times", logarithm=round(-logarithm / np.log(10)))


def _check(frames: Sequence[Frame]) -> str:
    first = frames[-1].metrics["first"]
    return ANSWERS[0] if first < 0.2 else ANSWERS[1] if first <= 0.5 else ANSWERS[2]


LEXICON = {
    "text": Words(("prompt", "sentence", "beginning", "texto", "inicio", "comienzo", "continues")),
    "tokens": Words(("steps", "new tokens", "length", "words", "palabras", "tokens más", "tokens nuevos", "longitud")),
    "temperature": Words(("temp", "T", "temperatura")),
    "top_k": Words(("k", "topk", "top", "k best")),
    "top_p": Words(("p", "topp", "nucleus", "núcleo", "nucleus of")),
}  # fmt: skip


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
    words=LEXICON,
)  # fmt: skip
