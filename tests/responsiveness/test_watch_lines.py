"""What ``desktop-app watch`` says of each freeze, and at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.console import LINES_A_PLACE, Lines, summary_lines
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask
from desktop_app.responsiveness.inputs import InputStatistics
from desktop_app.responsiveness.journal import InputMark
from desktop_app.responsiveness.lag import Percentiles
from desktop_app.responsiveness.report import Report
from desktop_app.responsiveness.tally import Tally

START_NS = 5_000 * NS_PER_MS
FRAME = Frame("/home/ada/gallery.py", 41, "load_image", "time.sleep(1.5)", is_own=True)


def freeze(start_ms: float, duration_ms: float, cause: Cause = Cause.WAITING, line: int = 41) -> Freeze:
    start_ns = START_NS + round(start_ms * NS_PER_MS)
    frame = replace(FRAME, line=line)
    return Freeze(
        start_ns=start_ns,
        end_ns=start_ns + round(duration_ms * NS_PER_MS),
        cause=cause,
        culprit=Culprit(frame, 0.98),
        stacks=(CountedStack((frame,), 49),),
    )


def lines(*freezes: Freeze, budget_ms: int = 250) -> list[str]:
    said = Lines(START_NS, budget_ms)
    return [line for each in freezes if (line := said.of(each)) is not None]


def report(
    *freezes: Freeze, has_application: bool = True, has_event_loop: bool = True, inputs: Sequence[InputMark] = ()
) -> Report:
    tally = Tally(250)
    for each in freezes:
        tally.add(each)
    return Report(
        program="gallery.py",
        arguments=(),
        started_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        start_ns=START_NS,
        end_ns=START_NS + 12_300 * NS_PER_MS,
        budget_ms=250,
        frozen_ns=tally.frozen_ns,
        longest_ns=tally.longest_ns,
        freeze_count=tally.count,
        over_budget_count=tally.over_budget_count,
        apart_ns=tally.apart_ns,
        apart_count=tally.apart_count,
        lag=Percentiles(100_000, 200_000, 300_000, 840_000_000, 1_490_000_000),
        inputs=InputStatistics.of(inputs).summary(),
        freezes=tally.freezes,
        apart=tally.apart,
        places_left_out=tally.places_left_out,
        entries=(),
        has_application=has_application,
        has_event_loop=has_event_loop,
        is_complete=True,
    )


def test_a_freeze_is_one_line() -> None:
    assert lines(freeze(3210, 1500)) == [
        "frozen for 1.50 s (more than 250 ms) at 3.21 s: 98 % in load_image (gallery.py:41), waiting: time.sleep(1.5)"
    ]


def test_one_within_the_budget_is_told_of_without_it() -> None:
    (line,) = lines(freeze(3210, 250))
    assert line.startswith("frozen for 0.25 s at 3.21 s: ")


def test_one_that_lasts() -> None:
    lasting = replace(freeze(3210, 1000), is_lasting=True)
    assert lines(lasting) == ["has been frozen for 1.00 s in load_image (gallery.py:41)"]


def test_one_before_the_event_loop_ran() -> None:
    (line,) = lines(replace(freeze(0, 800), is_startup=True))
    assert line.startswith("frozen for 0.80 s (more than 250 ms) before the event loop ran: ")


def test_one_that_no_sample_was_taken_of() -> None:
    assert lines(replace(freeze(100, 300), culprit=None, cause=Cause.UNKNOWN)) == [
        "frozen for 0.30 s (more than 250 ms) at 0.10 s: of unknown cause"
    ]


def test_its_task_and_a_late_sample_are_named() -> None:
    (line,) = lines(replace(freeze(100, 300), task=RunningTask("report", ()), is_late_sample=True))
    assert "waiting (seen late): time.sleep(1.5), in task report" in line


def test_what_was_not_the_programs_doing_is_no_freeze() -> None:
    (line,) = lines(freeze(100, 300, Cause.NOT_SCHEDULED))
    assert line.startswith("not counted: 0.30 s at 0.10 s: 98 % in load_image (gallery.py:41), not scheduled")


def test_what_was_not_the_programs_doing_and_short_is_not_told_of() -> None:
    assert lines(freeze(100, 250, Cause.NOT_SCHEDULED)) == []


def test_a_long_call_is_cut_off() -> None:
    frame = replace(FRAME, call="x" * 1000)
    (line,) = lines(replace(freeze(100, 300), culprit=Culprit(frame, 1.0)))
    assert len(line) < 200
    assert line.endswith("…")


def test_freezes_in_one_place_get_some_lines_and_then_one_a_second() -> None:
    said = lines(*(freeze(100 * number, 60) for number in range(100)))
    assert said[LINES_A_PLACE].startswith("frozen again 10 times for 0.60 s in all until ")
    assert LINES_A_PLACE < len(said) <= LINES_A_PLACE + 10


def test_another_place_gets_its_own_lines() -> None:
    repeated = [freeze(100 * number, 60) for number in range(5)]
    assert "(gallery.py:52)" in lines(*repeated, freeze(500, 60, line=52))[-1]


def test_after_a_second_of_silence_a_known_place_is_told_of_again() -> None:
    repeated = [freeze(2000 * number, 60) for number in range(5)]
    assert lines(*repeated)[-1].startswith("frozen again for 0.06 s at 8.00 s: 98 % in load_image")


def test_the_summary_of_a_run_without_freezes() -> None:
    assert list(summary_lines(report())) == [
        "watched gallery.py for 12.30 s: no freeze of 50 ms or more",
        "event-loop lag: p50 0.1 ms, p95 0.3 ms, p99 840.0 ms, max 1490.0 ms",
    ]


def test_the_summary_of_a_run_with_freezes_has_the_worst_place_first() -> None:
    said = list(summary_lines(report(freeze(0, 60, line=52), freeze(100, 300), freeze(1000, 1500))))
    assert said[0] == (
        "watched gallery.py for 12.30 s: frozen 3 times for 1.86 s in all, the longest 1.50 s; "
        "2 over the budget of 250 ms"
    )
    places = [line for line in said if line.startswith("  ") and not line.startswith("    ")]
    assert places[0].startswith("  1.80 s 2 times, the longest 1.50 s: 98 % in load_image (gallery.py:41)")
    assert places[1].startswith("  0.06 s once: 98 % in load_image (gallery.py:52)")


def test_the_summary_says_how_inputs_were_answered() -> None:
    marks = [InputMark("key", 0, 10 * NS_PER_MS, 300 * NS_PER_MS)] * 4
    assert list(summary_lines(report(inputs=marks)))[-1] == (
        "keys and clicks: 4, to the next paint p50 300.0 ms, p75 300.0 ms, p95 300.0 ms, max 300.0 ms "
        "(delay p75 10.0 ms): needs improvement"
    )


def test_the_summary_says_what_to_write_instead() -> None:
    fixes = [line for line in summary_lines(report(freeze(0, 1500))) if line.startswith("    ")]
    assert len(fixes) == 1


def test_the_summary_is_short_however_many_places_there_are() -> None:
    said = list(summary_lines(report(*(freeze(100 * line, 60, line=line) for line in range(1, 51)))))
    assert "  and 45 more places" in said
    assert len(said) < 20


def test_the_summary_tells_apart_what_was_not_the_programs_doing() -> None:
    said = list(summary_lines(report(freeze(0, 900, Cause.NOT_SCHEDULED), freeze(2000, 400, Cause.SUSPENDED))))
    assert said[0].endswith("no freeze of 50 ms or more")
    assert "not counted, as it was not the program's doing (not scheduled, suspended): 2 times, 1.30 s in all" in said


def test_the_summary_of_a_program_without_an_application_is_one_line() -> None:
    (line,) = summary_lines(report(has_application=False, has_event_loop=False))
    assert line.endswith("it made no QApplication, so there was nothing to be measured")


def test_the_summary_says_that_the_event_loop_never_ran() -> None:
    assert any("its event loop served nothing" in line for line in summary_lines(report(has_event_loop=False)))


def test_what_the_system_ran_something_else_for_is_not_counted_against_the_budget() -> None:
    assert report(replace(freeze(0, 300), not_scheduled_ns=100 * NS_PER_MS)).over_budget_count == 0
    assert report(replace(freeze(0, 400), not_scheduled_ns=100 * NS_PER_MS)).over_budget_count == 1
