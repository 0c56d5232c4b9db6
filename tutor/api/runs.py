"""Runs that outlive the memory of one service: each is written down, and made again from that where it is wanted.

The demos are deterministic: the same parameters give the same frames in every service of the same version.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.concurrency import run_in_threadpool

from demos.runtime.catalogue import load
from demos.runtime.contract import Demo, DemoError
from demos.runtime.messages import say
from tutor.api.context import Caller, KeptRun, Service
from tutor.conversations.owners import Owner
from tutor.conversations.runs import RunRecord
from tutor.errors import InputError, Problem

log = logging.getLogger(__name__)
PATIENCE = 1.0
"""Seconds that a run waits until it is written down; a database that is away or held holds no run up for longer."""


def in_own_words(demo: Demo, params: Mapping[str, Any]) -> bool:
    """Whether a parameter is free text that differs from the demo's own."""
    return any(
        part.get("type") == "string" and "enum" not in part and params.get(name) != part.get("default")
        for name, part in demo.schema()["properties"].items()
    )


async def write_down(service: Service, owner: Owner, record: RunRecord, conversation: str = "") -> None:
    """Keep how a run is made. What goes wrong is logged, and changes nothing of the run."""

    async def keep() -> None:
        try:
            await asyncio.to_thread(service.conversations.runs.keep, owner, record, conversation)
        except Exception as error:
            log.warning("a run could not be written down: %s", Problem.of(error))

    keeping = asyncio.create_task(keep())
    service.keeping.add(keeping)
    keeping.add_done_callback(service.keeping.discard)
    await asyncio.wait({keeping}, timeout=PATIENCE)


async def run_of(service: Service, caller: Caller, run_id: str) -> KeptRun:
    """The caller's run with its frames: as this service remembers it, else made again from its record, in the
    caller's turn.

    Raises InputError (`not_found`), BusyError, DemoError and StorageError.
    """
    if (kept := service.runs.find(run_id, caller.owner)) is not None:
        return kept
    record = await run_in_threadpool(service.conversations.runs.find, caller.owner, run_id)
    if record is None:
        raise _gone()
    async with service.runs.making(run_id):
        if (kept := service.runs.find(run_id, caller.owner)) is not None:
            return kept
        try:
            demo = load(record.demo)
            params = demo.parse(record.params)
        except DemoError:  # another version wrote it down
            raise _gone() from None
        async with service.demo_queue.place(caller.client), aclosing(service.tutor.run_demo(demo, params)) as source:
            frames = [frame async for frame in source]
        service.runs.start(run_id, caller.owner, demo.name, record.params).extend(frames)
    return KeptRun(run_id, caller.owner, demo.name, record.params, frames)


def _gone() -> InputError:
    return InputError(say("There is no such run any more."), code="not_found", hint=say("Run the demo again."))
