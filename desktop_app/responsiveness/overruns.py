"""Callbacks of an asyncio loop that held a frame by themselves: which coroutine it was, and where it has come to.

The loop tells of one right after it (`event_loop.EventLoop.on_overrun`): what was under way is over by then, and all
that can be known is where the coroutine waits now. No value is ever read but the names that a program gave its tasks.
"""

from __future__ import annotations

import functools
import gc
import inspect
import sys
from collections import deque
from dataclasses import dataclass
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType, MethodType
from typing import TYPE_CHECKING, Any, TypeAlias

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Frame, Stack
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.repeated import PlaceLog, Repeated
from desktop_app.responsiveness.source import line_of
from desktop_app.responsiveness.stacks import innermost_own, name_of
from desktop_app.responsiveness.task_stack import MOST_AWAITS
from desktop_app.responsiveness.tasks import LONGEST_NAME, UNNAMED

if TYPE_CHECKING:
    from asyncio import Handle

MOST_STEPS = 10_000
"""From a task's coroutine to what it waits for; of longer chains the beginning is told."""
MOST_WRAPPERS = 100
"""Around a function."""
SUSPENDED = (CoroutineType, GeneratorType, AsyncGeneratorType)
AWAITED_IN_C = frozenset({"coroutine_wrapper", "async_generator_asend", "async_generator_athrow", "anext_awaitable"})
"""What stands between two of these, and does not tell which one it awaits."""

Place: TypeAlias = tuple[str, int, str, bool]


@dataclass(frozen=True, slots=True)
class Overrun:
    """A callback that took longer than the loop's budget for a frame by itself, on the monitor's clock.

    How long it was is the time that passed, what the system ran meanwhile included.
    """

    start_ns: int
    end_ns: int
    frame: Frame
    """The innermost of the program's own: where it waits now; of what has ended, its function and its first line.

    Of what is not written in Python there is a name only.
    """
    is_to_end: bool
    """Whether it ran to its end."""
    task: str = ""
    """The task's name; empty of a plain callback."""
    coroutine: str = ""
    """The qualified name of the task's coroutine."""
    awaits: Stack = ()
    """The coroutine and what that awaits now, the outermost first; empty of what has ended."""

    @property
    def duration_ns(self) -> int:
        """How long it took."""
        return self.end_ns - self.start_ns

    @property
    def is_named(self) -> bool:
        """Whether the program gave its task a name."""
        return bool(self.task) and UNNAMED.fullmatch(self.task) is None

    @override
    def __str__(self) -> str:
        return str(self.frame) if self.frame.file else self.frame.function


@dataclass(frozen=True, slots=True)
class RepeatedOverrun(Repeated[Overrun]):
    """Overruns from one place."""


class OverrunLog(PlaceLog[Overrun, RepeatedOverrun]):
    """Keeps the overruns of a run, those from one place merged; the loop's thread adds them."""

    def __init__(self) -> None:
        super().__init__(place_of_overrun, RepeatedOverrun)
        self.count = 0
        """How many there were."""

    @override
    def add(self, new: Overrun) -> None:
        super().add(new)
        self.count += 1


def place_of_overrun(overrun: Overrun) -> Place:
    """Tell what overruns are merged by: where it was, and whether it went on from there."""
    return overrun.frame.file, overrun.frame.line, overrun.frame.function, overrun.is_to_end


def overrun_of(handle: Handle, start_ns: int, end_ns: int, ownership: Ownership) -> Overrun:
    """Tell what a callback was that took from one time to the other; the loop's thread, right after it.

    Some ten microseconds: it opens no source file.

    Args:
        handle: The loop's, of the callback.
        start_ns: When it began.
        end_ns: When it ended.
        ownership: Tells the program's own code.
    """
    # None of one that was cancelled meanwhile, by itself for example.
    callback = getattr(handle, "_callback", None)
    task = _task_of(callback)
    if task is None:
        return Overrun(start_ns, end_ns, _frame_of(callback, ownership), is_to_end=True)
    coroutine = task.get_coro()
    name = getattr(coroutine, "__qualname__", "") or type(coroutine).__qualname__
    awaits = _awaits_of(coroutine, ownership)
    found = innermost_own(awaits)
    code = getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
    if found is None:
        found = _frame(code, code.co_firstlineno, ownership) if isinstance(code, CodeType) else Frame("", 0, name)
    return Overrun(start_ns, end_ns, found, not awaits, task.get_name()[:LONGEST_NAME], name, awaits)


def _task_of(callback: Any) -> Any:
    """Give the task that a callback is a step of, as asyncio's debug mode does; None of any other callback."""
    asyncio = sys.modules["asyncio"]
    # What only has it by a ``__getattr__`` of the program's is not asked.
    owner = callback.__self__ if hasattr(type(callback), "__self__") else None
    return owner if asyncio.isfuture(owner) and hasattr(owner, "get_coro") else None


def _awaits_of(coroutine: object, ownership: Ownership) -> Stack:
    """Give where a suspended coroutine is, and what it awaits; empty if it has ended. Of many the innermost."""
    frames: deque[FrameType] = deque(maxlen=MOST_AWAITS)
    awaited: Any = coroutine
    for _ in range(MOST_STEPS):
        frame: FrameType | None = None
        match awaited:
            case CoroutineType():
                frame, awaited = awaited.cr_frame, awaited.cr_await
            case GeneratorType():
                frame, awaited = awaited.gi_frame, awaited.gi_yieldfrom
            case AsyncGeneratorType():
                frame, awaited = awaited.ag_frame, awaited.ag_await
            case _ if type(awaited).__name__ in AWAITED_IN_C:
                awaited = next(filter(_is_awaitable, gc.get_referents(awaited)), None)
                continue
            case _:
                break
        if frame is None:
            break
        frames.append(frame)
    return tuple(_frame(each.f_code, line_of(each.f_code, each.f_lasti), ownership) for each in frames)


def _is_awaitable(value: object) -> bool:
    return isinstance(value, SUSPENDED) or type(value).__name__ in AWAITED_IN_C


def _frame_of(callback: object, ownership: Ownership) -> Frame:
    """Give the function that a callback is, and its first line; the name alone of what is not written in Python."""
    function = _function_of(callback)
    if not isinstance(function, FunctionType):
        return Frame("", 0, _name_of(function))
    frame = _frame_of_function(function, ownership)
    for _ in range(MOST_WRAPPERS):
        inner = function.__dict__.get("__wrapped__")
        if frame.is_own or not isinstance(inner, FunctionType):
            break
        # A library's wrapper around the program's own.
        function, frame = inner, _frame_of_function(inner, ownership)
    return frame


def _function_of(callback: object) -> object:
    for _ in range(MOST_WRAPPERS):
        if isinstance(callback, functools.partial):
            callback = callback.func
        elif isinstance(callback, MethodType):
            callback = callback.__func__
        else:
            break
    call = inspect.getattr_static(type(callback), "__call__", None)
    return call if isinstance(call, FunctionType) else callback


def _name_of(function: object) -> str:
    """Name what is not written in Python: ``time.sleep``, ``list.sort``; no object of the program's is asked."""
    if function is None:
        return "a callback that was cancelled"
    if not isinstance(function, type | type(len) | type(str.join)):
        return type(function).__qualname__
    module = getattr(function, "__module__", None)
    return function.__qualname__ if module in (None, "builtins") else f"{module}.{function.__qualname__}"


def _frame_of_function(function: FunctionType, ownership: Ownership) -> Frame:
    return _frame(function.__code__, function.__code__.co_firstlineno, ownership)


def _frame(code: CodeType, line: int, ownership: Ownership) -> Frame:
    return Frame(code.co_filename, line, name_of(code), is_own=ownership.is_own(code.co_filename))
