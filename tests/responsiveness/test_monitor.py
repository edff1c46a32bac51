"""The monitor on a running application: what it tells of, what of it is counted, and that it leaves nothing."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import SIGNAL, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import getAllValidWrappers, isValid

from desktop_app.event_loop import EventLoop
from desktop_app.responsiveness.clock import monotonic_ns
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.responsiveness.qt.monitor import FreezeMonitor

BLOCK_S = 0.12
PAUSED_S = 0.1
WATCHED_ROUNDS = 2
LIMIT_MS = 20_000
"""Not a claim: so that a failing test ends."""


@pytest.fixture
def monitor(qapp: QApplication) -> Iterator[FreezeMonitor]:
    made = FreezeMonitor()
    yield made
    made.detach()


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    """What reached `threading.excepthook`."""
    seen: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: seen.append(arguments.exc_type))
    return seen


def block() -> None:
    time.sleep(BLOCK_S)


def is_of(freeze: Freeze, function: Callable[[], None]) -> bool:
    return freeze.culprit is not None and freeze.culprit.frame.function == function.__name__


def wait_for_beats(monitor: FreezeMonitor, qtbot: QtBot, count: int = 2) -> None:
    """Wait until it is surely on."""
    before = monitor.lag.count
    qtbot.waitUntil(lambda: monitor.lag.count >= before + count, timeout=LIMIT_MS)


def freeze_once(monitor: FreezeMonitor, qtbot: QtBot, found: list[Freeze]) -> None:
    """Block, until it is told; a machine that is busy with other things may keep the watch from seeing where."""
    before = len(found)
    wait_for_beats(monitor, qtbot)
    QTimer.singleShot(0, block)
    qtbot.waitUntil(lambda: any(is_of(each, block) for each in found[before:]), timeout=LIMIT_MS)
    monitor.flush()


def ended_in(monitor: FreezeMonitor) -> list[Freeze]:
    found: list[Freeze] = []
    monitor.listen(lambda freeze: None if freeze.is_lasting else found.append(freeze))
    return found


def test_it_is_attached_once_in_its_life(monitor: FreezeMonitor) -> None:
    monitor.attach()
    with pytest.raises(RuntimeError, match="once"):
        monitor.attach()
    monitor.detach()
    with pytest.raises(RuntimeError, match="once"):
        monitor.attach()


def test_it_may_be_detached_twice_and_without_having_been_attached(monitor: FreezeMonitor) -> None:
    before = set(threading.enumerate())
    FreezeMonitor().detach()
    monitor.attach()
    monitor.detach()
    monitor.detach()
    assert set(threading.enumerate()) <= before


def test_attached_from_another_thread_it_finds_what_freezes_the_running_application(
    monitor: FreezeMonitor, qtbot: QtBot
) -> None:
    found = ended_in(monitor)
    attaching = threading.Thread(target=monitor.attach)
    attaching.start()
    qtbot.waitUntil(lambda: not attaching.is_alive(), timeout=LIMIT_MS)
    assert monitor.is_attached
    freeze_once(monitor, qtbot, found)
    assert [each.is_startup for each in found if is_of(each, block)] == [False]


def test_what_is_paused_within_a_pause_stays_so_until_the_outer_one_ends(
    monitor: FreezeMonitor, qtbot: QtBot
) -> None:
    found, pauses = ended_in(monitor), list[tuple[int, int]]()

    def pause_within_a_pause() -> None:
        with monitor.paused():
            began_ns = monotonic_ns()
            with monitor.paused():
                time.sleep(PAUSED_S)
            time.sleep(PAUSED_S)
            pauses.append((began_ns, monotonic_ns()))

    monitor.attach()
    wait_for_beats(monitor, qtbot)
    QTimer.singleShot(0, pause_within_a_pause)
    qtbot.waitUntil(lambda: bool(pauses), timeout=LIMIT_MS)
    freeze_once(monitor, qtbot, found)
    ((began_ns, ended_ns),) = pauses
    counted_ns = [min(each.end_ns, ended_ns) - max(each.start_ns, began_ns) for each in found]
    assert [length_ns for length_ns in counted_ns if length_ns > 50_000_000] == []


def test_a_pause_ends_also_where_what_is_paused_raises(monitor: FreezeMonitor, qtbot: QtBot) -> None:
    found = ended_in(monitor)
    monitor.attach()
    with pytest.raises(LookupError), monitor.paused():
        raise LookupError
    freeze_once(monitor, qtbot, found)


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_listener_that_raises_is_told_no_more_and_the_others_are(
    monitor: FreezeMonitor, qtbot: QtBot, hooked: list[type[BaseException]], kind: type[BaseException]
) -> None:
    told: list[Freeze] = []

    def raising(freeze: Freeze) -> None:
        told.append(freeze)
        raise kind

    monitor.listen(raising)
    found = ended_in(monitor)
    monitor.attach()
    for _ in range(WATCHED_ROUNDS):
        freeze_once(monitor, qtbot, found)
    assert (len(told), hooked) == (1, [kind])
    assert len([each for each in found if is_of(each, block)]) == WATCHED_ROUNDS


def test_who_is_unlistened_is_told_no_more(monitor: FreezeMonitor, qtbot: QtBot) -> None:
    told: list[Freeze] = []
    monitor.listen(told.append)
    monitor.unlisten(print)
    found = ended_in(monitor)
    monitor.attach()
    freeze_once(monitor, qtbot, found)
    monitor.unlisten(told.append)
    count = len(told)
    assert count >= 1
    freeze_once(monitor, qtbot, found)
    assert len(told) == count


@pytest.mark.parametrize("is_own", [False, True])
def test_following_tasks_it_puts_the_loops_own_factory_back(loop: EventLoop, qtbot: QtBot, *, is_own: bool) -> None:
    def own(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=loop, **options)

    before = own if is_own else None
    loop.set_task_factory(before)
    monitor = FreezeMonitor(follows_tasks=True)
    monitor.attach()
    qtbot.waitUntil(lambda: loop.get_task_factory() is not before, timeout=LIMIT_MS)
    monitor.detach()
    assert loop.get_task_factory() is before


class Surroundings:
    """All that a monitor touches in a process."""

    def __init__(self, qapp: QApplication, loop: EventLoop) -> None:
        gc.collect()
        self.threads = set(threading.enumerate())
        self.finders = list(sys.meta_path)
        self.collecting = list(gc.callbacks)
        self.factory = loop.get_task_factory()
        self.quitting = qapp.receivers(SIGNAL("aboutToQuit()"))
        self.children = qapp.children()
        self.timers = [each for each in getAllValidWrappers() if isinstance(each, QTimer)]
        self.hooks = (sys.excepthook, threading.excepthook, sys.gettrace(), sys.getprofile(), sys.getswitchinterval())

    def assert_as(self, before: Surroundings) -> None:
        """Nothing is there that was not before."""
        assert self.threads <= before.threads
        assert (self.finders, self.collecting, self.factory) == (before.finders, before.collecting, before.factory)
        assert (self.quitting, self.children) == (before.quitting, before.children)
        assert [each for each in self.timers if not any(each is other for other in before.timers)] == []
        assert self.hooks == before.hooks


@pytest.mark.parametrize("thread", ["the GUI thread", "another thread"])
@pytest.mark.parametrize("attached_in", ["the GUI thread", "another thread"])
def test_it_detaches_without_a_trace(
    qapp: QApplication, loop: EventLoop, qtbot: QtBot, thread: str, attached_in: str
) -> None:
    def called(work: Callable[[], None], where: str) -> None:
        if where == "the GUI thread":
            work()
            return
        working = threading.Thread(target=work)
        working.start()
        qtbot.waitUntil(lambda: not working.is_alive(), timeout=LIMIT_MS)
        working.join()

    def come_and_go() -> list[weakref.ref[Any]]:
        monitor = FreezeMonitor(follows_tasks=True)
        found = ended_in(monitor)
        called(monitor.attach, attached_in)
        freeze_once(monitor, qtbot, found)
        assert loop.get_task_factory() is not before.factory
        assert monitor.heartbeat is not None
        assert monitor._watchdog is not None
        left = [weakref.ref(each) for each in (monitor, monitor.heartbeat, monitor._watchdog.probe)]
        called(monitor.detach, thread)
        qtbot.waitUntil(lambda: not isValid(monitor.heartbeat), timeout=LIMIT_MS)
        return left

    before = Surroundings(qapp, loop)
    left = come_and_go()
    Surroundings(qapp, loop).assert_as(before)
    gc.collect()
    assert [each() for each in left] == [None, None, None]


def test_a_heartbeat_of_the_programs_own_is_left_to_it(qapp: QApplication, qtbot: QtBot) -> None:
    heartbeat = Heartbeat()
    heartbeat.start()
    monitor = FreezeMonitor(heartbeat)
    found = ended_in(monitor)
    monitor.attach()
    freeze_once(monitor, qtbot, found)
    monitor.detach()
    beats: list[object] = []
    heartbeat.slice_measured.connect(beats.append)
    qtbot.waitUntil(lambda: len(beats) >= 2, timeout=LIMIT_MS)
    heartbeat.go()
