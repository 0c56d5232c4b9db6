"""What every route can ask for: the service's parts, and who is calling."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from demos.contract import Frame
from tutor.api.metrics import Metrics
from tutor.errors import AccessError, InputError
from tutor.history import Conversations
from tutor.keys import Keys
from tutor.queue import FairQueue
from tutor.settings import Settings
from tutor.wiring import Tutor, release

KEPT_RUNS = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the key's name ("local" on loopback without keys) and the platform's user."""

    key: str
    user: str

    @property
    def owner(self) -> str:
        """Whose conversations these are."""
        return f"{self.key}:{self.user}"

    def acting_for(self, user: str | None) -> Caller:
        """The same key for the user that a body names."""
        return Caller(self.key, user) if user else self


class Runs:
    """The latest demo runs, so that their frames can be fetched as pictures; the oldest make room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, list[Frame]]] = OrderedDict()

    def start(self, run_id: str, owner: str) -> list[Frame]:
        """The list that a run's frames go into."""
        frames: list[Frame] = []
        self._kept[run_id] = (owner, frames)
        while len(self._kept) > KEPT_RUNS:
            self._kept.popitem(last=False)
        return frames

    def frames(self, run_id: str, owner: str) -> Sequence[Frame]:
        """The frames of the caller's run. Raises InputError (`not_found`)."""
        kept = self._kept.get(run_id)
        if kept is None or kept[0] != owner:
            raise InputError("There is no such run any more.", code="not_found", hint="Run the demo again.")
        return kept[1]


@dataclass
class Service:
    """Everything that the routes share."""

    settings: Settings
    tutor: Tutor
    conversations: Conversations
    keys: Keys
    queue: FairQueue
    demo_queue: FairQueue
    metrics: Metrics
    runs: Runs = field(default_factory=Runs)
    started: int = field(default_factory=lambda: int(time.time()))

    @property
    def fingerprint(self) -> str:
        """Names what answers depend on: version, model and knowledge."""
        provenance = self.tutor.provenance
        known = f"{provenance.model_sha256[:8]}-{provenance.knowledge[:8]}" if provenance else "starting"
        return f"tiza-{release()}-{known}"

    @property
    def demands_keys(self) -> bool:
        """True when the service can be reached from other machines."""
        return not is_loopback(self.settings.host)


def is_loopback(host: str) -> bool:
    """True for an address that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def caller_of(request: Request) -> Caller:
    """Who calls. Raises AccessError where a key is demanded and none that is valid was sent."""
    service = service_of(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    key = None
    if scheme.lower() == "bearer" and secret.strip():
        key = await run_in_threadpool(service.keys.find, secret.strip())
    if key is None and service.demands_keys:
        raise AccessError("A valid API key is needed.", hint="Send it as `Authorization: Bearer ...`.")
    user = request.query_params.get("user") or request.headers.get("x-user") or ""
    return Caller(key.name if key else "local", user[:200])


ServiceDep = Annotated[Service, Depends(service_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]
