"""Each asyncio task becomes a span, on asyncio's own loop and on the program's."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock, monotonic_ns
from desktop_app.responsiveness.journal import Entry, Journal, Kind, Span
from desktop_app.responsiveness.tasks import LONGEST_NAME, TaskWatch
from tests.helpers.drivers import qt_runner

T = TypeVar("T")
needs_eager_tasks = pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")


@pytest.fixture(params=["asyncio", "Qt"])
def runner(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[asyncio.Runner]:
    if request.param == "asyncio":
        with asyncio.Runner() as runner:
            yield runner
    else:
        with qt_runner(qapp) as runner:
            yield runner


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def watch(journal: Journal) -> TaskWatch:
    return TaskWatch(journal)


def spans(journal: Journal, *names: str) -> list[Span]:
    """Give the spans of these names, or all of them."""
    found = [entry for entry in journal.entries() if isinstance(entry, Span)]
    return [span for span in found if not names or span.name in names]


def watched(runner: asyncio.Runner, watch: TaskWatch, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work`` on a loop whose tasks are watched, and let the loop tell what has ended."""

    async def main() -> T:
        watch.watch(asyncio.get_running_loop())
        try:
            result = await work()
            await asyncio.sleep(0)
            return result
        finally:
            watch.unwatch()

    return runner.run(main())


async def fetch(result: object = None) -> object:
    await asyncio.sleep(0)
    return result


async def fetch_in_a_task() -> None:
    await asyncio.create_task(fetch())


async def fail() -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError


def test_a_task_is_a_span_from_its_creation_to_its_end(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    async def work() -> tuple[int, int]:
        before_ns = monotonic_ns()
        assert await asyncio.create_task(fetch("loaded"), name="load") == "loaded"
        return before_ns, monotonic_ns()

    before_ns, after_ns = watched(runner, watch, work)
    (span,) = spans(journal, "load")
    assert span.kind is Kind.TASK
    assert before_ns <= span.start_ns < span.end_ns
    # The loop tells of an end in its next turn, perhaps after whoever waited for it.
    assert span.start_ns < after_ns


def test_a_task_without_a_name_has_its_coroutines(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    watched(runner, watch, fetch_in_a_task)
    assert [span.name for span in spans(journal)] == ["fetch"]


def test_a_name_that_is_given_later_is_the_name(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    async def work() -> None:
        task = asyncio.create_task(fetch())
        task.set_name("x" * 1000)
        await task

    watched(runner, watch, work)
    assert [span.name for span in spans(journal)] == ["x" * LONGEST_NAME]


def test_names_stay_as_asyncio_gives_them(runner: asyncio.Runner, watch: TaskWatch) -> None:
    async def work() -> list[str]:
        tasks = [asyncio.create_task(fetch()), asyncio.create_task(fetch(), name="load")]
        await asyncio.gather(*tasks)
        return [task.get_name() for task in tasks]

    unnamed, named = watched(runner, watch, work)
    assert unnamed.startswith("Task-")
    assert named == "load"


def test_tasks_have_groups_of_their_own(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    async def work() -> None:
        await asyncio.gather(*(fetch() for _ in range(50)))

    watched(runner, watch, work)
    assert len({span.group for span in spans(journal, "fetch")}) == 50


def test_an_error_and_a_cancellation_are_ends_and_stay_the_tasks_own(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    async def work() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.create_task(fail())
        sleeping = asyncio.create_task(asyncio.sleep(1000), name="sleeping")
        await asyncio.sleep(0)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        assert sleeping.cancelled()

    watched(runner, watch, work)
    assert [span.name for span in spans(journal)] == ["fail", "sleeping"]


def test_an_error_that_nobody_asks_for_is_told_as_ever(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    told: list[dict[str, Any]] = []

    async def work() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        task = asyncio.create_task(fail())
        await asyncio.wait([task])

    watched(runner, watch, work)
    gc.collect()
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError]
    assert [span.name for span in spans(journal)] == ["fail"]


def test_a_context_is_passed_on(runner: asyncio.Runner, watch: TaskWatch) -> None:
    variable = contextvars.ContextVar("variable", default="outer")

    async def read() -> str:
        return variable.get()

    async def work() -> list[str]:
        context = contextvars.copy_context()
        context.run(variable.set, "inner")
        loop = asyncio.get_running_loop()
        return [await loop.create_task(read(), context=context), await loop.create_task(read())]

    assert watched(runner, watch, work) == ["inner", "outer"]


def test_what_is_no_coroutine_is_refused_as_ever(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    async def work() -> None:
        with pytest.raises(TypeError, match="a coroutine was expected"):
            asyncio.get_running_loop().create_task(5)  # type: ignore[arg-type]

    watched(runner, watch, work)
    assert spans(journal) == []


def test_what_runs_already_is_watched_from_then_on(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    async def main() -> int:
        early = asyncio.create_task(fetch(), name="early")
        watched_ns = monotonic_ns()
        watch.watch(asyncio.get_running_loop())
        assert {span.name.rpartition(".")[2] for span in watch.running()} == {"main", "early"}
        await early
        await asyncio.sleep(0)
        watch.unwatch()
        return watched_ns

    watched_ns = runner.run(main())
    (span,) = spans(journal)
    assert span.name == "early"
    assert span.start_ns >= watched_ns


def test_what_has_not_ended_is_given_up_to_now(runner: asyncio.Runner) -> None:
    clock = ManualClock()
    watch = TaskWatch(Journal(), clock)

    async def work() -> None:
        clock.advance_ms(1)
        sleeping = asyncio.create_task(asyncio.sleep(1000), name="sleeping")
        clock.advance_ms(2)
        (span,) = (span for span in watch.running() if span.name == "sleeping")
        assert (span.kind, span.start_ns, span.end_ns) == (Kind.TASK, NS_PER_MS, 3 * NS_PER_MS)
        assert span.group > 0
        sleeping.cancel()

    watched(runner, watch, work)


def test_another_thread_can_ask_while_tasks_come_and_go(runner: asyncio.Runner, watch: TaskWatch) -> None:
    is_over = threading.Event()
    problems: list[RuntimeError] = []

    def ask() -> None:
        while not is_over.is_set():
            try:
                watch.running()
            except RuntimeError as error:
                problems.append(error)

    async def work() -> None:
        for _ in range(100):
            await asyncio.gather(*(fetch() for _ in range(50)))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        watched(runner, watch, work)
    finally:
        is_over.set()
        asking.join()
    assert problems == []


def test_unwatched_it_leaves_no_trace(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        watch.watch(loop)
        running = asyncio.create_task(fetch())
        watch.unwatch()
        assert loop.get_task_factory() is None
        assert not running._callbacks
        await asyncio.gather(running, fetch())
        watch.unwatch()

    runner.run(main())
    assert journal.entries() == ()
    assert watch.running() == ()


def test_what_has_ended_before_it_is_unwatched_is_told(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    """Also where the loop has not come to tell of it."""

    async def main() -> None:
        watch.watch(asyncio.get_running_loop())
        task = asyncio.create_task(fetch())
        while not task.done():  # noqa: ASYNC110 - one turn of the loop at a time
            await asyncio.sleep(0)
        watch.unwatch()
        await asyncio.sleep(0)

    runner.run(main())
    assert [span.name for span in spans(journal)] == ["fetch"]


def test_a_factory_of_the_programs_own_goes_on_making_the_tasks(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    class OwnTask(asyncio.Task[Any]):
        pass

    def own(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return OwnTask(coro, loop=loop, **options)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(own)
        watch.watch(loop)
        task = asyncio.create_task(fetch(), name="own")
        assert isinstance(task, OwnTask)
        await task
        await asyncio.sleep(0)
        watch.unwatch()
        assert loop.get_task_factory() is own

    runner.run(main())
    assert [span.name for span in spans(journal)] == ["own"]


def test_a_factory_that_is_set_meanwhile_stays(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        watch.watch(loop)
        ours = loop.get_task_factory()
        assert ours is not None

        def around(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
            return ours(loop, coro, **options)

        loop.set_task_factory(around)
        watch.unwatch()
        assert loop.get_task_factory() is around
        # It still calls what it has found, which makes the task and nothing else.
        assert await asyncio.create_task(fetch(5)) == 5

    runner.run(main())
    assert journal.entries() == ()


@pytest.mark.responsive(budget_ms=None, reason="it collects the garbage of the whole suite")
def test_a_task_that_is_dropped_is_not_held(runner: asyncio.Runner, watch: TaskWatch) -> None:
    """Asyncio holds its tasks weakly, and so does this: a program's leak must not be hidden, nor made."""
    told: list[dict[str, Any]] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))

        async def wait_for_ever() -> None:
            # Nobody else holds the future, so task and future are garbage together.
            await loop.create_future()

        dropped = weakref.ref(asyncio.create_task(wait_for_ever()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        assert dropped() is None
        assert not [span for span in watch.running() if "wait_for_ever" in span.name]

    watched(runner, watch, work)
    assert [context["message"] for context in told] == ["Task was destroyed but it is pending!"]


def test_another_loop_is_followed(qapp: QApplication, watch: TaskWatch, journal: Journal) -> None:
    async def work() -> None:
        watch.follow_running_loop()
        watch.follow_running_loop()
        await asyncio.create_task(fetch())
        await asyncio.sleep(0)

    watch.follow_running_loop()
    with asyncio.Runner() as first:
        first.run(work())
        with qt_runner(qapp) as second:
            second.run(work())
            assert first.get_loop().get_task_factory() is None
            # Between two runs none is running: that is no other one.
            watch.follow_running_loop()
            assert second.get_loop().get_task_factory() is not None
            watch.unwatch()
    assert len(spans(journal, "fetch")) == 2


def test_a_listener_hears_of_it(runner: asyncio.Runner, watch: TaskWatch, journal: Journal) -> None:
    heard: list[Entry] = []
    journal.listen(heard.append)

    watched(runner, watch, fetch_in_a_task)
    assert heard == list(journal.entries())
    assert len(heard) == 1


@needs_eager_tasks
def test_an_eager_task_that_never_waits_is_a_span_all_the_same(
    runner: asyncio.Runner, watch: TaskWatch, journal: Journal
) -> None:
    async def at_once() -> int:
        return 5

    async def work() -> int:
        task = asyncio.create_task(at_once(), name="eager")
        assert task.done()
        return await task

    async def main() -> None:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
        watch.watch(asyncio.get_running_loop())
        assert await work() == 5
        assert await asyncio.create_task(fetch(6), name="not at once") == 6
        await asyncio.sleep(0)
        watch.unwatch()

    runner.run(main())
    assert [span.name for span in spans(journal)] == ["eager", "not at once"]
