from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.errors import DeadlineExceeded
from desktop_app.measurement import IDLE_INTERVAL_MS, LOAD_INTERVAL_MS, LoadMeter, outcome_of
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Session
from desktop_app.responsiveness.clock import ManualClock
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.signin.results import LoadResult
from desktop_app.signin.state import Degraded, Failure, Home, Loading, Mode, SignedOut, SigningIn, State

SESSION = Session("t", datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
FAILURE = Failure(DeadlineExceeded(), 3000)
HOME = Home("ada@example.com", SESSION, DEFAULT_PREFERENCES)
DEGRADED = Degraded("ada@example.com", SESSION, FAILURE)
FORM = SignedOut("ada@example.com", FAILURE)
LOADING = Loading(1, Mode.ASYNC, "ada@example.com", SESSION, FORM)


@dataclass
class Bench:
    """A meter on a clock that is advanced by hand; each beat of the monitor, too, is given by hand."""

    clock: ManualClock
    monitor: Heartbeat
    meter: LoadMeter
    results: list[LoadResult] = field(default_factory=list)

    def busy(self, duration_ms: int) -> None:
        """Have the GUI thread serve no beat for as long, counted from when one was due."""
        self.clock.advance_ms(LOAD_INTERVAL_MS + duration_ms)
        self.monitor.beat()


@pytest.fixture
def bench(qapp: QApplication) -> Iterator[Bench]:
    clock = ManualClock()
    monitor = Heartbeat(IDLE_INTERVAL_MS, clock)
    meter = LoadMeter(monitor)
    bench = Bench(clock, monitor, meter)
    meter.measured.connect(bench.results.append)
    yield bench
    monitor.stop()


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (HOME, "home"),
        (DEGRADED, "degraded"),
        (FORM, "form"),
        (SignedOut(), "form"),
        (SigningIn(1, Mode.ASYNC, "a@b"), "form"),
        (LOADING, "form"),
    ],
)
def test_an_outcome_is_named_after_where_the_load_ended(state: State, outcome: str) -> None:
    assert outcome_of(state) == outcome


def test_a_load_is_measured_from_its_submit_to_the_paint_of_its_end(bench: Bench) -> None:
    bench.meter.begin(Mode.BLOCKING)
    bench.clock.advance_ms(1000)
    bench.meter.end(Mode.BLOCKING, HOME)
    bench.clock.advance_ms(30)
    bench.meter.on_state_painted(HOME)
    (result,) = bench.results
    assert (result.mode, result.outcome, result.duration_ms) == (Mode.BLOCKING, "home", 1030)


def test_what_froze_is_summed_up(bench: Bench) -> None:
    bench.meter.begin(Mode.ASYNC)
    bench.clock.advance_ms(IDLE_INTERVAL_MS - LOAD_INTERVAL_MS)
    for duration_ms in (10, 300, 49, 60):
        bench.busy(duration_ms)
    bench.meter.end(Mode.ASYNC, DEGRADED)
    bench.meter.on_state_painted(DEGRADED)
    (result,) = bench.results
    assert result.longest_freeze_ms == pytest.approx(300, abs=20)
    assert result.frozen_ms == pytest.approx(360, abs=20)


def test_what_froze_before_is_not_counted(bench: Bench) -> None:
    bench.monitor.start()
    bench.busy(5000)
    bench.meter.begin(Mode.ASYNC)
    bench.meter.end(Mode.ASYNC, FORM)
    bench.meter.on_state_painted(FORM)
    assert (bench.results[0].longest_freeze_ms, bench.results[0].frozen_ms) == (0, 0)


def test_the_paint_of_another_state_ends_nothing(bench: Bench) -> None:
    bench.meter.begin(Mode.ASYNC)
    bench.meter.on_state_painted(LOADING)
    bench.meter.end(Mode.ASYNC, HOME)
    bench.meter.on_state_painted(LOADING)
    assert bench.results == []


def test_a_paint_before_the_end_ends_nothing(bench: Bench) -> None:
    bench.meter.begin(Mode.ASYNC)
    bench.meter.on_state_painted(HOME)
    assert bench.results == []


def test_a_load_is_measured_once(bench: Bench) -> None:
    bench.meter.begin(Mode.ASYNC)
    bench.meter.end(Mode.ASYNC, HOME)
    bench.meter.on_state_painted(HOME)
    bench.meter.on_state_painted(HOME)
    assert len(bench.results) == 1


def test_a_newer_load_drops_the_one_that_was_not_painted(bench: Bench) -> None:
    bench.meter.begin(Mode.ASYNC)
    bench.meter.end(Mode.ASYNC, HOME)
    bench.clock.advance_ms(5000)
    bench.meter.begin(Mode.BLOCKING)
    bench.meter.on_state_painted(HOME)
    assert bench.results == []
    bench.meter.end(Mode.BLOCKING, HOME)
    bench.meter.on_state_painted(HOME)
    assert [(result.mode, result.duration_ms) for result in bench.results] == [(Mode.BLOCKING, 0)]


def test_nothing_is_measured_when_no_load_was_begun(bench: Bench) -> None:
    bench.meter.on_state_painted(SignedOut())
    bench.meter.end(Mode.ASYNC, HOME)
    bench.meter.on_state_painted(HOME)
    assert bench.results == []
