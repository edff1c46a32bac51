"""The asyncio task that a thread runs, looked up from another thread while it blocks."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import types
from collections.abc import AsyncIterator, Coroutine, Generator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from desktop_app.overriding import override
from desktop_app.responsiveness.events import RunningTask
from desktop_app.responsiveness.here import running_loop_here
from desktop_app.responsiveness.journal import Journal
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.probe import ThreadProbe
from desktop_app.responsiveness.task_stack import running_task
from desktop_app.responsiveness.tasks import TaskWatch
from tests.helpers.program import run_python

OWNERSHIP = Ownership()
LIMIT_S = 30


class Watched:
    """Has a thread look at this one whenever that one blocks in `block`, until it has seen it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.found: list[RunningTask | None] = []

    def block(self) -> None:
        """Do not go on before another thread has looked."""
        me = threading.get_ident()

        def look() -> None:
            self.found.append(running_task(self.loop, sys._current_frames()[me], OWNERSHIP))

        thread = threading.Thread(target=look)
        thread.start()
        thread.join(LIMIT_S)

    def names(self) -> list[str]:
        """Give the functions of the awaits that were seen."""
        (found,) = self.found
        assert found is not None
        return [frame.function for frame in found.awaits]


@pytest.fixture
def watched(loop: EventLoop) -> Watched:
    return Watched(loop)


def run(loop: EventLoop, qtbot: QtBot, coroutine: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
    task: asyncio.Task[Any] = loop.create_task(coroutine, name=name or None)
    qtbot.waitUntil(task.done)
    task.result()
    return task


def test_a_coroutine_that_blocks_three_awaits_deep_is_told_with_its_awaits(
    loop: EventLoop, qtbot: QtBot, watched: Watched
) -> None:
    async def show_gallery() -> None:
        await asyncio.sleep(0)
        await load_images()

    async def load_images() -> None:
        await load_image("a")

    async def load_image(name: str) -> None:
        watched.block()

    run(loop, qtbot, show_gallery(), "gallery")
    (found,) = watched.found
    assert found is not None
    assert found.name == "gallery"
    assert [(frame.function, frame.call, frame.is_own) for frame in found.awaits] == [
        ("show_gallery", "await load_images()", True),
        ("load_images", 'await load_image("a")', True),
        ("load_image", "watched.block()", True),
    ]
    first = show_gallery.__code__.co_firstlineno
    assert [frame.line - first for frame in found.awaits] == [2, 5, 8]


def test_what_a_coroutine_calls_is_not_awaited(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    async def load_image() -> None:
        decode()

    def decode() -> None:
        watched.block()

    run(loop, qtbot, load_image())
    assert watched.names() == ["load_image"]


def test_an_async_generator_and_a_context_manager_are_awaits(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    @asynccontextmanager
    async def connected() -> AsyncIterator[None]:
        watched.block()
        yield

    async def images() -> AsyncIterator[int]:
        async with connected():
            yield 1

    async def show_gallery() -> None:
        async for _ in images():
            pass

    run(loop, qtbot, show_gallery())
    assert watched.names() == ["show_gallery", "images", "__aenter__", "connected"]


def test_an_object_that_can_be_awaited_is_an_await(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    class Image:
        def __await__(self) -> Generator[Any, None, None]:
            watched.block()
            yield from asyncio.sleep(0).__await__()

    async def load_image() -> None:
        await Image()

    run(loop, qtbot, load_image())
    assert watched.names() == ["load_image", "__await__"]


def test_a_generator_that_is_a_coroutine_is_an_await(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    @types.coroutine
    def load() -> Generator[Any, None, None]:
        watched.block()
        yield from asyncio.sleep(0).__await__()

    async def load_image() -> None:
        await load()

    run(loop, qtbot, load_image())
    assert watched.names() == ["load_image", "load"]


def test_of_gathered_coroutines_the_one_that_blocks_is_told(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    async def load_image(name: str) -> None:
        if name == "b":
            watched.block()
        await asyncio.sleep(0)

    async def show_gallery() -> None:
        await asyncio.gather(*(loop.create_task(load_image(name), name=f"load {name}") for name in "abc"))

    run(loop, qtbot, show_gallery(), "gallery")
    (found,) = watched.found
    assert found is not None
    assert (found.name, watched.names()) == ("load b", ["load_image"])


def test_of_very_many_awaits_the_innermost_are_told(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    async def dive(left: int) -> None:
        if left:
            await dive(left - 1)
        else:
            watched.block()

    run(loop, qtbot, dive(200))
    (found,) = watched.found
    assert found is not None
    assert (len(found.awaits), found.awaits[-1].call) == (50, "watched.block()")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there are eager tasks from Python 3.12 on")
def test_an_eager_task_is_told_while_another_starts_it(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    async def load_image() -> None:
        watched.block()

    async def show_gallery() -> None:
        factory = getattr(asyncio, "eager_task_factory")  # noqa: B009 - Python 3.11 has none
        await factory(loop, load_image(), name="eager")

    run(loop, qtbot, show_gallery(), "gallery")
    (found,) = watched.found
    assert found is not None
    assert (found.name, watched.names()) == ("eager", ["load_image"])


def test_a_callback_is_no_task(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    loop.call_soon(watched.block)
    qtbot.waitUntil(lambda: bool(watched.found))
    assert watched.found == [None]


def test_a_task_that_waits_does_not_run(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    waiting = asyncio.Event()

    async def load_image() -> None:
        await waiting.wait()

    task = loop.create_task(load_image())
    loop.call_soon(watched.block)
    qtbot.waitUntil(lambda: bool(watched.found))
    waiting.set()
    qtbot.waitUntil(task.done)
    assert watched.found == [None]


def test_a_frame_of_another_moment_tells_nothing(loop: EventLoop, qtbot: QtBot) -> None:
    found: list[RunningTask | None] = []

    async def load_image() -> None:
        # As if the thread had gone on between the looks at its frame and at its task.
        found.append(running_task(loop, None, OWNERSHIP))

    run(loop, qtbot, load_image())
    assert found == [None]


def test_a_coroutine_without_frames_is_told_by_its_name(loop: EventLoop, qtbot: QtBot, watched: Watched) -> None:
    class Compiled(Coroutine[Any, Any, None]):
        """As compiled extensions make them."""

        @override
        def send(self, value: Any) -> Any:
            watched.block()
            raise StopIteration

        @override
        def throw(self, *error: Any) -> Any:
            raise StopIteration

        @override
        def close(self) -> None:
            pass

        @override
        def __await__(self) -> Generator[Any, None, None]:
            raise NotImplementedError

    run(loop, qtbot, Compiled(), "compiled")
    assert watched.found == [RunningTask("compiled", ())]


def test_looks_never_fail_while_tasks_come_and_go(loop: EventLoop, qtbot: QtBot) -> None:
    found: list[RunningTask] = []
    errors: list[Exception] = []
    done = threading.Event()
    me = threading.get_ident()

    def look() -> None:
        limit_s = time.monotonic() + LIMIT_S
        try:
            while len(found) < 50 and time.monotonic() < limit_s:
                task = running_task(loop, sys._current_frames().get(me), OWNERSHIP)
                if task is not None:
                    found.append(task)
        except (AttributeError, RuntimeError, ValueError) as error:
            errors.append(error)
        finally:
            done.set()

    async def load_image(number: int) -> int:
        await asyncio.sleep(0)
        total = 0
        # In Python, and for longer than a thread's turn (5 ms), so that the one that looks is let run within.
        for each in range(number):
            total += each
        return total

    async def show_gallery() -> None:
        while not done.is_set():
            await asyncio.gather(*(load_image(each) for each in range(0, 400_000, 40_000)))

    thread = threading.Thread(target=look)
    thread.start()
    task = loop.create_task(show_gallery())
    qtbot.waitUntil(task.done, timeout=(LIMIT_S + 10) * 1000)
    thread.join()
    assert (errors, len(found)) == ([], 50)
    assert {task.awaits[0].function for task in found} <= {"show_gallery", "load_image"}


# Which loop


def test_the_thread_tells_which_loop_it_runs(loop: EventLoop, qtbot: QtBot) -> None:
    found: list[object] = []
    loop.call_soon(lambda: found.append(running_loop_here()))
    qtbot.waitUntil(lambda: bool(found))
    assert found == [loop]


def test_another_thread_runs_none(loop: EventLoop) -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(running_loop_here()))
    thread.start()
    thread.join()
    assert found == [None]


def test_a_probe_asks_for_the_loop_and_tells_its_task(loop: EventLoop, qtbot: QtBot) -> None:
    probe = ThreadProbe(threading.get_ident(), threading.get_native_id())
    found: list[RunningTask | None] = []

    def look_from_outside() -> None:
        thread = threading.Thread(target=lambda: found.append(probe.running_task()))
        thread.start()
        thread.join()

    async def load_image() -> None:
        look_from_outside()
        probe.running_loop = lambda: loop
        look_from_outside()

    run(loop, qtbot, load_image(), "load")
    before, after = found
    assert before is None
    assert after is not None
    assert (after.name, after.awaits[-1].function) == ("load", "load_image")


WITHOUT_ASYNCIO = """
import sys
from desktop_app.responsiveness.here import running_loop_here
assert running_loop_here() is None
assert "asyncio" not in sys.modules
"""


def test_asyncio_is_not_imported_for_it() -> None:
    ended = run_python(WITHOUT_ASYNCIO)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_while_asyncio_is_being_imported_no_loop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is seen from the GUI thread while another one imports it."""
    monkeypatch.setitem(sys.modules, "asyncio.events", ModuleType("asyncio.events"))
    assert running_loop_here() is None
    TaskWatch(Journal()).follow_running_loop()
