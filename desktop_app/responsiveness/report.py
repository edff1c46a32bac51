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
      "not_of_the_program": [...],    as "freezes"
      "frame_overruns": {             callbacks of an event loop that tells of them (`desktop_app.event_loop`), which
                                      held a frame by themselves; not those that are part of a freeze
        "count": 3,                   how many
        "places_left_out": 0,         places that there was no room for
        "places": [{                  those from one place together, that with the most time first
          "file", "line", "function", where the coroutine waits now; of what has ended, its first line; the function
                                      alone, with "" and 0, of what is not written in Python
          "to_its_end": false,        whether it ended thereby
          "task": "load",             the task's name; "" of a plain callback
          "coroutine": "Home.load",   the qualified name of the task's coroutine
          "awaits": [FRAME...],       the coroutine and what it awaits now, the outermost first
          "start_ms": 410.4, "duration_ms": 12.1,                of the longest
          "count": 3, "total_ms": 30.3, "first_start_ms": 410.4, "last_start_ms": 520.0,
          "verdict": {"name", "text", "fix"}
        }]
      }
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
from desktop_app.responsiveness.overruns import RepeatedOverrun
from desktop_app.responsiveness.verdict import Verdict, verdict_of, verdict_of_overrun


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
    overruns: tuple[RepeatedOverrun, ...] = ()
    """Callbacks that held a frame, those from one place together, that with the most time first."""
    overrun_count: int = 0
    """How many there were."""
    overrun_places_left_out: int = 0
    """Places of these that there was no room for."""

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
        "frame_overruns": {
            "count": report.overrun_count,
            "places_left_out": report.overrun_places_left_out,
            "places": [_overrun(each, report.start_ns) for each in report.overruns],
        },
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
        "verdict": _verdict(verdict),
        "first_start_ms": _ms(repeated.first_start_ns - start_ns),
        "last_start_ms": _ms(repeated.last_start_ns - start_ns),
        "total_ms": _ms(repeated.total_ns),
        "not_scheduled_ms": _ms(freeze.not_scheduled_ns),
        "share": freeze.culprit and round(freeze.culprit.share, 3),
        "phase": "start-up" if freeze.is_startup else "running",
        "is_lasting": freeze.is_lasting,
    }


def _overrun(repeated: RepeatedOverrun, start_ns: int) -> dict[str, object]:
    longest = repeated.longest
    return {
        "file": longest.frame.file,
        "line": longest.frame.line,
        "function": longest.frame.function,
        "to_its_end": longest.is_to_end,
        "task": longest.task,
        "coroutine": longest.coroutine,
        "awaits": [_frame(each) for each in longest.awaits],
        "start_ms": _ms(longest.start_ns - start_ns),
        "duration_ms": _ms(longest.duration_ns),
        "count": repeated.count,
        "total_ms": _ms(repeated.total_ns),
        "first_start_ms": _ms(repeated.first_start_ns - start_ns),
        "last_start_ms": _ms(repeated.last_start_ns - start_ns),
        "verdict": _verdict(verdict_of_overrun(repeated)),
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {"name": verdict.name, "text": verdict.text, "fix": verdict.fix}


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
