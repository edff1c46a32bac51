"""What a watched run was like: the report, and its JSON.

::

    {
      "program": "gallery.py", "arguments": ["--all"], "started_at": "2026-01-31T09:30:00+01:00",
      "budget_ms": 250, "is_over_budget": true,
      "has_application": true,          whether the program made a QApplication
      "has_event_loop": true,           whether its event loop served anything
      "is_complete": true,              false where the program was killed: up to some seconds are missing
      "summary": {
        "duration_ms": 5301.2,        the whole run
        "frozen_ms": 1502.9,          the freezes of 50 ms and more that are the program's own, summed
        "longest_freeze_ms": 1502.9,
        "lag_ms": {"p50": 0.1, "p95": 0.3, "p99": 840.0, "max": 1490.2},     how late events were served
        "inputs": {                   keys and clicks in widgets that opted in (`watch_inputs`); null without any
          "count": 36,
          "delay_ms": {"p50": 0.2, "p75": 0.4, "p95": 3.1, "max": 840.2},      from the person to the widget
          "to_paint_ms": {"p50": 9.1, "p75": 12.4, "p95": 30.2, "max": 871.0}, from the person to the next paint
          "verdict": "good"           by p75 to paint: up to 200 ms; or "needs improvement"; over 500 ms "poor"
        },
        "freezes": 1,                 how many
        "freezes_over_budget": 1,
        "places_left_out": 0,         places of freezes that there was no room for
        "not_of_the_program": {"freezes": 0, "ms": 0.0}          not scheduled, suspended, or in a debugger
      },
      "freezes": [{                   those from one place together, that with the most time first
        "start_ms": 3210.4,           when the longest of them began, from the start of the run
        "duration_ms": 1502.9,        of the longest
        "count": 1,
        "cause": "waiting",           of `Cause`
        "late_sample": false,         whether the samples may show only where it ended
        "culprit": {"file", "line", "function"},                 or null where there was no sample
        "task": {"name", "awaits": [FRAME...]},                  or null
        "stacks": [{"count", "frames": [FRAME...]}],             the outermost frame first
        "verdict": {"name", "text", "fix"},
        "first_start_ms": 3210.4, "last_start_ms": 3210.4, "total_ms": 1502.9, "not_scheduled_ms": 0.0, "share": 0.98,
        "phase": "running",           or "start-up": before the event loop ran
        "is_lasting": false           whether it had not ended when this was written
      }],
      "not_of_the_program": [...]     as "freezes"
    }

A FRAME is ``{"file", "line", "function", "call"}``. Times are milliseconds, ``start_ms`` since the run's start.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Frame, Freeze
from desktop_app.responsiveness.freezes import RepeatedFreeze
from desktop_app.responsiveness.inputs import InputSummary
from desktop_app.responsiveness.journal import Entry
from desktop_app.responsiveness.lag import Percentiles
from desktop_app.responsiveness.verdict import verdict_of


@dataclass(frozen=True, slots=True)
class Report:
    """What a watched run was like. Times in nanoseconds are on the monitor's clock."""

    program: str
    """The script or the module, as it was given."""
    arguments: tuple[str, ...]
    """The program's own."""
    started_at: datetime
    """When the run began, with the time zone."""
    start_ns: int
    """When it began."""
    end_ns: int
    """When this was made."""
    budget_ms: int
    """The longest freeze that is allowed."""
    frozen_ns: int
    """The lengths of all freezes that are the program's own, summed."""
    longest_ns: int
    """The longest of them; 0 of none."""
    freeze_count: int
    """How many there were."""
    over_budget_count: int
    """How many of them were longer than the budget."""
    apart_ns: int
    """The lengths of all that were not the program's fault, summed."""
    apart_count: int
    lag: Percentiles
    inputs: InputSummary
    """Of the widgets that opted in."""
    freezes: tuple[RepeatedFreeze, ...]
    """The program's own, those from one place together, that with the most time first; at most 200 places."""
    apart: tuple[RepeatedFreeze, ...]
    """The same of those that were not the program's fault."""
    places_left_out: int
    """Places of freezes that there was no room for."""
    entries: tuple[Entry, ...]
    """What happened, for a timeline: nearly in the order in which it ended."""
    has_application: bool
    """Whether the program made a QApplication."""
    has_event_loop: bool
    """Whether its event loop served anything."""
    is_complete: bool
    """Whether the run had ended when this was made."""

    @property
    def duration_ns(self) -> int:
        """How long the run was, or so far."""
        return self.end_ns - self.start_ns

    @property
    def is_over_budget(self) -> bool:
        """Whether any freeze of the program's own was longer than the budget."""
        return self.over_budget_count > 0


def json_report(report: Report) -> str:
    """Give the report as JSON, with a newline at the end; the keys are described at the top of this module."""
    lag = report.lag
    content = {
        "program": report.program,
        "arguments": list(report.arguments),
        "started_at": report.started_at.isoformat(timespec="seconds"),
        "budget_ms": report.budget_ms,
        "is_over_budget": report.is_over_budget,
        "has_application": report.has_application,
        "has_event_loop": report.has_event_loop,
        "is_complete": report.is_complete,
        "summary": {
            "duration_ms": _ms(report.duration_ns),
            "frozen_ms": _ms(report.frozen_ns),
            "longest_freeze_ms": _ms(report.longest_ns),
            "lag_ms": {
                "p50": _ms(lag.p50_ns),
                "p95": _ms(lag.p95_ns),
                "p99": _ms(lag.p99_ns),
                "max": _ms(lag.max_ns),
            },
            "inputs": _inputs(report.inputs),
            "freezes": report.freeze_count,
            "freezes_over_budget": report.over_budget_count,
            "places_left_out": report.places_left_out,
            "not_of_the_program": {"freezes": report.apart_count, "ms": _ms(report.apart_ns)},
        },
        "freezes": [_repeated(each, report.start_ns) for each in report.freezes],
        "not_of_the_program": [_repeated(each, report.start_ns) for each in report.apart],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _repeated(repeated: RepeatedFreeze, start_ns: int) -> dict[str, object]:
    freeze = repeated.longest
    verdict = verdict_of(freeze)
    return {
        "start_ms": _ms(freeze.start_ns - start_ns),
        "duration_ms": _ms(freeze.duration_ns),
        "count": repeated.count,
        "cause": freeze.cause.value,
        "late_sample": freeze.is_late_sample,
        "culprit": _culprit(freeze),
        "task": freeze.task and {"name": freeze.task.name, "awaits": [_frame(each) for each in freeze.task.awaits]},
        "stacks": [
            {"count": each.count, "frames": [_frame(frame) for frame in each.stack]} for each in freeze.stacks
        ],
        "verdict": {"name": verdict.name, "text": verdict.text, "fix": verdict.fix},
        "first_start_ms": _ms(repeated.first_start_ns - start_ns),
        "last_start_ms": _ms(repeated.last_start_ns - start_ns),
        "total_ms": _ms(repeated.total_ns),
        "not_scheduled_ms": _ms(freeze.not_scheduled_ns),
        "share": freeze.culprit and round(freeze.culprit.share, 3),
        "phase": "start-up" if freeze.is_startup else "running",
        "is_lasting": freeze.is_lasting,
    }


def _inputs(inputs: InputSummary) -> dict[str, object] | None:
    if inputs.answering is None:
        return None
    delay, to_paint = (
        {"p50": _ms(each.p50_ns), "p75": _ms(each.p75_ns), "p95": _ms(each.p95_ns), "max": _ms(each.max_ns)}
        for each in (inputs.delay, inputs.to_paint)
    )
    verdict = inputs.answering.value
    return {"count": inputs.count, "delay_ms": delay, "to_paint_ms": to_paint, "verdict": verdict}


def _culprit(freeze: Freeze) -> dict[str, object] | None:
    if freeze.culprit is None:
        return None
    frame = freeze.culprit.frame
    return {"file": frame.file, "line": frame.line, "function": frame.function}


def _frame(frame: Frame) -> dict[str, object]:
    return {"file": frame.file, "line": frame.line, "function": frame.function, "call": frame.call}


def _ms(duration_ns: int) -> float:
    return round(duration_ns / NS_PER_MS, 3)


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the whole of the old or of the new one.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Source lines and arguments may hold bytes that are no UTF-8.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
