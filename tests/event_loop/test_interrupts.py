"""Interrupts that come at any moment: each ends the run, and the loop runs again."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.event_loop_slices import FRAME_BUDGET_S
from tests.event_loop.apart import running

# In a process of its own: what the suite's plugin has called at garbage collections would drop an interrupt.
# One that is dropped all the same is followed by another one.
INTERRUPTED = """
import random
budget_s, delay_s = float(sys.argv[1]), float(sys.argv[2])
loop = EventLoop(app, frame_budget_s=budget_s)
moments = random.Random(5)
wanted = False

def interrupt(*_):
    if wanted:
        raise KeyboardInterrupt

def again():
    if delay_s:
        loop.call_later(delay_s, again)
    else:
        loop.call_soon(again)

signal.signal(signal.SIGALRM, interrupt)
for _ in range(200):
    # One between its removal from the queue and its call takes the callback with it, as on asyncio.
    if not (loop._ready or loop._scheduled):
        again()
    try:
        wanted = True
        signal.setitimer(signal.ITIMER_REAL, moments.uniform(0.0001, 0.003), 0.1)
        loop.run_forever()
    except KeyboardInterrupt:
        wanted = False
signal.setitimer(signal.ITIMER_REAL, 0)
loop.close()
say("interrupted 200 times")
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a timer of the system makes the interrupts")
@pytest.mark.parametrize("budget_s", [0, FRAME_BUDGET_S])
@pytest.mark.parametrize("delay_s", [0, 0.0001], ids=["ready", "timed"])
def test_the_loop_outlives_interrupts_at_any_moment(budget_s: float, delay_s: float) -> None:
    with running(INTERRUPTED, str(budget_s), str(delay_s)) as apart:
        assert apart.hear() == "interrupted 200 times"
        assert apart.end().code == 0


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
