"""Watches the program that runs in this process; says and writes what is found, in a thread of its own.

What a freeze ends with is thereby said though the program be killed next, and nobody who reads slowly delays it.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.errors import UsageError
from desktop_app.responsiveness.console import Lines, summary_lines
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.inputs import InputStatistics
from desktop_app.responsiveness.journal import Entry, InputMark
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.report import Report, json_report, write_atomically
from desktop_app.responsiveness.tally import Tally
from desktop_app.responsiveness.watch_options import WatchOptions
from desktop_app.responsiveness.watchdog import Pace

if TYPE_CHECKING:
    from desktop_app.responsiveness.trace import TraceWriter

LASTING_MS = 1000
"""A freeze that has lasted this long gets a line while it lasts."""
SAVE_EVERY_S = 5.0
"""Between two reports that are written while the program runs, in case that it is killed."""
SAVE_SHARE = 0.01
"""Of the time, at most, is spent on writing these."""
MOST_UNSAID = 1000
"""Freezes that wait to be told of, where nobody reads stderr; more are only counted."""
STOP_LIMIT_S = 5.0
"""For saying them at the end."""


class Reporter:
    """Watches from `start` to `finish`, both on the main thread.

    Args:
        options: What is watched, and what is made of it.
    """

    def __init__(self, options: WatchOptions) -> None:
        self.is_finished = False
        self.is_over_budget = False
        """Whether any freeze was; when it is finished."""
        self.monitor = FreezeMonitor(pace=Pace(lasting_ms=LASTING_MS), follows_tasks=True)
        self._options = options
        self._tally = Tally(options.budget_ms)
        self._inputs = InputStatistics()
        self._start_ns = self.monitor.clock()
        self._started_at = datetime.now().astimezone()
        self._lines = Lines(self._start_ns, options.budget_ms)
        self._stderr = sys.stderr
        self._rendered = _renderer(options.report)
        self._lasting: Freeze | None = None
        self._unsaid: queue.Queue[Freeze | None] = queue.Queue(MOST_UNSAID)
        self._thread = threading.Thread(target=self._work, name="freeze-reporter", daemon=True)
        self._trace: TraceWriter | None = None
        if options.trace is not None:
            import desktop_app.responsiveness.trace  # noqa: F401 - before the program says what is found where

    def start(self) -> None:
        """Begin to watch.

        Raises:
            UsageError: The trace's file cannot be made.
        """
        self._trace = _trace_writer(self._options, self.monitor)
        self._thread.start()
        self.monitor.listen(self._on_freeze)
        self.monitor.journal.listen(self._on_entry)
        self.monitor.attach()

    def finish(self) -> None:
        """Cease to watch, say what it was like, and write it."""
        self.is_finished = True
        self.monitor.detach()
        with suppress(queue.Full):
            self._unsaid.put(None, timeout=STOP_LIMIT_S)
        self._thread.join(STOP_LIMIT_S)
        report = self._report(is_complete=True)
        self.is_over_budget = report.is_over_budget
        for line in summary_lines(report):
            self._say(line)
        self._save(report)
        if self._trace is not None:
            try:
                self._trace.close()
            except OSError as error:
                self._say(f"the trace is not complete: {error.strerror}")
        for name, path in (("report", self._options.report), ("trace", self._options.trace)):
            if path is not None and path.exists():
                self._say(f"{name}: {path}")

    def _on_freeze(self, freeze: Freeze) -> None:
        """Count a freeze, and have it said; the watchdog's thread."""
        if freeze.is_lasting:
            self._lasting = freeze
            if self._trace is not None:
                self._trace.add(freeze)
        else:
            self._lasting = None
            self._tally.add(freeze)
        with suppress(queue.Full):
            self._unsaid.put_nowait(freeze)

    def _on_entry(self, entry: Entry) -> None:
        """Count an input, which only the GUI thread takes down."""
        if isinstance(entry, InputMark):
            self._inputs.add(entry)

    def _work(self) -> None:
        due_ns = 0
        is_saved = True
        while True:
            now_ns = self.monitor.clock()
            wait_s = None if is_saved else max(0.0, (due_ns - now_ns) / 1e9)
            try:
                freeze = self._unsaid.get(timeout=wait_s)
            except queue.Empty:
                self._save(self._report(is_complete=False))
                is_saved = True
                took_ns = self.monitor.clock() - now_ns
                due_ns = now_ns + max(round(SAVE_EVERY_S * 1e9), round(took_ns / SAVE_SHARE))
                continue
            if freeze is None:
                return
            is_saved = self._options.report is None
            line = self._lines.of(freeze)
            if line is not None:
                self._say(line)

    def _report(self, *, is_complete: bool) -> Report:
        now_ns = self.monitor.clock()
        heartbeat = self.monitor.heartbeat
        tally = self._tally
        lasting = self._lasting
        if lasting is not None:
            tally = tally.with_lasting(replace(lasting, end_ns=now_ns))
        return Report(
            program=("-m " if self._options.program.is_module else "") + self._options.program.name,
            arguments=self._options.program.arguments,
            started_at=self._started_at,
            start_ns=self._start_ns,
            end_ns=now_ns,
            budget_ms=self._options.budget_ms,
            frozen_ns=tally.frozen_ns,
            longest_ns=tally.longest_ns,
            freeze_count=tally.count,
            over_budget_count=tally.over_budget_count,
            apart_ns=tally.apart_ns,
            apart_count=tally.apart_count,
            lag=self.monitor.lag.percentiles(),
            inputs=self._inputs.summary(),
            freezes=tally.freezes,
            apart=tally.apart,
            places_left_out=tally.places_left_out,
            entries=self.monitor.journal.entries(),
            has_application=self.monitor.is_attached,
            has_event_loop=heartbeat is not None and heartbeat.idle_place is not None,
            is_complete=is_complete,
            overruns=self.monitor.overruns.repeated(),
            overrun_count=self.monitor.overruns.count,
            overrun_places_left_out=self.monitor.overruns.forgotten,
        )

    def _save(self, report: Report) -> None:
        if self._options.report is None:
            return
        try:
            write_atomically(self._options.report, self._rendered(report))
        except OSError as error:
            self._say(f"the report can't be written: {error.strerror}")

    def _say(self, line: str) -> None:
        # The program may have closed it, or who reads may have gone.
        if self._stderr is not None:
            with suppress(OSError, ValueError):
                self._stderr.write(f"desktop-app watch: {line}\n")
                self._stderr.flush()


def _renderer(path: Path | None) -> Callable[[Report], str]:
    """Load what makes the report, before the program says what is to be found under which name."""
    if path is None or path.suffix == ".json":
        return json_report
    from desktop_app.responsiveness.html_report import html_report

    return html_report


def _trace_writer(options: WatchOptions, monitor: FreezeMonitor) -> TraceWriter | None:
    if options.trace is None:
        return None
    from desktop_app.responsiveness.trace import TraceWriter

    try:
        writer = TraceWriter(options.trace, monitor.journal, program=options.program.name)
    except OSError as error:
        raise UsageError(reason=f"--trace {options.trace}: it can't be written: {error.strerror}.") from None
    monitor.on_lag = writer.add_lag
    return writer
