"""A client and a stage that a test directs by hand, for the presenter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from desktop_app.preferences.exchange import Reply, Request, Wait
from desktop_app.preferences.model import Session
from desktop_app.preferences.progress import Progress
from tests.helpers.exchanges import PREFERENCES_JSON, SESSION_JSON, reply

if TYPE_CHECKING:
    from desktop_app.preferences.deadline import Deadline
    from desktop_app.preferences.exchange import Exchange, Tell

T = TypeVar("T")
CREATED = reply(201, SESSION_JSON)
LOADED = reply(200, PREFERENCES_JSON)
SIGNED_OUT = reply(204)


class ActingClient:
    """Keeps each request of an async exchange until the test answers it; a blocking one takes prepared answers."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.deadlines: list[Deadline] = []
        self.late_ms: list[int] = []
        self.prepared: list[Reply | Exception] = []
        self._waiting: list[asyncio.Future[Reply]] = []

    @property
    def waiting(self) -> int:
        """How many requests wait for an answer."""
        return len([future for future in self._waiting if not future.done()])

    def answer(self, answer: Reply | Exception) -> None:
        """Answer the request that waits longest."""
        future = next(future for future in self._waiting if not future.done())
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def run_blocking(self, steps: Exchange[T], deadline: Deadline, tell: Tell) -> T:
        """Answer every request at once with what is prepared; wait for nothing."""
        self.deadlines.append(deadline)
        answer: Reply | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return cast("T", end.value)
            answer = None
            if isinstance(step, Session):
                tell(step)
            elif isinstance(step, Wait):
                tell(Progress(step.next_try))
            else:
                self.asked.append(step)
                following = self.prepared.pop(0)
                if isinstance(following, Exception):
                    raise following
                answer = following

    async def run_async(self, steps: Exchange[T], deadline: Deadline, tell: Tell, late_ms: int = 0) -> T:
        """Wait for the test to answer each request; it decides when a wait is over, too, by answering it."""
        self.deadlines.append(deadline)
        self.late_ms.append(late_ms)
        answer: Reply | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                return cast("T", end.value)
            answer = None
            if isinstance(step, Session):
                tell(step)
            elif isinstance(step, Wait):
                tell(Progress(step.next_try, step.duration_ms))
                await self._answered()
                tell(Progress(step.next_try))
            else:
                self.asked.append(step)
                answer = await self._answered()

    async def _answered(self) -> Reply:
        self._waiting.append(asyncio.get_running_loop().create_future())
        return await self._waiting[-1]


@dataclass
class ActingStage:
    """Writes down when the window was frozen and when it was not any more."""

    events: list[str] = field(default_factory=list)
    before_freeze: Callable[[], None] = lambda: None

    def frozen(self) -> AbstractAsyncContextManager[None]:
        """Freeze nothing, with a turn of the loop on either side as the real one has."""
        return self._frozen()

    @asynccontextmanager
    async def _frozen(self) -> AsyncIterator[None]:
        self.before_freeze()
        await asyncio.sleep(0)
        self.events.append("frozen")
        try:
            yield
        finally:
            self.events.append("thawing")
            await asyncio.sleep(0)
            self.events.append("thawed")


class UnexpectedError(Exception):
    """A bug, as far as the presenter is concerned."""
