"""A tutor that reads from a script, and the app around it: `python -m tests.tui.scripted [FOLDER]` runs it by hand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from demos.runtime.contract import (
    Bars,
    Curve,
    Demo,
    DemoError,
    Frame,
    Params,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
)
from knowledge.passages import Passage
from tutor.conversations.store import Conversations, Exchange
from tutor.errors import Problem
from tutor.events import (
    Answered,
    Citation,
    DemoFinished,
    DemoFrame,
    DemoRun,
    DemoStarted,
    Dropped,
    Event,
    Failed,
    Provenance,
    Source,
    SourcesFound,
    Token,
    Usage,
)
from tutor.tui.app import TizaApp

PROVENANCE = Provenance("SmolLM2-135M-Instruct", "b179c9523d0e6a0f98a330c7562b6827", None, 7, "lecture-3f2a", "0.1.0")
SLIDES = {
    18: """# Perceptron (1957)

Frank Rosenblatt built the perceptron in 1957. It was the first neural network that could *learn*.

- The weights change only after a mistake.
- A single perceptron cannot learn XOR, because one line cannot part its points.

| x1 | x2 | XOR |
|----|----|-----|
| 0 | 1 | 1 |

Read more at <https://en.wikipedia.org/wiki/Perceptron>.
""",
    17: "# Artificial neuron (1943)\n\nWarren McCulloch and Walter Pitts described a neuron as a *threshold unit*.",
}


def passage(slide: int, title: str, *sentences: str) -> Passage:
    return Passage(
        f"id{slide}", "lecture", "lecture", "lecture", title, "Dense Layers", " ".join(sentences), sentences, slide
    )


PERCEPTRON = passage(
    18,
    "Perceptron (1957)",
    "Frank Rosenblatt built the perceptron in 1957.",
    "A single perceptron cannot learn XOR, because one line cannot part its points.",
)
NEURON = passage(
    17, "Artificial neuron (1943)", "Warren McCulloch and Walter Pitts described a neuron as a threshold unit."
)
SOURCES = (Source(1, PERCEPTRON, 0.9), Source(2, NEURON, 0.4))


class WalkParams(Params):
    kind: Literal["line", "wave"] = Field("line", description="What the curve does.")
    steps: int = Field(20, ge=2, le=60, description="How many steps it takes.", json_schema_extra={"unit": "steps"})
    slope: float = Field(1.0, ge=-5, le=5, description="How steep it is.")
    noisy: bool = Field(False, description="Whether it shakes.")


def walk(params: WalkParams) -> Iterator[Frame]:
    for step in range(1, params.steps + 1):
        x = tuple(float(i) for i in range(step + 1))
        y = tuple(params.slope * i for i in x)
        yield Frame(
            caption=f"Step {step}: the curve rises because the slope is {params.slope}.",
            progress=step / params.steps,
            metrics={"step": step, "height": y[-1]},
            panels=(
                Curve(title="Height", series=(Series(name="height", x=x, y=y),), x_label="step", y_label="m"),
                Scatter(
                    title="Points",
                    groups=(Series(name="up", x=x, y=y), Series(name="down", x=x, y=tuple(-v for v in y))),
                    lines=(Series(name="boundary", x=(0.0, float(step)), y=(0.0, 0.0)),),
                ),
                Bars(title="So far", labels=("done", "left"), values=(step, params.steps - step)),
            ),
            moment="halfway" if step == params.steps // 2 else "",
        )


WALK = Demo(
    name="walk",
    title="A walk",
    slide=18,
    group="Dense Layers",
    summary="A curve that rises step by step.",
    params=WalkParams,
    steps=walk,
    look_for=("The line never bends.",),
    examples=(Request("walk 30 steps", {"steps": 30}),),
    presets={"steep": Preset("Steep", {"slope": 4.0}, "Set the slope to 4: it leaves the picture.")},
    prediction=Prediction("Does it end above zero?", ("yes", "no"), lambda frames: "yes" if frames else "no"),
)


class OneDemo:
    """A catalogue of the walk alone."""

    def all_demos(self) -> Sequence[Demo]:
        return (WALK,)

    def load(self, name: str) -> Demo:
        if name != "walk":
            raise DemoError(f"There is no demo called {name!r}.", code="unknown_demo")
        return WALK


async def run_here(demo: Demo, params: Params) -> AsyncIterator[Frame]:
    """A demo's frames, made in this process."""
    for frame in demo.steps(params):
        yield frame
        await asyncio.sleep(0)


class ScriptedTutor:
    """Answers by a script: question -> events. `pause` is the wait before each event, in seconds.

    `gate` holds up the preparation and, before event number `waits_at`, `go` the answer.
    """

    def __init__(self, script: Callable[[str], Sequence[Event | Exception]], pause: float = 0.0) -> None:
        self.script, self.pause = script, pause
        self.asked: list[str] = []
        self.histories: list[tuple[Exchange, ...]] = []
        self.freed = 0
        self.unready: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.waits_at: int | None = None
        self.go = asyncio.Event()

    async def prepare(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.unready is not None:
            raise self.unready

    async def answer(self, question: str, history: Sequence[Exchange], *, seed: int = 0) -> AsyncIterator[Event]:
        del seed
        self.asked.append(question)
        self.histories.append(tuple(history))
        try:
            for number, event in enumerate(self.script(question)):
                if number == self.waits_at:
                    await self.go.wait()
                await asyncio.sleep(self.pause)
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.freed += 1

    def slide(self, number: int) -> str:
        return SLIDES[number]

    def suggestions(self) -> tuple[str, ...]:
        return ("Who made the perceptron?", "Can it learn XOR?", "Show me a walk")


def pieces(text: str) -> list[Token]:
    return [Token(word + " ") for word in text.split(" ")]


def told(text: str, *, sources: Sequence[Source] = SOURCES, suggestions: tuple[str, ...] = ()) -> list[Event]:
    """An answer that cites the first source's last sentence and the second's first."""
    citations = tuple(Citation(s.marker, s.passage, s.passage.sentences[-1]) for s in sources)
    dropped = (Dropped("It was blue.", "no source"),)
    ending = Answered(text, "answered", citations, PROVENANCE, Usage(812, 60), None, suggestions, dropped)
    return [SourcesFound(tuple(sources)), *pieces(text), ending]


def declined() -> list[Event]:
    text = "The course says nothing about football."
    return [SourcesFound(SOURCES[1:]), *pieces(text), Answered(text, "not_covered", (), PROVENANCE)]


def demonstrated(steps: int = 20) -> list[Event]:
    frames = list(walk(WalkParams(steps=steps)))
    run = DemoRun("walk", {"steps": steps}, "run1")
    return [
        DemoStarted("walk", "A walk", {"steps": steps}, "run1"),
        *(DemoFrame(number, frame) for number, frame in enumerate(frames)),
        DemoFinished(frames[-1].caption, len(frames)),
        Token("It rose."),
        Answered("It rose.", "demonstrated", (), PROVENANCE, demo=run),
    ]


LONG = (
    "The **perceptron** was built by Frank Rosenblatt in 1957 [1]. It adds its weighted inputs and asks for the "
    "sign:\n\n"
    "- the weights change only after a *mistake*;\n- a single one cannot learn `XOR` [1].\n\n"
    "It follows the threshold neuron of McCulloch and Pitts [2]."
)


STOPPED = Problem("model_failed", "The model stopped in mid-answer.", "Ask again.")


def by_hand(question: str) -> Sequence[Event | Exception]:
    """The script of the app that is run by hand."""
    lower = question.lower()
    if "walk" in lower:
        return demonstrated()
    if "football" in lower:
        return declined()
    if "fail" in lower:
        return [SourcesFound(SOURCES), Failed(STOPPED)]
    if "crash" in lower:
        return [Token("Well, "), RuntimeError("a bug")]
    return told(LONG, suggestions=("Can a perceptron learn XOR?", "Show me a walk"))


def build(
    folder: Path, script: Callable[[str], Sequence[Event | Exception]] = by_hand, *, pause: float = 0.0
) -> tuple[TizaApp, ScriptedTutor]:
    tutor = ScriptedTutor(script, pause)
    app = TizaApp(
        tutor,
        Conversations(f"sqlite:///{folder / 'conversations.db'}"),
        OneDemo(),
        run_here,
        preferences=folder / "terminal.json",
        exports=folder / "exports",
    )
    return app, tutor


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    build(place, pause=0.05)[0].run()
