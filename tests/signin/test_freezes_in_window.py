"""The running program watches itself: its freezes are counted in the strip, and shown in the panel."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from desktop_app.app import Program
from desktop_app.event_loop import EventLoop
from desktop_app.preferences import blocking
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.journal import Kind, Span
from desktop_app.responsiveness.qt.freeze_panel import FreezePanel
from desktop_app.responsiveness.qt.timeline_view import TimelineView
from desktop_app.responsiveness.slices import LONG_TASK_MS
from desktop_app.responsiveness.verdict import verdict_of
from desktop_app.signin.state import Home, Loading, Mode
from desktop_app.signin.theme import themed
from tests.helpers.deliberate import FREEZES
from tests.helpers.overrunning import hold
from tests.signin.conftest import SLOW, Running, Start
from tests.signin.test_freeze import press_with_alt, while_frozen

OPENINGS = 5
LONG_MS = 400
"""What a busy machine does not make by itself."""
BLOCKING = Path(blocking.__file__).name


def panel_of(running: Running) -> FreezePanel:
    assert running.program.instrument is not None
    panel = running.program.instrument.overview.panel
    assert panel is not None
    return panel


def has_panel(running: Running) -> bool:
    assert running.program.instrument is not None
    return running.program.instrument.overview.panel is not None


def opened(running: Running) -> FreezePanel:
    QTest.mouseClick(running.program.strip.freezes, Qt.MouseButton.LeftButton)
    panel = panel_of(running)
    running.wait_until(panel.isVisible)
    return panel


def watchers() -> set[threading.Thread]:
    """Give the threads that watch; the plugin that measures the test has one of its own."""
    return {thread for thread in threading.enumerate() if thread.name == "freeze-watchdog"}


def long_freezes(running: Running) -> list[tuple[str, Cause]]:
    """Give the files and causes of those that are long."""
    assert running.program.instrument is not None
    return [
        (Path(row.longest.culprit.frame.file).name, row.longest.cause)
        for row in running.program.instrument.monitor.log.repeated()
        if row.longest.culprit is not None and row.longest.duration_ns > LONG_MS * NS_PER_MS
    ]


@FREEZES
def test_a_blocking_load_is_one_freeze_in_the_blocking_driver(start: Start) -> None:
    running = start(SLOW, "blocking")
    running.sign_in()
    running.wait_for(Home)
    running.wait_until(lambda: len(long_freezes(running)) > 0)
    assert long_freezes(running) == [(BLOCKING, Cause.WAITING)]
    assert running.program.instrument is not None
    worst = running.program.instrument.monitor.log.repeated()[0]
    # On a busy machine there may be a short one at its end, too, but none like it.
    assert worst.total_ns - worst.longest.duration_ns < LONG_MS * NS_PER_MS
    # The network delays the replies by 300 ms, to the sign-in and to the load.
    assert worst.longest.duration_ns >= 600 * NS_PER_MS
    assert "wait" in verdict_of(worst.longest).text
    assert worst.longest.culprit is not None
    assert str(worst.longest.culprit.frame) in verdict_of(worst.longest).text


def test_an_async_load_is_none(start: Start) -> None:
    running = start(SLOW, "async")
    running.sign_in()
    running.wait_for(Home)
    running.wait_for_result()
    assert long_freezes(running) == []


@FREEZES
def test_the_strip_counts_them_and_the_panel_shows_them(start: Start) -> None:
    running = start(SLOW, "blocking")
    strip = running.program.strip
    before = strip.freezes.text()
    running.sign_in()
    running.wait_for(Home)
    running.wait_until(lambda: strip.freezes.text() != before)
    assert running.program.instrument is not None
    overview = running.program.instrument.overview
    assert overview is not None
    assert strip.freezes.text() == f"Hänger ({overview.count})"
    panel = opened(running)
    assert panel.isVisible()
    assert panel.windowTitle() == "Hänger"
    running.wait_until(lambda: BLOCKING in "".join(panel.list.item(i).text() for i in range(panel.list.count())))


def test_a_coroutine_that_holds_a_frame_is_named_in_the_open_panel(start: Start, loop: EventLoop) -> None:
    running = start()
    panel, tasks = opened(running), list[asyncio.Task[None]]()

    async def arrange_cards() -> None:
        hold(12)

    def is_listed() -> bool:
        # A busy machine may make it part of a freeze.
        tasks.append(loop.create_task(arrange_cards()))
        return any("arrange_cards" in panel.list.item(i).text() for i in range(panel.list.count()))

    running.wait_until(is_listed)
    assert running.program.instrument is not None
    entries = running.program.instrument.journal.entries()
    assert any(isinstance(each, Span) and each.kind is Kind.OVERRUN for each in entries)


def test_the_key_opens_it_and_escape_closes_it(start: Start) -> None:
    running = start()
    press_with_alt(running.window.windowHandle(), Qt.Key.Key_F)
    running.wait_until(lambda: has_panel(running))
    QTest.keyClick(panel_of(running), Qt.Key.Key_Escape)
    assert not has_panel(running)
    assert running.window.isVisible()


def test_the_key_still_opens_it_in_another_language(start: Start) -> None:
    running = start()
    for step in running.window.appearance.steps_to(language="de"):
        step()
    running.program.strip.show_freeze_count(3)
    press_with_alt(running.window.windowHandle(), Qt.Key.Key_F)
    running.wait_until(lambda: has_panel(running))


def test_it_can_be_opened_by_tab_and_space(start: Start) -> None:
    running = start()
    button = running.program.strip.freezes
    for _ in range(30):
        if running.window.focusWidget() is button:
            break
        QTest.keyClick(running.window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(running.window.focusWidget(), Qt.Key.Key_Space)
    assert has_panel(running)


def test_there_is_one_panel_at_most_and_it_can_be_opened_again(start: Start) -> None:
    running = start()
    first = opened(running)
    assert opened(running) is first
    first.close_button.click()
    second = opened(running)
    assert second is not first
    assert second.isVisible()


def test_a_panel_opened_right_after_another_was_closed_keeps_its_timeline(start: Start) -> None:
    running = start()
    opened(running).close_button.click()
    second = opened(running)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    running.sign_in()
    running.wait_for(Home)
    (view,) = second.findChildren(TimelineView)
    running.wait_until(lambda: len(view._tracks) == 1)


def test_who_asks_before_the_program_can_watch_gets_it_when_it_can(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = Program.main

    async def main_after_a_click(program: Program, *arguments: Any) -> int:
        program.strip.freezes.click()
        return await main(program, *arguments)

    monkeypatch.setattr(Program, "main", main_after_a_click)
    assert has_panel(start())


def test_who_has_a_part_of_the_panel_hands_it_over_before_it_is_shown(start: Start) -> None:
    running = start()
    assert running.program.instrument is not None
    made: list[bool] = []
    running.program.instrument.overview.panel_made.connect(lambda panel: made.append(panel.isVisible()))
    opened(running)
    assert made == [False]


def test_a_panel_that_is_closed_before_it_was_shown_stays_closed(start: Start) -> None:
    running = start()
    assert running.program.instrument is not None
    overview = running.program.instrument.overview
    assert overview is not None
    overview.open()
    panel = panel_of(running)
    panel.reject()
    running.wait_until(lambda: not overview._turn.isActive())
    assert not has_panel(running)


@FREEZES
def test_the_key_is_dropped_while_the_window_is_frozen(start: Start) -> None:
    running = start(SLOW, "blocking")
    while_frozen(running, lambda: press_with_alt(running.window.windowHandle(), Qt.Key.Key_F))
    # A key that is not dropped does what it does by now.
    press_with_alt(running.window.windowHandle(), Qt.Key.Key_A)
    assert running.program.presenter is not None
    running.wait_until(lambda: running.program.presenter.mode is Mode.ASYNC)  # type: ignore[union-attr]
    assert not has_panel(running)


def test_it_takes_the_customers_theme_and_language(start: Start) -> None:
    running = start()
    panel = opened(running)
    assert panel.windowTitle() == "Freezes"
    running.sign_in()
    running.wait_for(Home)
    assert panel.windowTitle() == "Hänger"
    assert running.window.appearance.theme.is_dark
    assert panel.grab().toImage().pixelColor(3, 3).name() == themed(is_dark=True).window


def longest_turn_ms(running: Running) -> float:
    """Open the panel, and give the most processor time that was used between two beats meanwhile."""
    at_ns = [time.thread_time_ns()]
    beats = running.program.monitor.slice_measured
    connection = beats.connect(lambda _slice: at_ns.append(time.thread_time_ns()))
    opened(running)
    running.wait_until(lambda: len(at_ns) > 5)
    beats.disconnect(connection)
    panel_of(running).reject()
    return max(after - before for before, after in pairwise(at_ns)) / NS_PER_MS


@FREEZES
def test_opening_it_does_not_freeze_the_window(start: Start) -> None:
    running = start(SLOW, "blocking")
    running.sign_in()
    running.wait_for(Home)
    # On a busy machine others take what passes beyond the processor time, and slow that down, too.
    assert min(longest_turn_ms(running) for _ in range(OPENINGS)) < LONG_TASK_MS


def test_the_end_of_the_program_closes_it_and_leaves_no_thread(start: Start) -> None:
    before = watchers()
    running = start()
    opened(running)
    assert len(watchers() - before) == 1
    running.program.qt.quit_requested.emit()
    running.wait_until(lambda: watchers() <= before)
    assert not has_panel(running)


def test_the_window_closed_in_the_midst_of_a_load_leaves_no_thread(start: Start) -> None:
    before = watchers()
    running = start(SLOW)
    opened(running)
    running.sign_in()
    running.wait_for(Loading)
    running.window.close()
    # Qt says so only where its own exec() runs, which it does not in a test.
    running.program.qt.lastWindowClosed.emit()
    running.wait_until(lambda: watchers() <= before)
    assert not has_panel(running)
