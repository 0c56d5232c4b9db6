"""The liquid state machine: a pool of spiking neurons, and a reader of its ripples.

Leaky integrate-and-fire neurons, one step of dt = 1 ms at a time:

    I ← I·exp(-dt / τ_s) + W·s                  current: what spikes of other neurons leave behind, fading slowly
    v ← v·exp(-dt / τ) + I + W_in·s_in          potential: it leaks, and currents and input spikes push it up or down
    a neuron with v ≥ 1 spikes (s = 1), and its v goes back to 0
    r ← r·exp(-dt / τ_r) + s                    a fading trace of its spikes: the state of the liquid

One neuron in five is inhibitory: its weights are negative. The joints are random and never learnt. Two bursts of spikes
are thrown in like stones into water, each on channels A or B, with a silence between them. Were both on the same
channels? That is XOR in time: no sum of what the single bursts left behind can say it, for each burst alone tells
nothing. A linear reader, solved by least squares, reads the traces a little after the second burst, with some noise:

    (RᵀR + λ·I)·w = Rᵀ·d

Two controls show what the liquid is for. The same reader on fading traces of the input itself has nothing that mixes
the bursts. And neurons without joints have forgotten the first burst when the second comes: τ is much shorter than the
silence.

Source: W. Maass, T. Natschläger and H. Markram, "Real-time computing without stable states" (2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demos.lib.readout import Array, ridge
from demos.runtime.contract import Params, param

CHANNELS, TAU, TAU_CURRENT, TAU_TRACE = 4, 20.0, 60.0, 25.0
BURST, AFTER = (5, 8, 11), 19
"""When the spikes of a burst come, counted from its window's start, and how long after the last the reader looks."""
LEARN, TEST = 200, 100
BLUR = 0.02
"""Standard deviation of the noise in every reading of a trace: what has faded below it is lost."""


class LiquidStateMachineParams(Params):
    size: int = param(60, "How many spiking neurons.", low=5, high=150, unit="neurons")
    jitter: float = param(
        1.0, "How far each input spike is moved at random, standard deviation.", low=0, high=40, unit="ms"
    )
    strength: float = param(0.01, "Size of the weights between neurons; 0 takes the joints away.", low=0, high=2)
    gap: int = param(80, "Silence between the two bursts.", low=20, high=150, unit="ms")
    delay: int = param(
        0, "Further silence between the second burst and the reading.", low=0, high=300, unit="milliseconds"
    )

    @property
    def length(self) -> int:
        """Milliseconds from the start to the reading."""
        return self.gap + BURST[-1] + AFTER + self.delay


def throws(params: LiquidStateMachineParams, size: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Input spikes (size, length, channels), all four pairs of bursts equally often, and +1 where both are the same."""
    pair = random.permutation(np.arange(size) % 4)
    spikes, every = np.zeros((size, params.length, CHANNELS)), np.arange(size)
    for start, letter in ((0, pair // 2), (params.gap, pair % 2)):
        for time in BURST:
            for channel in (0, 1):
                moved = np.round(start + time + params.jitter * random.standard_normal(size)).astype(int)
                spikes[every, np.clip(moved, 0, params.length - 1), 2 * letter + channel] = 1
    return spikes, np.where(pair // 2 == pair % 2, 1.0, -1.0)


def liquid(params: LiquidStateMachineParams, random: np.random.Generator) -> tuple[Array, Array]:
    """W (size, size), a fifth of the senders inhibitory, and W_in (size, channels)."""
    n = params.size
    joined = random.random((n, n)) < 0.2
    sign = np.where(np.arange(n) < n // 5, -2.0, 1.0)
    w = params.strength * joined * random.random((n, n)) * sign[None, :]
    np.fill_diagonal(w, 0)
    return w, 0.9 * random.random((n, CHANNELS)) * (random.random((n, CHANNELS)) < 0.5)


def waves(w: Array, w_in: Array, spikes: Array) -> Iterator[tuple[Array, Array, Array]]:
    """Potentials, spikes and traces (throws, neurons), ms after ms, under input spikes (throws, T, channels)."""
    v, s, r, i = np.zeros((4, len(spikes), len(w)))
    for inputs in spikes.transpose(1, 0, 2):
        i = i * np.exp(-1 / TAU_CURRENT) + s @ w.T
        v = v * np.exp(-1 / TAU) + i + inputs @ w_in.T
        s = (v >= 1).astype(float)
        v = np.where(s > 0, 0.0, np.maximum(v, -1.0))
        r = r * np.exp(-1 / TAU_TRACE) + s
        yield v, s, r


def ripple(w: Array, w_in: Array, spikes: Array) -> tuple[Array, Array, Array]:
    """Potentials, spikes and traces (T, neurons) of the liquid under the input spikes (T, channels) of one throw."""
    potentials, fired, traces = np.array(list(waves(w, w_in, spikes[None])))[:, :, 0].transpose(1, 0, 2)
    return potentials, fired, traces


def last_traces(w: Array, w_in: Array, spikes: Array) -> tuple[Array, Array]:
    """The traces (throws, neurons) at the reading, and how many spikes each throw made."""
    made, r = np.zeros(len(spikes)), np.zeros((len(spikes), len(w)))
    for _, s, now in waves(w, w_in, spikes):
        made, r = made + s.sum(1), now
    return r, made


def faded(spikes: Array) -> Array:
    """The control without neurons: traces of the input itself (throws, channels) at the reading."""
    age = np.arange(spikes.shape[1])[::-1]
    return np.asarray((spikes * np.exp(-age / TAU_TRACE)[None, :, None]).sum(1))


class Reader:
    """A linear reader of traces, solved on the first LEARN throws."""

    def __init__(self, traces: Array, label: Array, random: np.random.Generator) -> None:
        blurred = traces + BLUR * random.standard_normal(traces.shape)
        states = np.concatenate([blurred, np.ones((len(traces), 1))], 1)
        self.w = ridge(states[:LEARN], label[:LEARN], 0.1)
        self.says = states @ self.w
        self.right = np.sign(self.says) == label

    @property
    def score(self) -> float:
        """Share right of the throws that it has not learnt."""
        return float(self.right[LEARN:].mean())


@dataclass(frozen=True, slots=True)
class Run:
    """The liquid (W, W_in), the throws with their labels, how many spikes each made, and three readers: of the liquid,
    and as controls of the input's own traces and of the same neurons without joints."""

    inside: tuple[Array, Array]
    inputs: Array
    label: Array
    spikes: Array
    reader: Reader
    plain: Reader
    unjoined: Reader


def run(params: LiquidStateMachineParams) -> Run:
    """Throw stones, and learn to read what is left of the ripples."""
    random = np.random.default_rng(params.seed)
    w, w_in = liquid(params, random)
    inputs, label = throws(params, LEARN + TEST, random)
    traces, spikes = last_traces(w, w_in, inputs)
    reader = Reader(traces, label, random)
    alone, _ = last_traces(0 * w, w_in, inputs)
    plain, unjoined = Reader(faded(inputs), label, random), Reader(alone, label, random)
    return Run((w, w_in), inputs, label, spikes, reader, plain, unjoined)
