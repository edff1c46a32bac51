"""Blocks the GUI thread at random moments, in random ways and for random times, under a `FreezeMonitor`.

It says as one line of JSON on stdout what it did and what was found: ``blocks``, each its kind, start and end, and
``freezes``, each its start, end, cause, culprit's function, and whether it was at start-up;
nanoseconds on the system-wide monotonic clock.
"""

from __future__ import annotations

import gc
import json
import random
import re
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.watchdog import Pace

NS_PER_MS = 1_000_000
SHORTEST_MS, LONGEST_MS = 60, 5000
SHORTEST_GAP_MS, LONGEST_GAP_MS = 30, 200
RESTING_MS = 100
IDLE_MS = 60_000


def sleep(duration_s: float) -> None:
    """Wait for nothing."""
    time.sleep(duration_s)


def receive(duration_s: float) -> None:
    """Wait for a peer that stays silent."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(duration_s)
        try:
            ours.recv(1)
        except TimeoutError:
            return


def loop(duration_s: float) -> None:
    """Compute in Python."""
    end_ns = time.monotonic_ns() + round(duration_s * 1e9)
    count = 0
    while time.monotonic_ns() < end_ns:
        count += 1


def query(duration_s: float) -> None:
    """Compute in SQLite, which leaves the interpreter to others meanwhile."""
    end_ns = time.monotonic_ns() + round(duration_s * 1e9)
    connection = sqlite3.connect(":memory:")
    connection.set_progress_handler(lambda: int(time.monotonic_ns() >= end_ns), 100_000)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    try:
        connection.execute(endless).fetchall()
    except sqlite3.OperationalError:
        return
    finally:
        connection.close()


def match(duration_s: float) -> None:
    """Compute in C that keeps the interpreter to itself: a pattern that backtracks, as often as it takes."""
    # `sub` calls nothing between its matches, so that this is one call.
    rounds = max(1, round(duration_s / _seconds_of_a_round()))
    re.sub(r"(?:a+)+$", "", ("a" * 16 + "b ") * rounds)


def _seconds_of_a_round(known: list[float] = []) -> float:  # noqa: B006 - it is measured once
    if not known:
        start = time.perf_counter()
        re.sub(r"(?:a+)+$", "", ("a" * 16 + "b ") * 10)
        known.append((time.perf_counter() - start) / 10)
    return known[0]


def collect(duration_s: float) -> None:
    """Look for garbage among many objects, as often as it takes."""
    end_ns = time.monotonic_ns() + round(duration_s * 1e9)
    while time.monotonic_ns() < end_ns:
        gc.collect()


KINDS: dict[str, Callable[[float], None]] = {
    "sleep": sleep,
    "receive": receive,
    "loop": loop,
    "query": query,
    "match": match,
    "collect": collect,
}


def bound_sleep(duration_s: float) -> Callable[[], object]:
    """Give what waits for nothing."""
    return partial(time.sleep, duration_s)


def bound_acquire(duration_s: float) -> Callable[[], object]:
    """Give what waits for a lock that nobody gives back."""
    lock = threading.Lock()
    lock.acquire()
    return partial(lock.acquire, timeout=duration_s)


BOUND: dict[str, Callable[[float], Callable[[], object]]] = {
    "bound sleep": bound_sleep,
    "bound acquire": bound_acquire,
}
"""Each gives a slot that is no Python function: while Qt calls it, no code of the program's can be seen to run."""


class Blocker:
    """Blocks, rests, and blocks again."""

    def __init__(self, count: int, seed: int, end: Callable[[], object]) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._random = random.Random(seed)
        self._plan = self._planned(count)
        self._end = end

    def _planned(self, count: int) -> Iterator[tuple[str, float]]:
        kinds = [*KINDS, *BOUND]
        for i in range(count):
            # Few are long: the lengths are distributed as 1/x^2 between the limits.
            share = self._random.random()
            yield kinds[i % len(kinds)], 1 / (share / LONGEST_MS + (1 - share) / SHORTEST_MS)

    def go_on(self) -> None:
        """Rest, then block once more."""
        QTimer.singleShot(self._random.randint(SHORTEST_GAP_MS, LONGEST_GAP_MS), self._block)

    def _block(self) -> None:
        planned = next(self._plan, None)
        if planned is None:
            QTimer.singleShot(RESTING_MS if self.blocks else IDLE_MS, self._end)
            return
        kind, duration_ms = planned
        if kind in BOUND:
            self._block_bound(kind, duration_ms / 1000)
            return
        block = KINDS[kind]
        start_ns = time.monotonic_ns()
        block(duration_ms / 1000)
        self.blocks.append({"kind": kind, "start_ns": start_ns, "end_ns": time.monotonic_ns()})
        self.go_on()

    def _block_bound(self, kind: str, duration_s: float) -> None:
        """Have Qt call what blocks, with nothing of ours around it; its length is told by when it is called."""
        waits = BOUND[kind](duration_s)
        block: dict[str, Any] = {"kind": kind}

        def begun() -> None:
            block["start_ns"] = time.monotonic_ns()

        def ended() -> None:
            block["end_ns"] = time.monotonic_ns()
            self.blocks.append(block)
            self.go_on()

        # One after the other, from one emission: nothing else is served between them.
        self._timer = QTimer(singleShot=True)
        self._timer.timeout.connect(begun)
        self._timer.timeout.connect(waits)
        self._timer.timeout.connect(ended)
        # The turn of the event loop that has prepared it is over by then.
        self._timer.start(SHORTEST_GAP_MS)


def main(count: int, seed: int, tick_ms: int, kinds: str = "") -> None:
    """Block that often, or do nothing for a minute, and say what was found."""
    for each in (KINDS, BOUND):
        for kind in set(each) - set(kinds.split(",")) if kinds else ():
            del each[kind]
    application = QApplication(["frozen"])
    label = QLabel("frozen")
    label.show()
    _seconds_of_a_round()
    # Something to look for garbage among.
    kept = [[i] for i in range(100_000)]
    found: list[Freeze] = []
    monitor = FreezeMonitor(pace=Pace(tick_ms=tick_ms))
    monitor.listen(lambda freeze: None if freeze.is_lasting else found.append(freeze))
    blocker = Blocker(count, seed, application.quit)
    QTimer.singleShot(RESTING_MS, blocker.go_on)
    monitor.attach()
    application.exec()
    monitor.detach()
    del kept
    freezes = [
        {
            "start_ns": freeze.start_ns,
            "end_ns": freeze.end_ns,
            "cause": freeze.cause,
            "function": freeze.culprit.frame.function if freeze.culprit else None,
            "not_scheduled_ns": freeze.not_scheduled_ns,
            "is_startup": freeze.is_startup,
        }
        for freeze in found
    ]
    print(json.dumps({"blocks": blocker.blocks, "freezes": freezes}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
