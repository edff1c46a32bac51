"""One table of the comparisons under several conditions, 100 columns wide with the deadlines one usually has."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from desktop_app.comparison.figures import OUTCOMES, Comparison, ModeFigures, duration, percentile

WIDTH = 100
GAP = "  "
HEADINGS = (
    ("", "conditions"),
    ("", "mode"),
    ("", "ended in"),
    ("time to", "home"),
    ("longest", "freeze"),
    ("frozen", "in all"),
    ("answered", "in 100 ms"),
    ("", "median"),
    ("input to paint", "longest"),
)
"""Of each column, in two lines; the last one above is over two columns."""
LEFT_ALIGNED = range(3)


def table_of(comparisons: Sequence[Comparison]) -> str:
    """Give several comparisons as a person reads them: a row for each mode, and below what the names mean."""
    rows = [row for comparison in comparisons for row in _rows(comparison)]
    above, below = zip(*HEADINGS, strict=True)
    widths = [max(map(len, column)) for column in zip((*above[:-1], ""), below, *rows, strict=True)]
    names = max(len(comparison.conditions) for comparison in comparisons)
    return "\n".join(
        [
            f"Deadline: {duration(comparisons[0].deadline_ms)}.",
            "",
            _heading(above, widths),
            *(_line(cells, widths) for cells in (below, ["-" * width for width in widths], *rows)),
            "",
            *(line for comparison in comparisons for line in _meaning(comparison, names)),
        ]
    )


def _rows(comparison: Comparison) -> Iterable[tuple[str, ...]]:
    for i, (mode, figures) in enumerate(comparison.modes.items()):
        # The name stands once, so that the eye finds what belongs together.
        yield (comparison.conditions if i == 0 else "", mode, *_cells(figures))


def _cells(figures: ModeFigures) -> tuple[str, ...]:
    return (
        OUTCOMES[figures.outcome],
        duration(figures.time_to_home_ms),
        duration(figures.longest_freeze_ms),
        duration(figures.frozen_ms),
        f"{figures.inputs_answered_within_100_ms} of {figures.inputs_sent}",
        *(duration(percentile(figures.latencies_ms, share)) for share in (50, 100)),
    )


def _heading(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _line([*cells[:-2], cells[-1]], [*widths[:-2], sum(widths[-2:]) + len(GAP)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if i in LEFT_ALIGNED else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return GAP.join(padded).rstrip()


def _meaning(comparison: Comparison, width: int) -> list[str]:
    return textwrap.wrap(
        f"{comparison.conditions:<{width}}{GAP}{comparison.summary}",
        WIDTH,
        subsequent_indent=" " * width + GAP,
        break_on_hyphens=False,
    )
