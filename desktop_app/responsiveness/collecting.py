"""How long the garbage collector has run in one thread."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Mapping
from types import CodeType
from typing import TypeAlias

_Callback: TypeAlias = Callable[[str, Mapping[str, int]], None]


class CollectionTime:
    """Sums up the garbage collector's time in one thread, whichever generation it collects.

    A collection runs in the thread whose allocation asked for it, and tells so there. Those of other threads are not
    counted: to this one they are calls that hold the interpreter.

    Args:
        identity: The thread's ``threading.get_ident()``.
    """

    def __init__(self, identity: int) -> None:
        self._identity = identity
        self._total_ns = 0
        self._began_ns: int | None = None
        self._callback: _Callback | None = None
        self.code: CodeType | None = None
        """What may be seen to run in the thread as a collection begins or ends, and is not the program's."""

    def total_ns(self) -> int:
        """Tell how long it has run since `start`, with what it has run so far where it does just now; any thread."""
        began_ns, total_ns = self._began_ns, self._total_ns
        return total_ns if began_ns is None else total_ns + time.monotonic_ns() - began_ns

    def start(self) -> None:
        """Begin to count: one callable is added to the program's ``gc.callbacks``."""
        if self._callback is None:
            self._callback = self._counter()
            gc.callbacks.append(self._callback)

    def stop(self) -> None:
        """Cease to: that callable is taken out, if it is there still. May be called twice."""
        callback, self._callback = self._callback, None
        self._began_ns = None
        if callback is not None and callback in gc.callbacks:
            gc.callbacks.remove(callback)

    def _counter(self) -> _Callback:
        # Bound here, for it is called while the interpreter ends as well; and it is called for each collection of the
        # youngest generation, of which there are thousands a second.
        identity, get_ident, clock = self._identity, threading.get_ident, time.monotonic_ns

        def count(phase: str, info: Mapping[str, int]) -> None:
            if get_ident() != identity:
                return
            if phase == "start":
                self._began_ns = clock()
            elif self._began_ns is not None:
                self._total_ns += clock() - self._began_ns
                self._began_ns = None

        self.code = count.__code__
        return count
