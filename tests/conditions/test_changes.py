"""Whatever is changed while data is on its way: no byte is lost, none doubled, and their order is kept."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.conditions.stage import Ending
from desktop_app.conditions.toxics import StreamToxic
from tests.conditions.chains import (
    Running,
    bandwidth,
    latency,
    limit_data,
    reset_peer,
    running,
    settle,
    slicer,
    slow_close,
    timeout,
)

PASSING = st.one_of(
    st.builds(latency, st.integers(0, 300), st.integers(0, 100)),
    st.builds(latency, st.integers(0, 300), name=st.just("another")),
    st.builds(bandwidth, st.integers(0, 5)),
    st.builds(slow_close, st.integers(0, 300)),
    st.builds(slicer, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20_000)),
    st.just(timeout(0)),
)
"""Toxics that end no connection as long as the client is there."""


def unlike(toxics: list[StreamToxic]) -> tuple[StreamToxic, ...]:
    """Keep one of each name."""
    return tuple({toxic.name: toxic for toxic in toxics}.values())


CHAINS = st.lists(PASSING, max_size=4).map(unlike)
SEEDS = st.sampled_from(["one", "two"])
STEPS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=200),  # comes
        st.tuples(CHAINS, SEEDS),  # is put in the place of what there was
        st.integers(1, 200),  # ms go by
        st.none(),  # the client reads
    ),
    max_size=30,
)


async def played(run: Running, steps: list[object], *always: StreamToxic) -> tuple[bytes, bytes]:
    """Do the steps, with some toxics always amid the others; return what came, and what was read meanwhile."""
    came, read = bytearray(), bytearray()
    for step in steps:
        if isinstance(step, bytes):
            came += step
            run.put(step)
        elif isinstance(step, tuple):
            toxics, seed = step
            half = len(toxics) // 2
            await run.chain.replace((*toxics[:half], *always, *toxics[half:]), seed)
        elif isinstance(step, int):
            await run.clock.advance_to_ms(run.clock.time_ns / 1e6 + step)
        else:
            read += b"".join(run.arrived())
    return bytes(came), bytes(read)


@given(toxics=CHAINS, seed=SEEDS, steps=STEPS)
@settings(deadline=None)
def test_all_bytes_arrive_once_and_in_order(toxics: tuple[StreamToxic, ...], seed: str, steps: list[object]) -> None:
    async def scenario() -> tuple[bytes, bytes, Ending | None]:
        async with running(*toxics, seed=seed) as run:
            came, read = await played(run, steps)
            run.chain.entry.end()
            await run.chain.replace((), "the last")
            await settle()
            return came, read + b"".join(run.arrived()), run.ending

    came, read, ending = asyncio.run(scenario())
    assert (read, ending) == (came, Ending.DRAINED)


@given(steps=STEPS, limit=st.integers(0, 500))
@settings(deadline=None)
def test_a_limit_counts_right_whatever_is_changed_around_it(steps: list[object], limit: int) -> None:
    async def scenario() -> tuple[bytes, bytes, bool]:
        async with running(limit_data(limit)) as run:
            came, read = await played(run, steps, limit_data(limit))
            await run.chain.replace((limit_data(limit),), "the last")
            await settle()
            return came, read + b"".join(run.arrived()), run.chain.exit.has_ended

    came, read, was_cut = asyncio.run(scenario())
    assert read == came[:limit]
    assert was_cut == (len(came) >= limit and bool(came))


@given(steps=STEPS, timeout_ms=st.integers(0, 500))
@settings(deadline=None)
def test_up_to_a_reset_what_arrives_is_the_beginning_of_what_came(steps: list[object], timeout_ms: int) -> None:
    async def scenario() -> tuple[bytes, bytes]:
        async with running(reset_peer(timeout_ms)) as run:
            came, read = await played(run, steps, reset_peer(timeout_ms))
            return came, read + b"".join(run.arrived())

    came, read = asyncio.run(scenario())
    assert came.startswith(read)
