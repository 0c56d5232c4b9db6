"""Command-line flags made from a demo's parameters."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from demos.runtime.contract import Demo, describe_range
from demos.runtime.messages import say
from demos.runtime.texts import fixed, tell


@dataclass(frozen=True, slots=True)
class Flag:
    """One parameter as a flag. `option` is "--learning-rate"; `kind` is int, float, bool or str; `choices` may be
    empty; `help` says what it is, its range, its unit and its default; `aliases` are other words for it."""

    name: str
    option: str
    kind: type[int] | type[float] | type[bool] | type[str]
    default: Any
    choices: tuple[str, ...]
    help: str
    unit: str
    aliases: tuple[str, ...]


KINDS: dict[str, type[int] | type[float] | type[bool] | type[str]] = {
    "integer": int,
    "number": float,
    "boolean": bool,
    "string": str,
}


def flags(demo: Demo, language: str = "en") -> tuple[Flag, ...]:
    """The flags of a demo, in the order of its parameters, the seed last; their help is in that language."""
    made = [_flag(name, schema, demo.name, language) for name, schema in demo.schema()["properties"].items()]
    return tuple(sorted(made, key=lambda flag: flag.name == "seed"))


def command(demo: Demo, params: dict[str, Any]) -> str:
    """The command line that repeats a run: `tiza demo perceptron --data xor --epochs 30`."""
    defaults = demo.parse().model_dump()
    words = ["tiza", "demo", demo.name]
    for name, value in demo.parse(params).model_dump().items():
        option = name.replace("_", "-")
        if value == defaults[name]:
            continue
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", str(value)]
    return shlex.join(words)


def _flag(name: str, schema: dict[str, Any], demo: str, language: str) -> Flag:
    unit = fixed(str(schema.get("unit", "")), language, demo)
    allowed = tell(describe_range(schema), language, demo)
    default = tell(say("default {value}", value=schema["default"]), language, demo)
    allowed = f"{allowed} {unit}" if allowed and unit else allowed
    about = "; ".join(part for part in (allowed, default) if part)
    return Flag(
        name=name,
        option=f"--{name.replace('_', '-')}",
        kind=KINDS[str(schema.get("type", "string"))],
        default=schema["default"],
        choices=tuple(str(value) for value in schema.get("enum", ())),
        help=f"{fixed(schema['description'], language, demo)} ({about})",
        unit=unit,
        aliases=tuple(schema.get("aliases", ())),
    )
