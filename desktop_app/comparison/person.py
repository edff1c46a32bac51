"""Somebody who types and clicks all the while, on a fixed schedule and whatever the window does."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QKeyEvent, QMouseEvent, QPointingDevice, QWindow
from PySide6.QtWidgets import QWidget

from desktop_app.responsiveness.qt.input_latency import InputWatch

INPUT_EVERY_NS = 50_000_000
LETTERS = "is anybody there "


class Person:
    """Types into one widget and clicks on another, in turn, from a thread of its own.

    The events are posted to the window, as the platform's are, so that they pass through all that real ones do.

    Args:
        window: The top-level widget; on the screen.
        typing: Gets a key every other time; it must have the focus.
        counter: Gets a click every other time.
        inputs: What pairs the inputs with the paints that answer them.
        clock: On which the inputs are due.
    """

    def __init__(
        self,
        window: QWidget,
        typing: QWidget,
        counter: QWidget,
        inputs: InputWatch,
        clock: Callable[[], int],
    ) -> None:
        self.inputs_sent = 0
        self._handle = window.windowHandle()
        self._counter_at = centre_of(counter, window)
        self._clock = clock
        self._typing, self._counter = typing, counter
        self._inputs = inputs
        inputs.watch(typing, counter)
        # Asked for the first time from another thread, they would be made there.
        QPointingDevice.primaryPointingDevice()
        QInputDevice.primaryKeyboard()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="person", daemon=True)

    def start(self) -> None:
        """Begin to type and click."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more inputs; those that were sent are still answered. May be called twice."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _work(self) -> None:
        begin_ns = self._clock()
        letters = itertools.cycle(LETTERS)
        for i in itertools.count():
            due_ns = begin_ns + i * INPUT_EVERY_NS
            if self._done.wait(max(0, due_ns - self._clock()) / 1e9):
                return
            if i % 2 == 0:
                self._inputs.expect(self._typing, due_ns)
                press_key(self._handle, next(letters))
            else:
                self._inputs.expect(self._counter, due_ns)
                click(self._handle, self._counter_at)
            self.inputs_sent += 1


def centre_of(widget: QWidget, window: QWidget) -> QPoint:
    """Tell where in the window a widget's middle is."""
    return widget.mapTo(window, widget.rect().center())


def press_key(window: QWindow, text: str) -> None:
    """Post a key that goes down and up; any thread."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, ord(text.upper()), Qt.KeyboardModifier.NoModifier, text)
        QCoreApplication.postEvent(window, event)


def click(window: QWindow, position: QPoint) -> None:
    """Post a click of the left button; any thread, once the primary pointing device is known."""
    at = QPointF(position)
    on_screen = QPointF(window.position() + position)
    for kind, held in (
        (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, at, at, on_screen, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier)
        # Two clicks 50 ms apart in the same place are not a double click: each counts.
        event.setTimestamp(time.monotonic_ns() // 1_000_000)
        QCoreApplication.postEvent(window, event)
