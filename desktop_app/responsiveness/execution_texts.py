"""What is written in an execution timeline: labels, as long as there is room for, and tooltips. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.journal import Lane, Span
from desktop_app.responsiveness.shapes import Mark, Rectangle
from desktop_app.responsiveness.track import Look

Measure: TypeAlias = Callable[[str], float]
"""Tells how wide a text is, in the units of the drawing."""
ELLIPSIS = "…"


def duration_text(duration_ns: int) -> str:
    """Write a duration as a person reads it: ``0.4 ms``, ``12 ms``, ``1.75 s``."""
    duration_ms = duration_ns / NS_PER_MS
    if duration_ms < 9.95:
        return f"{duration_ms:.1f} ms"
    return f"{duration_ms:.0f} ms" if duration_ms < 999.5 else f"{duration_ms / 1000:.2f} s"


@dataclass(frozen=True, slots=True)
class Texts:
    """What things are called; the English words are the defaults."""

    marks: str = "keys, clicks"
    lanes: Mapping[Lane, str] = field(
        default_factory=lambda: {
            Lane.GUI: "GUI thread",
            Lane.TASKS: "tasks",
            Lane.NETWORK: "network",
            Lane.DATABASE: "database",
        }
    )
    looks: Mapping[Look, str] = field(
        default_factory=lambda: {
            Look.FREEZE: "frozen",
            Look.APART: "not scheduled",
            Look.INPUT: "handling input",
            Look.PAINT: "painting",
            Look.OVERRUN: "holding the frame",
            Look.IDLE: "waiting for events",
            Look.TASK: "task",
            Look.CONNECT: "connecting",
            Look.SEND: "sending",
            Look.WAIT: "waiting for the service",
            Look.RECEIVE: "receiving",
            Look.DATABASE: "waiting for the database",
            Look.MORE: "more at the same time",
        }
    )
    inputs: Mapping[str, str] = field(default_factory=lambda: {"key": "key", "click": "click"})
    answered: str = "{input}, answered by a paint {duration} later"
    answered_several: str = "{number} keys and clicks, the slowest answered by a paint {duration} later"
    when: str = "from {start} to {end}"
    more: str = "+{number} more"
    decimal_point: str = "."
    axis: str = ""
    """What the axis numbers."""

    def duration(self, duration_ns: int) -> str:
        """Write a duration."""
        return duration_text(duration_ns).replace(".", self.decimal_point)


ENGLISH = Texts()


def labels_of(rectangle: Rectangle, texts: Texts) -> list[str]:
    """Give what may be written into a rectangle, the longest first."""
    look, number, source = rectangle.look, rectangle.number, rectangle.source
    duration, word = texts.duration(rectangle.end_ns - rectangle.start_ns), texts.looks[look]
    name = source.name if isinstance(source, Span) and number == 1 else ""
    match look:
        case Look.IDLE:
            return [word]
        case Look.FREEZE | Look.APART:
            return [f"{word} {duration}", duration] if number == 1 else [f"{number} × {word}"]
        case Look.WAIT | Look.OVERRUN if number == 1:
            return [f"{name}: {word} {duration}", f"{word} {duration}", duration]
        case Look.TASK if number == 1:
            return [f"{name or word} {duration}", name or word]
        case Look.DATABASE if number == 1:
            return [f"{word} {duration}", duration]
        case Look.TASK | Look.MORE:
            return [texts.more.format(number=number) if look is Look.MORE else f"{number} ×"]
        case _:
            return []


def tooltip_of(rectangle: Rectangle, origin_ns: int, texts: Texts = ENGLISH) -> str:
    """Tell what a rectangle is, in plain text; times number from the origin."""
    look, number, source = rectangle.look, rectangle.number, rectangle.source
    start_ns, end_ns = rectangle.start_ns, rectangle.end_ns
    seconds = (f"{(at - origin_ns) / 1e9:.3f} s" for at in (start_ns, end_ns))
    start, end = (each.replace(".", texts.decimal_point) for each in seconds)
    when = texts.when.format(start=start, end=end)
    if number > 1:
        several = f"{number} × {texts.looks[look]}"
        if isinstance(source, Freeze):
            several += f" ≤ {texts.duration(source.duration_ns)}"
        return f"{several}\n{when}"
    lines = [f"{texts.looks[look]} {texts.duration(end_ns - start_ns)}"]
    if isinstance(source, Span) and source.name:
        lines.insert(0, source.name)
    if isinstance(source, Freeze):
        lines[0] += f": {source.cause.value}"
        if source.culprit is not None:
            lines.append(str(source.culprit))
    return "\n".join([*lines, when])


def mark_tooltip(mark: Mark, texts: Texts = ENGLISH) -> str:
    """Tell what a mark is, in plain text."""
    number, slowest = mark.number, mark.source
    duration = texts.duration(slowest.painted_ns - slowest.at_ns)
    if number > 1:
        return texts.answered_several.format(number=number, duration=duration)
    return texts.answered.format(input=texts.inputs.get(slowest.name, slowest.name), duration=duration)


def elided(text: str, room: float, measure: Measure) -> str:
    """Shorten a text to what there is room for; empty when that would say nothing."""
    if measure(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + ELLIPSIS) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if low >= 3 else ""
