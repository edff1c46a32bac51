"""SIGINT and SIGTERM, also while Qt sleeps in C++ and while the GUI thread is blocked in a wait."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class WaitInterruptedError(BaseException):
    """A signal arrived during an interruptible wait; not an `Exception`: no library takes it for its own."""


class ProcessSignals(QObject):
    """Turns SIGINT and SIGTERM into a Qt signal, and ends an interruptible wait; a second one ends the process.

    Make it on the main thread, where Python runs signal handlers. ``loop.add_signal_handler`` cannot replace it:
    its callbacks wait until a blocked loop goes on.
    """

    received = Signal(int)
    """The number of the signal that arrived."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.signal_number: int | None = None
        self._interruptible = False
        # A byte in this socket wakes Qt; Python then runs the handler before anything else.
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_notifier_activated)
        self._previous = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}

    @contextmanager
    def interrupting_wait(self) -> Iterator[None]:
        """Have a signal raise `WaitInterruptedError` in this block, at once."""
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False

    def restore(self) -> None:
        """Put back what handled the signals before."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_fd)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.signal_number is not None:
            # Somebody insists: the clean way out takes too long for them.
            os._exit(128 + number)
        self.signal_number = number
        if self._interruptible:
            raise WaitInterruptedError

    def _on_notifier_activated(self) -> None:
        self._reading.recv(64)
        if self.signal_number is not None:
            self.received.emit(self.signal_number)
