"""The chain of toxics on a clock of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from desktop_app.conditions.chain import Chain
from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.toxics import Latency, LatencyAttributes, Timeout, TimeoutAttributes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desktop_app.conditions.toxics import Toxic

NS_PER_MS = 1_000_000


class ManualClock:
    def __init__(self) -> None:
        self.time_ns = 0
        self._moved = asyncio.Event()

    def now_ns(self) -> int:
        return self.time_ns

    async def sleep_until_ns(self, due_ns: int) -> None:
        while self.time_ns < due_ns:
            await self._moved.wait()

    async def advance_to_ms(self, time_ms: int) -> None:
        """Move on, and let every task do what it can do then."""
        self.time_ns = time_ms * NS_PER_MS
        self._moved.set()
        self._moved = asyncio.Event()
        for _ in range(200):
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running(clock: ManualClock, *toxics: Toxic, seed: str = "seed") -> AsyncIterator[Chain]:
    chain = Chain(toxics, seed, clock=clock, client_ended=asyncio.Event())
    task = asyncio.create_task(chain.run())
    await asyncio.sleep(0)
    try:
        yield chain
    finally:
        task.cancel()
        await asyncio.wait([task])


def latency(latency_ms: int, jitter_ms: int = 0, name: str = "latency") -> Latency:
    return Latency(name=name, attributes=LatencyAttributes(latency_ms=latency_ms, jitter_ms=jitter_ms))


def put(chain: Chain, data: bytes, at_ms: int) -> None:
    chain.entry.put(Chunk(data, at_ms * NS_PER_MS))


def arrived(chain: Chain) -> list[bytes]:
    return [chunk.data for chunk in chain.exit.take_all()]


def delays_ms(*toxics: Toxic, seed: str) -> list[float]:
    """How long each of ten messages, a minute apart, is on its way."""

    async def measured() -> list[float]:
        clock = ManualClock()
        async with running(clock, *toxics, seed=seed) as chain:
            for number in range(10):
                put(chain, b"x", number * 60_000)
            await clock.advance_to_ms(1_000_000)
            due = [chunk.at_ns / NS_PER_MS for chunk in chain.exit.take_all()]
        return [at_ms - number * 60_000 for number, at_ms in enumerate(due)]

    return asyncio.run(measured())


def test_nothing_arrives_before_its_latency() -> None:
    async def scenario() -> list[bytes]:
        clock = ManualClock()
        async with running(clock, latency(800)) as chain:
            put(chain, b"reply", 0)
            await clock.advance_to_ms(799)
            return arrived(chain)

    assert asyncio.run(scenario()) == []


def test_chunks_sent_together_arrive_together() -> None:
    async def scenario() -> list[bytes]:
        clock = ManualClock()
        async with running(clock, latency(800)) as chain:
            for data in (b"a", b"b", b"c"):
                put(chain, data, 0)
            await clock.advance_to_ms(800)
            return arrived(chain)

    assert asyncio.run(scenario()) == [b"a", b"b", b"c"]


def test_delays_of_one_connection_overlap() -> None:
    async def scenario() -> list[bytes]:
        clock = ManualClock()
        async with running(clock, latency(800)) as chain:
            put(chain, b"first", 0)
            put(chain, b"second", 500)
            await clock.advance_to_ms(1300)
            return arrived(chain)

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
        clock = ManualClock()
        async with running(clock, latency(1000, 1000)) as chain:
            for number in range(10):
                put(chain, str(number).encode(), number * 100)
            for time_ms in range(0, 4000, 50):
                await clock.advance_to_ms(time_ms)
            return arrived(chain)

    assert b"".join(asyncio.run(scenario())) == b"0123456789"


def test_a_new_latency_counts_what_was_waited_already() -> None:
    async def scenario() -> list[bytes]:
        clock = ManualClock()
        async with running(clock, latency(10_000)) as chain:
            put(chain, b"reply", 0)
            await clock.advance_to_ms(500)
            await chain.replace((latency(800),), "seed")
            await clock.advance_to_ms(800)
            return arrived(chain)

    assert asyncio.run(scenario()) == [b"reply"]


def test_data_between_two_toxics_keeps_its_place_when_they_are_replaced() -> None:
    async def scenario() -> list[bytes]:
        clock = ManualClock()
        async with running(clock, latency(100, name="near"), Timeout(name="far")) as chain:
            put(chain, b"first", 0)
            await clock.advance_to_ms(100)  # now between the two
            put(chain, b"second", 100)
            await chain.replace((), "seed")
            await clock.advance_to_ms(101)
            return arrived(chain)

    assert asyncio.run(scenario()) == [b"first", b"second"]


def test_the_same_toxics_again_do_not_start_a_timeout_anew() -> None:
    async def scenario() -> bool:
        clock = ManualClock()
        toxics = (Timeout(attributes=TimeoutAttributes(timeout_ms=1000)),)
        chain = Chain(toxics, "seed", clock=clock, client_ended=asyncio.Event())
        task = asyncio.create_task(chain.run())
        await clock.advance_to_ms(0)
        await clock.advance_to_ms(900)
        await chain.replace(toxics, "seed")
        await clock.advance_to_ms(1000)
        return task.done()

    assert asyncio.run(scenario())


def test_a_chunk_held_up_by_the_one_before_it_reaches_the_next_toxic_no_sooner() -> None:
    async def scenario() -> list[int]:
        clock = ManualClock()
        async with running(clock, latency(1000, 1000)) as chain:
            for number in range(10):
                put(chain, b"x", number * 100)
            await clock.advance_to_ms(4000)
            return [chunk.at_ns for chunk in chain.exit.take_all()]

    left_ns = asyncio.run(scenario())
    assert left_ns == sorted(left_ns)
