"""What becomes of an exception that nobody caught: it is logged, the person is told, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)


class LastResort(QObject):
    """Takes the exceptions of slots and overrides, of threads, and of an event loop's tasks and callbacks.

    The log gets the exception's text and its traceback, which names places and no local values.
    """

    caught = Signal()
    """There was one, in whatever thread; the log has it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Be the one whom the interpreter tells, from now on; the main thread's to call."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Leave it to who was told before."""
        sys.excepthook, threading.excepthook = self._before

    def on_loop_exception(self, _loop: object, context: dict[str, Any]) -> None:
        """Take what an event loop reports; for its ``set_exception_handler``."""
        log.error("%s", context.get("message", "unexpected"), exc_info=context.get("exception"))
        self.caught.emit()

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            self._before[0](kind, error, trace)
            return
        log.error("Nobody caught this", exc_info=(kind, error, trace))
        self.caught.emit()

    def _on_thread_exception(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is None or not issubclass(caught.exc_type, Exception):
            self._before[1](caught)
            return
        name = caught.thread.name if caught.thread else "a thread"
        log.error(
            "Nobody caught this in %s", name, exc_info=(caught.exc_type, caught.exc_value, caught.exc_traceback)
        )
        self.caught.emit()
