"""A slot out of which nothing is raised into Qt, not even what Ctrl+C raises before its first line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any


class CatchingSlot:
    """Calls something each time that Qt does, and hands over what it raises.

    Where Ctrl+C came while Qt waited, Python raises KeyboardInterrupt in the first Python code that Qt calls. A
    function would be interrupted before its first line, PySide6 would print that, and the program would go on. A
    generator goes on within its ``try``, and all that Qt calls before it is C here. As a generator cannot be resumed
    while it runs, there is always one more than there are calls within one another.

    Args:
        call: What is called; it may run an event loop that calls this slot once more.
        on_error: Is given whatever that raises.
    """

    def __init__(self, call: Callable[[], object], on_error: Callable[[BaseException], object]) -> None:
        self._call = call
        self._on_error = on_error
        self._idle: deque[Generator[None, Any, None]] = deque()
        self.emitted: Callable[[], None] = map(next, iter(self._idle.pop, None)).__next__
        """To be connected to a signal without arguments."""
        self._add()

    def close(self) -> None:
        """Let go of everything; it must not be called any more."""
        self._idle.clear()
        self._call = lambda: None
        self._on_error = lambda _: None

    def _add(self) -> None:
        turns = self._turns()
        next(turns)
        turns.send(turns)

    def _turns(self) -> Generator[None, Any, None]:
        this = yield
        while True:
            try:
                # All within: what came between two turns would end this, and nothing would be called any more.
                while True:
                    if this not in self._idle:
                        self._idle.append(this)
                    yield
                    if not self._idle:
                        self._add()
                    self._call()
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 - that is what this is for
                self._on_error(error)
