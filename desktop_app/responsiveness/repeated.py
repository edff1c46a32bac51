"""What happens again and again in one place: kept together with a count, and bounded."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

MOST_PLACES = 200


class Lasting(Protocol):
    """What begins and lasts, in nanoseconds."""

    @property
    def start_ns(self) -> int:
        """When it began."""

    @property
    def duration_ns(self) -> int:
        """How long it was."""


T = TypeVar("T", bound=Lasting)
R = TypeVar("R", bound="Repeated[Any]")


@dataclass(frozen=True, slots=True)
class Repeated(Generic[T]):
    """What happened in one place."""

    longest: T
    count: int
    total_ns: int
    """Their lengths, summed."""
    first_start_ns: int
    last_start_ns: int

    @classmethod
    def of(cls, first: T) -> Self:
        """Begin with the first one."""
        return cls(first, 1, first.duration_ns, first.start_ns, first.start_ns)

    def once_more(self, another: T) -> Self:
        """Add another one from the same place."""
        return type(self)(
            max(self.longest, another, key=lambda each: each.duration_ns),
            self.count + 1,
            self.total_ns + another.duration_ns,
            self.first_start_ns,
            another.start_ns,
        )


class PlaceLog(Generic[T, R]):
    """Keeps what happened, that from one place merged.

    When there are more than `MOST_PLACES` places, that with the least time is forgotten, and counted.

    Args:
        place_of: Tells what is merged with what.
        kind: What is made of those from one place.
    """

    def __init__(self, place_of: Callable[[T], Hashable], kind: type[R]) -> None:
        self._place_of = place_of
        self._kind = kind
        self._places: dict[Hashable, R] = {}
        self.forgotten = 0
        """How many places were."""

    def add(self, new: T) -> None:
        """Take one that has ended; always the same thread."""
        place = self._place_of(new)
        before = self._places.get(place)
        self._places[place] = before.once_more(new) if before else self._kind.of(new)
        if len(self._places) > MOST_PLACES:
            del self._places[min(self._places, key=lambda each: self._places[each].total_ns)]
            self.forgotten += 1

    def repeated(self) -> tuple[R, ...]:
        """Give them, that with the most time first; any thread."""
        return tuple(sorted(self._places.copy().values(), key=lambda each: each.total_ns, reverse=True))
