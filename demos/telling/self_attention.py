"""Tells the demo self_attention: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from demos.language import _learnt_heads as learnt
from demos.language.self_attention import Array, Head, SelfAttentionParams, habit, read, run, softmax
from demos.lib.ranking import first_largest, ranked
from demos.lib.wording import amount, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Tokens,
    Words,
)
from demos.runtime.messages import listed, say

SHOWN = 8
"""Most numbers of a value in a table."""
JOBS = (say("the word before"), say("words spelt alike"), say("the word after"), say("the word itself"))
BESIDE = ((0, 2, -1), (2, 1, 1))
"""A designed head, the learnt head that does the same, and how far away the word is that both look for."""


def steps(params: SelfAttentionParams) -> Iterator[Frame]:
    """The words, their vectors, then each head: Q, K, V, scores, scaling, mask, softmax, each word's view, output."""
    story = Story(params, *run(params))
    scenes = [story.opening, story.vectors]
    for index in range(params.heads):
        scenes += story.scenes_of(index)
    scenes += [partial(story.beside, *pair) for pair in BESIDE]
    scenes.append(story.ending)
    for index, scene in enumerate(scenes):
        told = scene()
        yield Frame(
            caption=told.caption,
            progress=index / (len(scenes) - 1),
            metrics=told.metrics,
            panels=told.panels,
            moment=told.moment,
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame but for its progress."""

    caption: str
    panels: tuple[Panel, ...]
    metrics: dict[str, float]
    moment: str = ""


class Story:
    """Tells a computation that is done already, one scene at a time."""

    def __init__(self, params: SelfAttentionParams, words: list[str], x: Array, heads: Sequence[Head]) -> None:
        self.params, self.words, self.x, self.heads = params, words, x, heads
        self.followed = min(params.word, len(words)) - 1
        self.word = words[self.followed]
        self.d = heads[0].q.shape[1]

    def opening(self) -> Scene:
        caption = say(
            "{words} words. By itself '{word}' always has the same vector, whatever stands around it. "
            "Self-attention lets each word take in something of the others. We follow the marked word through it.",
            words=len(self.words),
            word=self.word,
        )
        return Scene(
            caption, (Tokens(title=say("The sentence"), tokens=tuple(self.words), marked=(self.followed,)),), {}
        )

    def vectors(self) -> Scene:
        if self.params.weights == "learnt":
            return self._learnt_vectors()
        d, twin = self.params.d_k, self._twin()
        caption = say("Each word becomes a row of X: {d} numbers for its spelling, then {d} for its place. ", d=d)
        if twin is not None:
            caption += say(
                "See rows {twin} and {twin2}: both are '{words}', so the left halves are equal, and only the "
                "place tells them apart.",
                twin=twin[0] + 1,
                twin2=twin[1] + 1,
                words=self.words[twin[0]],
            )
        else:
            caption += say("The left half knows nothing of the order of the words; the right half knows nothing else.")
        columns = [f"s{i + 1}" for i in range(d)] + [f"p{i + 1}" for i in range(d)]
        return Scene(
            caption, (self._matrix(say("X = spelling and place"), self.x, columns),), {"words": len(self.words)}
        )

    def _learnt_vectors(self) -> Scene:
        caption = say(
            "Each word becomes a row of X: {n} numbers that training found, for the word and its place together. ",
            n=self.x.shape[1],
        )
        if learnt.known(self.word):
            caption += say(
                "They hold meaning, not spelling: the learnt vectors nearest to that of '{word}' are those of {words}.",
                word=self.word,
                words=listed(", ", (f"'{word}'" for word in learnt.nearest(self.word))),
            )
        else:
            caption += say(
                "The model never met '{word}' in this course's sentences: all such words have the same vector, and "
                "only their places differ.",
                word=self.word,
            )
        columns = [str(i + 1) for i in range(self.x.shape[1])]
        return Scene(
            caption, (self._matrix(say("X = word and place, learnt"), self.x, columns),), {"words": len(self.words)}
        )

    def beside(self, designed: int, trained: int, offset: int) -> Scene:
        """A head made by hand and one that training made, on the same sentence."""
        by_hand = self.params.model_copy(update={"weights": "designed", "heads": 4, "scale": True})
        ours = read(self.words, by_hand)[1][designed].weights
        theirs = read(self.words, by_hand.model_copy(update={"weights": "learnt"}))[1][trained].weights
        kept = len(learnt.model().held_out)
        caption = say(
            "Does real training find such heads? Left, made by hand: {job}. Right, head {head} of a model that only "
            "learnt to guess hidden words: over {kept} sentences that it never saw it gives {share} of its weight to "
            "{job}. Nobody asked it to. ",
            job=JOBS[designed],
            head=trained + 1,
            kept=kept,
            share=number(habit(trained, offset), 2),
        )
        new = [word for word in dict.fromkeys(self.words) if not learnt.known(word)]
        if new and len(new) <= 4:
            caption += say("(It never met {words}.)", words=listed(", ", (f"'{word}'" for word in new)))
        panels = [
            Heatmap(
                title=title,
                values=_rows(weights),
                rows=tuple(self.words),
                columns=tuple(self.words),
                value_range=(0, 1),
                row_label=say("query"),
                column_label=say("key"),
            )
            for title, weights in ((say("made by hand"), ours), (say("learnt in training"), theirs))
        ]
        name = "learnt_before" if offset < 0 else "learnt_after"
        return Scene(
            caption, tuple(panels), {name: _r(habit(trained, offset))}, say("found by training") if offset < 0 else ""
        )

    def scenes_of(self, index: int) -> list[Callable[[], Scene]]:
        """All scenes of one head."""
        told = [self.queries, self.scores, self.scaling, self.softmax]
        if self.params.mask == "causal":
            told.insert(3, self.masking)
        scenes = [partial(scene, index) for scene in told]
        scenes += [partial(self.view, index, row) for row in range(len(self.words))]
        return [*scenes, partial(self.output, index)]

    def queries(self, index: int) -> Scene:
        head, d = self.heads[index], self.d
        job = {
            "designed": say("made by hand for one job: {jobs}", jobs=JOBS[index]),
            "random": say("random, as before any training"),
            "learnt": say("learnt from sentences"),
        }[self.params.weights]
        caption = say(
            "Head {index}: X times W_Q, W_K and W_V. The matrices are {job}. A query is what a word looks for, a "
            "key what it is found by, a value what it tells. '{word}' asks with q = {vector}.",
            index=index + 1,
            job=job,
            word=self.word,
            vector=_vector(head.q[self.followed]),
        )
        columns = [str(i + 1) for i in range(d)]
        panels = tuple(
            self._matrix(name, values, columns)
            for name, values in ((say("queries Q"), head.q), (say("keys K"), head.k), (say("values V"), head.v))
        )
        return Scene(
            caption, panels, {"head": index + 1}, say("head {index}", index=index + 1) if self.params.heads > 1 else ""
        )

    def scores(self, index: int) -> Scene:
        head, i = self.heads[index], self.followed
        j = first_largest(head.scores[i])
        caption = say(
            "Each query meets each key: row '{word}' of Q·Kᵀ. Its highest score is with '{words}': {product} = "
            "{scores}. A high score means: this key points the way the query asks.",
            word=self.word,
            words=self.words[j],
            product=_product(head.q[i], head.k[j]),
            scores=number(head.scores[i, j], 2),
        )
        return Scene(
            caption,
            self._square(say("scores Q·Kᵀ"), head.scores, i),
            {"head": index + 1, "top_score": _r(head.scores[i, j])},
        )

    def scaling(self, index: int) -> Scene:
        head, i, root = self.heads[index], self.followed, np.sqrt(self.d)
        top, without = softmax(head.scores / root)[i].max(), softmax(head.scores)[i].max()
        caption = say("√d_k = √{d_k} = {root}. ", d_k=self.d, root=number(root, 2))
        if self.params.scale:
            caption += say(
                "Divided by it, the top score of '{word}' goes from {scores} to {scaled}. Unscaled, softmax would "
                "give its favourite {without} of the weight instead of {top}, and weights near 0 or 1 hardly learn.",
                word=self.word,
                scores=number(head.scores[i].max(), 2),
                scaled=number(head.scaled[i].max(), 2),
                without=number(without, 2),
                top=number(top),
            )
        else:
            caption += say(
                "Scaling is off, so the top score of '{word}' stays {scores} and its favourite will get {without} of "
                "the weight; with scaling it would be {top}.",
                word=self.word,
                scores=number(head.scores[i].max(), 2),
                without=number(without),
                top=number(top),
            )
        title = say("scores / √d_k") if self.params.scale else say("scores, not scaled")
        return Scene(
            caption, self._square(title, head.scaled, i), {"head": index + 1, "top_score": _r(head.scaled[i].max())}
        )

    def masking(self, index: int) -> Scene:
        head, n = self.heads[index], len(self.words)
        caption = say(
            "The causal mask: the {n} scores above the diagonal become minus infinity, so no word can look at a "
            "later one. '{word}' is left with {followed} of {n2} words. A model that has to guess the next "
            "word must not see it.",
            n=n * (n - 1) // 2,
            word=self.word,
            followed=self.followed + 1,
            n2=n,
        )
        floor = np.where(np.isinf(head.masked), head.scaled.min() - 1, head.masked)
        return Scene(
            caption, self._square(say("masked scores"), floor, self.followed), {"head": index + 1}, say("mask")
        )

    def softmax(self, index: int) -> Scene:
        head, i = self.heads[index], self.followed
        j = first_largest(head.weights[i])
        if self.params.weights == "designed":
            why = say("This head was made to find {jobs}: look for that pattern", jobs=JOBS[index])
        elif self.params.weights == "learnt":
            why = say(
                "Training gave this head its habit: on average {before} to the word before, {after} to the one after",
                before=number(habit(index, -1), 2),
                after=number(habit(index, 1), 2),
            )
        else:
            why = say("These matrices are random, so the pattern has no meaning yet: training would give it one")
        caption = say(
            "Softmax turns each row into shares that sum to one. '{word}' gives {weights} to '{words}'. {why}. "
            "Blue cells are where a word takes most of its news from.",
            word=self.word,
            weights=number(head.weights[i, j], 2),
            words=self.words[j],
            why=why,
        )
        panels = self._square(say("attention weights"), head.weights, i, (0, 1))
        metrics = {"head": index + 1, "top_weight": _r(head.weights[i, j]), "entropy": _r(_entropy(head.weights[i]))}
        return Scene(caption, panels, metrics, say("softmax"))

    def view(self, index: int, row: int) -> Scene:
        weights, word = self.heads[index].weights[row], self.words[row]
        order = [int(j) for j in ranked(weights)[:2]]
        first, second = (
            say("'{words}' (word {j}, {weights})", words=self.words[j], j=j + 1, weights=number(weights[j], 2))
            for j in order
        )
        even = _entropy(weights) / np.log2(len(weights))
        mood = say("It listens almost to one word only") if even < 0.35 else say("It listens to several words at once")
        caption = say(
            "Head {index}, word {row}: '{word}' looks at {first}, then {second}. {mood}: its entropy is {bits}, "
            "where even shares would have {log2}.",
            index=index + 1,
            row=row + 1,
            word=word,
            first=first,
            second=second,
            mood=mood,
            bits=amount(_entropy(weights), "bit", 2),
            log2=number(np.log2(len(weights)), 2),
        )
        tokens = Tokens(
            title=say("What '{word}' looks at", word=word),
            tokens=tuple(self.words),
            weights=_row(weights),
            marked=(row,),
        )
        bars = Bars(title=say("Its weights"), labels=tuple(self._labels()), values=_row(weights), value_range=(0, 1))
        metrics = {"head": index + 1, "top_weight": _r(weights[order[0]]), "entropy": _r(_entropy(weights))}
        return Scene(caption, (tokens, bars), metrics)

    def output(self, index: int) -> Scene:
        head, i = self.heads[index], self.followed
        order = [int(j) for j in ranked(head.weights[i])[:2]]
        sum_up = " + ".join(f"{number(head.weights[i, j], 2)}·v({self.words[j]})" for j in order)
        caption = say(
            "The output of '{word}' is the values, mixed by its weights: {sum_up} + … = {vector}. Its own value "
            "was {vector2}: that is how far its neighbours have changed it.",
            word=self.word,
            sum_up=sum_up,
            vector=_vector(head.output[i]),
            vector2=_vector(head.v[i]),
        )
        rows = [
            (label, number(head.weights[i, j], 2), *(number(value, 2) for value in head.v[j, :SHOWN]))
            for j, label in enumerate(self._labels())
        ]
        rows.append((say("sum"), "1", *(number(value, 2) for value in head.output[i, :SHOWN])))
        columns = (say("word"), say("weight"), *(f"v{c + 1}" for c in range(min(SHOWN, self.d))))
        table = Table(
            title=say("weight times value, summed"), columns=columns, rows=tuple(rows), highlight=(len(rows) - 1,)
        )
        matrix = self._matrix(say("output of every word"), head.output, [str(c + 1) for c in range(self.d)])
        return Scene(caption, (table, matrix), {"head": index + 1}, say("output of head {index}", index=index + 1))

    def ending(self) -> Scene:
        together = np.concatenate([head.output for head in self.heads], 1)
        n, i = len(self.words), self.followed
        looks = listed(
            "; ",
            (
                say(
                    "head {index} at '{words}' ({weights})",
                    index=index + 1,
                    words=self.words[first_largest(head.weights[i])],
                    weights=number(head.weights[i].max(), 2),
                )
                for index, head in enumerate(self.heads)
            ),
        )
        caption = say(
            "In sum '{word}' looked with {looks}. The outputs side by side are {n} rows of {shape} numbers, made "
            "with {n}·{n} = {n2} scores a head, all at once: no word had to wait for another, as in "
            "a recurrent network.",
            word=self.word,
            looks=looks,
            n=n,
            shape=together.shape[1],
            n2=n * n,
        )
        columns = [f"{h + 1}.{c + 1}" for h in range(len(self.heads)) for c in range(self.d)]
        panels: list[Panel] = [self._matrix(say("all heads side by side"), together, columns)]
        panels += [
            Heatmap(
                title=say("head {index}", index=index + 1),
                values=_rows(head.weights),
                rows=tuple(self.words),
                value_range=(0, 1),
            )
            for index, head in enumerate(self.heads)
        ]
        offset = first_largest(self.heads[0].weights[i]) - i
        seen = (self.heads[0].weights > 0).sum(1)
        metrics = {"words": n, "heads": len(self.heads), "offset": offset, "first_sees": seen[0], "last_sees": seen[-1]}
        return Scene(caption, tuple(panels), metrics, say("the result"))

    def _twin(self) -> tuple[int, int] | None:
        """The first two places that hold the same word."""
        pairs = ((i, j) for j, word in enumerate(self.words) for i in range(j) if self.words[i] == word)
        return next(pairs, None)

    def _labels(self) -> list[str]:
        return [say("{i} {word}", i=i + 1, word=word) for i, word in enumerate(self.words)]

    def _matrix(self, title: str, values: Array, columns: Sequence[str]) -> Heatmap:
        most = max(float(np.abs(values).max()), 1e-6)
        return Heatmap(
            title=title,
            values=_rows(values),
            rows=tuple(self.words),
            columns=tuple(columns),
            value_range=(-_r(most), _r(most)),
        )

    def _square(
        self, title: str, values: Array, row: int, value_range: tuple[float, float] | None = None
    ) -> tuple[Panel, ...]:
        """A word-by-word matrix, and the followed word's row of it as bars."""
        square = Heatmap(
            title=title,
            values=_rows(values),
            rows=tuple(self.words),
            columns=tuple(self.words),
            value_range=value_range,
            row_label=say("query"),
            column_label=say("key"),
        )
        return square, Bars(
            title=say("row '{words}'", words=self.words[row]), labels=tuple(self._labels()), values=_row(values[row])
        )


def _entropy(weights: Array) -> float:
    """In bits."""
    return float(-(weights * np.log2(np.maximum(weights, 1e-300))).sum())


def _product(q: Array, k: Array) -> str:
    shown = " + ".join(f"{number(a, 1)}·{number(b, 1)}" for a, b in zip(q[:4], k[:4], strict=True))
    return shown.replace("+ -", "- ") + (" + …" if len(q) > 4 else "")


def _vector(values: Array) -> str:
    return f"({', '.join(number(value, 1) for value in values[:4])}{', …' if len(values) > 4 else ''})"


def _r(value: float) -> float:
    return round(float(value), 4)


def _row(values: Array) -> tuple[float, ...]:
    return tuple(_r(value) for value in values)


def _rows(values: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(_row(row) for row in values)


def _check(frames: Sequence[Frame]) -> str:
    offset = frames[-1].metrics["offset"]
    return "itself" if offset == 0 else "an earlier word" if offset < 0 else "a later word"


LEXICON = {
    "sentence": Words(("text", "words", "phrase", "oración", "frase", "texto", "palabras")),
    "heads": Words(("attention heads", "head", "cabezas", "cabezas de atención")),
    "d_k": Words((
        "key size", "head size", "dimension", "dimensional keys", "dk", "key dimension", "dimension of the keys",
        "tamaño de clave", "keys of size",
    )),
    "mask": Words(
        ("masking", "máscara"),
        {
            "causal": ("causal mask", "causally", "no looking ahead", "causales"),
            "none": ("no mask", "without a mask", "unmasked", "sin máscara"),
        },
    ),
    "scale": Words((
        "scaling", "scaled", "divided by", "scale the scores", "square root", "escala", "escalado", "escalar",
        "escalamiento",
    )),
    "weights": Words(
        ("matrices", "initialisation", "pesos"),
        {
            "designed": ("hand-made", "handmade", "by hand", "diseñados", "hechos a mano"),
            "random": ("random matrices", "aleatorios", "aleatorias", "at random"),
            "learnt": ("learned", "trained", "learnt weights", "trained matrices", "aprendidos", "entrenados"),
        },
    ),
    "word": Words(("query", "token", "position", "palabra", "follow word", "word number")),
}  # fmt: skip


DEMO = Demo(
    name="self_attention",
    title="Self-attention",
    slide=36,
    group="Self-Attention Layers",
    summary="Queries, keys and values of your own sentence, with every number from the scores to the output.",
    params=SelfAttentionParams,
    steps=steps,
    look_for=(
        "Every row of the weights sums to one: a word shares out its attention.",
        "Dividing by √d_k keeps softmax from giving everything to one word.",
        "With the causal mask the upper right triangle is empty.",
        "Two heads see two different things in the same sentence.",
        "Beside the heads made by hand stand two that training made: they found the same jobs.",
    ),
    examples=(
        Request("Show me self-attention"),
        Request('Run self attention on "the dog chased the ball"', {"sentence": "the dog chased the ball"}),
        Request("Explain Q, K and V with four heads", {"heads": 4}),
        Request("attention with a causal mask, as in GPT", {"mask": "causal"}),
        Request("What if the scores are not divided by the square root of d_k? Show it.", {"scale": False}),
        Request("self-attention with random weights and key size 8", {"weights": "random", "d_k": 8}),
        Request(
            'scaled dot product attention for "to be or not to be", follow the 5th word',
            {"sentence": "to be or not to be", "word": 5},
        ),
        Request('muestra la atención de "el gato ve al perro"', {"sentence": "el gato ve al perro"}),
        Request("Attention is all you need: one head only, three dimensional keys", {"heads": 1, "d_k": 3}),
        Request(
            "Which words look at which in \"old friends meet again\"? Show it with 3 heads.",
            {"sentence": "old friends meet again", "heads": 3},
        ),
        Request("Compute queries, keys and values with the numbers in view, key size 6", {"d_k": 6}),
        Request(
            "Let every word look only at earlier ones: a causal mask with random matrices",
            {"mask": "causal", "weights": "random"},
        ),
        Request("Muestra cómo cada palabra mira a las demás con 3 cabezas", {"heads": 3}),
        Request("Self-attention with the weights of a trained model: learnt weights", {"weights": "learnt"}),
    ),
    presets={
        "cat": Preset(
            "Two heads", {},
            "One head finds the word before, the other words spelt alike: cat, sat, mat.",
            (Claim("offset", "==", -1),),
        ),
        "causal": Preset(
            "As GPT sees it", {"mask": "causal", "heads": 1, "word": 6},
            "Set the mask to causal: the first word can only look at itself, the last one at all.",
            (Claim("first_sees", "==", 1), Claim("last_sees", "==", "words")),
        ),
        "unscaled": Preset(
            "Without √d_k", {"scale": False, "weights": "random", "d_k": 8, "heads": 1},
            "With long keys and no scaling softmax gives nearly everything to one word.",
            (Claim("top_weight", ">=", 0.9, "ever"),),
        ),
        "untrained": Preset(
            "Before training",
            {"weights": "random", "heads": 3, "seed": 1},
            "Random matrices: heads look somewhere, but for no reason.", (Claim("offset", "!=", -1),),
        ),
        "learnt": Preset(
            "Heads of a trained model",
            {"weights": "learnt", "heads": 3, "sentence": "the network learns from each error", "word": 2},
            "Real weights: one head finds the word after, one the word before, and words near in meaning are near.",
            (Claim("learnt_before", ">=", 0.5, "ever"), Claim("learnt_after", ">=", 0.6, "ever")),
        ),
        "four": Preset(
            "Four heads", {"heads": 4, "sentence": "to be or not to be", "word": 5},
            "Before, alike, after, itself: the same sentence read in four ways.",
            (Claim("heads", "==", 4), Claim("offset", "==", -1)),
        ),
    },
    prediction=Prediction(
        "Where will the followed word look most in head 1?", ("an earlier word", "itself", "a later word"), _check
    ),
    aliases=(
        "attention", "scaled dot-product attention", "multi-head attention", "query key value", "autoatención",
        "self attn", "multihead attention", "attention head", "attention heads", "attention weights",
        "attention scores", "dot-product attention", "queries keys and values", "queries, keys and values",
        "query, key and value", "q k v", "qkv", "attention is all you need", "causal attention", "atención",
        "auto-atención", "mecanismo de atención", "atención multicabeza", "cabezas de atención",
    ),
    measures=(
        Measure("top_weight", "quantity", "largest attention weight shown"),
        Measure("entropy", "quantity", "entropy of the weights, in bits"),
        Measure("top_score", "quantity", "largest score shown"),
        Measure("learnt_before", "quantity", "weight that a learnt head gives to the word before"),
        Measure("learnt_after", "quantity", "weight that a learnt head gives to the word after"),
        Measure("head", "clock"),
        Measure("offset", "quantity", "place of the word looked at most, from the word followed"),
    ),
    words=LEXICON,
)  # fmt: skip
