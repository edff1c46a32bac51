"""The phases of each request - connect, send, wait, receive - and what the service's database took of the wait.

As the browsers' Resource Timing has them (https://www.w3.org/TR/resource-timing/): the name lookup and TLS are part
of connecting, the wait ends with the answer's first byte, and a request on a connection that was kept has no connect.
All times are ``time.monotonic_ns``, taken on the thread that drives the request, when it came to know.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeAlias

from desktop_app.preferences.server_timing import parse_server_timing

SERVER_TIMING: Final = "server-timing"
PLACED: Final = "database (placed)"


class Step(enum.Enum):
    """What a request is at."""

    CONNECT = "connect"
    SEND = "send"
    WAIT = "wait"
    RECEIVE = "receive"
    DATABASE = "database"
    """The service waited for its database: lies within `WAIT`, as far as it can be told."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of one request that has ended, whether well or by an error."""

    step: Step
    start_ns: int
    end_ns: int
    name: str
    """The request's method and path; of a `DATABASE`, ``database``, or `PLACED` where only its length is known."""


Listener: TypeAlias = Callable[[Phase], None]
"""Takes the phases of one request, as each ends, on the thread that drives it; must neither block nor raise."""

Listening: TypeAlias = Callable[[], Listener]
"""Is called at the start of each request, and gives what takes its phases; each try is a request of its own."""


class RequestPhases:
    """Follows one request from phase to phase; each begins as the one before it ends.

    Args:
        name: The request's method and path.
        listener: Is given each phase as it ends.
        now_ns: The clock.
    """

    def __init__(self, name: str, listener: Listener, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._name = name
        self._listener = listener
        self._now_ns = now_ns
        self._step: Step | None = None
        self._start_ns = 0
        self._sent_ns: int | None = None
        self._answered_ns: int | None = None

    def connecting(self) -> None:
        """A connection is being made for it."""
        self._go_on_to(Step.CONNECT)

    def sending(self) -> None:
        """It has a connection, and begins to be sent."""
        self._go_on_to(Step.SEND)
        self._sent_ns = self._start_ns

    def waiting(self) -> None:
        """It is sent, as far as it could be; once more makes no difference."""
        if self._step is Step.SEND:
            self._go_on_to(Step.WAIT)

    def first_byte(self) -> None:
        """Bytes have come; only the first of the answer make a difference."""
        if self._step is Step.WAIT:
            self._go_on_to(Step.RECEIVE)
            self._answered_ns = self._start_ns

    def take_headers(self, headers: Mapping[str, str]) -> None:
        """Read what the service says of its database, in the answer's headers."""
        value = headers.get(SERVER_TIMING)
        if value and self._sent_ns is not None and self._answered_ns is not None:
            for phase in database_phases(value, self._sent_ns, self._answered_ns):
                self._listener(phase)

    def end(self) -> None:
        """End the phase that goes on, if there is one: the request is over, however."""
        self._go_on_to(None)

    def _go_on_to(self, step: Step | None) -> None:
        now_ns = self._now_ns()
        if self._step is not None:
            self._listener(Phase(self._step, self._start_ns, now_ns, self._name))
        self._step, self._start_ns = step, now_ns


current: ContextVar[RequestPhases | None] = ContextVar("request_phases", default=None)
"""Whose bytes are read in this thread or task."""


@contextmanager
def following(name: str, listening: Listening | None) -> Iterator[RequestPhases | None]:
    """Follow the request that is made within; None where nobody listens."""
    if listening is None:
        yield None
        return
    phases = RequestPhases(name, listening())
    token = current.set(phases)
    try:
        yield phases
    finally:
        current.reset(token)
        phases.end()


def database_phases(value: str, sent_ns: int, answered_ns: int) -> list[Phase]:
    """Tell when the service asked its database, from its Server-Timing header's entries named ``db``.

    Those that say when they began, and lie within the request, are where they say. Of the others only the length is
    known: they are put together before the answer, and longer than the request they are not.

    Args:
        value: The header.
        sent_ns: When the request began to be sent.
        answered_ns: When its answer began.
    """
    phases, placed_ns = [], 0
    for metric in parse_server_timing(value):
        if metric.name != "db":
            continue
        start_ns = metric.start_ns
        if start_ns is not None and sent_ns <= start_ns and start_ns + metric.duration_ns <= answered_ns:
            phases.append(Phase(Step.DATABASE, start_ns, start_ns + metric.duration_ns, "database"))
        else:
            placed_ns += metric.duration_ns
    if placed_ns:
        phases.append(Phase(Step.DATABASE, max(sent_ns, answered_ns - placed_ns), answered_ns, PLACED))
    return phases
