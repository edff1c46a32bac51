"""The one table that the figures are printed in. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Container, Sequence

from tests.benchmarks.figures import Figure, Judged, Rows, Unmeasured

HEADINGS = ("figure", "ours: median (min-max)", "peer: median", "ratio", "difference", "aim", "met")
RIGHT_ALIGNED = range(1, 5)
LARGEST_WITH_DECIMALS = 100


def as_table(machine: Sequence[tuple[str, str]], rows: Sequence[Figure | Rows | Unmeasured]) -> str:
    """Lay out the machine, below it the figures, one a line, and then the tables of their own."""
    lines = [f"{name + ':':<10}{value}" for name, value in machine]
    figures = [row for row in rows if isinstance(row, Figure)]
    if figures:
        lines += ["", *_laid_out([HEADINGS, *map(_cells, figures)], RIGHT_ALIGNED)]
    tables: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for row in rows:
        if isinstance(row, Rows):
            tables.setdefault(row.headings, []).extend(row.lines)
    for headings, cells in tables.items():
        lines += ["", *_laid_out([headings, *cells], range(2, len(headings)))]
    lines += [f"{row.what}: not measured: {row.reason}" for row in rows if isinstance(row, Unmeasured)]
    return "\n".join(lines)


def _laid_out(cells: Sequence[Sequence[str]], right_aligned: Container[int]) -> list[str]:
    """Make columns of cells, the first line of which are the headings."""
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = []
    for line in cells:
        padded = [
            cell.rjust(width) if column in right_aligned else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines


def _cells(figure: Figure) -> tuple[str, ...]:
    ours = statistics.median(figure.ours)
    spread = f"({_number(min(figure.ours))}-{_number(max(figure.ours))})" if len(figure.ours) > 1 else ""
    peer = f"{_number(statistics.median(figure.peer))} {figure.unit}" if figure.peer else ""
    ratio = f"{figure.ratio:.2f}x" if figure.ratio is not None else ""
    difference = f"{_signed(figure.difference)} {figure.unit}" if figure.difference is not None else ""
    met = {None: "", True: "yes", False: "NO"}[figure.is_met]
    return (
        figure.what,
        f"{_number(ours)} {figure.unit} {spread}".strip(),
        peer,
        ratio,
        difference,
        _aim(figure),
        met,
    )


def _aim(figure: Figure) -> str:
    match figure.judged:
        case Judged.BY_RATIO:
            return f"<= {figure.aim:g}x"
        case Judged.BY_DIFFERENCE:
            return f"<= +{figure.aim:g} {figure.unit}"
        case Judged.BY_ITSELF:
            return f"<= {figure.aim:g} {figure.unit}"
        case _:
            return ""


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= LARGEST_WITH_DECIMALS else f"{value:.1f}"


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "") + _number(value)
