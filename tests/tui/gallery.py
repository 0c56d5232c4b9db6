"""A run whose frames show every kind of panel, for tests of how they are drawn."""

from __future__ import annotations

from demos.runtime.contract import (
    Bars,
    Curve,
    Edge,
    Frame,
    Heatmap,
    Image,
    Network,
    Node,
    Panel,
    Region,
    Scatter,
    Series,
    Table,
    Text,
    Tokens,
)
from tests.tui.scripted import PROVENANCE
from tutor.events import Answered, DemoFinished, DemoFrame, DemoStarted, Event, Token

__all__ = ["PANELS", "shown"]

GREY = tuple(tuple((row + column) / 22 for column in range(12)) for row in range(12))
PANELS: tuple[Panel, ...] = (
    Image(title="A picture", pixels=GREY),
    Image(title="In colour", channels=(GREY, GREY[::-1], GREY)),
    Heatmap(title="A large matrix", values=tuple(tuple(range(row, row + 70)) for row in range(70))),
    Heatmap(title="A matrix", values=((0.1, -0.9), (0.4, 0.2)), rows=("one", "two"), columns=("a", "b")),
    Scatter(
        title="Points",
        groups=(Series(name="up", x=(0, 1), y=(0, 1)),),
        lines=(Series(name="rule", x=(-1, 2), y=(2, -1)),),
        region=Region(values=((1, -1), (-1, 1)), x_range=(-1, 2), y_range=(-1, 2)),
    ),
    Curve(title="A curve", series=(Series(name="a", x=(0, 1, 2), y=(3, -1, 2)),)),
    Network(
        title="A net",
        nodes=(Node(id="a", label="in", x=0, y=0), Node(id="b", label="out", x=1, y=1, value=-1)),
        edges=(Edge(source="a", target="b", weight=0.5, label="w"),),
    ),
    Bars(title="Bars", labels=("more", "less"), values=(3, -2)),
    Tokens(title="Words", tokens=("the", "cat"), weights=(0.1, 0.9)),
    Table(title="Rows", columns=("n",), rows=(("1",), ("2",))),
    Text(title="A text", text="Plain words."),
)


def shown() -> list[Event]:
    """The events of a demo that shows all of them, two a frame."""
    frames = [
        Frame(caption=f"Frame {number}.", progress=1, panels=(panel, PANELS[number - 1]), metrics={"step": number})
        for number, panel in enumerate(PANELS)
    ]
    return [
        DemoStarted("walk", "Every panel", {}, "run"),
        *(DemoFrame(number, frame) for number, frame in enumerate(frames)),
        DemoFinished("All shown.", len(frames)),
        Token("All shown."),
        Answered("All shown.", "demonstrated", (), PROVENANCE),
    ]
