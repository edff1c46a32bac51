"""Entries that are made up, in milliseconds, for tests of what is drawn from them."""

from __future__ import annotations

from desktop_app.responsiveness.clock import NS_PER_MS as MS
from desktop_app.responsiveness.events import Cause, Culprit, Frame, Freeze
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Span
from desktop_app.responsiveness.track import Track

ORIGIN_MS = 5000


def span(kind: Kind, start_ms: float, end_ms: float, name: str = "", group: int = 0) -> Span:
    return Span(kind, _ns(start_ms), _ns(end_ms), name, group)


def mark(at_ms: float, painted_ms: float, name: str = "key") -> InputMark:
    return InputMark(name, _ns(at_ms), _ns(at_ms + 1), _ns(painted_ms))


def freeze(start_ms: float, end_ms: float, cause: Cause = Cause.WAITING) -> Freeze:
    frame = Frame("/program/gallery.py", 41, "load_image", is_own=True)
    return Freeze(_ns(start_ms), _ns(end_ms), cause, Culprit(frame, 0.92))


def track(*entries: Entry, end_ms: float = 2000, title: str = "Blocking") -> Track:
    return Track.of(title, entries, _ns(0), _ns(end_ms))


def blocking() -> list[Entry]:
    """A load that freezes the window, and somebody who types and clicks meanwhile."""
    return [
        span(Kind.INPUT, -5, 2),
        freeze(-5, 1670),
        *request(1, "POST /session", 2, 810),
        *request(2, "GET /preferences", 820, 1660),
        span(Kind.DATABASE, 830, 1650, "preferences", 2),
        span(Kind.PAINT, 1672, 1690),
        *(mark(at_ms, 1690, "key" if at_ms % 100 else "click") for at_ms in range(0, 1650, 50)),
    ]


def flowing() -> list[Entry]:
    """The same load in a window that answers."""
    return [
        *(span(Kind.PAINT, at_ms, at_ms + 3) for at_ms in range(10, 1700, 16)),
        *(span(Kind.INPUT, at_ms + 4, at_ms + 5) for at_ms in range(10, 1650, 48)),
        *(mark(at_ms, at_ms + 19) for at_ms in range(10, 1650, 48)),
        span(Kind.TASK, 1, 1680, "load", 1),
        span(Kind.TASK, 300, 900, "health", 2),
        *request(1, "POST /session", 2, 810),
        *request(2, "GET /preferences", 820, 1660),
        span(Kind.DATABASE, 830, 1650, "preferences", 2),
        freeze(1700, 1760),
    ]


def request(group: int, name: str, start_ms: float, end_ms: float) -> list[Entry]:
    return [
        span(Kind.CONNECT, start_ms, start_ms + 3, name, group),
        span(Kind.SEND, start_ms + 3, start_ms + 3.4, name, group),
        span(Kind.WAIT, start_ms + 3.4, end_ms - 6, name, group),
        span(Kind.RECEIVE, end_ms - 6, end_ms, name, group),
    ]


def _ns(after_origin_ms: float) -> int:
    return round((ORIGIN_MS + after_origin_ms) * MS)
