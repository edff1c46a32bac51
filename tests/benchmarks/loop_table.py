"""The event loops side by side, each line with its aim and whether this program's loop met it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.figures import Rows
from tests.benchmarks.loop_loads import LIMIT, LOOPS, OURS, PARENT, SLEEPS, TIMING, TURNING, Load
from tests.benchmarks.loop_results import Cell, Results

FRAME_MS = 1000 / 60
LONGEST_GAP_MS = 50.0
MOST_OF_PARENT, MOST_OF_LIMIT = 1.0, 1.3
LEAST_SWITCHES = 2.0
MOST_TIMER_EXCESS_MS = 1.0
MILLISECONDS = ("p50_ms", "p99_ms", "max_ms")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: which figures it shows of each loop, and what is asked of this program's."""

    label: str
    figures: tuple[str, ...]
    form: str
    """Of a number, as `format` takes it."""
    aim: str = ""
    misses: Callable[[Mapping[str, Cell]], Iterator[str]] | None = None
    """Tells what of the aim is missed, and by how much."""


def rows_of(results: Results, loads: Sequence[Load], versions: Mapping[str, str]) -> Rows:
    """Make the lines of these loads, in this order; ``versions`` are those of the loops and clients, by name."""
    headings = (
        "load",
        "figure",
        *(f"{loop} {versions[loop]}" if loop in versions else loop for loop in LOOPS),
        "aim",
        "met",
    )
    lines = [
        _cells("" if number else load.title, load, line, results)
        for load in loads
        for number, line in enumerate(_lines(load))
    ]
    return Rows(headings, tuple(lines))


def _lines(load: Load) -> Iterator[Line]:
    if load.name == TURNING.name:
        yield Line("sleep(0) in one task, /s", ("alone_per_s",), ",.0f")
        aim = f">= {LEAST_SWITCHES:g}x {PARENT}"
        for label, figure in (
            ("switches of 100 tasks, /s", "switches_per_s"),
            ("queue to queue, 2 tasks, /s", "handed_per_s"),
        ):
            yield Line(label, (figure,), ",.0f", aim, partial(_too_few, figure))
    elif load.name == TIMING.name:
        aim = f"<= time.sleep's + {MOST_TIMER_EXCESS_MS:g} p99"
        yield Line("late p50/p99/max, ms", _spread("late"), ".2f", aim, _too_late)
        yield Line("  time.sleep beside it", _spread("own"), ".2f")
        yield Line(f"early, of {SLEEPS}", ("early",), ".0f", "0", _early)
    else:
        aim = f"<= {FRAME_MS:.1f} p99, {LONGEST_GAP_MS:g} max"
        yield Line("GUI gap p50/p99/max, ms", _spread("gap"), ".1f", aim, _too_long)
        aim = f"<= {PARENT}, {MOST_OF_LIMIT:g}x {LIMIT}"
        yield Line("total, s", ("total_s",), ".2f", aim, _too_slow)


def _spread(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{each}" for each in MILLISECONDS)


def _cells(title: str, load: Load, line: Line, results: Results) -> tuple[str, ...]:
    cells = {loop: results.cell(load.name, loop) for loop in LOOPS}
    shown = (_shown(cell, line, is_first=bool(title)) for cell in cells.values())
    return (title, line.label, *shown, line.aim, _met(cells, line))


def _shown(cell: Cell, line: Line, *, is_first: bool) -> str:
    """Show the medians, or why there are none: on a load's first line; a dash where there is nothing to measure."""
    if cell.failure is not None:
        return cell.failure if is_first else "n/a"
    values = [cell.median(figure) for figure in line.figures]
    if not cell.samples or None in values:
        return "-" if cell.samples else ""
    return "/".join(format(value, line.form) for value in values)


def _met(cells: Mapping[str, Cell], line: Line) -> str:
    ours = cells[OURS]
    if line.misses is None or not (ours.samples or ours.failure):
        return ""
    missed = [ours.failure] if ours.failure is not None else list(line.misses(cells))
    return f"NO: {', '.join(missed)}" if missed else "yes"


def _too_few(figure: str, cells: Mapping[str, Cell]) -> Iterator[str]:
    ours, parent = cells[OURS].median(figure), cells[PARENT].median(figure)
    if ours is not None and parent is not None and ours < LEAST_SWITCHES * parent:
        yield f"{ours / parent:.2f}x"


def _too_late(cells: Mapping[str, Cell]) -> Iterator[str]:
    late, own = cells[OURS].median("late_p99_ms"), cells[OURS].median("own_p99_ms")
    if late is not None and own is not None and late > own + MOST_TIMER_EXCESS_MS:
        yield f"+{late - own:.2f} ms"


def _early(cells: Mapping[str, Cell]) -> Iterator[str]:
    if any(sample["early"] for sample in cells[OURS].samples):
        yield "early"


def _too_long(cells: Mapping[str, Cell]) -> Iterator[str]:
    for figure, most_ms in (("p99", FRAME_MS), ("max", LONGEST_GAP_MS)):
        value = cells[OURS].median(f"gap_{figure}_ms")
        if value is not None and value > most_ms:
            yield f"{figure} {value:.1f} ms"


def _too_slow(cells: Mapping[str, Cell]) -> Iterator[str]:
    ours = cells[OURS].median("total_s")
    for peer, most in ((PARENT, MOST_OF_PARENT), (LIMIT, MOST_OF_LIMIT)):
        theirs = cells[peer].median("total_s")
        if ours is not None and theirs is not None and ours > most * theirs:
            yield f"{ours / theirs:.2f}x {peer}"
