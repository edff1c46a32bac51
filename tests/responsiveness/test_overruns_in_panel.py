"""The panel "Freezes": what it shows of callbacks that held a frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.instrument_look import panel_look
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.overruns import Overrun, OverrunLog
from desktop_app.responsiveness.qt.freeze_list import Order
from desktop_app.responsiveness.qt.freeze_panel import SMALLEST, FreezePanel
from desktop_app.responsiveness.verdict import verdict_of_overrun
from desktop_app.signin.theme import themed
from tests.helpers.freezes import NOON, Freezes, freeze
from tests.helpers.overrunning import overrun

Held = Callable[..., tuple[FreezePanel, OverrunLog]]


@pytest.fixture
def held(qtbot: QtBot, freezes: Freezes) -> Callable[..., tuple[FreezePanel, OverrunLog]]:
    def open_panel(*given: Freeze | Overrun) -> tuple[FreezePanel, OverrunLog]:
        log = OverrunLog()
        for each in given:
            if isinstance(each, Freeze):
                freezes.add(each)
            else:
                log.add(each)
        panel = FreezePanel(freezes.log, freezes.recent, freezes.history, freezes.clock, lambda: NOON, overruns=log)
        qtbot.addWidget(panel)
        panel.set_look(panel_look(themed(is_dark=False)))
        panel.show_freezes()
        panel.resize(SMALLEST)
        panel.show()
        return panel, log

    return open_panel


def rows(panel: FreezePanel) -> list[str]:
    return [panel.list.item(i).text() for i in range(panel.list.count())]


def test_what_held_a_frame_stands_below_the_freezes_under_a_heading(held: Held) -> None:
    foreign = freeze(20_000, 400, cause=Cause.NOT_SCHEDULED)
    panel, _ = held(freeze(1000, 100), foreign, overrun(2000), overrun(3000, 5), overrun(4000, task="", line=7))
    assert [row.split(" · ", 1)[-1] for row in rows(panel)] == [
        "100 ms · waiting\n98 % in load_image (freezes.py:1)",
        "Held the frame",
        "12 ms\nload_home (overrunning.py:7)",
        "12 ms · ×2\nload_home (overrunning.py:120)",
        "Not the program's fault",
        "400 ms · not scheduled\n98 % in load_image (freezes.py:1)",
    ]
    assert not panel.list.item(1).flags() & Qt.ItemFlag.ItemIsSelectable


def test_without_a_freeze_what_held_a_frame_is_listed(held: Held) -> None:
    panel, _ = held(overrun())
    assert panel.list.isVisible()
    assert panel.detail.nothing.isVisible()


def test_the_order_is_that_of_the_freezes(held: Held) -> None:
    panel, _ = held(overrun(0, 30), overrun(1000, 5, line=7))
    newest = rows(panel)
    QTest.mouseClick(panel.orders[Order.WORST], Qt.MouseButton.LeftButton)
    assert rows(panel) == [newest[0], newest[2], newest[1]]


def test_what_held_a_frame_is_shown_with_all_that_is_known(held: Held, module: Path) -> None:
    panel, _ = held(freeze(1000, 100), *(overrun(2000 + i, file=str(module), line=5) for i in range(3)))
    panel.list.setCurrentRow(2)
    detail = panel.detail
    assert (panel.selected, detail.freeze) == (None, None)
    assert detail.culprit.text() == "load_home (gallery.py:5)"
    assert detail.facts.text().endswith(" · 12 ms · longer than a frame may take · 3 times from here, 36 ms in all")
    assert "gallery.py:5) held the frame for 12 ms, the longest of 3 times." in detail.verdict.text()
    assert "asyncio.to_thread" in detail.fix.toPlainText()
    assert detail.task.text() == "Task: load: load_home (gallery.py:5)"
    assert detail.source.marked_text == "→    5 line_5 = 5"
    assert [part.isVisible() for part in (detail.stack, detail.all_frames, detail.nothing)] == [False] * 3
    panel.list.setCurrentRow(0)
    assert detail.overrun is None
    assert "98 % in load_image" in detail.culprit.text()


def test_of_what_is_not_python_there_is_no_source(held: Held) -> None:
    panel, _ = held(overrun(task="", file="", line=0, function="time.sleep", is_to_end=True))
    panel.list.setCurrentRow(1)
    assert panel.detail.culprit.text() == "time.sleep"
    assert [part.isVisible() for part in (panel.detail.source, panel.detail.task)] == [False, False]


def test_what_is_looked_at_stays_and_is_kept_up_to_date(held: Held, freezes: Freezes) -> None:
    panel, log = held(freeze(1000, 100), overrun())
    panel.list.setCurrentRow(2)
    log.add(overrun(5000))
    log.add(overrun(6000, line=7))
    panel.show_overruns()
    assert panel.list.currentRow() == 3
    assert "2 times from here" in panel.detail.facts.text()
    another = freeze(20_000, line=2)
    freezes.add(another)
    panel.show_ended(another)
    assert (panel.selected, panel.detail.culprit.text()) == (None, "load_home (overrunning.py:120)")


def test_left_leads_back_to_the_freezes(held: Held) -> None:
    newest = freeze(1000, 100)
    panel, _ = held(newest, overrun())
    panel.list.setCurrentRow(2)
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert (panel.selected, panel.detail.overrun) == (newest, None)


@pytest.mark.parametrize("name", ["en", "de"])
def test_the_verdict_on_what_held_a_frame_is_in_the_person_s_language(
    held: Held, language: Callable[[str], None], name: str
) -> None:
    panel, log = held(overrun(), overrun(is_to_end=True), overrun(task="", line=7))
    language(name)
    english = {verdict_of_overrun(each).text for each in log.repeated()}
    shown = set()
    for row in range(1, 4):
        panel.list.setCurrentRow(row)
        shown.add(panel.detail.verdict.text())
        assert "asyncio.sleep(0)" in panel.detail.fix.toPlainText()
    assert len(shown) == 3
    assert (shown == english) is (name == "en")
    assert panel.list.item(0).text() == {"en": "Held the frame", "de": "Hielt das Bild auf"}[name]
