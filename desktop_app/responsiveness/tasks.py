"""The asyncio tasks of a loop, each a span in the journal: from its creation to its end.

asyncio itself is imported only with a loop to watch: what has none does not pay for it.
"""

from __future__ import annotations

import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import Clock, monotonic_ns
from desktop_app.responsiveness.here import running_loop_here
from desktop_app.responsiveness.journal import Journal, Kind, Span

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

LONGEST_NAME: Final = 200
UNNAMED: Final = re.compile(r"Task-\d+|None")
"""What asyncio calls tasks that the program has not named."""


class _Follower:
    """Follows one task; is its done callback. Holds nothing of the task, which may be collected at any time."""

    __slots__ = ("created_ns", "ended_ns", "group", "watch", "work")

    def __init__(self, watch: TaskWatch, created_ns: int, group: int, work: str) -> None:
        self.watch = watch
        self.created_ns = created_ns
        self.group = group
        self.work = work
        """What the coroutine is called."""
        self.ended_ns = 0

    def __call__(self, task: asyncio.Task[Any]) -> None:
        self.watch._on_ended(task, self)  # noqa: SLF001 - it is a part of it


class TaskWatch:
    """Writes each task of a loop to the journal when it has ended, however it did.

    By a task factory around the program's own, and a done callback for each task; results, exceptions and contexts
    are the tasks' own affair. An end is noted when the loop tells of it, in its next turn. A task that is dropped
    unfinished never ended, and is not told of. All of it belongs to the loop's thread, but for `running`.

    Args:
        journal: Where the spans go.
        clock: Their clock.
    """

    def __init__(self, journal: Journal, clock: Clock = monotonic_ns) -> None:
        self._journal = journal
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: Callable[..., Any] | None = None
        self._factory: Callable[..., Any] | None = None
        self._task_type: Callable[..., Any] | None = None
        self._running: WeakKeyDictionary[asyncio.Task[Any], _Follower] = WeakKeyDictionary()

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, with those that run already as if they began now; another loop is watched no more."""
        import asyncio

        self.unwatch()
        self._loop = loop
        self._task_type = _task_type()
        self._before = loop.get_task_factory()
        self._factory = partial(self._make_task, self._before)
        loop.set_task_factory(self._factory)
        now_ns = self._clock()
        for task in asyncio.all_tasks(loop):
            self._follow(task, now_ns, task.get_coro())

    def unwatch(self) -> None:
        """Cease, and leave nothing behind: no callback, and no factory, unless somebody has set another meanwhile."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        for task, follower in self._followed():
            if task.done():
                self._on_ended(task, follower)
            task.remove_done_callback(follower)
        self._running.clear()
        if loop.get_task_factory() is self._factory:
            loop.set_task_factory(self._before)
        self._before = self._factory = None

    def follow_running_loop(self) -> None:
        """Watch the loop that runs in the calling thread, if there is another one now; cheap if there is not."""
        loop = running_loop_here()
        if loop is not None and loop is not self._loop:
            self.watch(loop)

    def running(self) -> tuple[Span, ...]:
        """Give the tasks that have not ended, as spans that end now; any thread."""
        now_ns = self._clock()
        return tuple(
            Span(Kind.TASK, follower.created_ns, now_ns, _name(task, follower), follower.group)
            for task, follower in self._followed()
        )

    def _followed(self) -> Iterator[tuple[asyncio.Task[Any], _Follower]]:
        """Yield what has not been told of; any thread, while the loop goes on."""
        for reference in self._running.keyrefs():
            task = reference()
            follower = None if task is None else self._running.get(task)
            if task is not None and follower is not None:
                yield task, follower

    def _make_task(
        self,
        before: Callable[..., Any] | None,
        loop: asyncio.AbstractEventLoop,
        coro: Any,
        **options: Any,
    ) -> Any:
        """Make a task as the loop would have without this, and follow it; after `unwatch` just make it."""
        created_ns = self._clock()
        if before is not None:
            task = before(loop, coro, **options)
        else:
            assert self._task_type is not None
            task = self._task_type(coro, loop=loop, **options)
        if loop is self._loop:
            self._follow(task, created_ns, coro)
        return task

    def _follow(self, task: asyncio.Task[Any], created_ns: int, coro: object) -> None:
        work = getattr(coro, "__qualname__", "") or type(coro).__qualname__
        follower = self._running[task] = _Follower(self, created_ns, self._journal.new_group(), work)
        if task.done():
            # An eager task that never waited. It is told of later all the same: it has no name yet.
            follower.ended_ns = self._clock()
        task.add_done_callback(follower)

    def _on_ended(self, task: asyncio.Task[Any], follower: _Follower) -> None:
        if self._running.pop(task, None) is not None:
            ended_ns = follower.ended_ns or self._clock()
            self._journal.add(Span(Kind.TASK, follower.created_ns, ended_ns, _name(task, follower), follower.group))


def _name(task: asyncio.Task[Any], follower: _Follower) -> str:
    """Give the name that the program gave a task, as late as possible; of one that has none, its coroutine's."""
    name = task.get_name()
    return (follower.work if UNNAMED.fullmatch(name) else name)[:LONGEST_NAME]


def _task_type() -> Callable[..., Any]:
    """Give what makes tasks where the program has no factory of its own: asyncio's, if their names survive it.

    Python 3.13 names each task ``None`` that a factory has made without a name
    (https://github.com/python/cpython/issues/130033). Can go with it.
    """
    import asyncio

    if not sys.version.startswith("3.13."):
        return asyncio.Task

    class NamedTask(asyncio.Task[Any]):
        @override
        def set_name(self, value: object, /) -> None:
            if value is not None:
                super().set_name(value)

    return NamedTask
