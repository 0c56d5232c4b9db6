"""From a body to a completion under way: what is meant, what came before it, and a place in the queue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from demos.runtime.catalogue import load
from demos.runtime.messages import say
from tutor.api.completion import Completion
from tutor.api.context import Caller, Service
from tutor.api.messages import Prompt, read_messages
from tutor.api.schemas import ChatMessage
from tutor.api.structured import Form
from tutor.api.tasks import answer_task
from tutor.api.turns import Asked, take_place
from tutor.conversations.store import RECENT, Exchange
from tutor.dialogue.language import Languages
from tutor.errors import InputError
from tutor.events import Answered, Provenance
from tutor.i18n import Texts, mark
from tutor.runs.summary import rundown
from tutor.service.build import Tutor

MODEL = "tiza"
EMBEDDING = "tiza-embedding"
BLIND = mark("I cannot see pictures; I answer what is written.")
BLIND_ALONE = mark("I cannot see pictures. Write what it shows, or what you want to know.")
NOBODY = Provenance("", "", None, 0, "", "")
_TIMEOUTS = ("x-stainless-read-timeout", "x-stainless-timeout", "x-request-timeout")
"""Headers in which clients tell how many seconds they wait."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an answer is wanted, whatever the protocol: `patience` are the seconds that the client waits at most."""

    limit: int | None = None
    stops: Sequence[str] = ()
    form: Form | None = None
    seed: int | None = None
    conversation: str = ""
    exchange: str = ""
    patience: float | None = None
    before: Sequence[Exchange] | None = None
    """What came before where that is known; else it is read from the messages, or from the conversation."""


async def begin(
    service: Service, caller: Caller, tutor: Tutor, messages: Sequence[ChatMessage], wanted: Wanted
) -> Completion:
    """The completion, with its place taken. Raises InputError, BusyError and StorageError."""
    prompt = read_messages(messages)
    seed = wanted.seed & 0x7FFFFFFF if wanted.seed is not None else None
    asked = Asked(tutor, prompt.text, (), seed, wanted.conversation, wanted.exchange, prompt.wish, prompt.count)
    made = Completion(service, caller, asked, None, wanted.limit, wanted.stops, wanted.form)
    if prompt.wish == "task":
        return replace(made, ready=await answer_task(tutor, prompt.text), form=None)
    if prompt.wish == "picture":
        return replace(made, ready=_blind(tutor, prompt))
    history = wanted.before
    if history is None or prompt.history:
        history = await _history(service, caller, tutor, prompt, "" if wanted.exchange else wanted.conversation)
    asked = replace(asked, history=history)
    lead = f"{_texts(prompt.text)(BLIND)}\n\n" if prompt.pictures else ""
    return replace(made, asked=asked, lead=lead, place=take_place(service, caller, asked, wanted.patience))


async def _history(
    service: Service, caller: Caller, tutor: Tutor, prompt: Prompt, conversation: str
) -> Sequence[Exchange]:
    if conversation:
        return await run_in_threadpool(service.conversations.recent, caller.owner, conversation)
    told = prompt.history[-RECENT:]
    history: list[Exchange] = []
    if told:
        history = await run_in_threadpool(lambda: [_remembered(service, caller, exchange) for exchange in told])
    for question in prompt.unanswered[-1:]:
        topics = await tutor.topics(question[:1000], 1)
        if topics:  # "and who made it?" is about what was asked just before, answered or not
            kept = {
                "version": 1, "topic": topics[0].id, "title": topics[0].title, "act": "", "said": [], "listed": [],
                "offers": [], "language": Languages.trained().of(question),
            }  # fmt: skip
            history.append(Exchange("", question, "", "complete", "", {"turn": kept}, datetime.now(UTC)))
    return history


def _remembered(service: Service, caller: Caller, exchange: Exchange) -> Exchange:
    """The exchange with what stood beside its answer: what it offered, and the demo run that it told of."""
    if (kept := service.told.of(caller.owner, exchange.answer)) is not None:
        return replace(exchange, detail=kept)
    if (run := service.runs.told(caller.owner, exchange.answer)) is None:
        return exchange
    demo = {"name": run.demo, "params": run.params, "run_id": run.id}
    return replace(exchange, detail={"demo": demo, "rundown": rundown(load(run.demo), run.params, run.frames)})


def _blind(tutor: Tutor, prompt: Prompt) -> Answered:
    """What is said to a picture alone, in the language of the chat."""
    before = prompt.history[-1].question if prompt.history else ""
    return Answered(_texts(before)(BLIND_ALONE), "about", (), tutor.provenance or NOBODY)


def _texts(text: str) -> Texts:
    return Texts(Languages.trained().of(text[:4000]))


def check_model(service: Service, name: str) -> None:
    """Raises InputError (`model_not_found`) for an unknown name, where the settings are strict about them."""
    if service.settings.strict_models and name.removesuffix(":latest") not in (MODEL, ""):
        raise unknown_model(name)


def unknown_model(name: str) -> InputError:
    """What is said to a model that is not there."""
    return InputError(
        say("There is no model {name!r}.", name=name[:80]),
        code="model_not_found",
        hint=say("There is {model}.", model=MODEL),
        param="model",
    )


def patience_of(request: Request, service: Service, *, streamed: bool) -> float | None:
    """Seconds that the client of a request waits for its answer: as it says, else as the settings say.

    Whoever is streamed to hears that it goes on, and waits as long as it takes: None.
    """
    if streamed:
        return None
    for name in _TIMEOUTS:
        try:
            seconds = float(request.headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return float(service.settings.patience) or None
