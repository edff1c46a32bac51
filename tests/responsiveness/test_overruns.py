"""Which coroutine held a frame, and where it has come to: of real ones, on the program's own loop."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.responsiveness.overruns import Overrun, OverrunLog
from desktop_app.responsiveness.repeated import MOST_PLACES
from desktop_app.responsiveness.task_stack import MOST_AWAITS
from desktop_app.responsiveness.verdict import verdict_of_overrun
from tests.helpers.overrunning import hold, overrun, told

HERE = Path(__file__)


def line_that(remark: str) -> int:
    """Find the line of this file that ends with a remark."""
    lines = HERE.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"  # {remark}"))


def of(found: list[Overrun], coroutine: str) -> list[Overrun]:
    return [each for each in found if each.coroutine.split(".")[-1] == coroutine]


def plain(found: list[Overrun]) -> list[str]:
    return [str(each) for each in found if not each.task]


async def load() -> None:
    hold()
    await asyncio.sleep(0)  # one step
    hold()
    await fetch()  # awaits fetch
    hold()


async def fetch() -> None:
    hold()
    await asyncio.sleep(0.001)  # another step


def test_a_coroutine_is_named_by_its_task_and_the_line_at_which_it_waits_next(qapp: QApplication) -> None:
    async def main(_: EventLoop) -> None:
        await asyncio.create_task(load(), name="load the home page")

    first, second, last = of(told(qapp, main), "load")
    assert (str(first), first.is_to_end) == (f"load (test_overruns.py:{line_that('one step')})", False)
    assert {each.task for each in (first, second, last)} == {"load the home page"}
    assert str(second) == f"fetch (test_overruns.py:{line_that('another step')})"
    assert [frame.function for frame in second.awaits] == ["load", "fetch", "sleep"]
    assert second.awaits[0].line == line_that("awaits fetch")
    assert all(each.duration_ns > 1_000_000 for each in (first, second))


def test_of_one_that_has_ended_the_function_and_its_first_line_are_told(qapp: QApplication) -> None:
    async def main(_: EventLoop) -> None:
        await asyncio.create_task(load())

    last = of(told(qapp, main), "load")[-1]
    assert (last.is_to_end, last.awaits) == (True, ())
    assert (last.frame.function, last.frame.line) == ("load", load.__code__.co_firstlineno)
    assert not last.is_named


@pytest.mark.parametrize("way", ["async for", "anext", "asend", "await of an object"])
def test_what_an_asynchronous_generator_awaits_is_followed(qapp: QApplication, way: str) -> None:
    async def parts() -> AsyncIterator[int]:
        hold()
        await asyncio.sleep(0)  # within the generator
        yield 1

    class Part:
        def __await__(self) -> Any:
            return fetch_part().__await__()

    async def fetch_part() -> None:
        async for _ in parts():
            pass

    async def consume() -> None:
        generator: Any = parts()
        match way:
            case "async for":
                async for _ in generator:
                    pass
            case "anext":
                await anext(generator, None)
                await generator.aclose()
            case "asend":
                await generator.asend(None)
                await generator.aclose()
            case _:
                await Part()

    async def main(_: EventLoop) -> None:
        await asyncio.create_task(consume())

    first = of(told(qapp, main), "consume")[0]
    assert str(first) == f"parts (test_overruns.py:{line_that('within the generator')})"
    assert first.awaits[0].function == "consume"


def test_of_a_long_chain_the_innermost_are_kept(qapp: QApplication) -> None:
    async def descend(left: int) -> None:
        if left:
            await descend(left - 1)
        else:
            hold()
            await asyncio.sleep(0)  # at the bottom

    async def main(_: EventLoop) -> None:
        await asyncio.create_task(descend(3 * MOST_AWAITS))

    first = of(told(qapp, main), "descend")[0]
    assert len(first.awaits) == MOST_AWAITS
    assert first.frame.line == line_that("at the bottom")


def test_a_task_that_is_written_in_python_is_told_as_well(qapp: QApplication) -> None:
    kind: Callable[..., asyncio.Task[None]] = asyncio.tasks._PyTask  # type: ignore[attr-defined]

    async def main(loop: EventLoop) -> None:
        await kind(load(), loop=loop, name="in Python")

    found = of(told(qapp, main), "load")
    assert [each.task for each in found] == ["in Python"] * 3
    assert [each.is_to_end for each in found] == [False, False, True]


class Ticking:
    """What a loop may be asked to call."""

    def tick(self, *_: object) -> None:
        hold()

    def __call__(self) -> None:
        hold()


def decorated(function: Callable[[], None]) -> Callable[[], None]:
    @functools.wraps(function)
    def wrapper() -> None:
        function()

    return wrapper


@decorated
def wrapped() -> None:
    hold()


def place(function: Any) -> str:
    code = function.__code__
    return f"{code.co_name} (test_overruns.py:{code.co_firstlineno})"


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (hold_once := lambda: hold(), place(hold_once)),
        (Ticking().tick, place(Ticking.tick)),
        (functools.partial(functools.partial(Ticking().tick, 1), 2), place(Ticking.tick)),
        (Ticking(), place(Ticking.__call__)),
        (wrapped, place(wrapped)),
        (functools.partial(time.sleep, 0.001), "time.sleep"),
        (functools.partial(sorted, range(1000)), "sorted"),
        (list(range(1000)).sort, "list.sort"),
        (functools.partial(str.join, ",", ["a"] * 1000), "str.join"),
    ],
)
def test_a_plain_callback_is_told_by_its_function(
    qapp: QApplication, callback: Callable[[], None], expected: str
) -> None:
    async def main(loop: EventLoop) -> None:
        loop.call_soon(callback)
        await asyncio.sleep(0.001)

    assert expected in plain(told(qapp, main))


def test_an_object_is_not_asked_what_it_is(qapp: QApplication) -> None:
    class Proxy(Ticking):
        def __getattr__(self, name: str) -> object:
            raise LookupError(name)

    async def main(loop: EventLoop) -> None:
        loop.call_soon(Proxy())
        await asyncio.sleep(0.001)

    assert place(Ticking.__call__) in plain(told(qapp, main))


def test_a_callback_that_cancels_itself_is_told_without_a_name(qapp: QApplication) -> None:
    async def main(loop: EventLoop) -> None:
        handles: list[asyncio.Handle] = []

        def cancel() -> None:
            handles[0].cancel()
            hold()

        handles.append(loop.call_soon(cancel))
        await asyncio.sleep(0.001)

    assert "a callback that was cancelled" in plain(told(qapp, main))


def test_no_value_is_kept(qapp: QApplication) -> None:
    async def sign_in(password: str) -> None:
        local = password.upper()
        hold()
        await asyncio.sleep(0, local)

    async def main(loop: EventLoop) -> None:
        await asyncio.create_task(sign_in("swordfish"))
        loop.call_soon(functools.partial(Ticking().tick, "swordfish"))
        await asyncio.sleep(0.001)

    found = told(qapp, main)
    assert of(found, "sign_in")
    assert place(Ticking.tick) in plain(found)
    assert "swordfish" not in repr(found).lower()


def test_those_from_one_place_are_one_with_a_count() -> None:
    log = OverrunLog()
    for start_ms, duration_ms in ((0, 5), (100, 12), (200, 7)):
        log.add(overrun(start_ms, duration_ms))
    log.add(overrun(300, 30, line=7))
    log.add(overrun(400, 4, is_to_end=True))
    worst, repeated, ended = log.repeated()
    assert (worst.count, repeated.count, ended.count, log.count) == (1, 3, 1, 5)
    assert (repeated.longest.start_ns, repeated.total_ns) == (100_000_000, 24_000_000)
    assert (repeated.first_start_ns, repeated.last_start_ns) == (0, 200_000_000)


def test_of_too_many_places_that_with_the_least_time_is_forgotten() -> None:
    log = OverrunLog()
    for line in range(MOST_PLACES + 10):
        log.add(overrun(0, 5 + line, line=line))
    assert (len(log.repeated()), log.forgotten, log.count) == (MOST_PLACES, 10, MOST_PLACES + 10)
    assert min(each.longest.frame.line for each in log.repeated()) == 10


@pytest.mark.parametrize(
    ("given", "text", "fix"),
    [
        (
            [overrun(), overrun(), overrun(duration_ms=3)],
            (
                "load_home (overrunning.py:120) held the frame for 12 ms, the longest of 3 times."
                " It waited there next: what took so long came before."
            ),
            "asyncio.sleep(0)",
        ),
        (
            [overrun(is_to_end=True)],
            "load_home (overrunning.py:120) held the frame for 12 ms. It ran to its end.",
            "asyncio.to_thread",
        ),
        ([overrun(task="")], "load_home (overrunning.py:120) held the frame for 12 ms.", "run_in_executor"),
        (
            [overrun(task="", file="", line=0, function="time.sleep")],
            "time.sleep held the frame for 12 ms.",
            "run_in_executor",
        ),
    ],
)
def test_the_verdict_says_what_held_the_frame_and_what_to_do(given: list[Overrun], text: str, fix: str) -> None:
    log = OverrunLog()
    for each in given:
        log.add(each)
    (repeated,) = log.repeated()
    verdict = verdict_of_overrun(repeated)
    assert verdict.text == text
    assert fix in verdict.fix
