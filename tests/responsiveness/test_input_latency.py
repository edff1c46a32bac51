"""Inputs and the paints that answer them, in real widgets."""

from __future__ import annotations

import gc
import time
import weakref

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS, monotonic_ns
from desktop_app.responsiveness.inputs import Answering
from desktop_app.responsiveness.journal import InputMark, Journal, Kind, Span
from desktop_app.responsiveness.qt.input_latency import MOST_UNANSWERED, InputWatch
from tests.helpers.input_scene import Scene

BLOCK_MS = 60


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    return Scene(qtbot)


def block() -> None:
    """Keep the GUI thread busy."""
    end_ns = monotonic_ns() + BLOCK_MS * NS_PER_MS
    while monotonic_ns() < end_ns:
        pass


def test_a_key_is_a_mark_that_ends_with_the_paint_that_shows_it(scene: Scene) -> None:
    before_ns = monotonic_ns()
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    (mark,) = scene.wait_for_marks(1)
    assert scene.field.text() == "a"
    assert mark.name == "key"
    assert before_ns <= mark.delivered_ns < mark.painted_ns <= monotonic_ns()
    (painting,) = (span for span in scene.spans(Kind.PAINT) if span.end_ns == mark.painted_ns)
    assert mark.delivered_ns <= painting.start_ns < painting.end_ns


def test_a_click_is_one_mark_however_many_events_it_is(scene: Scene) -> None:
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    (mark,) = scene.wait_for_marks(1)
    assert mark.name == "click"


def test_the_handling_is_a_span_as_long_as_it_took(scene: Scene) -> None:
    scene.button.clicked.connect(block)
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    (mark,) = scene.wait_for_marks(1)
    (handling,) = scene.spans(Kind.INPUT)
    assert (handling.name, handling.start_ns) == ("click", mark.delivered_ns)
    assert handling.end_ns - handling.start_ns >= BLOCK_MS * NS_PER_MS
    assert mark.painted_ns >= handling.end_ns


def test_an_expected_input_was_made_when_it_was_due(scene: Scene) -> None:
    answered: list[int] = []
    scene.watch.answered.connect(answered.append)
    due_ns = monotonic_ns() - 300 * NS_PER_MS
    scene.watch.expect(scene.field, due_ns)
    assert scene.watch.is_waiting
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    (mark,) = scene.wait_for_marks(1)
    assert mark.at_ns == due_ns
    assert answered == [mark.painted_ns - due_ns]
    assert not scene.watch.is_waiting


def test_an_input_that_nobody_expects_is_nobodys_answer(scene: Scene) -> None:
    answered: list[int] = []
    scene.watch.answered.connect(answered.append)
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    scene.wait_for_marks(1)
    assert answered == []


def test_an_input_with_the_systems_stamp_was_made_then(scene: Scene) -> None:
    scene.post_key("a", stamp_ms=monotonic_ns() // NS_PER_MS - 400)
    (mark,) = scene.wait_for_marks(1)
    assert mark.delivered_ns - mark.at_ns >= 399 * NS_PER_MS


def test_an_input_without_one_was_made_when_it_was_delivered(scene: Scene) -> None:
    scene.post_key("a")
    (mark,) = scene.wait_for_marks(1)
    assert mark.at_ns == mark.delivered_ns


def test_inputs_that_queued_up_are_handled_one_after_the_other(scene: Scene) -> None:
    for text in "abcdef":
        scene.post_key(text)
        scene.post_key(text, scene.button)
    scene.wait_for_marks(12)
    handlings = scene.spans(Kind.INPUT)
    assert len(handlings) == 12
    assert scene.field.text() == "abcdef"
    disjoint_or_nested(handlings + scene.spans(Kind.PAINT))


def disjoint_or_nested(spans: list[Span]) -> None:
    """As they have to be on one thread."""
    ends_ns: list[int] = []
    for span in sorted(spans, key=lambda span: (span.start_ns, -span.end_ns)):
        while ends_ns and ends_ns[-1] <= span.start_ns:
            ends_ns.pop()
        assert not ends_ns or span.end_ns <= ends_ns[-1]
        ends_ns.append(span.end_ns)


def test_an_input_that_changes_nothing_is_answered_all_the_same(scene: Scene) -> None:
    """No cursor that blinks half a second later is taken for the answer."""
    scene.field.setReadOnly(True)
    scene.field.clearFocus()
    scene.settle()
    scene.post_key("a")
    (mark,) = scene.wait_for_marks(1)
    assert scene.field.text() == ""
    assert mark.painted_ns > mark.delivered_ns


def test_a_widget_that_its_input_hides_does_not_answer(scene: Scene) -> None:
    scene.watch.expect(scene.button, monotonic_ns())
    scene.button.clicked.connect(scene.button.hide)
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    scene.qtbot.waitUntil(lambda: not scene.watch.is_waiting)
    assert scene.marks == []
    assert len(scene.spans(Kind.INPUT)) == 1


def test_a_widget_that_its_input_deletes_does_no_harm(scene: Scene) -> None:
    class Doomed(QLineEdit):
        @override
        def keyPressEvent(self, event: QKeyEvent) -> None:
            QTimer.singleShot(0, lambda: shiboken6.delete(self))

    doomed = Doomed(scene.window)
    doomed.show()
    doomed.setUpdatesEnabled(False)
    scene.settle()
    scene.watch.watch(doomed)
    scene.post_key("a", doomed)
    scene.qtbot.waitUntil(lambda: not shiboken6.isValid(doomed))
    scene.settle()
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    scene.wait_for_marks(1)
    scene.watch.unwatch()


def test_a_paint_within_a_handler_lies_within_its_span(scene: Scene) -> None:
    scene.button.clicked.connect(lambda: scene.window.repaint())
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    scene.wait_for_marks(1)
    (handling,) = scene.spans(Kind.INPUT)
    assert [span for span in scene.spans(Kind.PAINT) if handling.start_ns <= span.start_ns < handling.end_ns]
    disjoint_or_nested([handling, *scene.spans(Kind.PAINT)])


def test_a_paint_that_is_asked_for_in_between_is_as_long_as_it_took(scene: Scene) -> None:
    """What the code that asked for it does then is no painting."""
    times_ns: list[int] = []

    def repaint_and_block() -> None:
        times_ns.append(monotonic_ns())
        scene.window.repaint()
        times_ns.append(monotonic_ns())
        block()

    QTimer.singleShot(0, repaint_and_block)
    scene.qtbot.waitUntil(lambda: len(times_ns) == 2)
    (painting,) = (span for span in scene.spans(Kind.PAINT) if times_ns[0] <= span.start_ns <= times_ns[1])
    assert painting.end_ns <= times_ns[1]


def test_a_dialog_that_a_handler_opens_ends_its_span(scene: Scene) -> None:
    """The event loop serves events again, though within the handler."""
    dialog = QDialog(scene.window)
    spans_meanwhile: list[Span] = []

    def close() -> None:
        spans_meanwhile.extend(scene.spans(Kind.INPUT))
        dialog.accept()

    def open_dialog() -> None:
        QTimer.singleShot(200, close)
        dialog.exec()

    scene.button.clicked.connect(open_dialog)
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    assert len(spans_meanwhile) == 1


def test_a_paint_event_that_blocks_is_a_long_paint(qtbot: QtBot) -> None:
    class Slow(QLineEdit):
        @override
        def paintEvent(self, event: object) -> None:
            block()

    scene = Scene(qtbot, Slow())
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    (mark,) = scene.wait_for_marks(1)
    (painting,) = (span for span in scene.spans(Kind.PAINT) if span.end_ns == mark.painted_ns)
    assert painting.end_ns - painting.start_ns >= BLOCK_MS * NS_PER_MS


def test_children_are_painted_as_ever(scene: Scene) -> None:
    shown = scene.window.grab().toImage()
    scene.watch.unwatch()
    assert scene.window.grab().toImage() == shown


def test_inputs_that_no_paint_answers_are_bounded(scene: Scene) -> None:
    scene.field.setUpdatesEnabled(False)
    for _ in range(MOST_UNANSWERED + 10):
        QTest.keyClick(scene.field, Qt.Key.Key_A)
    scene.settle()
    assert scene.marks == []
    scene.field.setUpdatesEnabled(True)
    scene.wait_for_marks(MOST_UNANSWERED)


def test_a_widget_is_watched_once(scene: Scene) -> None:
    scene.watch.watch(scene.field)
    scene.watch.watch_paints(scene.window)
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    scene.wait_for_marks(1)


def test_unwatched_widgets_are_left_alone(scene: Scene) -> None:
    scene.watch.unwatch()
    QTest.keyClick(scene.field, Qt.Key.Key_A)
    scene.settle()
    assert scene.journal.entries() == ()


@pytest.mark.parametrize("ends", ["deleted", "deleted by its parent", "dropped"])
def test_a_widget_that_is_gone_is_forgotten(scene: Scene, ends: str) -> None:
    known = len(scene.watch._watched), len(scene.watch._windows)
    gone: list[weakref.ref[QWidget]] = []
    for _ in range(200):
        parent = QWidget()
        field = QLineEdit(parent)
        scene.watch.watch(field)
        scene.watch.watch_paints(parent)
        gone += [weakref.ref(field), weakref.ref(parent)]
        if ends == "deleted":
            field.deleteLater()
            parent.deleteLater()
        elif ends == "deleted by its parent":
            shiboken6.delete(parent)
        del field, parent
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert (len(scene.watch._watched), len(scene.watch._windows)) == known
    assert not [each for each in gone if each() is not None]


def test_a_widget_that_goes_while_it_handles_its_input_is_not_counted(scene: Scene) -> None:
    scene.button.clicked.connect(lambda: shiboken6.delete(scene.field))
    scene.post_key("a")
    QTest.mouseClick(scene.button, Qt.MouseButton.LeftButton)
    (mark,) = scene.wait_for_marks(1)
    assert mark.name == "click"
    assert len(scene.watch._watched) == 1


def test_a_watch_that_is_gone_leaves_its_widgets_alone(qtbot: QtBot) -> None:
    field, owner = QLineEdit(), QObject()
    qtbot.addWidget(field)
    InputWatch(Journal(), parent=owner).watch(field)
    shiboken6.delete(owner)
    QTest.keyClick(field, Qt.Key.Key_A)
    assert field.text() == "a"


def test_nothing_that_is_typed_is_written_down(scene: Scene) -> None:
    scene.field.setEchoMode(QLineEdit.EchoMode.Password)
    QTest.keyClicks(scene.field, "xyzzy")
    scene.wait_for_marks(5)
    names = {entry.name for entry in scene.journal.entries() if isinstance(entry, Span | InputMark)}
    assert names == {"key", ""}


def test_the_watch_sums_up(scene: Scene) -> None:
    assert scene.watch.statistics.summary().answering is None
    for text in "abc":
        scene.post_key(text, stamp_ms=monotonic_ns() // NS_PER_MS - 5000)
    scene.wait_for_marks(3)
    summary = scene.watch.statistics.summary()
    assert summary.count == 3
    assert summary.answering is Answering.POOR
    assert summary.delay.p50_ns >= 4999 * NS_PER_MS
    assert summary.delay.max_ns < summary.to_paint.max_ns


def test_a_click_where_the_event_is_not_a_qt_tests(scene: Scene) -> None:
    """As the comparison's person clicks: posted to the window, and stamped."""
    at = scene.button.mapTo(scene.window, QPoint(5, 5))
    handle = scene.window.windowHandle()
    for kind, held in (
        (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        position = QPointF(at)
        event = QMouseEvent(
            kind, position, position, position, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
        )
        event.setTimestamp(time.monotonic_ns() // NS_PER_MS)
        QCoreApplication.postEvent(handle, event)
    (mark,) = scene.wait_for_marks(1)
    assert mark.delivered_ns - mark.at_ns >= 0
