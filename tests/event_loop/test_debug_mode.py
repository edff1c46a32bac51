"""Debug mode says the same as asyncio's own loop's."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from tests.helpers.drivers import qt_runner

HANG_S: Final = 30.0
SLOW_S: Final = 0.02


@pytest.fixture(params=["this loop", "asyncio's"])
def runner(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[asyncio.Runner]:
    """Both loops, in debug mode: what is expected of one is seen at the other."""
    if request.param == "asyncio's":
        with asyncio.Runner(debug=True) as runner:
            yield without_warnings(runner)
    else:
        with qt_runner(qapp) as runner:
            runner.get_loop().set_debug(True)
            yield without_warnings(runner)


def without_warnings(runner: asyncio.Runner) -> asyncio.Runner:
    """Have a busy machine be no reason to warn; who wants warnings says so."""
    runner.get_loop().slow_callback_duration = HANG_S
    return runner


async def nothing() -> None:
    """A coroutine function, which is no callback."""


def test_a_slow_callback_is_warned_of(runner: asyncio.Runner, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = SLOW_S
        loop.call_soon(time.sleep, 2 * SLOW_S)
        loop.call_later(0.001, time.sleep, 2 * SLOW_S)
        await asyncio.sleep(0.005)

    runner.run(main())
    slow = [record.getMessage() for record in caplog.records if "sleep(" in record.getMessage()]
    assert len(slow) == 2
    assert all(text.startswith("Executing <") and " took 0." in text for text in slow)
    assert "created at" in slow[0]
    assert __file__ in slow[0]
    caplog.clear()


def test_a_slow_turn_of_a_task_is_warned_of(runner: asyncio.Runner, caplog: pytest.LogCaptureFixture) -> None:
    async def slow() -> None:
        time.sleep(2 * SLOW_S)  # noqa: ASYNC251 - that is what is warned of

    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = SLOW_S
        await asyncio.create_task(slow(), name="the slow one")

    runner.run(main())
    texts = [record.getMessage() for record in caplog.records]
    assert any(text.startswith("Executing <Task") and "the slow one" in text for text in texts)
    caplog.clear()


def test_a_fast_callback_is_not(runner: asyncio.Runner, caplog: pytest.LogCaptureFixture) -> None:
    runner.run(asyncio.sleep(0.001))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("name", ["call_soon", "call_soon_threadsafe"])
@pytest.mark.parametrize("what", [nothing, "text"])
def test_what_is_no_callback_is_refused(runner: asyncio.Runner, name: str, what: Any) -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match=name):
            getattr(asyncio.get_running_loop(), name)(what)

    runner.run(main())


@pytest.mark.parametrize("name", ["call_later", "call_at"])
@pytest.mark.parametrize("what", [nothing, "text"])
def test_what_is_no_callback_is_refused_with_a_time(runner: asyncio.Runner, name: str, what: Any) -> None:
    async def main() -> None:
        # Both say the name of the one that the other calls.
        with pytest.raises(TypeError, match="call_at"):
            getattr(asyncio.get_running_loop(), name)(1, what)

    runner.run(main())


@pytest.mark.parametrize("name", ["call_later", "call_at"])
def test_no_time_is_refused(runner: asyncio.Runner, name: str) -> None:
    async def main() -> None:
        with pytest.raises(TypeError):
            getattr(asyncio.get_running_loop(), name)(None, print)

    runner.run(main())


def test_a_coroutine_is_no_callback(runner: asyncio.Runner) -> None:
    async def main() -> None:
        coroutine: Any = nothing()
        with pytest.raises(TypeError, match="coroutines cannot be used with call_soon"):
            asyncio.get_running_loop().call_soon(coroutine)
        coroutine.close()

    runner.run(main())


@pytest.mark.parametrize(
    "call",
    [
        lambda loop: loop.call_soon(print),
        lambda loop: loop.call_later(0, print),
        lambda loop: loop.call_at(0, print),
    ],
    ids=["call_soon", "call_later", "call_at"],
)
def test_a_call_from_another_thread_is_refused(
    runner: asyncio.Runner, call: Callable[[asyncio.AbstractEventLoop], object]
) -> None:
    async def main() -> None:
        loop, raised = asyncio.get_running_loop(), list[BaseException]()

        def work() -> None:
            try:
                call(loop)
            except RuntimeError as error:
                raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert "Non-thread-safe operation" in str(raised[0])

    runner.run(main())


def test_a_handle_says_where_it_was_made(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        handles = [loop.call_soon(print), loop.call_soon_threadsafe(print), loop.call_later(1, print)]
        handles.append(loop.call_at(loop.time() + 1, print))
        for handle in handles:
            traceback = handle._source_traceback  # type: ignore[attr-defined]
            assert traceback[-1].filename == __file__
            assert traceback[-1].name == "main"
            handle.cancel()

    runner.run(main())


def test_coroutines_say_where_they_were_made_while_the_loop_runs(runner: asyncio.Runner) -> None:
    before = sys.get_coroutine_origin_tracking_depth()

    async def main() -> int:
        return sys.get_coroutine_origin_tracking_depth()

    assert runner.run(main()) > before
    assert sys.get_coroutine_origin_tracking_depth() == before


def test_debug_mode_can_be_switched_while_the_loop_runs(runner: asyncio.Runner) -> None:
    async def main() -> list[int]:
        depths = [sys.get_coroutine_origin_tracking_depth()]
        for is_debug in (False, True):
            asyncio.get_running_loop().set_debug(is_debug)
            assert asyncio.get_running_loop().get_debug() is is_debug
            await asyncio.sleep(0.001)
            depths.append(sys.get_coroutine_origin_tracking_depth())
        return depths

    on, off, on_again = runner.run(main())
    assert on == on_again > off


def test_a_loop_knows_its_thread_only_while_it_runs(qapp: QApplication) -> None:
    loop, calls = EventLoop(qapp), list[str]()
    loop.set_debug(True)
    thread = threading.Thread(target=lambda: loop.call_soon(calls.append, "before the run"))
    thread.start()
    thread.join()
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert calls == ["before the run"]
    loop.close()
