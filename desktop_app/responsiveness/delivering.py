"""Where events are delivered to a program on a test's behalf: the calls in which its own code waits for that.

What goes through them, pytest-qt's ``qtbot`` and qasync's loops among others, needs no entry of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

Calls: TypeAlias = dict[str, dict[str, tuple[str, ...]]]
"""Methods by module and class."""

DELIVERING: Calls = {
    "PySide6.QtCore": {
        "QCoreApplication": ("exec", "processEvents", "sendEvent", "sendPostedEvents"),
        "QEventLoop": ("exec", "processEvents"),
    },
    "PySide6.QtGui": {"QGuiApplication": ("exec",)},
    "PySide6.QtWidgets": {"QApplication": ("exec",), "QDialog": ("exec",)},
    "PySide6.QtTest": {
        "QTest": (
            *("keyClick", "keyClicks", "keyEvent", "keyPress", "keyRelease", "keySequence", "sendKeyEvent"),
            *("mouseClick", "mouseDClick", "mouseEvent", "mouseMove", "mousePress", "mouseRelease", "wheelEvent"),
            *("qWait", "qWaitForWindowActive", "qWaitForWindowExposed", "qWaitForWindowFocused"),
        )
    },
}
"""Qt's. ``exec_`` is not among them: its deprecation would be told of another line. Nor is
``QMenu.exec``, which PySide6 looks up in a way of its own."""
ASYNCIO: Calls = {"asyncio.base_events": {"BaseEventLoop": ("run_forever",)}}
"""Of asyncio's own loops, which serve no event of Qt's; qasync's go through Qt."""

Within: TypeAlias = Callable[..., Any]
"""Calls its first argument with the others, and knows that events are delivered meanwhile."""


class Detour:
    """Has calls made through ``within``, from `make` to `undo`; only those of modules that are loaded by then.

    A test can replace the same methods, and put back later what it found. So what is put in place of a method is
    taken away only where it is still, or again, there; `within` has to know for itself when it counts.
    """

    def __init__(self, within: Within, calls: Calls) -> None:
        self._within = within
        self._calls = calls
        self._made: list[tuple[type, str, _Through]] = []

    def make(self) -> None:
        """Replace the methods."""
        for module_name, methods_by_class in self._calls.items():
            module = sys.modules.get(module_name)
            for class_name, methods in methods_by_class.items() if module is not None else ():
                kind = getattr(module, class_name)
                for method in methods:
                    if (original := vars(kind).get(method)) is not None:
                        through = _Through(original, self._within)
                        setattr(kind, method, through)
                        self._made.append((kind, method, through))

    def undo(self) -> None:
        """Put the methods back."""
        for kind, method, through in reversed(self._made):
            if vars(kind).get(method) is through:
                setattr(kind, method, through.original)
        self._made.clear()


class _Through:
    """Stands for a method of a class, bound or static.

    What it gives is no Python function: those PySide6 takes for overrides of virtual methods.
    """

    def __init__(self, original: Any, within: Within) -> None:
        self.original = original
        self._within = within

    def __get__(self, instance: object | None, owner: type | None = None) -> Callable[..., Any]:
        return partial(self._within, self.original.__get__(instance, owner))
