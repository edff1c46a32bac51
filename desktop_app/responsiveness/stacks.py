"""Where a thread is: its stack, read from another thread, and what many such stacks say together.

Only code objects and positions are ever kept, no frame and no value.
"""

from __future__ import annotations

import functools
import linecache
import os
import site
import sysconfig
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeAlias

from desktop_app.responsiveness.events import CountedStack, Culprit, Frame, Stack

MOST_FRAMES = 100
"""Of a stack; deeper ones lose their outermost frames."""

Place: TypeAlias = tuple[CodeType, int]
"""A code object and the offset of the instruction under way in it."""

RawStack: TypeAlias = tuple[Place, ...]
"""The innermost frame first: quick to take, and to compare."""


def capture(frame: FrameType | None) -> RawStack:
    """Take the stack of a frame; any thread that holds the interpreter, some microseconds."""
    places: list[Place] = []
    while frame is not None and len(places) < MOST_FRAMES:
        places.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(places)


class Ownership:
    """Tells a program's own code from Qt's, the standard library's and installed packages'."""

    def __init__(self) -> None:
        folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
        folders |= {*site.getsitepackages(), site.getusersitepackages()}
        self._foreign = tuple(os.path.normpath(folder) + os.sep for folder in folders)
        # It stands between a test and what that calls.
        self._between = str(Path(__file__).with_name("watched.py"))

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - it lives as long as the monitor
    def is_own(self, file: str) -> bool:
        """Tell whether code from this file is the program's own."""
        path = str(Path(file).absolute())
        return not file.startswith("<") and not path.startswith(self._foreign) and path != self._between


def resolved(raw: RawStack, ownership: Ownership) -> Stack:
    """Give a stack with files, lines and names; reads source files."""
    return tuple(_frame(code, lasti, ownership) for code, lasti in reversed(raw))


def _frame(code: CodeType, lasti: int, ownership: Ownership) -> Frame:
    positions = list(code.co_positions())
    line, end_line, column, end_column = positions[lasti // 2] if 0 <= lasti // 2 < len(positions) else (None,) * 4
    file = code.co_filename
    call = ""
    if line is not None and line == end_line and column is not None and end_column is not None:
        source = linecache.getline(file, line).encode()
        call = source[column:end_column].decode(errors="replace")
    return Frame(file, line or code.co_firstlineno, code.co_name, call, ownership.is_own(file))


def counted(samples: Iterable[RawStack], ownership: Ownership, most: int = 10) -> tuple[CountedStack, ...]:
    """Count equal stacks, the most frequent first."""
    return tuple(CountedStack(resolved(raw, ownership), count) for raw, count in Counter(samples).most_common(most))


def culprit_of(stacks: Sequence[CountedStack]) -> Culprit | None:
    """Find the function that was the innermost of the program's own most often, and its most frequent line."""
    total = sum(each.count for each in stacks)
    frames: Counter[Frame] = Counter()
    functions: Counter[tuple[str, str]] = Counter()
    for each in stacks:
        frame = innermost_own(each.stack)
        if frame is not None:
            frames[frame] += each.count
            functions[frame.file, frame.function] += each.count
    if not functions:
        return None
    (function, count), *_ = functions.most_common(1)
    frame = next(frame for frame, _ in frames.most_common() if (frame.file, frame.function) == function)
    return Culprit(frame, count / total)


def innermost_own(stack: Stack) -> Frame | None:
    """Give the innermost frame of the program's own, or of anybody's where there is none."""
    return next((frame for frame in reversed(stack) if frame.is_own), stack[-1] if stack else None)
