"""A widget whose inputs are watched, and what is written down of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.responsiveness.journal import InputMark, Journal, Kind, Span
from desktop_app.responsiveness.qt.input_latency import InputWatch


class Scene:
    """A window with a field and a button, and what their watch wrote down."""

    def __init__(self, qtbot: QtBot, field: QLineEdit | None = None) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.field = field or QLineEdit()
        self.button = QPushButton("Press")
        # No layout: off screen, a window that has a smallest size gets a warning.
        for i, widget in enumerate((self.field, self.button)):
            widget.setParent(self.window)
            widget.setGeometry(10, 10 + 50 * i, 200, 40)
        self.window.resize(220, 110)
        self.journal = Journal()
        self.watch = InputWatch(self.journal, parent=self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.field.setFocus()
        self.settle()
        self.watch.watch(self.field, self.button)
        self.watch.watch_paints(self.window)

    @property
    def marks(self) -> list[InputMark]:
        return [entry for entry in self.journal.entries() if isinstance(entry, InputMark)]

    def spans(self, kind: Kind) -> list[Span]:
        return [entry for entry in self.journal.entries() if isinstance(entry, Span) and entry.kind is kind]

    def wait_for_marks(self, count: int) -> list[InputMark]:
        self.qtbot.waitUntil(lambda: len(self.marks) >= count, timeout=20_000)
        assert len(self.marks) == count
        return self.marks

    def settle(self) -> None:
        """Let all that is under way be served."""
        for _ in range(5):
            QCoreApplication.processEvents()

    def post_key(self, text: str, widget: QWidget | None = None, stamp_ms: int = 0) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, ord(text.upper()), Qt.KeyboardModifier.NoModifier, text)
        event.setTimestamp(stamp_ms)
        QCoreApplication.postEvent(widget or self.field, event)
