"""Each cause made to happen in a real Qt program under the monitor.

A machine that has much else to do may truly not run a program for the most part of a freeze. So each cause of a
program's own is made to happen up to three times: one time it has to be told, and any other time before that only
the machine may have been said to be at fault.
"""

from __future__ import annotations

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

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause
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
    ("wanting_while_another_thread_matches", Cause.INTERPRETER_HELD, ""),
    ("waiting_for_a_thread_that_matches", Cause.WAITING, ""),
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
        end = threading.Timer(3 * HANG_S, process.kill)
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
