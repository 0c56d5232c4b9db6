"""Tells the demo capsules: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.ranking import first_largest
from demos.lib.scenes import Scene, play, points, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.vision.capsules import (
    SEATS,
    Array,
    CapsulesParams,
    Run,
    flat,
    predict,
    rotated,
    route,
    run,
)

KINDS = (say("triangle"), say("box"), say("line"))
WHOLES = (say("house"), say("boat"))
TAKERS = (say("the house"), say("the boat"), say("neither"))


OUTLINES = {
    say("triangle"): ((-0.5, -0.35), (0.5, -0.35), (0.0, 0.45), (-0.5, -0.35)),
    say("box"): ((-0.45, -0.4), (0.45, -0.4), (0.45, 0.4), (-0.45, 0.4), (-0.45, -0.4)),
    say("line"): ((-0.35, 0.0), (0.35, 0.0)),
}


MOST_SHOWN = 60


def steps(params: CapsulesParams) -> Iterator[Frame]:
    """The parts, the vote of each, the rounds of routing, and who got what."""
    story = Story(params, run(params))
    scenes = [story.opening(), story.learning(), *map(story.vote, range(6)), story.even()]
    for index in range(params.rounds):
        scenes += [story.shares(index), story.wholes(index)]
    yield from play([*scenes, story.controls(), story.ending()])


class Story:
    def __init__(self, params: CapsulesParams, done: Run) -> None:
        self.params, self.middles, self.found = params, done.wholes, done.found
        self.votes, self.rounds, self.sat, self.seats = done.votes, done.rounds, done.sat, done.seats
        self.names = tuple(say("{kind} {i}", kind=kind, i=i // 3 + 1) for i, kind in enumerate(KINDS * 2))

    def opening(self) -> Scene:
        caption = say(
            "Left, what house and boat are made of: the same kinds of parts. Right, six parts are found; the house "
            "is turned by {turn}°, {distance} from the boat. Which part belongs to which? Pooling would have thrown "
            "places and angles away; capsules keep them.",
            turn=number(self.params.turn, 0),
            distance=number(self.params.distance, 1),
        )
        return Scene(caption, (self._known(), self._parts(None)), {"parts": 6, "turn": self.params.turn})

    def learning(self) -> Scene:
        """Where the parts sat in the examples, and the mean."""
        off = float(np.linalg.norm(self.seats - SEATS, axis=2).mean())
        caption = say(
            "First it learns where parts sit. It is shown {examples} of each in all poses; seen from the middle and "
            "turned back by its own angle, each part sits nearly at one place. The means are off by {off}; with more "
            "examples they come nearer.",
            examples=len(self.sat),
            off=number(off, 3),
        )
        panels = tuple(
            self._plane(
                say("Parts of the {wholes}, turned back", wholes=WHOLES[j]),
                [points(kind, self.sat[:MOST_SHOWN, j, k]) for k, kind in enumerate(KINDS)],
                [points("", seat + np.array(OUTLINES[KINDS[k]])) for k, seat in enumerate(self.seats[j])],
            )
            for j in (0, 1)
        )
        return Scene(caption, panels, {"seat_error": off}, say("seats are learnt"))

    def vote(self, i: int) -> Scene:
        house, boat = self.votes[i]
        caption = say(
            "Found at {at}: {names}, turned by {angle}°. If it is part of a house, the house is at {at2}; if of a "
            "boat, the boat is at {at3}, and turned as much. Each part says both, for it cannot know.",
            angle=number(float(np.degrees(self.found[i, 2])), 0),
            names=self.names[i],
            at=_at(self.found[i]),
            at2=_at(house),
            at3=_at(boat),
        )
        return Scene(caption, (self._parts(i), self._votes(i)), {"part": i + 1}, say("the votes") if i == 0 else "")

    def even(self) -> Scene:
        spread, other = [self._spread(j) for j in (0, 1)], self._spread(0, 1)
        caption = say(
            "All votes together. Those of the three parts of the house lie {spread} from their mean, those of the "
            "boat's {spread2}; what the boat's parts say of a house lies {other} from its mean. Agreement by "
            "chance is unlikely: that is the idea.",
            spread=number(spread[0], 2),
            spread2=number(spread[1], 2),
            other=number(other, 2),
        )
        return Scene(
            caption, (self._votes(None, 0), self._votes(None, 1)), {"house_spread": spread[0], "boat_spread": spread[1]}
        )

    def shares(self, index: int) -> Scene:
        c = self.rounds[index].c
        sure = first_largest(np.abs(c - 1 / 3).max(1))
        to = TAKERS[first_largest(c[sure])]
        caption = say(
            "Round {index} of {rounds}: each part shares out its vote, each row sums to 1. ",
            index=index + 1,
            rounds=self.params.rounds,
        )
        caption += (
            say("All b are 0, so all shares are one third.")
            if index == 0
            else say(
                "Surest is {names}: {c} to {to}.", names=self.names[sure], c=number(float(c[sure].max()), 2), to=to
            )
        )
        moment = say("routing starts") if index == 0 else ""
        if index and self._right(index) == 6 and self._right(index - 1) < 6:
            moment = say("every part has found its whole")
        return Scene(
            caption, (self._shares(index), self._parts(None)), {"round": index + 1, "right": self._right(index)}, moment
        )

    def wholes(self, index: int) -> Scene:
        a, b = self.rounds[index].a, self.rounds[index].b
        caption = say(
            "Round {index}: how far the votes agree. The house has length {a}, the boat {a2}: how sure it is. "
            "The agreement b of {names} is now {b} with the house, {b2} with the boat.",
            index=index + 1,
            a=number(a[0], 2),
            a2=number(a[1], 2),
            names=self.names[0],
            b=number(float(b[0, 0]), 2),
            b2=number(float(b[0, 1]), 2),
        )
        lengths = Bars(title=say("Length of each whole"), labels=WHOLES, values=row(a), value_range=(0, 1))
        agree = Heatmap(title=say("agreement b"), values=rows(b, 2), rows=self.names, columns=WHOLES)
        return Scene(caption, (agree, lengths), {"house": a[0], "boat": a[1]})

    def controls(self) -> Scene:
        """What counting parts, and what nearness alone, would say."""
        house, boat = (float(each) for each in self.rounds[-1].a)
        caption = say(
            "Three ways without it. Counting parts, as pooling does: house {kinds} of {kinds}, boat {kinds} of "
            "{kinds}, wherever they are; the capsules say {house} and {boat}. The nearest true middle: {near} of 6 "
            "right; the capsules {right}. Places without angles: the house has length {upright}.",
            upright=number(self._flat_house(), 2),
            kinds=len(KINDS),
            house=number(house, 2),
            boat=number(boat, 2),
            near=self._near(),
            right=self._right(len(self.rounds) - 1),
        )
        bars = Bars(
            title=say("How sure of each whole"),
            labels=(say("house, counted"), say("boat, counted"), say("house, no angles"), say("house"), say("boat")),
            values=row([1, 1, self._flat_house(), house, boat]),
            value_range=(0, 1),
        )
        return Scene(caption, (bars, self._parts(None)), self._told(), say("the controls"))

    def _told(self) -> dict[str, float]:
        last = self.rounds[-1]
        return {
            "right": self._right(len(self.rounds) - 1),
            "near": self._near(),
            "counted": len(KINDS),
            "flat_house": self._flat_house(),
            "house": last.a[0],
            "boat": last.a[1],
            "share": float(last.c.max(1).mean()),
        }

    def _flat_house(self) -> float:
        """The length of the house to capsules that know places and no angles."""
        return float(route(predict(flat(self.found), self.seats), self.params.rounds)[-1].a[0])

    def _near(self) -> int:
        """How many parts lie nearer to the middle of their own whole than to the other's."""
        far = np.linalg.norm(self.found[:, None, :2] - self.middles[None, :, :2], axis=2)
        return int((far.argmin(1) == np.arange(6) // 3).sum())

    def ending(self) -> Scene:
        told, last = self._told(), len(self.rounds) - 1
        lost = int((self.rounds[-1].c.argmax(1) == 2).sum())
        caption = say(
            "After {rounds} {right} of 6 parts are with their own whole. The house has length "
            "{house}, the boat {boat}. ",
            rounds=count(self.params.rounds, "round"),
            right=int(told["right"]),
            house=number(told["house"], 2),
            boat=number(told["boat"], 2),
        )
        if self.params.scrambled:
            caption += say(
                "The votes for the house lie {spread} from their mean, those for the boat {spread2}; {parts} went to "
                "neither. Counting parts would still see a house.",
                spread=number(self._spread(0), 2),
                spread2=number(self._spread(1), 2),
                parts=count(lost, "part"),
            )
        elif told["right"] == 6:
            caption += say("Nobody told them: the parts that agreed on a pose found each other.")
        else:
            caption += say(
                "Votes of one whole lie up to {spread} from their mean: too far apart to agree, and "
                "{parts} went to neither.",
                spread=number(max(self._spread(0), self._spread(1)), 2),
                parts=count(lost, "part"),
            )
        return Scene(caption, (self._shares(last), self._parts(None, last)), told, say("the result"))

    def _right(self, index: int) -> int:
        """How many parts give more than half to their own whole."""
        c = self.rounds[index].c
        return int((c[np.arange(6), np.arange(6) // 3] > 0.5).sum())

    def _spread(self, j: int, parts: int | None = None) -> float:
        """How far the votes for a whole by its own parts (or by those of another) lie from their mean."""
        of = j if parts is None else parts
        own = self.votes[3 * of : 3 * of + 3, j, :2]
        return float(np.linalg.norm(own - own.mean(0), axis=1).mean())

    def _shares(self, index: int) -> Heatmap:
        return Heatmap(
            title=say("shares c"),
            values=rows(self.rounds[index].c, 2),
            rows=self.names,
            columns=(*WHOLES, say("neither")),
            value_range=(0, 1),
        )

    def _parts(self, marked: int | None, routed: int | None = None) -> Scatter:
        """Parts by their kind, or by the whole they were routed to."""
        if routed is None:
            groups = [points(kind, self.found[k::3]) for k, kind in enumerate(KINDS)]
        else:
            to = self.rounds[routed].c.argmax(1)
            groups = [points(say("to {whole}", whole=whole), self.found[to == j]) for j, whole in enumerate(TAKERS)]
        if marked is not None:
            groups.append(points(say("this one"), self.found[[marked]]))
        outlines = [points(name, _outline(self.found[i], i % 3)) for i, name in enumerate(self.names)]
        return self._plane(say("Parts found"), [group for group in groups if group.x], outlines)

    def _known(self) -> Scatter:
        """A house and a boat as the capsules know them, side by side."""
        at = np.array([[-1.5, 0.0], [1.5, 0.0]])
        poses = np.concatenate([(at[:, None] + SEATS).reshape(6, 2), np.zeros((6, 1))], 1)
        groups = [points(name, at[[j]]) for j, name in enumerate((say("middle of a house"), say("middle of a boat")))]
        return self._plane(
            say("A house and a boat"), groups, [points("", _outline(p, i % 3)) for i, p in enumerate(poses)]
        )

    def _votes(self, marked: int | None, whole: int | None = None) -> Scatter:
        if marked is not None:
            groups = [points(say("a {name} here", name=name), self.votes[[marked], j]) for j, name in enumerate(WHOLES)]
            return self._plane(
                say("Its votes"),
                groups,
                [points(name, [self.found[marked], self.votes[marked, j]]) for j, name in enumerate(WHOLES)],
            )
        j = whole or 0
        groups = [
            points(say("by parts of the {name}", name=name), self.votes[3 * i : 3 * i + 3, j])
            for i, name in enumerate(WHOLES)
        ]
        return self._plane(say("Votes for the {wholes}", wholes=WHOLES[j]), groups)

    def _plane(self, title: str, groups: Sequence[Series], lines: Sequence[Series] = ()) -> Scatter:
        most = float(np.ceil(max(3.0, np.abs(self.found[:, :2]).max() + 0.5, np.abs(self.votes[..., :2]).max() + 0.3)))
        return Scatter(
            title=title, groups=tuple(groups), lines=tuple(lines), x_range=(-most, most), y_range=(-most, most)
        )


def _outline(pose: Array, kind: int) -> Array:
    """The corners of a part, turned as it stands."""
    corners = np.array(OUTLINES[KINDS[kind]])
    return pose[:2] + rotated(corners, np.full(len(corners), pose[2]))


def _at(place: Array) -> str:
    return say("({place}, {place2})", place=number(float(place[0]), 1), place2=number(float(place[1]), 1))


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["right"] == 6 else "no"


LEXICON = {
    "distance": Words(("apart", "overlap", "distance between house and boat", "distancia", "separation", "separación")),
    "rounds": Words((
        "iterations", "routing iterations", "routing rounds", "rounds of routing", "rondas", "iteraciones",
    )),
    "noise": Words(("jitter", "ruido", "nivel de ruido", "noise level")),
    "turn": Words(("turned", "turned by", "rotation", "rotated by", "tilt", "girada", "rotación", "giro", "grados")),
    "examples": Words(("training examples", "posed examples", "learnt from", "ejemplos")),
    "scrambled": Words((
        "scramble", "wrong places", "mixed up", "jumbled", "in the wrong place", "shuffled", "revueltas",
        "desordenadas", "mezcladas",
    )),
}  # fmt: skip


DEMO = Demo(
    name="capsules",
    title="Capsule network",
    slide=37,
    group="Zoo",
    summary="Parts of a house and a boat vote for a whole; routing by agreement finds out what belongs together.",
    params=CapsulesParams,
    steps=steps,
    look_for=(
        "Where parts sit in a house and in a boat is learnt from examples in all poses.",
        "Each part votes for both wholes, for alone it cannot know.",
        "Votes of parts that belong together meet in one place, however the house is turned.",
        "Round by round the shares move from one third to nearly one.",
        "The length falls when the parts of a house are scrambled; counting them sees no difference.",
    ),
    examples=(
        Request("Show me capsules"),
        Request("Run routing by agreement for 8 rounds", {"rounds": 8}),
        Request("capsule network with overlap 1.5", {"distance": 1.5}),
        Request("capsules with noise 0.5", {"noise": 0.5}),
        Request("a house turned by 90 degrees in a capsule network", {"turn": 90}),
        Request("scrambled parts in a capsule network", {"scrambled": True}),
        Request("dynamic routing with 2 routing iterations and seed 5", {"rounds": 2, "seed": 5}),
        Request("red de cápsulas con jitter 0.3", {"noise": 0.3}),
        Request("Hinton's capsules: which part belongs to which whole?"),
        Request("Let the parts of a house and a boat vote for the whole that they belong to"),
        Request("Find out by agreement which parts belong together, 6 rounds", {"rounds": 6}),
        Request("Do a roof and a wall in the wrong places still make a house? Show it.", {"scrambled": True}),
        Request("Deja que las partes voten por el todo con 5 rondas", {"rounds": 5}),
    ),
    presets={
        "apart": Preset(
            "A house and a boat", {}, "Watch the shares leave one third: nobody tells the parts where they belong.",
            (Claim("right", "==", 6), Claim("house", ">=", 0.8), Claim("boat", ">=", 0.8)),
        ),
        "upside": Preset(
            "Upside down", {"turn": 180},
            "Turned over it is still a house to capsules that vote with angles, not to those that vote with places.",
            (Claim("right", "==", 6), Claim("house", ">=", 0.8), Claim("flat_house", "<=", 0.4)),
        ),
        "overlap": Preset(
            "One on top of the other", {"distance": 0.4, "rounds": 6},
            "Nearness no longer tells whose part it is, and agreement still does.",
            (Claim("right", "==", 6), Claim("near", "<=", 4)),
        ),
        "scrambled": Preset(
            "A scrambled house", {"scrambled": True}, "All parts are there, in wrong places: their votes do not meet.",
            (Claim("house", "<=", 0.3), Claim("boat", ">=", 0.8), Claim("counted", "==", 3)),
        ),
        "noisy": Preset(
            "Unsure places", {"noise": 0.8}, "When places are unsure, so is agreement.",
            (Claim("house", "<=", 0.5), Claim("boat", "<=", 0.5)),
        ),
    },
    prediction=Prediction("Will every part be routed to its own whole?", ("yes", "no"), _check),
    aliases=(
        "capsule", "capsnet", "routing by agreement", "dynamic routing", "red de cápsulas", "capsule networks",
        "capsule net", "caps net", "capsnets", "hinton's capsules", "agreement routing",
        "routing by agreement of capsules", "part-whole", "parts and wholes", "cápsulas", "redes de cápsulas",
        "enrutamiento por acuerdo", "enrutamiento dinámico",
    ),
    measures=(
        Measure("house", "score", "length of the house, how sure it is"),
        Measure("boat", "score", "length of the boat"),
        Measure("right", "score", "parts with their own whole, of six"),
        Measure("share", "quantity", "mean largest share of a part"),
        Measure("round", "clock"),
        Measure("seat_error", "error", "how far the learnt seats are off, on average"),
        Measure("flat_house", "quantity", "length of the house when angles are ignored"),
        Measure("near", "quantity", "parts that nearness gets right"),
    ),
    converged=Convergence("every part is with its own whole from then on", claim=Claim("right", "==", 6)),
    words=LEXICON,
)  # fmt: skip
