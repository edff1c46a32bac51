"""Has Qt call the instrument's code in a program's GUI thread without taking the program's Ctrl+C away."""

from __future__ import annotations

import _thread
import signal
import sys
from collections.abc import Callable, Generator
from functools import partial
from types import FrameType
from typing import Any, Final, NoReturn, TypeAlias

from PySide6.QtCore import QObject

Step: TypeAlias = Callable[[FrameType | None], None]
NOTHING: Final[tuple[object, ...]] = (int, (), {}, None)
INTERRUPT: Final[tuple[object, ...]] = (_thread.interrupt_main, (signal.SIGINT,), {}, None)
"""Does nothing where the program ignores SIGINT."""


def connect_undisturbed(emitted: Any, step: Step) -> Callable[[], None]:
    """Have each emission of a signal call this, with the frame that runs the event loop.

    Where Ctrl+C came while Qt waited, Python raises KeyboardInterrupt in the first Python code that Qt calls. If that
    is ours, Qt would print it, and the program would go on. So it is kept for the next Python code, which is the
    program's or ours once more: a function would be interrupted before its first line, but a generator goes on inside
    its ``try``; and what raises the signal again is called by Qt itself, where no Python code runs that could be
    interrupted before the program's. Other exceptions, of a program's own handler say, are raised there.

    Args:
        emitted: A bound signal without arguments, for which PySide6 has no type.
        step: What is called; it may be called twice for one emission.

    Returns:
        What disconnects it; may be called twice, and when the signal's object is gone.
    """
    relay = partial(int)
    steps = _steps(step, relay)
    next(steps)
    connections = [emitted.connect(steps.__next__), emitted.connect(relay)]

    def disconnect() -> None:
        while connections:
            QObject.disconnect(connections.pop())

    return disconnect


def _steps(step: Step, relay: partial[int]) -> Generator[None, None, None]:
    while True:
        try:
            # All within: what came between two steps would end this, and nothing would be called any more.
            while True:
                yield
                if relay.func is not int:
                    relay.__setstate__(NOTHING)  # type: ignore[attr-defined]
                step(sys._getframe().f_back)  # noqa: SLF001 - there is no other way
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001 - it is raised again where it does not end this
            raised = error
            try:
                step(sys._getframe().f_back)  # noqa: SLF001
            except BaseException as error:  # noqa: BLE001
                raised = error
            is_interrupt = isinstance(raised, KeyboardInterrupt)
            relay.__setstate__(INTERRUPT if is_interrupt else (_raise, (raised,), {}, None))  # type: ignore[attr-defined]


def _raise(error: BaseException) -> NoReturn:
    raise error
