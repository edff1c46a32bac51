"""How the toxics that end a connection do so, on a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.conditions.stage import Ending
from tests.conditions.chains import Running, latency, limit_data, reset_peer, running, settle, slow_close, timeout


async def endings_at(run: Running, *times_ms: int) -> list[Ending | None]:
    seen = []
    for time_ms in times_ms:
        await run.clock.advance_to_ms(time_ms)
        seen.append(run.ending)
    return seen


def test_without_toxics_the_end_of_the_data_is_the_end() -> None:
    async def scenario() -> tuple[list[bytes], Ending | None]:
        async with running() as run:
            run.put(b"bye")
            run.chain.entry.end()
            await settle()
            return run.arrived(), run.ending

    assert asyncio.run(scenario()) == ([b"bye"], Ending.DRAINED)


def test_slow_close_holds_the_end_and_not_the_data() -> None:
    async def scenario() -> tuple[list[bytes], list[Ending | None]]:
        async with running(slow_close(500)) as run:
            run.put(b"bye")
            await run.clock.advance_to_ms(100)
            run.chain.entry.end()
            await settle()
            return run.arrived(), await endings_at(run, 599, 600)

    assert asyncio.run(scenario()) == ([b"bye"], [None, Ending.DRAINED])


def test_slow_close_0_is_no_delay() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(slow_close(0)) as run:
            run.chain.entry.end()
            await settle()
            return await endings_at(run, 0)

    assert asyncio.run(scenario()) == [Ending.DRAINED]


def test_a_change_of_another_toxic_does_not_start_the_slow_close_anew() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(slow_close(500)) as run:
            run.chain.entry.end()
            await settle()
            await run.clock.advance_to_ms(400)
            await run.chain.replace((slow_close(500), latency(5)), "seed")
            return await endings_at(run, 499, 500)

    assert asyncio.run(scenario()) == [None, Ending.DRAINED]


def test_taking_slow_close_away_ends_at_once() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(slow_close(500)) as run:
            run.chain.entry.end()
            await settle()
            await run.clock.advance_to_ms(100)
            await run.chain.replace((), "seed")
            return await endings_at(run, 100)

    assert asyncio.run(scenario()) == [Ending.DRAINED]


def test_timeout_passes_nothing_and_closes_in_time() -> None:
    async def scenario() -> tuple[list[Ending | None], list[bytes]]:
        async with running(timeout(500)) as run:
            run.put(b"anyone?")
            return await endings_at(run, 499, 500), run.arrived()

    assert asyncio.run(scenario()) == ([None, Ending.CLOSED], [])


def test_a_change_of_another_toxic_does_not_start_a_timeout_anew() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(timeout(500)) as run:
            await run.clock.advance_to_ms(400)
            await run.chain.replace((latency(1), timeout(500)), "seed")
            return await endings_at(run, 499, 500)

    assert asyncio.run(scenario()) == [None, Ending.CLOSED]


def test_another_timeout_starts_anew() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(timeout(500)) as run:
            await run.clock.advance_to_ms(400)
            await run.chain.replace((timeout(300),), "seed")
            return await endings_at(run, 699, 700)

    assert asyncio.run(scenario()) == [None, Ending.CLOSED]


def test_timeout_0_lasts_until_the_client_is_gone_and_the_service_has_ended() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(timeout(0)) as run:
            seen = await endings_at(run, 3_600_000)
            run.client_ended.set()
            await settle()
            seen.append(run.ending)
            run.chain.entry.end()
            await settle()
            return [*seen, run.ending]

    assert asyncio.run(scenario()) == [None, None, Ending.CLOSED]


def test_reset_peer_waits_for_the_first_data() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(reset_peer(0)) as run:
            seen = await endings_at(run, 60_000)
            run.put(b"x")
            await settle()
            return [*seen, run.ending]

    assert asyncio.run(scenario()) == [None, Ending.RESET]


def test_reset_peer_0_passes_nothing() -> None:
    async def scenario() -> list[bytes]:
        async with running(reset_peer(0)) as run:
            run.put(b"x")
            await settle()
            return run.arrived()

    assert asyncio.run(scenario()) == []


def test_reset_peer_passes_what_comes_before_its_time_and_nothing_after_it() -> None:
    async def scenario() -> tuple[list[bytes], list[Ending | None]]:
        async with running(reset_peer(80)) as run:
            await run.clock.advance_to_ms(1000)
            run.put(b"reply")
            await run.clock.advance_to_ms(1079)
            run.put(b", and more")
            await settle()
            seen = [run.ending]
            run.clock.time_ns = 1_080_000_000  # nothing has been woken yet when it comes
            run.put(b"too late")
            await run.clock.advance_to_ms(1080)
            return run.arrived(), [*seen, run.ending]

    assert asyncio.run(scenario()) == ([b"reply", b", and more"], [None, Ending.RESET])


def test_reset_peer_lets_the_end_of_the_data_not_pass() -> None:
    async def scenario() -> tuple[bool, list[Ending | None]]:
        async with running(reset_peer(80)) as run:
            run.put(b"bye")
            run.chain.entry.end()
            seen = await endings_at(run, 79)
            has_ended = run.chain.exit.has_ended
            return has_ended, seen + await endings_at(run, 80)

    assert asyncio.run(scenario()) == (False, [None, Ending.RESET])


def test_reset_peer_counts_from_the_end_where_no_data_came() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(reset_peer(80)) as run:
            await run.clock.advance_to_ms(100)
            run.chain.entry.end()
            await settle()
            return await endings_at(run, 179, 180)

    assert asyncio.run(scenario()) == [None, Ending.RESET]


def test_a_change_of_another_toxic_does_not_start_a_reset_anew() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(reset_peer(80)) as run:
            run.put(b"x")
            await run.clock.advance_to_ms(60)
            await run.chain.replace((reset_peer(80), latency(1)), "seed")
            return await endings_at(run, 79, 80)

    assert asyncio.run(scenario()) == [None, Ending.RESET]


def test_a_reset_that_is_taken_away_in_time_does_not_come() -> None:
    async def scenario() -> tuple[list[Ending | None], list[bytes]]:
        async with running(reset_peer(80)) as run:
            run.put(b"x")
            await run.clock.advance_to_ms(60)
            await run.chain.replace((), "seed")
            run.put(b"y")
            return await endings_at(run, 10_000), run.arrived()

    assert asyncio.run(scenario()) == ([None], [b"x", b"y"])


def test_a_reset_counts_from_when_the_toxic_came_for_data_that_came_before() -> None:
    async def scenario() -> list[Ending | None]:
        async with running(timeout(0)) as run:
            run.put(b"x")
            await run.clock.advance_to_ms(1000)
            await run.chain.replace((reset_peer(80),), "seed")
            return await endings_at(run, 1079, 1080)

    assert asyncio.run(scenario()) == [None, Ending.RESET]


@pytest.mark.parametrize(("limit", "passed"), [(0, b""), (1, b"a"), (4, b"abcd"), (6, b"abcdef")])
def test_limit_data_passes_so_many_bytes_and_then_the_end(limit: int, passed: bytes) -> None:
    async def scenario() -> tuple[bytes, bool, bool]:
        async with running(limit_data(limit)) as run:
            run.put(b"abc")
            run.put(b"def")
            await settle()
            return b"".join(run.arrived()), run.chain.exit.has_ended, run.chain.was_cut

    assert asyncio.run(scenario()) == (passed, True, True)


def test_limit_data_does_not_end_before_its_limit() -> None:
    async def scenario() -> tuple[bytes, bool]:
        async with running(limit_data(7)) as run:
            run.put(b"abcdef")
            await settle()
            return b"".join(run.arrived()), run.chain.exit.has_ended

    assert asyncio.run(scenario()) == (b"abcdef", False)


def test_the_end_of_the_data_before_the_limit_is_no_cut() -> None:
    async def scenario() -> tuple[Ending | None, bool]:
        async with running(limit_data(7)) as run:
            run.put(b"abcdef")
            run.chain.entry.end()
            await settle()
            return run.ending, run.chain.was_cut

    assert asyncio.run(scenario()) == (Ending.DRAINED, False)


def test_limit_data_counts_on_when_other_toxics_change() -> None:
    async def scenario() -> bytes:
        async with running(limit_data(5)) as run:
            run.put(b"abc")
            await settle()
            await run.chain.replace((latency(1), limit_data(5)), "seed")
            run.put(b"def")
            await run.clock.advance_to_ms(10)
            return b"".join(run.arrived())

    assert asyncio.run(scenario()) == b"abcde"


def test_limit_data_counts_what_is_behind_it_no_second_time() -> None:
    async def scenario() -> bytes:
        async with running(limit_data(5), latency(100)) as run:
            run.put(b"abc")
            await settle()
            await run.chain.replace((limit_data(5), latency(50)), "seed")
            run.put(b"def")
            await run.clock.advance_to_ms(100)
            return b"".join(run.arrived())

    assert asyncio.run(scenario()) == b"abcde"


def test_limit_data_counts_on_from_what_has_passed_when_its_limit_changes() -> None:
    async def scenario() -> bytes:
        async with running(limit_data(10)) as run:
            run.put(b"abc")
            await settle()
            await run.chain.replace((limit_data(4),), "seed")
            run.put(b"def")
            await settle()
            return b"".join(run.arrived())

    assert asyncio.run(scenario()) == b"abcd"


def test_a_limit_below_what_has_passed_cuts_at_the_next_data() -> None:
    async def scenario() -> tuple[bytes, list[bool]]:
        async with running(limit_data(10)) as run:
            run.put(b"abc")
            await settle()
            await run.chain.replace((limit_data(2),), "seed")
            await settle()
            cut = [run.chain.was_cut]
            run.put(b"def")
            await settle()
            return b"".join(run.arrived()), [*cut, run.chain.was_cut]

    assert asyncio.run(scenario()) == (b"abc", [False, True])


def test_what_is_behind_a_cut_still_arrives_and_then_the_end() -> None:
    async def scenario() -> list[tuple[bytes, bool]]:
        async with running(limit_data(4), latency(100)) as run:
            run.put(b"abcdef")
            seen = []
            for time_ms in (99, 100):
                await run.clock.advance_to_ms(time_ms)
                seen.append((b"".join(run.arrived()), run.chain.exit.has_ended))
            return seen

    assert asyncio.run(scenario()) == [(b"", False), (b"abcd", True)]


def test_a_cut_whose_end_is_out_stays_one_when_the_toxic_is_taken_away() -> None:
    async def scenario() -> tuple[bytes, bool]:
        async with running(limit_data(4)) as run:
            run.put(b"abcdef")
            await settle()
            await run.chain.replace((), "seed")
            await settle()
            return b"".join(run.arrived()), run.chain.was_cut

    assert asyncio.run(scenario()) == (b"abcd", True)
