"""Which asyncio task a thread runs, and through which awaits: looked up from another thread.

asyncio tells which loop runs in a thread to that thread only, so that one has to say so (`running_loop_here`). It is
never imported here: a program that has not done so runs no task.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType
from typing import TYPE_CHECKING

from desktop_app.responsiveness.events import RunningTask
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.stacks import frame_at

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

MOST_AWAITS = 50
"""Of a task; of a longer chain the innermost are kept."""
AWAITED = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE


def running_task(loop: AbstractEventLoop, frame: FrameType | None, ownership: Ownership) -> RunningTask | None:
    """Tell which task of a loop runs just now; None where none does, or it has ended meanwhile. Any thread.

    What a running coroutine awaits is not to be had from the coroutine, only of one that is suspended; but all of
    it is on its thread's stack.

    Args:
        loop: What the thread said that it runs.
        frame: What that thread executes.
        ownership: Tells the program's own code.
    """
    asyncio = sys.modules.get("asyncio.tasks")
    if asyncio is None:
        return None
    task = asyncio.current_task(loop)
    if task is None:
        return None
    coroutine = task.get_coro()
    outermost = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    inner: list[FrameType] = []
    while frame is not None and frame is not outermost:
        inner.append(frame)
        frame = frame.f_back
    if outermost is None:
        # A coroutine that was written in C runs, or has no frames; one that has ended is not its task's any longer.
        is_over = coroutine is None or hasattr(coroutine, "cr_frame") or hasattr(coroutine, "gi_frame")
        return None if is_over else RunningTask(task.get_name(), ())
    if frame is None:
        return None
    awaits = [outermost]
    for each in reversed(inner):
        if not _is_awaited(each):
            break
        awaits.append(each)
    places = [(each.f_code, each.f_lasti) for each in awaits[-MOST_AWAITS:]]
    return RunningTask(task.get_name(), tuple(frame_at(code, lasti, ownership) for code, lasti in places))


def _is_awaited(frame: FrameType) -> bool:
    """Tell whether a frame is of something that is awaited, rather than called."""
    return bool(frame.f_code.co_flags & AWAITED) or frame.f_code.co_name == "__await__"
