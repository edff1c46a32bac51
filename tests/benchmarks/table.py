"""The one table that the figures are printed in. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tests.benchmarks.figures import Figure, Judged, Unmeasured

HEADINGS = ("figure", "ours: median (min-max)", "peer: median", "ratio", "difference", "aim", "met")
RIGHT_ALIGNED = range(1, 5)
LARGEST_WITH_DECIMALS = 100


def as_table(machine: Sequence[tuple[str, str]], rows: Sequence[Figure | Unmeasured]) -> str:
    """Lay out the machine and below it the figures, one a line."""
    lines = [f"{name + ':':<10}{value}" for name, value in machine]
    figures = [row for row in rows if isinstance(row, Figure)]
    cells = [HEADINGS, *map(_cells, figures)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    for i, line in enumerate(cells):
        padded = [
            cell.rjust(width) if column in RIGHT_ALIGNED else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines += ["", "  ".join(padded).rstrip()] if i == 0 else ["  ".join(padded).rstrip()]
        if i == 0:
            lines.append("  ".join("-" * width for width in widths))
    lines += [f"{row.what}: not measured: {row.reason}" for row in rows if isinstance(row, Unmeasured)]
    return "\n".join(lines)


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
