"""The probe's parts, on real threads."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from desktop_app.responsiveness.causes import Evidence, cause_of
from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.detector import Look
from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.probe import ThreadProbe
from tests.helpers.program import run_python

MS = NS_PER_MS


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@contextmanager
def watched_thread() -> Iterator[threading.Thread]:
    """Make a thread that waits until the block ends."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        yield thread
    finally:
        done.set()
        thread.join()


def probe_of(thread: threading.Thread, clock: ManualClock, slept_ns: list[int] | None = None) -> ThreadProbe:
    assert thread.ident is not None
    assert thread.native_id is not None
    slept = None if slept_ns is None else slept_ns.__getitem__
    return ThreadProbe(thread.ident, thread.native_id, clock=clock, slept=None if slept is None else lambda: slept(0))


def test_a_machine_that_slept_is_told_by_its_clocks(clock: ManualClock) -> None:
    """No test can make the machine sleep: the clock that counts its sleep is given."""
    slept_ns = [5_000 * MS]
    with watched_thread() as thread:
        probe = probe_of(thread, clock, slept_ns)
        probe.start()
        for _ in range(3):
            clock.advance_ms(10)
            probe.tick(0)
        began_ns = clock()
        clock.advance_ms(10)
        probe.tick(0)
        probe.begin()
        slept_ns[0] += 3_600_000 * MS
        clock.advance_ms(80)
        probe.tick(70 * MS)
        evidence = probe.evidence(began_ns, clock())
        probe.stop()
    assert evidence.suspended_ns == 3_600_000 * MS
    assert cause_of(evidence) is Cause.SUSPENDED


def test_a_clock_that_is_set_a_little_is_no_sleep(clock: ManualClock) -> None:
    slept_ns = [0]
    with watched_thread() as thread:
        probe = probe_of(thread, clock, slept_ns)
        probe.start()
        probe.begin()
        slept_ns[0] += 500 * MS
        clock.advance_ms(60)
        probe.tick(0)
        evidence = probe.evidence(clock() - 60 * MS, clock())
        probe.stop()
    assert evidence.suspended_ns == 0


def test_it_leaves_the_program_s_own_gc_callbacks_alone(clock: ManualClock) -> None:
    def the_program_s_own(_phase: str, _info: dict[str, int]) -> None:
        pass

    before = list(gc.callbacks)
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        assert len(gc.callbacks) == len(before) + 1
        gc.callbacks.append(the_program_s_own)
        probe.stop()
        probe.stop()
    assert gc.callbacks == [*before, the_program_s_own]
    gc.callbacks.remove(the_program_s_own)


def test_it_leaves_no_file_open(clock: ManualClock) -> None:
    if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112
        pytest.skip("lists open files in /proc")
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        probe.tick(0)
        probe.stop()
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208


def test_what_a_late_look_tells_is_of_the_time_since_the_last_that_was_skipped(clock: ManualClock) -> None:
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        probe.tick(0)
        clock.advance_ms(390)
        skipped_last = Look(clock(), probe.cpu_ns())
        clock.advance_ms(100)
        probe.tick(90 * MS, 39, skipped_last)
        evidence = probe.evidence(clock() - 90 * MS, clock())
        probe.stop()
    # Nobody had the interpreter, or a processor: of this it is known that it was so until the end.
    assert evidence.not_scheduled_ns >= 80 * MS


def test_a_thread_that_has_ended_is_looked_at_without_harm(clock: ManualClock) -> None:
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        used_ns = probe.cpu_ns()
    for _ in range(3):
        clock.advance_ms(10)
        probe.tick(0)
    probe.begin()
    clock.advance_ms(100)
    probe.tick(90 * MS)
    evidence = probe.evidence(clock() - 100 * MS, clock())
    assert (probe.stack(), probe.place(), probe.running_task()) == ((), (0, 0), None)
    probe.stop()
    assert probe.cpu_ns() >= used_ns
    assert evidence.computing_ns is not None
    assert evidence.computing_ns <= 10 * MS


class Computing:
    """A thread that computes as much of the processor's time as it is told."""

    def __init__(self) -> None:
        self._wanted = threading.Semaphore(0)
        self._done = threading.Semaphore(0)
        self._is_over = False
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def compute(self, time_ns: int) -> None:
        self._time_ns = time_ns
        self._wanted.release()
        self._done.acquire()

    def end(self) -> None:
        self._is_over = True
        self._wanted.release()
        self.thread.join()

    def _work(self) -> None:
        while self._wanted.acquire() and not self._is_over:
            end_ns = time.thread_time_ns() + self._time_ns
            while time.thread_time_ns() < end_ns:
                pass
            self._done.release()


@pytest.fixture
def computing() -> Iterator[Computing]:
    thread = Computing()
    yield thread
    thread.end()


def test_a_short_freeze_is_not_blurred_by_what_was_before_and_after(clock: ManualClock, computing: Computing) -> None:
    probe = probe_of(computing.thread, clock)
    probe.start()
    for computes_ms in (0, 40, 0, 0, 0, 40):
        computing.compute(computes_ms * MS)
        clock.advance_ms(40)
        probe.tick(0)
        if clock() == 120 * MS:
            probe.begin()
    evidence = probe.evidence(80 * MS, 200 * MS)
    probe.stop()
    assert evidence.computing_ns is not None
    assert evidence.computing_ns <= 10 * MS


def test_a_freeze_that_is_longer_than_what_is_remembered_counts_from_its_start(
    clock: ManualClock, computing: Computing
) -> None:
    probe = probe_of(computing.thread, clock)
    probe.start()
    for _ in range(20):
        clock.advance_ms(10)
        probe.tick(0)
    began_ns = clock()
    computing.compute(10 * MS)
    clock.advance_ms(10)
    probe.tick(0)
    probe.begin()
    for _ in range(500):
        clock.advance_ms(10)
        probe.tick(0)
    evidence = probe.evidence(began_ns, clock())
    probe.stop()
    assert evidence.duration_ns == 5_010 * MS
    assert evidence.computing_ns is not None
    assert evidence.computing_ns >= 9 * MS


def test_nothing_is_known_before_the_first_look(clock: ManualClock) -> None:
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        evidence = probe.evidence(0, 100 * MS)
        probe.stop()
    assert cause_of(evidence) is Cause.UNKNOWN


def looks_while(do: Callable[[], object]) -> list[tuple[int, int]]:
    """Look at this thread while it does something: how late each look was, and how much of that was for a holder."""
    looks: list[tuple[int, int]] = []
    is_over, has_looked = threading.Event(), threading.Event()

    def look() -> None:
        probe = ThreadProbe(main.ident or 0, main.native_id or 0)
        probe.start()
        last_ns = time.monotonic_ns()
        while not is_over.is_set():
            time.sleep(0.01)
            last_ns, now_ns = time.monotonic_ns(), last_ns
            late_ns = max(0, last_ns - now_ns - 10 * MS)
            probe.tick(late_ns)
            looks.append((late_ns, probe._late_by_holder_ns))
            has_looked.set()
        probe.stop()

    main = threading.current_thread()
    watchdog = threading.Thread(target=look)
    watchdog.start()
    has_looked.wait()
    do()
    is_over.set()
    watchdog.join()
    return looks


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells how often a thread has waited")


@on_linux
def test_a_look_that_waited_for_the_interpreter_is_late_by_its_holder() -> None:
    late_ns, by_holder_ns = max(looks_while(lambda: ctypes.PyDLL(None).usleep(300_000)))
    assert late_ns >= 250 * MS
    assert by_holder_ns >= 0.8 * late_ns


@on_linux
def test_a_look_that_nobody_kept_from_the_interpreter_is_late_by_no_holder() -> None:
    looks = looks_while(lambda: ctypes.CDLL(None).usleep(300_000))
    assert max(by_holder_ns for _, by_holder_ns in looks) < 20 * MS


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have only what every system has."""
    monkeypatch.setattr(sys, "platform", "elsewhere")
    for name in ("pthread_getcpuclockid", "CLOCK_BOOTTIME"):
        monkeypatch.delattr(time, name, raising=False)


def evidence_elsewhere(clock: ManualClock, *, late_ms: int, computed_ms: int) -> Evidence:
    """Give what is found out about a freeze of 100 ms that one look came late for, or none."""
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        clock.advance_ms(10)
        probe.tick(0)
        end_ns = time.process_time_ns() + computed_ms * MS
        while time.process_time_ns() < end_ns:
            pass
        clock.advance_ms(100)
        probe.tick(late_ms * MS)
        probe.begin()
        evidence = probe.evidence(clock() - 100 * MS, clock())
        probe.stop()
    return evidence


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("late_ms", "computed_ms", "cause"),
    [
        (0, 0, Cause.WAITING),
        (0, 90, Cause.UNKNOWN),
        (90, 90, Cause.INTERPRETER_HELD),
        (90, 0, Cause.NOT_SCHEDULED),
    ],
)
def test_where_only_the_process_s_time_is_known(
    clock: ManualClock, late_ms: int, computed_ms: int, cause: Cause
) -> None:
    assert cause_of(evidence_elsewhere(clock, late_ms=late_ms, computed_ms=computed_ms)) is cause


def test_a_look_that_is_late_by_a_report_says_nothing_of_the_system(clock: ManualClock) -> None:
    """Whoever is given a report may write it somewhere, and take a while."""
    with watched_thread() as thread:
        probe = probe_of(thread, clock)
        probe.start()
        clock.advance_ms(10)
        probe.tick(0)
        probe.begin()
        probe.evidence(clock() - 10 * MS, clock())
        clock.advance_ms(100)
        probe.tick(90 * MS)
        evidence = probe.evidence(clock() - 100 * MS, clock())
        probe.stop()
    assert cause_of(evidence) is Cause.WAITING


ENDING = """
import gc, os, sys, threading, time
from desktop_app.responsiveness.probe import ThreadProbe

main = threading.main_thread()
looked = threading.Event()

def look():
    probe = ThreadProbe(main.ident, main.native_id)
    probe.start()
    while True:
        time.sleep(0.001)
        probe.tick(0)
        probe.begin()
        probe.evidence(0, 1)
        looked.set()

threading.Thread(target=look, daemon=True).start()
looked.wait()
child = os.fork() if hasattr(os, "fork") else 0
garbage = [[each] for each in range(100_000)]
gc.collect()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_program_that_ends_or_forks_while_it_is_looked_at_does_so_quietly() -> None:
    ended = run_python(f"import warnings; warnings.simplefilter('ignore', DeprecationWarning)\n{ENDING}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
