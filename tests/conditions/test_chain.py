"""The chain of toxics on a clock of the test's own: latency, and what becomes of data when toxics are replaced."""

from __future__ import annotations

import asyncio

from desktop_app.conditions.toxics import StreamToxic, Timeout
from tests.conditions.chains import NS_PER_MS, latency, running, settle, timeout


def delays_ms(*toxics: StreamToxic, seed: str) -> list[float]:
    """How long each of ten messages, a minute apart, is on its way."""

    async def measured() -> list[float]:
        async with running(*toxics, seed=seed) as run:
            for number in range(10):
                run.put(b"x", number * 60_000)
            await run.clock.advance_to_ms(1_000_000)
            due = [chunk.at_ns / NS_PER_MS for chunk in run.chain.exit.take_all()]
        return [at_ms - number * 60_000 for number, at_ms in enumerate(due)]

    return asyncio.run(measured())


def test_nothing_arrives_before_its_latency() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(800)) as run:
            run.put(b"reply", 0)
            await run.clock.advance_to_ms(799)
            return run.arrived()

    assert asyncio.run(scenario()) == []


def test_chunks_sent_together_arrive_together() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(800)) as run:
            for data in (b"a", b"b", b"c"):
                run.put(data, 0)
            await run.clock.advance_to_ms(800)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"a", b"b", b"c"]


def test_delays_of_one_connection_overlap() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(800)) as run:
            run.put(b"first", 0)
            run.put(b"second", 500)
            await run.clock.advance_to_ms(1300)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"first", b"second"]


def test_latencies_of_one_direction_add_up() -> None:
    assert delays_ms(latency(300, name="near"), latency(500, name="far"), seed="any") == [800.0] * 10


def test_jitter_stays_within_its_bounds() -> None:
    assert all(200 <= delay_ms <= 400 for delay_ms in delays_ms(latency(300, 100), seed="any"))


def test_jitter_varies() -> None:
    assert len(set(delays_ms(latency(300, 100), seed="any"))) > 1


def test_jitter_is_repeatable_with_a_seed() -> None:
    assert delays_ms(latency(300, 100), seed="7") == delays_ms(latency(300, 100), seed="7")


def test_jitter_differs_between_seeds() -> None:
    assert delays_ms(latency(300, 100), seed="7") != delays_ms(latency(300, 100), seed="8")


def test_jitter_greater_than_the_latency_is_never_a_negative_delay() -> None:
    assert min(delays_ms(latency(10, 1000), seed="any")) == 0


def test_jitter_keeps_the_order() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(1000, 1000)) as run:
            for number in range(10):
                run.put(str(number).encode(), number * 100)
            for time_ms in range(0, 4000, 50):
                await run.clock.advance_to_ms(time_ms)
            return run.arrived()

    assert b"".join(asyncio.run(scenario())) == b"0123456789"


def test_a_new_latency_counts_what_was_waited_already() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(10_000)) as run:
            run.put(b"reply", 0)
            await run.clock.advance_to_ms(500)
            await run.chain.replace((latency(800),), "seed")
            await run.clock.advance_to_ms(800)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"reply"]


def test_data_between_two_toxics_keeps_its_place_when_they_are_replaced() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(100, name="near"), Timeout(name="far")) as run:
            run.put(b"first", 0)
            await run.clock.advance_to_ms(100)  # now between the two
            run.put(b"second", 100)
            await run.chain.replace((), "seed")
            await run.clock.advance_to_ms(101)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"first", b"second"]


def test_the_same_toxics_again_do_not_start_a_timeout_anew() -> None:
    async def scenario() -> bool:
        async with running(timeout(1000)) as run:
            await run.clock.advance_to_ms(900)
            await run.chain.replace((timeout(1000),), "seed")
            await run.clock.advance_to_ms(1000)
            return run.task.done()

    assert asyncio.run(scenario())


def test_a_chunk_held_up_by_the_one_before_it_reaches_the_next_toxic_no_sooner() -> None:
    async def scenario() -> list[int]:
        async with running(latency(1000, 1000)) as run:
            for number in range(10):
                run.put(b"x", number * 100)
            await run.clock.advance_to_ms(4000)
            return [chunk.at_ns for chunk in run.chain.exit.take_all()]

    left_ns = asyncio.run(scenario())
    assert left_ns == sorted(left_ns)


def test_data_that_has_been_through_a_latency_is_not_delayed_by_it_again() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(100, name="near"), timeout(0)) as run:
            run.put(b"reply")
            await run.clock.advance_to_ms(100)  # now between the two
            await run.chain.replace((latency(100, name="near"), latency(30, name="far")), "seed")
            await run.clock.advance_to_ms(130)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"reply"]


def test_data_behind_a_toxic_that_goes_on_is_not_held_up_by_what_is_put_before_it() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(100), timeout(0)) as run:
            run.put(b"first")
            await run.clock.advance_to_ms(100)
            run.put(b"second")
            await run.chain.replace((timeout(0), latency(100)), "seed")
            await run.clock.advance_to_ms(10_000)
            return run.arrived()

    assert asyncio.run(scenario()) == [b"first"]


def test_a_toxic_that_is_taken_away_lets_go_of_what_it_holds() -> None:
    async def scenario() -> list[bytes]:
        async with running(latency(100), timeout(0)) as run:
            run.put(b"first")
            await run.clock.advance_to_ms(100)
            run.put(b"second")
            await run.chain.replace((latency(100),), "seed")
            await settle()
            return run.arrived()

    assert asyncio.run(scenario()) == [b"first"]


def test_a_toxic_that_stays_draws_its_numbers_on() -> None:
    async def delays(replaced: bool) -> list[int]:
        async with running(latency(300, 100)) as run:
            for number in range(10):
                run.put(b"x", number * 60_000)
                await run.clock.advance_to_ms(number * 60_000 + 30_000)
                if replaced:
                    await run.chain.replace((latency(300, 100), timeout(number + 1)), "seed")
                    await run.chain.replace((latency(300, 100),), "seed")
            return [chunk.at_ns for chunk in run.chain.exit.take_all()]

    assert asyncio.run(delays(replaced=True)) == asyncio.run(delays(replaced=False))


def test_another_seed_draws_other_numbers_from_then_on() -> None:
    async def delays(seed: str) -> list[int]:
        async with running(latency(300, 100)) as run:
            await run.chain.replace((latency(300, 100),), seed)
            for number in range(10):
                run.put(b"x", number * 60_000)
            await run.clock.advance_to_ms(1_000_000)
            return [chunk.at_ns for chunk in run.chain.exit.take_all()]

    assert asyncio.run(delays("other")) != asyncio.run(delays("seed"))


def test_toxicity_0_applies_to_nothing() -> None:
    async def scenario() -> list[bytes]:
        async with running(timeout(0, toxicity=0.0)) as run:
            run.put(b"reply")
            await settle()
            return run.arrived()

    assert asyncio.run(scenario()) == [b"reply"]


def test_toxicity_is_decided_once_for_a_connection() -> None:
    async def scenario(seed: str) -> list[int]:
        async with running(timeout(0, toxicity=0.5), seed=seed) as run:
            passed = []
            for _ in range(5):
                run.put(b"x")
                await settle()
                passed.append(len(run.arrived()))
            return passed

    seen = {tuple(asyncio.run(scenario(str(seed)))) for seed in range(20)}
    assert seen == {(0, 0, 0, 0, 0), (1, 1, 1, 1, 1)}
