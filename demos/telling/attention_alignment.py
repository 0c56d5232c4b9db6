"""Tells the demo attention_alignment: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language import seq2seq
from demos.language._translation import MOST_PHRASES, TRIALS
from demos.language.attention_alignment import AttentionAlignmentParams, curve, model, run
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import count, number
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
    Tokens,
    Words,
)
from demos.runtime.messages import say


def steps(params: AttentionAlignmentParams) -> Iterator[Frame]:
    """The sentence, each word written with what it looks at, the alignment, length, and the verdict."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one translation."""

    def __init__(self, params: AttentionAlignmentParams) -> None:
        self.english, self.wanted, self.seen, self.plain = run(params)
        self.alignment = np.array(self.seen.alignment)

    @property
    def crossings(self) -> int:
        """How often a word looks further back than the word before it: the order was changed there."""
        looks = self.alignment.argmax(1)
        return int((np.diff(looks) < 0).sum())

    def scenes(self) -> list[Scene]:
        told = [self.scoring()]
        told += [self.writing(i) for i in range(len(self.seen.words))]
        return [*told, self.aligned(), *(self.rival(i) for i in range(2)), self.lengths(), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "{words}, read into {english} states, one after each word. All of them stay in reach. For each of the "
            "{wanted} Spanish words the decoder will choose anew where to look.",
            words=count(len(self.english), "word"),
            english=len(self.english),
            wanted=len(self.wanted) - 1,
        )
        panels = (
            Tokens(title=say("English"), tokens=tuple(self.english)),
            Tokens(title=say("Right Spanish"), tokens=tuple(self.wanted)),
        )
        return Scene(caption, panels, {"words": len(self.english)})

    def scoring(self) -> Scene:
        w = model()
        state = np.tanh(w["bridge"] @ self.seen.states[-1])
        e = np.tanh(w["W"] @ state + self.seen.states @ w["U"].T) @ w["v"]
        first = self.alignment[0]
        j = first_largest(first)
        caption = say(
            "Before the first word every English state gets a score e = v·tanh(W·s + U·h), from {e} to {e2}. "
            "Softmax turns them into shares: '{english}' gets {first}. Note that the noun decides "
            "between 'el' and 'la'.",
            e=number(e.min(), 2),
            e2=number(e.max(), 2),
            english=self.english[j],
            first=number(first[j], 2),
        )
        labels = tuple(say("{k} {word}", k=k + 1, word=word) for k, word in enumerate(self.english))
        panels = (
            Bars(title=say("Scores e"), labels=labels, values=row(e)),
            Bars(title=say("Shares α"), labels=labels, values=row(first), value_range=(0, 1)),
        )
        return Scene(caption, panels, {"largest": first[j]}, say("the first look"))

    def writing(self, i: int) -> Scene:
        shares, word = self.alignment[i], self.seen.words[i]
        j = first_largest(shares)
        wanted = self.wanted[i] if i < len(self.wanted) else say("nothing")
        caption = say(
            "Word {i}, '{word}' ({certainty}), looks most at word {j}, '{english}' ({shares}). ",
            i=i + 1,
            word=word,
            certainty=number(self.seen.certainty[i], 2),
            j=j + 1,
            english=self.english[j],
            shares=number(shares[j], 2),
        )
        if word != wanted:
            caption += say("'{wanted}' would be right.", wanted=wanted)
        elif i and j < first_largest(self.alignment[i - 1]):
            caption += say("That is further left than the word before had looked: it does not have to keep the order.")
        elif word in ("el", "la"):
            caption += say("To write the article it needs the noun's gender.")
        else:
            caption += say("It steps on through the sentence.")
        panels = (
            Tokens(title=say("Looks at"), tokens=tuple(self.english), weights=row(shares), marked=(j,)),
            Tokens(title=say("Written"), tokens=tuple(self.seen.words[: i + 1]), marked=(i,)),
        )
        return Scene(caption, panels, {"word": i + 1, "share": shares[j]})

    def aligned(self) -> Scene:
        caption = say(
            "The alignment: a row for each Spanish word, a column for each English one; every row sums to one. "
            "{steps} back to the left: at adjectives, which Spanish puts after their noun, and after a look "
            "ahead. Nobody gave it a dictionary or told it what belongs together.",
            steps=count(self.crossings, "step"),
        )
        return Scene(caption, (self._matrix(),), {"steps_back": self.crossings}, say("the alignment"))

    def rival(self, half: int) -> Scene:
        right = sum(a == b for a, b in zip(self.plain.words, self.wanted, strict=False))
        mine = sum(a == b for a, b in zip(self.seen.words, self.wanted, strict=False))
        rival, name = (self.plain, say("without attention")) if half == 0 else (self.seen, say("with attention"))
        caption = say(
            "The same sentence {name}: {right} of {wanted} words stand where they should. Marked "
            "are those that do not. ",
            name=name,
            right=right if half == 0 else mine,
            wanted=len(self.wanted),
        ) + (say("It had one vector of 48 numbers.") if half == 0 else say("It had a vector for each word."))
        wrong = tuple(i for i, word in enumerate(rival.words) if i >= len(self.wanted) or word != self.wanted[i])
        panels = (
            Tokens(
                title=say("Without attention") if half == 0 else say("With attention"),
                tokens=tuple(rival.words),
                marked=wrong,
            ),
            Tokens(title=say("Right Spanish"), tokens=tuple(self.wanted)),
        )
        return Scene(
            caption, panels, {"right": right if half == 0 else mine}, say("against seq2seq") if half == 0 else ""
        )

    def lengths(self) -> Scene:
        ours, theirs = curve(), seq2seq.curve()
        caption = say(
            "Measured now on {trials} new sentences of each length. At {most_phrases} phrases {ours} % are "
            "without a mistake, {theirs} % without attention. Both were trained on the same sentences: "
            "length no longer hurts.",
            trials=TRIALS,
            most_phrases=MOST_PHRASES,
            ours=number(100 * ours[-1], 0),
            theirs=number(100 * theirs[-1], 0),
        )
        return Scene(caption, (self._curve(),), {"exact_at_8": ours[-1]}, say("length"))

    def ending(self) -> Scene:
        right = sum(a == b for a, b in zip(self.seen.words, self.wanted, strict=False))
        ok = self.seen.words == self.wanted
        sharp = float(self.alignment.max(1).mean())
        caption = say(
            "{right} of {wanted} words are right{not_all}; the word looked at most got {sharp} of the attention "
            "on average. The price: {wanted} x {english} = {size} scores instead of one vector.",
            right=right,
            wanted=len(self.wanted),
            not_all="" if ok else say(", not all"),
            sharp=number(sharp, 2),
            english=len(self.english),
            size=self.alignment.size,
        )
        metrics = {"right": right, "exact": float(ok), "steps_back": self.crossings}
        return Scene(caption, (self._matrix(), self._curve()), metrics, say("the end"))

    def _matrix(self) -> Panel:
        return Heatmap(
            title=say("Alignment α"),
            values=rows(self.alignment, 2),
            rows=tuple(self.seen.words),
            columns=tuple(self.english),
            value_range=(0, 1),
            show_values=len(self.english) <= 12,
            row_label=say("written"),
            column_label=say("looked at"),
        )

    def _curve(self) -> Panel:
        x = row(range(1, MOST_PHRASES + 1))
        lines = (
            Series(name=say("with attention"), x=x, y=row(curve())),
            Series(name=say("without"), x=x, y=row(seq2seq.curve())),
        )
        return Curve(title=say("Share without a mistake"), series=lines, x_label=say("phrases"), y_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    back = frames[-1].metrics["steps_back"]
    return "never" if back == 0 else "once or twice" if back < 3 else "more often"


LEXICON = {
    "sentence": Words(("text", "translate", "phrase to translate", "oración", "traduce", "texto")),
    "phrases": Words(("length", "sentence length", "phrase", "frases", "longitud", "sentences of")),
}  # fmt: skip


DEMO = Demo(
    name="attention_alignment",
    title="Attention and alignment",
    slide=34,
    group="Language Models",
    summary="Translation with attention: every word written shows where it looked, and length no longer hurts.",
    params=AttentionAlignmentParams,
    steps=steps,
    look_for=(
        "Every row of the alignment sums to one.",
        "Steps back to the left are where Spanish turns the order round.",
        "With attention the curve over length stays up; without it falls.",
    ),
    examples=(
        Request("Show me the alignment matrix"),
        Request("attention alignment with 6 phrases", {"phrases": 6}),
        Request('Bahdanau attention on "the red cat and the old house"', {"sentence": "the red cat and the old house"}),
        Request("neural machine translation with attention, sentence length 8", {"phrases": 8}),
        Request("run the attention network on two phrases", {"phrases": 2}),
        Request('traduce con atención: "the long street and the moon"', {"sentence": "the long street and the moon"}),
        Request("Where does the decoder look? attention alignment, 3 phrases, seed 2", {"phrases": 3, "seed": 2}),
        Request("watch a translator with attention"),
        Request("Let a translator look back at every word of the source, with 6 phrases", {"phrases": 6}),
        Request("Show which source word each translated word looks at"),
        Request(
            "Translate \"the old house and the moon\" and show where the decoder looks",
            {"sentence": "the old house and the moon"},
        ),
        Request("Muestra la alineación de palabras con 5 frases", {"phrases": 5}),
    ),
    presets={
        "four": Preset(
            "Four phrases", {},
            "Follow the shares word by word, then see them all as a matrix.",
            (Claim("exact", "==", 1),),
        ),
        "long": Preset(
            "Eight phrases", {"phrases": 8},
            "Eight phrases, and every word comes right.",
            (Claim("exact", "==", 1),),
        ),
        "order": Preset(
            "Order turned round", {"sentence": "the red house and the white moon"},
            "Adjectives follow their noun in Spanish: look for the steps back in the matrix.",
            (Claim("steps_back", ">=", 2),),
        ),
        "straight": Preset(
            "No adjectives", {"sentence": "the cat and the dog and the moon"},
            "Hardly any step back.",
            (Claim("steps_back", "<=", 1),),
        ),
    },
    prediction=Prediction(
        "How often will the decoder step back to the left in the sentence?",
        ("never", "once or twice", "more often"),
        _check,
    ),
    aliases=(
        "attention_network", "attention network", "attention networks", "bahdanau attention", "alignment matrix",
        "neural machine translation", "encoder-decoder attention", "red de atención", "attention in translation",
        "translation with attention", "translate with attention", "translator with attention", "attention alignments",
        "alignment of words", "word alignment", "nmt", "machine translation with attention", "additive attention",
        "cross-attention", "bahdanau", "soft alignment", "matriz de alineación", "alineación",
        "traducción automática neuronal", "traducción con atención", "redes de atención", "atención de bahdanau",
    ),
    measures=(
        Measure("exact", "score", "1 when the whole sentence is right"),
        Measure("right", "score", "words in their place"),
        Measure("share", "quantity", "attention of the word looked at most"),
        Measure("steps_back", "quantity", "steps back in the alignment"),
        Measure("exact_at_8", "accuracy", "share of sentences of 8 phrases all right"),
        Measure("word", "clock"),
    ),
    words=LEXICON,
)  # fmt: skip
