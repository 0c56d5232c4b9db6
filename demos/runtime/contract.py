"""What a demo is: typed parameters in, a stream of frames out.

A demo is two files. `demos/<room>/<name>.py` is the idea: a docstring (idea, formula, source), a frozen `Params`, the
algorithm, and a pure and seeded `run(params)`. `demos/telling/<name>.py` tells it: a `steps(params)` that makes frames
of what `run` did, and one `DEMO = Demo(...)`. A frame is data, never markup: each front end draws the same few panel
types its own way. Nothing here knows of the tutor, the terminal or HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from demos.runtime.measures import Claim as Claim
from demos.runtime.measures import Convergence as Convergence
from demos.runtime.measures import Measure as Measure
from demos.runtime.messages import Said, say
from demos.runtime.panels import Bars as Bars
from demos.runtime.panels import Board as Board
from demos.runtime.panels import Curve as Curve
from demos.runtime.panels import Edge as Edge
from demos.runtime.panels import Heatmap as Heatmap
from demos.runtime.panels import Image as Image
from demos.runtime.panels import Network as Network
from demos.runtime.panels import Node as Node
from demos.runtime.panels import Number as Number
from demos.runtime.panels import Panel as Panel
from demos.runtime.panels import Region as Region
from demos.runtime.panels import Row as Row
from demos.runtime.panels import Scatter as Scatter
from demos.runtime.panels import Series as Series
from demos.runtime.panels import Table as Table
from demos.runtime.panels import Text as Text
from demos.runtime.panels import Tokens as Tokens
from demos.runtime.panels import Value as Value


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
) -> Any:
    """One parameter of a demo: its default, what it is, the range it may have (`low` and `high` included), the most
    characters of a text (`longest`; one at least), and its unit.

        epochs: int = param(20, "How many times all points are shown.", low=1, high=500, unit="passes")
    """
    return Field(
        default,
        description=description,
        ge=low,
        le=high,
        min_length=1 if longest else None,
        max_length=longest,
        json_schema_extra={"unit": unit} if unit else {},
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Other words that a student may use for a parameter (`aliases`), or for one of its choices (`synonyms`,
    {"xor": ("exclusive or",)})."""

    aliases: tuple[str, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def schema(self) -> dict[str, Any]:
        """As they stand in the parameter's JSON Schema."""
        meanings = {choice: list(words) for choice, words in self.synonyms.items()}
        return {name: value for name, value in {"aliases": list(self.aliases), "synonyms": meanings}.items() if value}


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("a caption says something")
    return text


class Frame(Value):
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
    words: dict[str, Words] = field(default_factory=dict)
    """Other words for the parameters and their choices, by the parameter's name."""
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
        """JSON Schema of the parameters; with each, under `aliases` and `synonyms`, the other words for it."""
        schema = self.params.model_json_schema()
        for name, words in self.words.items():
            schema["properties"][name] |= words.schema()
        return schema


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
