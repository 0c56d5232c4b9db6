"""Tells the demo bert: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language.bert import EDGE, MASK, UNKNOWN, Array, BertParams, model, on_held_out, run, words_of
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, rows
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
    Table,
    Tokens,
    Words,
)
from demos.runtime.messages import say

SHOWN = 8


def steps(params: BertParams) -> Iterator[Frame]:
    """One word hidden and looked for, its attention both ways, then every word in turn, and the comparison."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one sentence."""

    def __init__(self, params: BertParams) -> None:
        self.params = params
        self.words = words_of(params)
        self.tokens = model().tokens(self.words)
        self.place = min(params.mask, len(self.words))

    def scenes(self) -> list[Scene]:
        self.p, self.attention, self.found = run(self.params)
        told = [self.hidden(), *(self.looking(block) for block in range(len(self.attention)))]
        told += [self.blinded(side) for side in ("after", "before")]
        told += [self.rival()]
        told += [self.each(place) for place in range(1, len(self.words) + 1)]
        return [*told, self.ending()]

    def opening(self) -> Scene:
        unknown = [word for word, token in zip(self.words, self.tokens[1:], strict=False) if token == UNKNOWN]
        caption = say(
            "{words}. The model knows {words2} words of the course and has never seen this sentence{unless_it}. ",
            words=count(len(self.words), "word"),
            words2=len(model().words),
            unless_it=""
            if self.params.sentence.strip().lower() == "draw one"
            else say(", unless it stands in the notes"),
        )
        caption += say("It does not know '{unknown}'. ", unknown=unknown[0]) if unknown else ""
        caption += say("Guess with it: word {place} will be hidden.", place=self.place)
        return Scene(
            caption, (Tokens(title=say("The sentence"), tokens=tuple(self.words), marked=(self.place - 1,)),), {}
        )

    def hidden(self) -> Scene:
        p = self.p[self.place]
        truth = self.tokens[self.place]
        rank = 1 + int((p > p[truth]).sum())
        best = first_largest(p)
        caption = say(
            "Word {place} is hidden. From both sides the model guesses '{words}' ({p}). ",
            place=self.place,
            words=model().words[best],
            p=number(p[best], 3),
        )
        if truth == UNKNOWN:
            caption += say("The right word '{words}' is not in its vocabulary.", words=self.words[self.place - 1])
        else:
            caption += say(
                "The right word '{words}' gets {p}, rank {rank} of {p2}; blind guessing would give it {p3}.",
                words=self.words[self.place - 1],
                p=number(p[truth], 3),
                rank=rank,
                p2=len(p),
                p3=number(1 / len(p), 4),
            )
        return Scene(
            caption,
            (self._masked(self.place), self._bars(say("Guesses"), p, truth)),
            {"rank": rank},
            say("the hidden word"),
        )

    def looking(self, block: int) -> Scene:
        head = self.attention[block][self.params.head - 1]
        before, after = head[self.place, : self.place].sum(), head[self.place, self.place + 1 :].sum()
        j = first_largest(head[self.place])
        names = self._names()
        caption = say(
            "Block {block}, head {head}: the mask takes {before} of its attention from words before it and "
            "{after} from words after it; most from '{names}' ({head2}). GPT could not look to the right. "
            "Each row sums to one.",
            block=block + 1,
            head=self.params.head,
            before=number(before, 2),
            after=number(after, 2),
            names=names[j],
            head2=number(head[self.place, j], 2),
        )
        square = Heatmap(
            title=say("block {block}, head {head}", block=block + 1, head=self.params.head),
            values=rows(head, 2),
            rows=names,
            columns=tuple(names),
            value_range=(0, 1),
            show_values=len(names) < 10,
            row_label=say("looks"),
            column_label=say("looked at"),
        )
        shares = row(head[self.place])
        panels = (
            square,
            Tokens(title=say("What the mask looks at"), tokens=names, weights=shares, marked=(self.place,)),
        )
        return Scene(caption, panels, {"before": before, "after": after}, say("both ways") if block == 0 else "")

    def blinded(self, side: str) -> Scene:
        tokens = list(self.tokens)
        for place in range(1, len(tokens) - 1):
            if (place > self.place and side == "after") or (place < self.place and side == "before"):
                tokens[place] = MASK
        p, truth = model().guess(tokens, self.place), self.tokens[self.place]
        full, named = float(self.p[self.place][truth]), say("after") if side == "after" else say("before")
        caption = say(
            "Now all words {side} it are hidden as well. '{words}' gets {p} instead of {full}. ",
            side=named,
            words=self.words[self.place - 1],
            p=number(float(p[truth]), 4),
            full=number(full, 4),
        )
        caption += say("That side had helped.") if p[truth] < full else say("That side had not helped here.")
        return Scene(
            caption,
            (self._masked(self.place), self._bars(say("Guesses without the words {side}", side=named), p, truth)),
            {"probability": float(p[truth])},
        )

    def rival(self) -> Scene:
        p = model().bigram(self.tokens[self.place - 1])
        truth = self.tokens[self.place]
        ours = float(self.p[self.place][truth])
        before = say("the beginning") if self.place == 1 else f"'{self.words[self.place - 2]}'"
        caption = say(
            "The bigram model sees {before} and nothing else. It gives '{words}' {p}, BERT gives {ours}. It has "
            "counted pairs; it cannot know what comes after the gap.",
            before=before,
            words=self.words[self.place - 1],
            p=number(float(p[truth]), 4),
            ours=number(ours, 4),
        )
        panels = (self._bars(say("Bigram"), p, truth), self._bars(say("BERT"), self.p[self.place], truth))
        return Scene(caption, panels, {"bigram": float(p[truth]), "bert": ours}, say("the rival"))

    def each(self, place: int) -> Scene:
        p = model().guess(self.tokens, place)
        best = first_largest(p)
        word = self.words[place - 1]
        if place in self.found:
            ours, theirs = self.found[place]
            better = say("BERT is nearer") if ours > theirs else say("the bigram is nearer")
            caption = say(
                "Only word {place} hidden: the guess is '{words}' ({p}). '{word}' gets {ours} from BERT and {theirs} "
                "from the bigram model: {better} here.",
                place=place,
                words=model().words[best],
                p=number(p[best], 2),
                word=word,
                ours=number(ours, 4),
                theirs=number(theirs, 4),
                better=better,
            )
        else:
            ours = theirs = 0.0
            caption = say(
                "Only word {place} hidden: the guess is '{words}' ({p}). '{word}' was seen too seldom to be in the "
                "vocabulary, so neither model can name it.",
                place=place,
                words=model().words[best],
                p=number(p[best], 2),
                word=word,
            )
        panels = (self._masked(place), self._bars(say("Guesses"), p, self.tokens[place]))
        return Scene(caption, panels, {"bert": ours, "bigram": theirs}, say("every word in turn") if place == 1 else "")

    def ending(self) -> Scene:
        wins = sum(ours > theirs for ours, theirs in self.found.values())
        ours, theirs = on_held_out()
        caption = say(
            "In this sentence BERT was nearer at {wins} of {found} known words. Over 25 sentences kept apart the "
            "right word gets {exp} from BERT and {exp2} from bigrams, as geometric means. Looking both ways pays, "
            "but a BERT cannot write on from here.",
            wins=wins,
            found=len(self.found),
            exp=number(float(np.exp(ours)), 3),
            exp2=number(float(np.exp(theirs)), 3),
        )
        places = sorted(self.found)
        body = tuple((self.words[place - 1], *(f"{p:.4f}" for p in self.found[place])) for place in places)
        columns = (say("word"), say("BERT"), say("bigram"))
        nearer = tuple(i for i, place in enumerate(places) if self.found[place][0] > self.found[place][1])
        panels = (
            Table(
                title=say("Probability of each word; bold where BERT is nearer"),
                columns=columns,
                rows=body,
                highlight=nearer,
            ),
            Bars(
                title=say("Probability, geometric mean"),
                labels=(say("BERT"), say("bigram")),
                values=row(np.exp([ours, theirs]), 4),
            ),
        )
        return Scene(
            caption,
            panels,
            {"wins": wins, "bert": ours, "bigram": theirs},
            say("the end"),
        )

    def _names(self) -> tuple[str, ...]:
        names = [
            model().words[token] if token <= EDGE else word
            for token, word in zip(self.tokens, ["", *self.words, ""], strict=True)
        ]
        names[self.place] = "[MASK]"
        return tuple(names)

    def _masked(self, place: int) -> Panel:
        tokens = tuple("[MASK]" if index + 1 == place else word for index, word in enumerate(self.words))
        return Tokens(title=say("What the model sees"), tokens=tokens, marked=(place - 1,))

    def _bars(self, title: str, p: Array, truth: int) -> Panel:
        order = [int(k) for k in ranked(p)[:SHOWN]]
        if truth not in order and truth != UNKNOWN:
            order.append(truth)
        labels = tuple(f"{'> ' if k == truth else ''}{model().words[k]}" for k in order)
        return Bars(
            title=title, labels=labels, values=row((p[k] for k in order), 4), value_range=(0, max(0.2, float(p.max())))
        )


def _check(frames: Sequence[Frame]) -> str:
    rank = next(frame.metrics["rank"] for frame in frames if frame.moment == "the hidden word")
    return "yes" if rank == 1 else "no, but among ten" if rank <= 10 else "no"


LEXICON = {
    "sentence": Words(("text", "oración", "frase", "texto", "phrase")),
    "mask": Words((
        "word", "hide word", "hidden word", "mask word", "hide", "hides", "hidden", "masked", "masks", "word number",
        "palabra", "oculta", "palabra oculta", "máscara",
    )),
    "head": Words(("attention head", "heads", "cabeza", "cabeza de atención")),
}  # fmt: skip


DEMO = Demo(
    name="bert",
    title="BERT",
    slide=47,
    group="Transformers and Language Models",
    summary="Hidden words of course sentences guessed from both sides, against a bigram model that sees one.",
    params=BertParams,
    steps=steps,
    look_for=(
        "The mask takes attention from words before and after it.",
        "Hide one side as well, and the guess changes.",
        "The bigram model knows only the word before.",
    ),
    examples=(
        Request("Show me BERT"),
        Request("BERT with word 5 hidden", {"mask": 5}),
        Request('Run BERT on "a neuron learns from mistakes"', {"sentence": "a neuron learns from mistakes"}),
        Request("masked language model: attention head 3", {"head": 3}),
        Request("BERT, hide word 2, seed 4", {"mask": 2, "seed": 4}),
        Request('muestra BERT con "the network learns from data"', {"sentence": "the network learns from data"}),
        Request("What does head 2 of BERT look at? Show me.", {"head": 2}),
        Request("watch a masked word being guessed from both sides"),
        Request(
            "Guess the missing word of \"the network learns from examples\" from both sides",
            {"sentence": "the network learns from examples"},
        ),
        Request("Fill in the blank: hide word 4 of a sentence and guess it", {"mask": 4}),
        Request("Show an encoder that reads left and right context at once, head 2", {"head": 2}),
        Request("Adivina la palabra 3 de una oración mirando a ambos lados", {"mask": 3}),
    ),
    presets={
        "held": Preset(
            "A sentence kept apart", {},
            "It was not in the training text: guess with the model.",
            (Claim("bert", ">", "bigram"),),
        ),
        "own": Preset(
            "Your own", {"sentence": "a network learns from examples"},
            "Write in the course's words.",
            (Claim("bert", ">", "bigram"),),
        ),
        "other": Preset(
            "Another one", {"seed": 3, "mask": 5, "head": 2},
            "Another sentence, another head.",
            (Claim("bert", ">", "bigram"),),
        ),
    },
    prediction=Prediction("Will the hidden word be its first guess?", ("yes", "no, but among ten", "no"), _check),
    aliases=(
        "masked language model", "masked words", "masked word", "bidirectional encoder", "masked lm", "mlm",
        "masked language modelling", "masked language modeling", "masked token", "fill in the blank", "fill-mask",
        "cloze", "hidden word", "hidden words", "missing word", "bidirectional transformer", "palabra oculta",
        "palabras ocultas", "palabra enmascarada", "modelo enmascarado",
    ),
    measures=(
        Measure("wins", "score", "words at which BERT was nearer than bigrams"),
        Measure("bert", "score", "mean log probability of the right word from BERT"),
        Measure("bigram", "quantity", "mean log probability of the right word from bigrams"),
        Measure("rank", "quantity", "rank of the hidden word"),
        Measure("probability", "quantity", "probability of the word shown"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
