"""Child processes on the event loop: Python watches them by a thread before 3.12, and by a descriptor since."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT

import pytest
from PySide6.QtCore import QEventLoop

from tests.event_loop.apart import ended
from tests.event_loop.test_io_streams import BIG

PYTHON = sys.executable
COPIES = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"


def test_what_a_process_says_and_how_it_ends(runner: asyncio.Runner) -> None:
    async def run() -> tuple[bytes, bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            PYTHON,
            "-c",
            "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        out, err = await process.communicate()
        return out, err, process.returncode

    assert runner.run(run()) == (b"out\n", b"err\n", 3)


def test_a_shell_runs_a_command(runner: asyncio.Runner) -> None:
    async def run() -> tuple[bytes, int | None]:
        process = await asyncio.create_subprocess_shell(
            "cat; echo done >&2; exit 4", stdin=PIPE, stdout=PIPE, stderr=STDOUT
        )
        out, _ = await process.communicate(b"in, ")
        return out, process.returncode

    assert runner.run(run()) == (b"in, done\n", 4)


def test_much_goes_in_and_comes_out(runner: asyncio.Runner) -> None:
    async def run() -> bytes:
        process = await asyncio.create_subprocess_exec(PYTHON, "-c", COPIES, stdin=PIPE, stdout=PIPE)
        out, _ = await process.communicate(BIG)
        assert process.returncode == 0
        return out

    assert runner.run(run()) == BIG


def test_a_conversation_with_a_process(runner: asyncio.Runner) -> None:
    async def talk() -> list[bytes]:
        process = await asyncio.create_subprocess_exec(
            PYTHON,
            "-c",
            "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)",
            stdin=PIPE,
            stdout=PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for number in range(10):
            process.stdin.write(b"line %d\n" % number)
            await process.stdin.drain()
            answers.append(await process.stdout.readline())
        process.stdin.close()
        await process.stdin.wait_closed()
        assert await process.stdout.read() == b""
        assert await process.wait() == 0
        return answers

    assert runner.run(talk()) == [b"LINE %d\n" % number for number in range(10)]


@pytest.mark.parametrize(("act", "number"), [("kill", signal.SIGKILL), ("terminate", signal.SIGTERM)])
def test_a_process_is_ended(runner: asyncio.Runner, act: str, number: int) -> None:
    async def run() -> int:
        process = await asyncio.create_subprocess_exec(PYTHON, "-c", WAITS, stdin=PIPE, stdout=PIPE)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        waiting = asyncio.create_task(process.wait())
        await asyncio.sleep(0)
        assert process.returncode is None
        getattr(process, act)()
        code = await waiting
        await process.communicate()
        return code

    assert runner.run(run()) == -number


def test_a_wait_that_is_given_up_can_be_begun_again(runner: asyncio.Runner) -> None:
    async def run() -> int:
        process = await asyncio.create_subprocess_exec(PYTHON, "-c", WAITS, stdin=PIPE, stdout=PIPE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await process.wait()
        await process.communicate(b"")
        return await process.wait()

    assert runner.run(run()) == 0


def test_many_processes_at_once(runner: asyncio.Runner) -> None:
    async def run(number: int) -> int | None:
        process = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}", stdin=DEVNULL)
        return await process.wait()

    async def run_all() -> list[int | None]:
        return await asyncio.gather(*(run(number) for number in range(20)))

    assert runner.run(run_all()) == list(range(20))


def test_a_program_that_is_not_there(runner: asyncio.Runner) -> None:
    async def run() -> None:
        with pytest.raises(FileNotFoundError):
            await asyncio.create_subprocess_exec("/nowhere/nothing")

    runner.run(run())


def test_a_process_ends_within_an_event_loop_of_a_task(runner: asyncio.Runner) -> None:
    async def run() -> int | None:
        inner = QEventLoop()

        async def work() -> int | None:
            try:
                process = await asyncio.create_subprocess_exec(PYTHON, "-c", COPIES, stdin=PIPE, stdout=PIPE)
                out, _ = await process.communicate(BIG)
                assert out == BIG
                return process.returncode
            finally:
                inner.quit()

        working = asyncio.create_task(work())
        inner.exec()
        assert working.done()
        return await working

    assert runner.run(run()) == 0


def test_a_process_wakes_qt_that_sleeps() -> None:
    """Nothing but the process's end is waited for, and its output goes elsewhere."""
    assert ended("""
        async def main():
            process = await asyncio.create_subprocess_shell("sleep 0.2; exit 5", stdin=asyncio.subprocess.DEVNULL)
            say(await process.wait())
        with asyncio.Runner(loop_factory=make_loop) as runner:
            runner.run(main())
    """) == (0, ["5"], "")
