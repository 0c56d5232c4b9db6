"""A change of a run that is told by the run before: "double the epochs", "la mitad de neuronas", "another seed", "now
train it for longer".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from demos.runtime.contract import Demo
from knowledge.text import fold
from tutor.dialogue.slots import extract

_FACTORS = (
    (re.compile(r"\b(?:double|twice|two times|2x|x2|el doble|dobles?|duplica\w{0,4}|dos veces)\b"), 2.0),
    (re.compile(r"\b(?:triple|three times|3x|x3|el triple|tres veces)\b"), 3.0),
    (re.compile(r"\b(?:ten times|10x|x10|diez veces)\b"), 10.0),
    (re.compile(r"\b(?:half|halve|la mitad|mitad)\b"), 0.5),
    (re.compile(r"\b(?:more|larger|bigger|higher|mas|mayor|sube\w{0,4}|aumenta\w{0,2}|increase)\b"), 2.0),
    (re.compile(r"\b(?:less|fewer|smaller|lower|menos|menor|baja\w{0,4}|reduce\w{0,2}|decrease)\b"), 0.5),
)
_LONGER = re.compile(r"\b(?:longer|more time|mas tiempo|mas largo|otro rato)\b")
_LENGTHS = ("epochs", "steps", "games", "rounds", "passes")
"""Parameters that say how long a demo runs, the first that it has."""
_BETWEEN = r"\s*(?:(?:the|of|as many|as much|de|del|la|las|el|los|mas|more)\s+){0,3}"
"""What stands between a factor and the name of what it changes."""
_SEED = re.compile(
    r"\b(?:different|another|other|new|otra|nueva|distinta)\s+(?:random\s+)?(?:seed|start|semilla)\b"
    r"|\b(?:semilla)\s+(?:distinta|diferente|nueva)\b"
)


def relative(demo: Demo, text: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that change, with their new values; none where nothing is told by the run `before`."""
    plain = fold(text)
    if _SEED.search(plain) and "seed" in before:
        return {"seed": int(before["seed"]) + 1}
    if _LONGER.search(plain) and (lengths := [name for name in _LENGTHS if name in before]):
        return {lengths[0]: _within(demo, lengths[0], round(before[lengths[0]] * 2))}
    for pattern, factor in _FACTORS:
        if (said := pattern.search(plain)) is None:
            continue
        for name, schema in demo.schema()["properties"].items():
            value = before.get(name)
            if name == "seed" or not isinstance(value, int | float) or isinstance(value, bool):
                continue
            new = round(value * factor) if schema.get("type") == "integer" else value * factor
            rest = re.sub(f"^{_BETWEEN}", "", plain[said.end() :])
            if extract(demo, f"{new:g} {rest}").params == {name: new}:
                return {name: _within(demo, name, new)}
    return {}


def _within(demo: Demo, name: str, value: float) -> float:
    """A value, or the end of its range that it is beyond."""
    schema = demo.schema()["properties"][name]
    least, most = float(schema.get("minimum", value)), float(schema.get("maximum", value))
    within = min(max(value, least), most)
    return int(within) if schema.get("type") == "integer" else within
