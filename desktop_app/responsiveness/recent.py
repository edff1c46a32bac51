"""The last freezes one by one, and the rectangles that draw them: pure, for any painter."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.slices import Band

MOST_FREEZES = 500
"""That are kept; those from one place are counted for longer (`freezes.FreezeLog`)."""
SMALLEST_SHARE = 0.4
"""Of the lane's height, that a freeze of the least bad band has."""
BANDS = tuple(band for band in Band if band is not Band.SMOOTH)


@dataclass(frozen=True, slots=True)
class Block:
    """A freeze as a rectangle, in the units that it was asked for; y grows downwards."""

    x: float
    y: float
    width: float
    height: float
    freeze: Freeze


class RecentFreezes:
    """The freezes that ended last, in the order in which they did; one thread."""

    def __init__(self) -> None:
        self._freezes: deque[Freeze] = deque(maxlen=MOST_FREEZES)

    def add(self, freeze: Freeze) -> None:
        """Take one that has ended."""
        self._freezes.append(freeze)

    @property
    def newest(self) -> Freeze | None:
        """The one that ended last; one that is the program's own fault, if there is one."""
        own = (freeze for freeze in reversed(self._freezes) if freeze.cause.is_of_the_program)
        return next(own, self._freezes[-1] if self._freezes else None)

    def beside(self, freeze: Freeze | None, step: int) -> Freeze | None:
        """Find the one that is so many further on in time: back where that is negative, and none beyond the ends.

        From none, or from one that is not kept any more, it is the newest.
        """
        for i, each in enumerate(self._freezes):
            if each is freeze:
                return self._freezes[i + step] if 0 <= i + step < len(self._freezes) else None
        return self.newest

    def blocks(
        self, now_ns: int, span_ns: int, width: float, height: float, *, least_width: float = 5.0
    ) -> list[Block]:
        """Lay those of the last ``span_ns`` out: x is the time, the present at the right edge; the worse the higher.

        One that lasted for less than ``least_width`` is as wide as that all the same, so that it can be seen and hit.
        """
        blocks = []
        for freeze in self._freezes:
            start_x = width * (1 - (now_ns - freeze.start_ns) / span_ns)
            end_x = width * (1 - (now_ns - freeze.end_ns) / span_ns)
            if end_x <= 0:
                continue
            left = max(0.0, min(start_x, end_x - least_width))
            block_height = height * height_share(freeze.band)
            block_width = min(width, max(end_x, left + least_width)) - left
            blocks.append(Block(left, height - block_height, block_width, block_height, freeze))
        return blocks


def height_share(band: Band) -> float:
    """Tell how high a freeze of this band is, from 0 to 1: what is worse can be told without its colour, too."""
    rank = BANDS.index(band) if band in BANDS else 0
    return SMALLEST_SHARE + (1 - SMALLEST_SHARE) * rank / (len(BANDS) - 1)


def block_at(blocks: list[Block], x: float, *, reach: float = 4.0) -> Block | None:
    """Find the block at a place, or within reach of it: the nearest; the later where two are."""
    near = [(max(block.x - x, x - block.x - block.width, 0.0), -i) for i, block in enumerate(blocks)]
    distance, i = min(near, default=(reach + 1, 0))
    return blocks[-i] if distance <= reach else None
