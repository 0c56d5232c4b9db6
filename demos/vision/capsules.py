"""Capsules: each part votes for a whole, and votes that agree win.

A capsule's output is a vector: its length says how sure it is that something is there, its direction how it stands. A
pose here is a place and an angle. Each part i predicts the pose of each whole j from its own, as it knows where it
sits in such a whole (its seat): it takes the whole's angle to be its own, turns the seat by it and steps back,

    vote_ij = (place_i - R(angle_i)·seat_j, angle_i)            R: rotation; in the paper a learnt matrix W_ij

so a turned house is a house, seen from elsewhere. A vote is told as a direction û: each wave of a bank runs over place
and angle, and its cosine and sine there are two numbers of û. So û·û' is 1 where two votes are the same, small where
they differ, and hangs on their difference alone: it does not matter where in the picture the whole is. Routing by
agreement then decides whose part it is:

    c_ij = softmax over j of b_ij           how part i shares out its vote among the wholes and "neither"
    s_j = Σ_i c_ij·û_ij                     the votes for whole j, added up
    a_j = Σ_{i≠k} c_ij·c_kj·û_ij·û_kj / Σ_{i≠k} c_ij·c_kj    how far different votes agree (0 if less than that)
    v_j = a_j·s_j/|s_j|
    b_ij ← b_ij + γ·û_ij·v_j                a vote that points the way of the result counts more in the next round
    b_i,neither ← b_i,neither + γ·θ·max_j a_j

At first b = 0 and every part shares equally. Parts of one whole predict the same pose, so their votes add up; the
votes of other parts point elsewhere and are turned away. Here a house and a boat are made of the same kinds of parts
(triangle, box, line), so a part alone does not tell what it belongs to. The published length is that of the squashed
sum, which grows with many votes even if they disagree; this one is the agreement itself. The seats are learnt from
houses and boats shown in many poses: turned back by the part's angle, a part sits at one place, and the mean over all
examples is the least squares. What is left out: parts are given and not found in pixels, and the paper learns its
matrices by the error of the whole network.

Source: S. Sabour, N. Frosst and G. Hinton, "Dynamic routing between capsules" (2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    Params,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    param,
)
from demos.runtime.messages import say

Array = NDArray[np.float64]
KINDS = (say("triangle"), say("box"), say("line"))
WHOLES = (say("house"), say("boat"))
TAKERS = (say("the house"), say("the boat"), say("neither"))
SEATS = np.array([[[0.0, 1.0], [0.0, 0.0], [0.9, -0.6]], [[0.8, 0.3], [0.0, -0.9], [-0.7, 0.6]]])
"""Where each kind of part sits in a house and in a boat, seen from the middle of the whole."""
OUTLINES = {
    say("triangle"): ((-0.5, -0.35), (0.5, -0.35), (0.0, 0.45), (-0.5, -0.35)),
    say("box"): ((-0.45, -0.4), (0.45, -0.4), (0.45, 0.4), (-0.45, 0.4), (-0.45, -0.4)),
    say("line"): ((-0.35, 0.0), (0.35, 0.0)),
}
TURNS = np.arange(4) * np.pi / 4
WAVES = np.concatenate([2 * np.pi / n * np.stack([np.cos(TURNS), np.sin(TURNS)], 1) for n in (2.0, 3.5, 6.0)])
"""Twelve waves (12, 2): four directions, wavelengths 2, 3.5 and 6."""
HARMONICS = np.array([-1.0, 0.0, 1.0])
"""How often each wave goes round while the angle does."""
MOST_SHOWN = 60
GAIN, NEITHER = 16.0, 0.5
"""γ, and θ: what "neither" gains, as a share of what full agreement with the surest whole gains."""


class CapsulesParams(Params):
    distance: float = param(
        3.0, "How far apart house and boat are; below 2 they overlap.", low=0.2, high=6,
        aliases=("apart", "overlap", "distance between house and boat", "distancia", "separation", "separación"),
    )  # fmt: skip
    rounds: int = param(
        4, "How many rounds of routing.", low=1, high=10, unit="rounds",
        aliases=("iterations", "routing iterations", "routing rounds", "rounds of routing", "rondas", "iteraciones"),
    )  # fmt: skip
    noise: float = param(
        0.1, "Standard deviation of the error of each part's place.", low=0, high=1,
        aliases=("jitter", "ruido", "nivel de ruido", "noise level"),
    )  # fmt: skip
    turn: float = param(
        30.0, "By how many degrees the house is turned.", low=-180, high=180, unit="degrees",
        aliases=("turned", "turned by", "rotation", "rotated by", "tilt", "girada", "rotación", "giro", "grados"),
    )  # fmt: skip
    examples: int = param(
        20, "How many posed houses and boats the seats of the parts are learnt from.", low=1, high=500,
        aliases=("training examples", "posed examples", "learnt from", "ejemplos"),
    )  # fmt: skip
    scrambled: bool = param(
        False, "Whether the parts of the house are in the wrong places.",
        aliases=(
            "scramble", "wrong places", "mixed up", "jumbled", "in the wrong place", "shuffled", "revueltas",
            "desordenadas", "mezcladas",
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Round:
    """One round: shares c (n, 3), the last for neither, and lengths a (2); agreements b (n, 2) after it."""

    c: Array
    a: Array
    b: Array


def direction(poses: Array) -> Array:
    """û (..., 72), of length 1, for poses (..., 3): x, y and the angle."""
    runs = (poses[..., :2] @ WAVES.T)[..., None] + poses[..., 2, None, None] * HARMONICS
    runs = runs.reshape(*poses.shape[:-1], -1)
    return np.asarray(np.concatenate([np.cos(runs), np.sin(runs)], -1) / np.sqrt(runs.shape[-1]))


def agreement(c: Array, u: Array) -> Array:
    """a (2): the mean of û_ij·û_kj over pairs of different votes, weighted by shares c (n, 2); 0 at least."""
    own, s = (c**2).sum(0), (c[:, :, None] * u).sum(0)
    pairs = np.maximum(c.sum(0) ** 2 - own, 1e-9)
    return np.asarray(np.maximum((s**2).sum(-1) - own, 0) / pairs)


def route(votes: Array, rounds: int) -> list[Round]:
    """Routing by agreement of votes (n parts, 2 wholes, 3 numbers of a pose)."""
    u, b, done = direction(votes), np.zeros((len(votes), 3)), []
    for _ in range(rounds):
        c = np.exp(b - b.max(1, keepdims=True))
        c /= c.sum(1, keepdims=True)
        s, a = (c[:, :2, None] * u).sum(0), agreement(c[:, :2], u)
        v = a[:, None] * s / np.maximum(np.linalg.norm(s, axis=1, keepdims=True), 1e-12)
        gained = np.concatenate([(u * v).sum(-1), np.full((len(b), 1), NEITHER * a.max())], 1)
        b = b + GAIN * gained
        done.append(Round(c, a, b[:, :2]))
    return done


def rotated(places: Array, angles: Array) -> Array:
    """Places (..., 2) turned about the origin by angles (...) in radians."""
    c, s = np.cos(angles), np.sin(angles)
    x, y = places[..., 0], places[..., 1]
    return np.stack([c * x - s * y, s * x + c * y], -1)


def place(params: CapsulesParams, random: np.random.Generator) -> tuple[Array, Array]:
    """The poses of house and boat (2, 3), and those of their six parts as they are found (6, 3)."""
    away = params.distance / 2 * np.array([np.cos(0.5), np.sin(0.5)])
    wholes = np.array([[*-away, np.radians(params.turn)], [*away, 0.0]])
    seats = SEATS.copy()
    if params.scrambled:
        seats[0] = seats[0][[2, 0, 1]] * 1.5
    places = wholes[:, None, :2] + rotated(seats, wholes[:, 2, None])
    found = np.concatenate([places, np.repeat(wholes[:, None, 2:], 3, 1)], 2).reshape(6, 3)
    wrong = np.concatenate([random.standard_normal((6, 2)), random.standard_normal((6, 1)) / 2], 1)
    return wholes, found + params.noise * wrong


def shown(params: CapsulesParams, random: np.random.Generator) -> Array:
    """Where parts sit (examples, 2, 3, 2) in houses and boats of random poses: the way from whole to part, turned back
    by the part's own angle, with the errors that places and angles have."""
    poses = np.concatenate(
        [random.uniform(-3, 3, (params.examples, 2, 2)), random.uniform(-3, 3, (params.examples, 2, 1))], 2
    )
    angles = np.repeat(poses[..., 2:], 3, 2)
    places = poses[:, :, None, :2] + rotated(SEATS, angles)
    places = places + params.noise * random.standard_normal(places.shape)
    angles = angles + params.noise * random.standard_normal(angles.shape) / 2
    return rotated(places - poses[:, :, None, :2], -angles)


def learn(sat: Array) -> Array:
    """The seats (2, 3, 2): the mean of where parts sat is nearest to all of them."""
    return np.asarray(sat.mean(0))


def predict(found: Array, seated: Array = SEATS) -> Array:
    """The votes (6, 2, 3): how a house and a boat would stand, by each part: its place less its turned seat."""
    seats, angles = seated[:, np.arange(6) % 3].transpose(1, 0, 2), np.repeat(found[:, None, 2], 2, 1)
    return np.concatenate([found[:, None, :2] - rotated(seats, angles), angles[..., None]], 2)


def flat(found: Array) -> Array:
    """The same poses as one sees them who takes everything to stand upright."""
    return np.asarray(found * np.array([1, 1, 0]))


def steps(params: CapsulesParams) -> Iterator[Frame]:
    """The parts, the vote of each, the rounds of routing, and who got what."""
    middles, found = place(params, np.random.default_rng(params.seed))
    sat = shown(params, np.random.default_rng([params.seed, 1]))
    votes = predict(found, learn(sat))
    story = Story(params, middles, found, sat, votes, route(votes, params.rounds))
    scenes = [story.opening(), story.learning(), *map(story.vote, range(6)), story.even()]
    for index in range(params.rounds):
        scenes += [story.shares(index), story.wholes(index)]
    yield from play([*scenes, story.controls(), story.ending()])


class Story:
    def __init__(
        self, params: CapsulesParams, middles: Array, found: Array, sat: Array, votes: Array, rounds: list[Round]
    ) -> None:
        self.params, self.middles, self.found, self.votes, self.rounds = params, middles, found, votes, rounds
        self.sat, self.seats = sat, learn(sat)
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
)  # fmt: skip
