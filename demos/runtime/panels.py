"""What a frame may show: typed panels of plain data, which each front end draws its own way."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from demos.runtime.messages import Said

Number = Annotated[float, Field(allow_inf_nan=False)]
Row = tuple[Number, ...]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Series(Value):
    """One named line or point group; x and y have the same length."""

    name: Said
    x: Row
    y: Row


class Curve(Value):
    """Lines over a common x axis."""

    kind: Literal["curve"] = "curve"
    title: Said
    series: tuple[Series, ...]
    x_label: Said = ""
    y_label: Said = ""
    x_range: tuple[Number, Number] | None = None
    y_range: tuple[Number, Number] | None = None


class Region(Value):
    """A coarse grid of values over the plane behind a scatter: decision surface, density, score.

    `values[i][j]` is the value in row i (y rising from y_range[0]) and column j (x rising from x_range[0]).
    """

    values: tuple[Row, ...]
    x_range: tuple[Number, Number]
    y_range: tuple[Number, Number]


LABELS = 3
"""From more named points than this a legend is harder to read than names at the points."""


class Scatter(Value):
    """Point groups in the plane, with lines (a decision boundary, arrows) and a region behind them."""

    kind: Literal["scatter"] = "scatter"
    title: Said
    groups: tuple[Series, ...]
    lines: tuple[Series, ...] = ()
    region: Region | None = None
    x_label: Said = ""
    y_label: Said = ""
    x_range: tuple[Number, Number] | None = None
    y_range: tuple[Number, Number] | None = None

    @property
    def labelled(self) -> bool:
        """True when most groups are single named points (words in a plane): their names stand at the points."""
        named = [group for group in self.groups if group.name]
        return len(named) > LABELS and sum(len(group.x) == 1 for group in named) >= len(named) - 1


class Heatmap(Value):
    """A matrix with named rows and columns; `show_values` prints the numbers in the cells where there is room."""

    kind: Literal["heatmap"] = "heatmap"
    title: Said
    values: tuple[Row, ...]
    rows: tuple[Said, ...] = ()
    columns: tuple[Said, ...] = ()
    value_range: tuple[Number, Number] | None = None
    show_values: bool = True
    row_label: Said = ""
    column_label: Said = ""


class Bars(Value):
    """Named quantities side by side."""

    kind: Literal["bars"] = "bars"
    title: Said
    labels: tuple[Said, ...]
    values: Row
    value_range: tuple[Number, Number] | None = None


class Table(Value):
    """Text cells under column names; `highlight` names rows to draw in the accent colour."""

    kind: Literal["table"] = "table"
    title: Said
    columns: tuple[Said, ...]
    rows: tuple[tuple[Said, ...], ...]
    highlight: tuple[int, ...] = ()


class Node(Value):
    """A node at (x, y), both in 0..1 with y upwards; `value` colours it (-1..1)."""

    id: str
    label: Said
    x: Number
    y: Number
    value: Number = 0.0


class Edge(Value):
    """A connection; `weight` gives sign and strength, `active` marks the one the caption speaks of."""

    source: str
    target: str
    weight: Number = 0.0
    label: Said = ""
    active: bool = False


class Network(Value):
    """Nodes and weighted edges: a neural network, a tree, a rule graph."""

    kind: Literal["network"] = "network"
    title: Said
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Image(Value):
    """Pixels 0..1, row 0 at the top: grey (`pixels[row][column]`) or colour (`channels` of three such grids, RGB)."""

    kind: Literal["image"] = "image"
    title: Said
    pixels: tuple[Row, ...] = ()
    channels: tuple[tuple[Row, ...], ...] = ()
    label: Said = ""


class Tokens(Value):
    """Tokens in order with a weight 0..1 each (probability, attention); `marked` are the ones spoken of."""

    kind: Literal["tokens"] = "tokens"
    title: Said
    tokens: tuple[Said, ...]
    weights: Row = ()
    marked: tuple[int, ...] = ()


class Board(Value):
    """A board of a game, row by row from the top: "X", "O" or another sign in each square, "" where it is empty.

    `marked` are squares spoken of, as (row, column); `numbers` names the empty squares as players do.
    """

    kind: Literal["board"] = "board"
    title: Said
    cells: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[int, int], ...] = ()
    numbers: tuple[str, ...] = ()


class Text(Value):
    """Plain text of a few lines."""

    kind: Literal["text"] = "text"
    title: Said
    text: Said


Panel = Annotated[
    Curve | Scatter | Heatmap | Bars | Table | Network | Image | Tokens | Board | Text, Field(discriminator="kind")
]
