"""A bounded buffer of chunks between two tasks of one loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Chunk(NamedTuple):
    """Bytes that came together, and when: the monotonic time in ns at which they got this far."""

    data: bytes | memoryview
    at_ns: int


class Pipe:
    """Chunks in their order, for one producer and one consumer, which may be cancelled at any await.

    A consumer looks at `head`, and takes it with `pop`, or a part of it with `take`, only when it passes it on, with
    no await between the two. So cancelling it loses no byte and doubles none: a chain can be taken apart while data
    is on its way.

    Args:
        limit_bytes: `room` waits while the pipe holds as much as this; one chunk may go over it.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._chunks: deque[Chunk] = deque()
        self._size_bytes = 0
        self._ended = False
        self._changed = asyncio.Event()

    async def head(self) -> Chunk | None:
        """Wait for the oldest chunk and return it without taking it; None when no more will come."""
        await self._until(lambda: bool(self._chunks) or self._ended)
        return self._chunks[0] if self._chunks else None

    def pop(self) -> None:
        """Take the oldest chunk away."""
        self._size_bytes -= len(self._chunks.popleft().data)
        self._notify()

    def take(self, most_bytes: int) -> bytes:
        """Take so many bytes, if it has them, off the oldest chunk; what is left of it stays the oldest."""
        data, at_ns = self._chunks.popleft()
        # A view: of a large chunk that goes byte by byte, the rest must not be copied each time.
        view = memoryview(data)
        if most_bytes < len(view):
            self._chunks.appendleft(Chunk(view[most_bytes:], at_ns))
        taken = bytes(view[:most_bytes])
        self._size_bytes -= len(taken)
        self._notify()
        return taken

    @property
    def has_room(self) -> bool:
        """Whether `put` is allowed."""
        return self._size_bytes < self._limit_bytes

    async def room(self) -> None:
        """Wait until `put` is allowed."""
        await self._until(lambda: self.has_room)

    def put(self, chunk: Chunk) -> None:
        """Append a chunk; ask for `room` first."""
        self._chunks.append(chunk)
        self._size_bytes += len(chunk.data)
        self._notify()

    def end(self) -> None:
        """Say that no more will be put."""
        self._ended = True
        self._notify()

    @property
    def has_ended(self) -> bool:
        """Whether no more will be put."""
        return self._ended

    async def settled(self) -> None:
        """Wait until nothing more can come in: it has ended, or it is full."""
        await self._until(lambda: self._ended or not self.has_room)

    def take_all(self) -> list[Chunk]:
        """Take all chunks out."""
        chunks = list(self._chunks)
        self._chunks.clear()
        self._size_bytes = 0
        self._notify()
        return chunks

    def put_back(self, chunks: Sequence[Chunk]) -> None:
        """Put chunks before the oldest one, also when that makes the pipe more than full."""
        self._chunks.extendleft(reversed(chunks))
        self._size_bytes += sum(len(chunk.data) for chunk in chunks)
        self._notify()

    def _notify(self) -> None:
        # Whoever waits holds the old event; a new one spares each waiter from clearing it.
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, is_true: Callable[[], bool]) -> None:
        while not is_true():
            await self._changed.wait()
