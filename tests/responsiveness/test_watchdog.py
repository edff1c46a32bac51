"""The watchdog, step by step, on a clock by hand and a thread that does as it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import ManualClock
from desktop_app.responsiveness.detector import Detector
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.watchdog import MOST_SAMPLES, Pace, Watchdog
from tests.responsiveness.scene import BUSY, IDLE, MS, TICK_MS, Scene, Scripted, made_scene


@pytest.fixture
def scene() -> Scene:
    return made_scene()


def test_an_idle_thread_is_left_alone(scene: Scene) -> None:
    scene.look(100)
    assert (scene.thread.pings, scene.thread.stacks, scene.reported) == ([], 0, [])


def test_a_busy_thread_is_pinged_once_until_it_serves_that(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(5)
    assert len(scene.thread.pings) == 1
    scene.serve()
    scene.thread.at = BUSY
    scene.look()
    assert len(scene.thread.pings) == 2


def test_short_work_is_neither_sampled_nor_reported(scene: Scene) -> None:
    for _ in range(50):
        scene.thread.at = BUSY
        scene.look()
        scene.serve()
        scene.look()
    assert (scene.thread.stacks, scene.reported) == (0, [])


def test_the_first_sample_is_taken_before_the_threshold(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(4)
    assert scene.thread.stacks > 0
    assert scene.clock() - scene.thread.pings[0] < 50 * MS


def test_a_freeze_is_reported_when_it_has_ended_with_its_length(scene: Scene) -> None:
    began_ns = scene.clock()
    scene.thread.at = BUSY
    scene.look(10)
    scene.serve()
    assert scene.ended() == []
    scene.look()
    (freeze,) = scene.ended()
    assert freeze.end_ns - began_ns == 100 * MS
    assert abs(freeze.duration_ns - 100 * MS) <= TICK_MS * MS / 2
    assert (freeze.cause, freeze.is_lasting) == (Cause.WAITING, False)
    scene.look(50)
    assert len(scene.ended()) == 1


def test_a_freeze_that_lasts_is_reported_once_meanwhile(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(24)
    assert scene.reported == []
    scene.look(200)
    (freeze,) = scene.reported
    assert freeze.is_lasting
    assert freeze.culprit is not None


def test_a_freeze_that_never_ends_is_reported_when_the_watch_ends(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(100)
    scene.watchdog.stop()
    (freeze,) = scene.ended()
    assert freeze.duration_ns >= 990 * MS


def test_what_is_short_when_the_watch_ends_is_not(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(3)
    scene.watchdog.stop()
    assert scene.reported == []


def test_the_samples_of_a_long_freeze_are_few_and_spread_over_all_of_it(scene: Scene) -> None:
    scene.thread.at = BUSY
    scene.look(60_000)
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    kept = sum(each.count for each in freeze.stacks)
    assert MOST_SAMPLES / 4 <= kept <= MOST_SAMPLES
    assert scene.thread.stacks < MOST_SAMPLES * 12


def test_c_code_that_computes_is_seen_though_no_python_runs(scene: Scene) -> None:
    scene.thread.used_ns += 8 * MS
    scene.look()
    assert len(scene.thread.pings) == 1


def test_a_computing_thread_is_dated_by_what_it_used(scene: Scene) -> None:
    scene.clock.advance_ms(7)
    began_ns = scene.clock()
    scene.thread.at, scene.thread.used_ns = BUSY, scene.thread.used_ns + 3 * MS
    scene.clock.advance_ms(3)
    scene.watchdog.step()
    for _ in range(9):
        scene.thread.used_ns += TICK_MS * MS
        scene.look()
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    assert abs(freeze.start_ns - began_ns) <= 1


def test_a_thread_that_kept_the_watchdog_from_looking_was_busy_meanwhile(scene: Scene) -> None:
    began_ns = scene.clock()
    scene.thread.at = BUSY
    scene.clock.advance_ms(300)
    scene.watchdog.step()
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    assert abs(freeze.start_ns - began_ns) <= TICK_MS * MS
    assert freeze.is_late_sample
    assert freeze.culprit is not None


def test_a_look_that_comes_after_the_freeze_is_no_sample_of_it(scene: Scene) -> None:
    scene.clock.advance_ms(300)
    scene.watchdog.step()
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    assert (freeze.culprit, freeze.stacks, scene.thread.stacks) == (None, (), 0)


def test_a_watchdog_that_was_late_alone_makes_no_freeze(scene: Scene) -> None:
    for _ in range(30):
        scene.clock.advance_ms(TICK_MS)
        scene.detector.expect(scene.clock())
        scene.serve()
    scene.watchdog.step()
    scene.serve()
    scene.look(5)
    assert scene.reported == []


def test_what_is_not_watched_is_no_freeze(scene: Scene) -> None:
    scene.is_watched = False
    scene.thread.at = BUSY
    scene.look(100)
    assert (scene.thread.pings, scene.thread.stacks, scene.reported) == ([], 0, [])


def test_a_beat_that_is_overdue_shows_what_no_python_code_runs_for(scene: Scene) -> None:
    scene.serve()
    # To serve takes of the processor.
    scene.thread.used_ns += MS // 10
    served_ns = scene.clock()
    scene.detector.expect(served_ns + 50 * MS)
    scene.look(30)
    assert len(scene.thread.pings) == 1
    scene.serve()
    scene.look()
    (freeze,) = scene.ended()
    assert served_ns <= freeze.start_ns <= served_ns + 50 * MS
    assert freeze.end_ns - served_ns == 300 * MS


def test_a_beat_that_is_a_little_late_shows_nothing(scene: Scene) -> None:
    scene.serve()
    for _ in range(20):
        scene.detector.expect(scene.clock() + 40 * MS)
        scene.look(5)
        scene.serve()
    assert (scene.thread.pings, scene.reported) == ([], [])


@dataclass
class Failing(Scripted):
    """Cannot tell where the thread is, for once."""

    def __post_init__(self) -> None:
        self.is_over = threading.Event()
        self._answers = iter((ValueError("where?"), ValueError("and now?")))

    @override
    def place(self) -> tuple[int, int]:
        error = next(self._answers, None)
        if error is not None:
            raise error
        self.is_over.set()
        return self.at


def test_an_exception_of_a_look_is_told_and_the_watch_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        threading,
        "excepthook",
        lambda arguments: told.append((str(arguments.exc_value), arguments.thread.name)),
    )
    thread = Failing(ManualClock())
    watchdog = Watchdog(
        Detector(),
        thread,
        ping=thread.ping,
        hurry=thread.hurried_ms.append,
        idle_place=lambda: IDLE,
        is_watched=lambda: True,
        is_counted=lambda: True,
        report=lambda _freeze: None,
        clock=thread.clock,
        pace=Pace(tick_ms=1),
    )
    watchdog.start()
    went_on = thread.is_over.wait(30)
    watchdog.stop()
    assert went_on
    assert told == [("where?", "freeze-watchdog"), ("and now?", "freeze-watchdog")]


def test_what_cannot_be_reported_is_reported_no_more_and_what_ends_after_it_is(scene: Scene) -> None:
    def failing(freeze: Freeze) -> None:
        scene.watchdog._report = scene.reported.append
        raise LookupError

    scene.watchdog._report = failing
    scene.thread.at = BUSY
    scene.look(10)
    scene.serve()
    with pytest.raises(LookupError):
        scene.look()
    scene.look()
    assert scene.reported == []
    scene.thread.at = BUSY
    scene.look(10)
    scene.serve()
    scene.look()
    assert len(scene.ended()) == 1
