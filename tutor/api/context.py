"""What every route can ask for: the service's parts, and who is calling."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from demos.runtime.contract import Frame
from knowledge.errors import KnowledgeError
from tutor.api.metrics import Metrics
from tutor.conversations.store import Conversations
from tutor.errors import AccessError, InputError
from tutor.service.api_keys import Keys
from tutor.service.build import Tutor, release
from tutor.service.queue import FairQueue
from tutor.service.tutors import Tutors
from tutor.settings import Settings

KEPT_RUNS = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and of which course.

    `key` is the key's name ("local" on loopback without keys), `user` the platform's user, `course` the course that is
    asked ("" for the service's own), `bound` the only one that the key may use ("" for all of them).
    """

    key: str
    user: str
    course: str = ""
    bound: str = ""
    teacher: bool = False

    @property
    def client(self) -> str:
        """Who takes turns with others in the queue."""
        return f"{self.key}:{self.user}"

    @property
    def owner(self) -> str:
        """Whose conversations these are; each course has its own."""
        return f"{self.client}\x1f{self.course}" if self.course else self.client

    def acting_for(self, user: str | None) -> Caller:
        """The same key for the user that a body names."""
        return replace(self, user=user) if user else self

    def check(self, course: str) -> None:
        """Raises AccessError (`course_forbidden`) when the key is bound to another course."""
        if self.bound and course != self.bound:
            raise AccessError(
                f"This key is for the course {self.bound} only.",
                code="course_forbidden",
                hint="Leave X-Course out, or use another key.",
            )


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that was made for `owner`, with its frames as far as they came."""

    id: str
    owner: str
    demo: str
    params: dict[str, Any]
    frames: list[Frame] = field(default_factory=list)


class Runs:
    """The latest demo runs, so that their frames can be fetched and asked about; the oldest make room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, KeptRun] = OrderedDict()

    def start(self, run_id: str, owner: str, demo: str, params: dict[str, Any]) -> list[Frame]:
        """The list that a run's frames go into."""
        kept = self._kept[run_id] = KeptRun(run_id, owner, demo, params)
        while len(self._kept) > KEPT_RUNS:
            self._kept.popitem(last=False)
        return kept.frames

    def frames(self, run_id: str, owner: str) -> Sequence[Frame]:
        """The frames of the caller's run. Raises InputError (`not_found`)."""
        kept = self._kept.get(run_id)
        if kept is None or kept.owner != owner:
            raise InputError("There is no such run any more.", code="not_found", hint="Run the demo again.")
        return kept.frames

    def told(self, owner: str, answer: str) -> KeptRun | None:
        """The caller's latest run whose summary begins an answer: a client that keeps the chat sends back only that."""
        for kept in reversed(self._kept.values()):
            if kept.owner == owner and kept.frames and answer.startswith(kept.frames[-1].caption):
                return kept
        return None


@dataclass
class Service:
    """Everything that the routes share."""

    settings: Settings
    tutors: Tutors
    conversations: Conversations
    keys: Keys
    queue: FairQueue
    demo_queue: FairQueue
    upload_queue: FairQueue
    metrics: Metrics
    runs: Runs = field(default_factory=Runs)
    started: int = field(default_factory=lambda: int(time.time()))

    @property
    def tutor(self) -> Tutor:
        """The tutor of the course that is meant when none is named."""
        return self.tutors.first

    def fingerprint(self, tutor: Tutor) -> str:
        """Names what answers depend on: version, model and knowledge."""
        provenance = tutor.provenance
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
    bound = key.course if key else ""
    course = request.headers.get("x-course", "").strip() or bound or service.tutor.course.name
    teacher = key.teacher if key else _is_at_the_machine(request)
    caller = Caller(key.name if key else "local", user[:200], course, bound, teacher)
    caller.check(course)
    return replace(caller, course="") if course == service.tutor.course.name else caller


def _is_at_the_machine(request: Request) -> bool:
    """True for a program of this machine's user: neither a web page elsewhere nor someone behind a proxy."""
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    origin = request.headers.get("origin")
    return origin is None or is_loopback(urlsplit(origin).hostname or "")


def tutor_of(service: ServiceDep, caller: CallerDep) -> Tutor:
    """The tutor of the course that is asked. Raises KnowledgeError (`unknown_course`)."""
    try:
        return service.tutors.of(caller.course)
    except KnowledgeError:
        raise no_course(caller.course, service, caller) from None


def no_course(name: str, service: Service, caller: Caller) -> KnowledgeError:
    """What a caller hears of a course that is not there: those there are, as far as they may know of them."""
    hint = f"There is {', '.join(service.tutors.names())}."
    if caller.bound:
        hint = "Its teacher has not added a document yet."
    return KnowledgeError(f"There is no course {name[:80]!r}.", code="unknown_course", hint=hint, param="X-Course")


ServiceDep = Annotated[Service, Depends(service_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]
TutorDep = Annotated[Tutor, Depends(tutor_of)]
