"""Each cause made to happen in a real Qt program under the monitor, and the probe's parts on real threads.

A machine that has much else to do may truly not run a program for the most part of a freeze. So each cause of a
program's own is made to happen up to three times: one time it has to be told, and any other time before that only
the machine may have been said to be at fault.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import pytest

from desktop_app.responsiveness.causes import cause_of
from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.probe import ThreadProbe
from tests.helpers.program import HANG_S, REPOSITORY, environment

MS = NS_PER_MS
TIMES = 3
OWN = [
    ("sleep", Cause.WAITING, "sleep"),
    ("silent_socket", Cause.WAITING, "silent_socket"),
    ("contended_lock", Cause.WAITING, "contended_lock"),
    ("python_loop", Cause.COMPUTING, "python_loop"),
    ("backtracking", Cause.INTERPRETER_HELD, ""),
    ("sleeping_with_the_interpreter", Cause.INTERPRETER_HELD, ""),
    ("held_by_another_thread", Cause.INTERPRETER_HELD, ""),
    ("sleeping_while_others_compute", Cause.WAITING, "sleeping_while_others_compute"),
    ("collecting", Cause.GARBAGE_COLLECTION, ""),
]


class Told(NamedTuple):
    cause: Cause
    duration_ms: int
    not_scheduled_ms: int
    is_lasting: bool
    culprit: str


class Freezing:
    """The program that freezes, while it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.stdin: IO[str] = process.stdin
        self.stdout: IO[str] = process.stdout

    def told(self) -> Iterator[Told]:
        """Give what it tells of freezes, as it does, to its end."""
        for line in self.stdout:
            if line.startswith("{"):
                said = json.loads(line)
                yield Told(**{**said, "cause": Cause(said["cause"])})

    def wait_for(self, words: str) -> None:
        """Read until it has said this; a prompt ends no line."""
        said = ""
        while not said.endswith(words):
            character = self.stdout.read(1)
            assert character, said
            said += character


@contextmanager
def freezing(kind: str) -> Iterator[Freezing]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.responsiveness.freezing", kind],
        cwd=REPOSITORY,
        env=environment(screen=True),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        end = threading.Timer(HANG_S, process.kill)
        end.start()
        try:
            yield Freezing(process)
            process.stdout and process.stdout.read()
            assert process.wait() == 0
        finally:
            end.cancel()
            process.kill()


def longest(told: list[Told]) -> Told:
    return max((each for each in told if not each.is_lasting), key=lambda each: each.duration_ms)


@pytest.mark.parametrize(("kind", "cause", "function"), OWN, ids=[kind for kind, _, _ in OWN])
def test_a_cause_of_the_program_s_own_is_told(kind: str, cause: Cause, function: str) -> None:
    found: list[Told] = []
    for _ in range(TIMES):
        with freezing(kind) as program:
            found.append(longest(list(program.told())))
        if found[-1].cause is cause:
            break
        assert found[-1].cause is Cause.NOT_SCHEDULED, found
    assert found[-1].cause is cause, found
    assert function in ("", found[-1].culprit)


def state_of(process: int) -> str:
    with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc whether the process stands still")
def test_a_process_that_was_stopped_was_not_scheduled() -> None:
    with freezing("nothing") as program:
        program.wait_for("ready\n")
        os.kill(program.process.pid, signal.SIGSTOP)
        while state_of(program.process.pid) != "T":
            os.sched_yield()
        time.sleep(0.5)
        os.kill(program.process.pid, signal.SIGCONT)
        found = longest(list(program.told()))
    assert found.cause is Cause.NOT_SCHEDULED
    assert found.not_scheduled_ms >= found.duration_ms / 2


def test_a_breakpoint_is_a_debugger_s_while_it_lasts_and_when_it_has_ended() -> None:
    with freezing("breakpoint_reached") as program:
        program.wait_for("(Pdb) ")
        told = program.told()
        lasting = next(each for each in told if each.is_lasting)
        program.stdin.write("continue\n")
        program.stdin.flush()
        ended = longest(list(told))
    assert (lasting.cause, ended.cause) == (Cause.DEBUGGER, Cause.DEBUGGER)


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
        slept_ns[0] += 30 * MS
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
