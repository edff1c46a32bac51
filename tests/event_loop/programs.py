"""Random asyncio programs as data, and who plays them on a loop and writes down what happens."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop, Event, Handle, Lock, Queue, Semaphore, Task
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st

from desktop_app.overriding import override
from tests.event_loop.skipping import PlainLoop, SlicedLoop

Step = tuple[Any, ...]
Steps = tuple[Step, ...]
MOST_RUNS: Final = 8
MOST_CANCELLATIONS: Final = 4
"""A task may swallow some."""
VARIABLE: Final[ContextVar[int]] = ContextVar("VARIABLE", default=0)

INDEX: Final = st.integers(0, 1)
COUNTED: Final = st.integers(0, 6)
"""Which of the tasks or handles that there are by then."""
DELAY: Final = st.sampled_from((0, 1, 2, 3, -1, 0.5))
CONTEXT: Final = st.sampled_from((None, 0, 1))


def _step(word: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(word), *values)


AT_ONCE: Final = st.one_of(
    _step("set_event", INDEX),
    _step("clear_event", INDEX),
    _step("set_variable", st.integers(1, 9)),
    _step("resolve", INDEX),
    _step("fail", INDEX),
    _step("cancel_future", INDEX),
    _step("cancel_handle", COUNTED),
    _step("cancel", COUNTED, st.sampled_from((None, "why"))),
    _step("put_at_once", INDEX),
    _step("get_at_once", INDEX),
    _step("pass_time", st.sampled_from((1, 0.5))),
    _step("raise"),
    _step("stop"),
    _step("exit"),
)
WAITING: Final = st.one_of(
    _step("sleep", DELAY),
    _step("await_event", INDEX),
    _step("put", INDEX),
    _step("get", INDEX),
    _step("await_future", INDEX),
    _step("await_task", COUNTED),
    _step("shield", COUNTED),
)


def _compound(steps: st.SearchStrategy[Steps]) -> st.SearchStrategy[Step]:
    bodies = st.lists(steps, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        _step("soon", CONTEXT, steps),
        _step("later", DELAY, CONTEXT, steps),
        _step("at", DELAY, CONTEXT, steps),
        _step("soon_threadsafe", CONTEXT, steps),
        _step("start", CONTEXT, steps),
        _step("when_done", COUNTED, CONTEXT, steps),
        _step("lock", INDEX, steps),
        _step("semaphore", steps),
        _step("timeout", DELAY, steps),
        _step("wait_for", DELAY, steps),
        _step("group", bodies),
        _step("gather", st.booleans(), bodies),
        _step("wait", st.sampled_from((None, 1)), st.sampled_from(("FIRST_COMPLETED", "ALL_COMPLETED")), bodies),
        _step("catch", st.booleans(), steps),
        _step("finally", steps, steps),
    )


def _extend(steps: st.SearchStrategy[Steps]) -> st.SearchStrategy[Steps]:
    return st.lists(st.one_of(AT_ONCE, WAITING, _compound(steps), _compound(steps)), max_size=5).map(tuple)


STEPS: Final[st.SearchStrategy[Steps]] = st.recursive(
    st.lists(st.one_of(AT_ONCE, WAITING), max_size=4).map(tuple), _extend, max_leaves=30
)
PROGRAMS: Final[st.SearchStrategy[tuple[Steps, ...]]] = st.lists(STEPS, min_size=1, max_size=5).map(tuple)


class Failure(Exception):
    """A program's own."""


class NumberedTask(Task[Any]):
    """A task that sets are ordered by, so that asyncio cancels a group in the same order each time."""

    def __init__(
        self, number: int, coroutine: Coroutine[Any, Any, Any], loop: AbstractEventLoop, **more: Any
    ) -> None:
        self.number = number
        super().__init__(coroutine, loop=loop, **more)

    @override
    def __hash__(self) -> int:
        return self.number


class Play:
    """Plays a program on a loop.

    A task awaits only younger ones: asyncio cannot cancel tasks that await one another in a circle.
    """

    def __init__(self, loop: PlainLoop | SlicedLoop) -> None:
        self.loop = loop
        self.log: list[tuple[object, ...]] = []
        self._tasks: list[NumberedTask] = []
        self._handles: list[Handle] = []
        self._contexts: list[Context] = [copy_context(), copy_context()]
        self._events = [Event(), Event()]
        self._locks = [Lock(), Lock()]
        self._semaphore = Semaphore(2)
        self._queues: list[Queue[int]] = [Queue(), Queue(maxsize=1)]
        self._futures = [loop.create_future(), loop.create_future()]
        self._numbers = count()
        loop.set_task_factory(self._make_task)
        loop.set_exception_handler(self._note_exception)

    def run(self, program: tuple[Steps, ...]) -> None:
        """Play it, as often as it stops by itself; then cancel all that is left of it, and play that."""
        for steps in program:
            self._start(None, steps)
        self._run_until_idle()
        for _ in range(MOST_CANCELLATIONS):
            for task in self._tasks:
                task.cancel()
            self._run_until_idle()
        for task in self._tasks:
            self._note("end", task.number, _outcome(task))

    def _run_until_idle(self) -> None:
        self.loop.is_idle = False
        for _ in range(MOST_RUNS):
            try:
                self.loop.run_forever()
            except SystemExit as error:
                self._note("run ended by", str(error))
            self._note("run ended", self.loop.is_idle)
            if self.loop.is_idle:
                break

    def _make_task(self, loop: AbstractEventLoop, coroutine: Any, **more: Any) -> Any:
        task = NumberedTask(len(self._tasks), coroutine, loop, **more)
        self._tasks.append(task)
        return task

    def _note_exception(self, _loop: AbstractEventLoop, about: dict[str, Any]) -> None:
        self._note("handler", about["message"].split(" ")[0], repr(about.get("exception")))

    def _note(self, *what: object) -> None:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            task = None
        number = task.number if isinstance(task, NumberedTask) else None
        self.log.append((self.loop.time(), number, VARIABLE.get(), *what))

    def _start(self, context: int | None, steps: Steps) -> Task[int]:
        return self.loop.create_task(self._body(steps), context=self._context(context))

    def _context(self, number: int | None) -> Context | None:
        return None if number is None else self._contexts[number]

    def _task(self, number: int, *, than: int = -1) -> NumberedTask | None:
        """Find one of the tasks that are younger than one."""
        younger = self._tasks[than + 1 :]
        return younger[number % len(younger)] if younger else None

    def _callback(self, steps: Steps) -> Callable[..., None]:
        number = next(self._numbers)

        def call(*_: object) -> None:
            self._note("callback", number)
            for step in steps:
                self._act(step)

        return call

    async def _body(self, steps: Steps) -> int:
        self._note("begins")
        await self._perform(steps)
        self._note("ends")
        return len(self.log)

    async def _perform(self, steps: Steps) -> None:
        for step in steps:
            try:
                if not self._act(step):
                    self._note(step[0], "waits")
                    self._note(step[0], await self._wait(step))
            except asyncio.CancelledError as error:
                self._note(step[0], "cancelled", *error.args)
                raise
            except (Exception, ExceptionGroup) as error:
                self._note(step[0], repr(error))
                if not isinstance(error, TimeoutError):
                    raise

    def _act(self, step: Step) -> bool:
        """Do what takes no waiting; tell whether it was that."""
        loop = self.loop
        match step:
            case ("set_event", number):
                self._events[number].set()
            case ("clear_event", number):
                self._events[number].clear()
            case ("set_variable", value):
                VARIABLE.set(value)
            case ("resolve", number):
                if not self._futures[number].done():
                    self._futures[number].set_result(len(self.log))
            case ("fail", number):
                if not self._futures[number].done():
                    self._futures[number].set_exception(Failure("future"))
            case ("cancel_future", number):
                self._note("cancel_future", self._futures[number].cancel())
            case ("cancel_handle", number):
                if self._handles:
                    self._handles[number % len(self._handles)].cancel()
            case ("cancel", number, message):
                if (task := self._task(number)) is not None:
                    self._note("cancel", task.number, task.cancel(message))
            case ("put_at_once", number):
                with suppress(asyncio.QueueFull):
                    self._queues[number].put_nowait(len(self.log))
            case ("get_at_once", number):
                with suppress(asyncio.QueueEmpty):
                    self._note("get_at_once", self._queues[number].get_nowait())
            case ("pass_time", duration_s):
                loop.now_s += duration_s
            case ("raise",):
                raise Failure("raised")
            case ("stop",):
                loop.stop()
            case ("exit",):
                raise SystemExit(3)
            case ("soon", context, steps):
                self._handles.append(loop.call_soon(self._callback(steps), context=self._context(context)))
            case ("soon_threadsafe", context, steps):
                call = self._callback(steps)
                self._handles.append(loop.call_soon_threadsafe(call, context=self._context(context)))
            case ("later", delay_s, context, steps):
                call = self._callback(steps)
                self._handles.append(loop.call_later(delay_s, call, context=self._context(context)))
            case ("at", when_s, context, steps):
                call = self._callback(steps)
                self._handles.append(loop.call_at(when_s, call, context=self._context(context)))
            case ("start", context, steps):
                self._start(context, steps)
            case ("when_done", number, context, steps):
                if (task := self._task(number)) is not None:
                    task.add_done_callback(self._callback(steps), context=self._context(context))
            case _:
                return False
        return True

    async def _wait(self, step: Step) -> object:
        task = asyncio.current_task()
        assert isinstance(task, NumberedTask)
        match step:
            case ("sleep", delay_s):
                return await asyncio.sleep(delay_s, len(self.log))
            case ("await_event", number):
                return await self._events[number].wait()
            case ("put", number):
                await self._queues[number].put(len(self.log))
            case ("get", number):
                return await self._queues[number].get()
            case ("await_future", number):
                return await asyncio.shield(self._futures[number])
            case ("await_task", number):
                if (other := self._task(number, than=task.number)) is not None:
                    return await other
            case ("shield", number):
                if (other := self._task(number, than=task.number)) is not None:
                    return await asyncio.shield(other)
            case ("lock", number, steps):
                async with self._locks[number]:
                    await self._perform(steps)
            case ("semaphore", steps):
                async with self._semaphore:
                    await self._perform(steps)
            case ("timeout", delay_s, steps):
                async with asyncio.timeout(delay_s):
                    await self._perform(steps)
            case ("wait_for", delay_s, steps):
                return await asyncio.wait_for(self._body(steps), delay_s)
            case ("group", bodies):
                async with asyncio.TaskGroup() as group:
                    for steps in bodies:
                        group.create_task(self._body(steps))
            case ("gather", is_lenient, bodies):
                return repr(await asyncio.gather(*map(self._body, bodies), return_exceptions=is_lenient))
            case ("wait", limit_s, when, bodies):
                tasks = [self._start(None, steps) for steps in bodies]
                done, pending = await asyncio.wait(tasks, timeout=limit_s, return_when=when)
                return [len(done), len(pending)]
            case ("catch", is_swallowing, steps):
                try:
                    await self._perform(steps)
                except (asyncio.CancelledError, Exception):
                    if not is_swallowing:
                        raise
                    self._note("caught", task.cancelling(), task.uncancel())
            case ("finally", steps, last_steps):
                try:
                    await self._perform(steps)
                finally:
                    await self._perform(last_steps)
            case _:
                # A callback only acts: what waits is passed over there.
                raise AssertionError(step)
        return None


def _outcome(task: Task[Any]) -> str:
    if not task.done():
        return "pending"
    return "cancelled" if task.cancelled() else repr(task.exception() or task.result())


def play(loop: PlainLoop | SlicedLoop, program: tuple[Steps, ...]) -> list[tuple[object, ...]]:
    """Play a program on a loop, which is closed then; give what happened, in its order."""
    gc.disable()
    try:
        # What is told of garbage is told when it is collected, which is chance.
        the_play = Play(loop)
        copy_context().run(the_play.run, program)
        log = list(the_play.log)
    finally:
        gc.enable()
        loop.close()
    return log
