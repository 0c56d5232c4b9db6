"""Tells the demo embeddings: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language.embeddings import Embed, EmbeddingsParams, run, solve
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, play, points, row, rows
from demos.lib.wording import count, number
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
    Scatter,
    Tokens,
    Words,
)
from demos.runtime.messages import listed, say


def steps(params: EmbeddingsParams, embed: Embed) -> Iterator[Frame]:
    """Words, numbers, cosines, the plane, the neighbours of each word, an analogy, and the closest pair."""
    yield from play(Story(params, embed).scenes())


class Story:
    """Tells one list of words."""

    def __init__(self, params: EmbeddingsParams, embed: Embed) -> None:
        self.params = params
        self.words, self.vectors, self.likeness, self.at, self.kept = run(params, embed)

    def scenes(self) -> list[Scene]:
        told = [self.opening(), self.numbers(), self.matrix(), self.plane()]
        told += [self.neighbours(index) for index in range(len(self.words))]
        if self.params.analogy:
            told.append(self.analogy())
        return [*told, self.pair(False), self.pair(True)]

    def opening(self) -> Scene:
        n, d = self.vectors.shape
        caption = say(
            "{n} words go into the tutor's embedder, and each comes out as {d} numbers. To a computer the letters "
            "of '{words}' and '{words2}' say nothing about their meaning; these numbers do.",
            n=n,
            d=d,
            words=self.words[0],
            words2=self.words[1],
        )
        return Scene(
            caption, (Tokens(title=say("Your words"), tokens=tuple(self.words)),), {"words": n, "dimension": d}
        )

    def numbers(self) -> Scene:
        first = self.vectors[0]
        caption = say(
            "'{words}' begins {listing}, and has length {norm}. No single number has a meaning one could name; "
            "compare whole rows. Here are the first 24 numbers of each.",
            words=self.words[0],
            listing=listed(", ", (number(v) for v in first[:4])),
            norm=number(float(np.linalg.norm(first)), 2),
        )
        some = self.vectors[:, :24]
        most = float(np.abs(some).max()) or 1.0
        panel = Heatmap(title=say("first numbers of each word"), values=rows(some), rows=tuple(self.words),
                        value_range=(-most, most), show_values=False)  # fmt: skip
        return Scene(caption, (panel,), {}, say("the vectors"))

    def matrix(self) -> Scene:
        off = self.likeness[~np.eye(len(self.words), dtype=bool)]
        caption = say(
            "The cosine of each pair, from {off} to {off2} off the diagonal. Blue squares away from the diagonal "
            "are words that the embedder finds alike. It was never told what any of them means.",
            off=number(off.min(), 2),
            off2=number(off.max(), 2),
        )
        panel = Heatmap(title=say("cosines"), values=rows(self.likeness, 2), rows=tuple(self.words),
                        columns=tuple(self.words), value_range=self._range())  # fmt: skip
        return Scene(caption, (panel,), {"largest": off.max()}, say("cosines"))

    def plane(self) -> Scene:
        caption = say(
            "The words in the plane in which they differ most. It keeps {kept} % of their spread; the rest lies "
            "in {shape} more directions that no plane can show.",
            kept=number(100 * self.kept, 0),
            shape=min(self.vectors.shape[1], len(self.words) - 1) - 2,
        )
        return Scene(caption, (self._plane(()),), {"kept": self.kept}, say("the plane"))

    def neighbours(self, index: int) -> Scene:
        order = [int(j) for j in ranked(self.likeness[index]) if j != index]
        near = order[: self.params.neighbours]
        named = listed(
            ", ",
            (
                say("'{words}' ({likeness})", words=self.words[j], likeness=number(self.likeness[index, j], 2))
                for j in near
            ),
        )
        far = order[-1]
        caption = say(
            "Nearest to '{words}': {named}. Furthest: '{words2}' ({likeness}). The bars are cosines in the full "
            "space; the plane may disagree with them.",
            words=self.words[index],
            named=named,
            words2=self.words[far],
            likeness=number(self.likeness[index, far], 2),
        )
        bars = Bars(
            title=say("cosine with '{words}'", words=self.words[index]),
            labels=tuple(self.words[j] for j in order),
            values=row(self.likeness[index, j] for j in order),
            value_range=(min(0.0, float(self.likeness.min())), 1),
        )
        return Scene(caption, (bars, self._plane((index, *near))), {"nearest": self.likeness[index, order[0]]})

    def analogy(self) -> Scene:
        best, fit = solve(self.vectors, 0, 1, 2)
        a, b, c = self.words[:3]
        caption = say(
            "'{a}' is to '{b}' as '{c}' is to ... v({b}) - v({a}) + v({c}) comes nearest to '{words}' ({fit}), "
            "these three left out. It often works for pairs such as king and queen, and often does "
            "not: judge for yourself.",
            a=a,
            b=b,
            c=c,
            words=self.words[best],
            fit=number(fit[best], 2),
        )
        order = [int(j) for j in ranked(fit) if j > 2]
        bars = Bars(
            title=say("cosine with the sum"), labels=tuple(self.words[j] for j in order), values=row(fit[order])
        )
        return Scene(caption, (bars, self._plane((0, 1, 2, best))), {"fit": fit[best]}, say("analogy"))

    def pair(self, last: bool) -> Scene:
        n = len(self.words)
        i, j = max(((i, j) for i in range(n) for j in range(i + 1, n)), key=lambda pair: float(self.likeness[pair]))
        first = np.delete(self.likeness[0], 0)
        nearest = 1 + first_largest(first)
        metrics = {"largest": self.likeness[i, j], "first_and_second": float(nearest == 1)}
        if not last:
            caption = say(
                "Of {n} pairs '{words}' and '{words2}' are the most alike: cosine {likeness}.",
                n=n * (n - 1) // 2,
                words=self.words[i],
                words2=self.words[j],
                likeness=number(self.likeness[i, j], 2),
            )
            return Scene(caption, (self._plane((i, j)),), metrics, say("the closest pair"))
        caption = say(
            "In sum: {words} as {shape} numbers each. Nearest to '{words2}' is '{words3}' ({likeness}); the "
            "closest pair has {likeness2}. The tutor finds passages of the course for your "
            "questions in the same way.",
            words=count(n, "word"),
            shape=self.vectors.shape[1],
            words2=self.words[0],
            words3=self.words[nearest],
            likeness=number(self.likeness[0, nearest], 2),
            likeness2=number(self.likeness[i, j], 2),
        )
        table = Heatmap(title=say("cosines"), values=rows(self.likeness, 2), rows=tuple(self.words),
                        columns=tuple(self.words), value_range=self._range(), show_values=False)  # fmt: skip
        return Scene(caption, (self._plane(()), table), metrics, say("the end"))

    def _range(self) -> tuple[float, float]:
        """The least and the largest cosine of a pair: an embedder's cosines may all be near 1, and what tells pairs
        apart is how much more alike one is than another."""
        off = self.likeness[~np.eye(len(self.words), dtype=bool)]
        low, high = round(float(off.min()), 2), round(float(off.max()), 2)
        return (low, high) if low < high else (0.0, 1.0)

    def _plane(self, marked: Sequence[int]) -> Panel:
        groups = [
            points(word, [self.at[index].tolist()])
            for index, word in enumerate(self.words)
            if index in marked or not marked
        ]
        if marked:
            rest = [self.at[index].tolist() for index in range(len(self.words)) if index not in marked]
            groups.append(points(say("others"), rest))
        return Scatter(
            title=say("The words in a plane"),
            groups=tuple(groups),
            x_label=say("component 1"),
            y_label=say("component 2"),
        )


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["first_and_second"] else "no"


LEXICON = {
    "words": Words(("list", "vocabulary", "palabras", "lista", "terms")),
    "neighbours": Words((
        "neighbors", "nearest words", "k", "nearest neighbours", "nearest neighbors", "closest words", "near words",
        "vecinos", "vecinas", "palabras cercanas",
    )),
    "analogy": Words(("analogies", "word arithmetic", "king queen", "analogía", "analogías")),
}  # fmt: skip


DEMO = Demo(
    name="embeddings",
    title="Embeddings",
    slide=31,
    group="Language Models",
    summary="Your own words as vectors of the tutor's embedder: cosines, a plane, neighbours and an analogy.",
    params=EmbeddingsParams,
    steps=steps,
    look_for=(
        "Words of like meaning have a high cosine, whatever their spelling.",
        "The plane keeps only a part of the spread: cosines are the truth.",
        "Analogies are sums of vectors, and do not always work.",
    ),
    examples=(
        Request("Show me embeddings"),
        Request('Embed the words "sun, moon, star, bread, butter"', {"words": "sun, moon, star, bread, butter"}),
        Request("word embeddings with 5 neighbours", {"neighbours": 5}),
        Request("Run the embedding demo without analogy", {"analogy": False}),
        Request(
            'place "Paris, France, Rome, Italy, Madrid, Spain" in the plane',
            {"words": "Paris, France, Rome, Italy, Madrid, Spain"},
        ),
        Request('muestra los embeddings de "gato, perro, coche, tren"', {"words": "gato, perro, coche, tren"}),
        Request("word vectors: one nearest word each, that is k = 1", {"neighbours": 1}),
        Request("see the embedding projector"),
        Request(
            "Put \"lion, tiger, wolf, chair, table\" on a map by their meaning",
            {"words": "lion, tiger, wolf, chair, table"},
        ),
        Request("Which words are close in meaning? Show 2 neighbours of each.", {"neighbours": 2}),
        Request("Solve king minus man plus woman with vectors"),
        Request("Muestra las palabras como vectores con 4 vecinos y sin analogía", {"neighbours": 4, "analogy": False}),
    ),
    presets={
        "mixed": Preset(
            "Kings, cats and cars", {},
            "Look for pairs: king and queen, cat and dog, apple and pear.",
            (Claim("words", "==", 10), Claim("largest", ">=", 0.5)),
        ),
        "capitals": Preset(
            "Capitals",
            {"words": "France, Paris, Italy, Rome, Spain, Madrid, Germany, Berlin"},
            "France is to Paris as Italy is to which city?", (Claim("words", "==", 8), Claim("largest", ">=", 0.5),),
        ),
        "course": Preset(
            "Words of the course",
            {
                            "words": "perceptron, neuron, layer, attention, transformer, translation, pixel, image, "
                            "convolution, poem"
                        },
            "What does the tutor's embedder make of the lecture's own words?",
            (Claim("words", "==", 10), Claim("largest", ">=", 0.5)),
        ),
    },
    prediction=Prediction("Will the second word be the nearest to the first?", ("yes", "no"), _check),
    aliases=(
        "embedding", "word embeddings", "word embedding", "word vectors", "embedding projector", "word2vec", "embed",
        "word embedder", "vector embeddings", "word vector", "word2vec vectors", "meaning vectors", "word similarity",
        "cosine similarity of words", "semantic similarity", "word analogies", "word analogy", "map of words",
        "vectores de palabras", "incrustaciones", "incrustaciones de palabras", "palabras como vectores",
        "proyector de embeddings", "embebidos",
    ),
    measures=(
        Measure("nearest", "quantity", "cosine with the nearest word"),
        Measure("largest", "quantity", "largest cosine of any pair"),
        Measure("kept", "quantity", "share of the variance in the plane"),
        Measure("fit", "quantity", "cosine of the best answer to the analogy"),
        Measure("words", "size"),
        Measure("dimension", "size"),
    ),
    needs=("embed",),
    words=LEXICON,
)  # fmt: skip
