"""Whether what the processes hold is flat, and a table of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.soak.holdings import Holdings

MEMORY: Final = "memory, MiB"
HEADINGS: Final = ("process", "what", "after warm-up", "most since", "at the end", "growth", "flat")


@dataclass(frozen=True)
class Sample:
    """What every process held after so many cycles, when all was at rest."""

    cycles: int
    held: dict[str, Holdings]
    """By the process."""


@dataclass(frozen=True)
class Line:
    """What became of one thing that one process holds."""

    process: str
    what: str
    base: float
    most: float
    last: float
    is_flat: bool

    @property
    def growth(self) -> float:
        """By how much the most is more than it was after the warm-up: 0.05 is 5 %."""
        return (self.most - self.base) / self.base if self.base else float(self.most > 0)


def exceeding(sample: Sample, base: Sample) -> list[str]:
    """Tell of what there is more than there was: one more is too much."""
    return [
        f"{process}: {what} {held.counts[what]}, not {most}"
        for process, held in sample.held.items()
        for what, most in base.held[process].counts.items()
        if held.counts[what] > most
    ]


def lines(samples: list[Sample], most_growth: float) -> Iterator[Line]:
    """Compare with the first of the samples, which was taken after the warm-up.

    Args:
        samples: One or more.
        most_growth: How much more memory is still flat, as a share; of everything else none is.
    """
    base = samples[0]
    for process, held in base.held.items():
        for what in held.counts:
            counts = [sample.held[process].counts[what] for sample in samples]
            yield Line(process, what, counts[0], max(counts), counts[-1], max(counts) <= counts[0])
        sizes = [sample.held[process].resident_mib for sample in samples]
        yield Line(process, MEMORY, sizes[0], max(sizes), sizes[-1], max(sizes) <= sizes[0] * (1 + most_growth))


def table(found: list[Line]) -> str:
    """Set the lines in columns."""
    rows = [HEADINGS, *(_cells(line) for line in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])


def _cells(line: Line) -> tuple[str, ...]:
    places = 1 if line.what == MEMORY else 0
    figures = (f"{figure:.{places}f}" for figure in (line.base, line.most, line.last))
    return (line.process, line.what, *figures, f"{line.growth:+.1%}", "yes" if line.is_flat else "NO")
