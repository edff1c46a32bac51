"""What can be measured about a thread from outside it, on this system."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from desktop_app.responsiveness.causes import Evidence
from desktop_app.responsiveness.clock import NS_PER_MS, Clock, monotonic_ns
from desktop_app.responsiveness.collecting import CollectionTime
from desktop_app.responsiveness.debugging import is_held_in, let_run
from desktop_app.responsiveness.detector import LATE_NS, Look
from desktop_app.responsiveness.events import RunningTask
from desktop_app.responsiveness.here import place_of
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.processor import ThreadProcessorTime, sleep_clock
from desktop_app.responsiveness.scheduling import Scheduling, is_traced, own_switches
from desktop_app.responsiveness.stacks import RawStack, capture
from desktop_app.responsiveness.task_stack import running_task

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

MOST_LOOKS = 64
"""Of those that are remembered: what a freeze's end is looked for in, and the start of one that is shorter."""
LOOKS_BEFORE = 8
"""Of those from before the thread was found busy, which are remembered until it is again."""
ON_TIME_NS = 2 * NS_PER_MS
"""A look that is no later than this did not wait for the interpreter: then files are read, which lets go of it."""
OLD_NS = 100 * NS_PER_MS
"""What was read this long before a look is not taken for what was just before it."""
LEAST_SLEEP_NS = 1000 * NS_PER_MS
"""What the machine must have slept to be said to have: more than a wall clock is corrected by at once, as a rule."""
IS_IDLE_SHARE = 0.4
"""Where only the process's processor time is known: below this the thread cannot have computed for the most part."""


class _Look(NamedTuple):
    """One look of the watchdog: sums since the beginning, of which a freeze is the difference of two."""

    at_ns: int
    cpu_ns: int
    computing_ns: int
    gc_ns: int
    held_ns: int
    stopped_ns: int

    def towards(self, other: _Look, at_ns: int) -> _Look:
        """Estimate what a look between this one and a later one would have seen."""
        span_ns = other.at_ns - self.at_ns
        part_ns = at_ns - self.at_ns
        return _Look(*(here + (there - here) * part_ns // span_ns for here, there in zip(self, other, strict=True)))


class _Delays(NamedTuple):
    """What the system told of run queues, and of sleep, at one moment."""

    at_ns: int
    watched_ns: int | None
    """How long the watched thread has waited for a processor."""
    own_ns: int | None
    """How long the one that looks has."""
    slept_ns: int
    """What the clock of sleep says."""


class _Activity(NamedTuple):
    """What tells who has the interpreter, at one moment."""

    at_ns: int
    switches: int | None
    """How often the watched thread has given up the processor of its own accord."""
    others_cpu_ns: int
    """What the process's other threads have used of the processor."""


class ThreadProbe:
    """Looks at one thread from another one, the watchdog's, that calls everything here.

    On Linux all that `Evidence` has is measured. Elsewhere the process's processor time stands in for the thread's,
    and a look that came late waited for the interpreter if the process computed meanwhile, and else was not
    scheduled: there a call that holds the interpreter and sleeps cannot be told from a process that is stopped, nor
    a thread that the system does not run, while the watchdog is run on time, from one that waits.

    Args:
        identity: The thread's ``threading.get_ident()``; it must live when this is made.
        native: Its ``threading.get_native_id()``.
        clock: The monotonic time that looks and freezes are on.
        slept: Grows by as much as the machine sleeps (`processor.sleep_clock`).
    """

    def __init__(
        self, identity: int, native: int, *, clock: Clock = monotonic_ns, slept: Callable[[], int] | None = None
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._slept = slept or sleep_clock()
        self._processor = ThreadProcessorTime(identity)
        self.cpu_ns = self._processor.ns
        """Tells what the thread has used of the processor; what it had, when it has ended."""
        self._collections = CollectionTime(identity)
        self._watched = Scheduling(native)
        self._own: Scheduling | None = None
        self._switches: Callable[[], int] | None = None
        self._switched = 0
        self._late_by_holder_ns = 0
        self._has_reported = False
        self._looks: deque[_Look] = deque(maxlen=MOST_LOOKS)
        self._before: tuple[_Look, ...] = ()
        # What was read last, what was before the last look, and what was before the thread was found busy.
        self._delays = self._delays_earlier = self._delays_before = _Delays(0, None, None, self._slept())
        self._activity = self._activity_before = _Activity(0, None, 0)
        self._debugged_ns = 0
        self._sampled_at_ns = 0
        self._was_debugged = False
        self.ownership = Ownership()
        """Tells which code is the program's own."""
        self.running_loop: Callable[[], AbstractEventLoop | None] = lambda: None
        """Tells what the thread found with `here.running_loop_here`."""

    @property
    def is_exact(self) -> bool:
        """Whether `cpu_ns` is the thread's own time, not the whole process's."""
        return self._processor.is_exact

    def place(self) -> tuple[int, int]:
        """Tell which frame it executes, and at which instruction; changes whenever it goes on."""
        return place_of(self._frame())

    def stack(self) -> RawStack:
        """Take its stack, and note whether a debugger holds it there."""
        found = capture(self._frame())
        if found and found[0][0] is self._collections.code:
            found = found[1:]
        now_ns = self._clock()
        self._was_debugged = is_held_in(found)
        if self._was_debugged:
            self._debugged_ns += now_ns - self._sampled_at_ns
        self._sampled_at_ns = now_ns
        return found

    def running_task(self) -> RunningTask | None:
        """Tell which asyncio task it runs."""
        loop = self.running_loop()
        return None if loop is None else running_task(loop, self._frame(), self.ownership)

    def _frame(self) -> FrameType | None:
        """Give the frame that it executes; to be dropped at once, for it holds the program's values."""
        return sys._current_frames().get(self._identity)  # noqa: SLF001 - there is no other way

    def start(self) -> None:
        """Begin to measure the whole process; once, before anything else, in the thread that looks."""
        let_run(threading.current_thread())
        self._switches = own_switches()
        self._own = Scheduling(threading.get_native_id())
        self._collections.start()
        self.tick(0)

    def stop(self) -> None:
        """Cease to, and leave nothing behind."""
        self._collections.stop()
        self._watched.close()
        if self._own is not None:
            self._own.close()

    def tick(self, late_ns: int, skipped: int = 0, skipped_last: Look | None = None) -> None:
        """Be called at a step of the watchdog; microseconds.

        Args:
            late_ns: How much later it woke than it wanted to.
            skipped: How often it has looked, on time, without calling this.
            skipped_last: The last of these looks: what is told of now came after it.
        """
        now_ns, cpu_ns, gc_ns = self._clock(), self._processor.ns(), self._collections.total_ns()
        switched = self._switches() if self._switches is not None else 0
        # Each look that was skipped was a sleep of the watchdog's, too.
        waits, self._switched = switched - self._switched - skipped, switched
        has_reported, self._has_reported = self._has_reported, False
        last = self._looks[-1] if self._looks else _Look(now_ns, cpu_ns, 0, gc_ns, 0, 0)
        if skipped_last is not None and skipped_last.at_ns > last.at_ns:
            computing_ns = last.computing_ns + skipped_last.cpu_ns - last.cpu_ns
            last = last._replace(at_ns=skipped_last.at_ns, cpu_ns=skipped_last.cpu_ns, computing_ns=computing_ns)
            self._looks.append(last)
        passed_ns, used_ns, collected_ns = now_ns - last.at_ns, cpu_ns - last.cpu_ns, gc_ns - last.gc_ns
        late_ns = min(late_ns, passed_ns)
        self._late_by_holder_ns = waited_ns = self._waited_ns(late_ns, waits, used_ns + collected_ns)
        self._delays_earlier = self._delays
        held_ns = stopped_ns = 0
        if late_ns >= LATE_NS:
            watched_ns, own_ns = self._delayed_ns(now_ns)
            # Each of the waits ended later by what the system did not run the one that waits.
            self._late_by_holder_ns = waited_ns = min(late_ns, waited_ns + min(waited_ns, own_ns))
            held_ns = _if_long(min(waited_ns, late_ns - watched_ns) - collected_ns)
            # Whoever is given reports may take its time: what is late after one says nothing.
            if not has_reported:
                stopped_ns = _if_long(late_ns - max(waited_ns, own_ns, watched_ns, used_ns))
        elif late_ns <= ON_TIME_NS:
            self._delays = self._read_delays(now_ns)
            if now_ns - self._activity.at_ns >= OLD_NS:
                self._activity = self._read_activity(now_ns)
        computing_ns = max(0, used_ns - collected_ns - held_ns)
        self._looks.append(
            _Look(
                now_ns,
                cpu_ns,
                last.computing_ns + computing_ns,
                gc_ns,
                last.held_ns + held_ns,
                last.stopped_ns + stopped_ns,
            )
        )

    def begin(self) -> None:
        """Gather evidence from now on: the thread was found busy."""
        looks = self._looks
        self._before = tuple(looks[index] for index in range(max(0, len(looks) - LOOKS_BEFORE), len(looks)))
        # From before the look that found it so: where that came late, most of the freeze may be over.
        self._delays_before = self._delays_earlier
        earliest_ns = self._before[-2].at_ns if len(self._before) > 1 else 0
        if self._delays_before.at_ns < earliest_ns - OLD_NS:
            self._delays_before = self._read_delays(self._clock())
        self._activity_before = self._activity
        if self._activity_before.at_ns < earliest_ns - 2 * OLD_NS:
            self._activity_before = self._read_activity(self._clock())
        self._debugged_ns, self._was_debugged, self._sampled_at_ns = 0, False, self._clock()

    def evidence(self, start_ns: int, end_ns: int) -> Evidence:
        """Give what was gathered about a stretch of time; some ten microseconds."""
        self._has_reported = True
        duration_ns = end_ns - start_ns
        first, last = self._look_at(start_ns), self._look_at(end_ns)
        used_ns = last.cpu_ns - first.cpu_ns
        stopped_ns, debugged_ns = last.stopped_ns - first.stopped_ns, self._debugged_ns
        if self._was_debugged:
            debugged_ns += max(0, end_ns - self._sampled_at_ns)
        if 2 * stopped_ns >= duration_ns and is_traced():
            stopped_ns, debugged_ns = 0, debugged_ns + stopped_ns
        now = self._read_delays(end_ns)
        delayed_ns = _grown_ns(self._delays_before.watched_ns, now.watched_ns)
        held_ns = self._wanted_ns(last.held_ns - first.held_ns, used_ns, end_ns)
        slept_ns = now.slept_ns - self._delays_before.slept_ns
        computing_ns: int | None = last.computing_ns - first.computing_ns
        if not self._looks or (not self._processor.is_exact and used_ns > IS_IDLE_SHARE * duration_ns):
            computing_ns = None
        return Evidence(
            duration_ns,
            computing_ns=computing_ns,
            gc_ns=last.gc_ns - first.gc_ns,
            held_ns=held_ns,
            not_scheduled_ns=min(delayed_ns + stopped_ns, max(0, duration_ns - used_ns)),
            suspended_ns=slept_ns if slept_ns >= LEAST_SLEEP_NS else 0,
            debugged_ns=debugged_ns,
        )

    def _wanted_ns(self, held_ns: int, used_ns: int, now_ns: int) -> int:
        """Tell for how much of the time in which the interpreter was held the watched thread had it, or wanted it.

        Not while it slept and others had it. Then it has neither asked for it again and again nor used the processor,
        but others have: an eighth of the time at least, for a machine may have much else to do. Where nobody used the
        processor, the thread may have held the interpreter asleep.
        """
        before = self._activity_before
        if held_ns < LATE_NS or 2 * used_ns >= held_ns or before.switches is None:
            return held_ns
        now = self._read_activity(now_ns)
        if now.switches is None or 8 * (now.others_cpu_ns - before.others_cpu_ns) < held_ns:
            return held_ns
        return min(held_ns, _waits_ns(now.switches - before.switches))

    def _waited_ns(self, late_ns: int, waits: int, used_ns: int) -> int:
        """Tell how much of a look's lateness was a wait for the interpreter."""
        if self._switches is None:
            return late_ns if 2 * used_ns >= late_ns > 0 else 0
        return min(late_ns, _waits_ns(waits))

    def _read_delays(self, now_ns: int) -> _Delays:
        own = self._own
        return _Delays(now_ns, self._watched.delay_ns(), None if own is None else own.delay_ns(), self._slept())

    def _read_activity(self, now_ns: int) -> _Activity:
        return _Activity(now_ns, self._watched.switches(), time.process_time_ns() - self._processor.ns())

    def _delayed_ns(self, now_ns: int) -> tuple[int, int]:
        """Tell how long the watched thread and this one waited for a processor, since this was read last."""
        before, self._delays = self._delays, self._read_delays(now_ns)
        watched_ns = _grown_ns(before.watched_ns, self._delays.watched_ns)
        return watched_ns, _grown_ns(before.own_ns, self._delays.own_ns)

    def _look_at(self, at_ns: int) -> _Look:
        """Give the look at a time, estimated between the two around it; of a time out of reach the nearest one."""
        looks = self._looks
        if looks and at_ns < looks[0].at_ns:
            looks = deque(self._before)
            if not looks or at_ns > looks[-1].at_ns:
                looks.append(self._looks[0])
        earlier = looks[0] if looks else _Look(at_ns, 0, 0, 0, 0, 0)
        for later in looks:
            if later.at_ns >= at_ns:
                return earlier.towards(later, at_ns) if at_ns > earlier.at_ns else earlier
            earlier = later
        return earlier


def _if_long(measured_ns: int) -> int:
    """Leave out what threads that take turns may cost each other."""
    return measured_ns if measured_ns >= LATE_NS else 0


def _waits_ns(switches: int) -> int:
    """Tell how long a thread has waited for the interpreter that gave up the processor so often.

    Once for something else. Each wait takes a little longer than the interval, which the program may change.
    """
    return max(0, switches - 1) * int(sys.getswitchinterval() * 1_000_000_000) * 5 // 4


def _grown_ns(before_ns: int | None, now_ns: int | None) -> int:
    return 0 if before_ns is None or now_ns is None else max(0, now_ns - before_ns)
