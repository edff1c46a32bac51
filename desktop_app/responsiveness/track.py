"""What happened in one run, sorted into the lanes and rows in which it is drawn."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.journal import MOST_ENTRIES, Entry, InputMark, Kind, Lane, Span
from desktop_app.responsiveness.level_of_detail import MarkIndex, SpanIndex

MOST_ROWS = {Lane.TASKS: 5, Lane.NETWORK: 3, Lane.DATABASE: 2}
"""How many at one time are shown by themselves; the rest of a lane share one row more."""


class Look(enum.StrEnum):
    """What a rectangle is drawn as."""

    FREEZE = "freeze"
    APART = "apart"
    """The GUI thread stood still, but not for anything that the program did."""
    INPUT = "input"
    PAINT = "paint"
    OVERRUN = "overrun"
    """A callback of the event loop held a frame by itself."""
    IDLE = "idle"
    """The GUI thread waited for events: it would have answered at once."""
    TASK = "task"
    CONNECT = "connect"
    SEND = "send"
    RECEIVE = "receive"
    WAIT = "wait"
    DATABASE = "database"
    MORE = "more"
    """What there was no row for."""


GUI_LOOKS = (Look.FREEZE, Look.APART, Look.INPUT, Look.OVERRUN, Look.PAINT)
"""What hides what, where one pixel has several."""
LANE_LOOKS = {
    Lane.TASKS: (Look.TASK,),
    Lane.NETWORK: (Look.CONNECT, Look.SEND, Look.RECEIVE, Look.WAIT),
    Lane.DATABASE: (Look.DATABASE,),
}


@dataclass(slots=True)
class _Row:
    """A row of a lane: what was put there last, and whether more of that is to come."""

    spans: dict[Look, SpanIndex]
    end_ns: int
    group: int = 0
    is_open: bool = False


class Rows:
    """Packs spans into rows in which none overlap; those of one group go into one row, where that can be.

    The row that was free for the shortest time is taken: of spans in the order of their ends (or of their starts)
    that leaves out as few as can be (Carlisle and Lloyd, 1995).
    """

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.rows: list[_Row] = []
        self.more = SpanIndex()
        """Those that there was no row for."""

    def add(self, look: Look, span: Span, until_ns: int | None = None) -> None:
        """Add a span.

        Args:
            look: How it is drawn.
            span: It.
            until_ns: When the last span of its group ends, if that is known.
        """
        row = self._row_of(span)
        if row is None:
            self.more.add(span.start_ns, span.end_ns, span)
            return
        row.spans[look].add(span.start_ns, span.end_ns, span)
        row.end_ns = max(row.end_ns, span.end_ns, until_ns or span.end_ns)
        row.group = span.group
        row.is_open = until_ns is None and look in (Look.CONNECT, Look.SEND, Look.WAIT)

    def _row_of(self, span: Span) -> _Row | None:
        if self.lane is Lane.NETWORK:
            for row in self.rows:
                if row.group == span.group and self._is_free(row, span):
                    return row
        free = [row for row in self.rows if row.end_ns <= span.start_ns]
        closed = [row for row in free if not row.is_open]
        if not closed and len(self.rows) < MOST_ROWS[self.lane]:
            self.rows.append(_Row({look: SpanIndex() for look in LANE_LOOKS[self.lane]}, span.start_ns))
            return self.rows[-1]
        if closed:
            return max(closed, key=lambda row: row.end_ns)
        return min(free, key=lambda row: row.end_ns, default=None)

    @staticmethod
    def _is_free(row: _Row, span: Span) -> bool:
        """Whether its own group has nothing there at that time; its row may be kept for it for longer."""
        return all(not each.within(span.start_ns, span.end_ns, 0) for each in row.spans.values())


class Track:
    """One run, or one way to do it: what is drawn as one block of lanes.

    Args:
        title: What it is called.
        origin_ns: What the axis counts from, on the entries' clock.
        end_ns: Until when there is something to be seen, on the same clock.
        summary: What it came to, in a line.
    """

    def __init__(self, title: str, origin_ns: int, end_ns: int, summary: str = "") -> None:
        self.title = title
        self.summary = summary
        self.origin_ns = origin_ns
        self.end_ns = end_ns
        self.gui = {look: SpanIndex() for look in GUI_LOOKS}
        self.marks = MarkIndex()
        self.lanes = {lane: Rows(lane) for lane in LANE_LOOKS}
        self._count = 0
        self._kept_from_ns = origin_ns

    @classmethod
    def of(cls, title: str, entries: Iterable[Entry], origin_ns: int, end_ns: int, summary: str = "") -> Track:
        """Make one of what is known already; what is not between origin and end is left out."""
        track = cls(title, origin_ns, end_ns, summary)
        kept = [each for each in entries if _start_ns(each) <= end_ns and _end_ns(each) >= origin_ns]
        untils_ns: dict[int, int] = {}
        for each in kept:
            if isinstance(each, Span) and each.kind.lane is Lane.NETWORK:
                untils_ns[each.group] = max(each.end_ns, untils_ns.get(each.group, each.end_ns))
        for each in sorted(kept, key=_start_ns):
            is_of_request = isinstance(each, Span) and each.kind.lane is Lane.NETWORK
            track._add(each, untils_ns[each.group] if is_of_request else None)  # type: ignore[union-attr]
        return track

    def add(self, entry: Entry) -> None:
        """Add what has happened since, not what ended before the origin; the oldest go when there are too many."""
        if _end_ns(entry) < self.origin_ns:
            return
        self._add(entry, None)
        self.end_ns = max(self.end_ns, _end_ns(entry))
        if self._count > MOST_ENTRIES * 5 // 4:
            self._forget()

    @property
    def duration_ns(self) -> int:
        """From its origin to its end."""
        return self.end_ns - self.origin_ns

    def freezes(self) -> Sequence[Freeze]:
        """Give the program's freezes, in order."""
        return [each for each in self.gui[Look.FREEZE].sources() if isinstance(each, Freeze)]

    def has(self, freeze: Freeze) -> bool:
        """Tell whether a stretch in which the GUI thread stood still is one of these."""
        look = Look.FREEZE if freeze.cause.is_of_the_program else Look.APART
        return any(
            each.start_ns <= freeze.start_ns and freeze.end_ns <= each.end_ns
            for each in self.gui[look].within(freeze.start_ns, freeze.end_ns, 0)
        )

    def number_within(self, start_ns: int, end_ns: int) -> int:
        """Tell how many spans there are in a stretch of time."""
        return sum(index.number_within(start_ns, end_ns) for index in self._indexes())

    def _indexes(self) -> list[SpanIndex]:
        indexes = [*self.gui.values(), *(rows.more for rows in self.lanes.values())]
        return indexes + [index for rows in self.lanes.values() for row in rows.rows for index in row.spans.values()]

    def _add(self, entry: Entry, until_ns: int | None) -> None:
        self._count += 1
        match entry:
            case InputMark():
                self.marks.add(entry)
            case Freeze():
                look = Look.FREEZE if entry.cause.is_of_the_program else Look.APART
                self.gui[look].add(entry.start_ns, entry.end_ns, entry)
            case Span(kind=Kind.PAINT | Kind.INPUT | Kind.OVERRUN):
                self.gui[Look(entry.kind.value)].add(entry.start_ns, entry.end_ns, entry)
            case Span():
                self.lanes[entry.kind.lane].add(Look(entry.kind.value), entry, until_ns)

    def _forget(self) -> None:
        """Forget the older half, by time."""
        when_ns = self._kept_from_ns = (self._kept_from_ns + self.end_ns) // 2
        indexes = self._indexes()
        for index in indexes:
            index.forget_before(when_ns)
        self.marks.forget_before(when_ns)
        self._count = sum(map(len, indexes)) + len(self.marks)


def _start_ns(entry: Entry) -> int:
    return entry.at_ns if isinstance(entry, InputMark) else entry.start_ns


def _end_ns(entry: Entry) -> int:
    return entry.painted_ns if isinstance(entry, InputMark) else entry.end_ns
