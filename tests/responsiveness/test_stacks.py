"""Stacks: taken from another thread, counted, and put down to a culprit."""

from __future__ import annotations

import asyncio
import functools
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness import stacks as stacks_module
from desktop_app.responsiveness.events import CountedStack, Culprit, Frame, Stack
from desktop_app.responsiveness.ownership import LOOP, Ownership
from desktop_app.responsiveness.stacks import (
    MOST_FRAMES,
    RawStack,
    capture,
    counted,
    culprit_of,
    innermost_own,
    resolved,
)
from tests.responsiveness.looking import samples_of

OWNERSHIP = Ownership()
HERE = __file__


def captured_here() -> RawStack:
    return capture(sys._getframe(1))


def line_here() -> int:
    return sys._getframe(1).f_lineno


# Taking


def test_the_innermost_frame_comes_first() -> None:
    raw = captured_here()
    assert raw[0][0] is test_the_innermost_frame_comes_first.__code__


def test_of_no_frame_there_is_no_stack() -> None:
    assert (capture(None), resolved((), OWNERSHIP), culprit_of(()), innermost_own(())) == ((), (), None, None)


@pytest.mark.parametrize("depth", [0, 50, 500, 9_000])
def test_of_a_deep_recursion_the_innermost_frames_are_kept(depth: int) -> None:
    def dive(left: int) -> RawStack:
        return dive(left - 1) if left else captured_here()

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 1000)
    try:
        raw = dive(depth)
    finally:
        sys.setrecursionlimit(limit)
    expected = min(depth + 1, MOST_FRAMES)
    assert len(raw) <= MOST_FRAMES
    assert [code.co_name for code, _ in raw[:expected]] == ["dive"] * expected


def test_nothing_is_kept_alive() -> None:
    class Value:
        pass

    freed = threading.Event()

    def load() -> RawStack:
        value = Value()
        weakref.finalize(value, freed.set)
        return captured_here()

    raw = load()
    assert (freed.is_set(), raw[0][0]) == (True, load.__code__)


def test_a_deep_stack_costs_no_more_than_a_shallow_one() -> None:
    """By the number of instructions that are executed, which no load of the machine changes."""
    counts = []
    for depth in (MOST_FRAMES + 100, 5_000):
        steps = 0

        def count(*_: object) -> Any:
            nonlocal steps
            steps += 1
            return count

        def dive(left: int, count: Any = count) -> None:
            if left:
                dive(left - 1)
                return
            frame = sys._getframe()
            # What a collection calls would count, too.
            gc.disable()
            sys.settrace(count)
            capture(frame)
            sys.settrace(None)
            gc.enable()

        before, limit = sys.gettrace(), sys.getrecursionlimit()
        sys.setrecursionlimit(depth + 1000)
        try:
            dive(depth)
        finally:
            sys.setrecursionlimit(limit)
            sys.settrace(before)
        counts.append(steps)
    assert counts[0] == counts[1] > MOST_FRAMES


# Naming


def named(raw: RawStack) -> Frame:
    return resolved(raw, OWNERSHIP)[-1]


def test_a_frame_is_told_with_file_line_function_and_call() -> None:
    raw, line = captured_here(), line_here()
    assert named(raw) == Frame(
        HERE, line, "test_a_frame_is_told_with_file_line_function_and_call", "captured_here()", is_own=True
    )


@pytest.mark.parametrize("kind", ["list", "set", "dict", "generator", "nested"])
def test_a_comprehension_is_told_as_the_function_that_it_stands_in(kind: str) -> None:
    def load() -> RawStack:
        match kind:
            case "list":
                return [captured_here() for _ in "a"].pop()
            case "set":
                return next(iter({captured_here() for _ in "a"}))
            case "dict":
                return {each: captured_here() for each in "a"}["a"]
            case "generator":
                return next(captured_here() for _ in "a")
            case _:
                return [[captured_here() for _ in "a"] for _ in "a"].pop().pop()

    assert (named(load()).function, named(load()).call) == ("load", "captured_here()")


def test_a_generator_expression_that_another_function_runs_is_told_as_where_it_stands() -> None:
    def first(items: Iterator[RawStack]) -> RawStack:
        return next(items)

    def load() -> RawStack:
        return first(captured_here() for _ in "a")

    stack = resolved(load(), OWNERSHIP)
    assert [frame.function for frame in stack[-3:]] == ["load", "first", "load"]


def test_a_lambda_is_told_as_in_a_traceback() -> None:
    work: Callable[[], RawStack] = lambda: captured_here()  # noqa: E731
    assert named(work()).function == "<lambda>"


def test_what_is_decorated_is_told_by_its_own_name() -> None:
    def decorated(function: Callable[[], RawStack]) -> Callable[[], RawStack]:
        @functools.wraps(function)
        def wrapper() -> RawStack:
            return function()

        return wrapper

    @decorated
    def load() -> RawStack:
        return captured_here()

    assert [frame.function for frame in resolved(load(), OWNERSHIP)[-2:]] == ["wrapper", "load"]


def test_generators_and_coroutines_are_told_by_their_names() -> None:
    def generate() -> Generator[RawStack, None, None]:
        yield captured_here()

    async def load() -> RawStack:
        return next(generate())

    with pytest.raises(StopIteration) as stopped:
        load().send(None)
    assert [frame.function for frame in resolved(stopped.value.value, OWNERSHIP)[-2:]] == ["load", "generate"]


def test_a_class_body_and_a_module_are_told_as_in_a_traceback() -> None:
    found: dict[str, RawStack] = {}

    class Gallery:
        found["body"] = captured_here()

    assert named(found["body"]).function == "Gallery"
    module: dict[str, Any] = {"captured_here": captured_here}
    exec(compile("found = [captured_here() for _ in 'a'][0]", "gallery.py", "exec"), module)
    assert named(module["found"]).function == "<module>"


# Counting


def frames(*lines: int, file: str = "gallery.py") -> Stack:
    return tuple(Frame(file, line, f"function{line // 10}", is_own=True) for line in lines)


def test_a_loop_s_instructions_are_one_stack_a_line() -> None:
    def compute() -> int:
        total = 0
        for each in range(200):
            total += len(str(each)) + len(str(each)) + abs(each) + min(each, 1) + max(each, 2) + each * each
        return total

    taken = samples_of(compute)
    stacks = counted(taken, OWNERSHIP)
    assert sum(each.count for each in stacks) == len(taken)
    places = {tuple((each.file, each.line, each.function) for each in stack.stack) for stack in stacks}
    assert len(places) == len(stacks)


def test_the_most_frequent_stack_comes_first() -> None:
    once = captured_here()
    thrice = captured_here()
    stacks = counted([once, thrice, thrice, thrice], OWNERSHIP)
    assert [each.count for each in stacks] == [3, 1]


def test_stacks_of_one_line_are_one_with_the_usual_call() -> None:
    # fmt: off
    once, often = captured_here(), (captured_here)()
    # fmt: on
    (found,) = counted([once, often, often], OWNERSHIP)
    assert (found.count, found.stack[-1].call) == (3, "(captured_here)()")


def test_a_function_that_was_compiled_twice_is_counted_once() -> None:
    def made() -> Callable[[], RawStack]:
        module: dict[str, Any] = {"captured_here": captured_here}
        exec(compile("def load():\n    return captured_here()", "gallery.py", "exec"), module)
        return module["load"]  # type: ignore[no-any-return]

    first, second = made(), made()
    (found,) = counted([each() for each in (first, second)], OWNERSHIP)
    assert found.count == 2


@given(st.lists(st.integers(0, 5), min_size=1, max_size=64))
def test_every_sample_is_counted_once(kinds: list[int]) -> None:
    def load(left: int) -> RawStack:
        return load(left - 1) if left else captured_here()

    available = [load(each) for each in range(6)]
    stacks = counted([available[kind] for kind in kinds], OWNERSHIP)
    assert sorted(each.count for each in stacks) == sorted(kinds.count(kind) for kind in set(kinds))
    assert [each.count for each in stacks] == sorted((each.count for each in stacks), reverse=True)


# The culprit


def test_the_culprit_is_the_most_frequent_function_at_its_most_frequent_line() -> None:
    stacks = [CountedStack(frames(1, 11), 4), CountedStack(frames(1, 21), 3), CountedStack(frames(1, 22), 2)]
    found = culprit_of(stacks)
    assert found == Culprit(frames(21)[0], 5 / 9)
    assert str(found) == "56 % in function2 (gallery.py:21)"


def test_the_share_is_of_all_samples() -> None:
    stacks = [CountedStack(frames(11), 10), *(CountedStack(frames(20 + each * 10), 1) for each in range(30))]
    found = culprit_of(stacks)
    assert found is not None
    assert found.share == 0.25


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 40), min_size=1, max_size=4), st.integers(1, 20)), min_size=1),
    st.randoms(),
)
def test_the_culprit_is_as_frequent_as_it_is_said_to_be(counts: list[tuple[list[int], int]], random: Any) -> None:
    stacks = [CountedStack(frames(*lines), count) for lines, count in counts]
    found = culprit_of(stacks)
    assert found is not None
    total = sum(each.count for each in stacks)
    by_function: dict[str, int] = {}
    for each in stacks:
        by_function[each.stack[-1].function] = by_function.get(each.stack[-1].function, 0) + each.count
    assert found.share == by_function[found.frame.function] / total == max(by_function.values()) / total
    random.shuffle(stacks)
    again = culprit_of(stacks)
    assert again is not None
    assert again.share == found.share


def library(name: str) -> Frame:
    return Frame(f"/v/lib/python3.11/site-packages/{name}", 1, "library")


LOOP_FRAMES = tuple(Frame(file, 330, "_run_ready", "handle._run()", Ownership().is_own(file)) for file in LOOP)
RUNNER = Frame("gallery.py", 9, "main", "runner.run(main())", is_own=True)
STANDARD = Frame("/usr/lib/python3.11/threading.py", 1, "wait")
OWN = Frame("gallery.py", 7, "load", "time.sleep(1)", is_own=True)
RUNNING = Frame("gallery.py", 9, "main", "sys.exit(app.exec())", is_own=True)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ((RUNNING, OWN), OWN),
        ((RUNNING, OWN, library("requests/api.py"), STANDARD), OWN),
        ((RUNNING, library("pyqtgraph/plot.py"), OWN), OWN),
        ((RUNNING,), RUNNING),
        ((RUNNING, STANDARD), RUNNING),
        ((RUNNING, library("PySide6/QtAsyncio/events.py"), STANDARD), RUNNING),
        ((RUNNING, library("qasync/__init__.py"), library("httpx/client.py"), STANDARD), library("httpx/client.py")),
        ((RUNNING, library("pyqtgraph/plot.py"), library("numpy/linalg.py")), library("numpy/linalg.py")),
        ((RUNNING, library("qasync/__init__.py"), *LOOP_FRAMES, STANDARD), RUNNING),
        ((RUNNING, *LOOP_FRAMES, OWN), OWN),
        ((RUNNER, *LOOP_FRAMES, library("httpx/client.py"), STANDARD), library("httpx/client.py")),
        ((*LOOP_FRAMES, STANDARD), STANDARD),
        ((library("gallery/main.py"), library("PySide6/x.py"), STANDARD), library("gallery/main.py")),
        ((STANDARD,), STANDARD),
    ],
)
def test_a_stack_is_put_down_to_the_program_where_it_can_be(stack: Stack, expected: Frame) -> None:
    assert innermost_own(stack) == expected


def test_the_loop_is_no_library_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = library("desktop_app/event_loop.py")
    assert innermost_own((RUNNING, installed, STANDARD)) == installed
    monkeypatch.setattr(stacks_module, "LOOP", (installed.file,))
    assert innermost_own((RUNNING, installed, STANDARD)) == RUNNING


@pytest.mark.parametrize(
    "call", ["exec(code)", "self.execute()", "executor.run()", "subprocess.run(['ls'])", "self.worker.run()"]
)
def test_what_runs_no_event_loop_is_the_culprit_itself(call: str) -> None:
    frame = Frame("gallery.py", 9, "main", call, is_own=True)
    assert innermost_own((frame, library("pyqtgraph/plot.py"))) == frame


def test_the_culprit_of_a_real_block_is_the_function_and_the_line() -> None:
    lines: set[int] = set()

    def load_image() -> None:
        lines.add(line_here() + 1)
        time.sleep(0.02)

    def show() -> None:
        load_image()

    found = culprit_of(counted(samples_of(show), OWNERSHIP))
    assert found is not None
    assert (found.frame.file, {found.frame.line}, found.frame.function) == (HERE, lines, "load_image")


def test_the_culprit_of_a_coroutine_that_blocks_is_the_coroutine() -> None:
    async def load_image() -> None:
        time.sleep(0.02)  # noqa: ASYNC251 - that is what is tested

    def run() -> None:
        asyncio.run(load_image())

    found = culprit_of(counted(samples_of(run), OWNERSHIP))
    assert found is not None
    assert (found.frame.function, found.frame.call) == ("load_image", "time.sleep(0.02)")
