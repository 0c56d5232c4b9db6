"""A fair, bounded queue before something that serves one at a time.

Keys take turns, and the users of a key take turns within its turn: after one was served, every other key that waits
comes before it again, however many requests and users it has queued. What is full refuses at once.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from statistics import median
from types import TracebackType
from typing import NamedTuple

from demos.runtime.messages import say
from tutor.errors import BusyError, WaitError

log = logging.getLogger(__name__)
LATELY = 32
"""Turns from which it is told how long one takes."""
LONGEST_RETURN = 120.0
"""Seconds after which whoever would wait too long is told to come back, at most."""
Ticket = asyncio.Future[None]


class Client(NamedTuple):
    """Who waits: a key and a user of it, "" where none is named."""

    key: Hashable
    user: Hashable = ""

    @classmethod
    def of(cls, client: Hashable) -> Client:
        """The first two parts of a tuple are key and user; anything else is a key."""
        return cls(*client[:2]) if isinstance(client, tuple) and client else cls(client)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many may wait: in all, of one key, and of one named user of a key. 0 stands for no bound of that kind.

    Where keys are bounded, one that has nobody in line is let in although all places are taken, up to twice as many:
    whoever floods the queue keeps no one out.
    """

    waiting: int
    per_key: int = 0
    per_user: int = 0


class FairQueue:
    """`async with queue.place(client):` waits for the client's turn. Raises BusyError when a bound is reached."""

    def __init__(self, bounds: Bounds | int, *, serving: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        """`bounds` limit those who wait while `serving` are served. `clock` never goes back."""
        self._bounds = bounds if isinstance(bounds, Bounds) else Bounds(bounds)
        self._free, self._clock = serving, clock
        self._lines: OrderedDict[Hashable, OrderedDict[Hashable, deque[Ticket]]] = OrderedDict()
        self._kept = 0
        """Places of those who are not in line yet."""

        self._seconds = 0.5
        self._held: deque[float] = deque([0.5], maxlen=LATELY)
        self._promised = -math.inf
        """When the last of those who would have waited too long was told to come back."""

    @property
    def depth(self) -> int:
        """How many wait now."""
        return sum(len(line) for users in self._lines.values() for line in users.values())

    @property
    def retry_after(self) -> int:
        """Whole seconds after which a place is likely to be free, from how long places were held lately."""
        return max(1, round(self._seconds * (self.depth + 1) / 2))

    @property
    def likely(self) -> float:
        """Seconds that a place is held as a rule: the median, which a few demos among many questions do not change."""
        return median(self._held)

    def waiting(self, key: Hashable) -> int:
        """How many of a key wait now."""
        return sum(len(line) for line in self._lines[key].values()) if key in self._lines else 0

    def place(self, client: Hashable, *, prepared: bool = True, patience: float | None = None) -> Place:
        """A place, taken now; enter it with `async with`, or give it back.

        A client that is not `prepared` yet (its upload is still coming) has its place, and stands in line from the
        moment that it enters: nobody waits for it. Raises BusyError when the queue is full, and WaitError when it
        would likely take longer than `patience` seconds until the place is entered.
        """
        who = Client.of(client)
        self._check(who)
        place = Place(self, who)
        self._kept += 1
        if prepared:
            place.stand_in_line()
            likely = place.ahead * self.likely
            if patience is not None and likely > patience:
                place.give_back()
                raise WaitError(
                    say("The wait would be about {seconds} s.", seconds=round(likely)),
                    retry_after=self._return_in(likely - patience), hint=say("Try again later, or stream the answer."),
                )  # fmt: skip
        return place

    def _return_in(self, seconds: float) -> int:
        """Seconds after which one who would wait so much too long is to come back: after the one who was told so
        before. All at once they would be refused again but for the first, over and over."""
        now = self._clock()
        self._promised = min(max(now + seconds, self._promised + self.likely), now + LONGEST_RETURN)
        return max(1, round(self._promised - now))

    def _check(self, who: Client) -> None:
        bounds, room = self._bounds, max(0, self._free)
        of_key = self.waiting(who.key)
        of_user = len(self._lines[who.key].get(who.user, ())) if of_key else 0
        depth = self.depth + self._kept
        newcomer = bounds.per_key > 0 and not of_key and not self._kept and depth < 2 * bounds.waiting + room
        if depth >= bounds.waiting + room and not newcomer:
            raise self._busy(say("Too many questions are waiting."))
        if bounds.per_key and of_key >= bounds.per_key + room:
            raise self._busy(say("Too many questions of this key are waiting."))
        if bounds.per_user and who.user != "" and of_user >= bounds.per_user + room:
            raise self._busy(say("Too many questions of this user are waiting."))

    def _busy(self, message: str) -> BusyError:
        wait = self.retry_after
        return BusyError(message, retry_after=wait, hint=say("Try again in {wait} s.", wait=wait))

    def _stand(self, who: Client) -> Ticket:
        self._kept -= 1
        ticket: Ticket = asyncio.get_running_loop().create_future()
        self._lines.setdefault(who.key, OrderedDict()).setdefault(who.user, deque()).append(ticket)
        self._admit()
        return ticket

    def _drop(self) -> None:
        """Give a place back that never stood in line."""
        self._kept -= 1

    def _leave(self, who: Client, ticket: Ticket, held: float | None) -> None:
        """Give a place back, whether it was served, waiting, or admitted and never entered."""
        if held is not None:
            self._held.append(max(0.0, held))
            self._seconds += 0.2 * (self._held[-1] - self._seconds)
        users = self._lines.get(who.key, OrderedDict())
        line = users.get(who.user)
        if line is not None and ticket in line:
            line.remove(ticket)
            self._tidy(who)
        else:
            self._free += 1
        self._admit()

    def _tidy(self, who: Client) -> None:
        users = self._lines[who.key]
        if not users[who.user]:
            del users[who.user]
        if not users:
            del self._lines[who.key]

    def _admit(self) -> None:
        while self._free > 0 and self._lines:
            key, users = next(iter(self._lines.items()))
            user, line = next(iter(users.items()))
            ticket = line.popleft()
            users.move_to_end(user)  # to the end: the key's others come first
            self._lines.move_to_end(key)
            self._tidy(Client(key, user))
            self._free -= 1
            if not ticket.done():
                ticket.set_result(None)

    def _order(self) -> Iterator[Ticket]:
        """Those who wait, in the order in which they will be served if nobody else comes."""
        keys = [
            [ticket for row in zip_longest(*users.values()) for ticket in row if ticket is not None]
            for users in self._lines.values()
        ]
        return (ticket for row in zip_longest(*keys) for ticket in row if ticket is not None)

    def ahead(self, ticket: Ticket) -> int:
        """How many are served before a ticket, with those who are being served; 0 once its turn has come."""
        if ticket.done():
            return 0
        return next((place for place, other in enumerate(self._order(), 1) if other is ticket), 0)


class Place:
    """One place. Entering waits for its turn; leaving gives it back, and so does `give_back`, whatever came before."""

    def __init__(self, queue: FairQueue, client: Client) -> None:
        self._queue, self._client = queue, client
        self._ticket: Ticket | None = None
        self._since: float | None = None
        self._given_back = False

    @property
    def ahead(self) -> int:
        """How many are served before this place; 0 once its turn has come."""
        return 0 if self._ticket is None or self._given_back else self._queue.ahead(self._ticket)

    async def __aenter__(self) -> None:
        if self._given_back:
            raise RuntimeError("this place was given back")
        try:
            await self.stand_in_line()
        except BaseException:
            self.give_back()
            raise
        self._since = self._queue._clock()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def __del__(self) -> None:
        if not self._given_back:
            log.error("a place in the queue was dropped, not given back")
            if (ticket := self._ticket) is not None and not ticket.get_loop().is_closed():
                leave = partial(self._queue._leave, self._client, ticket, None)
                ticket.get_loop().call_soon_threadsafe(leave)  # whichever thread collects the garbage

    def stand_in_line(self) -> Ticket:
        """Wait for the turn from now on; the future is done when it comes."""
        if self._ticket is None:
            self._ticket = self._queue._stand(self._client)
        return self._ticket

    def give_back(self) -> None:
        """Leave the queue; nothing happens the second time."""
        if self._given_back:
            return
        self._given_back = True
        if self._ticket is None:
            self._queue._drop()
        else:
            held = None if self._since is None else self._queue._clock() - self._since
            self._queue._leave(self._client, self._ticket, held)
