"""The instrument: sees, names and helps to prevent freezes of any PySide6 program.

The core is stdlib-only and Qt-free; importing this package imports nothing of Qt. What is exported here is public::

    from desktop_app.responsiveness import FreezeMonitor, verdict_of

    monitor = FreezeMonitor()
    monitor.listen(lambda freeze: print(verdict_of(freeze).text))
    monitor.attach()  # before or after there is a QApplication
    ...
    monitor.detach()

A program that is run by ``desktop-app watch`` opts in with the widgets whose keys and clicks are to be timed, from
each to the paint that answers it; when nobody watches, that does nothing::

    from desktop_app.responsiveness import watch_inputs

    watch_inputs(field, button)  # once they are made

Times are integer nanoseconds on the monitor's clock (`time.monotonic_ns` unless another is given); names say their
unit. Listeners are called in the watchdog's thread; everything else says in its own words which thread it is for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.responsiveness.causes import Evidence, cause_of
    from desktop_app.responsiveness.events import (
        Cause,
        CountedStack,
        Culprit,
        Frame,
        Freeze,
        RunningTask,
    )
    from desktop_app.responsiveness.freezes import FreezeLog, RepeatedFreeze
    from desktop_app.responsiveness.journal import InputMark, Journal, Kind, Span
    from desktop_app.responsiveness.overruns import Overrun, OverrunLog, RepeatedOverrun
    from desktop_app.responsiveness.qt.input_latency import InputWatch, watch_inputs
    from desktop_app.responsiveness.qt.monitor import FreezeMonitor
    from desktop_app.responsiveness.slices import Band, Slice
    from desktop_app.responsiveness.verdict import Verdict, verdict_of, verdict_of_overrun
    from desktop_app.responsiveness.watchdog import Pace

__all__ = [
    "Band",
    "Cause",
    "CountedStack",
    "Culprit",
    "Evidence",
    "Frame",
    "Freeze",
    "FreezeLog",
    "FreezeMonitor",
    "InputMark",
    "InputWatch",
    "Journal",
    "Kind",
    "Overrun",
    "OverrunLog",
    "Pace",
    "RepeatedFreeze",
    "RepeatedOverrun",
    "RunningTask",
    "Slice",
    "Span",
    "Verdict",
    "cause_of",
    "verdict_of",
    "verdict_of_overrun",
    "watch_inputs",
]

_MODULES = {
    "causes": ("Evidence", "cause_of"),
    "events": ("Cause", "CountedStack", "Culprit", "Frame", "Freeze", "RunningTask"),
    "freezes": ("FreezeLog", "RepeatedFreeze"),
    "journal": ("InputMark", "Journal", "Kind", "Span"),
    "overruns": ("Overrun", "OverrunLog", "RepeatedOverrun"),
    "qt.input_latency": ("InputWatch", "watch_inputs"),
    "qt.monitor": ("FreezeMonitor",),
    "slices": ("Band", "Slice"),
    "verdict": ("Verdict", "verdict_of", "verdict_of_overrun"),
    "watchdog": ("Pace",),
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: a program's own start must not pay for all of it."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
