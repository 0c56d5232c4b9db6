"""Tells the demo differentiable_neural_computer: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from demos.lib.prelude import open_with
from demos.runtime.contract import Claim, Demo, Frame, Measure, Prediction, Preset, Request, Words
from demos.runtime.messages import say
from demos.telling._memory_machine import CHOICES, MachineStory, outcome
from demos.zoo.differentiable_neural_computer import DifferentiableNeuralComputerParams, run, unroll


def finding(phase: str, places: Sequence[int]) -> str:
    """Whether the slot was free, or how it lies to the one before."""
    if phase == "write":
        free = places[-1] not in places[:-1]
        return say("No row was there before.") if free else say("A row was there before, and is written over.")
    if len(places) < 2:
        return say("From here links lead on.")
    return say("The row before was in slot {places}: links need no neighbours.", places=places[-2] + 1)


def steps(params: DifferentiableNeuralComputerParams) -> Iterator[Frame]:
    """The rows, writing, the turn, reading, longer lengths, and how many bits are right."""
    story = MachineStory(
        "differentiable_neural_computer", "DNC", unroll, partial(run, params), params.length, params.seed, finding
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
    name="differentiable_neural_computer",
    title="Differentiable neural computer",
    slide=37,
    group="Zoo",
    summary="A memory that knows what is free and what came after what copies rows of bits by its links.",
    params=DifferentiableNeuralComputerParams,
    steps=steps,
    look_for=(
        "Writing goes to slots that are free.",
        "Reading follows the links, in the order of writing, wherever the rows lie.",
        "It copies more rows than it was ever trained on.",
    ),
    examples=(
        Request("Show me a differentiable neural computer"),
        Request("Run the DNC with 16 rows", {"length": 16}),
        Request("differentiable neural computer on a sequence length of 20", {"length": 20}),
        Request("DNC copy task, 5 rows", {"length": 5}),
        Request("dnc with six rows and seed 3", {"length": 6, "seed": 3}),
        Request("computadora neuronal diferenciable con 8 rows", {"length": 8}),
        Request("watch memory being allocated and linked in a DNC"),
        Request("Can a DNC copy 24 rows? Show it.", {"length": 24}),
        Request("Copy 10 rows with a memory that knows what is free and what came next", {"length": 10}),
        Request("Show how a network allocates memory and follows temporal links"),
        Request("Let a network store 14 rows in memory and read them back by their links", {"length": 14}),
        Request("Copia 7 filas con una memoria enlazada", {"length": 7}),
    ),
    presets={
        "twelve": Preset("Twelve rows", {}, "Four more than it ever saw in training.", (Claim("wrong", "==", 0),)),
        "short": Preset(
            "Five rows", {"length": 5},
            "Follow allocation and links slot by slot.",
            (Claim("wrong", "==", 0),),
        ),
        "long": Preset(
            "Twenty-four rows", {"length": 24},
            "Three times as long as trained: where does it go wrong?",
            (Claim("wrong", ">", 0),),
        ),
    },
    prediction=Prediction("How well will it copy the rows?", CHOICES, _check),
    aliases=(
        "dnc", "differentiable neural computers", "computadora neuronal diferenciable", "differentiable computer",
        "neural computer", "differentiable memory", "memory with links", "computador neuronal diferenciable",
        "computadoras neuronales diferenciables", "computador diferenciable",
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
