"""Tells the demo gemini: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from demos.generation import _questions, gemini
from demos.generation._questions import CELLS, GRID, KINDS, WORDS
from demos.generation.gemini import BLOCKS, HEADS, WIDTH, Array, GeminiParams
from demos.lib.prelude import open_with
from demos.lib.ranking import first_largest, first_smallest, ranked
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
    Demo,
    Frame,
    Heatmap,
    Image,
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
from demos.telling._gallery import gallery

ANSWERS = (say("right with and without the picture"), say("right only with the picture"), say("wrong with the picture"))
TESTED = 40
"""Scenes asked about at the end."""


def steps(params: GeminiParams) -> Iterator[Frame]:
    """The plan; then the sequence, where the last token looks, the answer, other questions, and the blind rival."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: GeminiParams) -> None:
        self.params, self.asked = params, _questions.tidy(params.question)
        seen = gemini.see(params)
        self.scene, self.truth, self.random = seen.scene, seen.truth, seen.random
        self.shown, self.patches = seen.drawn, seen.patches

    def scenes(self) -> list[Scene]:
        self.w, self.found = gemini.load(), gemini.run(self.params)
        self.scores = [self._shares(each[0]) for each in self.found["scores"]]
        self.answer = WORDS[first_largest(self.scores[-1])]
        self.attention = [block["weights"][0, :, -1].numpy().astype(float) for block in self.found["blocks"]]
        self.no_eyes = self._say(np.full_like(self.shown, 0.08), self.asked)
        heads = [self.head(block, head) for block in range(BLOCKS) for head in range(HEADS)]
        return [self.cut(), self.patch(), self.word(), self.sequence(), *heads, *(self.depth(i) for i in range(BLOCKS)),
                self.said(), self.covered(), self.moved(), *self.others(), self.measured(), self.ending()]  # fmt: skip

    def _shares(self, scores: Any) -> Array:
        shares: Array = scores.softmax(-1).numpy().astype(float)
        return shares

    def _say(self, patches: Any, question: str) -> tuple[str, float]:
        """The answer and its probability."""
        shares = self._shares(gemini.answer(self.w, patches[None], [question])["scores"][-1][0])
        return WORDS[first_largest(shares)], float(shares.max())

    def plan(self) -> Scene:
        size = sum(int(np.prod(shape)) for shape in gemini.shapes().values())
        words = len(self.asked.split())
        text = say(
            "A picture with {things} shapes and the question '{question}' go into one transformer of {size} "
            "weights: {cells} patches and {words} words, side by side. ",
            things=self.params.things,
            question=self.params.question,
            size=size,
            cells=CELLS,
            words=words,
        )
        text += (
            say("The picture is hidden: the model gets an empty one, only you see this.")
            if self.params.blind
            else say("Answer it yourself before the model does.")
        )
        return Scene(text, (self._picture(),), {"patches": CELLS, "words": words})

    def cut(self) -> Scene:
        full = [thing.cell + 1 for thing in self.scene]
        text = say(
            "The picture is cut into {grid}x{grid} patches of 6x6 pixels, 108 numbers each, left to right and "
            "then down. Patches {listing} and {full} hold a shape; nobody tells the model which. In this small world "
            "a shape never lies on an edge between patches; real pictures are not so kind.",
            grid=GRID,
            listing=listed(", ", map(str, full[:-1])),
            full=full[-1],
        )
        return Scene(
            text,
            (self._picture(), gallery(say("patches"), self.patches, GRID)),
            {"shapes": len(full)},
            say("the patches"),
        )

    def patch(self) -> Scene:
        at = self.scene[0].cell
        token = self.found["tokens"][0, at].numpy().astype(float)
        text = say(
            "Patch {at}: its 108 numbers times a learnt matrix E become {width}, and the learnt vector of place "
            "{at} is added. The first is {token}. From here on this is a token like any word.",
            at=at + 1,
            width=WIDTH,
            token=number(float(token[0]), 2),
        )
        panels = (
            gallery(say("patch {at}", at=at + 1), self.patches[at : at + 1], 1),
            self._bars(say("its token, first 12"), token),
        )
        return Scene(text, panels, {"width": WIDTH}, say("a patch as a token"))

    def word(self) -> Scene:
        words = self.asked.split()
        w = self.w["word"].numpy().astype(float)
        word = next(
            each
            for each in reversed(words)
            if each in _questions.COLOURS + _questions.SHAPES or each in _questions.PLURALS.values()
        )
        vector = w[WORDS.index(word)]
        like = w @ vector / (np.linalg.norm(w, axis=1) * np.linalg.norm(vector))
        near = next(int(i) for i in ranked(like) if WORDS[i] != word)
        text = say(
            "The word '{word}' has a learnt vector of {width} numbers too: same width, same sequence. Its nearest "
            "among {words} words is '{words2}', cosine {like}. To the blocks it makes no difference which "
            "tokens were pixels once.",
            word=word,
            width=WIDTH,
            words=len(WORDS),
            words2=WORDS[near],
            like=number(float(like[near]), 2),
        )
        return Scene(
            text,
            (self._bars(say("'{word}', first 12", word=word), vector),),
            {"cosine": like[near]},
            say("a word as a token"),
        )

    def sequence(self) -> Scene:
        text = say(
            "The sequence: {cells} patches, then {split} words. Attention is causal: a token sees those before "
            "it, so words see the whole picture, and the last one, '?', sees all. What follows '?' is the answer, "
            "one of {words} words, guessed as a language model guesses its next word.",
            cells=CELLS,
            split=len(self.asked.split()),
            words=len(WORDS),
        )
        names = self._names()
        panel = Tokens(title=say("One sequence"), tokens=names, marked=(len(names) - 1,))
        return Scene(text, (self._picture(), panel), {"tokens": len(names)}, say("one sequence"))

    def _names(self) -> tuple[str, ...]:
        return (*(f"p{i + 1}" for i in range(CELLS)), *self.asked.split())

    def head(self, block: int, head: int) -> Scene:
        a = self.attention[block][head]
        on_picture, top = float(a[:CELLS].sum()), first_largest(a[:CELLS])
        held = next((thing for thing in self.scene if thing.cell == top), None)
        what = (
            say("a {colour} {shape}", colour=say(held.colour), shape=say(held.shape))
            if held and not self.params.blind
            else say("nothing")
        )
        words = a[CELLS + _questions.LONGEST - len(self.asked.split()) :]
        text = say(
            "Block {block}, head {head}: from '?' {on_picture:.0%} of the attention goes to the picture. ",
            block=block + 1,
            head=head + 1,
            on_picture=on_picture,
        )
        if on_picture < 0.2:
            best = first_largest(words)
            text += say(
                "Most goes to the word '{split}', {words:.0%}: this head reads the question.",
                split=self.asked.split()[best],
                words=words[best],
            )
        else:
            text += say(
                "Most of that goes to patch {top}, {a:.0%}, which holds {what}. ", top=top + 1, a=a[top], what=what
            )
            asked_for = held is not None and (held.shape in self.asked or held.colour in self.asked)
            text += say("That is what the question is about.") if asked_for else say("Heads look for different things.")
        panels = (
            self._picture(),
            Heatmap(
                title=say("'?' looks at"),
                values=rows(a[:CELLS].reshape(GRID, GRID), 2),
                value_range=(0, max(0.01, float(a.max()))),
            ),
            Tokens(title=say("and at the words"), tokens=tuple(self.asked.split()), weights=row(words)),
        )
        metrics = {"block": block + 1, "head": head + 1, "picture": on_picture}
        return Scene(text, panels, metrics, say("attention in block {block}", block=block + 1) if head == 0 else "")

    def depth(self, block: int) -> Scene:
        shares = self.scores[block]
        top = first_largest(shares)
        text = say(
            "What would '?' say after block {block} of {blocks}? '{words}' with {shares:.0%}. ",
            block=block + 1,
            blocks=BLOCKS,
            words=WORDS[top],
            shares=shares[top],
        )
        if block < BLOCKS - 1:
            text += say("The last layer is laid on early here, to look into the model: ")
            text += (
                say("it knows already.")
                if WORDS[top] == self.answer and shares[top] > 0.5
                else say("it is not there yet.")
            )
        else:
            text += say("That is its answer; '{truth}' is right.", truth=self.truth)
        return Scene(
            text,
            (self._picture(), self._top(shares)),
            {"block": block + 1, "p": shares[top]},
            say("the answer grows") if block == 0 else "",
        )

    def said(self) -> Scene:
        shares = self.scores[-1]
        order = ranked(shares)
        text = say(
            "'{question}' The model: '{answer}', {shares:.1%}; next '{words}', {shares2:.1%}. Right is '{truth}', "
            "so this is {right}. All {words2} words compete, also ones that answer nothing: that they "
            "lose was learnt as well.",
            question=self.params.question,
            answer=self.answer,
            shares=shares[order[0]],
            words=WORDS[order[1]],
            shares2=shares[order[1]],
            truth=self.truth,
            right=say("right") if self.answer == self.truth else say("wrong"),
            words2=len(WORDS),
        )
        return Scene(
            text,
            (self._picture(), self._top(shares)),
            {"p": shares[order[0]], "right": self.answer == self.truth},
            say("the answer"),
        )

    def covered(self) -> Scene:
        a = np.mean([each.mean(0)[:CELLS] for each in self.attention], 0)
        cell = max((thing.cell for thing in self.scene), key=lambda cell: a[cell])
        patches = self.patches.copy()
        patches[cell] = 0.08
        answer, share = self._say(patches, self.asked)
        text = say(
            "Cover one shape, the one in patch {cell}, at which '?' looked most ({a:.0%} on average): now it says "
            "'{answer}', {share:.0%}. ",
            cell=cell + 1,
            a=a[cell],
            answer=answer,
            share=share,
        )
        text += (
            say("The answer hangs on other patches, or on none.")
            if answer == self.answer
            else say("The answer hung on these 36 pixels.")
        )
        panel = Image(title=say("covered"), channels=_channels(_questions.picture(patches)))
        return Scene(text, (self._picture(), panel), {"p": share}, say("a patch covered"))

    def moved(self) -> Scene:
        order = np.random.default_rng(self.params.seed).permutation(CELLS)
        answer, share = self._say(self.patches[order], self.asked)
        place = self.asked.startswith("where")
        text = (
            say("The same patches in another order: '{answer}', {share:.0%}. ", answer=answer, share=share)
            + (
                say("The shape has moved, so the answer may.")
                if place
                else say("Same shapes, so the right answer is the same. ")
            )
            + say("The model knows where a patch lay only by the position vector added to it.")
        )
        panel = Image(title=say("shuffled"), channels=_channels(_questions.picture(self.patches[order])))
        return Scene(text, (self._picture(), panel), {"p": share}, say("shuffled"))

    def others(self) -> list[Scene]:
        """Other questions about this scene, one of each kind."""
        scenes, right = [], 0
        body: tuple[tuple[str, ...], ...] = ()
        for kind in KINDS:
            fitting = [each for each in _questions.questions(self.scene) if each[0] == kind]
            if not fitting:
                continue
            _, question, truth = fitting[self.random.integers(len(fitting))]
            answer, share = self._say(self.patches, question)
            right += answer == truth
            body = (*body, (question, answer, truth))
            text = say(
                "Another question about the same picture: '{question}' It says '{answer}', {share:.0%}; right is "
                "'{truth}'. So far {right} of {body}. The picture's tokens are the same; only the words differ, and "
                "with them where '?' looks.",
                question=question,
                answer=answer,
                share=share,
                truth=truth,
                right=right,
                body=len(body),
            )
            table = Table(title=say("Asked"), columns=(say("question"), say("says"), say("right")), rows=body)
            scenes.append(
                Scene(text, (self._picture(), table), {"p": share}, say("other questions") if len(body) == 1 else "")
            )
        return scenes

    def measured(self) -> Scene:
        """Held-out scenes, with the picture, without, and the rival's guess."""
        asked = _questions.draw(
            np.random.default_rng(self.params.seed + 1), TESTED * len(KINDS), True, self.params.noise
        )
        patches, questions = np.stack([each[0] for each in asked]), [each[2] for each in asked]
        with_it = gemini.answer(self.w, patches, questions)["scores"][-1].argmax(1).tolist()
        without = gemini.answer(self.w, np.full_like(patches, 0.08), questions)["scores"][-1].argmax(1).tolist()
        truth = [each[3] for each in asked]
        commonest = {
            kind: Counter(a for _, k, _, a in asked if k == kind).most_common(1)[0][1] / TESTED for kind in KINDS
        }
        seen = [_right(with_it, truth, asked, kind) for kind in KINDS]
        blind = [_right(without, truth, asked, kind) for kind in KINDS]
        self.accuracy, self.blind = float(np.mean(seen)), float(np.mean(blind))
        body = tuple(
            (kind, f"{a:.0%}", f"{b:.0%}", f"{commonest[kind]:.0%}")
            for kind, a, b in zip(KINDS, seen, blind, strict=True)
        )
        text = say(
            "{asked} questions about scenes it never saw: {accuracy:.1%} right. With an empty picture "
            "{blind:.1%}: that much the questions alone give away. Weakest: {kinds}, {seen:.0%}.",
            asked=len(asked),
            accuracy=self.accuracy,
            blind=self.blind,
            kinds=KINDS[first_smallest(seen)],
            seen=min(seen),
        )
        columns = (say("kind"), say("sees"), say("blind"), say("commonest"))
        table = Table(title=say("Right answers"), columns=columns, rows=body)
        return Scene(text, (table,), {"accuracy": self.accuracy, "blind": self.blind}, say("never seen before"))

    def ending(self) -> Scene:
        right = self.answer == self.truth
        text = say(
            "'{question}' '{answer}', {right}; without the picture it would say '{no_eyes}'. ",
            question=self.params.question,
            answer=self.answer,
            right=say("right") if right else say("wrong"),
            no_eyes=self.no_eyes[0],
        )
        if self.params.blind:
            text += say(
                "It was shown an empty picture, so the answer comes from the words alone, right or wrong by luck. "
            )
        text += say(
            "Over unseen scenes {accuracy:.0%} with the picture against {blind:.0%} without: patches and words "
            "stand in one sequence, as in Gemini.",
            accuracy=self.accuracy,
            blind=self.blind,
        )
        mean = np.mean([each.mean(0)[:CELLS] for each in self.attention], 0)
        heat = Heatmap(
            title=say("'?' looks at, mean"),
            values=rows(mean.reshape(GRID, GRID), 2),
            value_range=(0, float(mean.max())),
        )
        metrics = {"right": right, "right blind": self.no_eyes[0] == self.truth, "accuracy": self.accuracy,
                   "picture_used": self.answer != self.no_eyes[0]}  # fmt: skip
        return Scene(text, (self._picture(), heat, self._top(self.scores[-1])), metrics, say("the result"))

    def _picture(self) -> Panel:
        shown = self.shown if not hasattr(self, "answer") else self.patches
        return Image(title=say("the picture"), channels=_channels(_questions.picture(shown)))

    def _bars(self, title: str, vector: Array) -> Panel:
        return Bars(title=title, labels=tuple(str(i + 1) for i in range(12)), values=row(vector[:12]))

    def _top(self, shares: Array) -> Panel:
        order = ranked(shares)[:6]
        labels, values = tuple(WORDS[i] for i in order), row(shares[order])
        return Bars(title=say("what comes after '?'"), labels=labels, values=values, value_range=(0, 1))


def _channels(picture: Any) -> tuple[Any, ...]:
    return tuple(rows(channel, 2) for channel in picture)


def _right(guess: Sequence[int], truth: Sequence[str], asked: Sequence[Any], kind: str) -> float:
    """Share of right answers to questions of one kind."""
    marks = [WORDS[g] == t for g, t, each in zip(guess, truth, asked, strict=True) if each[1] == kind]
    return float(np.mean(marks))


def _check(frames: Sequence[Frame]) -> str:
    found = frames[-1].metrics
    if not found["right"]:
        return ANSWERS[2]
    return ANSWERS[0] if found["right blind"] else ANSWERS[1]


LEXICON = {
    "question": Words(("ask", "pregunta")),
    "things": Words(("objects", "items", "figures", "figuras", "objetos", "formas", "cosas")),
    "noise": Words(("specks", "noise level", "ruido", "motas")),
    "blind": Words((
        "blindfold", "blindfolded", "without the picture", "empty picture", "no picture", "ciego", "a ciegas",
        "sin imagen", "vendado",
    )),
}  # fmt: skip


DEMO = Demo(
    name="gemini",
    title="Gemini",
    slide=49,
    group="Transformers and Language Models",
    summary="Picture patches and words in one sequence: a small transformer answers questions about a drawing.",
    params=GeminiParams,
    steps=steps,
    look_for=(
        "Patches and words become tokens of the same width, in one sequence.",
        "From '?' some heads look at the picture, at the shape that was asked about.",
        "Without the picture the questions alone give little away.",
    ),
    examples=(
        Request("Show me Gemini"),
        Request('Run Gemini and ask "how many squares are there?"', {"question": "how many squares are there"}),
        Request(
            'run Gemini with 6 shapes and ask "where is the cross?"', {"things": 6, "question": "where is the cross"}
        ),
        Request("Gemini with noise 0.3, seed 2", {"noise": 0.3, "seed": 2}),
        Request("show how a multimodal transformer answers questions about a picture"),
        Request("show Gemini blindfolded", {"blind": True}),
        Request("Run the multimodal model: is there a blue triangle?", {"question": "is there a blue triangle"}),
        Request("muéstrame Gemini con 3 shapes", {"things": 3}),
        Request(
            "Answer \"what colour is the square?\" by looking at a drawing", {"question": "what colour is the square"}
        ),
        Request("Let one transformer read picture patches and words together, with 5 shapes", {"things": 5}),
        Request(
            "What does a model say about a picture that it cannot see? Run it with an empty picture.", {"blind": True}
        ),
        Request("Haz preguntas sobre una imagen con 6 figuras", {"things": 6}),
    ),
    presets={
        "colour": Preset(
            "What colour is the circle?", {},
            "From patches and words to one answer.",
            (Claim("right", "==", 1),),
        ),
        "count": Preset(
            "How many are red?",
            {"question": "how many red things are there?", "things": 6},
            "Counting needs several patches at once. Where does '?' look?", (Claim("right", "==", 1),),
        ),
        "where": Preset(
            "Where is the cross?", {"question": "where is the cross?"},
            "No patch shows where it is: that is in the position vectors.",
            (Claim("right", "==", 1),),
        ),
        "blind": Preset(
            "Blindfolded", {"blind": True, "question": "is there a blue triangle?"},
            "An empty picture: what does it say when it cannot see?",
            (Claim("right", "==", "right blind"), Claim("picture_used", "==", 0)),
        ),
    },
    prediction=Prediction("How will the model's answer be?", ANSWERS, _check),
    aliases=(
        "google gemini", "multimodal model", "multimodal transformer", "multimodal language model", "modelo multimodal",
        "multi-modal model", "multimodal ai", "multimodal", "multimodality", "visual question answering", "vqa",
        "vision language model", "picture question answering", "multimodales", "preguntas sobre una imagen",
    ),
    measures=(
        Measure("accuracy", "accuracy", "share right over unseen scenes"),
        Measure("blind", "quantity", "share right without the picture"),
        Measure("right", "score", "1 when the answer is right"),
        Measure("p", "quantity", "probability of the answer"),
        Measure("block", "clock"),
        Measure("head", "clock"),
        Measure("picture", "quantity", "share of the attention on the picture"),
    ),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
