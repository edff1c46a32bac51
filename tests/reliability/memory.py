"""By how much a process's memory grows at most while something is done."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_STATUS: Final = Path("/proc/self/status")
_PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")
_NOW: Final = re.compile(r"VmRSS:\s+(\d+) kB")
_RESET_PEAK: Final = "5"


class PeakMemory:
    """A context that measures resident memory: what all libraries take, and not only Python.

    The system keeps the peak, so that none is missed; see proc_pid_clear_refs(5).
    """

    def __init__(self) -> None:
        self.grown_bytes = 0

    def __enter__(self) -> Self:
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
        self._before_bytes = _read(_NOW)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.grown_bytes = _read(_PEAK) - self._before_bytes


def _read(figure: re.Pattern[str]) -> int:
    found = figure.search(_STATUS.read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024
