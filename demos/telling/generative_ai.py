"""Tells the demo generative_ai: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from demos.generation import _tunes
from demos.generation.generative_ai import (
    LONG,
    PICTURES,
    Array,
    GenerativeAiParams,
    Pairs,
    distance,
    longest_copy,
    run,
)
from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, row, rows, sheet
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Edge,
    Frame,
    Heatmap,
    Image,
    Measure,
    Network,
    Node,
    Panel,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Text,
    Words,
)
from demos.runtime.messages import listed, say

MOST_TOKENS = 12
MADE = (say("text"), say("pictures"), say("sound"))
RUNS = (say("fewer than 12"), say("12 to 24"), say("25 or more"))


def steps(params: GenerativeAiParams) -> Iterator[Frame]:
    """The plan; then text, tune and pictures as they come to be, what is measured, and all three on one page."""
    story = Story(params)
    yield from open_with(story.plan(), story.scenes)


class Story:
    def __init__(self, params: GenerativeAiParams) -> None:
        self.params = params

    def scenes(self) -> list[Scene]:
        self._run()
        p = self.params
        text = [self.letter(at) for at in thin(p.length - self.begun, 8)]
        tune = [self.note(at) for at in thin(p.notes - 1, 6)]
        drawn = [self.denoised(index) for index in thin(len(self.guesses), 7)]
        return [
            self.counted(),
            *text,
            self.judged(say("text")),
            self.tunes(),
            *tune,
            self.sounding(),
            self.judged(say("sound")),
            *drawn,
            self.judged(say("pictures")),
            self.copied(),
            self.dares(),
            self.ending(),
        ]

    def _run(self) -> None:
        written, drawn, self.pairs = run(self.params)
        self.read, self.letters, self.text, self.begun = written.read, written.letters, written.text, written.begun
        self.melodies, self.chain, self.tune = written.melodies, written.chain, written.tune
        self.known, self.guesses, self.pictures = drawn.known, drawn.guesses, drawn.made[:PICTURES]
        self.found = {kind: distance(read, of) for kind, (read, of, _) in self.pairs.items()}
        self.shuffled = {kind: distance(read, of) for kind, (read, _, of) in self.pairs.items()}

    def plan(self) -> Scene:
        p = self.params
        makers = (
            (say("sentences of the course"), say("counts after {context} letters", context=p.context), say("text")),
            (
                say("{tunes} old tunes", tunes=len(_tunes.TUNES)),
                say("counts after {memory} notes", memory=p.memory),
                say("sound"),
            ),
            (say("handwritten digits"), say("a denoising network"), say("pictures")),
        )
        nodes, edges = list[Node](), list[Edge]()
        for index, maker in enumerate(makers):
            y = 0.85 - 0.35 * index
            nodes += [
                Node(id=f"{index}.{place}", label=label, x=0.15 + 0.37 * place, y=y, value=1 if place == 1 else 0)
                for place, label in enumerate(maker)
            ]
            edges.append(Edge(source=f"{index}.0", target=f"{index}.1"))
            edges.append(Edge(source=f"{index}.1", target=f"{index}.2"))
        text = say(
            "Three small models will make something new: a text of {length} characters, a tune of {notes} notes "
            "and {pictures} pictures. Each learnt how its examples are distributed, and draws from that at "
            "random. Seed {seed}: another seed, another work.",
            length=p.length,
            notes=p.notes,
            pictures=PICTURES,
            seed=p.seed,
        )
        diagram = Network(
            title=say("Examples, what is known of them, new works"), nodes=tuple(nodes), edges=tuple(edges)
        )
        return Scene(text, (diagram,))

    def counted(self) -> Scene:
        context = self.text[: self.begun]
        shares = self.letters.shares(context)
        top = max(shares, key=lambda letter: shares[letter])
        text = say(
            "Text: {read} letters were read, and what follows each run of up to {context} was counted. After "
            "'{context2}' came {shares} different letters; '{seen}' most often, {shares2:.0%}. That table of "
            "counts is the whole model.",
            read=len(self.read),
            context=self.params.context,
            context2=context,
            shares=len(shares),
            seen=_seen(top),
            shares2=shares[top],
        )
        return Scene(
            text,
            (self._next(shares, say("after '{context}'", context=context)),),
            {"letters": len(self.read)},
            say("text"),
        )

    def letter(self, at: int) -> Scene:
        end = self.begun + at
        shares = self.letters.shares(self.text[:end], self.params.temperature)
        drawn = self.text[end] if end < len(self.text) else self.text[-1]
        text = say(
            "Character {end}: after '{text}' the model draws '{seen}', which had {get:.0%} at τ = {temperature}, "
            "from {shares} that could follow. ",
            end=end + 1,
            text=self.text[max(0, end - self.params.context) : end],
            seen=_seen(drawn),
            get=shares.get(drawn, 0),
            temperature=number(self.params.temperature),
            shares=len(shares),
        )
        text += (
            say("There was no choice: such a run stood in the examples once.")
            if len(shares) == 1
            else say("Chance decides.")
        )
        panels = (
            Text(title=say("The text so far"), text=self.text[: end + 1]),
            self._next(shares, say("what may follow")),
        )
        return Scene(text, panels, {"at": end + 1, "choices": len(shares)})

    def _next(self, shares: dict[Any, float], title: str) -> Panel:
        top = sorted(shares, key=lambda token: -shares[token])[:8]
        labels = tuple(_seen(token) for token in top)
        return Bars(title=title, labels=labels, values=row([shares[token] for token in top]), value_range=(0, 1))

    def judged(self, kind: str) -> Scene:
        parts = {"text": say("letters"), "sound": say("notes"), "pictures": say("pixels")}[kind]
        one, other = self.found[kind], self.shuffled[kind]
        text = say(
            "Is it like the examples? The model makes more, {long} {pictures}. Its shares of neighbouring {parts} "
            "are {one} away from the examples' (0 the same, 1 nothing in common); the very same "
            "{parts}, shuffled, {other}. Each row: what follows. ",
            long=LONG[kind],
            pictures=say("pictures") if kind == "pictures" else parts,
            parts=parts,
            one=number(one, 2),
            other=number(other, 2),
        )
        text += (
            say("The model has learnt which stand together.")
            if one < 0.7 * other
            else say("That is hardly better: these settings throw away what was learnt.")
        )
        metrics = {"distance": one, "shuffled": other}
        return Scene(text, self._matrices(kind), metrics, say("{kind} measured", kind=kind))

    def _matrices(self, kind: str) -> tuple[Panel, ...]:
        """What follows what in the examples, in what was made, and in the same parts shuffled."""
        tokens = _common(self.pairs[kind][0])
        if kind == "sound":
            tokens.sort(key=_tunes.NOTES.index)
        names = tuple(_shade(token) if kind == "pictures" else _seen(token) for token in tokens)
        titles = (say("in the examples"), say("in what was made"), say("shuffled"))
        return tuple(
            Heatmap(
                title=title,
                values=rows([_following(each, token, tokens) for token in tokens], 2),
                rows=names,
                columns=names,
                value_range=(0, 1),
                show_values=kind == "pictures",
                row_label=say("this"),
                column_label=say("the next"),
            )
            for title, each in zip(titles, self.pairs[kind], strict=True)
        )

    def tunes(self) -> Scene:
        shares = self.chain.shares(self.tune[:1])
        top = max(shares, key=lambda note: shares[note])
        body = tuple((name, " ".join(notes.split()[:12])) for name, notes in _tunes.TUNES.items())
        text = say(
            "Sound: the same counting over {map} notes of {body} tunes. After {tune} came {top} most often, "
            "{shares:.0%}. Nothing else in the program knows that these are notes: to the chain, letters and "
            "notes are both just tokens.",
            map=sum(map(len, self.melodies)),
            body=len(body),
            tune=self.tune[0],
            top=top,
            shares=shares[top],
        )
        panels = (
            Table(title=say("The examples"), columns=(say("tune"), say("begins")), rows=body),
            self._next(shares, say("after {tune}", tune=self.tune[0])),
        )
        return Scene(text, panels, {"notes": sum(map(len, self.melodies))}, say("sound"))

    def note(self, at: int) -> Scene:
        shares = self.chain.shares(self.tune[: at + 1], self.params.temperature)
        before = " ".join(self.tune[max(0, at + 1 - self.params.memory) : at + 1])
        drawn = self.tune[at + 1]
        text = say(
            "Note {at}: after {before} the chain draws {drawn}, which had {shares:.0%}, from {shares2} that "
            "could follow. {leap}",
            at=at + 2,
            before=before,
            drawn=drawn,
            shares=shares[drawn],
            shares2=len(shares),
            leap=_leap(self.tune[at], drawn),
        )
        return Scene(
            text, (self._score(at + 2), self._next(shares, say("after {before}", before=before))), {"at": at + 2}
        )

    def _score(self, count: int) -> Panel:
        """The notes drawn so far, high ones above."""
        roll = np.zeros((len(_tunes.NOTES), len(self.tune)))
        for place, note in enumerate(self.tune[:count]):
            roll[len(_tunes.NOTES) - 1 - _tunes.NOTES.index(note), place] = 1
        return Heatmap(
            title=say("The tune"),
            values=rows(roll, 0),
            rows=tuple(reversed(_tunes.NOTES)),
            value_range=(0, 1),
            show_values=False,
            column_label=say("note"),
        )

    def sounding(self) -> Scene:
        sound = _tunes.wave(self.tune)
        strength = _tunes.heard(sound)
        back = [_tunes.NOTES[i] for i in strength.argmax(0)]
        same = sum(a == b for a, b in zip(back, self.tune, strict=True))
        first = int(_tunes.RATE * 0.03)
        text = say(
            "As sound: {sound} numbers, {rate} a second. Left the first 0.03 seconds, {tune} at {frequency} "
            "hertz; right how strong each pitch is over time. Read back from the wave, {same} of {tune2} notes "
            "are the ones drawn. The tune is learnt, the tone is a formula.",
            sound=len(sound),
            rate=_tunes.RATE,
            tune=self.tune[0],
            frequency=number(_tunes.frequency(self.tune[0]), 0),
            same=same,
            tune2=len(self.tune),
        )
        seconds = row(np.arange(first) / _tunes.RATE, 4)
        air = Series(name=say("air"), x=seconds, y=row(sound[:first]))
        curve = Curve(title=say("the wave"), series=(air,), x_label=say("seconds"),
                      y_range=(-1, 1))  # fmt: skip
        panels = (curve, self._spectrum(strength), Text(title=say("To hear it"), text=self._command()))
        return Scene(text, panels, {"numbers": len(sound), "read back": same}, say("the wave"))

    def _command(self) -> str:
        """The line that writes this tune as a sound file."""
        values = self.params.model_dump()
        changed = [
            f"{name}={value}" for name, value in values.items() if value != type(self.params)().model_dump()[name]
        ]
        return " ".join(("python -m demos.hear tune.wav", *changed))

    def _spectrum(self, strength: Array) -> Panel:
        return Heatmap(title=say("pitch over time"), values=rows(strength[::-1], 2), rows=tuple(reversed(_tunes.NOTES)),
                       value_range=(0, 1), show_values=False, column_label=say("note"))  # fmt: skip

    def denoised(self, index: int) -> Scene:
        t, x, x0 = self.guesses[index]
        off = float(np.abs(x0 - self.guesses[-1][2]).mean()) / 2
        asked = say("any digit") if self.params.digit == "any" else say("a {digit}", digit=self.params.digit)
        text = say(
            "Pictures, step {index} of {guesses}, t = {t}: {pictures} times noise, left, and {asked} that could "
            "be under it, right, {off} a pixel off the end. ",
            index=index + 1,
            guesses=len(self.guesses),
            t=t,
            pictures=PICTURES,
            asked=asked,
            off=number(off),
        )
        text += (
            say("Chance is spent at the start: the noise decides what will come, the steps only uncover it.")
            if index == 0
            else say("The guesses are blurs still: many digits fit so much noise.")
            if off > 0.12
            else say("No table of counts could hold all pictures; a network does.")
            if off > 0.03
            else say("What is left are shades of grey.")
        )
        panels = (self._sheet("x", x), self._sheet(say("the guess"), x0))
        return Scene(text, panels, {"t": t, "off": off}, say("pictures") if index == 0 else "")

    def _sheet(self, title: str, x: Array) -> Panel:
        return Image(title=title, pixels=sheet(((x + 1) / 2).clip(0, 1).reshape(-1, 8, 8), 3))

    def copied(self) -> Scene:
        text_run, tune_run = (
            longest_copy(self.text, self.read),
            longest_copy("".join(self.tune), " ".join(map("".join, self.melodies))),
        )
        flat, known = self.pictures.reshape(-1, 64), self.known.reshape(-1, 64)
        nearest = float(np.abs(flat[:, None] - known[None]).mean(2).min())
        body = (
            (say("text"), say("{text_run} of {text}", text_run=text_run, text=len(self.text)), say("characters")),
            (say("sound"), say("{tune_run} of {tune}", tune_run=tune_run, tune=len(self.tune)), say("notes")),
            (say("pictures"), say("{nearest} off", nearest=number(nearest)), say("the nearest")),
        )
        text = say(
            "New, or copied? The longest run that stands in the examples word for word is {text_run} characters, "
            "and {tune_run} notes; the picture nearest to one of {known} examples is {nearest} a pixel off. The "
            "more a model looks back and the less it has read, the longer it copies.",
            text_run=text_run,
            tune_run=tune_run,
            known=len(known),
            nearest=number(nearest),
        )
        metrics = {"text": text_run, "notes": tune_run, "pixel": nearest}
        return Scene(
            text,
            (Table(title=say("Longest copies"), columns=("", say("copied"), say("unit")), rows=body),),
            metrics,
            say("copied or new"),
        )

    def dares(self) -> Scene:
        random = np.random.default_rng(self.params.seed)
        begin = list(self.text[: self.begun])
        body = tuple(
            (
                number(t),
                "".join(self.letters.sample(begin, 46, t, random)),
                " ".join(self.chain.sample(self.tune[:1], 10, t, random)),
            )
            for t in (0.1, 1.0, 3.0)
        )
        text = say(
            "The same two models at three temperatures. At τ = {body} they take what came most often and soon go "
            "in circles; at τ = {body2} rare turns are as good as common ones. Between them "
            "lies what we call style.",
            body=body[0][0],
            body2=body[2][0],
        )
        return Scene(
            text,
            (Table(title=say("Temperature"), columns=("τ", say("text"), say("tune")), rows=body),),
            {"least": 0.1, "most": 3},
            say("temperature"),
        )

    def ending(self) -> Scene:
        best = min(MADE, key=lambda kind: self.found[kind] / self.shuffled[kind])
        text = say(
            "Text, sound and pictures by one idea: learn how examples are distributed, then draw. If 1 is how far "
            "shuffled parts are from the examples, then {listing}: the lower, the more was learnt, most by {best}. "
            "What great models add is size and something to ask them by, not another idea.",
            listing=listed(
                ", ",
                (
                    say("{kind} {found}", kind=kind, found=number(self.found[kind] / self.shuffled[kind], 2))
                    for kind in MADE
                ),
            ),
            best=best,
        )
        apart, mixed = self.found, self.shuffled
        metrics = {
            "copied": longest_copy(self.text, self.read),
            "text": apart["text"],
            "pictures": apart["pictures"],
            "sound": apart["sound"],
            "shuffled text": mixed["text"],
            "shuffled pictures": mixed["pictures"],
            "shuffled sound": mixed["sound"],
        }
        panels = (
            Text(title=say("The text"), text=self.text),
            Image(title=say("The pictures"), pixels=sheet(self.pictures, 3)),
            self._score(len(self.tune)),
        )
        return Scene(text, panels, metrics, say("one page"))


def _leap(one: str, other: str) -> str:
    """What the tune does from one note to the other."""
    steps = abs(_tunes.NOTES.index(other) - _tunes.NOTES.index(one))
    if steps == 0:
        return say("The note is struck again, as songs do for two syllables.")
    return (
        say("A neighbour: most tunes walk.")
        if steps == 1
        else say("A leap of {steps}: rarer in the tunes, so rarer here.", steps=steps)
    )


def _common(counted: Pairs) -> list[Any]:
    """The tokens that stand first in most pairs, twelve at most, in their own order."""
    first: dict[Any, int] = {}
    for (token, _), times_seen in counted.items():
        first[token] = first.get(token, 0) + times_seen
    return sorted(sorted(first, key=lambda token: (-first[token], token))[:MOST_TOKENS])


def _following(counted: Pairs, token: Any, tokens: Sequence[Any]) -> list[float]:
    """The share of each of the tokens among all that follow one."""
    total = sum(many for (one, _), many in counted.items() if one == token)
    return [counted[token, other] / total if total else 0.0 for other in tokens]


def _shade(shade: int) -> str:
    return (say("black"), say("dark grey"), say("light grey"), say("white"))[shade]


def _seen(token: str) -> str:
    """A space that can be seen."""
    return "␣" if token == " " else token


def _check(frames: Sequence[Frame]) -> str:
    copied = frames[-1].metrics["copied"]
    return RUNS[0] if copied < 12 else RUNS[1] if copied < 25 else RUNS[2]


LEXICON = {
    "context": Words(("order", "k", "letters of context", "letters", "context length", "contexto", "letras")),
    "temperature": Words(("tau", "τ", "temp", "temperatura", "boldness")),
    "length": Words(("text length", "characters of text", "caracteres", "longitud", "longitud del texto")),
    "notes": Words(("tune length", "notas", "melody of", "tune of", "notas de la melodía")),
    "memory": Words(("note context", "memoria", "notes of memory", "notas de memoria")),
    "digit": Words((
        "pictures of a", "pictures of the digit", "images of a", "images of the digit", "dígito", "imágenes del dígito",
        "imágenes de un", "drawings of a",
    )),
}  # fmt: skip


DEMO = Demo(
    name="generative_ai",
    title="Generative AI",
    slide=60,
    group="Generative AI",
    summary="A text, a tune and pictures by three small models on one page: each drawn from what was learnt.",
    params=GenerativeAiParams,
    steps=steps,
    look_for=(
        "Three models, one idea: learn how examples are distributed, then draw.",
        "Text and tune come from the very same counting.",
        "The matrix of what follows what: made looks like the examples, shuffled does not.",
        "How much is copied depends on how far the model looks back.",
    ),
    examples=(
        Request("Show me generative AI"),
        Request("generative AI with a context of 2 letters", {"context": 2}),
        Request("Make a text, a tune and pictures with temperature 0.5", {"temperature": 0.5}),
        Request("run generative AI with 40 notes, seed 7", {"notes": 40, "seed": 7}),
        Request("generative AI: text, sound and pictures of the digit 3", {"digit": "3"}),
        Request("make a melody with a Markov chain"),
        Request("generate text letter by letter from counts, context 6", {"context": 6}),
        Request("muéstrame la IA generativa, temperature 2", {"temperature": 2}),
        Request("Compose a tune of 30 notes and write a few lines of text", {"notes": 30}),
        Request("Create text, music and pictures with small models of counts"),
        Request("Write new text letter by letter from the last 5 letters", {"context": 5}),
        Request("Compón una melodía de 12 notas con temperatura 1.5", {"notes": 12, "temperature": 1.5}),
    ),
    presets={
        "page": Preset(
            "One page", {},
            "Text, tune and pictures side by side. What do they have in common?",
            (
                Claim("text", "<", "shuffled text"),
                Claim("pictures", "<", "shuffled pictures"),
                Claim("sound", "<", "shuffled sound"),
            ),
        ),
        "babble": Preset(
            "Hardly any memory", {"context": 1, "memory": 1},
            "One letter back: it babbles in English sounds.",
            (Claim("copied", "<=", 10),),
        ),
        "parrot": Preset(
            "A parrot", {"context": 8, "memory": 4},
            "Eight letters back and little read: it copies long pieces of what it read.",
            (Claim("copied", ">=", 40),),
        ),
        "bold": Preset(
            "Daring", {"temperature": 3, "digit": "8"},
            "Rare turns come more often, and the tune strays from its model.",
            (Claim("sound", ">", 0.1),),
        ),
    },
    prediction=Prediction("How many characters in a row, at most, will the text copy from its examples?", RUNS, _check),
    aliases=(
        "genai", "generative artificial intelligence", "ia generativa", "inteligencia artificial generativa", "gen ai",
        "generative models", "generative model", "generate text and music", "text, sound and pictures", "markov chain",
        "markov model", "melody generator", "modelos generativos", "modelo generativo", "cadena de markov",
    ),
    measures=(
        Measure("distance", "error", "distance of what was made from its examples"),
        Measure("shuffled", "quantity", "distance of the shuffled parts"),
        Measure("copied", "quantity", "longest piece copied, in letters"),
        Measure("pictures", "error", "distance of the pictures"),
        Measure("sound", "error", "distance of the tune"),
        Measure("choices", "quantity", "letters that could follow"),
    ),
    words=LEXICON,
)  # fmt: skip
