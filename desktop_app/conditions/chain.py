"""The toxics of one direction of one connection, one after the other, replaceable while data flows."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from desktop_app.conditions.ending import Limit
from desktop_app.conditions.pipe import Chunk, Pipe
from desktop_app.conditions.stage import Ending, Pass, Surroundings, numbers_of
from desktop_app.conditions.stages import stage_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.stage import Stage
    from desktop_app.conditions.toxics import StreamToxic

# What may be on its way before a stage. More than the largest reply the program takes (1 MiB), so that latency
# never becomes a limit of bandwidth for it; what is bigger passes at this much per latency, as with a TCP window.
IN_FLIGHT_BYTES = 4 * 1024 * 1024

# What has been through all stages and waits for the socket.
EXIT_BYTES = 64 * 1024


class _Link(NamedTuple):
    """A toxic that applies to the connection, and the stage that does what it says."""

    toxic: StreamToxic
    stage: Stage

    def is_of(self, toxic: StreamToxic) -> bool:
        """Whether the other toxic is this one, perhaps with other attributes."""
        return (self.toxic.name, type(self.toxic)) == (toxic.name, type(toxic))


class Chain:
    """Stages from `entry` to `exit`.

    Args:
        toxics: This direction's, in their order; at first.
        seed: What this connection's random numbers come from; at first.
        clock: What delays are counted on.
        client_ended: Set by the owner once the client has closed its sending side.
    """

    def __init__(
        self, toxics: tuple[StreamToxic, ...], seed: str, *, clock: Clock, client_ended: asyncio.Event
    ) -> None:
        self.entry = Pipe(IN_FLIGHT_BYTES)
        self.exit = Pipe(EXIT_BYTES)
        self._toxics = toxics
        self._seed = seed
        self._clock = clock
        self._client_ended = client_ended
        self._links: list[_Link] = []
        self._between: list[Pipe] = []
        self._tasks: list[asyncio.Task[Ending]] = []
        self._ending: asyncio.Future[Ending] | None = None

    @property
    def was_cut(self) -> bool:
        """Whether the exit ended before the entry did, so that the connection is to be closed once it is empty."""
        return any(isinstance(link.stage, Limit) and link.stage.has_cut for link in self._links)

    async def run(self) -> Ending:
        """Work until the entry has ended and all is through, or a stage ends the connection."""
        self._ending = asyncio.get_running_loop().create_future()
        self._links = self._linked()
        self._start()
        try:
            return await self._ending
        finally:
            # Cancels the future if it is pending, so that a replace() under way does not start anew.
            self._ending.cancel()
            await self._stop()

    async def replace(self, toxics: tuple[StreamToxic, ...], seed: str) -> None:
        """Put other toxics in the place of the present ones; they are in force when this returns.

        A toxic that stays as it is goes on from where it was. What is on its way goes on behind those that it has
        been through already; it keeps the time at which it came there, so that a latency counts what it has
        already waited. Not to be called again before it has returned.
        """
        if (toxics, seed) == (self._toxics, self._seed):
            return
        is_reseeded = seed != self._seed
        self._toxics, self._seed = toxics, seed
        if self._ending is None or self._ending.done():
            return
        await self._stop()
        if self._ending.done() or self.exit.has_ended:
            return
        links, self._links = self._links, self._linked(is_reseeded=is_reseeded)
        places = self._places_after(links)
        waiting = [pipe.take_all() for pipe in self._between]
        self._start()
        self._put_back(waiting, places)

    def _linked(self, *, is_reseeded: bool = False) -> list[_Link]:
        """Return the links of the present toxics, with the stages of those that stay as they are."""
        links = []
        for toxic in self._toxics:
            if (random := numbers_of(toxic, self._seed)) is not None:
                link = next((link for link in self._links if link.is_of(toxic)), None)
                if link is None or link.toxic != toxic or is_reseeded:
                    surroundings = Surroundings(self._clock, random, self._client_ended)
                    link = _Link(toxic, stage_for(toxic, surroundings, link and link.stage))
                links.append(link)
        return links

    def _places_after(self, links: Sequence[_Link]) -> list[int]:
        """Tell, for each of the former links, before which of the present ones belongs what has been through it."""
        places, place = [], 0
        for link in links:
            # From the place on: nothing can overtake what is before it.
            found = (number for number in range(place, len(self._links)) if self._links[number].is_of(link.toxic))
            place = next(found, place - 1) + 1
            places.append(place)
        return places

    def _start(self) -> None:
        stages = [link.stage for link in self._links] or [Pass()]
        self._between = [Pipe(IN_FLIGHT_BYTES) for _ in stages[1:]]
        ends = pairwise([self.entry, *self._between, self.exit])
        self._tasks = [
            asyncio.create_task(stage.run(inbox, outbox)) for stage, (inbox, outbox) in zip(stages, ends, strict=True)
        ]
        for task in self._tasks:
            task.add_done_callback(self._on_stage_done)

    def _put_back(self, waiting: Sequence[Sequence[Chunk]], places: Sequence[int]) -> None:
        """Put what was between the former links, from the entry on, where it belongs now; no stage has run yet."""
        pipes = [self.entry, *self._between, self.exit]
        # The exit holds what is older already, and the others, if anything, what is younger.
        for chunks, place in reversed(list(zip(waiting, places[:-1], strict=True))):
            if pipes[place] is self.exit:
                for chunk in chunks:
                    self.exit.put(chunk)
        for chunks, place in zip(waiting, places[:-1], strict=True):
            if pipes[place] is not self.exit:
                pipes[place].put_back(chunks)

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _on_stage_done(self, task: asyncio.Task[Ending]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if self._ending is None or self._ending.done():
            return
        if error is not None:
            self._ending.set_exception(error)
        elif task.result() is not Ending.DRAINED:
            self._ending.set_result(task.result())
        elif all(other.done() and not other.cancelled() for other in self._tasks):
            self._ending.set_result(Ending.DRAINED)
