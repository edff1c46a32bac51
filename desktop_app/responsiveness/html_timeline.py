"""The timeline of the HTML report: lanes of blocks in SVG, in as many steps as a screen has pixels.

Widths are percentages, so that it fills any width without scaling its text; however long the run, each row has at
most `STEPS` blocks or so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.html_text import NS_PER_S, duration_text, escaped, place_text
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Lane, Span

STEPS = 1000
"""What begins within the same step as something before it ended is drawn as one with it."""
MOST_ROWS = 4
"""Of a lane; what overlaps more is drawn together in a last one."""
MOST_TICKS = 8
TICKS_NS = [NS_PER_MS * step for decade in (1, 10, 100) for step in (decade, 2 * decade, 5 * decade)] + [
    NS_PER_S * step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
]
GOOD_NS = 200 * NS_PER_MS
POOR_NS = 500 * NS_PER_MS
"""Input to next paint: good up to the one, poor above the other (https://web.dev/articles/inp)."""

GUI_HEIGHT, ROW_HEIGHT, NAME_HEIGHT, GAP = 32, 10, 20, 4
LANES = {kind: kind.lane for kind in Kind}
LOOKS = {kind: f"s{kind.lane.value}" for kind in Kind} | {
    Kind.PAINT: "spaint",
    Kind.INPUT: "spaint",
    Kind.TASK: "stask",
    Kind.WAIT: "swait",
}
TITLES = {Lane.TASKS: "asyncio tasks", Lane.NETWORK: "Network", Lane.DATABASE: "Database"}


@dataclass(frozen=True, slots=True)
class Block:
    """Something that took time, or several such things that are drawn as one."""

    start_ns: int
    end_ns: int
    look: str
    """The class that colours it."""
    source: Entry | None = None
    """What it is; of several, the heaviest."""
    link: str = ""
    weight: int = 0
    """Of several, the heaviest is what the block looks like and links to."""
    count: int = 1
    group: int = 0
    """What belongs together is drawn in one row where it can be."""


_start_of = attrgetter("start_ns")
_weight_of = attrgetter("weight")


def merged(blocks: Iterable[Block], step_ns: int) -> list[Block]:
    """Join blocks that overlap, and those which could not be told apart, however many there are."""
    joined: list[Block] = []
    same: list[Block] = []
    start_ns = end_ns = 0
    for block in sorted(blocks, key=_start_of):
        if same and _is_one(same[-1], start_ns, end_ns, block, step_ns):
            end_ns = max(end_ns, block.end_ns)
            same.append(block)
            continue
        if same:
            joined.append(_joined(same, end_ns))
        same, start_ns, end_ns = [block], block.start_ns, block.end_ns
    return [*joined, _joined(same, end_ns)] if same else joined


def _is_one(last: Block, start_ns: int, end_ns: int, block: Block, step_ns: int) -> bool:
    """Tell whether a block is drawn as one with those before it, which reach from start to end."""
    if block.start_ns < end_ns:
        return True
    if block.start_ns // step_ns > end_ns // step_ns:
        return False
    return block.look == last.look or end_ns - start_ns < step_ns or block.end_ns - block.start_ns < step_ns


def _joined(same: list[Block], end_ns: int) -> Block:
    if len(same) == 1:
        return same[0]
    return replace(max(same, key=_weight_of), start_ns=same[0].start_ns, end_ns=end_ns, count=len(same))


def rows_of(blocks: Iterable[Block]) -> list[list[Block]]:
    """Spread blocks over rows so that none overlap, but for the last row, which takes what is too much."""
    rows: list[list[Block]] = []
    more: list[Block] = []
    for block in sorted(blocks, key=_start_of):
        start_ns, group = block.start_ns, block.group
        free = [row for row in rows if row[-1].end_ns <= start_ns]
        row = next((row for row in free if row[-1].group == group), free[0] if free else None)
        if row is not None:
            row.append(block)
        elif len(rows) < MOST_ROWS:
            rows.append([block])
        else:
            more.append(block)
    return [*rows, more] if more else rows


def ticks_ns(duration_ns: int) -> list[int]:
    """Choose round times for the axis."""
    step_ns = next((step for step in TICKS_NS if duration_ns / step < MOST_TICKS), TICKS_NS[-1])
    while duration_ns / step_ns >= MOST_TICKS:
        step_ns *= 2
    return list(range(0, duration_ns + 1, step_ns))


class Timeline:
    """Draws a run.

    Args:
        start_ns: When it began.
        end_ns: When it ended.
        link_of: Tells where a click on a freeze leads to; empty for nowhere.
    """

    def __init__(self, start_ns: int, end_ns: int, link_of: Callable[[Freeze], str]) -> None:
        self._start_ns = start_ns
        self._duration_ns = max(1, end_ns - start_ns)
        self._step_ns = max(1, self._duration_ns // STEPS)
        self._link_of = link_of
        self._y = 0
        self._parts: list[str] = []

    def svg(self, entries: Iterable[Entry], label: str) -> str:
        """Draw what happened.

        Args:
            entries: What did, in any order; each freeze once.
            label: What it is to somebody who does not see it.
        """
        freezes: list[Block] = []
        apart: list[Block] = []
        inputs: list[Block] = []
        spans: dict[Lane, list[Block]] = {lane: [] for lane in Lane}
        for entry in entries:
            match entry:
                case Freeze():
                    (freezes if entry.cause.is_of_the_program else apart).append(self._freeze(entry))
                case InputMark():
                    inputs.append(_input(entry))
                case Span():
                    spans[LANES[entry.kind]].append(_span(entry))
        self._lane("GUI thread", GUI_HEIGHT, [spans[Lane.GUI], apart, freezes], "gui")
        if inputs:
            self._lane("Keys and clicks", ROW_HEIGHT, [inputs])
        for lane in (Lane.TASKS, Lane.NETWORK, Lane.DATABASE):
            if spans[lane]:
                self._name(TITLES[lane])
                for row in rows_of(spans[lane]):
                    self._row(ROW_HEIGHT, [row], "lane")
        height = self._y + NAME_HEIGHT
        return (
            f'<svg role="img" aria-label="{escaped(label)}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
            f"{self._axis()}{''.join(self._parts)}</svg>"
        )

    def _lane(self, name: str, height: int, layers: Sequence[Sequence[Block]], look: str = "lane") -> None:
        self._name(name)
        self._row(height, layers, look)

    def _name(self, name: str) -> None:
        self._y += GAP
        self._parts.append(f'<text x="0" y="{self._y + NAME_HEIGHT - 7}">{escaped(name)}</text>')
        self._y += NAME_HEIGHT

    def _row(self, height: int, layers: Sequence[Sequence[Block]], look: str) -> None:
        self._parts.append(f'<rect class="{look}" x="0" y="{self._y}" width="100%" height="{height}" rx="3"/>')
        for layer in layers:
            self._parts += [self._rectangle(block, height) for block in merged(layer, self._step_ns)]
        self._y += height + GAP

    def _rectangle(self, block: Block, height: int) -> str:
        start = min(max(0, block.start_ns - self._start_ns), self._duration_ns)
        end = min(max(start, block.end_ns - self._start_ns), self._duration_ns)
        x, width = (100 * each / self._duration_ns for each in (start, end - start))
        title = _title(block.source) if block.source else ""
        if block.count > 1:
            title = f"{block.count:,} together, the longest {title}"
        at = duration_text(start) if start else "the start"
        drawn = (
            f'<rect class="{block.look}" x="{x:.2f}%" y="{self._y + 0.5}" width="{max(width, 0.01):.2f}%"'
            f' height="{height - 1}"><title>{escaped(title)}, at {at}</title></rect>'
        )
        return f'<a href="#{block.link}" tabindex="-1">{drawn}</a>' if block.link else drawn

    def _freeze(self, freeze: Freeze) -> Block:
        is_own = freeze.cause.is_of_the_program
        look = f"s{freeze.band.value}" if is_own else "sapart"
        return Block(freeze.start_ns, freeze.end_ns, look, freeze, self._link_of(freeze), freeze.duration_ns)

    def _axis(self) -> str:
        parts = []
        for at_ns in ticks_ns(self._duration_ns):
            x = 100 * at_ns / self._duration_ns
            parts.append(f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="{NAME_HEIGHT + GAP}" y2="{self._y}"/>')
            if x < 94 or x > 99.9:  # there is no room for one just before the end
                anchor = "start" if not at_ns else "end" if x > 94 else "middle"
                parts.append(
                    f'<text x="{x:.2f}%" y="{self._y + 15}" text-anchor="{anchor}">{_tick_text(at_ns)}</text>'
                )
        return "".join(parts)


def _tick_text(at_ns: int) -> str:
    s = at_ns / NS_PER_S
    return f"{s / 60:g} min" if s >= 60 and s % 30 == 0 else f"{s:g} s"


def _input(mark: InputMark) -> Block:
    latency_ns = mark.painted_ns - mark.at_ns
    look = "s0" if latency_ns <= GOOD_NS else "s100" if latency_ns <= POOR_NS else "s500"
    return Block(mark.at_ns, mark.at_ns, look, mark, weight=latency_ns)


def _span(span: Span) -> Block:
    return Block(
        span.start_ns, span.end_ns, LOOKS[span.kind], span, weight=span.end_ns - span.start_ns, group=span.group
    )


def _title(entry: Entry) -> str:
    """Tell what a block is, for whoever points at it."""
    match entry:
        case Freeze():
            title = f"{duration_text(entry.duration_ns)} {entry.cause}"
            return f"{title} in {place_text(entry)}" if entry.cause.is_of_the_program else title
        case InputMark():
            return f"{entry.name}, painted {duration_text(entry.painted_ns - entry.at_ns)} later"
        case Span():
            return f"{f'{entry.kind.value} {entry.name}'.strip()}, {duration_text(entry.end_ns - entry.start_ns)}"
