"""The Neural Turing Machine: a network with a memory outside itself, and heads that move over it.

A head is a weighting over the slots of a memory M, shares that sum to one; it is made in four steps:

    w_c = softmax_i(β·cos(k, M_i))            by content: how much slot i is like a key k
    w_g = g·w_c + (1 - g)·w'                  or from the last place w'
    w_s(i) = Σ_j w_g(i - j)·s(j)              moved by -1, 0 or +1 slots
    w(i) = w_s(i)^γ / Σ_j w_s(j)^γ            and sharpened
    M_i ← M_i⊙(1 - w(i)·e) + w(i)·a           writing: erase, then add
    r = Σ_i w(i)·M_i                          reading

A controller gives k, β, g, s, γ, e and a at every step. All is smooth, so the whole machine learns by gradient descent.
On the copy task it learns a small program: move on and write, go back to the start, move on and read. The weights come
from `demos/training/neural_turing_machine.py`.

Source: A. Graves, G. Wayne and I. Danihelka, "Neural Turing machines" (2014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.lib.prelude import open_with
from demos.runtime.contract import Claim, Demo, Frame, Measure, Params, Prediction, Preset, Request, param
from demos.runtime.messages import say
from demos.zoo import _ntm
from demos.zoo._machine_story import CHOICES, MachineStory, outcome


class NeuralTuringMachineParams(Params):
    length: int = param(
        10, "How many rows of bits to copy; it was trained on 1 to 8.", low=3, high=24, unit="rows",
        aliases=("sequence length", "bits rows", "row", "copies", "filas", "longitud", "sequence of", "rows of bits"),
    )  # fmt: skip


def finding(_: str, places: Sequence[int]) -> str:
    """How far the head moved."""
    if len(places) < 2:
        return say("The head starts its way here.")
    moved = places[-1] - places[-2]
    return (
        say("One slot on from the step before.")
        if moved == 1
        else say("{moved:+d} slots from the step before.", moved=moved)
    )


def steps(params: NeuralTuringMachineParams) -> Iterator[Frame]:
    """The rows, writing, the turn, reading, longer lengths, and how many bits are right."""
    story = MachineStory(
        "neural_turing_machine", say("Neural Turing Machine"), _ntm.run, params.length, params.seed, finding
    )
    yield from open_with(story.opening(), story.scenes)


def _check(frames: Sequence[Frame]) -> str:
    return outcome(frames[-1].metrics["wrong"])


DEMO = Demo(
    name="neural_turing_machine",
    title="Neural Turing Machine",
    slide=37,
    group="Zoo",
    summary="A network with an outside memory copies rows of bits, even more rows than it was trained on.",
    params=NeuralTuringMachineParams,
    steps=steps,
    look_for=(
        "The write head moves on by one slot for each row.",
        "The read head goes the same way again: two diagonals.",
        "It copies more rows than it was ever trained on, until the heads blur.",
    ),
    examples=(
        Request("Show me a Neural Turing Machine"),
        Request("Neural Turing Machine with 15 rows", {"length": 15}),
        Request("Run the NTM on a sequence length of 20", {"length": 20}),
        Request("copy task with 4 rows on an NTM", {"length": 4}),
        Request("NTM, six rows, seed 3", {"length": 6, "seed": 3}),
        Request("máquina de Turing neuronal con 8 rows", {"length": 8}),
        Request("watch the read and write heads of a neural turing machine"),
        Request("Can a Neural Turing Machine copy 24 rows? Show it.", {"length": 24}),
        Request("Copy 9 rows of bits with read and write heads", {"length": 9}),
        Request("Teach a network with an outside memory to copy a list"),
        Request(
            "Does copying still work on 18 rows when it was trained on 8? Show it with a sequence length of 18.",
            {"length": 18},
        ),
        Request("Copia 13 filas de bits con memoria externa", {"length": 13}),
    ),
    presets={
        "ten": Preset("Ten rows", {}, "Two more than it ever saw in training.", (Claim("wrong", "==", 0),)),
        "short": Preset("Five rows", {"length": 5}, "Follow the two heads slot by slot.", (Claim("wrong", "==", 0),)),
        "long": Preset(
            "Twenty-four rows", {"length": 24},
            "Three times as long as trained: where does it go wrong?",
            (Claim("wrong", ">", 0),),
        ),
    },
    prediction=Prediction("How well will it copy the rows?", CHOICES, _check),
    aliases=(
        "ntm", "neural turing machines", "turing machine", "máquina de turing neuronal", "neural turing",
        "turing network", "network with external memory", "external memory", "memory-augmented network",
        "read and write heads", "máquina neuronal de turing", "máquinas de turing neuronales", "turing neuronal",
        "memoria externa",
    ),
    measures=(
        Measure("wrong", "mistakes", "bits wrong so far", "run"),
        Measure("used", "quantity", "slots in use"),
        Measure("step", "clock"),
        Measure("rows", "size"),
        Measure("at_20", "accuracy", "share of bits right at 20 rows"),
    ),
    heavy=True,
)  # fmt: skip
