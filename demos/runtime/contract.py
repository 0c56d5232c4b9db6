"""What a demo is: typed parameters in, a stream of frames out.

A demo is one file with a docstring (idea, formula, source), a frozen `Params`, a pure and seeded `steps(params)`
and one `DEMO = Demo(...)`. A frame is data, never markup: each front end draws the same few panel types its own way.
Nothing here knows of the tutor, the terminal or HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from demos.runtime.measures import Claim as Claim
from demos.runtime.measures import Convergence as Convergence
from demos.runtime.measures import Measure as Measure
from demos.runtime.messages import Said, say

Number = Annotated[float, Field(allow_inf_nan=False)]
Row = tuple[Number, ...]


class DemoError(Exception):
    """A demo could not do what was asked. `code` names the kind, `hint` says what to do, `param` which parameter."""

    def __init__(self, message: str, *, code: str = "demo_failed", hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.hint, self.param = message, code, hint, param


class Params(BaseModel):
    """Base of every demo's parameters: frozen, closed, finite. Every field is made by `param`, so that it has bounds, a
    default and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=False)

    seed: int = Field(0, ge=0, le=2**31 - 1, description="Random seed: the same seed gives the same run.")


def param(
    default: Any,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    longest: int | None = None,
    unit: str = "",
    aliases: tuple[str, ...] = (),
    synonyms: dict[str, tuple[str, ...]] | None = None,
) -> Any:
    """One parameter of a demo: its default, what it is, the range it may have (`low` and `high` included), the most
    characters of a text (`longest`; one at least), its unit, and other words a student may use for it (`aliases`) or
    for one of its choices (`synonyms`, {"xor": ("exclusive or",)}).

        epochs: int = param(20, "How many times all points are shown.", low=1, high=500, aliases=("passes",))
    """
    meanings = {choice: list(words) for choice, words in (synonyms or {}).items()}
    extra: dict[str, Any] = {"unit": unit, "aliases": list(aliases), "synonyms": meanings}
    return Field(
        default,
        description=description,
        ge=low,
        le=high,
        min_length=1 if longest else None,
        max_length=longest,
        json_schema_extra={name: value for name, value in extra.items() if value},
    )


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Series(_Value):
    """One named line or point group; x and y have the same length."""

    name: Said
    x: Row
    y: Row


class Curve(_Value):
    """Lines over a common x axis."""

    kind: Literal["curve"] = "curve"
    title: Said
    series: tuple[Series, ...]
    x_label: Said = ""
    y_label: Said = ""
    x_range: tuple[Number, Number] | None = None
    y_range: tuple[Number, Number] | None = None


class Region(_Value):
    """A coarse grid of values over the plane behind a scatter: decision surface, density, score.

    `values[i][j]` is the value in row i (y rising from y_range[0]) and column j (x rising from x_range[0]).
    """

    values: tuple[Row, ...]
    x_range: tuple[Number, Number]
    y_range: tuple[Number, Number]


LABELS = 3
"""From more named points than this a legend is harder to read than names at the points."""


class Scatter(_Value):
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


class Heatmap(_Value):
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


class Bars(_Value):
    """Named quantities side by side."""

    kind: Literal["bars"] = "bars"
    title: Said
    labels: tuple[Said, ...]
    values: Row
    value_range: tuple[Number, Number] | None = None


class Table(_Value):
    """Text cells under column names; `highlight` names rows to draw in the accent colour."""

    kind: Literal["table"] = "table"
    title: Said
    columns: tuple[Said, ...]
    rows: tuple[tuple[Said, ...], ...]
    highlight: tuple[int, ...] = ()


class Node(_Value):
    """A node at (x, y), both in 0..1 with y upwards; `value` colours it (-1..1)."""

    id: str
    label: Said
    x: Number
    y: Number
    value: Number = 0.0


class Edge(_Value):
    """A connection; `weight` gives sign and strength, `active` marks the one the caption speaks of."""

    source: str
    target: str
    weight: Number = 0.0
    label: Said = ""
    active: bool = False


class Network(_Value):
    """Nodes and weighted edges: a neural network, a tree, a rule graph."""

    kind: Literal["network"] = "network"
    title: Said
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Image(_Value):
    """Pixels 0..1, row 0 at the top: grey (`pixels[row][column]`) or colour (`channels` of three such grids, RGB)."""

    kind: Literal["image"] = "image"
    title: Said
    pixels: tuple[Row, ...] = ()
    channels: tuple[tuple[Row, ...], ...] = ()
    label: Said = ""


class Tokens(_Value):
    """Tokens in order with a weight 0..1 each (probability, attention); `marked` are the ones spoken of."""

    kind: Literal["tokens"] = "tokens"
    title: Said
    tokens: tuple[Said, ...]
    weights: Row = ()
    marked: tuple[int, ...] = ()


class Board(_Value):
    """A board of a game, row by row from the top: "X", "O" or another sign in each square, "" where it is empty.

    `marked` are squares spoken of, as (row, column); `numbers` names the empty squares as players do.
    """

    kind: Literal["board"] = "board"
    title: Said
    cells: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[int, int], ...] = ()
    numbers: tuple[str, ...] = ()


class Text(_Value):
    """Plain text of a few lines."""

    kind: Literal["text"] = "text"
    title: Said
    text: Said


Panel = Annotated[
    Curve | Scatter | Heatmap | Bars | Table | Network | Image | Tokens | Board | Text, Field(discriminator="kind")
]


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("a caption says something")
    return text


class Frame(_Value):
    """One moment of a run. `caption` (at most 330 characters) says what to look at and why it happens, with this run's
    numbers; `progress` rises to 1; there are one to six panels, two or three being best to read.

    `moment`, when not empty, names an interesting moment ("first mistake") that a player can jump to.
    """

    caption: Annotated[Said, AfterValidator(_not_empty)]
    progress: float = Field(ge=0, le=1)
    metrics: dict[str, Number] = Field(default_factory=dict)
    panels: tuple[Panel, ...] = ()
    moment: Said = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question to answer before the run; `check(frames)` returns the choice that the run proved right."""

    question: str
    choices: tuple[str, ...]
    check: Callable[[Sequence[Frame]], str]


@dataclass(frozen=True, slots=True)
class Preset:
    """Named parameter values worth showing in a class, with the reason. What title or comment say will happen,
    `promises` say in numbers of the run."""

    title: str
    params: dict[str, Any]
    comment: str
    promises: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """An example of how a student asks for this demo, and the parameters that those words mean."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Demo:
    """A runnable idea of the lecture.

    `slide` is the number of the slide it belongs to; `group` its part of the lecture; `aliases` other names a student
    may type; `needs` names capabilities that the runner must hand to `steps` as keyword arguments, `wants` those that
    it hands over where it has them.
    """

    name: str
    title: str
    slide: int
    group: str
    summary: str
    params: type[Params]
    steps: Callable[..., Iterator[Frame]]
    look_for: tuple[str, ...]
    examples: tuple[Request, ...]
    presets: dict[str, Preset]
    prediction: Prediction
    aliases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    """What the frames' metrics are, the most important first; those of the role "weight" are what was learnt."""
    converged: Convergence | None = None
    """How a run shows that it has come to rest; None where nothing converges."""
    weights_in: str = ""
    """Title of the panel that shows the learnt weights, where they are too many to be metrics."""
    heavy: bool = False
    """True when the demo imports torch: the worker imports it before the clock of the first frame starts."""

    def parse(self, values: dict[str, Any] | None = None) -> Params:
        """Validated parameters. Raises DemoError (code `invalid_parameters`) that names parameter and range."""
        try:
            return self.params.model_validate(values or {})
        except ValidationError as error:
            raise _explain(self, error) from None

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the parameters."""
        return self.params.model_json_schema()


def _explain(demo: Demo, error: ValidationError) -> DemoError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    known = demo.params.model_fields
    if first["type"] == "extra_forbidden":
        return DemoError(
            say("{demo} has no parameter {name!r}.", demo=demo.name, name=name),
            code="invalid_parameters",
            hint=say("It takes {names}.", names=", ".join(known)),
            param=name,
        )
    if first["type"] == "value_error":  # a rule over several parameters, in the demo's own words
        rule = first["ctx"]["error"].args[0]
        return DemoError(rule + ".", code="invalid_parameters", param=name or None)
    schema = demo.schema()["properties"].get(name, {})
    return DemoError(
        say(
            "{name} of {demo} cannot be {value}: {range}.",
            name=name or say("The parameters"),
            demo=demo.name,
            value=_short(first["input"]),
            range=_takes(schema),
        ),
        code="invalid_parameters",
        hint=say("Left out, it is {default}.", default=schema["default"]) if "default" in schema else "",
        param=name or None,
    )


def _takes(schema: dict[str, Any]) -> str:
    """What a parameter takes, as a clause: "it takes a whole number, 1 to 60"."""
    allowed = describe_range(schema)
    if not allowed:
        return say("it takes another kind of value")
    if schema.get("type") == "integer":
        return say("it takes a whole number, {range}", range=allowed)
    if schema.get("type") == "number":
        return say("it takes a number, {range}", range=allowed)
    return say("it takes {range}", range=allowed)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def describe_range(schema: dict[str, Any]) -> str:
    """The values that one property of a JSON Schema allows, in words: "1 to 500", "and, or, xor"."""
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return say("{low} to {high}", low=low, high=high)
    if high is not None and "exclusiveMinimum" in schema:
        return say("above {low}, up to {high}", low=schema["exclusiveMinimum"], high=high)
    if "maxLength" in schema:
        return say("text of {low} to {high} characters", low=schema.get("minLength", 0), high=schema["maxLength"])
    return say("true or false") if schema.get("type") == "boolean" else ""
