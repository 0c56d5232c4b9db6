"""Why pydantic refuses a value, in a few words that can be said in either language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demos.runtime.messages import say
from tutor.i18n import mark

REASONS = {
    "missing": mark("field required"),
    "extra_forbidden": mark("extra inputs are not permitted"),
    "greater_than": mark("input should be greater than {gt}"),
    "greater_than_equal": mark("input should be greater than or equal to {ge}"),
    "less_than": mark("input should be less than {lt}"),
    "less_than_equal": mark("input should be less than or equal to {le}"),
    "finite_number": mark("input should be a finite number"),
    "too_short": mark("list should have at least {min_length} item{s} after validation, not {actual_length}"),
    "too_long": mark("list should have at most {max_length} item{s} after validation, not {actual_length}"),
    "string_type": mark("input should be a valid string"),
    "string_too_short": mark("string should have at least {min_length} character{s}"),
    "string_too_long": mark("string should have at most {max_length} character{s}"),
    "dict_type": mark("input should be a valid dictionary"),
    "model_attributes_type": mark("input should be a valid dictionary or object to extract fields from"),
    "list_type": mark("input should be a valid list"),
    "bool_type": mark("input should be a valid boolean"),
    "bool_parsing": mark("input should be a valid boolean, unable to interpret input"),
    "int_type": mark("input should be a valid integer"),
    "int_parsing": mark("input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": mark("unable to parse input string as an integer, exceeded maximum size"),
    "int_from_float": mark("input should be a valid integer, got a number with a fractional part"),
    "float_type": mark("input should be a valid number"),
    "float_parsing": mark("input should be a valid number, unable to parse string as a number"),
    "enum": mark("input should be {expected}"),
    "literal_error": mark("input should be {expected}"),
    "value_error": mark("value error, {error}"),
}
"""Pydantic's own words, by the type of its errors; an English reader sees no others."""
LONGEST = 200


def reason(error: Mapping[str, Any]) -> str:
    """The reason of one of pydantic's errors (`ValidationError.errors()`), as a clause. A message where it is one of
    REASONS, else pydantic's own words."""
    said = str(error["msg"])
    plain = f"{said[:1].lower()}{said[1:]}"
    template = REASONS.get(error["type"])
    message = say(template, s="", **_values(error)) if template else ""
    if template and message != plain:
        message = say(template, s="s", **_values(error))
    return message if message == plain else plain[:LONGEST]


def _values(error: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an error, as its words have them."""
    found = dict(error.get("ctx") or {})
    for name, value in found.items():
        if isinstance(value, float):
            found[name] = f"{value:g}"
        elif isinstance(value, Exception):  # what a validator of our own raised, which may be a message
            found[name] = str(value)
    if " or " in str(found.get("expected", "")):
        first, _, last = str(found["expected"]).rpartition(" or ")
        found["expected"] = say("{first} or {last}", first=first, last=last)
    return found
