"""Tells the demo seq2seq: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language._translation import END, HIDDEN, MOST_PHRASES, TRIALS
from demos.language.seq2seq import Seq2seqParams, curve, run
from demos.lib.prelude import open_with
from demos.lib.ranking import ranked
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


def steps(params: Seq2seqParams) -> Iterator[Frame]:
    """Reading word by word, the vector handed over, writing word by word, and how length matters."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one translation."""

    def __init__(self, params: Seq2seqParams) -> None:
        self.english, self.wanted, self.seen = run(params)
        pairs = zip(self.seen.words, self.wanted, strict=False)
        self.wrong = next((i for i, (a, b) in enumerate(pairs) if a != b), -1)
        if self.wrong < 0 and len(self.seen.words) != len(self.wanted):
            self.wrong = min(len(self.seen.words), len(self.wanted)) - 1

    def scenes(self) -> list[Scene]:
        told = [self.reading(j) for j in range(len(self.english))]
        told.append(self.handing_over())
        told += [self.writing(i) for i in range(len(self.seen.words))]
        return [*told, self.lengths(), self.ending()]

    def opening(self) -> Scene:
        caption = say(
            "{words} to translate. The right answer has {wanted} words: in Spanish the adjective comes last, and "
            "article and adjective follow the noun. The encoder may keep {hidden} numbers, whatever the length.",
            words=count(len(self.english), "word"),
            wanted=len(self.wanted) - 1,
            hidden=HIDDEN,
        )
        panels = (
            Tokens(title=say("English"), tokens=tuple(self.english)),
            Tokens(title=say("Right Spanish"), tokens=tuple(self.wanted)),
        )
        return Scene(caption, panels, {"words": len(self.english)})

    def reading(self, j: int) -> Scene:
        states = self.seen.states
        moved = float(np.linalg.norm(states[j] - (states[j - 1] if j else 0)))
        kept = float(states[j] @ states[0] / (np.linalg.norm(states[j]) * np.linalg.norm(states[0])))
        caption = say(
            "Reading '{english}', word {j}: the state moves by {moved}. Its cosine with the state after the first "
            "word is {kept}: each new word has to find room in the same {hidden} numbers.",
            english=self.english[j],
            j=j + 1,
            moved=number(moved, 2),
            kept=number(kept, 2),
            hidden=HIDDEN,
        )
        return Scene(caption, (self._states(j + 1), self._tokens(j)), {"word": j + 1}, say("reading") if j == 0 else "")

    def handing_over(self) -> Scene:
        c = self.seen.states[-1]
        caption = say(
            "Handed over: the last state and nothing else, {hidden} numbers for {english} words, {hidden2} a "
            "word. The decoder never sees the English again.",
            hidden=HIDDEN,
            english=len(self.english),
            hidden2=number(HIDDEN / len(self.english), 1),
        )
        panel = Heatmap(title=say("the vector c"), values=rows(c.reshape(6, -1), 2), value_range=(-1, 1))
        return Scene(caption, (panel,), {"numbers_a_word": HIDDEN / len(self.english)}, say("the bottleneck"))

    def writing(self, i: int) -> Scene:
        word, sure = self.seen.words[i], self.seen.certainty[i]
        wanted = self.wanted[i] if i < len(self.wanted) else say("nothing")
        caption = say(
            "Word {i}: it writes '{word}' with probability {sure}. ", i=i + 1, word=word, sure=number(sure, 2)
        )
        if word == wanted:
            caption += say("That is right.") if word != END else say("The full stop ends it.")
        elif i == self.wrong:
            caption += say(
                "'{wanted}' would be right: the first mistake. What that word was got lost on the way here.",
                wanted=wanted,
            )
        else:
            caption += say(
                "'{wanted}' would be right here. What it wrote before is read back in, so mistakes "
                "bring more mistakes.",
                wanted=wanted,
            )
        if self.seen.words.count(word) > 4 and word != "y":
            caption += say(" It repeats itself, having lost count.")
        panels = (
            Tokens(
                title=say("Written"),
                tokens=tuple(self.seen.words[: i + 1]),
                weights=row(self.seen.certainty[: i + 1]),
                marked=(i,),
            ),
            Tokens(title=say("Right Spanish"), tokens=tuple(self.wanted), marked=(i,) if i < len(self.wanted) else ()),
        )
        moment = say("the first mistake") if i == self.wrong else say("writing") if i == 0 else ""
        return Scene(caption, panels, {"word": i + 1, "probability": sure}, moment)

    def lengths(self) -> Scene:
        shares = curve()
        caption = say(
            "Measured now on {trials} new sentences of each length: {shares} % without a mistake at 1 phrase, "
            "{shares2} % at 4, {shares3} % at {most_phrases}, though it was trained on all of these "
            "lengths. The vector is full.",
            trials=TRIALS,
            shares=number(100 * shares[0], 0),
            shares2=number(100 * shares[3], 0),
            shares3=number(100 * shares[-1], 0),
            most_phrases=MOST_PHRASES,
        )
        return Scene(caption, (self._curve(),), {"exact_at_8": shares[-1]}, say("length hurts"))

    def ending(self) -> Scene:
        right = sum(a == b for a, b in zip(self.seen.words, self.wanted, strict=False))
        caption = say("{right} of {wanted} words stand where they should. ", right=right, wanted=len(self.wanted))
        if self.wrong < 0:
            caption += say(
                "This sentence of {english} words fitted into {hidden} numbers. Try more phrases.",
                english=len(self.english),
                hidden=HIDDEN,
            )
        else:
            caption += say(
                "The first mistake came at word {wrong}. One vector for a whole sentence is a bottleneck; attention "
                "lets the decoder look back at every word instead.",
                wrong=self.wrong + 1,
            )
        panels: tuple[Panel, ...] = (
            Tokens(title=say("Written"), tokens=tuple(self.seen.words)),
            Tokens(title=say("Right Spanish"), tokens=tuple(self.wanted)),
            self._curve(),
        )
        return Scene(caption, panels, {"right": right, "exact": float(self.wrong < 0)}, say("the end"))

    def _states(self, upto: int) -> Panel:
        return Heatmap(title=say("Encoder states, a row a word"), values=rows(self.seen.states[:upto], 2),
                       rows=tuple(self.english[:upto]), value_range=(-1, 1), show_values=False)  # fmt: skip

    def _tokens(self, j: int) -> Panel:
        sizes = np.abs(self.seen.states[j])
        order = ranked(sizes)[:8]
        labels = tuple(f"h{k + 1}" for k in order)
        return Bars(title=say("Its largest numbers now"), labels=labels, values=row(self.seen.states[j][order]))

    def _curve(self) -> Panel:
        line = Series(name=say("without attention"), x=row(range(1, MOST_PHRASES + 1)), y=row(curve()))
        return Curve(title=say("Share without a mistake"), series=(line,), x_label=say("phrases"), y_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["exact"] else "no"


LEXICON = {
    "sentence": Words(("text", "translate", "oración", "traduce", "texto", "phrase to translate")),
    "phrases": Words(("length", "sentence length", "phrase", "frases", "longitud", "sentences of")),
}  # fmt: skip


DEMO = Demo(
    name="seq2seq",
    title="Sequence to sequence",
    slide=32,
    group="Language Models",
    summary="An encoder presses a sentence into one vector, a decoder translates from it, and long ones fail.",
    params=Seq2seqParams,
    steps=steps,
    look_for=(
        "The decoder sees one vector and never the sentence.",
        "The first mistake brings more, as each word written is read back in.",
        "The share of perfect translations falls with length.",
    ),
    examples=(
        Request("Show me sequence to sequence"),
        Request("Run seq2seq with 8 phrases", {"phrases": 8}),
        Request(
            'Translate "the red cat and the old house" with seq2seq', {"sentence": "the red cat and the old house"}
        ),
        Request("encoder-decoder on a sentence length of 2", {"phrases": 2}),
        Request("How does seq2seq fail on long sentences? Show it with 7 phrases.", {"phrases": 7}),
        Request('traduce con seq2seq: "the small bird"', {"sentence": "the small bird"}),
        Request("sequence-to-sequence with three phrases and seed 5", {"phrases": 3, "seed": 5}),
        Request("watch an encoder decoder translate"),
        Request("Squeeze a sentence into one vector and write the translation from it"),
        Request("Show how a translator without attention forgets long sentences, 8 phrases", {"phrases": 8}),
        Request(
            "Translate \"the white dog and the small house\" through a single vector",
            {"sentence": "the white dog and the small house"},
        ),
        Request("Traduce frases de 3 partes con un codificador y un decodificador: 3 frases", {"phrases": 3}),
    ),
    presets={
        "five": Preset("Five phrases", {}, "Five phrases: more than the vector holds.", (Claim("exact", "==", 0),)),
        "short": Preset("Short", {"phrases": 2}, "Two phrases fit easily.", (Claim("exact", "==", 1),)),
        "long": Preset(
            "Too long", {"phrases": 8},
            "Eight phrases do not fit: find the first mistake.",
            (Claim("exact", "==", 0), Claim("exact_at_8", "==", 0)),
        ),
        "own": Preset(
            "Your own", {"sentence": "the white house and the small bird"},
            "Gender has to be looked up in the noun.",
            (Claim("exact", "==", 1),),
        ),
    },
    prediction=Prediction("Will the translation be without a mistake?", ("yes", "no"), _check),
    aliases=(
        "seq2seq", "sequence-to-sequence", "encoder-decoder", "encoder decoder", "secuencia a secuencia", "seq to seq",
        "sequence to sequence model", "encoder and decoder", "encoder–decoder", "encoder decoder network",
        "translation without attention", "context vector", "bottleneck of translation", "sutskever",
        "codificador decodificador", "traducción sin atención", "vector de contexto",
    ),
    measures=(
        Measure("exact", "score", "1 when the whole sentence is right"),
        Measure("right", "score", "words in their place"),
        Measure("probability", "quantity", "probability of the word written"),
        Measure("exact_at_8", "accuracy", "share of sentences of 8 phrases all right"),
        Measure("word", "clock"),
    ),
    words=LEXICON,
)  # fmt: skip
