"""Who is told of what held a frame, what of it is taken down, and that a loop is left as it was."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from asyncio import Handle
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.journal import Journal, Kind, Span
from desktop_app.responsiveness.overrun_watch import OverrunWatch
from desktop_app.responsiveness.overruns import OverrunLog
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.slices import Slice
from tests.helpers.overrunning import BUDGET_S, hold

LIMIT_MS = 20_000
"""Not a claim: so that a failing test ends."""
THRESHOLD_MS = 50


class Scene:
    """A watch, and all that it writes to."""

    def __init__(self, threshold_ms: int = THRESHOLD_MS) -> None:
        self.log, self.journal, self.is_counted = OverrunLog(), Journal(), True
        threshold_ns = threshold_ms * NS_PER_MS
        self.watch = OverrunWatch(self.log, self.journal, Ownership(), lambda: self.is_counted, threshold_ns)

    @property
    def starts_ms(self) -> list[float]:
        """When what was taken down began."""
        return [each.start_ns / NS_PER_MS for each in self.journal.entries() if isinstance(each, Span)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def resting(qapp: QApplication) -> Iterator[EventLoop]:
    """One that nobody else follows, as it does not run."""
    loop = EventLoop(qapp)
    yield loop
    loop.close()


def slice_of(start_ms: float, end_ms: float) -> Slice:
    return Slice(round(start_ms * NS_PER_MS), round(end_ms * NS_PER_MS))


def tell(loop: EventLoop, start_ms: float, end_ms: float) -> None:
    """Have the loop tell of one from one time to the other."""
    assert loop.on_overrun is not None
    loop.on_overrun(loop.call_soon(hold), round(start_ms * NS_PER_MS), round(end_ms * NS_PER_MS))


def test_who_listened_before_is_told_and_put_back(resting: EventLoop, scene: Scene) -> None:
    told: list[tuple[Handle, int, int]] = []

    def listener(handle: Handle, start_ns: int, end_ns: int) -> None:
        told.append((handle, start_ns, end_ns))

    resting.on_overrun = listener
    scene.watch.follow(resting)
    tell(resting, 0, 12)
    scene.watch.leave()
    assert [(start_ns, end_ns) for _, start_ns, end_ns in told] == [(0, 12 * NS_PER_MS)]
    assert resting.on_overrun is listener
    assert scene.log.count == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_that_leave_in_any_order_leave_nothing_behind(resting: EventLoop, order: tuple[int, int]) -> None:
    scenes = [Scene(), Scene()]
    for each in scenes:
        each.watch.follow(resting)
    tell(resting, 0, 12)
    first, last = (scenes[index] for index in order)
    first.watch.leave()
    tell(resting, 20, 32)
    last.watch.leave()
    assert (first.log.count, last.log.count) == (1, 2)
    assert resting.on_overrun is None


def test_who_began_to_listen_later_stays(resting: EventLoop, scene: Scene) -> None:
    scene.watch.follow(resting)
    before = resting.on_overrun
    assert before is not None
    later = lambda *told: before(*told)  # noqa: E731
    resting.on_overrun = later
    scene.watch.leave()
    assert resting.on_overrun is later
    tell(resting, 0, 12)
    assert scene.log.count == 0


def test_another_loop_takes_the_first_one_s_place(qapp: QApplication, resting: EventLoop, scene: Scene) -> None:
    another = EventLoop(qapp)
    scene.watch.follow(resting)
    scene.watch.follow(None)
    tell(resting, 0, 12)
    scene.watch.follow(another)
    assert resting.on_overrun is None
    tell(another, 20, 32)
    another.close()
    scene.watch.leave()
    assert scene.starts_ms == [0, 20]


def test_a_loop_that_tells_of_nothing_is_left_alone(resting: EventLoop, scene: Scene) -> None:
    scene.watch.follow(resting)
    plain = asyncio.SelectorEventLoop()
    before = dict(vars(plain))
    scene.watch.follow(plain)
    assert vars(plain) == before
    assert resting.on_overrun is not None
    plain.close()


def test_the_loop_is_not_kept(qapp: QApplication, scene: Scene) -> None:
    loop = EventLoop(qapp)
    scene.watch.follow(loop)
    gone = weakref.ref(loop)
    loop.close()
    del loop
    gc.collect()
    assert gone() is None
    scene.watch.leave()


def test_what_is_part_of_a_freeze_is_left_to_the_watchdog(resting: EventLoop, scene: Scene) -> None:
    scene.watch.follow(resting)
    tell(resting, 5, 20)
    tell(resting, 30, 75)
    scene.watch.settle(slice_of(25, 80))
    tell(resting, 100, 130)
    scene.watch.settle(slice_of(90, 139))
    assert scene.starts_ms == [5, 100]


def test_of_what_no_slice_is_known_the_length_decides(resting: EventLoop, scene: Scene) -> None:
    scene.watch.follow(resting)
    tell(resting, 0, THRESHOLD_MS)
    tell(resting, 100, 99 + THRESHOLD_MS)
    scene.watch.leave()
    assert scene.starts_ms == [100]


def test_what_does_not_count_is_left_out(resting: EventLoop, scene: Scene) -> None:
    scene.watch.follow(resting)
    scene.is_counted = False
    tell(resting, 0, 12)
    scene.is_counted = True
    scene.watch.restart(25 * NS_PER_MS)
    tell(resting, 20, 32)
    tell(resting, 40, 52)
    scene.watch.leave()
    assert scene.starts_ms == [40]


def test_the_journal_has_the_place_and_the_task(qapp: QApplication) -> None:
    # However busy the machine is.
    scene = Scene(threshold_ms=LIMIT_MS)

    async def load_home() -> None:
        hold()

    async def main() -> None:
        scene.watch.follow(loop)
        for name in ("load home", None):
            await asyncio.create_task(load_home(), name=name)

    loop = EventLoop(qapp, frame_budget_s=BUDGET_S)
    loop.run_until_complete(main())
    loop.close()
    scene.watch.leave()
    spans = [each for each in scene.journal.entries() if isinstance(each, Span) and "load_home" in each.name]
    place = f"load_home (test_overrun_watch.py:{load_home.__code__.co_firstlineno})"
    assert [(each.kind, each.name) for each in spans] == [
        (Kind.OVERRUN, f"{place}, task load home"),
        (Kind.OVERRUN, place),
    ]


# Together with the rest of the monitor


@pytest.fixture
def monitor(loop: EventLoop) -> Iterator[FreezeMonitor]:
    loop.frame_budget_s = BUDGET_S
    made = FreezeMonitor()
    made.attach()
    yield made
    made.detach()


def functions(monitor: FreezeMonitor) -> list[str]:
    return [each.longest.frame.function for each in monitor.overruns.repeated()]


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=LIMIT_MS)


def tick() -> None:
    hold()


def see_ticks(loop: EventLoop, monitor: FreezeMonitor, qtbot: QtBot) -> None:
    """Wait until what is called now is told of; a busy machine may make it part of a freeze."""

    def is_seen() -> bool:
        loop.call_soon(tick)
        return "tick" in functions(monitor)

    until(qtbot, is_seen)


def test_a_monitor_tells_which_coroutine_held_the_frame(
    loop: EventLoop, monitor: FreezeMonitor, qtbot: QtBot
) -> None:
    async def load_home() -> None:
        for _ in range(3):
            hold()
            await asyncio.sleep(0)

    while not (found := [each for each in monitor.overruns.repeated() if each.longest.awaits]):
        # A machine that is busy with other things may make it part of a freeze.
        task = loop.create_task(load_home(), name="load home")
        until(qtbot, task.done)
        see_ticks(loop, monitor, qtbot)
    assert {(each.longest.task, each.longest.frame.function) for each in found} == {("load home", "load_home")}
    assert any(isinstance(each, Span) and each.kind is Kind.OVERRUN for each in monitor.journal.entries())


def test_a_freeze_is_not_told_twice(loop: EventLoop, monitor: FreezeMonitor, qtbot: QtBot) -> None:
    async def freeze() -> None:
        time.sleep(0.12)  # noqa: ASYNC251 - that is what is tested

    beats = monitor.lag.count
    until(qtbot, lambda: monitor.lag.count >= beats + 2)
    task = loop.create_task(freeze())
    until(qtbot, lambda: task.done() and bool(monitor.log.repeated()))
    see_ticks(loop, monitor, qtbot)
    assert "freeze" not in functions(monitor)


def test_what_is_paused_held_nothing(loop: EventLoop, monitor: FreezeMonitor, qtbot: QtBot) -> None:
    def paused() -> None:
        with monitor.paused():
            hold()

    loop.call_soon(paused)
    see_ticks(loop, monitor, qtbot)
    assert "paused" not in functions(monitor)


def test_a_monitor_that_is_detached_is_told_nothing(loop: EventLoop, monitor: FreezeMonitor, qtbot: QtBot) -> None:
    monitor.detach()
    count, done = monitor.overruns.count, list[bool]()
    loop.call_soon(hold)
    loop.call_later(0.01, done.append, True)
    until(qtbot, lambda: bool(done))
    assert monitor.overruns.count == count
