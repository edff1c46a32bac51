"""What the service counts and times, in Prometheus' words; a registry of its own, so that two apps can live together.

Every label is bounded: stores, routes, methods and statuses are known beforehand or put together as ``other``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

METRICS_MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
_OTHER: Final = "other"


class StoreMetrics:
    """How long one store's users waited, for a connection and for SQLite's write lock, in seconds."""

    def __init__(self, wait: Histogram, waiting: Gauge, lock_wait: Histogram) -> None:
        self.pool_wait = wait
        self.pool_waiting = waiting
        self.lock_wait = lock_wait


class Metrics:
    """All of one service's figures. Event loop's thread only."""

    def __init__(self) -> None:
        # When each series was made is of no use here, and would double their number.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._pool_wait = self._histogram("db_pool_wait_seconds", "Time waited for a connection", "store")
        self._pool_waiting = self._gauge("db_pool_waiting", "Who waits for a connection now", "store")
        self._pool_checked_out = self._gauge("db_pool_checked_out", "Connections in use now", "store")
        self._pool_size = self._gauge("db_pool_size", "Connections there can be", "store")
        self._lock_wait = self._histogram(
            "db_lock_wait_seconds", "Time waited for the database's write lock, granted or not", "store"
        )
        self._requests = Counter(
            "desktop_app_http_requests_total",
            "Requests answered",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._request_duration = self._histogram(
            "http_request_duration_seconds", "Time from a request's head to its answer's end", "route", "method"
        )
        self._sign_ins = Counter(
            "desktop_app_sign_ins_total", "Sign-ins tried, by how they ended", ["outcome"], registry=self._registry
        )

    def store(self, name: str) -> StoreMetrics:
        """Return what to time the store ``name`` with; one of the two that there are."""
        return StoreMetrics(
            self._pool_wait.labels(name), self._pool_waiting.labels(name), self._lock_wait.labels(name)
        )

    def watch_pool(self, name: str, size: int, checked_out: Callable[[], int]) -> None:
        """Have the pool of the store ``name`` asked for its present state whenever the figures are."""
        self._pool_size.labels(name).set(size)
        self._pool_checked_out.labels(name).set_function(checked_out)

    def sign_in(self, outcome: str) -> None:
        """Count a sign-in; ``outcome`` is one of the few words in http.py."""
        self._sign_ins.labels(outcome).inc()

    def request(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count an answered request; ``route`` is None where there is none for its path."""
        route = route or _OTHER
        method = method if method in _METHODS else _OTHER
        self._requests.labels(route, method, status).inc()
        self._request_duration.labels(route, method).observe(seconds)

    def text(self) -> bytes:
        """Return the figures in the text format 0.0.4."""
        return generate_latest(self._registry)

    def _histogram(self, name: str, documentation: str, *labels: str) -> Histogram:
        return Histogram(f"desktop_app_{name}", documentation, labels, registry=self._registry, buckets=_BUCKETS_S)

    def _gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        return Gauge(f"desktop_app_{name}", documentation, labels, registry=self._registry)
