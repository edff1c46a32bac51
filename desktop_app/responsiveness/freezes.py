"""What is kept of the freezes: bounded, and those from one place together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.responsiveness.events import Cause, Frame, Freeze
from desktop_app.responsiveness.repeated import PlaceLog, Repeated

Place: TypeAlias = tuple[str, int, str, Cause, bool]


@dataclass(frozen=True, slots=True)
class RepeatedFreeze(Repeated[Freeze]):
    """Freezes from one place, for one cause."""


def place_of(freeze: Freeze) -> Place:
    """Tell what freezes are merged by: where it was, why, and whether the event loop had run before."""
    frame = freeze.culprit.frame if freeze.culprit else Frame("", 0, "")
    return frame.file, frame.line, frame.function, freeze.cause, freeze.is_startup


class FreezeLog(PlaceLog[Freeze, RepeatedFreeze]):
    """Keeps the freezes of a run, those from one place merged; the watchdog's thread adds them."""

    def __init__(self) -> None:
        super().__init__(place_of, RepeatedFreeze)
