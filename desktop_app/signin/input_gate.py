"""What becomes of the keys and clicks that were made while the window was frozen."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override

DROPPED = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletRelease,
    }
)
COMMANDS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
NEVER_TYPED = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})


class InputGate(QObject):
    """While closed, lets input through to a few widgets of a window and drops the rest.

    A click on Sign in that queued up behind a freeze would land on what stands there afterwards. The gate filters
    the events of one window, and only while it is closed.

    Args:
        window: The top-level widget; it must have been shown.
        exempt: The widgets whose input is delivered.
    """

    def __init__(self, window: QWidget, exempt: Collection[QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._exempt = exempt

    def close(self) -> None:
        """From now on, drop."""
        self._window.windowHandle().installEventFilter(self)

    def open(self) -> None:
        """Let everything through again."""
        self._window.windowHandle().removeEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # Accepted, it goes on as a key: a shortcut would press its button when the gate is open again.
            event.accept()
            return True
        if event.type() not in DROPPED:
            return False
        if isinstance(event, QMouseEvent):
            return self._window.childAt(event.position().toPoint()) not in self._exempt
        if isinstance(event, QKeyEvent):
            is_typed = event.key() not in NEVER_TYPED and not event.modifiers() & COMMANDS
            return not is_typed or self._window.focusWidget() not in self._exempt
        return True
