from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QTextDocumentFragment, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.responsiveness.clock import NS_PER_MS as MS
from desktop_app.responsiveness.execution_colors import DARK_FIGURE, LIGHT_FIGURE
from desktop_app.responsiveness.journal import Kind
from desktop_app.responsiveness.qt.timeline_view import REDRAW_MS, TimelineView, as_rich_text
from desktop_app.responsiveness.shapes import Rectangle
from desktop_app.responsiveness.track import Look
from desktop_app.responsiveness.window_of_time import View
from tests.responsiveness.made_entries import ORIGIN_MS, blocking, flowing, freeze, span, track

FREEZES = (freeze(100, 300), freeze(600, 900), freeze(1500, 1800))


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    made = TimelineView()
    qtbot.addWidget(made)
    made.set_tracks((track(*blocking()), track(*flowing(), title="Async")), "seconds after Sign in")
    made.resize(800, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def frozen(view: TimelineView) -> TimelineView:
    view.set_tracks((track(*FREEZES),))
    return view


def freezes_in(view: TimelineView) -> list[Rectangle]:
    return [each for each in view.figure().rectangles if each.look is Look.FREEZE]


def wheel(view: TimelineView, x: float, delta: int, modifiers: Qt.KeyboardModifier) -> None:
    at = QPointF(x, 50)
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def time_at(view: TimelineView, x: float) -> float:
    figure = view.figure()
    return view.view.start_ns + (x - figure.left) / (figure.right - figure.left) * view.view.duration_ns


def test_all_is_shown_at_first(view: TimelineView) -> None:
    assert view.view.start_ns < 0
    assert view.view.end_ns > 2000 * MS


def test_it_paints_the_rectangles_where_they_are(frozen: TimelineView) -> None:
    image = frozen.grab().toImage()
    ratio = image.devicePixelRatio()
    for each in freezes_in(frozen):
        fill = LIGHT_FIGURE.fill_of(each.look, each.band).fill
        inside = QPoint(round((each.x + 2) * ratio), round((each.y + 1) * ratio))
        beside = QPoint(round((each.x - 4) * ratio), round((each.y + 1) * ratio))
        near = [image.pixelColor(inside + QPoint(i, 0)).name() for i in range(8)]
        assert fill in near
        assert image.pixelColor(beside).name() == LIGHT_FIGURE.looks[Look.IDLE].fill


def test_the_colours_are_those_of_the_theme(view: TimelineView) -> None:
    light = view.grab().toImage()
    view.set_colors(DARK_FIGURE)
    dark = view.grab().toImage()
    assert (light.pixelColor(5, 200).name(), dark.pixelColor(5, 200).name()) == (
        LIGHT_FIGURE.background,
        DARK_FIGURE.background,
    )


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_the_wheel_zooms_about_the_pointer(view: TimelineView, modifiers: Qt.KeyboardModifier) -> None:
    before, at = view.view, time_at(view, 500)
    wheel(view, 500, 120, modifiers)
    assert view.view.duration_ns < before.duration_ns
    assert time_at(view, 500) == pytest.approx(at, abs=MS)


def test_the_wheel_with_shift_pans(view: TimelineView) -> None:
    view.set_view(View(500 * MS, 1000 * MS))
    wheel(view, 500, -120, Qt.KeyboardModifier.ShiftModifier)
    assert view.view == View(550 * MS, 1050 * MS)


def test_dragging_moves_what_is_shown_with_the_pointer(view: TimelineView) -> None:
    view.set_view(View(500 * MS, 1000 * MS))
    at = time_at(view, 400)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 60))
    QTest.mouseMove(view, QPoint(420, 60))
    QTest.mouseMove(view, QPoint(300, 60))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 60))
    assert time_at(view, 300) == pytest.approx(at, abs=MS)


@pytest.mark.parametrize(
    ("key", "moves"),
    [
        (Qt.Key.Key_Left, lambda before, after: after.start_ns < before.start_ns),
        (Qt.Key.Key_Right, lambda before, after: after.start_ns > before.start_ns),
        (Qt.Key.Key_Plus, lambda before, after: after.duration_ns < before.duration_ns),
        (Qt.Key.Key_Minus, lambda before, after: after.duration_ns > before.duration_ns),
        (Qt.Key.Key_Home, lambda _, after: after.start_ns < 0),
        (Qt.Key.Key_End, lambda _, after: after.end_ns > 2000 * MS),
        (Qt.Key.Key_0, lambda _, after: after.start_ns < 0 and after.end_ns > 2000 * MS),
    ],
)
def test_keys_move_and_zoom(view: TimelineView, key: Qt.Key, moves: Callable[[View, View], bool]) -> None:
    view.set_view(View(800 * MS, 1000 * MS))
    before = view.view
    QTest.keyClick(view, key)
    assert moves(before, view.view)


def test_the_arrows_go_from_freeze_to_freeze_and_stop_at_the_last(frozen: TimelineView) -> None:
    chosen: list[object] = []
    frozen.selected.connect(chosen.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(frozen, key)
    first, second, third = FREEZES
    assert chosen == [first, second, third, third, second]


def test_a_freeze_that_is_gone_to_is_in_view_and_told(frozen: TimelineView) -> None:
    frozen.set_view(View(0, 50 * MS))
    QTest.keyClick(frozen, Qt.Key.Key_Up)
    assert frozen.view.start_ns <= 1500 * MS < 1800 * MS <= frozen.view.end_ns
    assert frozen.accessibleDescription().startswith("frozen 300 ms. ")


def test_a_freeze_that_is_selected_looks_different(frozen: TimelineView) -> None:
    before = frozen.grab().toImage()
    frozen.select(FREEZES[1])
    assert frozen.grab().toImage() != before


def test_a_click_on_a_freeze_selects_it_and_one_beside_it_none(frozen: TimelineView) -> None:
    chosen: list[object] = []
    frozen.selected.connect(chosen.append)
    block = freezes_in(frozen)[1]
    QTest.mouseClick(frozen, Qt.MouseButton.LeftButton, pos=QPoint(round(block.x + 5), round(block.y + 5)))
    QTest.mouseClick(frozen, Qt.MouseButton.LeftButton, pos=QPoint(round(block.x - 20), round(block.y + 5)))
    assert chosen == [FREEZES[1], None]


def test_tab_leaves_it(view: TimelineView) -> None:
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus
    event_keys = [Qt.Key.Key_Tab, Qt.Key.Key_Backtab]
    before = view.view
    for key in event_keys:
        QTest.keyClick(view, key)
    assert view.view == before


def test_a_tooltip_is_plain_text(view: TimelineView) -> None:
    view.set_tracks((track(span(Kind.TASK, 0, 2000, "<img src='file:///x.png'><b>name</b>")),))
    (task,) = (each for each in view.figure().rectangles if each.look is Look.TASK)
    where = QPoint(round(task.x + 20), round(task.y + 4))
    assert view.tooltip_at(where).startswith("<img src='file:///x.png'><b>name</b>\ntask 2.00 s\n")
    assert QTextDocumentFragment.fromHtml(as_rich_text(view.tooltip_at(where))).toPlainText() == view.tooltip_at(
        where
    )


def test_where_nothing_is_there_is_no_tooltip(view: TimelineView) -> None:
    assert view.tooltip_at(QPoint(2, 2)) == ""


def test_what_is_added_is_shown_within_a_while(view: TimelineView, qtbot: QtBot) -> None:
    view.set_tracks((track(end_ms=100),))
    view.append(freeze(200, 700))
    qtbot.waitUntil(lambda: len(freezes_in(view)) == 1, timeout=20 * REDRAW_MS)
    assert view.view.end_ns >= 700 * MS


def test_what_is_added_is_painted_at_most_once_in_a_while(view: TimelineView) -> None:
    figure = view.figure()
    for at in range(50):
        view.append(span(Kind.PAINT, 2000 + at, 2000.5 + at))
    assert view.figure() is figure


def test_nothing_is_painted_while_nobody_sees_it(view: TimelineView) -> None:
    view.hide()
    view.append(freeze(2100, 2700))
    assert not view._redraw.isActive()
    view.show()
    assert any(each.end_ns == (ORIGIN_MS + 2700) * MS for each in freezes_in(view))


def test_a_track_goes_on_though_nothing_happens(view: TimelineView) -> None:
    view.extend((ORIGIN_MS + 9000) * MS)
    assert view.view.end_ns > 9000 * MS


@pytest.mark.parametrize(("width", "height"), [(320, 120), (160, 64), (1, 1), (2400, 1400)])
def test_it_fits_into_any_size(view: TimelineView, width: int, height: int) -> None:
    view.resize(width, height)
    assert not view.grab().isNull()
    assert view.figure().height <= max(height, 64) + 1


def test_large_letters_make_it_larger(view: TimelineView) -> None:
    before = view.sizeHint()
    font = view.font()
    font.setPixelSize(2 * view.fontInfo().pixelSize())
    view.setFont(font)
    assert view.sizeHint().height() == pytest.approx(2 * before.height(), rel=0.1)


def test_it_says_what_it_is_to_who_cannot_see_it(view: TimelineView) -> None:
    assert view.accessibleName() == "Execution timeline"
    assert "up and down go to the freezes" in view.accessibleDescription()


def test_the_focus_is_seen(view: TimelineView, qtbot: QtBot) -> None:
    def shown() -> QImage:
        return view.grab().toImage()

    view.clearFocus()
    before = shown()
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    assert shown() != before
