"""Interrupts that come at any moment: each ends the run, and the loop runs again."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Iterator
from contextlib import closing
from types import FrameType
from typing import Final

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.event_loop_slices import FRAME_BUDGET_S
from desktop_app.responsiveness import collecting

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="interrupts are made by a timer of the system"
)
INTERRUPTS: Final = 200
LONGEST_S: Final = 0.003


class Alarms:
    """Has the system interrupt this thread once, at a random moment soon; as Ctrl+C does, in whatever runs.

    By processor time: the other timer is that of pytest-timeout.
    """

    def __init__(self) -> None:
        self.is_set = False
        self._random = random.Random(5)

    def set(self) -> None:
        self.is_set = True
        signal.setitimer(signal.ITIMER_PROF, self._random.uniform(0.0001, LONGEST_S))

    def on_signal(self, _number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_filename == collecting.__file__:
            # Python drops what is raised in what the garbage collector calls; the suite's plugin has it call this.
            self.set()
        elif self.is_set:
            # One that comes late, after the run, would hit the test.
            self.is_set = False
            raise KeyboardInterrupt


@pytest.fixture
def alarms() -> Iterator[Alarms]:
    alarms = Alarms()
    before = signal.signal(signal.SIGPROF, alarms.on_signal)
    yield alarms
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("budget_s", [0, FRAME_BUDGET_S])
@pytest.mark.parametrize("is_timed", [False, True], ids=["ready", "timed"])
def test_the_loop_outlives_interrupts_at_any_moment(
    qapp: QApplication, alarms: Alarms, budget_s: float, is_timed: bool
) -> None:
    with closing(EventLoop(qapp, frame_budget_s=budget_s)) as loop:

        def again() -> None:
            if is_timed:
                loop.call_later(0.0001, again)
            else:
                loop.call_soon(again)

        def run() -> None:
            alarms.set()
            loop.run_forever()

        for _ in range(INTERRUPTS):
            # One between its removal from the queue and its call takes the callback with it, as on asyncio.
            if not (loop._ready or loop._scheduled):
                loop.call_soon(again)
            with pytest.raises(KeyboardInterrupt):
                run()


def test_what_was_raised_first_within_another_is_raised(qapp: QApplication) -> None:
    with closing(EventLoop(qapp, frame_budget_s=10)) as loop:
        log: list[str] = []

        def leave() -> None:
            raise SystemExit(1)

        def outer() -> None:
            loop.call_soon(leave)
            loop.call_soon(log.append, "after what was raised")
            qapp.processEvents()
            qapp.processEvents()

        loop.call_soon(outer)
        with pytest.raises(SystemExit, match="1"):
            loop.run_forever()
        assert log == []


def test_callbacks_that_each_have_qt_process_events_do_not_use_up_the_stack(qapp: QApplication) -> None:
    async def process() -> None:
        qapp.processEvents()
        await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*(process() for _ in range(200)))

    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        runner.run(main())


def test_clean_up_goes_on_whatever_qt_s_loop_is_ended_with(qapp: QApplication) -> None:
    log: list[str] = []

    async def task() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            qapp.exit(-1)
            await asyncio.sleep(0.01)
            log.append("cleaned up")

    async def main() -> asyncio.Task[None]:
        left = asyncio.create_task(task())
        await asyncio.sleep(0)
        return left

    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        left = runner.run(main())
    assert left.cancelled()
    assert log == ["cleaned up"]


def test_a_loop_is_not_run_within_qt_s(qapp: QApplication) -> None:
    raised: list[RuntimeError] = []

    def run() -> None:
        try:
            loop.run_forever()
        except RuntimeError as error:
            raised.append(error)
        qapp.exit()

    with closing(EventLoop(qapp)) as loop:
        QTimer.singleShot(0, run)
        qapp.exec()
    assert ["already_running" in str(error) for error in raised] == [True]
