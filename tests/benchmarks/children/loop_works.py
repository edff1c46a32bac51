"""The loads that event loops are measured under. Nothing here knows which loop it is on."""

from __future__ import annotations

import asyncio
import gc
import importlib
import random
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import httpx2

from desktop_app.responsiveness.scheduling import Scheduling
from tests.benchmarks.children.loop_kinds import Figures, StartBeating, percentile

Prepared: TypeAlias = Callable[[StartBeating], Awaitable[Figures]]
"""Work that has its arguments; what is imported for it is imported by then."""

SWITCHING_TASKS = 100
SHORTEST_MS, LONGEST_MS = 0.1, 30.0
SEED = 20261125
READ_BYTES = 65536


def turns(duration_s: float) -> Prepared:
    """Count what a task does in its time: give way alone, among a hundred, or hand over to another by a queue."""

    async def give_way(end_s: float) -> int:
        count = 0
        while time.monotonic() < end_s:
            await asyncio.sleep(0)
            count += 1
        return count

    async def hand_over(take: asyncio.Queue[bool], give: asyncio.Queue[bool], end_s: float) -> int:
        count = 0
        while await take.get():
            count += 1
            give.put_nowait(time.monotonic() < end_s)
        give.put_nowait(False)
        return count

    async def work(start_beating: StartBeating) -> Figures:
        alone = await give_way(time.monotonic() + duration_s)
        end_s = time.monotonic() + duration_s
        switches = sum(await asyncio.gather(*(give_way(end_s) for _ in range(SWITCHING_TASKS))))
        there: asyncio.Queue[bool] = asyncio.Queue()
        back: asyncio.Queue[bool] = asyncio.Queue()
        there.put_nowait(True)
        end_s = time.monotonic() + duration_s
        handed = sum(await asyncio.gather(hand_over(there, back, end_s), hand_over(back, there, end_s)))
        return {
            "alone_per_s": alone / duration_s,
            "switches_per_s": switches / duration_s,
            "handed_per_s": handed / duration_s,
        }

    return work


def timers(count: int) -> Prepared:
    """Sleep for random times, one after the other, by the loop and then by the system (``time.sleep``)."""
    lengths_s = random_lengths_s(count)

    async def work(start_beating: StartBeating) -> Figures:
        late_ms, own_ms = [], []
        for length_s in lengths_s:
            start_ns = time.monotonic_ns()
            await asyncio.sleep(length_s)
            late_ms.append((time.monotonic_ns() - start_ns) / 1e6 - length_s * 1000)
        for length_s in lengths_s:
            start_ns = time.monotonic_ns()
            time.sleep(length_s)  # noqa: ASYNC251 - the measure of the other one
            own_ms.append((time.monotonic_ns() - start_ns) / 1e6 - length_s * 1000)
        return {
            **_spread("late", late_ms),
            **_spread("own", own_ms),
            "early": sum(each < 0 for each in late_ms),
        }

    return work


def httpx(port: int, at_once: int, requests: int) -> Prepared:
    """Make so many requests in all, so many at once, by one client of httpx2 that has a connection for each."""
    context = ssl.create_default_context()

    async def work(start_beating: StartBeating) -> Figures:
        limits = httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        async with httpx2.AsyncClient(verify=context, limits=limits, trust_env=False, timeout=None) as client:

            async def get() -> None:
                response = await client.get(f"http://127.0.0.1:{port}/")
                response.json()

            return await _requests(get, at_once, requests, start_beating)

    return work


def aiohttp(port: int, at_once: int, requests: int) -> Prepared:
    """Do the same by aiohttp."""
    library: Any = importlib.import_module("aiohttp")
    context = ssl.create_default_context()

    async def work(start_beating: StartBeating) -> Figures:
        connector = library.TCPConnector(limit=at_once, ssl=context)
        timeout = library.ClientTimeout(total=None)
        async with library.ClientSession(connector=connector, timeout=timeout) as session:

            async def get() -> None:
                async with session.get(f"http://127.0.0.1:{port}/") as response:
                    await response.json()

            return await _requests(get, at_once, requests, start_beating)

    return work


def coroutines(tasks: int, turns: int, loops: int) -> Prepared:
    """Run many coroutines at once, each of which computes and gives way in turn; made before the time begins."""

    async def compute() -> None:
        for _ in range(turns):
            spin(loops)
            await asyncio.sleep(0)

    async def work(start_beating: StartBeating) -> Figures:
        return await _timed(asyncio.gather(*(compute() for _ in range(tasks))), start_beating)

    return work


def download(port: int, authority: str, length: int) -> Prepared:
    """Read so many bytes over TLS, by asyncio's streams."""
    context = ssl.create_default_context(cafile=authority)

    async def read() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        received = 0
        while chunk := await reader.read(READ_BYTES):
            received += len(chunk)
        writer.close()
        assert received == length, f"{received} bytes came, and not {length}"

    async def work(start_beating: StartBeating) -> Figures:
        return await _timed(read(), start_beating)

    return work


WORKS: Mapping[str, Callable[..., Prepared]] = MappingProxyType(
    {each.__name__: each for each in (turns, timers, httpx, aiohttp, coroutines, download)}
)


def random_lengths_s(count: int) -> list[float]:
    """Give the same random times each time."""
    drawn = random.Random(SEED)
    return [drawn.uniform(SHORTEST_MS, LONGEST_MS) / 1000 for _ in range(count)]


def spin(loops: int) -> None:
    """Compute for a time that the caller has found out."""
    for _ in range(loops):
        pass


async def _requests(
    get: Callable[[], Awaitable[None]], at_once: int, requests: int, start_beating: StartBeating
) -> Figures:
    async def some() -> None:
        for _ in range(requests // at_once):
            await get()

    await get()  # What a client imports and makes with its first request is no business of the loop.
    return await _timed(asyncio.gather(*(some() for _ in range(at_once))), start_beating)


async def _timed(work: Awaitable[object], start_beating: StartBeating) -> Figures:
    """Tell how long it took, how much of that something else ran on the processor, and what the GUI waited."""
    # As the program does when it has started: a full collection of all that was made before takes longer than a
    # frame, whatever the loop.
    gc.collect()
    gc.freeze()
    scheduling = Scheduling(threading.get_native_id())
    delay_ns = scheduling.delay_ns()
    stop_beating = start_beating()
    start_ns, used_s = time.monotonic_ns(), time.process_time()
    await work
    total_s, processor_s = (time.monotonic_ns() - start_ns) / 1e9, time.process_time() - used_s
    figures = {"total_s": total_s, "processor_s": processor_s, **stop_beating()}
    if delay_ns is not None:
        figures["not_scheduled_s"] = ((scheduling.delay_ns() or delay_ns) - delay_ns) / 1e9
    scheduling.close()
    return figures


def _spread(name: str, values_ms: list[float]) -> Figures:
    return {
        f"{name}_p50_ms": percentile(values_ms, 0.5),
        f"{name}_p99_ms": percentile(values_ms, 0.99),
        f"{name}_max_ms": max(values_ms),
    }
