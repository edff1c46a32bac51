"""Other processes, by what Linux tells of them in ``/proc``."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_PROC: Final = Path("/proc")
_LISTENING: Final = "0A"


class Identity(NamedTuple):
    """A process: its number may be used again, but not together with its start."""

    number: int
    started: str

    def kill(self) -> None:
        """End it by force."""
        with suppress(ProcessLookupError):
            os.kill(self.number, signal.SIGKILL)


def children_of(parent: int) -> dict[Identity, str]:
    """Give the child processes of one, and their command lines."""
    found = {}
    for directory in _PROC.glob("[0-9]*"):
        # It may end at any moment.
        with suppress(FileNotFoundError, ProcessLookupError):
            _, its_parent, started = _status(directory)
            if its_parent == parent:
                words = (directory / "cmdline").read_bytes().split(b"\0")
                found[Identity(int(directory.name), started)] = b" ".join(words).decode().strip()
    return found


def is_alive(process: Identity) -> bool:
    """Tell whether a process still runs; one that has ended and that nobody has reaped does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        state, _, started = _status(_PROC / str(process.number))
        return started == process.started and state not in "ZX"
    return False


def listening_port(process: Identity) -> int | None:
    """Tell at which TCP port a process accepts connections; None if at none."""
    directory, sockets = _PROC / str(process.number), set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for descriptor in (directory / "fd").iterdir():
            with suppress(FileNotFoundError):
                sockets.add(descriptor.readlink().name)
        for row in (directory / "net" / "tcp").read_text().splitlines()[1:]:
            _, address, _, state, _, _, _, _, _, inode, *_ = row.split()
            if state == _LISTENING and f"socket:[{inode}]" in sockets:
                return int(address.rpartition(":")[2], 16)
    return None


def _status(directory: Path) -> tuple[str, int, str]:
    """Give a process's state, its parent, and when it started."""
    # The name of the program, in brackets, may contain anything.
    fields = (directory / "stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[1]), fields[19]
