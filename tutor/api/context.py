"""What every route can ask for: the service's parts, and who is calling."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import threading
import time
from collections import Counter, OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from demos.runtime.contract import Frame
from demos.runtime.messages import say
from demos.runtime.texts import LANGUAGES, tell
from knowledge.courses.course import is_name
from knowledge.errors import KnowledgeError
from tutor.api.language import Language, language_of
from tutor.api.metrics import Metrics
from tutor.conversations.owners import Owner
from tutor.conversations.store import Conversations
from tutor.errors import AccessError, BusyError, InputError
from tutor.service.api_keys import Key, Keys
from tutor.service.build import Tutor, release
from tutor.service.memory import Rates, Told
from tutor.service.pulse import Pulse
from tutor.service.queue import FairQueue
from tutor.service.tutors import Tutors
from tutor.settings import Settings

KEPT_RUNS = 32
LONGEST_USER = 200
FORWARDING = (
    "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "x-cluster-client-ip", "x-original-host",
    "x-original-forwarded-for", "x-remote-ip", "x-remote-addr", "x-host", "x-proxy-user-ip", "fly-client-ip",
    "fastly-client-ip", "x-azure-clientip", "x-appengine-user-ip", "x-amzn-trace-id", "cdn-loop", "forwarded-for",
    "proxy-connection", "x-scheme",
)  # fmt: skip
"""Headers that a proxy adds, beside those of the prefixes."""
FORWARDING_PREFIXES = ("x-forwarded", "cf-", "x-envoy-", "x-real-", "x-arr-", "x-vercel-", "x-proxy-")
KEY_HEADERS = ("x-api-key", "api-key")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and of which course.

    `key` is the key's name ("" on loopback without keys), `user` the platform's user, `course` the course that is
    asked ("" for the service's own), `bound` the only one that the key may use ("" for all of them).
    """

    key: str
    user: str
    course: str = ""
    bound: str = ""
    teacher: bool = False
    language: Language = "en"
    """What its errors are told in, where a turn has no language of its own."""

    @property
    def client(self) -> Owner:
        """Who takes turns with others in the queue."""
        return Owner(self.key, self.user)

    @property
    def owner(self) -> Owner:
        """Whose conversations these are; each course has its own."""
        return Owner(self.key, self.user, self.course)

    def check(self, course: str) -> None:
        """Raises AccessError (`course_forbidden`) when the key is bound to another course."""
        if self.bound and course != self.bound:
            raise AccessError(
                say("This key is for the course {bound} only.", bound=self.bound),
                code="course_forbidden",
                hint=say("Leave X-Course out, or use another key."),
            )


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that was made for `owner`, with its frames as far as they came."""

    id: str
    owner: Owner
    demo: str
    params: dict[str, Any]
    frames: list[Frame] = field(default_factory=list)


class Runs:
    """The latest demo runs, so that their frames can be fetched and asked about; the oldest make room, those of the key
    that has most: nobody's runs drive out another key's.

    Threads may look for a run while another one is added.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, KeptRun] = OrderedDict()
        self._changing = threading.Lock()
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def start(self, run_id: str, owner: Owner, demo: str, params: dict[str, Any]) -> list[Frame]:
        """The list that a run's frames go into."""
        kept = KeptRun(run_id, owner, demo, params)
        with self._changing:
            self._kept[run_id] = kept
            while len(self._kept) > KEPT_RUNS:
                counts = Counter(run.owner.key for run in self._kept.values())
                most = max(counts, key=lambda key: counts[key])
                self._kept.pop(next(name for name, run in self._kept.items() if run.owner.key == most))
        return kept.frames

    def find(self, run_id: str, owner: Owner) -> KeptRun | None:
        """The caller's run; None where it is not remembered."""
        kept = self._kept.get(run_id)
        return kept if kept is not None and kept.owner == owner else None

    def making(self, run_id: str) -> asyncio.Lock:
        """Held by whoever makes a run again: who wants it meanwhile waits, and finds it made."""
        return self._making.setdefault(run_id, asyncio.Lock())

    def told(self, owner: Owner, answer: str) -> KeptRun | None:
        """The caller's latest run whose summary begins an answer: a client that keeps the chat sends back only that."""
        with self._changing:
            latest = list(reversed(self._kept.values()))
        for kept in latest:
            said = kept.frames[-1].caption if kept.frames else ""
            if kept.owner == owner and said and any(answer.startswith(tell(said, one, kept.demo)) for one in LANGUAGES):
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
    embed_queue: FairQueue
    metrics: Metrics
    pulse: Pulse = field(default_factory=Pulse)
    told: Told = field(default_factory=Told)
    rates: Rates = field(default_factory=Rates)
    runs: Runs = field(default_factory=Runs)
    keeping: set[asyncio.Task[None]] = field(default_factory=set)
    """Answers that are being written to the database: they are waited for at the end."""

    started: int = field(default_factory=lambda: int(time.time()))
    stopping: bool = False
    """Whether it was told to stop: what is under way ends, and nothing begins."""

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
        """True when the service can be reached from other machines, or the settings say so."""
        return self.settings.demand_keys or not is_loopback(self.settings.host)


def is_loopback(host: str) -> bool:
    """True for an address that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def caller_of(request: Request) -> Caller:
    """Who calls. Raises AccessError where a key is demanded and none that is valid was sent, and BusyError when the
    key has asked too often."""
    service = service_of(request)
    key = await key_of(request)
    if key is None and demands_key(request):
        raise AccessError(say("A valid API key is needed."), hint=say("Send it as `Authorization: Bearer ...`."))
    bound = key.course if key else ""
    course = request.headers.get("x-course", "").strip() or bound or service.tutor.course.name
    teacher = key.teacher if key else _is_here(request)
    caller = Caller(key.name if key else "", _user_of(request), course, bound, teacher, language_of(request))
    note(request, caller)
    if key is not None and key.per_minute and request.method == "POST":
        _count(service, key)
    caller.check(course)
    if course == service.tutor.course.name:
        return replace(caller, course="")
    if not is_name(course):
        raise no_course(course, service, caller)
    return caller


async def key_of(request: Request) -> Key | None:
    """The key that was sent, where it is valid: as a bearer, or in one of the headers that platforms use for keys."""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    secrets = [sent] if scheme.lower() == "bearer" else []
    secrets += [request.headers.get(name, "") for name in KEY_HEADERS]
    for secret in secrets:
        if secret.strip() and (key := await run_in_threadpool(service_of(request).keys.find, secret.strip())):
            return key
    return None


async def watcher_of(request: Request) -> None:
    """Whoever may look at the service itself: where a key is demanded, with one; it may come as a password.

    Raises AccessError.
    """
    if not demands_key(request):
        return
    key = await key_of(request)
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if key is None and scheme.lower() == "basic":
        with suppress(ValueError):
            password = base64.b64decode(sent, validate=True).decode("utf-8").partition(":")[2]
            key = await run_in_threadpool(service_of(request).keys.find, password)
    if key is None:
        raise AccessError(
            say("A valid API key is needed."), code="invalid_password", hint=say("Any name, and the key as password.")
        )


def demands_key(request: Request) -> bool:
    """Whether this request needs a key: the service can be reached from elsewhere, or the request came through a
    proxy. One that tells nothing of it speaks HTTP/1.0, as no browser and no client library does."""
    return service_of(request).demands_keys or _is_forwarded(request) or request.scope.get("http_version") == "1.0"


def _count(service: Service, key: Key) -> None:
    wait = service.rates.take(key.name, key.per_minute)
    if wait:
        service.metrics.refused.labels(key=key.name).inc()
        raise BusyError(
            say("The key {key} may ask {count} times a minute.", key=key.name, count=key.per_minute), retry_after=wait,
            hint=say("Try again in {wait} s.", wait=wait),
        )  # fmt: skip


def acting_for(request: Request, caller: Caller, user: str | None) -> Caller:
    """The same key for the user that a body names."""
    caller = replace(caller, user=user) if user else caller
    note(request, caller)
    return caller


def note(request: Request, caller: Caller) -> None:
    """Who calls, for the log and the metrics."""
    request.scope.setdefault("state", {})["caller"] = caller


def _user_of(request: Request) -> str:
    """The platform's user, "" where none is named. Raises InputError: two long names must not become one."""
    user = request.query_params.get("user") or request.headers.get("x-user") or ""
    if len(user) > LONGEST_USER:
        raise InputError(
            say("A user's name has {most} characters at most.", most=LONGEST_USER), code="invalid_value", param="user"
        )
    return user


def _is_here(request: Request) -> bool:
    """Whether whoever has no key sits at this machine: a page of another site that may ask is no teacher."""
    try:
        pages = [urlsplit(origin).hostname or "" for origin in request.headers.getlist("origin")]
    except ValueError:
        return False
    return all(is_loopback(page) for page in pages)


def _is_forwarded(request: Request) -> bool:
    """True behind a proxy: who calls is then not on this machine, whatever the address says."""
    return any(name in FORWARDING or name.startswith(FORWARDING_PREFIXES) for name in request.headers)


async def _service(request: Request) -> Service:
    """`service_of` for routes: what is not a coroutine runs in a thread, for every request."""
    return service_of(request)


async def tutor_of(service: ServiceDep, caller: CallerDep) -> Tutor:
    """The tutor of the course that is asked. Raises KnowledgeError (`unknown_course`)."""
    if not caller.course:
        return service.tutor
    try:
        return await run_in_threadpool(service.tutors.of, caller.course)
    except KnowledgeError:
        raise no_course(caller.course, service, caller) from None


def no_course(name: str, service: Service, caller: Caller) -> KnowledgeError:
    """What a caller hears of a course that is not there: those there are, as far as they may know of them."""
    hint = say("There is {names}.", names=", ".join(service.tutors.names()))
    if caller.bound:
        hint = say("Its teacher has not added a document yet.")
    return KnowledgeError(
        say("There is no course {name!r}.", name=name[:80]), code="unknown_course", hint=hint, param="X-Course"
    )


ServiceDep = Annotated[Service, Depends(_service)]
CallerDep = Annotated[Caller, Depends(caller_of)]
TutorDep = Annotated[Tutor, Depends(tutor_of)]
