"""One parameter of a demo in a form, made from its JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Select, Switch

from demos.runtime.contract import describe_range
from tutor.tui.text import Field, Line, words

__all__ = ["ParameterView", "read_value", "resolve"]

KINDS = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}


class ParameterView(Vertical):
    """Label, control, what it means and allows, and what is wrong with the value."""

    def __init__(self, name: str, schema: dict[str, Any], value: Any) -> None:
        super().__init__()
        self.parameter, self._schema = name, schema
        self._control = _control(schema, value)
        self._problem = Line(classes="problem")

    def compose(self) -> ComposeResult:
        label = self.parameter.replace("_", " ")
        unit = self._schema.get("unit")
        with Horizontal():
            yield Line((label, "bold"), (f" ({unit})" if unit else "", "$foreground-muted"), classes="label")
            yield self._control
        allowed = describe_range(self._schema)
        described = self._schema.get("description", "")
        yield Line(described, (f"  {allowed}" if allowed else "", "$secondary"), classes="meaning")
        yield self._problem

    def on_mount(self) -> None:
        self._problem.display = False

    @property
    def value(self) -> Any:
        """The value in the control. Raises ValueError, with a sentence, when it is not of the schema's type."""
        if isinstance(self._control, Field):
            return read_value(self.parameter, self._schema, self._control.value)
        return self._control.value

    @value.setter
    def value(self, value: Any) -> None:
        self._control.value = _written(value) if isinstance(self._control, Field) else value

    def complain(self, sentence: str) -> None:
        """Show what is wrong, or with an empty sentence that nothing is."""
        self._problem.say((sentence, "$error"))
        self._problem.display = bool(sentence)
        self.set_class(bool(sentence), "-invalid")

    def take_focus(self) -> None:
        """Put the cursor into the control."""
        self._control.focus()


def read_value(name: str, schema: dict[str, Any], text: str) -> Any:
    """The value that `text` stands for. Raises ValueError whose sentence names parameter and range."""
    kind, text = schema.get("type"), text.strip()
    try:
        if kind == "string":
            value: Any = text
        elif kind == "integer":
            value = int(text)
        elif kind == "number":
            value = float(text)
        else:
            value = json.loads(text)
    except ValueError:
        raise ValueError(_sentence(name, schema, text)) from None
    if kind in ("integer", "number") and not _is_within(schema, value):
        raise ValueError(_sentence(name, schema, text))
    return value


def resolve(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A property's schema with its `$ref` and its single `allOf` or non-null `anyOf` part filled in."""
    if "$ref" in schema:
        target = whole.get("$defs", {}).get(str(schema["$ref"]).rsplit("/", 1)[-1], {})
        return {**resolve(target, whole), **{key: value for key, value in schema.items() if key != "$ref"}}
    for key in ("allOf", "anyOf"):
        parts = [part for part in schema.get(key, ()) if part.get("type") != "null"]
        if len(parts) == 1:
            return {**resolve(parts[0], whole), **{name: value for name, value in schema.items() if name != key}}
    return schema


def _control(schema: dict[str, Any], value: Any) -> Field | Select[Any] | Switch:
    if "enum" in schema:
        options = [(words(str(option)), option) for option in schema["enum"]]
        return Select(options, value=value, allow_blank=False, compact=True)
    if schema.get("type") == "boolean":
        return Switch(bool(value))
    return Field(_written(value), compact=True)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_within(schema: dict[str, Any], value: float) -> bool:
    return (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
    )


def _sentence(name: str, schema: dict[str, Any], text: str) -> str:
    kind = KINDS.get(str(schema.get("type")), "a value")
    allowed = describe_range(schema)
    between = f" from {allowed}" if allowed and schema.get("type") in ("integer", "number") else ""
    given = f"“{text[:20]}{'…' if len(text) > 20 else ''}” is not" if text else "it is empty"
    return f"{name.replace('_', ' ').capitalize()} must be {kind}{between}; {given}."
