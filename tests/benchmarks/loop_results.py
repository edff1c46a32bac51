"""What the runs of the event loops gave: kept as they come, so that little is lost if the rest is not waited for."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Cell:
    """One loop under one load: its runs' figures, or why it has none."""

    samples: list[dict[str, float]] = field(default_factory=list)
    failure: str | None = None
    """Of the first run that failed, after which it was not run again."""

    def median(self, figure: str) -> float | None:
        """Give the median of a figure over the runs; None if a run failed, or none has been."""
        values = [sample[figure] for sample in self.samples if figure in sample]
        return statistics.median(values) if values and self.failure is None else None


@dataclass(frozen=True, slots=True)
class Results:
    """By load and loop. ``circumstances`` is on what it was measured, by name."""

    circumstances: Mapping[str, str]
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)

    def cell(self, load: str, loop: str) -> Cell:
        """Give the cell, an empty one if there is none yet."""
        return self.cells.setdefault(load, {}).setdefault(loop, Cell())

    def write(self, file: Path) -> None:
        """Write it as JSON: at once or not at all, so that a kill leaves what there was."""
        partial = file.with_name(f"{file.name}.partial")
        partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        partial.replace(file)


def read(file: Path) -> Results:
    """Read what `Results.write` wrote."""
    told = json.loads(file.read_text(encoding="utf-8"))
    cells = {
        load: {loop: Cell(cell["samples"], cell["failure"]) for loop, cell in by_loop.items()}
        for load, by_loop in told["cells"].items()
    }
    return Results(told["circumstances"], cells)
