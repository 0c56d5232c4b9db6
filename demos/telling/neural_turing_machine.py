"""Tells the demo neural_turing_machine: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from demos.lib.prelude import open_with
from demos.runtime.contract import Claim, Demo, Frame, Measure, Prediction, Preset, Request, Words
from demos.runtime.messages import say
from demos.telling._memory_machine import CHOICES, MachineStory, outcome
from demos.zoo.neural_turing_machine import NeuralTuringMachineParams, run, unroll


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
        "neural_turing_machine",
        say("Neural Turing Machine"),
        unroll,
        partial(run, params),
        params.length,
        params.seed,
        finding,
    )
    yield from open_with(story.opening(), story.scenes)


def _check(frames: Sequence[Frame]) -> str:
    return outcome(frames[-1].metrics["wrong"])


LEXICON = {
    "length": Words((
        "sequence length", "bits rows", "row", "copies", "filas", "longitud", "sequence of", "rows of bits",
    )),
}  # fmt: skip


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
    words=LEXICON,
)  # fmt: skip
