"""What lasts for a while in the service's memory: what was told, and how often a key asked."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

_NEARLY = 1e-6
KEPT = 1000
"""Answers that are remembered for clients that keep their chats themselves."""


class Told:
    """What stood beside the latest answers: a client that keeps the chat sends back their texts alone.

    With it, "yes" takes up what was offered, and an open practice question is still open. Threads may ask at once.
    They are held packed: as objects those of a thousand demo runs take a quarter of a gigabyte, packed five megabytes.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Hashable, str], bytes] = OrderedDict()
        self._changing = threading.Lock()

    def keep(self, owner: Hashable, answer: str, detail: Mapping[str, Any]) -> None:
        """Remember the detail of an answer, which is JSON; the oldest make room."""
        packed = zlib.compress(json.dumps(detail).encode(), 1)
        with self._changing:
            self._kept[owner, _mark(answer)] = packed
            self._kept.move_to_end((owner, _mark(answer)))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def of(self, owner: Hashable, answer: str) -> dict[str, Any] | None:
        """The detail of an answer that this owner was given; None when it is not remembered."""
        with self._changing:
            packed = self._kept.get((owner, _mark(answer)))
        if packed is None:
            return None
        detail: dict[str, Any] = json.loads(zlib.decompress(packed))
        return detail


class Rates:
    """How many requests each key may make in a minute: a bucket that fills evenly. `clock` never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._changing = threading.Lock()

    def take(self, key: str, per_minute: int) -> int:
        """Count one request; 0 when it may be made, else the seconds until the next one may."""
        now = self._clock()
        with self._changing:
            left, since = self._left.get(key, (float(per_minute), now))
            left = min(float(per_minute), left + max(0.0, now - since) * per_minute / 60)
            allowed = left >= 1 - _NEARLY
            self._left[key] = (left - 1 if allowed else left, max(now, since))
            return 0 if allowed else max(1, math.ceil((1 - left) * 60 / per_minute - _NEARLY))


def _mark(answer: str) -> str:
    """An answer by its words: fronts change spaces."""
    return hashlib.blake2b(" ".join(answer.split()).encode("utf-8", "replace"), digest_size=16).hexdigest()
