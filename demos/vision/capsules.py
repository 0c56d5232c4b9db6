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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.runtime.contract import Params, param

Array = NDArray[np.float64]
SEATS = np.array([[[0.0, 1.0], [0.0, 0.0], [0.9, -0.6]], [[0.8, 0.3], [0.0, -0.9], [-0.7, 0.6]]])
"""Where each kind of part sits in a house and in a boat, seen from the middle of the whole."""
TURNS = np.arange(4) * np.pi / 4
WAVES = np.concatenate([2 * np.pi / n * np.stack([np.cos(TURNS), np.sin(TURNS)], 1) for n in (2.0, 3.5, 6.0)])
"""Twelve waves (12, 2): four directions, wavelengths 2, 3.5 and 6."""
HARMONICS = np.array([-1.0, 0.0, 1.0])
"""How often each wave goes round while the angle does."""
GAIN, NEITHER = 16.0, 0.5
"""γ, and θ: what "neither" gains, as a share of what full agreement with the surest whole gains."""


class CapsulesParams(Params):
    distance: float = param(3.0, "How far apart house and boat are; below 2 they overlap.", low=0.2, high=6)
    rounds: int = param(4, "How many rounds of routing.", low=1, high=10, unit="rounds")
    noise: float = param(0.1, "Standard deviation of the error of each part's place.", low=0, high=1)
    turn: float = param(30.0, "By how many degrees the house is turned.", low=-180, high=180, unit="degrees")
    examples: int = param(
        20, "How many posed houses and boats the seats of the parts are learnt from.", low=1, high=500
    )
    scrambled: bool = param(False, "Whether the parts of the house are in the wrong places.")


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


@dataclass(frozen=True, slots=True)
class Run:
    """The poses of both wholes (2, 3) and of their parts as found (6, 3), where parts sat in the examples, the seats
    learnt from them, the votes (6, 2, 3), and every round of routing."""

    wholes: Array
    found: Array
    sat: Array
    seats: Array
    votes: Array
    rounds: list[Round]


def run(params: CapsulesParams) -> Run:
    """Learn the seats from posed examples, then let the parts of one scene vote and agree."""
    wholes, found = place(params, np.random.default_rng(params.seed))
    sat = shown(params, np.random.default_rng([params.seed, 1]))
    seats = learn(sat)
    votes = predict(found, seats)
    return Run(wholes, found, sat, seats, votes, route(votes, params.rounds))
