"""One parameter of a demo in a form, made from its JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Select, Switch

from demos.runtime.contract import describe_range
from demos.runtime.texts import fixed, label, tell
from tutor.i18n import Texts, mark
from tutor.tui.text import Field, Line, words

__all__ = ["ParameterView", "read_value", "resolve"]

KINDS = {
    "integer": mark("a whole number"),
    "number": mark("a number"),
    "string": mark("text"),
    "boolean": mark("true or false"),
}
OTHER = mark("a value")
_ENGLISH = Texts("en")


class ParameterView(Vertical):
    """Label, control, what it means and allows, and what is wrong with the value."""

    def __init__(self, name: str, schema: dict[str, Any], value: Any, demo: str = "", texts: Texts = _ENGLISH) -> None:
        super().__init__()
        self._demo, self._texts = demo, texts
        self.parameter, self._schema = name, schema
        self._control = _control(schema, value)
        self._problem = Line(classes="problem")

    def compose(self) -> ComposeResult:
        name = label(self.parameter, self._texts.language, self._demo)
        unit = fixed(self._schema.get("unit", ""), self._texts.language, self._demo)
        with Horizontal():
            yield Line((name, "bold"), (f" ({unit})" if unit else "", "$foreground-muted"), classes="label")
            yield self._control
        allowed = tell(describe_range(self._schema), self._texts.language, self._demo)
        described = fixed(self._schema.get("description", ""), self._texts.language, self._demo)
        yield Line(described, (f"  {allowed}" if allowed else "", "$secondary"), classes="meaning")
        yield self._problem

    def on_mount(self) -> None:
        self._problem.display = False

    @property
    def value(self) -> Any:
        """The value in the control. Raises ValueError, with a sentence, when it is not of the schema's type."""
        if isinstance(self._control, Field):
            return read_value(self.parameter, self._schema, self._control.value, self._demo, self._texts)
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


def read_value(name: str, schema: dict[str, Any], text: str, demo: str = "", texts: Texts = _ENGLISH) -> Any:
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
        raise ValueError(_sentence(label(name, texts.language, demo), schema, text, texts)) from None
    if kind in ("integer", "number") and not _is_within(schema, value):
        raise ValueError(_sentence(label(name, texts.language, demo), schema, text, texts))
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


def _sentence(name: str, schema: dict[str, Any], text: str, texts: Texts) -> str:
    kind = texts(KINDS.get(str(schema.get("type")), OTHER))
    allowed = tell(describe_range(schema), texts.language)
    between = texts(" from {range}", range=allowed) if allowed and schema.get("type") in ("integer", "number") else ""
    short = f"{text[:20]}{'…' if len(text) > 20 else ''}"
    given = texts("“{value}” is not", value=short) if text else texts("it is empty")
    return texts(
        "{name} must be {kind}{range}; {given}.", name=name.capitalize(), kind=kind, range=between, given=given
    )
