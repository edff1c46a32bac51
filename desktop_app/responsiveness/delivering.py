"""Where Qt delivers events to a program on a test's behalf: the calls after which a test's own code waits for that.

What is reached through them, pytest-qt's ``qtbot`` and qasync's loops among others, needs no entry of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

DELIVERING = {
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
"""Methods by module and class. ``exec_`` is not among them: its deprecation would be told of another line. Nor is
``QMenu.exec``, which PySide6 looks up in a way of its own."""

Within: TypeAlias = Callable[..., Any]
"""Calls its first argument with the others, and knows that events are delivered meanwhile."""


@contextmanager
def told(within: Within) -> Iterator[None]:
    """Have each of these calls made through ``within``; only of modules that are loaded already."""
    replaced: list[tuple[type, str, Any]] = []
    try:
        for module_name, methods_by_class in DELIVERING.items():
            module = sys.modules.get(module_name)
            for class_name, methods in methods_by_class.items() if module is not None else ():
                kind = getattr(module, class_name)
                for method in methods:
                    if (original := vars(kind).get(method)) is not None:
                        setattr(kind, method, _Through(original, within))
                        replaced.append((kind, method, original))
        yield
    finally:
        for kind, method, original in reversed(replaced):
            setattr(kind, method, original)


class _Through:
    """Stands for a method, bound or static, of a class that is not Python's.

    What it gives is no Python function, which PySide6 would take for the override of a virtual method.
    """

    def __init__(self, original: Any, within: Within) -> None:
        self._original = original
        self._within = within

    def __get__(self, instance: object | None, owner: type | None = None) -> Callable[..., Any]:
        return partial(self._within, self._original.__get__(instance, owner))
