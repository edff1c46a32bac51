"""A figure: what was measured, beside what, and how it is judged. Pure."""

from __future__ import annotations

import enum
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass


class Judged(enum.Enum):
    """What of a figure an aim is about."""

    NOT = "nothing: it is information"
    BY_RATIO = "median of ours / median of the peer's"
    BY_DIFFERENCE = "median of the differences of each pair"
    BY_ITSELF = "median of ours"


@dataclass(frozen=True, slots=True)
class Figure:
    """Samples of ours and, measured in turn with them, of a peer; all in ``unit``, and less is better."""

    what: str
    unit: str
    ours: tuple[float, ...]
    peer: tuple[float, ...] = ()
    judged: Judged = Judged.NOT
    aim: float = 0.0

    @property
    def ratio(self) -> float | None:
        """How many times the peer's it is; None without a peer."""
        return statistics.median(self.ours) / statistics.median(self.peer) if self.peer else None

    @property
    def difference(self) -> float | None:
        """How much more than the peer's it is: the median over the pairs, in which the machine was equally busy."""
        if len(self.peer) != len(self.ours):
            return None
        return statistics.median(ours - peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met; None where there is none, or nothing to tell it by."""
        match self.judged:
            case Judged.BY_RATIO:
                value = self.ratio
            case Judged.BY_DIFFERENCE:
                value = self.difference
            case Judged.BY_ITSELF:
                value = statistics.median(self.ours)
            case _:
                value = None
        return None if value is None else value <= self.aim


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A measurement that did not come to its end, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of a table of its own, for what is more than one number; those with the same headings make one table."""

    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


Measurement = Callable[["int | None"], "Iterator[Figure] | Iterator[Rows]"]
"""Takes how many runs of each there are to be, None for as many as are usual, and yields its figures."""
