"""A presenter between a client and a stage that are directed by hand, and all that it said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pytestqt.qtbot import QtBot

from desktop_app.errors import DeadlineExceeded
from desktop_app.kept import KeptPreferences
from desktop_app.signin.presenter import Presenter
from desktop_app.signin.state import Degraded, Home, Mode, State
from tests.helpers.acting import CREATED, LOADED, ActingClient, ActingStage

EMAIL, PASSWORD = "ada@example.com", "correct horse"
DEADLINE_MS = 3000
SIGN_IN, LOAD, LEAVE = "POST /v1/sessions", "GET /v1/me/preferences", "DELETE /v1/sessions/current"


@dataclass
class Scene:
    """A presenter between a client and a stage, and all that it said."""

    client: ActingClient
    stage: ActingStage
    keeper: KeptPreferences
    presenter: Presenter
    qtbot: QtBot
    states: list[State] = field(default_factory=list)
    ended: list[tuple[Mode, State]] = field(default_factory=list)
    started: list[Mode] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.presenter.state

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def until_asked(self, times: int) -> None:
        self.until(lambda: len(self.client.asked) == times)

    def settle(self, turns: int = 5) -> None:
        """Let every task take the turns that it can take now."""

        async def take_turns() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.until(asyncio.get_running_loop().create_task(take_turns()).done)

    def sign_in(self) -> None:
        self.presenter.sign_in(EMAIL, PASSWORD)

    def to_loading(self) -> None:
        self.sign_in()
        self.until_asked(1)
        self.client.answer(CREATED)
        self.until_asked(2)

    def to_home(self) -> None:
        self.to_loading()
        self.client.answer(LOADED)
        self.until(lambda: isinstance(self.state, Home))

    def to_degraded(self) -> None:
        self.to_loading()
        self.client.answer(DeadlineExceeded())
        self.until(lambda: isinstance(self.state, Degraded))

    def asked_paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.client.asked]


@contextmanager
def opened_scene(
    loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    *,
    deadline_ms: int = DEADLINE_MS,
    keeper: KeptPreferences | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Scene]:
    """Make the presenter, on the loop; at the end it is closed and must leave no task."""
    client, stage, keeper = ActingClient(), ActingStage(), keeper or KeptPreferences(None)
    presenter = Presenter(client, stage, keeper, deadline_ms=deadline_ms, mode=Mode.ASYNC, now=now)
    scene = Scene(client, stage, keeper, presenter, qtbot)
    presenter.state_changed.connect(scene.states.append)
    presenter.state_changed.connect(lambda state: stage.events.append(type(state).__name__))
    presenter.load_started.connect(scene.started.append)
    presenter.load_ended.connect(lambda mode, state: scene.ended.append((mode, state)))
    yield scene
    closing = loop.create_task(presenter.aclose())
    scene.until(closing.done)
    assert asyncio.all_tasks(loop) == set()
