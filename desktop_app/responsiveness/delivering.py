"""Where events are delivered to a program on a test's behalf: the calls in which its own code waits for that.

What goes through them, pytest-qt's ``qtbot`` and qasync's loops among others, needs no entry of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def through(within: Within, calls: Calls) -> Iterator[None]:
    """Have each of these calls made through ``within``; only of modules that are loaded already."""
    replaced: list[tuple[type, str, Any]] = []
    try:
        for module_name, methods_by_class in calls.items():
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
    """Stands for a method of a class, bound or static.

    What it gives is no Python function: those PySide6 takes for overrides of virtual methods.
    """

    def __init__(self, original: Any, within: Within) -> None:
        self._original = original
        self._within = within

    def __get__(self, instance: object | None, owner: type | None = None) -> Callable[..., Any]:
        return partial(self._within, self._original.__get__(instance, owner))
