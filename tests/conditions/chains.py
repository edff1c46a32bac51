"""A chain of toxics on a clock of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from desktop_app.conditions.chain import Chain
from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.toxics import (
    Bandwidth,
    BandwidthAttributes,
    Latency,
    LatencyAttributes,
    LimitData,
    LimitDataAttributes,
    ResetPeer,
    ResetPeerAttributes,
    Slicer,
    SlicerAttributes,
    SlowClose,
    SlowCloseAttributes,
    Timeout,
    TimeoutAttributes,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desktop_app.conditions.stage import Ending
    from desktop_app.conditions.toxics import Stream, StreamToxic

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

    async def advance_to_ms(self, time_ms: float, *, step_ms: float = 0) -> None:
        """Move on, at once or step by step, and let every task do what it can do then."""
        while step_ms and self.time_ns + step_ms * NS_PER_MS < time_ms * NS_PER_MS:
            await self._move(self.time_ns + int(step_ms * NS_PER_MS))
        await self._move(int(time_ms * NS_PER_MS))

    async def _move(self, time_ns: int) -> None:
        self.time_ns = time_ns
        self._moved.set()
        self._moved = asyncio.Event()
        await settle()


async def settle() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


class Running:
    """A chain that runs, and its end once it has come."""

    def __init__(self, chain: Chain, clock: ManualClock, client_ended: asyncio.Event) -> None:
        self.chain = chain
        self.clock = clock
        self.client_ended = client_ended
        self.task = asyncio.create_task(chain.run())

    def put(self, data: bytes, at_ms: int | None = None) -> None:
        """Let data come, now or at another time."""
        self.chain.entry.put(Chunk(data, self.clock.time_ns if at_ms is None else at_ms * NS_PER_MS))

    def arrived(self) -> list[bytes]:
        """Take what is through, chunk by chunk."""
        return [bytes(chunk.data) for chunk in self.chain.exit.take_all()]

    @property
    def ending(self) -> Ending | None:
        return self.task.result() if self.task.done() else None


@contextlib.asynccontextmanager
async def running(*toxics: StreamToxic, seed: str = "seed") -> AsyncIterator[Running]:
    clock, client_ended = ManualClock(), asyncio.Event()
    run = Running(Chain(toxics, seed, clock=clock, client_ended=client_ended), clock, client_ended)
    await settle()
    try:
        yield run
    finally:
        run.task.cancel()
        await asyncio.wait([run.task])


def latency(latency_ms: int, jitter_ms: int = 0, *, name: str = "", stream: Stream = "downstream") -> Latency:
    return Latency(name=name, stream=stream, attributes=LatencyAttributes(latency_ms=latency_ms, jitter_ms=jitter_ms))


def bandwidth(rate_kb_per_s: int, *, stream: Stream = "downstream") -> Bandwidth:
    return Bandwidth(stream=stream, attributes=BandwidthAttributes(rate_kb_per_s=rate_kb_per_s))


def slow_close(delay_ms: int, *, stream: Stream = "downstream") -> SlowClose:
    return SlowClose(stream=stream, attributes=SlowCloseAttributes(delay_ms=delay_ms))


def timeout(timeout_ms: int, *, stream: Stream = "downstream", toxicity: float = 1.0) -> Timeout:
    return Timeout(stream=stream, toxicity=toxicity, attributes=TimeoutAttributes(timeout_ms=timeout_ms))


def reset_peer(timeout_ms: int, *, stream: Stream = "downstream", toxicity: float = 1.0) -> ResetPeer:
    return ResetPeer(stream=stream, toxicity=toxicity, attributes=ResetPeerAttributes(timeout_ms=timeout_ms))


def slicer(
    average_bytes: int, variation_bytes: int = 0, delay_us: int = 0, *, stream: Stream = "downstream"
) -> Slicer:
    attributes = SlicerAttributes(average_bytes=average_bytes, variation_bytes=variation_bytes, delay_us=delay_us)
    return Slicer(stream=stream, attributes=attributes)


def limit_data(limit_bytes: int, *, stream: Stream = "downstream") -> LimitData:
    return LimitData(stream=stream, attributes=LimitDataAttributes(limit_bytes=limit_bytes))
