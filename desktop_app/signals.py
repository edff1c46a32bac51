"""Tells the Qt side that a signal arrived, also while Qt sleeps in C++."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from desktop_app.interruption import Interruption


class ProcessSignals(QObject):
    """Emits a Qt signal when an `Interruption` has noted a signal of the system.

    ``loop.add_signal_handler`` cannot do this: its callbacks wait until a blocked loop goes on.
    """

    received = Signal()
    """SIGINT or SIGTERM arrived; which, the interruption knows."""

    def __init__(self, interruption: Interruption, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._interruption = interruption
        # A byte in this socket wakes Qt; Python then runs the handler before anything else.
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_notifier_activated)
        # One that arrived before there was a socket.
        QTimer.singleShot(0, self._tell)

    def close(self) -> None:
        """Listen no more."""
        signal.set_wakeup_fd(self._previous_fd)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()

    def _on_notifier_activated(self) -> None:
        self._reading.recv(64)
        self._tell()

    def _tell(self) -> None:
        if self._interruption.signal_number is not None:
            self.received.emit()
