"""What ``desktop-app watch`` says on stderr: a line for each freeze, and a summary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.freezes import RepeatedFreeze
from desktop_app.responsiveness.overruns import RepeatedOverrun
from desktop_app.responsiveness.report import Report
from desktop_app.responsiveness.verdict import verdict_of

NS_PER_S = 1000 * NS_PER_MS
MOST_OF_A_CALL = 60
LINES_A_PLACE = 3
"""So many freezes in one line of code get a line each; the next ones together, once a second at most."""
MOST_PLACES = 1000
MOST_IN_SUMMARY = 5
MOST_OVERRUNS = 3
"""Places of these in the summary's line."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said of one place."""

    lines: int = 0
    last_ns: int = 0
    unsaid: int = 0
    unsaid_ns: int = 0


class Lines:
    """Makes lines of freezes as they happen, few enough to read.

    Args:
        start_ns: The run's start, on the monitor's clock.
        budget_ms: Longer freezes are marked.
    """

    def __init__(self, start_ns: int, budget_ms: int) -> None:
        self._start_ns = start_ns
        self._budget_ms = budget_ms
        self._places: dict[tuple[str, int, str], _Told] = {}

    def of(self, freeze: Freeze) -> str | None:
        """Give the line on a freeze; None where there is nothing to be said now."""
        is_over = freeze.duration_ns > self._budget_ms * NS_PER_MS
        if not freeze.cause.is_of_the_program:
            # Somebody may have seen it; what is short nobody has.
            said = f"not counted: {_s(freeze.duration_ns)} at {self._at(freeze.start_ns)}{_where(freeze)}"
            return said if is_over and not freeze.is_lasting else None
        if freeze.is_lasting:
            when = " before the event loop ran" if freeze.is_startup else ""
            return f"has been frozen for {_s(freeze.duration_ns)}{when}{_in(freeze)}"
        told = self._told(freeze)
        if told.lines >= LINES_A_PLACE and freeze.end_ns - told.last_ns < NS_PER_S:
            unsaid_ns = told.unsaid_ns + freeze.duration_ns
            self._keep(freeze, replace(told, unsaid=told.unsaid + 1, unsaid_ns=unsaid_ns))
            return None
        self._keep(freeze, _Told(told.lines + 1, freeze.end_ns))
        if told.unsaid:
            times, total_ns = told.unsaid + 1, told.unsaid_ns + freeze.duration_ns
            return (
                f"frozen again {times} times for {_s(total_ns)} in all until {self._at(freeze.end_ns)}{_in(freeze)}"
            )
        again = "frozen again" if told.lines >= LINES_A_PLACE else "frozen"
        mark = f" (more than {self._budget_ms} ms)" if is_over else ""
        when = " before the event loop ran" if freeze.is_startup else f" at {self._at(freeze.start_ns)}"
        return f"{again} for {_s(freeze.duration_ns)}{mark}{when}{_where(freeze)}"

    def _told(self, freeze: Freeze) -> _Told:
        return self._places.get(_place(freeze), _Told())

    def _keep(self, freeze: Freeze, told: _Told) -> None:
        if len(self._places) >= MOST_PLACES:
            del self._places[next(iter(self._places))]
        self._places[_place(freeze)] = told

    def _at(self, time_ns: int) -> str:
        return _s(time_ns - self._start_ns)


def summary_lines(report: Report) -> Iterator[str]:
    """Sum a run up, the worst places first."""
    watched = f"watched {report.program} for {_s(report.duration_ns)}"
    if not report.has_application:
        yield f"{watched}: it made no QApplication, so there was nothing to be measured"
        return
    if not report.has_event_loop:
        yield f"{watched}: its event loop served nothing, so that only its start-up was measured"
    if not report.freeze_count:
        yield f"{watched}: no freeze of 50 ms or more"
    else:
        in_all = f" in all, the longest {_s(report.longest_ns)}" if report.freeze_count > 1 else ""
        over = f"{report.over_budget_count or 'none'} over the budget of {report.budget_ms} ms"
        yield f"{watched}: frozen {_times(report.freeze_count)} for {_s(report.frozen_ns)}{in_all}; {over}"
    for repeated in report.freezes[:MOST_IN_SUMMARY]:
        yield _repeated_line(repeated)
        fix = verdict_of(repeated.longest).fix
        if fix:
            yield f"    {fix}"
    left_out = len(report.freezes) - MOST_IN_SUMMARY + report.places_left_out
    if left_out > 0:
        yield f"  and {left_out} more {'places' if left_out > 1 else 'place'}"
    lag = report.lag
    if lag.max_ns:
        yield "event-loop lag: " + ", ".join(
            f"{name} {value_ns / NS_PER_MS:.1f} ms"
            for name, value_ns in (("p50", lag.p50_ns), ("p95", lag.p95_ns), ("p99", lag.p99_ns), ("max", lag.max_ns))
        )
    if report.overruns:
        places = "; ".join(map(_overrun, report.overruns[:MOST_OVERRUNS]))
        left_out = len(report.overruns) - MOST_OVERRUNS + report.overrun_places_left_out
        more = f"; and {left_out} more {'places' if left_out > 1 else 'place'}" if left_out > 0 else ""
        yield f"callbacks that held a frame: {places}{more}"
    inputs = report.inputs
    if inputs.answering is not None:
        to_paint, delay = inputs.to_paint, inputs.delay
        yield (
            f"keys and clicks: {inputs.count}, to the next paint "
            + ", ".join(
                f"{name} {value_ns / NS_PER_MS:.1f} ms"
                for name, value_ns in (
                    ("p50", to_paint.p50_ns),
                    ("p75", to_paint.p75_ns),
                    ("p95", to_paint.p95_ns),
                    ("max", to_paint.max_ns),
                )
            )
            + f" (delay p75 {delay.p75_ns / NS_PER_MS:.1f} ms): {inputs.answering}"
        )
    if report.apart_count:
        causes = ", ".join(sorted({repeated.longest.cause.value for repeated in report.apart}))
        yield (
            f"not counted, as it was not the program's doing ({causes}): "
            f"{_times(report.apart_count)}, {_s(report.apart_ns)} in all"
        )
        for repeated in report.apart[:MOST_IN_SUMMARY]:
            if repeated.longest.duration_ns > report.budget_ms * NS_PER_MS:
                yield _repeated_line(repeated)


def _repeated_line(repeated: RepeatedFreeze) -> str:
    freeze = repeated.longest
    longest = f", the longest {_s(freeze.duration_ns)}" if repeated.count > 1 else ""
    startup = ", before the event loop ran" if freeze.is_startup else ""
    lasting = ", and it had not ended" if freeze.is_lasting else ""
    return f"  {_s(repeated.total_ns)} {_times(repeated.count)}{longest}{startup}{lasting}{_where(freeze)}"


def _overrun(repeated: RepeatedOverrun) -> str:
    longest = f", the longest {_ms(repeated.longest.duration_ns)}" if repeated.count > 1 else ""
    return f"{repeated.longest} {_times(repeated.count)} for {_ms(repeated.total_ns)}{longest}"


def _where(freeze: Freeze) -> str:
    """Tell where a freeze was, why, and in which task."""
    culprit = freeze.culprit
    parts = [str(culprit)] if culprit else []
    parts.append(_cause(freeze) + (f": {_call(culprit.frame.call)}" if culprit and culprit.frame.call else ""))
    if freeze.task:
        parts.append(f"in task {freeze.task.name}")
    return ": " + ", ".join(parts)


def _in(freeze: Freeze) -> str:
    return f" in {freeze.culprit.frame}" if freeze.culprit else ""


def _cause(freeze: Freeze) -> str:
    if freeze.cause is Cause.UNKNOWN:
        return "of unknown cause"
    return f"{freeze.cause} (seen late)" if freeze.is_late_sample else str(freeze.cause)


def _call(call: str) -> str:
    return call if len(call) <= MOST_OF_A_CALL else call[: MOST_OF_A_CALL - 1] + "…"


def _place(freeze: Freeze) -> tuple[str, int, str]:
    frame = freeze.culprit.frame if freeze.culprit else None
    return (frame.file, frame.line, frame.function) if frame else ("", 0, "")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _ms(duration_ns: int) -> str:
    return f"{duration_ns / NS_PER_MS:.1f} ms"


def _s(duration_ns: int) -> str:
    return f"{duration_ns / NS_PER_S:.2f} s"
