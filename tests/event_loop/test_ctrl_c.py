"""Ctrl+C where nothing handles it but Python: it comes out of the loop, and out of what runs a main task."""

from __future__ import annotations

import signal
import sys
import textwrap

import pytest

from tests.event_loop.apart import Apart, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells when a process sleeps")


def interrupt(apart: Apart, heard: str = "ready") -> None:
    """Press Ctrl+C when a program has said this and sleeps."""
    assert apart.hear() == heard
    apart.wait_until_asleep()
    apart.send_signal(signal.SIGINT)


INTERRUPTED = """
loop = make_loop()
async def again():
    await asyncio.sleep(0.01)
    return "runs again"

def run():
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        say("interrupted")
    say(loop.run_until_complete(again()))
    loop.close()
"""
SLEEPS = {
    "asleep": 'loop.call_soon(say, "ready")\nrun()',
    "asleep in a dialog": """
        def open():
            loop.call_soon(say, "ready")
            say("the dialog gave", QDialog().exec())
        loop.call_soon(open)
        run()
    """,
    "asleep in a dialog of a task": """
        async def open():
            loop.call_soon(say, "ready")
            say("the dialog gave", QDialog().exec())
        task = loop.create_task(open())
        run()
    """,
    "asleep after the last handler was removed": """
        def remove():
            loop.add_signal_handler(signal.SIGINT, say, "never")
            loop.add_signal_handler(signal.SIGTERM, say, "never")
            loop.remove_signal_handler(signal.SIGTERM)
            loop.remove_signal_handler(signal.SIGINT)
            say("ready")
        loop.call_soon(remove)
        run()
    """,
}
COMPUTES = {
    "computing in a callback": """
        def compute():
            say("ready")
            while True:
                pass
        loop.call_soon(compute)
        run()
    """,
    "computing in the callback of a dialog": """
        def compute():
            say("ready")
            while True:
                pass
        def open():
            loop.call_soon(compute)
            say("the dialog gave", QDialog().exec())
        loop.call_soon(open)
        run()
    """,
    "between callbacks": """
        def call_again():
            loop.call_soon(call_again)
        loop.call_soon(say, "ready")
        for _ in range(1000):
            loop.call_soon(call_again)
        run()
    """,
}


@pytest.mark.parametrize("state", [*SLEEPS, *COMPUTES])
def test_ctrl_c_comes_out_of_the_loop_which_can_run_again(state: str) -> None:
    program = INTERRUPTED + textwrap.dedent((SLEEPS | COMPUTES)[state])
    with running(program) as apart:
        assert apart.hear() == "ready"
        if state in SLEEPS:
            apart.wait_until_asleep()
        apart.send_signal(signal.SIGINT)
        code, said, complaints = apart.end()
    dialog = ["the dialog gave 0"] if "dialog" in state else []
    assert (code, said, complaints) == (0, [*dialog, "interrupted", "runs again"], "")


RUNNER = {
    "Runner": """
        with asyncio.Runner(loop_factory=make_loop) as runner:
            runner.run(main())
    """,
    "asyncio.run": """
        asyncio.run(main(), loop_factory=make_loop)
    """,
}


def test_an_interrupted_callback_keeps_its_context_from_nobody() -> None:
    with running("""
        loop = make_loop()
        context = contextvars.copy_context()
        loop.call_soon(signal.raise_signal, signal.SIGINT, context=context)
        try:
            loop.run_forever()
        except KeyboardInterrupt:
            say("interrupted")
        loop.call_soon(say, "served", context=context)
        loop.call_soon(loop.stop, context=context)
        loop.run_forever()
        loop.close()
    """) as apart:
        assert apart.end() == (0, ["interrupted", "served"], "")


@pytest.fixture(params=RUNNER)
def run_main(request: pytest.FixtureRequest) -> str:
    """How a program runs its ``main`` and says that this was interrupted."""
    if request.param == "asyncio.run" and sys.version_info < (3, 12):
        pytest.skip("asyncio.run takes a loop_factory since Python 3.12")
    body = textwrap.indent(textwrap.dedent(RUNNER[request.param]), "    ")
    return f'try:{body}\nexcept KeyboardInterrupt:\n    say("interrupted")\n'


def test_the_first_ctrl_c_cancels_the_main_task(run_main: str) -> None:
    with running(
        """
async def main():
    say("ready")
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.sleep(0.01)
        say("cleaned up")
"""
        + run_main
    ) as apart:
        interrupt(apart)
        assert apart.end() == (0, ["cleaned up", "interrupted"], "")


def test_the_second_ctrl_c_ends_a_main_task_that_does_not_want_to(run_main: str) -> None:
    with running(
        """
async def main():
    say("ready")
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        say("does not want to")
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.sleep(0.01)
        say("cleaned up")
"""
        + run_main
    ) as apart:
        interrupt(apart)
        interrupt(apart, "does not want to")
        # Nobody asks for the task's outcome, but it is awaited before the loop is closed.
        assert apart.end() == (0, ["cleaned up", "interrupted"], "")


def test_ctrl_c_in_a_dialog_of_the_main_task(run_main: str) -> None:
    """The first waits, as anywhere, until the task awaits something; the second closes the dialog."""
    with running(
        """
async def main():
    asyncio.get_running_loop().call_soon(say, "ready")
    say("the dialog gave", QDialog().exec())
    await asyncio.sleep(0)
    say("never")
"""
        + run_main
    ) as apart:
        assert apart.hear() == "ready"
        for _ in range(2):
            apart.wait_until_asleep()
            apart.send_signal(signal.SIGINT)
        assert apart.end() == (0, ["the dialog gave 0", "interrupted"], "")
