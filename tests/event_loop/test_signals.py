"""SIGINT and SIGTERM: whatever handles them runs at once, also while Qt sleeps and nothing else will wake it."""

from __future__ import annotations

import signal
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.interruption import Interruption
from desktop_app.signals import ProcessSignals
from tests.event_loop.apart import Apart, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells when a process sleeps")
NS_PER_MS = 1_000_000
both_signals = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def latency_ms(apart: Apart, number: signal.Signals) -> float:
    """Send a signal to a program that sleeps, and give how long it took to handle it; printed, too."""
    apart.wait_until_asleep()
    sent_ns = apart.send_signal(number)
    word, _, when_ns = apart.hear().partition(" ")
    assert word == "handled"
    took_ms = (int(when_ns) - sent_ns) / NS_PER_MS
    print(f"{number.name} was handled after {took_ms:.2f} ms")
    return took_ms


# Each handles the signal that is its first argument, says so, and ends when it has been told to twice.
HANDLING = """
number = int(sys.argv[1])
left = [1, 2]

def handle(*_):
    say("handled", time.monotonic_ns())
    left.pop()
    if not left:
        end()

loop = make_loop()
end = loop.stop
"""
HANDLERS = {
    "signal.signal": "signal.signal(number, handle)\n",
    "add_signal_handler": "loop.add_signal_handler(number, handle)\n",
}
WAITS = {
    "the loop": """
        loop.call_soon(say, "ready")
        loop.run_forever()
    """,
    "a task": """
        async def main():
            ended = loop.create_future()
            global end
            end = lambda: ended.set_result(None)
            say("ready")
            await ended
        loop.run_until_complete(main())
    """,
    "a dialog in a callback": """
        dialog = QDialog()
        def open():
            loop.call_soon(say, "ready")
            dialog.exec()
            loop.stop()
        end = dialog.close
        loop.call_soon(open)
        loop.run_forever()
    """,
    "an event loop in a task": """
        async def main():
            inner = QEventLoop()
            global end
            end = inner.quit
            loop.call_soon(say, "ready")
            inner.exec()
        loop.run_until_complete(main())
    """,
    "the second loop": """
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        loop = make_loop()
        end = loop.stop
        if sys.argv[2] == "add_signal_handler":
            loop.add_signal_handler(number, handle)
        loop.call_soon(say, "ready")
        loop.run_forever()
    """,
}


@both_signals
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("wait", WAITS)
def test_a_handler_runs_although_qt_sleeps(number: signal.Signals, handler: str, wait: str) -> None:
    check_handler(number, handler, wait)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_runs_although_qt_sleeps_without_glib(handler: str) -> None:
    check_handler(signal.SIGTERM, handler, "the loop", QT_NO_GLIB="1")


def check_handler(number: signal.Signals, handler: str, wait: str, **environment: str) -> None:
    """See that a signal is handled, twice, whatever waits in Qt."""
    program = HANDLING + HANDLERS[handler] + textwrap.dedent(WAITS[wait]) + "loop.close()\n"
    with running(program, str(int(number)), handler, **environment) as apart:
        assert apart.hear() == "ready"
        # One after the other: the first has left everything as it was. No limit, for nothing else wakes Qt.
        for _ in range(2):
            latency_ms(apart, number)
        assert apart.end() == (0, [], "")


def test_a_handler_of_the_loop_runs_when_the_callback_that_computes_has_ended() -> None:
    with running("""
        loop = make_loop()
        def compute():
            say("ready")
            while not select.select([sys.stdin], [], [], 0)[0]:
                pass
            say("computed")
        def handle():
            say("handled")
            loop.stop()
        loop.add_signal_handler(signal.SIGTERM, handle)
        loop.call_soon(compute)
        loop.run_forever()
        loop.close()
    """) as apart:
        assert apart.hear() == "ready"
        apart.send_signal(signal.SIGTERM)
        apart.tell("go on")
        assert apart.end() == (0, ["computed", "handled"], "")


def test_a_handler_of_python_runs_amid_the_callback_that_computes() -> None:
    with running("""
        loop = make_loop()
        has_come = []
        def compute():
            say("ready")
            while not has_come:
                pass
            say("computed")
            loop.stop()
        def handle(*_):
            has_come.append(True)
            say("handled")
        signal.signal(signal.SIGTERM, handle)
        loop.call_soon(compute)
        loop.run_forever()
        loop.close()
    """) as apart:
        assert apart.hear() == "ready"
        apart.send_signal(signal.SIGTERM)
        assert apart.end() == (0, ["handled", "computed"], "")


def test_without_a_handler_sigterm_ends_the_process() -> None:
    with running("""
        loop = make_loop()
        loop.call_soon(say, "ready")
        loop.run_forever()
    """) as apart:
        assert apart.hear() == "ready"
        apart.wait_until_asleep()
        apart.send_signal(signal.SIGTERM)
        assert apart.end().code == -signal.SIGTERM


def test_a_signal_between_two_runs_is_handled_in_the_second() -> None:
    with running("""
        loop = make_loop()
        async def add():
            loop.add_signal_handler(signal.SIGTERM, lambda: (say("handled"), loop.stop()))
        loop.run_until_complete(add())
        os.kill(os.getpid(), signal.SIGTERM)
        loop.run_forever()
        loop.close()
    """) as apart:
        assert apart.end() == (0, ["handled"], "")


def test_after_the_loop_nothing_is_woken_any_more(qapp: QApplication) -> None:
    loop = EventLoop(qapp)
    with closing(loop):
        loop.add_signal_handler(signal.SIGTERM, print)
        loop.run_until_complete(seen_fd())
    assert signal.set_wakeup_fd(-1) == -1
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


async def seen_fd() -> int:
    """Tell what a signal wakes while the loop runs."""
    seen = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(seen, warn_on_full_buffer=False)
    return seen


@pytest.fixture
def foreign_fd() -> Iterator[int]:
    """What somebody else has woken by signals."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno())
        yield theirs.fileno()
        signal.set_wakeup_fd(before)


def test_what_somebody_else_has_woken_stays(qapp: QApplication, foreign_fd: int) -> None:
    with closing(EventLoop(qapp)) as loop:
        assert loop.run_until_complete(seen_fd()) == foreign_fd
    assert signal.set_wakeup_fd(foreign_fd) == foreign_fd


@pytest.mark.parametrize("is_removed", [True, False], ids=["removed", "closed"])
def test_what_somebody_else_has_woken_comes_back_after_the_last_handler(
    qapp: QApplication, foreign_fd: int, is_removed: bool
) -> None:
    async def handle() -> None:
        loop.add_signal_handler(signal.SIGTERM, print)
        loop.add_signal_handler(signal.SIGINT, print)
        if is_removed:
            loop.remove_signal_handler(signal.SIGTERM)
            assert await seen_fd() != foreign_fd
            loop.remove_signal_handler(signal.SIGINT)
            assert await seen_fd() == foreign_fd

    with closing(EventLoop(qapp)) as loop:
        loop.run_until_complete(handle())
    assert signal.set_wakeup_fd(foreign_fd) == foreign_fd


@pytest.mark.parametrize("number", [signal.SIGKILL, 4711])
def test_a_handler_that_cannot_be_changes_nothing(qapp: QApplication, foreign_fd: int, number: int) -> None:
    async def handle() -> None:
        with pytest.raises((RuntimeError, ValueError)):
            loop.add_signal_handler(number, print)
        assert await seen_fd() == foreign_fd

    with closing(EventLoop(qapp)) as loop:
        loop.run_until_complete(handle())


def test_the_signals_of_the_program_are_told_on_this_loop(qapp: QApplication) -> None:
    interruption = Interruption()
    signals = ProcessSignals(interruption)
    try:
        with closing(EventLoop(qapp)) as loop:
            signals.received.connect(loop.stop)
            loop.call_soon(signal.raise_signal, signal.SIGTERM)
            loop.run_forever()
        assert interruption.signal_number == signal.SIGTERM
    finally:
        signals.close()
        interruption.restore()
    assert signal.set_wakeup_fd(-1) == -1
