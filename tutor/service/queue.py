"""A fair, bounded queue before something that serves one at a time.

Clients take turns: after one was served, every other waiting client comes before it again, however many requests it
has queued. A queue that is full refuses at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from functools import partial
from types import TracebackType

from tutor.errors import BusyError

log = logging.getLogger(__name__)


class FairQueue:
    """`async with queue.place(client):` waits for the client's turn. Raises BusyError when `waiting` are queued."""

    def __init__(self, waiting: int, *, serving: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        """`waiting` may wait while `serving` are served. `clock` never goes back."""
        self._bound, self._free, self._clock = waiting, serving, clock
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._kept = 0
        """Places of those who are not in line yet."""

        self._seconds = 2.0

    @property
    def depth(self) -> int:
        """How many wait now."""
        return sum(len(line) for line in self._lines.values())

    @property
    def retry_after(self) -> int:
        """Whole seconds after which a place is likely to be free, from how long places were held lately."""
        return max(1, round(self._seconds * (self.depth + 1) / 2))

    def place(self, client: Hashable, *, prepared: bool = True) -> Place:
        """A place, taken now; enter it with `async with`, or give it back. Raises BusyError when the queue is full.

        A client that is not `prepared` yet (its upload is still coming) has its place, and stands in line from the
        moment that it enters: nobody waits for it.
        """
        if self.depth + self._kept >= self._bound + max(0, self._free):
            wait = self.retry_after
            raise BusyError("Too many questions are waiting.", retry_after=wait, hint=f"Try again in {wait} s.")
        place = Place(self, client)
        self._kept += 1
        if prepared:
            place.stand_in_line()
        return place

    def _stand(self, client: Hashable) -> asyncio.Future[None]:
        self._kept -= 1
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(ticket)
        self._admit()
        return ticket

    def _drop(self) -> None:
        """Give a place back that never stood in line."""
        self._kept -= 1

    def _leave(self, client: Hashable, ticket: asyncio.Future[None], held: float | None) -> None:
        """Give a place back, whether it was served, waiting, or admitted and never entered."""
        if held is not None:
            self._seconds += 0.2 * (max(0.0, held) - self._seconds)
        line = self._lines.get(client)
        if line is not None and ticket in line:
            line.remove(ticket)
            if not line:
                del self._lines[client]
        else:
            self._free += 1
        self._admit()

    def _admit(self) -> None:
        while self._free > 0 and self._lines:
            client, line = self._lines.popitem(last=False)
            ticket = line.popleft()
            if line:
                self._lines[client] = line  # to the end: the others come first
            self._free -= 1
            if not ticket.done():
                ticket.set_result(None)


class Place:
    """One place. Entering waits for its turn; leaving gives it back, and so does `give_back`, whatever came before."""

    def __init__(self, queue: FairQueue, client: Hashable) -> None:
        self._queue, self._client = queue, client
        self._ticket: asyncio.Future[None] | None = None
        self._since: float | None = None
        self._given_back = False

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

    def stand_in_line(self) -> asyncio.Future[None]:
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
