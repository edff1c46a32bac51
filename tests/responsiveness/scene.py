"""A watchdog on a clock by hand, and a thread that does as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.responsiveness.causes import Evidence
from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.detector import Detector, Look
from desktop_app.responsiveness.events import Freeze, RunningTask
from desktop_app.responsiveness.stacks import RawStack
from desktop_app.responsiveness.watchdog import Pace, Watchdog

MS = NS_PER_MS
IDLE = (1, 2)
BUSY = (3, 4)
TICK_MS = 10


@dataclass
class Scripted:
    """A GUI thread that is where it is told to be."""

    clock: ManualClock
    at: tuple[int, int] = IDLE
    used_ns: int = 0
    pings: list[int] = field(default_factory=list)
    evidence_of: list[tuple[int, int]] = field(default_factory=list)
    stacks: int = 0
    places: int = 0
    hurried_ms: list[int | None] = field(default_factory=list)

    def cpu_ns(self) -> int:
        # To go elsewhere takes a nanosecond.
        return self.used_ns + (self.at != IDLE)

    def place(self) -> tuple[int, int]:
        self.places += 1
        return self.at

    def stack(self) -> RawStack:
        self.stacks += 1
        return ((Scripted.stack.__code__, 0),)

    def running_task(self) -> RunningTask | None:
        return None

    def start(self) -> None:
        """Measure nothing."""

    def stop(self) -> None:
        """Measure nothing."""

    def tick(self, late_ns: int, skipped: int, skipped_last: Look | None) -> None:
        """Measure nothing."""

    def begin(self) -> None:
        """Measure nothing."""

    def evidence(self, start_ns: int, end_ns: int) -> Evidence:
        self.evidence_of.append((start_ns, end_ns))
        return Evidence(end_ns - start_ns)

    def ping(self) -> None:
        self.pings.append(self.clock())


@dataclass
class Scene:
    """A watchdog, and the thread that it watches."""

    clock: ManualClock
    thread: Scripted
    detector: Detector
    watchdog: Watchdog
    reported: list[Freeze]
    is_watched: bool = True

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance_ms(self.watchdog.wait_ns / MS)
            self.watchdog.step()

    def serve(self) -> None:
        """Have the GUI thread serve what is waiting for it."""
        self.thread.at = IDLE
        self.beat()

    def beat(self, next_ms: int | None = None) -> None:
        found = self.detector.beat(self.clock(), self.thread.used_ns)
        if next_ms is not None:
            self.detector.expect(self.clock() + next_ms * MS)
        if found is not None:
            self.watchdog.end_slice(found, is_startup=False)

    def ended(self) -> list[Freeze]:
        return [freeze for freeze in self.reported if not freeze.is_lasting]

    def lasting(self) -> list[Freeze]:
        return [freeze for freeze in self.reported if freeze.is_lasting]


def made_scene() -> Scene:
    """Make one of a thread that is idle."""
    clock, reported = ManualClock(), list[Freeze]()
    clock.advance_ms(1000)
    thread, detector = Scripted(clock), Detector()
    watchdog = Watchdog(
        detector,
        thread,
        ping=thread.ping,
        hurry=thread.hurried_ms.append,
        idle_place=lambda: IDLE,
        is_watched=lambda: made.is_watched,
        is_counted=lambda: made.is_watched,
        report=reported.append,
        clock=clock,
        pace=Pace(tick_ms=TICK_MS),
    )
    made = Scene(clock, thread, detector, watchdog, reported)
    made.look(3)
    return made
