"""From an input to the paint that answers it, for the widgets that ask for it."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import Clock, monotonic_ns

HANDLED = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonRelease})
"""The events that change what a widget shows: a key goes down, a click is complete."""


class InputToPaint(QObject):
    """Pairs each expected input of a widget with the first paint after the widget was given it.

    The latency counts from when the input was due, not from when it was delivered: the difference is just what a
    frozen program costs the person. Inputs are expected in the order in which they are delivered.

    Args:
        widget: The one whose events are watched; it becomes the owner.
        clock: What the due times are on.
    """

    answered = Signal(object)
    """An input was answered by a paint, this many nanoseconds after it was due."""

    def __init__(self, widget: QWidget, clock: Clock = monotonic_ns) -> None:
        super().__init__(widget)
        self._clock = clock
        self._expected: deque[int] = deque()
        self._handled: list[int] = []
        widget.installEventFilter(self)

    def expect(self, due_ns: int) -> None:
        """Say that an input is on its way; any thread."""
        self._expected.append(due_ns)

    @property
    def is_waiting(self) -> bool:
        """Whether an expected input is not answered yet."""
        return bool(self._expected or self._handled)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in HANDLED and self._expected:
            self._handled.append(self._expected.popleft())
        elif event.type() == QEvent.Type.Paint and self._handled:
            now_ns, handled = self._clock(), self._handled
            self._handled = []
            for due_ns in handled:
                self.answered.emit(now_ns - due_ns)
        return False
