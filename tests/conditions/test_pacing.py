"""``bandwidth`` and ``slicer`` on a clock of the test's own."""

from __future__ import annotations

import asyncio

from tests.conditions.chains import bandwidth, latency, running, settle, slicer, timeout


def sizes(pieces: list[bytes]) -> list[int]:
    return [len(piece) for piece in pieces]


def packets(*, size: int, average: int, variation: int, seed: str) -> list[bytes]:
    async def scenario() -> list[bytes]:
        async with running(slicer(average, variation), seed=seed) as run:
            run.put(bytes(number % 256 for number in range(size)))
            for _ in range(size // 50 + 1):
                await settle()
            return run.arrived()

    return asyncio.run(scenario())


def test_bandwidth_carries_its_kilobytes_in_a_second() -> None:
    async def scenario() -> tuple[int, int]:
        async with running(bandwidth(2)) as run:
            run.put(b"x" * 3000)
            await run.clock.advance_to_ms(999, step_ms=10)
            before = len(b"".join(run.arrived()))
            await run.clock.advance_to_ms(1500, step_ms=10)
            return before, len(b"".join(run.arrived()))

    assert asyncio.run(scenario()) == (1800, 1200)


def test_a_small_message_is_carried_in_its_own_time() -> None:
    async def scenario() -> tuple[list[bytes], list[bytes]]:
        async with running(bandwidth(1)) as run:
            run.put(b"x" * 50)
            await run.clock.advance_to_ms(49)
            before = run.arrived()
            await run.clock.advance_to_ms(50)
            return before, run.arrived()

    assert asyncio.run(scenario()) == ([], [b"x" * 50])


def test_messages_that_come_together_share_the_bandwidth() -> None:
    async def scenario() -> tuple[list[bytes], list[bytes]]:
        async with running(bandwidth(1)) as run:
            run.put(b"a" * 50)
            run.put(b"b" * 50)
            await run.clock.advance_to_ms(50)
            first = run.arrived()
            await run.clock.advance_to_ms(100)
            return first, run.arrived()

    assert asyncio.run(scenario()) == ([b"a" * 50], [b"b" * 50])


def test_an_idle_line_saves_nothing_up() -> None:
    async def scenario() -> list[bytes]:
        async with running(bandwidth(1)) as run:
            await run.clock.advance_to_ms(60_000)
            run.put(b"x" * 300)
            await run.clock.advance_to_ms(60_200, step_ms=10)
            return run.arrived()

    assert sizes(asyncio.run(scenario())) == [100, 100]


def test_what_waited_before_the_bandwidth_came_is_carried_from_then_on() -> None:
    async def scenario() -> list[bytes]:
        async with running(timeout(0)) as run:
            run.put(b"x" * 300)
            await run.clock.advance_to_ms(60_000)
            await run.chain.replace((bandwidth(1),), "seed")
            await run.clock.advance_to_ms(60_200, step_ms=10)
            return run.arrived()

    assert sizes(asyncio.run(scenario())) == [100, 100]


def test_a_machine_that_is_a_little_late_keeps_the_rate() -> None:
    async def scenario() -> int:
        async with running(bandwidth(1)) as run:
            run.put(b"x" * 10_000)
            await run.clock.advance_to_ms(9_000, step_ms=90)  # never when a piece is due
            return len(b"".join(run.arrived()))

    assert asyncio.run(scenario()) == 9_000


def test_a_reader_that_stopped_does_not_get_what_it_missed_all_at_once() -> None:
    async def scenario() -> int:
        async with running(bandwidth(100)) as run:
            run.put(b"x" * 1_000_000)
            await run.clock.advance_to_ms(2_000, step_ms=50)  # 64 KiB wait for the reader, and no more
            run.arrived()
            await run.clock.advance_to_ms(2_200, step_ms=50)
            return len(b"".join(run.arrived()))

    assert asyncio.run(scenario()) <= 40_000


def test_bandwidth_0_lets_nothing_pass() -> None:
    async def scenario() -> list[bytes]:
        async with running(bandwidth(0)) as run:
            run.put(b"x")
            await run.clock.advance_to_ms(3_600_000)
            return run.arrived()

    assert asyncio.run(scenario()) == []


def test_a_change_of_another_toxic_does_not_start_a_piece_anew() -> None:
    async def scenario() -> list[bytes]:
        async with running(bandwidth(1)) as run:
            run.put(b"x" * 100)
            for time_ms in range(0, 100, 10):
                await run.clock.advance_to_ms(time_ms)
                await run.chain.replace((bandwidth(1), latency(time_ms // 10)), "seed")
            await run.chain.replace((bandwidth(1),), "seed")
            await run.clock.advance_to_ms(100)
            return run.arrived()

    assert sizes(asyncio.run(scenario())) == [100]


def test_a_new_rate_holds_from_when_it_came() -> None:
    async def scenario() -> list[int]:
        async with running(bandwidth(1)) as run:
            run.put(b"x" * 1_000)
            await run.clock.advance_to_ms(200, step_ms=10)
            slow = len(b"".join(run.arrived()))
            await run.chain.replace((bandwidth(4),), "seed")
            await run.clock.advance_to_ms(400, step_ms=10)
            return [slow, len(b"".join(run.arrived()))]

    assert asyncio.run(scenario()) == [200, 800]


def test_slices_are_of_the_average_size() -> None:
    assert sizes(packets(size=1000, average=100, variation=0, seed="any")) == [100] * 10


def test_slices_stay_within_their_variation() -> None:
    pieces = packets(size=5000, average=100, variation=20, seed="any")
    assert all(80 <= size <= 120 for size in sizes(pieces)[:-1])
    assert len(set(sizes(pieces))) > 3


def test_slices_are_repeatable_with_a_seed() -> None:
    first, second = (packets(size=2000, average=50, variation=20, seed="7") for _ in range(2))
    assert first == second


def test_slices_differ_between_seeds() -> None:
    first, second = (packets(size=2000, average=50, variation=20, seed=seed) for seed in "78")
    assert sizes(first) != sizes(second)


def test_slices_are_the_data_in_its_order() -> None:
    assert b"".join(packets(size=1000, average=7, variation=6, seed="any")) == bytes(n % 256 for n in range(1000))


def test_a_slice_has_a_byte_at_least() -> None:
    assert sizes(packets(size=10, average=0, variation=0, seed="any")) == [1] * 10


def test_the_first_slice_is_not_delayed_and_each_other_one_is() -> None:
    async def scenario() -> list[list[bytes]]:
        async with running(slicer(2, delay_us=5_000)) as run:
            run.put(b"abcdef")
            await settle()
            seen = [run.arrived()]
            for time_ms in (4.9, 5, 9.9, 10):
                await run.clock.advance_to_ms(time_ms)
                seen.append(run.arrived())
            return seen

    assert asyncio.run(scenario()) == [[b"ab"], [], [b"cd"], [], [b"ef"]]


def test_the_next_message_waits_for_its_slot_too() -> None:
    async def scenario() -> list[list[bytes]]:
        async with running(slicer(2, delay_us=5_000)) as run:
            run.put(b"ab")
            await settle()
            run.put(b"cd")
            await settle()
            seen = [run.arrived()]
            await run.clock.advance_to_ms(5)
            return [*seen, run.arrived()]

    assert asyncio.run(scenario()) == [[b"ab"], [b"cd"]]


def test_a_large_chunk_goes_byte_by_byte_in_time_that_grows_with_its_size() -> None:
    async def scenario() -> int:
        async with running(slicer(1)) as run:
            run.put(b"x" * 60_000)
            count = 0
            while count < 60_000:
                await settle()
                count += len(run.arrived())
            return count

    assert asyncio.run(scenario()) == 60_000
