from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.detector import Detector, Look, Recorder
from desktop_app.responsiveness.slices import LONG_TASK_MS, Slice, Summary

MS = NS_PER_MS


def test_the_first_beat_shows_nothing() -> None:
    assert Detector().beat(5 * MS) is None


def test_a_beat_on_time_is_an_empty_slice() -> None:
    detector = Detector()
    detector.expect(20 * MS)
    assert detector.beat(20 * MS) == Slice(20 * MS, 20 * MS)


def test_a_late_beat_is_a_slice_from_when_it_was_due() -> None:
    detector = Detector()
    detector.expect(20 * MS)
    assert detector.beat(170 * MS) == Slice(20 * MS, 170 * MS)


def test_an_early_beat_is_an_empty_slice() -> None:
    detector = Detector()
    detector.expect(20 * MS)
    assert detector.beat(19 * MS) == Slice(19 * MS, 19 * MS)


def test_a_beat_is_reported_once() -> None:
    detector = Detector()
    detector.expect(20 * MS)
    detector.beat(170 * MS)
    assert detector.beat(171 * MS) is None


def test_what_was_served_is_over_also_where_the_thread_was_never_seen_idle() -> None:
    detector = Detector()
    detector.look(Look(10 * MS, 0), is_busy=True)
    detector.ping(10 * MS)
    assert detector.beat(310 * MS) == Slice(10 * MS, 310 * MS)
    detector.expect(360 * MS)
    assert detector.beat(311 * MS) == Slice(311 * MS, 311 * MS)


def seen_idle(detector: Detector, *at_ms: int) -> None:
    for each in at_ms:
        detector.look(Look(each * MS, 0), is_busy=False)


@pytest.mark.parametrize("was_found_overdue", [True, False])
def test_what_looks_idle_until_long_after_a_beat_was_due_began_midway_between_beats(
    *, was_found_overdue: bool
) -> None:
    detector = Detector()
    detector.beat(1000 * MS)
    detector.expect(1050 * MS)
    if was_found_overdue:
        seen_idle(detector, *range(1010, 1070, 10))
        detector.look(
            Look(1070 * MS, 0), is_busy=True, wanted_ns=detector.overdue_since_ns(1070 * MS), looks_idle=True
        )
    else:
        seen_idle(detector, *range(1010, 1400, 10))
    assert detector.beat(1400 * MS) == Slice(1025 * MS, 1400 * MS)


def test_what_was_seen_idle_before_a_beat_was_due_and_busy_after_it_began_between_those_looks() -> None:
    detector = Detector()
    detector.beat(1000 * MS)
    detector.expect(1050 * MS)
    seen_idle(detector, 1010, 1020, 1030)
    detector.look(Look(1040 * MS, 0), is_busy=True)
    assert detector.beat(1400 * MS) == Slice(1035 * MS, 1400 * MS)


@pytest.mark.parametrize(("late_ms", "is_overdue"), [(-50, False), (5, False), (60, True)])
def test_a_beat_is_overdue_when_it_is_later_than_timers_are(late_ms: int, *, is_overdue: bool) -> None:
    detector = Detector()
    assert detector.overdue_since_ns(1000 * MS) is None
    detector.expect(1050 * MS)
    assert detector.overdue_since_ns((1050 + late_ms) * MS) == (1050 * MS if is_overdue else None)
    detector.beat((1050 + late_ms) * MS)
    assert detector.overdue_since_ns(9000 * MS) is None


def test_only_the_last_expectation_counts() -> None:
    detector = Detector()
    detector.expect(20 * MS)
    detector.expect(100 * MS)
    assert detector.beat(120 * MS) == Slice(100 * MS, 120 * MS)


@given(due_ns=st.integers(0, 2**62), now_ns=st.integers(0, 2**62))
def test_a_slice_is_never_negative_and_ends_now(due_ns: int, now_ns: int) -> None:
    detector = Detector()
    detector.expect(due_ns)
    found = detector.beat(now_ns)
    assert found is not None
    assert (found.duration_ns, found.end_ns) == (max(0, now_ns - due_ns), now_ns)


def test_nothing_recorded_is_nothing() -> None:
    assert Recorder().summary() == Summary(0, 0)


def test_a_short_slice_counts_as_the_longest_but_not_as_frozen() -> None:
    recorder = Recorder()
    recorder.add(Slice(0, 49 * MS))
    assert recorder.summary() == Summary(49 * MS, 0)


@pytest.mark.parametrize(("duration_ns", "frozen_ns"), [(50 * MS, 0), (50 * MS + 1, 50 * MS + 1)])
def test_frozen_begins_above_a_long_task(duration_ns: int, frozen_ns: int) -> None:
    recorder = Recorder()
    recorder.add(Slice(0, duration_ns))
    assert recorder.summary().frozen_ns == frozen_ns


@given(durations_ns=st.lists(st.integers(0, 10**10)))
def test_a_summary_is_the_longest_and_the_full_lengths_of_the_long_ones(durations_ns: list[int]) -> None:
    recorder = Recorder()
    for duration_ns in durations_ns:
        recorder.add(Slice(7, 7 + duration_ns))
    long_ns = [duration_ns for duration_ns in durations_ns if duration_ns > LONG_TASK_MS * MS]
    assert recorder.summary() == Summary(max(durations_ns, default=0), sum(long_ns))


def test_a_summary_can_be_asked_for_in_between() -> None:
    recorder = Recorder()
    recorder.add(Slice(0, 60 * MS))
    recorder.summary()
    recorder.add(Slice(100 * MS, 300 * MS))
    assert recorder.summary() == Summary(200 * MS, 260 * MS)


def test_a_summary_reads_in_milliseconds() -> None:
    assert str(Summary(1_750 * MS, 1_810 * MS)) == "longest 1750 ms, frozen 1810 ms"


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock()
    first = clock()
    clock.advance_ms(1.5)
    assert (clock() - first, clock() - first) == (1_500_000, 1_500_000)
