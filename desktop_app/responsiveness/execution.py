"""The execution timeline: rectangles, lines and texts that show what happened, for any painter. Pure.

One block of lanes for each track, one below the other, on one time axis. All lengths are in the painter's units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from desktop_app.responsiveness.axis import ticks_ns
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.execution_texts import ENGLISH, Measure, Texts, elided, labels_of
from desktop_app.responsiveness.journal import Lane
from desktop_app.responsiveness.level_of_detail import NARROWEST, WIDE, Seen, SpanIndex, latency_ns
from desktop_app.responsiveness.shapes import Block, Figure, Mark, Rectangle, Text, Tick
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.track import GUI_LOOKS, LANE_LOOKS, Look, Track
from desktop_app.responsiveness.window_of_time import View

LABEL_MARGIN = 6.0
"""Within a rectangle, on both sides together."""
CROWD, CROWDED_GAP = 6000, 2.0
"""Where more spans than so many are shown, narrow ones less than two pixels apart become one."""
MORE_GAP = 4.0
"""What there is no row for is drawn as one where it is less than this apart."""
MARK_CELL = 8
"""Marks nearer to one another than about so many pixels are drawn as one."""
LEAST_LABEL_HEIGHT = 1.1
"""Of the height of a rectangle to the size of the text in it."""
LEAST_SCALE, MOST_SCALE = 0.75, 1.5
"""Rather than drawing things smaller, some are left out."""
LONGEST_LOOK_BACK_NS = 10_000_000_000
"""How far before what is shown an input may have been made for its line to be drawn."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How large things are drawn."""

    heading: float = 26.0
    """The line above a track's lanes."""
    marks: float = 34.0
    """The lane of the keys and clicks."""
    gui: float = 26.0
    row: float = 16.0
    more: float = 6.0
    """The row of what there is no row for."""
    row_gap: float = 2.0
    lane_gap: float = 9.0
    track_gap: float = 20.0
    axis: float = 40.0
    margin: float = 10.0
    font: float = 11.0
    """The size of the labels."""
    lanes: tuple[Lane, ...] = tuple(LANE_LOOKS)
    """Which are drawn, beside that of the GUI thread, if there is something in them."""
    has_marks: bool = True

    def scaled(self, factor: float) -> Geometry:
        """Give one whose heights are so many times these; texts stay as they are."""
        heights = ("heading", "marks", "gui", "row", "more", "row_gap", "lane_gap", "track_gap", "axis")
        values = {name: getattr(self, name) for name in self.__slots__}
        return Geometry(**values | {name: values[name] * factor for name in heights})


def fitted(tracks: Sequence[Track], geometry: Geometry, height: float) -> Geometry:
    """Draw things smaller, or higher, for what there is room for; where that is little, leave some lanes out."""
    lanes = (tuple(LANE_LOOKS), (Lane.TASKS, Lane.NETWORK), (Lane.NETWORK,), ())
    candidates = [replace(geometry, lanes=each) for each in lanes]
    candidates.append(replace(geometry, lanes=(), has_marks=False))
    scales = [height / height_of(tracks, each) for each in candidates]
    best = next((i for i, scale in enumerate(scales) if scale >= LEAST_SCALE), len(scales) - 1)
    return candidates[best].scaled(min(scales[best], MOST_SCALE))


def height_of(tracks: Sequence[Track], geometry: Geometry) -> float:
    """Tell how high the tracks are drawn."""
    blocks = sum(_heights(track, geometry) for track in tracks)
    return blocks + geometry.track_gap * max(0, len(tracks) - 1) + geometry.axis


def _heights(track: Track, geometry: Geometry) -> float:
    height = geometry.heading + geometry.gui
    if geometry.has_marks and len(track.marks):
        height += geometry.marks
    for lane in geometry.lanes:
        if track.lanes[lane].rows:
            height += geometry.lane_gap + _lane_height(track, lane, geometry)
    return height


def _lane_height(track: Track, lane: Lane, geometry: Geometry) -> float:
    rows = track.lanes[lane]
    height = len(rows.rows) * (geometry.row + geometry.row_gap) - geometry.row_gap
    return height + (geometry.row_gap + geometry.more if len(rows.more) else 0)


def lay_out(
    tracks: Sequence[Track],
    view: View,
    width: float,
    measure: Measure,
    *,
    geometry: Geometry | None = None,
    texts: Texts = ENGLISH,
    top: float = 0.0,
) -> Figure:
    """Lay the tracks out, one below the other.

    Args:
        tracks: What happened; all are shown on the same axis.
        view: Which stretch of it.
        width: Of the whole drawing.
        measure: Tells how wide a text is.
        geometry: How large things are.
        texts: What things are called.
        top: Where it begins.
    """
    geometry = geometry or Geometry()
    return _Layout(tracks, view, width, measure, geometry, texts).figure(top)


class _Layout:
    """Lays one figure out."""

    def __init__(
        self, tracks: Sequence[Track], view: View, width: float, measure: Measure, geometry: Geometry, texts: Texts
    ) -> None:
        self._tracks = tracks
        self._view = view
        self._measure = measure
        self._geometry = geometry
        self._texts = texts
        names = (
            [texts.marks, *texts.lanes.values()] if any(map(_has_lanes, tracks)) else list(texts.lanes.values())[:1]
        )
        gutter = min(width / 3, max(map(measure, names)) + geometry.margin)
        self._width = width
        self._left = min(geometry.margin + gutter, width - 1)
        self._right = max(self._left + 1, width - geometry.margin)
        span_ns = max(1, view.end_ns - view.start_ns)
        self._pixel_ns = max(1, round(span_ns / (self._right - self._left)))
        self._per_ns = (self._right - self._left) / span_ns
        self._rectangles: list[Rectangle] = []
        self._marks: list[Mark] = []
        number = sum(
            track.number_within(track.origin_ns + view.start_ns, track.origin_ns + view.end_ns) for track in tracks
        )
        self._least_gap = CROWDED_GAP if number > CROWD else NARROWEST
        self._least_labelled = geometry.font * 1.5 + LABEL_MARGIN
        self._number = 0
        """Of the track that is laid out."""

    def figure(self, top: float) -> Figure:
        geometry = self._geometry
        y, blocks = top, []
        for number, track in enumerate(self._tracks):
            self._number = number
            block = self._block(track, y)
            blocks.append(block)
            y = block.bottom + geometry.track_gap
        axis_y = y - (geometry.track_gap if self._tracks else 0) + geometry.axis * 0.1
        found = ticks_ns(
            self._view.start_ns, self._view.end_ns, int((self._right - self._left) / (geometry.font * 6))
        )
        ticks = tuple(self._tick(at, text.replace(".", self._texts.decimal_point)) for at, text in found)
        title = Text(
            self._left, axis_y + geometry.axis * 0.5, self._right - self._left, geometry.axis * 0.4, self._texts.axis
        )
        height = axis_y + geometry.axis * 0.9
        marks, rectangles = tuple(self._marks), tuple(self._rectangles)
        return Figure(
            self._width, height, self._left, self._right, tuple(blocks), rectangles, marks, ticks, axis_y, title
        )

    def _tick(self, after_ns: int, label: str) -> Tick:
        x = self._left + (after_ns - self._view.start_ns) * self._per_ns
        half = self._measure(label) / 2 + 1
        return Tick(x, max(half, min(x, self._width - half)), label)

    def _block(self, track: Track, y: float) -> Block:
        geometry, texts = self._geometry, self._texts
        title_width = self._measure(track.title) * 1.5
        title = Text(geometry.margin, y, self._width - 2 * geometry.margin, geometry.heading, track.title)
        at = max(self._left, geometry.margin + title_width + geometry.margin)
        room = max(0.0, self._right - at)
        summary = Text(at, y, room, geometry.heading, elided(track.summary, room, self._measure))
        y += geometry.heading
        top, lanes = y, []
        if geometry.has_marks and len(track.marks):
            lanes.append(self._name(y, geometry.marks * 0.6, texts.marks))
            self._add_marks(track, y + geometry.marks * 0.3, y + geometry.marks)
            y += geometry.marks
        lanes.append(self._name(y, geometry.gui, texts.lanes[Lane.GUI]))
        self._add_gui(track, y)
        y += geometry.gui
        for lane in geometry.lanes:
            if track.lanes[lane].rows:
                y += geometry.lane_gap
                lanes.append(self._name(y, geometry.row, texts.lanes[lane]))
                self._add_lane(track, lane, y)
                y += _lane_height(track, lane, geometry)
        return Block(
            title, summary, tuple(lanes), top, y, self._shown_x(0), self._shown_x(track.duration_ns), track.origin_ns
        )

    def _name(self, y: float, height: float, name: str) -> Text:
        room = self._left - 1.6 * self._geometry.margin
        text = elided(name, room, self._measure) if height >= self._geometry.font else ""
        return Text(self._geometry.margin, y, room, height, text)

    def _shown_x(self, after_ns: int) -> float | None:
        if self._view.start_ns <= after_ns <= self._view.end_ns:
            return self._left + (after_ns - self._view.start_ns) * self._per_ns
        return None

    def _add_gui(self, track: Track, y: float) -> None:
        height = self._geometry.gui
        covered = _Cover()
        for look in GUI_LOOKS:
            self._add_free(covered, look, track, track.gui[look], y, height)
        left, right = self._x(track, track.origin_ns), self._x(track, track.end_ns)
        for x, end in covered.free(max(self._left, left), min(self._right, right)):
            if end - x >= NARROWEST:
                start_ns, end_ns = (track.origin_ns + round(self._after_ns(each)) for each in (x, end))
                values = (x, y, end - x, height, Look.IDLE, Band.SMOOTH, start_ns, end_ns, 1, None, self._number)
                idle = Rectangle(*values)
                self._rectangles.append(idle._replace(label=self._label(idle)))

    def _add_lane(self, track: Track, lane: Lane, y: float) -> None:
        rows, geometry = track.lanes[lane], self._geometry
        for row in rows.rows:
            if lane is Lane.NETWORK:
                self._add_requests(track, row.spans, y)
            else:
                for look, spans in row.spans.items():
                    self._add_free(_Cover(), look, track, spans, y, geometry.row)
            y += geometry.row + geometry.row_gap
        if len(rows.more):
            self._add_free(_Cover(), Look.MORE, track, rows.more, y, geometry.more)

    def _add_requests(self, track: Track, spans: Mapping[Look, SpanIndex], y: float) -> None:
        """Add a row of requests: a wait that is too short to be seen as such hides the rest of its request."""
        covered, height, waits = _Cover(), self._geometry.row, spans[Look.WAIT]
        seen = self._seen(track, waits, Look.WAIT)
        is_long = [after - begin == 1 and end - x >= WIDE for x, end, begin, after in seen]
        short = [each for each, long in zip(seen, is_long, strict=True) if not long]
        self._add_seen(covered, Look.WAIT, waits, short, y, height)
        for look in (Look.CONNECT, Look.SEND, Look.RECEIVE):
            self._add_free(covered, look, track, spans[look], y, height)
        self._add_seen(covered, Look.WAIT, waits, list(compress(seen, is_long)), y, height)

    def _add_free(self, covered: _Cover, look: Look, track: Track, spans: SpanIndex, y: float, height: float) -> None:
        """Add what nothing more important hides."""
        self._add_seen(covered, look, spans, self._seen(track, spans, look), y, height)

    def _seen(self, track: Track, spans: SpanIndex, look: Look) -> list[Seen]:
        start_ns, end_ns = track.origin_ns + self._view.start_ns, track.origin_ns + self._view.end_ns
        least_gap = MORE_GAP if look is Look.MORE else self._least_gap
        return spans.seen(start_ns, end_ns, self._left, self._right, least_gap)

    def _add_seen(
        self, covered: _Cover, look: Look, spans: SpanIndex, seen: list[Seen], y: float, height: float
    ) -> None:
        band, number, least_labelled = Band.SMOOTH, self._number, self._least_labelled
        new, rectangles = tuple.__new__, self._rectangles
        pieces = covered.add(seen)
        for i, (x, end, start_ns, end_ns, count, source) in enumerate(spans.resolved(pieces)):
            if look is Look.FREEZE:
                # Several are as bad as the worst of them, not as all of them together.
                source = spans.longest(*pieces[i][2:])
                band = source.band if isinstance(source, Freeze) else band
            # As its own __new__ does, in half the time.
            values = (x, y, end - x, height, look, band, start_ns, end_ns, count, source, number, "")
            rectangle = new(Rectangle, values)
            if end - x >= least_labelled:
                rectangle = rectangle._replace(label=self._label(rectangle))
            rectangles.append(rectangle)

    def _label(self, rectangle: Rectangle) -> str:
        room = rectangle.width - LABEL_MARGIN
        if rectangle.width < self._least_labelled or rectangle.height < self._geometry.font * LEAST_LABEL_HEIGHT:
            return ""
        labels = labels_of(rectangle, self._texts)
        for label in labels:
            if self._measure(label) <= room:
                return label
        return elided(labels[0], room, self._measure) if labels and rectangle.look is Look.TASK else ""

    def _add_marks(self, track: Track, y: float, to_y: float) -> None:
        start_ns, end_ns = track.origin_ns + self._view.start_ns, track.origin_ns + self._view.end_ns
        found: list[Mark] = []
        look_back_ns = min(LONGEST_LOOK_BACK_NS, track.marks.slowest_ns)
        for mark, count in track.marks.within(start_ns - look_back_ns, end_ns, self._pixel_ns * MARK_CELL):
            x, to_x = self._x(track, mark.at_ns), self._x(track, mark.painted_ns)
            if to_x < self._left:
                continue
            line = _clipped(x, y, to_x, to_y, self._left, self._right)
            is_shown = self._left <= x <= self._right
            if line is not None:
                found.append(Mark(*line, Band.of(latency_ns(mark)), count, mark, is_shown, self._number))
        for i, each in enumerate(found):
            self._marks.append(
                self._counted(each, found[i - 1] if i else None, found[i + 1] if i + 1 < len(found) else None)
            )

    def _counted(self, mark: Mark, before: Mark | None, after: Mark | None) -> Mark:
        """Write the count of a mark that is several, if there is room for it."""
        if mark.number == 1 or not mark.is_shown:
            return mark
        label = f"{mark.number}×"
        reach = self._measure(label) / 2 + 6
        if (before and mark.x - before.x < 2 * reach) or (after and after.x - mark.x < 2 * reach):
            return mark
        return mark._replace(label=label)

    def _x(self, track: Track, at_ns: int) -> float:
        return self._left + (at_ns - track.origin_ns - self._view.start_ns) * self._per_ns

    def _after_ns(self, x: float) -> float:
        return self._view.start_ns + (x - self._left) / self._per_ns


class _Cover:
    """What of a row is taken: disjoint stretches, in order."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float]] = []

    def add(self, seen: list[Seen]) -> list[Seen]:
        """Take what of these is free yet, and give it; each ends before the next begins."""
        taken = self._taken
        if not taken:
            self._taken = [(x, end) for x, end, _, _ in seen]
            return seen
        pieces: list[Seen] = []
        i = 0
        for x, end, begin, after in seen:
            while i < len(taken) and taken[i][1] <= x:
                i += 1
            k, at = i, x
            while k < len(taken) and taken[k][0] < end:
                if taken[k][0] - at >= NARROWEST:
                    pieces.append((at, taken[k][0], begin, after))
                at = max(at, taken[k][1])
                k += 1
            if end - at >= min(NARROWEST, end - x):
                pieces.append((at, end, begin, after))
        if pieces:
            self._taken = sorted([*taken, *((x, end) for x, end, _, _ in pieces)])
        return pieces

    def free(self, left: float, right: float) -> Iterator[tuple[float, float]]:
        """Give what is free between."""
        at = left
        for x, end in self._taken:
            if x > at:
                yield at, min(x, right)
            at = max(at, end)
        if right > at:
            yield at, right


def _clipped(
    x: float, y: float, to_x: float, to_y: float, left: float, right: float
) -> tuple[float, float, float, float] | None:
    """Give what of a line lies between two uprights; it goes to the right."""
    if to_x < left or x > right:
        return None
    slope = (to_y - y) / (to_x - x) if to_x > x else 0.0
    if x < left:
        x, y = left, y + slope * (left - x)
    if to_x > right:
        to_x, to_y = right, y + slope * (right - x)
    return x, y, to_x, to_y


def _has_lanes(track: Track) -> bool:
    return bool(len(track.marks)) or any(rows.rows for rows in track.lanes.values())
