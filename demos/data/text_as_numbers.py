"""Text as numbers: tokens, a bag of words, and TF-IDF for your own sentences.

A computer cannot compute with words, so a sentence becomes a row of numbers, one column for each word known:

    tf(w, d) = how often word w occurs in sentence d                   the bag of words: order is lost
    idf(w) = ln((1 + n) / (1 + n_w)) + 1                               n sentences, n_w of them hold w
    v(w, d) = tf(w, d) · idf(w), then each row divided by its length

A word that is everywhere says little, so its idf is small; a rare word counts more. Two sentences are alike when their
rows point the same way: the cosine, here the sum of the products of the rows, is 1 for the same words and 0 for none
in common.

Sources: G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval" (1988); K. Sparck Jones
(1972) for idf; the smoothed formula is the one of scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Params,
    Prediction,
    Preset,
    Request,
    Tokens,
    param,
)
from demos.runtime.messages import listed, say

Array = NDArray[np.float64]
MOST_SENTENCES, MOST_WORDS = 6, 40
STOP = frozenset("a an the of on in at to is are was were and or it its this that el la los las un una de en y".split())
CHOICES = (
    say("the first and the second"),
    say("the first and the third"),
    say("another pair"),
    say("no pair has a word in common"),
)


class TextAsNumbersParams(Params):
    text: str = param(
        "The cat sat on the mat. The dog sat on the log. Dogs and cats are animals.",
        f"Your own sentences, 2 to {MOST_SENTENCES}, each ended by a full stop.", longest=400,
        aliases=("sentences", "words", "texto", "frases", "oraciones", "palabras", "documents"),
    )  # fmt: skip
    stop_words: bool = param(
        True, "Whether little words such as 'the' and 'on' stay in.",
        aliases=(
            "little words", "stopwords", "filler words", "function words", "palabras vacías", "palabras funcionales",
        ),
    )  # fmt: skip
    pairs: bool = param(
        False, "Whether pairs of neighbouring words count as words too.",
        aliases=(
            "word pairs", "bigrams", "pairs of words", "neighbouring words", "two-word phrases", "pares",
            "pares de palabras", "bigramas", "bigram",
        ),
    )  # fmt: skip

    @model_validator(mode="after")
    def _has_sentences(self) -> TextAsNumbersParams:
        found = split(self.text)
        words = {word for sentence in found for word in tokens(sentence, self)}
        if not 2 <= len(found) <= MOST_SENTENCES or not 2 <= len(words) <= 2 * MOST_WORDS:
            raise ValueError(
                say(
                    "The text needs 2 to {most_sentences} sentences of words, each ended by a full stop",
                    most_sentences=MOST_SENTENCES,
                )
            )
        return self


def split(text: str) -> list[str]:
    """The sentences that hold at least one word."""
    return [part.strip() for part in re.split(r"[.!?;\n]+", text) if re.search(r"\w", part)]


def tokens(sentence: str, params: TextAsNumbersParams) -> list[str]:
    """Lower-case words, and pairs of neighbours when wanted."""
    words = [word for word in re.findall(r"\w+", sentence.lower()) if params.stop_words or word not in STOP]
    return words + ([say("{a} {b}", a=a, b=b) for a, b in pairwise(words)] if params.pairs else [])


def bag(documents: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Array:
    """tf: a row for each sentence, a column for each word."""
    return np.array([[float(document.count(word)) for word in vocabulary] for document in map(list, documents)])


def inverse_frequency(tf: Array) -> Array:
    """idf of every column."""
    result: Array = np.log((1 + len(tf)) / (1 + (tf > 0).sum(0))) + 1
    return result


def weigh(tf: Array) -> Array:
    """TF-IDF with rows of length one; a row of zeros stays one."""
    v = tf * inverse_frequency(tf)
    length = np.linalg.norm(v, axis=1, keepdims=True)
    result: Array = v / np.where(length == 0, 1, length)
    return result


def steps(params: TextAsNumbersParams) -> Iterator[Frame]:
    """Tokens, the bag of words, idf word by word, TF-IDF sentence by sentence, and the cosines."""
    story = Story(params)
    many = len(story.sentences)
    scenes = [story.opening(), *map(story.cut, range(many)), story.bag_of_words()]
    scenes += [*map(story.rarity, story.telling()), *map(story.weights, range(many))]
    yield from play([*scenes, *story.pairs(), story.ending()])


class Story:
    """Everything computed, and its scenes."""

    def __init__(self, params: TextAsNumbersParams) -> None:
        self.params, self.sentences = params, split(params.text)
        self.documents = [tokens(sentence, params) for sentence in self.sentences]
        self.vocabulary = sorted({word for document in self.documents for word in document})
        self.tf = bag(self.documents, self.vocabulary)
        self.idf, self.v = inverse_frequency(self.tf), weigh(self.tf)
        self.cosine = self.v @ self.v.T
        self.names = tuple(say("sentence {i}", i=i + 1) for i in range(len(self.sentences)))

    def opening(self) -> Scene:
        caption = say(
            "{sentences}, {map} tokens. To compare them, a computer needs numbers. First each sentence is cut "
            "into tokens, here words in lower case; then the tokens are counted.",
            sentences=count(len(self.sentences), "sentence"),
            map=sum(map(len, self.documents)),
        )
        everything = tuple(word for document in self.documents for word in document)
        return Scene(caption, (Tokens(title=say("All tokens"), tokens=everything),), {"tokens": len(everything)})

    def cut(self, i: int) -> Scene:
        words = self.documents[i]
        again = sorted(word for word in set(words) if words.count(word) > 1)
        caption = say(
            "Sentence {i} has {tokens}, {set} of them different. ",
            i=i + 1,
            tokens=count(len(words), "token"),
            set=len(set(words)),
        )
        caption += (
            say("'{again}' comes {again2} times.", again=again[0], again2=words.count(again[0]))
            if again
            else say("No word comes twice.")
        )
        if not self.params.stop_words:
            caption += say(" Little words such as 'the' have been left out.")
        marked = tuple(j for j, word in enumerate(words) if again and word == again[0])
        panel = Tokens(title=self.sentences[i][:60], tokens=tuple(words), marked=marked)
        return Scene(caption, (panel,), {"sentence": i + 1, "tokens": len(words)})

    def bag_of_words(self) -> Scene:
        zeros = int((self.tf == 0).sum())
        caption = say(
            "The bag of words: a column for each of the {vocabulary} words known, a row for each sentence, in it "
            "how often. {zeros} of {size} numbers are 0. The order is lost: 'dog bites man' and 'man bites "
            "dog' have the same row.",
            vocabulary=len(self.vocabulary),
            zeros=zeros,
            size=self.tf.size,
        )
        return Scene(
            caption,
            (self._matrix(say("word counts (tf)"), self.tf),),
            {"words": len(self.vocabulary)},
            say("bag of words"),
        )

    def telling(self) -> list[int]:
        """The two commonest and the two rarest words, the longest first among equals."""
        order = sorted(range(len(self.vocabulary)), key=lambda j: (self.idf[j], -len(self.vocabulary[j])))
        return list(dict.fromkeys([*order[:2], *order[-2:]]))

    def rarity(self, j: int) -> Scene:
        n, held = len(self.tf), int((self.tf[:, j] > 0).sum())
        caption = say(
            "How telling is '{vocabulary}'? It is in {held} of {n} sentences, so idf = ln({n2}/{held2}) + 1 = {idf}. ",
            vocabulary=self.vocabulary[j],
            held=held,
            n=n,
            n2=n + 1,
            held2=held + 1,
            idf=number(float(self.idf[j])),
        )
        caption += (
            say("It is in all of them, so it tells nothing apart.")
            if held == n
            else say("The fewer hold it, the more it counts.")
        )
        order = sorted({j, *ranked(self.idf)[:5].tolist(), *ranked(-self.idf)[:5].tolist()})
        bars = Bars(title=say("idf"), labels=tuple(self.vocabulary[k] for k in order), values=row(self.idf[order]))
        return Scene(
            caption, (bars, self._matrix(say("word counts (tf)"), self.tf)), {"idf": self.idf[j], "held_by": held}
        )

    def weights(self, i: int) -> Scene:
        top = first_largest(self.v[i])
        raw = float(self.tf[i, top] * self.idf[top])
        tf, idf = number(float(self.tf[i, top])), number(float(self.idf[top]), 2)
        caption = say(
            "Sentence {i}, TF-IDF: '{vocabulary}' weighs most, {tf}·{idf} = {raw}; divided by the "
            "length of the row {v}. ",
            i=i + 1,
            vocabulary=self.vocabulary[top],
            tf=tf,
            idf=idf,
            raw=number(raw, 2),
            v=number(float(self.v[i, top]), 2),
        )
        if self.vocabulary[top] in STOP:
            caption += say(
                "A little word wins by sheer number although it tells little: so stop words are often left out."
            )
        else:
            caption += say("Frequent here and rare elsewhere: that is what makes a word typical.")
        order = ranked(self.v[i])[:10]
        bars = Bars(
            title=say("sentence {i}", i=i + 1),
            labels=tuple(self.vocabulary[int(k)] for k in order),
            values=row(self.v[i][order]),
        )
        return Scene(caption, (bars, self._matrix(say("TF-IDF"), self.v)), {"sentence": i + 1, "top": self.v[i, top]})

    def pairs(self) -> Iterator[Scene]:
        """The cosine of every neighbouring pair, and of the closest."""
        for i in range(len(self.v) - 1):
            shared = [word for k, word in enumerate(self.vocabulary) if self.tf[i, k] and self.tf[i + 1, k]]
            value = float(self.cosine[i, i + 1])
            what = (
                say("share {listing}", listing=listed(", ", (repr(word) for word in shared[:4])))
                if shared
                else say("share no word")
            )
            caption = say(
                "Sentences {i} and {i2} {what}: cosine {value}. ", i=i + 1, i2=i + 2, what=what, value=number(value, 2)
            )
            caption += say("Only the words themselves count: 'cat' and 'cats' are as different as 'cat' and 'moon'.")
            yield Scene(caption, (self._cosines(), self._matrix(say("TF-IDF"), self.v)), {"cosine": value})

    def closest(self) -> tuple[int, int]:
        n = len(self.v)
        return max(((i, j) for i in range(n) for j in range(i + 1, n)), key=lambda pair: self.cosine[pair])

    def ending(self) -> Scene:
        i, j = self.closest()
        value = float(self.cosine[i, j])
        caption = (
            say(
                "Of all pairs, sentences {i} and {j} are closest: cosine {value}. ",
                i=i + 1,
                j=j + 1,
                value=number(value, 2),
            )
            if value
            else ""
        )
        caption += say(
            "{sentences} sentences became rows of {vocabulary} numbers. What is missing: order and meaning. "
            "Embeddings put words of like meaning close together.",
            sentences=len(self.sentences),
            vocabulary=len(self.vocabulary),
        )
        metrics = {"closest": value, "first": i + 1, "second": j + 1}
        return Scene(caption, (self._cosines(), self._matrix(say("TF-IDF"), self.v)), metrics, say("the closest pair"))

    def _matrix(self, title: str, values: Array) -> Heatmap:
        """Words downwards, so that their names can be read."""
        most = max(1.0, float(values.max()))
        return Heatmap(
            title=title,
            values=rows(values.T, 2),
            rows=tuple(self.vocabulary),
            columns=tuple(f"s{i + 1}" for i in range(len(values))),
            value_range=(0, most),
        )

    def _cosines(self) -> Heatmap:
        names = tuple(f"s{i + 1}" for i in range(len(self.v)))
        return Heatmap(title=say("cosine"), values=rows(self.cosine, 2), rows=names, columns=names, value_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    if last["closest"] == 0:
        return CHOICES[3]
    return {(1, 2): CHOICES[0], (1, 3): CHOICES[1]}.get((int(last["first"]), int(last["second"])), CHOICES[2])


DEMO = Demo(
    name="text_as_numbers",
    title="Text as numbers",
    slide=14,
    group="Data for AI Models",
    summary="Your own sentences as tokens, word counts and TF-IDF, and which two are most alike.",
    params=TextAsNumbersParams,
    steps=steps,
    look_for=(
        "In a bag of words the order is gone.",
        "A word that is in every sentence has the smallest idf.",
        "The cosine sees only equal words: 'cat' and 'cats' have nothing in common.",
    ),
    examples=(
        Request("Show me text as numbers"),
        Request('Bag of words for "Dog bites man. Man bites dog."', {"text": "Dog bites man. Man bites dog."}),
        Request("TF-IDF without stop words", {"stop_words": False}),
        Request(
            'tf-idf of "The sun is hot. The moon is cold. Ice is cold."',
            {"text": "The sun is hot. The moon is cold. Ice is cold."},
        ),
        Request("turn language data into numbers with word pairs", {"pairs": True}),
        Request("show tokens and word counts, no stop words, with bigrams", {"stop_words": False, "pairs": True}),
        Request('texto como números: "El gato duerme. El perro duerme."', {"text": "El gato duerme. El perro duerme."}),
        Request("Run the bag of words step by step"),
        Request(
            "Count the words of \"Rain falls. Snow falls. Rain is wet.\" and say which two sentences are most alike",
            {"text": "Rain falls. Snow falls. Rain is wet."},
        ),
        Request("Turn my sentences into rows of a table of counts"),
        Request("Weigh rare words higher than common ones and leave out stop words", {"stop_words": False}),
        Request(
            "Cuenta las palabras de \"Llueve mucho. Nieva mucho.\" con bigramas",
            {"text": "Llueve mucho. Nieva mucho.", "pairs": True},
        ),
    ),
    presets={
        "animals": Preset(
            "Cats and dogs", {},
            "The first two share words; the third is about the same animals but shares none.",
            (Claim("first", "==", 1), Claim("second", "==", 2), Claim("cosine", "==", 0)),
        ),
        "order": Preset(
            "Who bites whom?",
            {"text": "Dog bites man. Man bites dog. The man walks."},
            "The first two have the same row: a bag of words does not know who bites.", (Claim("closest", "==", 1),),
        ),
        "pairs": Preset(
            "Pairs of words",
            {"text": "Dog bites man. Man bites dog. The man walks.", "pairs": True},
            "With pairs as tokens some of the order comes back, and the rows differ.", (Claim("closest", "<", 1),),
        ),
    },
    prediction=Prediction("Which two sentences will be closest?", CHOICES, _check),
    aliases=(
        "bag of words", "tf-idf", "tfidf", "language data", "tokenisation", "texto como números", "text to numbers",
        "words to numbers", "term frequency", "word count", "word counts", "count words", "count vectors",
        "one-hot words", "tokenization", "tokenise", "tokenize", "bolsa de palabras", "texto a números",
        "contar palabras", "palabras como números", "datos de lenguaje", "text vectors",
    ),
    measures=(
        Measure("cosine", "quantity", "cosine of the pair shown"),
        Measure("closest", "quantity", "largest cosine of any pair"),
        Measure("idf", "quantity", "idf of the word shown"),
        Measure("words", "size", "words in the vocabulary"),
        Measure("tokens", "size"),
    ),
)  # fmt: skip
