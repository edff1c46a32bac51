"""How a program on the event loop ends: whatever ends it, and in whichever order, what runs is ended in order."""

from __future__ import annotations

import itertools
import time
from typing import Final

import pytest

from desktop_app.daemon_executor import LONGEST_END_S
from tests.event_loop.apart import ended, running

# For a busy machine, on which a process takes long to end.
MARGIN_S: Final = 15.0

# What is to be ended: a task that cleans up, a task in a dialog's place, an async generator, a call in the executor.
PARTS = """
events = sys.argv[1].split()

def happen():
    if events:
        event = events.pop(0)
        say(event)
        happenings[event]()

window = QWidget()
window.show()
done = None
happenings = {
    "close": window.close,
    "quit": app.quit,
    "exit": lambda: app.exit(3),
    "stop": lambda: asyncio.get_running_loop().stop(),
    "SIGINT": lambda: os.kill(os.getpid(), signal.SIGINT),
    "SIGTERM": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "return": lambda: done.done() or done.set_result(None),
    "raise": lambda: done.done() or done.set_exception(LookupError("of the main task")),
}

async def wait_a_moment():
    # Through Qt's loop, in which what has happened is served.
    await asyncio.sleep(0.02)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)

async def work():
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        happen()
        await wait_a_moment()
        say("the task has ended")

async def numbers():
    try:
        yield 1
        yield 2
    finally:
        happen()
        await asyncio.sleep(0.02)
        say("the generator has ended")

async def start():
    global done, tasks, generator
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    tasks = [loop.create_task(work()), loop.create_task(asyncio.sleep(3600))]
    generator = numbers()
    await anext(generator)
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    server.close()
    await server.wait_closed()
    await asyncio.to_thread(say, "ready")
"""
ALL_ENDED = ["the task has ended", "the generator has ended"]

# Does nothing about its end but what asyncio.Runner and Qt do.
CARELESS = (
    PARTS
    + """
async def main():
    await start()
    loop = asyncio.get_running_loop()
    if sys.argv[2]:
        loop.call_soon(QDialog().exec)
    loop.call_soon(happen)
    try:
        await done
        return 7
    finally:
        say("the main task has ended")

try:
    with asyncio.Runner(loop_factory=make_loop) as runner:
        code = runner.run(main())
    say("returned", code)
except (RuntimeError, LookupError) as error:
    say(f"{type(error).__name__}: {error}")
except KeyboardInterrupt:
    say("KeyboardInterrupt")
# Of the main task that was cancelled, after Qt ended its loop: nobody keeps anything of it.
del runner
gc.collect()
"""
)
STOPPED = "RuntimeError: Event loop stopped before Future completed."
OUTCOMES = {
    "close": STOPPED,
    "quit": STOPPED,
    "exit": STOPPED,
    "stop": STOPPED,
    "return": "returned 7",
    "raise": "LookupError: of the main task",
    "SIGINT": "KeyboardInterrupt",
}


def check_careless(*events: str, has_dialog: bool = False) -> None:
    """See that all is ended after the first of these events; the others happen while it is."""
    code, said, complaints = ended(CARELESS, " ".join(events), "a dialog" * has_dialog)
    assert (code, complaints) == (0, ""), said
    assert said[:2] == ["ready", events[0]]
    assert said[-1] == OUTCOMES[events[0]]
    assert sorted(said[2:-1]) == sorted([*events[1:], "the main task has ended", *ALL_ENDED])


@pytest.mark.parametrize("event", OUTCOMES)
def test_what_ends_the_loop_has_everything_ended(event: str) -> None:
    check_careless(event)


@pytest.mark.parametrize("event", sorted({*OUTCOMES} - {"close"}))
def test_what_ends_the_loop_ends_a_dialog_too(event: str) -> None:
    check_careless(event, has_dialog=True)


@pytest.mark.parametrize("second", ["close", "quit", "exit"])
@pytest.mark.parametrize("first", OUTCOMES)
def test_qt_is_quit_while_everything_is_being_ended(first: str, second: str) -> None:
    check_careless(first, second)


@pytest.mark.parametrize("first", ["close", "return", "SIGINT"])
def test_qt_is_quit_again_and_again_while_everything_is_being_ended(first: str) -> None:
    check_careless(first, "quit", "exit")


@pytest.mark.parametrize("first", ["close", "return"])
def test_ctrl_c_while_everything_is_being_ended_waits_for_nothing(first: str) -> None:
    """As with asyncio, which complains of the tasks that are not awaited then."""
    code, said, _ = ended(CARELESS, f"{first} SIGINT", "")
    assert (code, said[:2]) == (0, ["ready", first])
    assert {"SIGINT", "KeyboardInterrupt"} <= set(said)
    assert "the task has ended" not in said


# As it is recommended: Qt does not quit, whatever wants an end says so, and the main task ends everything.
CAREFUL = (
    PARTS
    + """
app.setQuitOnLastWindowClosed(False)

async def main():
    await start()
    loop = asyncio.get_running_loop()
    closing = asyncio.Event()
    app.lastWindowClosed.connect(closing.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, closing.set)
    done.add_done_callback(lambda _: closing.set())
    loop.call_soon(happen)
    await closing.wait()
    happen()
    await wait_a_moment()
    window.close()
    say("the main task has ended")
    return 7

with asyncio.Runner(loop_factory=make_loop) as runner:
    code = runner.run(main())
say("returned", code)
del runner
gc.collect()
sys.exit(code)
"""
)
ENDS = ("close", "SIGINT", "SIGTERM", "return")


@pytest.mark.parametrize("events", list(itertools.permutations(ENDS)), ids=" ".join)
def test_the_window_signals_and_the_main_task_end_in_any_order(events: tuple[str, ...]) -> None:
    code, said, complaints = ended(CAREFUL, " ".join(events))
    assert (code, complaints) == (7, "")
    assert said == [
        "ready",
        *events[:2],
        "the main task has ended",
        events[2],
        "the task has ended",
        events[3],
        "the generator has ended",
        "returned 7",
    ]


STUCK = """
never = threading.Event()
window = QWidget()
window.show()
ends = {"close": window.close, "SIGINT": lambda: os.kill(os.getpid(), signal.SIGINT)}

async def main():
    loop = asyncio.get_running_loop()
    # There are not so many threads.
    calls = [loop.run_in_executor(None, never.wait) for _ in range(40)]
    say("ready")
    if sys.argv[1] != "return":
        loop.call_soon(ends[sys.argv[1]])
        await asyncio.wait(calls)

try:
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(main())
    say("returned")
except (RuntimeError, KeyboardInterrupt) as error:
    say(type(error).__name__)
"""


@pytest.mark.parametrize(
    ("end", "outcome"), [("return", "returned"), ("close", "RuntimeError"), ("SIGINT", "KeyboardInterrupt")]
)
def test_stuck_calls_hold_up_no_end(end: str, outcome: str) -> None:
    with running(STUCK, end) as apart:
        assert apart.hear() == "ready"
        start_s = time.monotonic()
        assert apart.end() == (0, [outcome], "")
        assert time.monotonic() - start_s < LONGEST_END_S + MARGIN_S
