"""The trace of a run in Chrome's trace event format, for Perfetto and ``chrome://tracing``; written while it runs.

The file is the format's JSON array. Both viewers take one whose end is missing, so the trace of a program that was
killed opens, too. What is on one thread's lane has to nest, or it is drawn wrongly
(https://perfetto.dev/docs/faq#why-are-overlapping-events-in-json-traces-not-displayed-correctly).
"""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from desktop_app.responsiveness.journal import Entry, Journal
from desktop_app.responsiveness.trace_events import Event, Lag, TraceEvents, encoded

MOST_WAITING = 50_000
"""Entries that wait for the disk; more are dropped, and counted."""
FLUSH_S = 0.25
"""Between two writes: what a killed run loses at most."""
LAG_WINDOW_NS = 100_000_000
"""Of the lags in this long, the worst is written."""


class TraceWriter:
    """Writes what a journal is given to a file, from a thread of its own, and keeps nothing that it has written.

    Adding never waits for the disk: when that is so slow that `MOST_WAITING` entries wait, further ones are dropped.

    Args:
        target: The file, which is replaced; or one that is open for bytes, which is not closed.
        journal: What is listened to until `close`.
        program: What the process is called in the viewer.
        thread_id: The GUI thread's, as the system counts them; None: the main thread's.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(
        self, target: Path | BinaryIO, journal: Journal, program: str = "program", thread_id: int | None = None
    ) -> None:
        self.dropped = 0
        """How many entries were, nearly, as the disk was too slow or full."""
        self._owned = target.open("wb", buffering=0) if isinstance(target, Path) else None
        self._file = self._owned or cast(BinaryIO, target)
        self._written_bytes = 0
        self._journal = journal
        self._waiting: deque[Entry | Lag] = deque()
        self._worst: Lag | None = None
        self._error: OSError | None = None
        self._is_closing = False
        self._wake = threading.Event()
        self._written = threading.Condition()
        self._asked = self._answered = 0
        if thread_id is None:
            thread_id = threading.main_thread().native_id or os.getpid()
        self._events = TraceEvents(os.getpid(), thread_id)
        self._write(self._events.names(program))
        self._thread = threading.Thread(target=self._run, name="trace-writer", daemon=True)
        self._thread.start()
        journal.listen(self.add)

    def __enter__(self) -> TraceWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def add(self, entry: Entry) -> None:
        """Have an entry written soon; any thread, and it waits for nothing. A freeze that lasts may be added, too."""
        self._append(entry)

    def add_lag(self, at_ns: int, lag_ns: int) -> None:
        """Have the event-loop lag written, if it is the worst of its 100 ms; the GUI thread."""
        worst = self._worst
        if worst is not None and at_ns // LAG_WINDOW_NS != worst.at_ns // LAG_WINDOW_NS:
            self._append(worst)
            worst = None
        if worst is None or lag_ns > worst.lag_ns:
            self._worst = Lag(at_ns, lag_ns)

    def flush(self) -> None:
        """Wait until all that was added before is on its way to the disk; any thread but the GUI's."""
        with self._written:
            self._asked += 1
            asked = self._asked
            self._wake.set()
            self._written.wait_for(lambda: self._answered >= asked or not self._thread.is_alive())

    def close(self) -> None:
        """Write what waits, and the end; nothing that is added later is. May be called twice.

        Raises:
            OSError: Not everything could be written, the disk is full say; what was opens nevertheless.
        """
        if self._is_closing:
            return
        self._journal.unlisten(self.add)
        self._is_closing = True
        self._wake.set()
        self._thread.join()
        if self._worst is not None:
            self._waiting.append(self._worst)
        self._write_waiting()
        if self.dropped and self._error is None:
            self._write([self._events.dropped(self.dropped)])
        self._finish()
        if self._error is not None:
            raise self._error

    def _append(self, entry: Entry | Lag) -> None:
        if self._is_closing:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(entry)
        if len(self._waiting) == MOST_WAITING // 2:
            self._wake.set()

    def _run(self) -> None:
        while not self._is_closing:
            self._wake.wait(FLUSH_S)
            self._wake.clear()
            with self._written:
                asked = self._asked
            self._write_waiting()
            with self._written:
                self._answered = asked
                self._written.notify_all()

    def _write_waiting(self) -> None:
        """Write what waits now, in pieces, so that little is held twice."""
        for _ in range(0, len(self._waiting), 500):
            piece = [self._waiting.popleft() for _ in range(min(500, len(self._waiting)))]
            if self._error is not None:
                self.dropped += len(piece)
                continue
            self._write([event for entry in piece for event in self._events.of(entry)])

    def _write(self, events: list[Event]) -> None:
        text = b",\n".join(encoded(event) for event in events)
        try:
            if text:
                self._put((b",\n" if self._written_bytes else b"[\n") + text)
        except OSError as error:
            self._error = error
            self._cut_off()

    def _put(self, text: bytes) -> None:
        rest = memoryview(text)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._file.flush()
        self._written_bytes += len(text)

    def _cut_off(self) -> None:
        """Take back what was written of an event that did not fit on the disk."""
        if self._owned is not None:
            with suppress(OSError):
                self._owned.truncate(self._written_bytes)

    def _finish(self) -> None:
        try:
            if self._error is None:
                self._put(b"\n]\n")
            if self._owned is not None:
                self._owned.close()
        except OSError as error:
            self._error = self._error or error
