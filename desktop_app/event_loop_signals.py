"""How a signal of the system wakes an event loop that sleeps in Qt."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from qasync import QEventLoop  # type: ignore[import-untyped]

from desktop_app.overriding import override


class SignalWaking(QEventLoop):  # type: ignore[misc]  # qasync has no type hints
    """Has signals wake the loop while it runs, so that Python runs their handlers, its own and the loop's.

    Python notes a signal, and runs its handler when the main thread executes Python code again, which it does not as
    long as Qt sleeps. asyncio has signals wake it for its own handlers only, and forgets whom they woke before.
    """

    _is_guest: bool
    _foreign_fd = -1
    """Of somebody else, woken by signals until this loop got a handler of its own."""

    def _wake_for_signals(self) -> None:
        """Have each signal wake Qt, so that Python runs its handler, unless it wakes somebody already."""
        if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
            return
        previous_fd = signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)
        if previous_fd != -1:
            # Somebody who wakes Qt, it is to be hoped.
            signal.set_wakeup_fd(previous_fd)

    def _wake_no_more(self) -> None:
        """Have signals wake nobody, where it was this loop that they woke; its own handlers stay."""
        if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
            return
        if not self._signal_handlers:
            woken_fd = signal.set_wakeup_fd(-1)
            if woken_fd != self._csock.fileno():
                signal.set_wakeup_fd(woken_fd)

    if sys.platform != "win32":

        @override
        def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:
            if threading.current_thread() is threading.main_thread():
                woken_fd = signal.set_wakeup_fd(-1)
                if woken_fd not in (-1, self._csock.fileno()):
                    self._foreign_fd = woken_fd
            try:
                super().add_signal_handler(sig, callback, *args)
            finally:
                self._wake_again()

        @override
        def remove_signal_handler(self, sig: int) -> bool:
            is_removed: bool = super().remove_signal_handler(sig)
            self._wake_again()
            return is_removed

        def _wake_again(self) -> None:
            """Have signals wake what they did before the first handler; asyncio has them wake nothing."""
            if self._signal_handlers:
                return
            if self._foreign_fd != -1:
                # Whose it is may have closed it by now.
                with suppress(ValueError, OSError):
                    signal.set_wakeup_fd(self._foreign_fd, warn_on_full_buffer=False)
                self._foreign_fd = -1
            if self.is_running() and not self._is_guest:
                self._wake_for_signals()
