"""What demos may ask of the tutor: its embedder, a look into its own language model, and this machine.

A demo names what it needs (`needs`) and what it can do without (`wants`); the runner hands these over. The model can be
looked into when it runs here: one behind a URL and a scripted one are closed, and demos that need it then say so.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demos.runtime.contract import Demo, DemoError
from demos.runtime.messages import say
from tutor.errors import TizaError
from tutor.llm import introspection as inside
from tutor.llm.base import LanguageModel, OpenModel
from tutor.llm.hardware import machine
from tutor.llm.header import read_card

Embed = Callable[[list[str]], list[list[float]]]
OF_THE_MODEL = ("model_card", "model_tokens", "next_tokens", "model_speed")


def capabilities(demo: Demo, embed: Embed, model: LanguageModel | None) -> dict[str, Any]:
    """What `demo` asks for and there is. Raises DemoError (`missing_capability`) when it cannot do without the rest."""
    found: dict[str, Any] = {"embed": embed, "machine": machine}
    if isinstance(model, OpenModel):
        look = Look(model)
        found |= {name: getattr(look, name) for name in OF_THE_MODEL}
    elif set(demo.needs) & set(OF_THE_MODEL):
        raise DemoError(
            say(
                "{title} looks into the tutor's own language model, and here no model file is running.",
                title=say(demo.title),
            ),
            code="missing_capability",
            hint=say("Unset TIZA_UPSTREAM if a server is named there; `tiza doctor` says whether the model can run."),
        )
    return {name: found[name] for name in (*demo.needs, *demo.wants) if name in found}


def asks_the_model(demo: Demo) -> bool:
    """True for a demo that looks into the language model, where it can."""
    return bool({*demo.needs, *demo.wants} & set(OF_THE_MODEL))


class Look:
    """The capabilities of one model; what each gives is said in tutor/llm/introspection.py and tutor/llm/header.py."""

    def __init__(self, model: OpenModel) -> None:
        self._model = model

    async def model_card(self) -> dict[str, Any]:
        info = self._model.describe()
        card = await self._told(lambda: asyncio.to_thread(read_card, Path(info.path)))
        return {**card, "name": info.name}

    async def model_tokens(self, text: Any) -> Any:
        return await self._inside(lambda context, _: inside.tokens(context, text))

    async def next_tokens(self, prompt: list[int], added: list[int], most: int, temperatures: list[float]) -> Any:
        return await self._inside(lambda at, left: inside.next_tokens(at, left, prompt, added, most, temperatures))

    async def model_speed(self, prompt: int, new: int) -> Any:
        return await self._inside(lambda at, left: inside.speed(at, left, prompt, new))

    async def _inside(self, work: Callable[[Any, Callable[[], bool]], Any]) -> Any:
        """What `work` finds; a caller who is cancelled stops it at its next chunk or token."""
        left = threading.Event()
        try:
            return await self._told(lambda: self._model.inside(lambda context: work(context, left.is_set)))
        finally:
            left.set()

    async def _told(self, work: Callable[[], Any]) -> Any:
        """What `work` gives; an error of the tutor's becomes one that a demo may show."""
        try:
            return await work()
        except TizaError as error:
            raise DemoError(str(error), code=error.code, hint=error.hint) from None
