"""Watched inputs go to whom they are for: parents, other filters, handlers that raise."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.responsiveness.journal import Journal, Kind
from desktop_app.responsiveness.qt.input_latency import InputWatch
from tests.helpers.input_scene import Scene


def test_what_a_widget_ignores_goes_to_its_parent_once(qtbot: QtBot) -> None:
    class Parent(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.keys: list[int] = []

        @override
        def keyPressEvent(self, event: QKeyEvent) -> None:
            self.keys.append(event.key())

    parent = Parent()
    qtbot.addWidget(parent)
    child = QPushButton("Ignores letters", parent)
    watch = InputWatch(Journal(), parent=parent)
    parent.show()
    qtbot.waitExposed(parent)
    watch.watch(child)
    QTest.keyClick(child, Qt.Key.Key_X)
    assert parent.keys == [Qt.Key.Key_X]


class Seeing(QObject):
    """A filter that was there before, or comes later."""

    def __init__(self, *, takes: bool = False) -> None:
        super().__init__()
        self.seen: list[QEvent.Type] = []
        self._takes = takes

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            self.seen.append(event.type())
            return self._takes
        return False


def test_other_filters_see_the_same_events(qtbot: QtBot) -> None:
    field, before, after = QLineEdit(), Seeing(), Seeing()
    field.installEventFilter(before)
    scene = Scene(qtbot, field)
    field.installEventFilter(after)
    QTest.keyClick(field, Qt.Key.Key_A)
    scene.wait_for_marks(1)
    assert (len(before.seen), len(after.seen), field.text()) == (1, 1, "a")


def test_a_filter_that_takes_an_event_still_does(qtbot: QtBot) -> None:
    field, taking = QLineEdit(), Seeing(takes=True)
    field.installEventFilter(taking)
    scene = Scene(qtbot, field)
    QTest.keyClick(field, Qt.Key.Key_A)
    scene.wait_for_marks(1)
    assert (len(taking.seen), field.text()) == (1, "")


def test_a_handler_that_raises_is_timed_and_raises(qtbot: QtBot) -> None:
    class Raising(QLineEdit):
        @override
        def keyPressEvent(self, event: QKeyEvent) -> None:
            raise ZeroDivisionError

    scene = Scene(qtbot, Raising())
    with qtbot.capture_exceptions() as raised:
        scene.post_key("a")
        scene.wait_for_marks(1)
    assert [each[0] for each in raised] == [ZeroDivisionError]
    assert len(scene.spans(Kind.INPUT)) == 1
