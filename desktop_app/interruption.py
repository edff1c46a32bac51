"""SIGINT and SIGTERM, from the first moment on: Qt-free, for they can arrive while Qt is still being imported."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class WaitInterruptedError(BaseException):
    """A signal arrived during an interruptible wait; not an `Exception`: no library takes it for its own."""


class Interruption:
    """Notes the first SIGINT or SIGTERM, and ends an interruptible wait; a second one ends the process.

    Make it on the main thread, where Python runs signal handlers. It raises nothing but in such a wait: an import
    that is interrupted by an exception leaves half a module behind. On Windows, Python runs the handlers only between
    two of its own instructions, so there a wait for a socket is not interrupted, but ends with its deadline.
    """

    def __init__(self) -> None:
        self.signal_number: int | None = None
        self._is_waiting = False
        self._previous = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}

    @contextmanager
    def interrupting_wait(self) -> Iterator[None]:
        """Have a signal raise `WaitInterruptedError` in this block, at once; also one that arrived before."""
        self._is_waiting = True
        try:
            if self.signal_number is not None:
                raise WaitInterruptedError
            yield
        finally:
            self._is_waiting = False

    def exit_code(self, otherwise: int) -> int:
        """Give 128 + the number of the signal that arrived, as shells do, or what is given where none has."""
        return otherwise if self.signal_number is None else 128 + self.signal_number

    def restore(self) -> None:
        """Put back what handled the signals before."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.signal_number is not None:
            # Somebody insists: the clean way out takes too long for them.
            os._exit(128 + number)
        self.signal_number = number
        if self._is_waiting:
            raise WaitInterruptedError
