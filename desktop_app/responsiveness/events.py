"""What is measured: stretches in which the GUI thread served no event, how bad each is, and what it was doing.

All times are nanoseconds on the monitor's clock, unless a name says otherwise.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.overriding import override
from desktop_app.responsiveness.slices import Band


class Cause(enum.StrEnum):
    """Why the GUI thread served no event."""

    WAITING = "waiting"
    """It slept, or waited for a socket, a lock or the disk, and used no processor."""
    COMPUTING = "computing"
    GARBAGE_COLLECTION = "garbage collection"
    INTERPRETER_HELD = "interpreter held"
    """A C call kept the interpreter to itself: no other Python thread could run."""
    NOT_SCHEDULED = "not scheduled"
    """The system ran something else, or had stopped the process: not the program's fault."""
    SUSPENDED = "suspended"
    """The machine slept."""
    DEBUGGER = "debugger"
    """A debugger held the program."""
    UNKNOWN = "unknown"

    @property
    def is_of_the_program(self) -> bool:
        """Whether the program's own code is what froze it; what does not is reported apart, and is not a freeze."""
        return self not in (Cause.NOT_SCHEDULED, Cause.SUSPENDED, Cause.DEBUGGER)


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in the code, as in a traceback; never any value."""

    file: str
    """The path that the code was compiled from."""
    line: int
    function: str
    """Its plain name, as in a traceback."""
    call: str = ""
    """The source of the expression under way, ``time.sleep(delay)`` say; empty where there is no source."""
    is_own: bool = False
    """Whether it is the program's own code: not Qt's, the standard library's, or an installed package's."""

    @override
    def __str__(self) -> str:
        return f"{self.function} ({self.file.replace(chr(92), '/').rpartition('/')[2]}:{self.line})"


Stack: TypeAlias = tuple[Frame, ...]
"""The outermost frame first, as in a traceback."""


@dataclass(frozen=True, slots=True)
class CountedStack:
    """A stack that was seen in this many of a freeze's samples."""

    stack: Stack
    count: int


@dataclass(frozen=True, slots=True)
class Culprit:
    """Where a freeze was, for the most part."""

    frame: Frame
    share: float
    """In how many of the samples, from 0 to 1, this function was the innermost of the program's own."""

    @override
    def __str__(self) -> str:
        return f"{self.share:.0%} in {self.frame}".replace("%", " %", 1)


@dataclass(frozen=True, slots=True)
class RunningTask:
    """The asyncio task that ran on the GUI thread during a freeze."""

    name: str
    awaits: Stack
    """Its coroutine and what that awaits, the outermost first."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """A stretch in which the GUI thread served no event, with what was found out about it."""

    start_ns: int
    end_ns: int
    """When it ended; of one that lasts, when it was looked at."""
    cause: Cause
    culprit: Culprit | None = None
    """None where no sample could be taken."""
    task: RunningTask | None = None
    stacks: tuple[CountedStack, ...] = ()
    """The most frequent first; bounded."""
    is_late_sample: bool = False
    """Whether samples came late, as the interpreter was held: they may show only where that ended."""
    not_scheduled_ns: int = 0
    """How much of it the system ran something else."""
    is_lasting: bool = False
    """Whether it was still going on when this was made."""
    is_startup: bool = False
    """Whether the event loop had not served anything before."""

    @property
    def duration_ns(self) -> int:
        """How long it was; of one that lasts, how long so far."""
        return self.end_ns - self.start_ns

    @property
    def own_ns(self) -> int:
        """How much of it can be held against the program: not what the system ran something else for, or slept."""
        if self.cause in (Cause.SUSPENDED, Cause.DEBUGGER):
            return 0
        return max(0, self.duration_ns - self.not_scheduled_ns)

    @property
    def band(self) -> Band:
        """How bad it was."""
        return Band.of(self.duration_ns)
