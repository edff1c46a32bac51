"""The timeline of the HTML report: what a track holds, in SVG, in as many steps as a screen has pixels.

Widths are percentages, so that it fills any width without scaling its text; however long the run, each row has some
`STEPS` blocks at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from desktop_app.responsiveness.axis import ticks_ns
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.html_text import duration_text, escaped, place_text
from desktop_app.responsiveness.journal import Entry, InputMark, Lane, Span
from desktop_app.responsiveness.level_of_detail import SpanIndex, latency_ns
from desktop_app.responsiveness.track import LANE_LOOKS, Look, Track

STEPS = 1000
"""What is nearer to one another than this part of the run is drawn as one."""
MOST_TICKS = 7
GOOD_NS = 200 * NS_PER_MS
POOR_NS = 500 * NS_PER_MS
"""Input to next paint: good up to the one, poor above the other (https://web.dev/articles/inp)."""

GUI_HEIGHT, ROW_HEIGHT, NAME_HEIGHT, GAP = 32, 10, 20, 4
TITLES = {Lane.TASKS: "asyncio tasks", Lane.NETWORK: "Network", Lane.DATABASE: "Database"}


def svg_timeline(track: Track, link_of: Callable[[Freeze], str], label: str) -> str:
    """Draw what happened.

    Args:
        track: What did.
        link_of: Tells which element a click on a freeze leads to; empty for none.
        label: What the drawing is to somebody who does not see it.
    """
    return _Drawing(track, link_of).svg(label)


class _Drawing:
    """Draws one track, from top to bottom."""

    def __init__(self, track: Track, link_of: Callable[[Freeze], str]) -> None:
        self._track = track
        self._link_of = link_of
        self._y = 0
        self._parts: list[str] = []

    def svg(self, label: str) -> str:
        track = self._track
        self._name("GUI thread")
        layers = (Look.PAINT, Look.OVERRUN, Look.INPUT, Look.APART, Look.FREEZE)
        self._row("gui", GUI_HEIGHT, [self._spans(look, track.gui[look], GUI_HEIGHT) for look in layers])
        if len(track.marks):
            self._name("Keys and clicks")
            self._row("lane", ROW_HEIGHT, [self._marks()])
        for lane, looks in LANE_LOOKS.items():
            rows = track.lanes[lane]
            if rows.rows:
                self._name(TITLES[lane])
            for row in rows.rows:
                self._row("lane", ROW_HEIGHT, [self._spans(look, row.spans[look], ROW_HEIGHT) for look in looks])
            if len(rows.more):
                self._row("lane", ROW_HEIGHT, [self._spans(Look.MORE, rows.more, ROW_HEIGHT)])
        drawn = "".join([*self._axis(), *self._parts])
        return (
            f'<svg role="img" aria-label="{escaped(label)}" height="{self._y + NAME_HEIGHT}"'
            f' xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'
        )

    def _name(self, name: str) -> None:
        self._y += GAP
        self._parts.append(f'<text x="0" y="{self._y + NAME_HEIGHT - 7}">{name}</text>')
        self._y += NAME_HEIGHT

    def _row(self, look: str, height: int, layers: Sequence[Iterator[str]]) -> None:
        self._parts.append(f'<rect class="{look}" x="0" y="{self._y}" width="100%" height="{height}" rx="3"/>')
        for layer in layers:
            self._parts += layer
        self._y += height + GAP

    def _spans(self, look: Look, spans: SpanIndex, height: int) -> Iterator[str]:
        """Give the blocks of one look; what stands for several looks like the longest, and says how many it is."""
        sources = spans.sources()
        seen = spans.seen(self._track.origin_ns, self._track.end_ns, 0, STEPS)
        for (x, end, begin, after), (_, _, start_ns, _, count, _) in zip(seen, spans.resolved(seen), strict=True):
            longest = max(sources[begin:after], key=_length_ns)
            title, link, name = _title(longest), "", f"s{look.value}"
            if isinstance(longest, Freeze):
                link = self._link_of(longest)
                if look is Look.FREEZE:
                    name = f"s{longest.band.value}"
            yield self._block(name, x, end - x, height, self._told(title, start_ns, count), link)

    def _marks(self) -> Iterator[str]:
        track = self._track
        duration_ns = max(1, track.duration_ns)
        for mark, count in track.marks.within(track.origin_ns, track.end_ns + 1, duration_ns // STEPS):
            taken_ns = latency_ns(mark)
            name = "s0" if taken_ns <= GOOD_NS else "s100" if taken_ns <= POOR_NS else "s500"
            x = STEPS * (mark.at_ns - track.origin_ns) / duration_ns
            yield self._block(name, x, 1, ROW_HEIGHT, self._told(_title(mark), mark.at_ns, count), "")

    def _told(self, title: str, start_ns: int, count: int) -> str:
        if count > 1:
            title = f"{count:,} together, the longest {title}"
        after_ns = start_ns - self._track.origin_ns
        return f"{title}, at {duration_text(after_ns) if after_ns > 0 else 'the start'}"

    def _block(self, name: str, x: float, width: float, height: int, title: str, link: str) -> str:
        drawn = (
            f'<rect class="{name}" x="{100 * x / STEPS:.2f}%" y="{self._y + 0.5}" width="{100 * width / STEPS:.2f}%"'
            f' height="{height - 1}"><title>{escaped(title)}</title></rect>'
        )
        return f'<a href="#{link}" tabindex="-1">{drawn}</a>' if link else drawn

    def _axis(self) -> Iterator[str]:
        duration_ns = max(1, self._track.duration_ns)
        for at_ns, text in ticks_ns(0, duration_ns, MOST_TICKS):
            x = 100 * at_ns / duration_ns
            yield f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="{NAME_HEIGHT + GAP}" y2="{self._y}"/>'
            if x < 94 or x > 99.9:  # there is no room for a text just before the end
                anchor = "start" if not at_ns else "end" if x > 94 else "middle"
                yield f'<text x="{x:.2f}%" y="{self._y + 15}" text-anchor="{anchor}">{text}</text>'


def _length_ns(entry: Entry) -> int:
    return latency_ns(entry) if isinstance(entry, InputMark) else entry.end_ns - entry.start_ns


def _title(entry: Entry) -> str:
    """Tell what a block is, for whoever points at it."""
    length = duration_text(_length_ns(entry))
    match entry:
        case Freeze():
            return f"{length} {entry.cause}" + (f" in {place_text(entry)}" if entry.cause.is_of_the_program else "")
        case InputMark():
            return f"{entry.name}, painted {length} later"
        case Span():
            return f"{f'{entry.kind.value} {entry.name}'.strip()}, {length}"
