"""The watchdog: looks at the GUI thread from a thread of its own, samples its stack while it serves nothing."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from desktop_app.responsiveness.causes import Evidence, cause_of
from desktop_app.responsiveness.clock import NS_PER_MS, Clock
from desktop_app.responsiveness.detector import LATE_NS, OVERDUE_NS, Detector, Look
from desktop_app.responsiveness.events import Freeze, RunningTask
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.slices import LONG_TASK_MS, Band, Slice
from desktop_app.responsiveness.stacks import MOST_STACKS, RawStack, counted, culprit_of

MOST_SAMPLES = 64
"""Of one freeze: when there are so many, every other one is dropped, and from then on half as many are taken."""
FLUSH_S = 0.001
QUIET_NS = 500 * NS_PER_MS
"""For so long looks at an idle thread are nothing but that."""
SATURATED_NS = 30 * NS_PER_MS
"""Between two looks at a thread that serves one event after the other: each has it wait for the interpreter.

Its beats come at each tick meanwhile, and tell as well since when it serves no more. With what a beat may be late, it
leaves time for a sample before a freeze is one.
"""
STIRRED_BEAT_MS, CALM_NS = 50, 1000 * NS_PER_MS
"""How often a thread beats that does something; after so long without, it beats as its heartbeat has it."""
BUSY_SHARE = 0.3
"""Of its time a thread computes that counts as busy, though no Python code can be seen to run."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the watchdog looks, and when it speaks; milliseconds."""

    tick_ms: int = 10
    """Between two looks; a freeze's start is known to half of this."""
    threshold_ms: int = LONG_TASK_MS
    """What is at least this long is a freeze."""
    sample_after_ms: int = 20
    """The first sample of the stack; well before the threshold."""
    lasting_ms: int = Band.HANG
    """A freeze that has lasted this long is reported while it lasts."""


class Probe(Protocol):
    """What can be measured about the GUI thread from outside (`probe.ThreadProbe`)."""

    def cpu_ns(self) -> int:
        """Tell what it has used of the processor."""

    def place(self) -> tuple[int, int]:
        """Tell which frame it executes, and at which instruction; changes whenever it goes on."""

    def stack(self) -> RawStack:
        """Take its stack."""

    def running_task(self) -> RunningTask | None:
        """Tell which asyncio task it runs."""

    def start(self) -> None:
        """Begin to measure."""

    def stop(self) -> None:
        """Cease to."""

    def tick(self, late_ns: int, skipped: int, skipped_last: Look | None) -> None:
        """Be told of a look, how late it was, how many were skipped before it, and the last of them."""

    def begin(self) -> None:
        """Gather evidence from now on."""

    def evidence(self, start_ns: int, end_ns: int) -> Evidence:
        """Give what was gathered since."""


class Watchdog:
    """Looks at the GUI thread at every tick, and makes a `Freeze` of each stretch in which that served nothing.

    Everything but `end_slice` belongs to the watchdog's thread, or to a test that calls `step` by hand.

    Args:
        detector: Knows since when nothing was served.
        probe: Measures the GUI thread.
        ping: Posts an event to the GUI thread, which is told to the detector when it is served.
        hurry: Has the GUI thread beat that often, in milliseconds, or as before; each beat is told to the detector.
        idle_place: Tells where the GUI thread is while it waits for events; None as long as nothing was served.
        is_watched: Tells whether the GUI thread can be expected to serve events, and what it does counts.
        is_counted: Tells whether what it does counts, though it may serve no more.
        report: Is given each freeze: one that lasts (`Freeze.is_lasting`) once, and each when it has ended.
        clock: Time.
        pace: How often, and how long.
        ownership: Tells which code is the program's own; None: what is not installed.
    """

    def __init__(
        self,
        detector: Detector,
        probe: Probe,
        *,
        ping: Callable[[], None],
        hurry: Callable[[int | None], None],
        idle_place: Callable[[], tuple[int, int] | None],
        is_watched: Callable[[], bool],
        is_counted: Callable[[], bool],
        report: Callable[[Freeze], None],
        clock: Clock,
        pace: Pace,
        ownership: Ownership | None = None,
    ) -> None:
        self.probe = probe
        self._ownership = ownership or Ownership()
        self._detector = detector
        self._ping = ping
        self._hurry = hurry
        self._idle_place = idle_place
        self._is_watched = is_watched
        self._is_counted = is_counted
        self._report = report
        self._clock = clock
        self._pace = pace
        self._ended: deque[tuple[Slice, bool]] = deque()
        self._samples = _Samples(pace.tick_ms * NS_PER_MS)
        self._last: Look | None = None
        self._tick_ns = pace.tick_ms * NS_PER_MS
        self.wait_ns = self._tick_ns
        """Until the next look."""
        self._is_hurried = False
        self._beat_ms: int | None = None
        self._stirred_ns = 0
        self._rests_with_ns: int | None = None
        self._rests_until_ns = self._full_at_ns = 0
        self._skipped = 0
        self._pinged_ns: int | None = None
        self._is_reported = False
        self._is_done = False
        self._thread = threading.Thread(target=self._work, name="freeze-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Cease to; what has ended is reported before this returns. Not from the watchdog's own thread."""
        self._is_done = True
        if self._thread.is_alive():
            self._thread.join()
        self._hurry(None)
        self._report_ended()
        self._report_unended()

    def end_slice(self, found: Slice, *, is_startup: bool) -> None:
        """Say that the GUI thread has served something again; that thread."""
        if found.duration_ns >= self._pace.threshold_ms * NS_PER_MS:
            self._ended.append((found, is_startup))

    def flush(self) -> None:
        """Return when what has ended is reported; any thread but the watchdog's own."""
        while self._ended and self._thread.is_alive():
            time.sleep(FLUSH_S)

    def step(self) -> None:
        """Look once."""
        now = Look(self._clock(), self.probe.cpu_ns())
        last, self._last = self._last or now, now
        late_ns, self.wait_ns = now.at_ns - last.at_ns - self.wait_ns, self._tick_ns
        if now.cpu_ns == self._rests_with_ns and now.at_ns < self._rests_until_ns and late_ns < LATE_NS:
            # It has not run since it was idle. That is nearly always so, and all that an idle program pays for.
            self._skipped += 1
            self._detector.rest(now)
            return
        if now.cpu_ns != last.cpu_ns and not self._detector.has_served_since(last.at_ns):
            # That was not for a beat.
            self._stirred_ns = now.at_ns
        serves = self._detector.has_served_since(now.at_ns - OVERDUE_NS)
        if self._is_hurried and serves and late_ns < LATE_NS and now.at_ns < self._full_at_ns and not self._ended:
            self._skipped += 1
            self.wait_ns = max(self._tick_ns, SATURATED_NS)
            return
        late_ns = max(0, late_ns)
        is_late, is_idle = late_ns >= LATE_NS, self.probe.place() == self._idle_place()
        computes = now.cpu_ns - last.cpu_ns > BUSY_SHARE * (now.at_ns - last.at_ns)
        overdue_ns = self._detector.overdue_since_ns(now.at_ns)
        if is_idle and not (is_late or computes or overdue_ns) and self._rests(now):
            self._pace_beats(now.at_ns, is_saturated=False)
            return
        # Where a C call kept the interpreter, it has just ended: whatever reads a file would let the thread go on.
        stack = self.probe.stack() if is_late and not is_idle else None
        self._rests_with_ns, self._full_at_ns = None, now.at_ns + QUIET_NS
        self.probe.tick(late_ns, self._skipped, last if self._skipped else None)
        self._skipped = 0
        self._report_ended()
        is_watched = self._is_watched()
        if not is_watched and self._is_counted():
            # It will serve no more: what it is in the midst of lasts until the watch ends.
            return
        wanted_ns = now.at_ns - late_ns
        # Whatever kept this thread from looking may have kept the other from serving.
        was_kept = is_late and not self._detector.has_served_since(wanted_ns)
        looks_idle = is_idle and not computes and not was_kept
        is_busy = is_watched and (not looks_idle or overdue_ns is not None)
        # It has much to serve, and serves it.
        is_saturated = is_busy and serves
        was_hurried, due_ns = self._is_hurried, self._detector.due_ns
        if is_saturated and was_hurried:
            self.wait_ns = max(self._tick_ns, SATURATED_NS)
        self._pace_beats(now.at_ns, is_saturated=is_saturated)
        since_ns = wanted_ns if was_kept else overdue_ns if looks_idle else None
        if was_hurried and since_ns is None and due_ns is not None and due_ns < now.at_ns:
            since_ns = due_ns
        self._detector.look(now, is_busy=is_busy, wanted_ns=since_ns, looks_idle=looks_idle)
        since_ns = self._detector.busy_since_ns(now)
        if since_ns is None or (self._pinged_ns is not None and self._detector.has_served_since(self._pinged_ns)):
            # What has ended meanwhile wants the samples that are forgotten now.
            self._report_ended()
            self._forget()
        if since_ns is None:
            return
        if self._pinged_ns is None:
            self.probe.begin()
            self._pinged_ns = now.at_ns
            # Where it is hurried, a beat is due in a moment.
            if not (is_saturated and was_hurried):
                self._detector.ping(now.at_ns)
                self._ping()
        age_ns = now.at_ns - since_ns
        # Where no Python code runs, or none any more, its place says nothing of what the thread does.
        if age_ns >= self._pace.sample_after_ms * NS_PER_MS and not is_idle and self._samples.is_due(now.at_ns):
            self._samples.add(now.at_ns, stack or self.probe.stack(), is_late=is_late)
            self._samples.task = self._samples.task or self.probe.running_task()
        if age_ns >= self._pace.lasting_ms * NS_PER_MS and not self._is_reported:
            self._is_reported = True
            is_startup = self._idle_place() is None
            self._report(self._freeze(Slice(since_ns, now.at_ns), is_startup=is_startup, is_lasting=True))

    def _pace_beats(self, now_ns: int, *, is_saturated: bool) -> None:
        """Have the thread beat as often as it takes to say when it served last."""
        unhurried_ms = STIRRED_BEAT_MS if now_ns - self._stirred_ns < CALM_NS else None
        beat_ms = self._pace.tick_ms if is_saturated else unhurried_ms
        self._is_hurried = is_saturated
        if beat_ms != self._beat_ms:
            self._beat_ms = beat_ms
            self._hurry(beat_ms)

    def _rests(self, now: Look) -> bool:
        """Tell whether there is nothing to be done but to note that the thread is idle, and note it.

        It is for as long as it uses nothing of the processor, but then a beat is overdue, and now and then a full
        step is made.
        """
        if self._pinged_ns is not None or self._ended or now.at_ns >= self._full_at_ns:
            return False
        due_ns = self._detector.due_ns
        self._rests_with_ns = now.cpu_ns
        self._rests_until_ns = self._full_at_ns if due_ns is None else min(self._full_at_ns, due_ns + OVERDUE_NS)
        self._skipped += 1
        self._detector.rest(now)
        return True

    def _report_ended(self) -> None:
        while self._ended:
            # It stays until it is reported: that is what `flush` waits for.
            found, is_startup = self._ended[0]
            try:
                self._report(self._freeze(found, is_startup=is_startup, is_lasting=False))
            finally:
                self._ended.popleft()

    def _report_unended(self) -> None:
        """Report what the GUI thread is in the midst of, which will not be seen to end."""
        now = Look(self._clock(), self.probe.cpu_ns())
        since_ns = self._detector.busy_since_ns(now) if self._is_counted() else None
        if since_ns is not None and now.at_ns - since_ns >= self._pace.threshold_ms * NS_PER_MS:
            is_startup = self._idle_place() is None
            self._report(self._freeze(Slice(since_ns, now.at_ns), is_startup=is_startup, is_lasting=False))

    def _forget(self) -> None:
        self._samples.clear()
        self._pinged_ns = None
        self._is_reported = False

    def _freeze(self, found: Slice, *, is_startup: bool, is_lasting: bool) -> Freeze:
        evidence = self.probe.evidence(found.start_ns, found.end_ns)
        stacks = counted(self._samples.between(found), self._ownership)
        return Freeze(
            start_ns=found.start_ns,
            end_ns=found.end_ns,
            cause=cause_of(evidence),
            culprit=culprit_of(stacks),
            task=self._samples.task,
            stacks=stacks[:MOST_STACKS],
            is_late_sample=self._samples.is_late,
            not_scheduled_ns=evidence.not_scheduled_ns,
            is_lasting=is_lasting,
            is_startup=is_startup,
        )

    def _work(self) -> None:
        self.probe.start()
        try:
            while not self._is_done:
                time.sleep(self.wait_ns / 1e9)
                try:
                    self.step()
                except Exception as error:  # noqa: BLE001 - a bug of ours, said where those of threads are
                    tell_exception(error)
        finally:
            self.probe.stop()


def tell_exception(error: BaseException) -> None:
    """Say what nobody caught, where exceptions of threads are said; the thread goes on."""
    threading.excepthook(
        threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    )


class _Samples:
    """The stacks of one freeze, spread evenly over it however long it lasts."""

    def __init__(self, tick_ns: int) -> None:
        self._tick_ns = tick_ns
        self.clear()

    def clear(self) -> None:
        self._taken: list[tuple[int, RawStack]] = []
        self._interval_ns = self._tick_ns
        self.task: RunningTask | None = None
        self.is_late = False

    def is_due(self, now_ns: int) -> bool:
        # Half a tick of tolerance: ticks are never exactly as far apart as they should be.
        return not self._taken or now_ns - self._taken[-1][0] >= self._interval_ns - self._tick_ns // 2

    def add(self, now_ns: int, stack: RawStack, *, is_late: bool) -> None:
        self._taken.append((now_ns, stack))
        self.is_late = self.is_late or is_late
        if len(self._taken) >= MOST_SAMPLES:
            del self._taken[1::2]
            self._interval_ns *= 2

    def between(self, found: Slice) -> list[RawStack]:
        return [stack for at_ns, stack in self._taken if found.start_ns <= at_ns <= found.end_ns + self._tick_ns]
