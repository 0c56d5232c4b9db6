"""What a demo run has learnt: its last weights, as its metrics or the panel that shows them tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from demos.runtime.contract import Bars, Demo, Frame, Heatmap, Network, Panel

__all__ = ["learnt"]

MOST = 24
"""Most weights that are told one by one."""


def learnt(demo: Demo, frames: Sequence[Frame]) -> dict[str, Any]:
    """The last weights: {"values": {name: value}, "panel": title, "frame": number from 1}, as far as there are any.

    Where they are too many, or have no names, `values` is empty and the panel stands for them.
    """
    names = [measure.metric for measure in demo.measures if measure.role == "weight"]
    for number in range(len(frames), 0, -1):
        frame = frames[number - 1]
        if any(name in frame.metrics for name in names):
            values = {name: frame.metrics[name] for name in names if name in frame.metrics}
            return {"values": values, "panel": "", "frame": number}
        if panel := next((panel for panel in frame.panels if demo.weights_in and panel.title == demo.weights_in), None):
            return {"values": _in_panel(panel), "panel": panel.title, "frame": number}
    return {}


def _in_panel(panel: Panel) -> dict[str, float]:
    """The numbers of a panel by their names; none where one lacks a name of its own."""
    found = list(_named(panel))
    values = dict(found)
    told = len(found) == len(values) <= MOST and all(re.search(r"[^\W\d_]", name) for name in values)
    return values if told else {}


def _named(panel: Panel) -> Iterator[tuple[str, float]]:
    match panel:
        case Network(nodes=nodes, edges=edges):
            labels = {node.id: node.label for node in nodes}
            for edge in edges:
                yield f"{labels.get(edge.source, edge.source)} → {labels.get(edge.target, edge.target)}", edge.weight
        case Heatmap(values=rows):
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    yield f"{_name(panel.rows, i)}, {_name(panel.columns, j)}", value
        case Bars(labels=labels_, values=values):
            yield from zip(labels_, values, strict=False)
        case _:
            return


def _name(names: Sequence[str], place: int) -> str:
    return names[place] if place < len(names) else str(place + 1)
