"""The figures of a comparison: what they are, as JSON, and as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

INSTANT_MS = 100
"""What is answered within this feels instant (Nielsen; RAIL)."""
OUTCOMES: Mapping[str, str] = MappingProxyType({"home": "home", "degraded": "default home", "form": "form"})
"""What a person reads of where a load ended."""


@dataclass(frozen=True, slots=True)
class ModeFigures:
    """What a load was like in one mode; times are milliseconds."""

    outcome: str
    """``home``, ``degraded`` or ``form``."""
    time_to_home_ms: float | None
    """From the submit to the paint of the final home page; None where there is none."""
    longest_freeze_ms: float
    """The longest slice of the GUI thread, also one below 50 ms."""
    frozen_ms: float
    """The slices over 50 ms, summed in full."""
    inputs_sent: int
    latencies_ms: tuple[float, ...]
    """Of each input, from when it was due to the paint that answers it."""

    @property
    def inputs_answered_within_100_ms(self) -> int:
        """How many inputs felt instant."""
        return sum(latency_ms <= INSTANT_MS for latency_ms in self.latencies_ms)

    def as_json(self) -> dict[str, Any]:
        """Give the figures as they are written to a file."""
        return {
            "outcome": self.outcome,
            "time_to_home_ms": _rounded(self.time_to_home_ms),
            "longest_freeze_ms": _rounded(self.longest_freeze_ms),
            "frozen_ms": _rounded(self.frozen_ms),
            "inputs_sent": self.inputs_sent,
            "inputs_answered_within_100_ms": self.inputs_answered_within_100_ms,
            "input_to_paint_ms": {
                "p50": _rounded(percentile(self.latencies_ms, 50)),
                "p95": _rounded(percentile(self.latencies_ms, 95)),
                "max": _rounded(percentile(self.latencies_ms, 100)),
            },
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both modes under the same conditions."""

    conditions: str
    summary: str
    """What they are, with their numbers."""
    deadline_ms: int
    modes: dict[str, ModeFigures]

    def as_json(self) -> dict[str, Any]:
        """Give the comparison as it is written to a file."""
        return {
            "conditions": self.conditions,
            "deadline_ms": self.deadline_ms,
            "modes": {mode: figures.as_json() for mode, figures in self.modes.items()},
        }

    def as_table(self) -> str:
        """Give the comparison as a person reads it."""
        columns = [("", *self.modes), *zip(_LABELS, *map(_cells, self.modes.values()), strict=True)]
        lines = [f"Conditions: {self.conditions}. {self.summary}", f"Deadline: {duration(self.deadline_ms)}.", ""]
        lines += [f"{label:<26}" + "".join(f"{cell:>14}" for cell in cells) for label, *cells in columns]
        return "\n".join(lines)


_LABELS = (
    "ended in",
    "time to home",
    "longest freeze",
    "frozen in all",
    "inputs sent",
    "answered within 100 ms",
    "input to paint, median",
    "input to paint, 95 %",
    "input to paint, longest",
)


def _cells(figures: ModeFigures) -> tuple[str, ...]:
    answered, sent = figures.inputs_answered_within_100_ms, figures.inputs_sent
    return (
        OUTCOMES[figures.outcome],
        duration(figures.time_to_home_ms),
        duration(figures.longest_freeze_ms),
        duration(figures.frozen_ms),
        str(sent),
        f"{answered} ({answered * 100 // sent} %)" if sent else "0",
        *(duration(percentile(figures.latencies_ms, share)) for share in (50, 95, 100)),
    )


def percentile(values: tuple[float, ...], share: int) -> float | None:
    """Give the smallest value that is not less than ``share`` per cent of all (nearest rank); None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)]


def _rounded(value_ms: float | None) -> float | None:
    return None if value_ms is None else round(value_ms, 1)


def duration(value_ms: float | None) -> str:
    """Write milliseconds as a person reads them; a dash where there is no figure."""
    if value_ms is None:
        return "–"
    return f"{value_ms:.0f} ms" if value_ms < 1000 else f"{value_ms / 1000:.2f} s"
