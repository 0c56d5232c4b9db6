"""Counters and timings for Prometheus. They hold outcomes and durations, never words."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60)


class Metrics:
    """One registry for one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("tiza_requests", "HTTP requests.", ["route", "status"], registry=self.registry)
        self.of_keys = Counter("tiza_key_requests", "Requests by the key's name.", ["key"], registry=self.registry)
        self.limits = Gauge(
            "tiza_key_limit_per_minute", "Requests that a key may make in a minute; 0 for no limit.", ["key"],
            registry=self.registry,
        )  # fmt: skip
        self.turns = Counter("tiza_turns", "Turns by how they ended.", ["outcome"], registry=self.registry)
        self.first = Histogram(
            "tiza_first_text_seconds", "Time to the first text.", buckets=_SECONDS, registry=self.registry
        )
        self.whole = Histogram("tiza_turn_seconds", "Time of a whole turn.", buckets=_SECONDS, registry=self.registry)
        self.waiting = Gauge("tiza_waiting", "Turns that wait for the model.", registry=self.registry)
        self.refused = Counter(
            "tiza_refused", "Requests refused because the queue was full, or the key asked too often.", ["key"],
            registry=self.registry,
        )  # fmt: skip

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
