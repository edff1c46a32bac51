"""Where a thread is: its stack, read from another thread, and what many such stacks say together.

Only code objects and positions are ever kept, no frame and no value.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeAlias

from desktop_app.responsiveness.events import CountedStack, Culprit, Frame, Stack
from desktop_app.responsiveness.ownership import INSTALLED, LOOP, Ownership
from desktop_app.responsiveness.source import expression_of, line_of

MOST_FRAMES = 100
"""Of a stack; deeper ones lose their outermost frames."""
MOST_STACKS = 10
"""Of a freeze; the culprit is found among all of them first."""
BINDINGS = frozenset({"PySide6", "shiboken6", "qasync"})
RUNS_LOOP = re.compile(
    r"\.(?:exec|exec_|run_forever|run_until_complete)\(|\b(?:asyncio|qasync|QtAsyncio|runner)\.run\("
)
"""What a program calls to have Qt call its code, and others'."""
COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})

RUNNING = str(Path(__file__).with_name("running.py"))
"""What is under this on the stack is the tool's, which runs the program."""

Place: TypeAlias = tuple[CodeType, int]
"""A code object and the offset of the instruction under way in it."""

RawStack: TypeAlias = tuple[Place, ...]
"""The innermost frame first: quick to take, and to compare."""


def capture(frame: FrameType | None) -> RawStack:
    """Take the stack of a frame; any thread that holds the interpreter, some microseconds however deep it is."""
    places: list[Place] = []
    while frame is not None and len(places) < MOST_FRAMES and frame.f_code.co_filename != RUNNING:
        places.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(places)


def resolved(raw: RawStack, ownership: Ownership) -> Stack:
    """Give a stack with files, lines and names; reads source files."""
    return tuple(frame_at(code, lasti, ownership) for code, lasti in reversed(raw))


def frame_at(code: CodeType, lasti: int, ownership: Ownership) -> Frame:
    """Give what is known about one instruction; reads a source file."""
    file = code.co_filename
    return Frame(file, line_of(code, lasti), name_of(code), expression_of(code, lasti), ownership.is_own(file))


def name_of(code: CodeType) -> str:
    """Name a function as in a traceback, but a comprehension after the function that it stands in.

    From Python 3.12 on most comprehensions have no frame of their own, and so that name in a traceback as well.
    """
    if code.co_name not in COMPREHENSIONS:
        return code.co_name
    around = [part for part in code.co_qualname.split(".") if part not in COMPREHENSIONS and part != "<locals>"]
    return around[-1] if around else "<module>"


def counted(samples: Iterable[RawStack], ownership: Ownership) -> tuple[CountedStack, ...]:
    """Count the stacks that are equal by file, line and function, the most frequent first; reads source files.

    Which expression of a line was under way is told of each frame as it was most often. There are as many as samples
    at most: keep `MOST_STACKS` of them, but find the culprit before.
    """
    # By identity: the hash of a code object is that of all its instructions. The samples keep the objects meanwhile.
    raws: dict[tuple[tuple[int, int], ...], tuple[RawStack, int]] = {}
    for raw in samples:
        identity = tuple((id(code), lasti) for code, lasti in raw)
        raws[identity] = (raw, raws.get(identity, (raw, 0))[1] + 1)
    places = {(id(code), lasti): (code, lasti) for raw, _ in raws.values() for code, lasti in raw}
    frames = {place: frame_at(code, lasti, ownership) for place, (code, lasti) in places.items()}
    numbers: dict[tuple[str, int, str], int] = {}
    lines = {
        place: numbers.setdefault((frame.file, frame.line, frame.function), len(numbers))
        for place, frame in frames.items()
    }
    merged: dict[tuple[int, ...], list[CountedStack]] = {}
    for identity, (_, count) in raws.items():
        stack = tuple(frames[place] for place in reversed(identity))
        merged.setdefault(tuple(lines[place] for place in identity), []).append(CountedStack(stack, count))
    return tuple(sorted(map(_merged, merged.values()), key=lambda each: each.count, reverse=True))


def _merged(variants: Sequence[CountedStack]) -> CountedStack:
    """Make one of stacks that are equal but for the calls, each frame's being the one that it had most often."""
    if len(variants) == 1:
        return variants[0]
    frames: list[Frame] = []
    for index, frame in enumerate(variants[0].stack):
        calls: Counter[str] = Counter()
        for each in variants:
            calls[each.stack[index].call] += each.count
        frames.append(dataclasses.replace(frame, call=calls.most_common(1)[0][0]))
    return CountedStack(tuple(frames), sum(each.count for each in variants))


def culprit_of(stacks: Sequence[CountedStack]) -> Culprit | None:
    """Find the function that was the innermost of the program's own most often, and its most frequent line.

    Args:
        stacks: All that were counted: the culprit's share is of these.
    """
    functions: Counter[tuple[str, str]] = Counter()
    lines: dict[tuple[str, str], Counter[int]] = {}
    calls: dict[tuple[str, str, int], Counter[Frame]] = {}
    for each in stacks:
        frame = innermost_own(each.stack)
        if frame is not None:
            function = (frame.file, frame.function)
            functions[function] += each.count
            lines.setdefault(function, Counter())[frame.line] += each.count
            calls.setdefault((*function, frame.line), Counter())[frame] += each.count
    if not functions:
        return None
    function, count = functions.most_common(1)[0]
    line = lines[function].most_common(1)[0][0]
    frame = calls[(*function, line)].most_common(1)[0][0]
    return Culprit(frame, count / sum(each.count for each in stacks))


def innermost_own(stack: Stack) -> Frame | None:
    """Give the frame that a stack is put down to; None of an empty one.

    That is the innermost of the program's own. Where that only runs an event loop which has called a library's code,
    or where none is the program's own, it is the innermost of an installed library, Qt's and its loops apart; and
    where there is no such one either, the innermost of all.
    """
    index = index_of_culprit(stack)
    return None if index is None else stack[index]


def index_of_culprit(stack: Stack) -> int | None:
    """Tell which frame of a stack `innermost_own` gives."""
    own = max((index for index, frame in enumerate(stack) if frame.is_own), default=-1)
    if own >= 0 and not runs_loop(stack[own]):
        return own
    libraries = (index for index in range(own + 1, len(stack)) if _is_library(stack[index].file))
    default = own if own >= 0 else len(stack) - 1
    return max(libraries, default=default) if stack else None


def runs_loop(frame: Frame) -> bool:
    """Tell whether a frame is in a call that runs an event loop, Qt's or one of asyncio's."""
    return RUNS_LOOP.search(frame.call) is not None


def _is_library(file: str) -> bool:
    if file in LOOP:
        return False
    parts = file.replace("\\", "/").split("/")
    roots = [index for index, part in enumerate(parts) if part in INSTALLED]
    return bool(roots) and parts[roots[-1] + 1] not in BINDINGS
