"""Fresh processes, and what is read of them from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
CHILDREN = Path(__file__).parent / "children"
LIMIT_S = 60.0
KIB_PER_MIB = 1024


class ChildError(Exception):
    """A process that is measured did not do what it is measured at; holds the end of what it wrote to stderr."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MiB."""

    own: float
    """What it wrote, and nobody else can have: the private dirty pages (most of the USS)."""
    resident: float
    """All its pages in memory, those of Qt's and Python's libraries included (RSS)."""


class Child:
    """A process that tells what happens to it."""

    def __init__(self, process: subprocess.Popen[str], started_ns: int) -> None:
        self.process = process
        self.started_ns = started_ns

    def next(self, event: str) -> int:
        """Wait until it tells of this event, and give the stamp of it, in nanoseconds after its start.

        It waits, in the event, for `go_on`.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        told: dict[str, Any] = json.loads(line) if line else {}
        if told.get("event") != event:
            raise ChildError(f"{event} was expected, and it told {told or 'nothing'}")
        return int(told["at_ns"]) - self.started_ns

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def started(script: str, *arguments: str | Path) -> Iterator[Child]:
    """Start a script of `children`, and wait for its end after the block.

    Its start is the moment before it is spawned, on the system-wide monotonic clock.

    Raises:
        ChildError: It failed, or took longer than `LIMIT_S`.
    """
    started_ns = time.monotonic_ns()
    process = subprocess.Popen(
        [sys.executable, str(CHILDREN / script), *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    overdue = threading.Timer(LIMIT_S, process.kill)
    overdue.start()
    try:
        yield Child(process, started_ns)
    except ChildError as error:
        process.kill()
        _, errors = process.communicate()
        raise ChildError(f"{error}. {errors[-500:]}") from None
    except BaseException:
        process.kill()
        process.communicate()
        raise
    finally:
        overdue.cancel()
    _, errors = process.communicate(timeout=LIMIT_S)
    if process.returncode:
        raise ChildError(f"{script} ended with {process.returncode}. {errors[-500:]}")


def finished(*arguments: str | Path | float, limit_s: float = LIMIT_S) -> str:
    """Run Python with these arguments to its end, and give what it wrote to stdout.

    Raises:
        ChildError: It failed, or took longer than ``limit_s``.
    """
    try:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise ChildError(f"it ended with {error.returncode}. {error.stderr[-500:]}") from None
    except subprocess.TimeoutExpired:
        raise ChildError(f"it took longer than {limit_s:g} s") from None
    return done.stdout


def memory_of(pid: int) -> Memory | None:
    """Read how much memory a process has just now; None where the system does not tell (it needs Linux)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kib["Private_Dirty"] / KIB_PER_MIB, kib["Rss"] / KIB_PER_MIB)
