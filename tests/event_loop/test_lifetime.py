"""How a loop starts, stops, runs again and is closed, and what is left of it."""

def test_a_dropped_async_generator_is_closed(runner: asyncio.Runner) -> None:
    closed = asyncio.Event()

    async def drop() -> None:
        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
                yield 2
            finally:
                closed.set()

        async for _ in numbers():
            break
        async with asyncio.timeout(HANG_S):
            await closed.wait()

    runner.run(drop())


async def answer() -> int:
    await asyncio.sleep(0.001)
    return 42


def test_a_loop_runs_again_after_it_was_stopped(runner: asyncio.Runner) -> None:
    assert [runner.run(answer()) for _ in range(2)] == [42, 42]


def test_a_second_loop_serves_after_the_first_was_closed(qapp: QApplication) -> None:
    for _ in range(2):
        with qt_runner(qapp) as runner:
            assert runner.run(answer()) == 42


def test_coroutines_go_on_while_a_test_waits(loop: EventLoop, qtbot: QtBot) -> None:
    async def work() -> int:
        await asyncio.sleep(0.001)
        return 42

    task = loop.create_task(work())
    qtbot.waitUntil(task.done)
    assert task.result() == 42


