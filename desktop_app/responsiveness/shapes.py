"""The shapes that an execution timeline is made of, in the painter's units; y grows downwards. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from desktop_app.responsiveness.journal import Entry, InputMark
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.track import Look

MARK_REACH = 4
"""How near a pointer must be to a mark."""


class Rectangle(NamedTuple):
    """Something that took time."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    band: Band
    """How bad a freeze it is."""
    start_ns: int
    """As it was recorded: also where a part of it is not shown."""
    end_ns: int
    number: int
    """Of how many things it is what can be seen."""
    source: Entry | None
    """What it is; of several the first, of freezes the longest; none of idle time."""
    block: int = 0
    """Of which track it is."""
    label: str = ""
    """Empty where none fits."""


class Mark(NamedTuple):
    """A key or a click, and the line to the paint that answered it; of several, to that of the slowest."""

    x: float
    y: float
    to_x: float
    to_y: float
    band: Band
    """How bad the time from the one to the other is."""
    number: int
    source: InputMark
    is_shown: bool
    """Whether the mark itself is within what is shown, or only its line."""
    block: int = 0
    """Of which track it is."""
    label: str = ""
    """How many it is, if it is several and there is room to say so."""


class Text(NamedTuple):
    """A line of text in a box; it is centred in the height."""

    x: float
    y: float
    width: float
    height: float
    text: str


class Tick(NamedTuple):
    """A place on the axis."""

    x: float
    label_x: float
    """Of the middle of its label, which is wholly in the drawing."""
    label: str


class Block(NamedTuple):
    """Where a track is drawn."""

    title: Text
    summary: Text
    lanes: tuple[Text, ...]
    top: float
    """Of its lanes."""
    bottom: float
    origin_x: float | None
    """Where its origin is, and its end, if they are within what is shown."""
    end_x: float | None
    origin_ns: int
    """On the clock of what was recorded."""


@dataclass(frozen=True, slots=True)
class Figure:
    """All that is to be drawn."""

    width: float
    height: float
    left: float
    """Where the time that is shown begins, and ends."""
    right: float
    blocks: tuple[Block, ...]
    rectangles: tuple[Rectangle, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    axis_y: float
    axis_title: Text

    def at(self, x: float, y: float) -> Rectangle | Mark | None:
        """Tell what is at a point; a mark goes before what it lies on."""
        for mark in self.marks:
            if mark.is_shown and abs(mark.x - x) <= MARK_REACH and abs(mark.y - y) <= MARK_REACH + 2:
                return mark
        for each in self.rectangles:
            if each.x <= x < each.x + each.width and each.y <= y < each.y + each.height:
                return each
        return None
