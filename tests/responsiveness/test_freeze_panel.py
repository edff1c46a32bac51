"""The panel "Freezes": what it shows of what it is given, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QHelpEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.instrument_look import panel_look
from desktop_app.responsiveness.events import Cause, Frame, Freeze, RunningTask
from desktop_app.responsiveness.qt import freeze_detail
from desktop_app.responsiveness.qt.freeze_detail import source_around
from desktop_app.responsiveness.qt.freeze_list import Order
from desktop_app.responsiveness.qt.freeze_panel import SMALLEST, FreezePanel
from desktop_app.responsiveness.verdict import Verdict
from desktop_app.signin.theme import themed
from tests.helpers.freezes import NOON, Freezes, freeze

Open = Callable[..., FreezePanel]


@pytest.fixture
def opened(qtbot: QtBot, freezes: Freezes) -> Open:
    def open_panel(*given: Freeze) -> FreezePanel:
        freezes.add(*given)
        panel = FreezePanel(freezes.log, freezes.recent, freezes.history, freezes.clock, lambda: NOON)
        qtbot.addWidget(panel)
        panel.set_look(panel_look(themed(is_dark=False)))
        panel.show_freezes()
        panel.resize(SMALLEST)
        panel.show()
        return panel

    return open_panel


def rows(panel: FreezePanel) -> list[str]:
    return [panel.list.item(i).text() for i in range(panel.list.count())]


def click_on(panel: FreezePanel, wanted: Freeze) -> None:
    (block,) = (each for each in panel.chart.blocks() if each.freeze is wanted)
    at = QPoint(round(block.x + block.width / 2), round(block.y + block.height / 2))
    QTest.mouseClick(panel.chart, Qt.MouseButton.LeftButton, pos=at)


def test_without_a_freeze_it_says_so_in_plain_words(opened: Open) -> None:
    panel = opened()
    assert panel.detail.nothing.isVisible()
    assert panel.detail.nothing.text().startswith("Nothing has frozen this window for 50 ms or longer so far.")
    assert not panel.list.isVisible()
    assert not panel.detail.verdict.isVisible()


def test_the_newest_freeze_is_shown_first_with_all_that_is_known(opened: Open, module: Path) -> None:
    task = RunningTask("Task-7", (Frame("page.py", 3, "sign_in"), Frame("client.py", 9, "load")))
    panel = opened(freeze(1000, 90), freeze(10_000, 1750, file=str(module), line=5, task=task))
    detail = panel.detail
    assert not detail.nothing.isVisible()
    assert detail.culprit.text() == "98 % in load_image (gallery.py:5)"
    assert detail.facts.text() == "11:59:58 · 1.75 s · waiting"
    assert "load_image (gallery.py:5)" in detail.verdict.text()
    assert detail.task.text() == "Task: Task-7: sign_in (page.py:3) → load (client.py:9)"


def test_the_source_is_shown_with_the_line_marked(opened: Open, module: Path) -> None:
    view = opened(freeze(file=str(module), line=5)).detail.source
    shown = view.toPlainText().splitlines()
    assert shown[0] == f"{module}:5"
    assert shown[1:] == [f"{'→ ' if i == 5 else '  '}{i:>4} line_{i} = {i}" for i in range(1, 10)]
    assert view.marked_text == "→    5 line_5 = 5"
    assert len(view.extraSelections()) == 1


@pytest.mark.parametrize("line", [1, 10])
def test_the_source_at_the_ends_of_a_file_has_what_there_is(module: Path, line: int) -> None:
    lines, marked = source_around(Frame(str(module), line, "load"))
    assert len(lines) == 5
    assert marked is not None
    assert lines[marked - 1] == f"→ {line:>4} line_{line} = {line}"


@pytest.mark.parametrize(("file", "line"), [("<string>", 1), ("/no/such/file.py", 4), (__file__, 100_000)])
def test_it_says_where_there_is_no_source(opened: Open, file: str, line: int) -> None:
    view = opened(freeze(file=file, line=line)).detail.source
    assert view.toPlainText() == f"{file}:{line}\nThere is no source of it here."
    assert view.marked_text == ""


def test_the_stack_is_folded_to_the_programs_own_until_all_is_wanted(opened: Open) -> None:
    detail = opened(freeze(line=41)).detail
    assert detail.stack.toPlainText() == "30 of 30 samples:\n  load_image (freezes.py:41)  fetch(url)"
    QTest.mouseClick(detail.all_frames, Qt.MouseButton.LeftButton)
    assert detail.stack.toPlainText().splitlines()[1:] == [
        "  _run (events.py:80)",
        "  load_image (freezes.py:41)  fetch(url)",
        "  getresponse (client.py:10)  self.fp.readline()",
    ]


def test_a_freeze_without_samples_names_nothing(opened: Open) -> None:
    detail = opened(freeze(samples=0, cause=Cause.UNKNOWN)).detail
    assert detail.culprit.text() == "no sample of the code"
    assert [part.isVisible() for part in (detail.source, detail.stack, detail.all_frames, detail.task)] == [False] * 4


def test_the_fix_can_be_copied(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    fix = "await asyncio.sleep(delay)\n# not time.sleep(delay)"
    monkeypatch.setattr(freeze_detail, "verdict_of", lambda _freeze: Verdict("time.sleep", "It slept.", fix))
    detail = opened(freeze()).detail
    assert (detail.verdict.text(), detail.fix.toPlainText()) == ("It slept.", fix)
    QTest.mouseClick(detail.copy_fix, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == fix
    assert detail.copy_fix.text() == "Copied"
    detail.show_freeze(freeze())
    assert detail.copy_fix.text() == "Copy"


def test_without_a_fix_there_is_nothing_to_copy(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze_detail, "verdict_of", lambda _freeze: Verdict("unknown", "Nobody knows.", ""))
    detail = opened(freeze()).detail
    assert [part.isVisible() for part in (detail.fix, detail.copy_fix, detail.fix_title)] == [False] * 3


def test_a_click_on_a_block_selects_that_very_freeze(opened: Open) -> None:
    first, second, third = given = (freeze(10_000, 1500), freeze(40_000, 700, line=2), freeze(70_000, 900))
    panel = opened(*given)
    assert panel.selected is third
    for wanted in (first, second):
        click_on(panel, wanted)
        assert panel.selected is wanted
    assert panel.list.currentRow() == 1


def test_a_click_beside_the_blocks_changes_nothing(opened: Open) -> None:
    panel = opened(freeze(10_000, 1500))
    before = panel.selected
    QTest.mouseClick(panel.chart, Qt.MouseButton.LeftButton, pos=QPoint(5, panel.chart.height() - 20))
    assert panel.selected is before


def test_left_and_right_step_from_freeze_to_freeze(opened: Open) -> None:
    given = [freeze(10_000 * i, 200, line=i % 2) for i in range(4)]
    panel = opened(*given)
    seen = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right):
        QTest.keyClick(panel.list, key)
        seen.append(given.index(panel.selected) if panel.selected else None)
    assert seen == [2, 1, 0, 0, 1]


def test_a_key_that_qt_has_no_name_for_does_nothing(opened: Open) -> None:
    panel = opened(freeze(1000), freeze(2000))
    before = panel.selected
    # As a Cyrillic letter has it.
    letter = QKeyEvent(QEvent.Type.KeyPress, 0x0416, Qt.KeyboardModifier.NoModifier, "\u0416")
    QApplication.sendEvent(panel, letter)
    assert panel.selected is before


def test_up_and_down_step_from_place_to_place(opened: Open) -> None:
    panel = opened(freeze(1000, line=1), freeze(2000, line=2), freeze(3000, line=1))
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.detail.culprit.text().endswith(":2)")
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    assert panel.detail.culprit.text().endswith(":1)")


def test_freezes_from_one_place_are_one_row_with_a_count(opened: Open) -> None:
    panel = opened(freeze(1000, 300), freeze(20_000, 1750), freeze(40_000, 100))
    assert rows(panel) == ["11:59:59 · 1.75 s · ×3 · waiting\n98 % in load_image (freezes.py:1)"]
    assert panel.detail.facts.text() == "11:59:59 · 100 ms · waiting · 3 times from here, 2.15 s in all"


def test_the_order_can_be_switched(opened: Open) -> None:
    panel = opened(freeze(1000, 2000, line=1), freeze(20_000, 100, line=2))
    newest = rows(panel)
    QTest.mouseClick(panel.orders[Order.WORST], Qt.MouseButton.LeftButton)
    assert rows(panel) == newest[::-1]
    assert ":1)" in rows(panel)[0]
    QTest.mouseClick(panel.orders[Order.NEWEST], Qt.MouseButton.LeftButton)
    assert rows(panel) == newest


def test_what_is_not_the_programs_fault_stands_apart_and_muted(opened: Open) -> None:
    own, foreign = freeze(1000, 100), freeze(20_000, 4000, cause=Cause.NOT_SCHEDULED)
    panel = opened(own, foreign)
    QTest.mouseClick(panel.orders[Order.WORST], Qt.MouseButton.LeftButton)
    assert [row.splitlines()[0].split(" · ")[-1] for row in rows(panel)] == [
        "waiting",
        "Not the program's fault",
        "not scheduled",
    ]
    heading, last = panel.list.item(1), panel.list.item(2)
    assert not heading.flags() & Qt.ItemFlag.ItemIsSelectable
    assert last.foreground().color().name() == themed(is_dark=False).muted
    assert panel.selected is own
    panel.list.setCurrentRow(2)
    assert panel.selected is foreign
    assert "not the program's fault" in panel.detail.facts.text()


def test_a_freeze_that_ends_meanwhile_is_listed_and_what_is_looked_at_stays(opened: Open, freezes: Freezes) -> None:
    first, second = freeze(1000), freeze(20_000, line=2)
    panel = opened(first)
    freezes.add(second)
    panel.show_ended(second)
    assert len(rows(panel)) == 2
    assert panel.selected is first
    assert panel.list.currentRow() == 1


def test_what_is_selected_to_be_copied_stays_so_when_a_freeze_ends(opened: Open, freezes: Freezes) -> None:
    panel = opened(freeze(1000))
    panel.detail.source.selectAll()
    another = freeze(20_000, line=2)
    freezes.add(another)
    panel.show_ended(another)
    assert panel.detail.source.textCursor().selectedText()


def test_a_long_fix_is_wrapped_and_wholly_to_be_seen(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    fix = "Use an asynchronous client: `async with httpx.AsyncClient() as client: reply = await client.get(url)`." * 3
    monkeypatch.setattr(freeze_detail, "verdict_of", lambda _freeze: Verdict("http", "It waited.", fix))
    view = opened(freeze()).detail.fix
    narrow = view.height()
    assert view.document().size().height() > 1
    assert view.height() >= view.document().size().height() * view.fontMetrics().lineSpacing()
    window = view.window()
    window.resize(2000, 700)
    QApplication.processEvents()
    assert view.height() < narrow
    assert view.height() >= view.document().size().height() * view.fontMetrics().lineSpacing()


def test_the_first_freeze_is_shown_at_once(opened: Open, freezes: Freezes) -> None:
    panel, first = opened(), freeze(1000)
    freezes.add(first)
    panel.show_ended(first)
    assert panel.selected is first
    assert panel.list.isVisible()
    assert panel.list.currentRow() == 0
    assert not panel.detail.nothing.isVisible()


def test_escape_closes_it(opened: Open) -> None:
    panel = opened(freeze())
    QTest.keyClick(panel.list, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_text_from_outside_is_shown_as_it_is(opened: Open) -> None:
    panel = opened(freeze(function="<img src=x>\n<b>bold</b>", file="<b>x</b>.py"))
    labels = panel.findChildren(QLabel)
    assert [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText] == []
    assert panel.detail.culprit.text() == "98 % in <img src=x> <b>bold</b> (b>.py:1)"
    assert rows(panel)[0].count("\n") == 1


def test_the_tip_of_a_block_shows_text_from_outside_as_it_is(
    opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: shown.append(text))
    panel = opened(freeze(10_000, 2000, function="<img src=x>"))
    (block,) = panel.chart.blocks()
    for x in (block.x + 1, 5.0):
        at = QPoint(round(x), round(block.y + 1))
        QApplication.sendEvent(panel.chart, QHelpEvent(QEvent.Type.ToolTip, at, panel.chart.mapToGlobal(at)))
    assert shown == ["<qt>2.00 s<br>waiting<br>98 % in &lt;img src=x&gt; (freezes.py:1)</qt>", ""]


def test_the_timeline_takes_the_place_of_the_freezes_when_it_is_wanted(opened: Open) -> None:
    panel, timeline = opened(freeze()), QWidget()
    assert not panel.views[0].isVisible()
    panel.set_timeline(timeline)
    assert not timeline.isVisible()
    QTest.mouseClick(panel.views[1], Qt.MouseButton.LeftButton)
    assert timeline.isVisible()
    assert not panel.chart.isVisible()
    QTest.mouseClick(panel.views[0], Qt.MouseButton.LeftButton)
    assert panel.chart.isVisible()


def test_everything_can_be_reached_by_keyboard(opened: Open, qtbot: QtBot) -> None:
    panel = opened(freeze())
    panel.set_timeline(QWidget())
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    reached = []
    for _ in range(20):
        QTest.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
        reached.append(panel.focusWidget())
    detail = panel.detail
    wanted = (panel.chart, panel.list, panel.close_button, detail.source, detail.stack, detail.all_frames)
    assert [widget for widget in wanted if widget not in reached] == []


LONG = "/".join(["a_directory_with_a_very_long_name"] * 20)


@pytest.mark.parametrize("name", ["en", "de"])
def test_all_fits_at_the_smallest_size(opened: Open, language: Callable[[str], None], name: str) -> None:
    given = [freeze(5000 * i, 100 * i + 60, line=i) for i in range(19)]
    panel = opened(*given, freeze(110_000, 5600, file=f"{LONG}/module.py", function="a_function_of_a_long_name" * 6))
    panel.set_timeline(QWidget())
    language(name)
    QApplication.processEvents()
    assert panel.size() == SMALLEST
    body = panel.detail.widget()
    assert body is not None
    assert body.width() <= panel.detail.viewport().width()
    cut_off = []
    for button in panel.findChildren(QPushButton):
        font = QFont(button.font())
        if button.isChecked():
            font.setWeight(QFont.Weight.DemiBold)
        if (
            button.isVisible()
            and QFontMetrics(font).horizontalAdvance(button.text().replace("&", "")) > button.width()
        ):
            cut_off.append(button.text())
    assert cut_off == []
    assert panel.heading.text() == {"en": "Freezes of this window", "de": "Hänger dieses Fensters"}[name]
    assert (": " in panel.detail.task.text()) is panel.detail.task.isVisible()


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_theme_dresses_it(opened: Open, is_dark: bool) -> None:
    panel = opened(freeze())
    panel.set_look(panel_look(themed(is_dark=is_dark)))
    assert (panel.grab().toImage().pixelColor(3, 3).lightness() < 128) is is_dark


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_block_has_the_colour_of_its_band(opened: Open, is_dark: bool) -> None:
    wanted = freeze(10_000, 3000)
    panel = opened(wanted, freeze(60_000, 100, line=2))
    look = panel_look(themed(is_dark=is_dark))
    panel.set_look(look)
    (block, _) = panel.chart.blocks()
    picture = panel.chart.grab().toImage()
    seen = picture.pixelColor(round(block.x + 2), round(block.y + block.height - 2)).name()
    assert seen == look.colors.bands[wanted.band]


def test_nothing_runs_once_it_is_hidden(opened: Open) -> None:
    panel = opened(freeze())
    assert panel.chart._redraw
    panel.hide()
    assert not panel.chart._redraw
