"""Spans and marks, kept so that a drawing costs what its pixels can show, however many there are.

Spans that are too near to one another for a pixel to part them are merged, for every power of two that a pixel may
last, as they are added. What is merged shows no more than what is there, to a pixel; what is wide stays by itself.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from desktop_app.responsiveness.journal import Entry, InputMark

FINEST_BITS = 16
"""The finest level parts what is 2 ** 16 ns (66 us) apart; where a pixel lasts less, all are shown by themselves."""
LEVELS = 20
"""The coarsest parts what is 2 ** 35 ns (34 s) apart: ten hours on a thousand pixels."""
WIDE_BITS = 2
"""What lasts 2 ** 2 pixels or more is never merged."""
WIDE = 1 << WIDE_BITS
NARROWEST = 1.0
"""What is shorter than a pixel is drawn this wide."""


class Merged(NamedTuple):
    """A span, or several that no pixel could part."""

    start_ns: int
    end_ns: int
    number: int
    source: Entry
    """The span; the first of several."""


Seen: TypeAlias = tuple[float, float, int, int]
"""Where something is seen: from here to there; and which spans it is: from this one to before that one.

A plain tuple, for there are thousands.
"""

Resolved: TypeAlias = tuple[float, float, int, int, int, Entry]


class SpanIndex:
    """Spans that do not overlap; those that do become one with a count.

    They are best added in the order of their ends: one that comes late costs what has come since.
    """

    def __init__(self) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._sums = array("q")
        """How many there are up to each, and with it."""
        self._sources: list[Entry] = []
        self._levels = [array("q") for _ in range(LEVELS)]
        """Of each level, where its merged spans begin."""

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, start_ns: int, end_ns: int, source: Entry) -> None:
        """Add a span."""
        new, later = Merged(start_ns, max(start_ns, end_ns), 1, source), []
        while self._ends and self._ends[-1] > start_ns:
            later.append(self._pop())
        while later and later[-1].start_ns < new.end_ns:
            new = _together(later.pop(), new)
        self._push(new)
        for each in reversed(later):
            self._push(each)

    def within(self, start_ns: int, end_ns: int, pixel_ns: int) -> list[Merged]:
        """Give what a stretch of time shows, in order, where a pixel lasts so long."""
        begins, afters = self._runs(start_ns, end_ns, pixel_ns)
        return [
            Merged(self._starts[begin], self._ends[after - 1], self._number(begin, after), self._sources[begin])
            for begin, after in zip(begins, afters, strict=True)
        ]

    def number_within(self, start_ns: int, end_ns: int) -> int:
        """Tell how many a stretch of time has; those that overlap count as one."""
        return max(0, bisect_left(self._starts, end_ns) - bisect_right(self._ends, start_ns))

    def seen(self, start_ns: int, end_ns: int, left: float, right: float, least_gap: float = NARROWEST) -> list[Seen]:
        """Give what a stretch of time shows that is drawn between left and right.

        Each ends before the next begins, and none is narrower than `NARROWEST`; narrow ones that are less than
        ``least_gap`` apart become one.
        """
        per_ns = (right - left) / max(1, end_ns - start_ns)
        begins, afters = self._runs(start_ns, end_ns, int(least_gap / per_ns))
        origin, most_x, narrowest = left - start_ns * per_ns, right - NARROWEST, NARROWEST
        xs = [origin + self._starts[begin] * per_ns for begin in begins]
        x_ends = [origin + self._ends[after - 1] * per_ns for after in afters]
        found: list[Seen] = []
        run_end, run_begin, run_after = left - 2 * least_gap, 0, 0
        run_x = last_end = run_end
        is_run_narrow = False
        for x, end, begin, after in zip(xs, x_ends, begins, afters, strict=True):
            is_narrow, is_near = end - x < WIDE, x - last_end < least_gap
            last_end = end
            if x < left:
                x = left
            elif x > most_x:
                x = most_x
            if end > right:
                end = right
            if end - x < narrowest:
                end = x + narrowest
            if end - run_end < narrowest or (is_near and is_narrow and is_run_narrow):
                run_after = after
                if end > run_end:
                    run_end = end
            else:
                if run_after:
                    found.append((run_x, run_end, run_begin, run_after))
                run_x, run_end, run_begin, run_after = x if x > run_end else run_end, end, begin, after
                is_run_narrow = is_narrow
        if run_after:
            found.append((run_x, run_end, run_begin, run_after))
        return found

    def resolved(self, seen: Iterable[Seen]) -> Iterator[Resolved]:
        """Give where each is seen, with when it began and ended, how many spans it is, and the first of them."""
        starts, ends, sums, sources = self._starts, self._ends, self._sums, self._sources
        for x, end, begin, after in seen:
            number = sums[after - 1] - sums[begin - 1] if begin else sums[after - 1]
            yield x, end, starts[begin], ends[after - 1], number, sources[begin]

    def longest(self, begin: int, after: int) -> Entry:
        """Give the longest of the spans from one place to before another."""
        at = max(range(begin, after), key=lambda i: self._ends[i] - self._starts[i])
        return self._sources[at]

    def _number(self, begin: int, after: int) -> int:
        return self._sums[after - 1] - (self._sums[begin - 1] if begin else 0)

    def _runs(self, start_ns: int, end_ns: int, pixel_ns: int) -> tuple[Sequence[int], Sequence[int]]:
        """Give where the merged spans begin that are seen, and where what follows each begins."""
        first, last = bisect_right(self._ends, start_ns), bisect_left(self._starts, end_ns)
        if first >= last:
            return (), ()
        level = min(LEVELS, (pixel_ns >> FINEST_BITS).bit_length()) - 1
        if level < 0:
            return range(first, last), range(first + 1, last + 1)
        level_begins = self._levels[level]
        begin, after = bisect_right(level_begins, first) - 1, bisect_left(level_begins, last)
        begins = level_begins[begin:after]
        afters = level_begins[begin + 1 : after + 1]
        if after == len(level_begins):
            afters.append(len(self))
        return begins, afters

    def sources(self) -> Sequence[Entry]:
        """Give all that was added, in order; of those that overlap, the longest."""
        return self._sources

    def forget_before(self, when_ns: int) -> None:
        """Forget what had ended by then."""
        gone = bisect_left(self._ends, when_ns)
        if not gone:
            return
        gone_sum = self._sums[gone - 1]
        del self._starts[:gone], self._ends[:gone], self._sources[:gone]
        self._sums = array("q", (each - gone_sum for each in self._sums[gone:]))
        for k, level in enumerate(self._levels):
            kept = array("q", (begin - gone for begin in level[bisect_left(level, gone) :]))
            if self._starts and (not kept or kept[0]):
                kept.insert(0, 0)
            self._levels[k] = kept

    def _push(self, new: Merged) -> None:
        i = len(self._starts)
        apart = 1 << (FINEST_BITS + LEVELS)
        if i:
            longer_ns = max(new.end_ns - new.start_ns, self._ends[-1] - self._starts[-1])
            apart = max(new.start_ns - self._ends[-1], longer_ns >> WIDE_BITS)
        for level in self._levels[: (apart >> FINEST_BITS).bit_length()]:
            level.append(i)
        self._starts.append(new.start_ns)
        self._ends.append(new.end_ns)
        self._sums.append(new.number + (self._sums[-1] if i else 0))
        self._sources.append(new.source)

    def _pop(self) -> Merged:
        i = len(self._starts) - 1
        for level in self._levels:
            if not level or level[-1] != i:
                break
            level.pop()
        count = self._sums.pop() - (self._sums[-1] if i else 0)
        return Merged(self._starts.pop(), self._ends.pop(), count, self._sources.pop())


def _together(one: Merged, other: Merged) -> Merged:
    longer = max(one, other, key=lambda each: each.end_ns - each.start_ns)
    start_ns, end_ns = min(one.start_ns, other.start_ns), max(one.end_ns, other.end_ns)
    return Merged(start_ns, end_ns, one.number + other.number, longer.source)


class MergedMark(NamedTuple):
    """A mark, or several in one place."""

    slowest: InputMark
    """The one that was answered last after it was made."""
    number: int


class MarkIndex:
    """Marks, merged by the cell of time that they are in; each cell knows its slowest."""

    def __init__(self) -> None:
        self._at = array("q")
        self._marks: list[InputMark] = []
        self._levels = [(array("q"), array("q")) for _ in range(LEVELS)]
        """Of each level, where its cells begin, and the slowest of each."""
        self.slowest_ns = 0
        """The longest that any took to be answered."""

    def __len__(self) -> int:
        return len(self._at)

    def add(self, mark: InputMark) -> None:
        """Add a mark; one that comes late costs what has come since."""
        self.slowest_ns = max(self.slowest_ns, latency_ns(mark))
        place = bisect_right(self._at, mark.at_ns)
        later = self._marks[place:]
        if later:
            self._cut(place)
        self._push(mark)
        for each in later:
            self._push(each)

    def within(self, start_ns: int, end_ns: int, cell_ns: int) -> list[MergedMark]:
        """Give the marks made in a stretch of time, in order; those in one cell of that size or less as one."""
        level = min(LEVELS, (cell_ns >> FINEST_BITS).bit_length()) - 1
        first, last = bisect_left(self._at, start_ns), bisect_left(self._at, end_ns)
        if level < 0:
            return [MergedMark(mark, 1) for mark in self._marks[first:last]]
        begins, slowest = self._levels[level]
        found = []
        for i in range(max(0, bisect_right(begins, first) - 1), bisect_left(begins, last)):
            end = begins[i + 1] if i + 1 < len(begins) else len(self)
            found.append(MergedMark(self._marks[slowest[i]], end - begins[i]))
        return found

    def forget_before(self, when_ns: int) -> None:
        """Forget the marks made before."""
        kept = self._marks[bisect_left(self._at, when_ns) :]
        if len(kept) < len(self):
            self.__init__()  # type: ignore[misc]
            for mark in kept:
                self.add(mark)

    def _push(self, mark: InputMark) -> None:
        i = len(self._at)
        differing = (mark.at_ns >> FINEST_BITS) ^ (self._at[-1] >> FINEST_BITS) if i else -1
        new_levels = differing.bit_length() if differing >= 0 else LEVELS
        self._at.append(mark.at_ns)
        self._marks.append(mark)
        taken_ns = latency_ns(mark)
        for k, (begins, slowest) in enumerate(self._levels):
            if k < new_levels:
                begins.append(i)
                slowest.append(i)
            elif taken_ns > latency_ns(self._marks[slowest[-1]]):
                slowest[-1] = i

    def _cut(self, place: int) -> None:
        """Drop the marks from that place on."""
        del self._at[place:], self._marks[place:]
        for begins, slowest in self._levels:
            del slowest[bisect_left(begins, place) :], begins[bisect_left(begins, place) :]
            if begins:
                slowest[-1] = max(range(begins[-1], place), key=lambda i: latency_ns(self._marks[i]))


def latency_ns(mark: InputMark) -> int:
    """Tell how long it took from an input to the paint that answered it."""
    return mark.painted_ns - mark.at_ns
