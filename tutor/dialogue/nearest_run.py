"""What a demo takes, and the nearest run that it can do, for a request with values that it cannot take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demos.runtime.contract import Demo, DemoError, Params, describe_range
from demos.runtime.texts import fixed, label, tell
from tutor.dialogue.slots import extract
from tutor.i18n import Texts

_LONGEST_VALUE = 60
_ENGLISH = Texts("en")


def nearest_run(demo: Demo, values: Mapping[str, Any]) -> Params:
    """Parameters that the demo takes, as near to `values` as may be.

    Numbers go to the end of their range that they are beyond; what breaks a rule otherwise is left to the default.
    """
    properties: dict[str, dict[str, Any]] = demo.schema()["properties"]
    left = {name: _within(properties[name], value) for name, value in values.items() if name in properties}
    while True:
        try:
            return demo.parse(left)
        except DemoError as error:
            del left[_culprit(demo, properties, left, error)]


def what_it_takes(
    demo: Demo, values: Mapping[str, Any], nearest: Params, error: DemoError, texts: Texts = _ENGLISH
) -> str:
    """One sentence: the ranges that the values are out of, or the demo's own rule where it is one of several."""
    properties, run = demo.schema()["properties"], nearest.model_dump(mode="json")
    out = [name for name, value in values.items() if name in properties and run[name] != value]
    if error.param not in out:
        return tell(error.message, texts.language, demo.name)
    ranges = [
        texts(
            "{range} for {name}, not {value}",
            range=tell(describe_range(properties[name]), texts.language, demo.name),
            name=label(name, texts.language, demo.name),
            value=_short(values[name]),
        )
        for name in out
    ]
    title = fixed(demo.title, texts.language, demo.name)
    return texts("{demo} takes {ranges}.", demo=title, ranges="; ".join(ranges))


def request_of(demo: Demo, params: Params, texts: Texts = _ENGLISH) -> str:
    """A request that runs the demo with these parameters; with its defaults where no words would say them."""
    stated, plain = _stated(demo, params, texts), texts("Run the demo {demo}", demo=demo.name)
    request = texts("Run the demo {demo} with {settings}", demo=demo.name, settings=stated) if stated else plain
    try:
        read = demo.parse({"seed": params.seed, **extract(demo, request).params})
    except DemoError:
        read = None
    return request if read == params else plain


def offer(demo: Demo, params: Params, texts: Texts = _ENGLISH) -> str:
    """The question whether that run is wanted instead."""
    stated = _stated(demo, params, texts)
    if not stated:
        return texts("Shall I run it as it is set up?")
    return texts("Shall I run it with {settings}?", settings=stated)


def _stated(demo: Demo, params: Params, texts: Texts) -> str:
    """The parameters that differ from the defaults, in words: "epochs = 500, learning rate = 0.5"."""
    defaults, chosen = demo.parse().model_dump(mode="json"), params.model_dump(mode="json")
    return ", ".join(
        f"{label(name, texts.language, demo.name)} = {_value(value, texts)}"
        for name, value in chosen.items()
        if name != "seed" and value != defaults[name]
    )


def _within(schema: Mapping[str, Any], value: Any) -> Any:
    """A number at the end of its range where it is beyond it; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float) or "enum" in schema:
        return value
    low, high = schema.get("minimum"), schema.get("maximum")
    value = value if low is None else max(value, low)
    value = value if high is None else min(value, high)
    return int(value) if schema.get("type") == "integer" else value


def _culprit(demo: Demo, properties: Mapping[str, Mapping[str, Any]], left: Mapping[str, Any], error: DemoError) -> str:
    """The value that an error is about. A rule over several names none: then one without which all is well.

    Texts are tried first: they are what a student writes freely.
    """
    if error.param in left:
        return str(error.param)
    order = sorted(left, key=lambda name: (not isinstance(left[name], str) or "enum" in properties[name], name))
    for name in order:
        try:
            demo.parse({other: value for other, value in left.items() if other != name})
        except DemoError:
            continue
        return name
    return order[0]


def _value(value: Any, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts("on") if value else texts("off")
    return f'"{value}"' if isinstance(value, str) and not value.isalnum() else str(value)


def _short(value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
