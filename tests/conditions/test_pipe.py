"""The buffer between two stages."""

from __future__ import annotations

import asyncio

from desktop_app.conditions.pipe import Chunk, Pipe


async def has_room(pipe: Pipe) -> bool:
    task = asyncio.create_task(pipe.room())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return not task.cancelled()


def test_it_has_room_until_it_holds_its_limit() -> None:
    async def scenario() -> list[bool]:
        pipe = Pipe(4)
        seen = [await has_room(pipe)]
        for _ in range(2):
            pipe.put(Chunk(b"ab", 0))
            seen.append(await has_room(pipe))
        return seen

    assert asyncio.run(scenario()) == [True, True, False]


def test_what_is_taken_makes_room() -> None:
    async def scenario() -> list[bool]:
        pipe = Pipe(4)
        pipe.put(Chunk(b"abcd", 0))
        pipe.put(Chunk(b"ef", 0))
        seen = []
        for _ in range(3):
            pipe.take(1)
            seen.append(await has_room(pipe))
        pipe.put_back([Chunk(b"x", 0)])
        return [*seen, await has_room(pipe)]

    assert asyncio.run(scenario()) == [False, False, True, False]


def test_what_is_left_of_a_chunk_is_the_oldest_and_keeps_its_time() -> None:
    pipe = Pipe(100)
    pipe.put(Chunk(b"abcd", 5))
    pipe.put(Chunk(b"ef", 6))
    assert (pipe.take(3), pipe.take(3)) == (b"abc", b"d")
    assert pipe.take_all() == [Chunk(b"ef", 6)]


def test_what_is_put_back_is_before_the_oldest() -> None:
    pipe = Pipe(100)
    pipe.put(Chunk(b"c", 2))
    pipe.put_back([Chunk(b"a", 0), Chunk(b"b", 1)])
    assert [chunk.data for chunk in pipe.take_all()] == [b"a", b"b", b"c"]


def test_an_end_comes_behind_the_data() -> None:
    async def scenario() -> list[Chunk | None]:
        pipe = Pipe(100)
        pipe.put(Chunk(b"a", 0))
        pipe.end()
        first = await pipe.head()
        pipe.pop()
        return [first, await pipe.head()]

    assert asyncio.run(scenario()) == [Chunk(b"a", 0), None]
