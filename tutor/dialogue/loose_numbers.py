"""Numbers of a demo request that no rule could place: the language model says which parameters they belong to.

What it says is taken as what a client sends is: nothing of it counts that is not asked for, and whatever comes, the run
goes on with what was read without the model.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from demos.runtime.contract import Demo, DemoError
from tutor.answering import prompts as prompt
from tutor.dialogue.slots import Extracted, grammar
from tutor.errors import ModelError
from tutor.llm.base import LanguageModel, Sampling

log = logging.getLogger(__name__)
_REPLY = TypeAdapter(dict[str, Annotated[float, Field(strict=True, allow_inf_nan=False)]])
_TOKENS = 48
_LONGEST = 2000
"""Characters of a reply: a server that goes on and on is not waited for."""


async def place_numbers(
    model: LanguageModel | None, demo: Demo, found: Extracted, request: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The open parameters with the loose number that each gets; `values` are those that are fixed already."""
    fields = tuple(name for name in found.open_fields if name != "seed")
    if not found.loose or not fields or model is None:
        return {}
    try:
        said = _REPLY.validate_json(await _reply(model, demo, fields, found, request))
    except (ModelError, ValidationError) as error:
        log.warning("the model placed no number (%s)", type(error).__name__)
        return {}
    return _fitting(demo, {name: said[name] for name in fields if name in said}, found.loose, values)


async def _reply(model: LanguageModel, demo: Demo, fields: tuple[str, ...], found: Extracted, request: str) -> str:
    messages = prompt.parameter_messages(demo.title, fields, request)
    text = ""
    async with aclosing(
        model.stream(messages, Sampling(max_tokens=_TOKENS), grammar=grammar(fields, found.loose))
    ) as pieces:
        async for piece in pieces:
            text += piece.text
            if len(text) > _LONGEST:
                break
    return text


def _fitting(
    demo: Demo, said: Mapping[str, float], loose: tuple[float, ...], values: Mapping[str, Any]
) -> dict[str, Any]:
    """What may be: numbers that stand in the request, each as often as it stands there, that the demo takes."""
    left, chosen = Counter(loose), dict[str, Any]()
    properties = demo.schema()["properties"]
    for name, number in said.items():
        whole = properties[name].get("type") == "integer" and number.is_integer()
        value = int(number) if whole else number
        if left[number] > 0 and _takes(demo, {**values, **chosen, name: value}):
            chosen[name] = value
            left[number] -= 1
    return chosen


def _takes(demo: Demo, values: Mapping[str, Any]) -> bool:
    try:
        demo.parse(dict(values))
    except DemoError:
        return False
    return True
