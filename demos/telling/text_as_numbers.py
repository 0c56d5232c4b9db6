"""Tells the demo text_as_numbers: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.data.text_as_numbers import (
    STOP,
    Array,
    TextAsNumbersParams,
    run,
)
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
    Prediction,
    Preset,
    Request,
    Tokens,
    Words,
)
from demos.runtime.messages import listed, say

CHOICES = (
    say("the first and the second"),
    say("the first and the third"),
    say("another pair"),
    say("no pair has a word in common"),
)


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
        done = run(params)
        self.params, self.sentences, self.documents = params, done.sentences, done.documents
        self.vocabulary, self.tf, self.idf, self.v = done.vocabulary, done.tf, done.idf, done.v
        self.cosine = done.cosine
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


LEXICON = {
    "text": Words(("sentences", "words", "texto", "frases", "oraciones", "palabras", "documents")),
    "stop_words": Words((
        "little words", "stopwords", "filler words", "function words", "palabras vacías", "palabras funcionales",
    )),
    "pairs": Words((
        "word pairs", "bigrams", "pairs of words", "neighbouring words", "two-word phrases", "pares",
        "pares de palabras", "bigramas", "bigram",
    )),
}  # fmt: skip


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
    words=LEXICON,
)  # fmt: skip
