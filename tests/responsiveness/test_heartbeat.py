"""The heartbeat on a real Qt event loop, and by hand."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.detector import Detector, Recorder
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.responsiveness.slices import Slice, Summary

MS = NS_PER_MS
INTERVAL_MS = 20
BLOCK_MS = 120


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def manual(qapp: QApplication, clock: ManualClock) -> Iterator[Heartbeat]:
    """A monitor whose beats are given by hand."""
    monitor = Heartbeat(INTERVAL_MS, clock)
    monitor.start()
    yield monitor
    monitor.stop()


@pytest.fixture
def real(qapp: QApplication) -> Iterator[Heartbeat]:
    monitor = Heartbeat(INTERVAL_MS)
    monitor.start()
    yield monitor
    monitor.stop()


def measured_by(monitor: Heartbeat) -> list[Slice]:
    found: list[Slice] = []
    monitor.slice_measured.connect(found.append)
    return found


class Noting(Detector):
    """Notes what is expected of the thread."""

    def __init__(self) -> None:
        super().__init__()
        self.expected_ns: list[int] = []

    @override
    def expect(self, due_ns: int) -> None:
        super().expect(due_ns)
        self.expected_ns.append(due_ns)


def block() -> None:
    """Keep the GUI thread busy."""
    end_ns = time.monotonic_ns() + BLOCK_MS * MS
    while time.monotonic_ns() < end_ns:
        pass


def test_a_block_is_measured_within_an_interval(real: Heartbeat, qtbot: QtBot) -> None:
    found = measured_by(real)
    qtbot.waitUntil(lambda: len(found) > 1)
    QTimer.singleShot(0, block)
    qtbot.waitUntil(lambda: max(each.duration_ns for each in found) > BLOCK_MS * MS / 2)
    longest_ns = max(each.duration_ns for each in found)
    assert longest_ns >= (BLOCK_MS - INTERVAL_MS) * MS


def test_a_block_is_reported_once(real: Heartbeat, qtbot: QtBot) -> None:
    found = measured_by(real)
    QTimer.singleShot(0, block)
    qtbot.waitUntil(lambda: any(each.duration_ns > BLOCK_MS * MS / 2 for each in found))
    beats = len(found)
    qtbot.waitUntil(lambda: len(found) >= beats + 5)
    starts_and_ends = [(each.start_ns, each.end_ns) for each in found]
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(starts_and_ends))


def test_it_beats_until_it_is_stopped(real: Heartbeat, qtbot: QtBot) -> None:
    found = measured_by(real)
    qtbot.waitUntil(lambda: len(found) >= 3)
    real.stop()
    beats = len(found)
    passed: list[bool] = []
    QTimer.singleShot(INTERVAL_MS * 3, lambda: passed.append(True))
    qtbot.waitUntil(lambda: bool(passed))
    assert len(found) == beats


def test_a_recorder_gets_what_a_real_block_was_like(real: Heartbeat, qtbot: QtBot) -> None:
    recorder = real.record()
    block()
    real.end(recorder)
    assert recorder.summary().frozen_ns >= (BLOCK_MS - INTERVAL_MS) * MS


def test_a_late_beat_is_measured_from_when_it_was_due(manual: Heartbeat, clock: ManualClock) -> None:
    found = measured_by(manual)
    clock.advance_ms(INTERVAL_MS + 100)
    manual.beat()
    assert found == [Slice(INTERVAL_MS * MS, (INTERVAL_MS + 100) * MS)]


def test_a_recorder_gets_nothing_of_before(manual: Heartbeat, clock: ManualClock) -> None:
    clock.advance_ms(500)
    recorder = manual.record()
    manual.end(recorder)
    assert recorder.summary() == Summary(0, 0)


def test_a_recorder_gets_what_passed_since_the_last_beat(manual: Heartbeat, clock: ManualClock) -> None:
    recorder = manual.record()
    clock.advance_ms(INTERVAL_MS + 300)
    manual.end(recorder)
    assert recorder.summary() == Summary(300 * MS, 300 * MS)


def test_a_recorder_that_ended_gets_no_more(manual: Heartbeat, clock: ManualClock) -> None:
    recorder = manual.record()
    manual.end(recorder)
    clock.advance_ms(500)
    manual.beat()
    assert recorder.summary() == Summary(0, 0)


def test_recorders_overlap(manual: Heartbeat, clock: ManualClock) -> None:
    first = manual.record()
    clock.advance_ms(INTERVAL_MS + 100)
    second = manual.record()
    clock.advance_ms(INTERVAL_MS + 60)
    manual.end(first)
    manual.end(second)
    assert first.summary() == Summary(100 * MS, 160 * MS)
    assert second.summary() == Summary(60 * MS, 60 * MS)


def test_a_recorder_that_is_not_its_own_is_refused(manual: Heartbeat) -> None:
    with pytest.raises(ValueError, match="not in list"):
        manual.end(Recorder())


def test_another_interval_counts_from_the_next_beat_on(manual: Heartbeat, clock: ManualClock) -> None:
    found = measured_by(manual)
    manual.set_interval_ms(5)
    clock.advance_ms(INTERVAL_MS)
    manual.beat()
    clock.advance_ms(INTERVAL_MS)
    manual.beat()
    assert [each.duration_ns for each in found] == [0, (INTERVAL_MS - 5) * MS]


def test_hurried_beats_tell_no_lag_but_a_long_one(manual: Heartbeat, clock: ManualClock) -> None:
    told: list[int] = []
    manual.on_served = lambda _found, lag_ns: None if lag_ns is None else told.append(lag_ns)
    manual.hurry(5)
    clock.advance_ms(INTERVAL_MS)
    manual.beat()
    told.clear()
    for _ in range(8):
        clock.advance_ms(6)
        manual.beat()
    assert told == [MS, MS]
    clock.advance_ms(5 + INTERVAL_MS)
    manual.beat()
    assert told == [MS, MS, INTERVAL_MS * MS]
    manual.hurry(None)
    manual.beat()
    for _ in range(3):
        clock.advance_ms(INTERVAL_MS + 2)
        manual.beat()
    assert told[3:] == [2 * MS] * 3


def test_a_beat_that_the_timer_asked_for_is_due_a_whole_interval_after_the_one_before(
    real: Heartbeat, qtbot: QtBot
) -> None:
    # The timer goes on by itself: only what came late begins anew.
    real.detector = detector = Noting()
    qtbot.waitUntil(lambda: any(b - a == INTERVAL_MS * MS for a, b in itertools.pairwise(detector.expected_ns)))
