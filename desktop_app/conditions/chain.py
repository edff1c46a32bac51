"""The toxics of one direction of one connection, one after the other, replaceable while data flows."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from desktop_app.conditions.pipe import Pipe
from desktop_app.conditions.stages import Ending, Pass, Surroundings, stage_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.stages import Stage
    from desktop_app.conditions.toxics import Toxic

# What may be on its way before a stage. More than the largest reply the program takes (1 MiB), so that latency
# never becomes a limit of bandwidth for it; what is bigger passes at this much per latency, as with a TCP window.
IN_FLIGHT_BYTES = 4 * 1024 * 1024

# What has been through all stages and waits for the socket.
EXIT_BYTES = 64 * 1024


class Chain:
    """Stages from `entry` to `exit`.

    Args:
        toxics: This direction's, in their order; at first.
        seed: What this connection's random numbers come from; at first. Each toxic has numbers of its own, so that
            adding one leaves the others as they were.
        clock: What delays are counted on.
        client_ended: Set by the owner once the client has closed its sending side.
    """

    def __init__(self, toxics: tuple[Toxic, ...], seed: str, *, clock: Clock, client_ended: asyncio.Event) -> None:
        self.entry = Pipe(IN_FLIGHT_BYTES)
        self.exit = Pipe(EXIT_BYTES)
        self._toxics = toxics
        self._seed = seed
        self._clock = clock
        self._client_ended = client_ended
        self._between: list[Pipe] = []
        self._tasks: list[asyncio.Task[Ending]] = []
        self._ending: asyncio.Future[Ending] | None = None

    async def run(self) -> Ending:
        """Work until the entry has ended and all is through, or a stage ends the connection."""
        self._ending = asyncio.get_running_loop().create_future()
        self._start()
        try:
            return await self._ending
        finally:
            # Cancels the future if it is pending, so that a replace() under way does not start anew.
            self._ending.cancel()
            await self._stop()

    async def replace(self, toxics: tuple[Toxic, ...], seed: str) -> None:
        """Put other toxics in the place of the present ones; they are in force when this returns.

        What is on its way goes through the new ones. It keeps the time at which it came, so that a latency counts
        what it has already waited. Not to be called again before it has returned.
        """
        if (toxics, seed) == (self._toxics, self._seed):
            return
        self._toxics, self._seed = toxics, seed
        if self._ending is None or self._ending.done():
            return
        await self._stop()
        for pipe in self._between:  # from the entry on: the last one put back is the oldest, and goes first
            self.entry.put_back(pipe.take_all())
        if not self._ending.done():
            self._start()

    def _start(self) -> None:
        stages = list(self._stages()) or [Pass()]
        self._between = [Pipe(IN_FLIGHT_BYTES) for _ in stages[1:]]
        ends = pairwise([self.entry, *self._between, self.exit])
        self._tasks = [
            asyncio.create_task(stage.run(inbox, outbox)) for stage, (inbox, outbox) in zip(stages, ends, strict=True)
        ]
        for task in self._tasks:
            task.add_done_callback(self._on_stage_done)

    def _stages(self) -> Iterable[Stage]:
        for toxic in self._toxics:
            random = Random(f"{self._seed}/{toxic.name}")  # noqa: S311 -- repeatable is what it is for
            if random.random() < toxic.toxicity:
                yield stage_for(toxic, Surroundings(self._clock, random, self._client_ended))

    async def _stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

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
        elif all(other.done() for other in self._tasks):
            self._ending.set_result(Ending.DRAINED)
