"""The GUI's longest gaps as a chart: a bar for each event loop under each load, on a logarithmic scale, as SVG. Pure.

It is dark where the viewer prefers that, and brings its own background, so that it can be read on any page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from desktop_app.responsiveness.execution_colors import DARK_FIGURE, LIGHT_FIGURE, FigureColors
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.svg import FONTS
from desktop_app.responsiveness.track import Look
from tests.benchmarks.loop_loads import GUI_LOOPS, OURS, Load
from tests.benchmarks.loop_results import Cell, Results
from tests.benchmarks.loop_table import FRAME_MS, LONGEST_GAP_MS

TITLE = "For how long the GUI stands still"
LEAST_MS = 2.0
WIDTH, MARGIN = 840.0, 20.0
LEFT, RIGHT = 112.0, 700.0
"""Between which the bars are; left of them stand the loops' names, right of the longest one its value."""
TOP = 84.0
BAR, BAR_STEP = 11.0, 14.0
HEADING, GROUP_GAP = 18.0, 10.0
FONT_SIZE = 11.0
AXIS_HEIGHT = 40.0


def chart_of(results: Results, loads: Sequence[Load]) -> str:
    """Draw the medians of the longest gaps, with a notch at the p99, under each of these loads that was measured."""
    measured = [load for load in loads if any(_has_run(results, load, loop) for loop in GUI_LOOPS)]
    return "\n".join(_document(results, measured)) + "\n"


def _has_run(results: Results, load: Load, loop: str) -> bool:
    cell = results.cell(load.name, loop)
    return bool(cell.samples) or cell.failure is not None


def _document(results: Results, loads: Sequence[Load]) -> Iterator[str]:
    group = HEADING + BAR_STEP * len(GUI_LOOPS) + GROUP_GAP
    bottom = TOP + group * len(loads)
    height = bottom + AXIS_HEIGHT
    gaps_ms = [results.cell(load.name, loop).median("gap_max_ms") or 0.0 for load in loads for loop in GUI_LOOPS]
    scale = Scale(max([LONGEST_GAP_MS, *gaps_ms]))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}"'
        f' viewBox="0 0 {WIDTH:g} {height:g}" font-family="{escape(FONTS)}" font-size="{FONT_SIZE:g}" role="img">'
    )
    yield f"<title>{TITLE}</title>"
    yield f"<desc>{escape(_subtitle(results))}</desc>"
    yield f"<style>@media (prefers-color-scheme: dark) {{ {' '.join(_dark_rules())} }}</style>"
    yield f'<rect width="{WIDTH:g}" height="{height:g}" {_fill("background")}/>'
    yield _text(MARGIN, 30, TITLE, "text", ' font-size="18" font-weight="bold"')
    yield _text(MARGIN, 50, _method(results, loads), "muted")
    yield _text(MARGIN, 66, _subtitle(results), "muted")
    for tick_ms in scale.ticks():
        yield _line(scale.x(tick_ms), TOP, bottom, "grid")
        yield _text(scale.x(tick_ms), bottom + 16, _labelled(tick_ms), "muted", ' text-anchor="middle"')
    for limit_ms, what, color in ((FRAME_MS, "a frame at 60 Hz", "frame"), (LONGEST_GAP_MS, "a long task", "limit")):
        yield _line(scale.x(limit_ms), TOP - 4, bottom, color, ' stroke-dasharray="4 3"')
        yield _text(scale.x(limit_ms), bottom + 32, what, color, ' text-anchor="middle"')
    for number, load in enumerate(loads):
        yield from _group(results, load, TOP + number * group, scale)
    yield "</svg>"


class Scale:
    """From milliseconds to the chart's x, each power of ten as wide as the others."""

    def __init__(self, most_ms: float) -> None:
        self._most_ms = most_ms * 1.05

    def x(self, value_ms: float) -> float:
        """Give where a value is; what is less than the least is there as well."""
        share = math.log(max(value_ms, LEAST_MS) / LEAST_MS) / math.log(self._most_ms / LEAST_MS)
        return LEFT + share * (RIGHT - LEFT)

    def ticks(self) -> Iterator[float]:
        """Give 2, 5, 10, 20, … milliseconds, as far as the bars go."""
        for power in range(8):
            for digit in (1, 2, 5):
                if LEAST_MS <= digit * 10**power <= self._most_ms:
                    yield digit * 10**power


def _group(results: Results, load: Load, top: float, scale: Scale) -> Iterator[str]:
    yield f"<g><title>{escape(load.title)}</title>"
    yield _text(MARGIN, top + 12, load.title, "text", ' font-weight="bold"')
    for number, loop in enumerate(GUI_LOOPS):
        y = top + HEADING + number * BAR_STEP
        is_ours = loop == OURS
        weight = ' font-weight="bold"' if is_ours else ""
        yield _text(LEFT - 6, y + 9, loop, "text" if is_ours else "muted", f' text-anchor="end"{weight}')
        yield from _bar(results.cell(load.name, loop), y, scale, "ours" if is_ours else "peer")
    yield "</g>"


def _bar(cell: Cell, y: float, scale: Scale, color: str) -> Iterator[str]:
    gap_ms, p99_ms = cell.median("gap_max_ms"), cell.median("gap_p99_ms")
    if gap_ms is None or p99_ms is None:
        yield _text(LEFT + 6, y + 9, cell.failure or "not measured", "muted", ' font-style="italic"')
        return
    x, notch = scale.x(gap_ms), scale.x(p99_ms)
    yield f'<rect x="{LEFT:g}" y="{y:.1f}" width="{max(1.0, x - LEFT):.1f}" height="{BAR:g}" {_fill(color)}/>'
    if LEFT < notch < x:
        yield f'<rect x="{notch - 1:.1f}" y="{y:.1f}" width="2" height="{BAR:g}" {_fill("background")}/>'
    halo = f' stroke="{LIGHT["background"]}" stroke-width="3" paint-order="stroke"'
    yield _text(x + 6, y + 9, _labelled(gap_ms), "text", halo)


def _method(results: Results, loads: Sequence[Load]) -> str:
    runs = {len(results.cell(load.name, OURS).samples) for load in loads} - {0}
    count = f", median of {min(runs)} or more runs" if len(runs) > 1 else f", median of {max(runs, default=0)} runs"
    return f"Longest gap between two beats of a 4 ms timer{'' if runs <= {1} else count}; notch: p99."


def _subtitle(results: Results) -> str:
    names = ("machine", "Python", "PySide6", "qasync", "qtinter", "httpx2", "aiohttp")
    known = [(name, results.circumstances[name]) for name in names if name in results.circumstances]
    return ", ".join(value if name == "machine" else f"{name} {value}" for name, value in known)


def _labelled(value_ms: float) -> str:
    if value_ms >= 1000:
        return f"{value_ms / 1000:.3g} s"
    return f"{value_ms:.0f} ms" if value_ms >= 100 else f"{value_ms:.3g} ms"


def _colors(figure: FigureColors) -> dict[str, str]:
    return {
        "background": figure.background,
        "grid": figure.grid,
        "text": figure.text,
        "muted": figure.muted,
        "ours": figure.focus,
        "peer": figure.looks[Look.MORE].fill,
        "frame": figure.lines[Band.NOTICEABLE],
        "limit": figure.lines[Band.LONG_HANG],
    }


LIGHT = _colors(LIGHT_FIGURE)


def _dark_rules() -> Iterator[str]:
    for name, color in _colors(DARK_FIGURE).items():
        yield f".{name} {{ fill: {color} }} line.{name} {{ stroke: {color} }}"
    yield f"text[stroke] {{ stroke: {DARK_FIGURE.background} }}"


def _fill(color: str) -> str:
    return f'class="{color}" fill="{LIGHT[color]}"'


def _line(x: float, top: float, bottom: float, color: str, more: str = "") -> str:
    where = f'x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"'
    return f'<line {where} class="{color}" stroke="{LIGHT[color]}"{more}/>'


def _text(x: float, y: float, text: str, color: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {_fill(color)}{more}>{escape(text)}</text>'
