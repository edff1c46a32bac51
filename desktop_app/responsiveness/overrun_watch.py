"""Has an asyncio loop tell of the callbacks that held a frame, and takes those down that no freeze accounts for."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from desktop_app.responsiveness.journal import Journal, Kind, Span
from desktop_app.responsiveness.overruns import Overrun, OverrunLog, overrun_of
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.slices import Slice

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Handle

MOST_OPEN: Final = 1000
"""Overruns within one slice; the oldest go."""

Listener: TypeAlias = "Callable[[Handle, int, int], None]"


class OverrunWatch:
    """Listens to the loop that runs in the GUI thread, if that is one that tells of overruns (``on_overrun``).

    What is part of a freeze is left out: the watchdog has looked at that while it lasted, and knows the exact line.
    So an overrun is taken down when the slice is known that it is in. All of it belongs to the loop's thread, but for
    `leave`.

    Args:
        log: Where the overruns go.
        journal: Where they go, too, as spans.
        ownership: Tells the program's own code.
        is_counted: Tells whether what the thread does counts just now.
        threshold_ns: A slice of this length or more is a freeze.
    """

    def __init__(
        self,
        log: OverrunLog,
        journal: Journal,
        ownership: Ownership,
        is_counted: Callable[[], bool],
        threshold_ns: int,
    ) -> None:
        self._log = log
        self._journal = journal
        self._ownership = ownership
        self._is_counted = is_counted
        self._threshold_ns = threshold_ns
        self._loop: Callable[[], AbstractEventLoop | None] = _no_loop
        """Gives the loop that is listened to, which it does not keep."""
        self._link: _Link | None = None
        self._counted_from_ns = 0
        self._open: deque[Overrun] = deque(maxlen=MOST_OPEN)

    def follow(self, loop: AbstractEventLoop | None) -> None:
        """Listen to this loop, if it is another one now; None, as between two runs of a loop, changes nothing."""
        if loop is None or loop is self._loop() or not hasattr(loop, "on_overrun"):
            return
        self._unlink()
        self._loop = weakref.ref(loop)
        self._link = _Link(self._add, loop.on_overrun)
        loop.on_overrun = self._link

    def leave(self) -> None:
        """Listen no more, take down what is known, and put back whoever listened before; any thread."""
        self._unlink()
        for overrun in self._taken():
            self._settle(overrun, is_frozen=overrun.duration_ns >= self._threshold_ns)

    def restart(self, at_ns: int) -> None:
        """Leave out what began before this."""
        self._counted_from_ns = at_ns

    def settle(self, found: Slice) -> None:
        """Take down what there is by now, but for what is in this slice if that is a freeze; cheap without any."""
        for overrun in self._taken() if self._open else ():
            is_within = overrun.start_ns < found.end_ns and found.start_ns < overrun.end_ns
            self._settle(overrun, is_frozen=is_within and found.duration_ns >= self._threshold_ns)

    def _add(self, handle: Handle, start_ns: int, end_ns: int) -> None:
        if self._is_counted() and start_ns >= self._counted_from_ns:
            self._open.append(overrun_of(handle, start_ns, end_ns, self._ownership))

    def _taken(self) -> Iterator[Overrun]:
        """Take all that there is; `leave` may do so in another thread."""
        with suppress(IndexError):
            while True:
                yield self._open.popleft()

    def _settle(self, overrun: Overrun, *, is_frozen: bool) -> None:
        if is_frozen:
            return
        self._log.add(overrun)
        name = f"{overrun}, task {overrun.task}" if overrun.is_named else str(overrun)
        self._journal.add(Span(Kind.OVERRUN, overrun.start_ns, overrun.end_ns, name))

    def _unlink(self) -> None:
        loop: Any = self._loop()
        link, self._link, self._loop = self._link, None, _no_loop
        if link is None:
            return
        link.own = None
        # Whoever has put itself in front of this one since still calls it, and reaches those before by it.
        if loop is not None and loop.on_overrun is link:
            loop.on_overrun = link.before_in_use()


def _no_loop() -> None:
    return None


class _Link:
    """What a loop tells of overruns: first this, then whoever listened before."""

    __slots__ = ("before", "own")

    def __init__(self, own: Listener, before: Listener | None) -> None:
        self.own: Listener | None = own
        """None once it is over."""
        self.before = before

    def __call__(self, handle: Handle, start_ns: int, end_ns: int) -> None:
        if self.own is not None:
            self.own(handle, start_ns, end_ns)
        if self.before is not None:
            self.before(handle, start_ns, end_ns)

    def before_in_use(self) -> Listener | None:
        """Give who listened before, without those that have ceased to since."""
        before = self.before
        while isinstance(before, _Link) and before.own is None:
            before = before.before
        return before
