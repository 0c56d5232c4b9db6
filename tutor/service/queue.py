"""A fair, bounded queue before something that serves one at a time.

Clients take turns: after one was served, every other waiting client comes before it again, however many requests it
has queued. A queue that is full refuses at once.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from types import TracebackType

from tutor.errors import BusyError


class FairQueue:
    """`async with queue.place(client):` waits for the client's turn. Raises BusyError when `waiting` are queued."""

    def __init__(self, waiting: int, *, serving: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        """`waiting` may wait while `serving` are served. `clock` never goes back."""
        self._bound, self._free, self._clock = waiting, serving, clock
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._seconds = 2.0

    @property
    def depth(self) -> int:
        """How many wait now."""
        return sum(len(line) for line in self._lines.values())

    @property
    def retry_after(self) -> int:
        """Whole seconds after which a place is likely to be free, from how long places were held lately."""
        return max(1, round(self._seconds * (self.depth + 1) / 2))

    def place(self, client: str) -> Place:
        """A place in the queue, taken now; enter it with `async with`. Raises BusyError at once when it is full."""
        if self.depth >= self._bound and (self._free <= 0 or self._lines):
            wait = self.retry_after
            raise BusyError("Too many questions are waiting.", retry_after=wait, hint=f"Try again in {wait} s.")
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(ticket)
        self._admit()
        return Place(self, client, ticket)

    def _leave(self, client: str, ticket: asyncio.Future[None], held: float | None) -> None:
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
    """One place. Entering waits for its turn; leaving, or dropping it before, gives it back."""

    def __init__(self, queue: FairQueue, client: str, ticket: asyncio.Future[None]) -> None:
        self._queue, self._client, self._ticket = queue, client, ticket
        self._since: float | None = None
        self._given_back = False

    async def __aenter__(self) -> None:
        try:
            await self._ticket
        except asyncio.CancelledError:
            self._give_back()
            raise
        self._since = self._queue._clock()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def __del__(self) -> None:
        self._give_back()  # a stream that never began: its client left before the first byte

    def _give_back(self) -> None:
        if not self._given_back:
            self._given_back = True
            held = None if self._since is None else self._queue._clock() - self._since
            self._queue._leave(self._client, self._ticket, held)
