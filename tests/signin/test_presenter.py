"""What the presenter makes of what the person wants, and of what the service answers."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import DeadlineExceeded, ProgramFault, ServiceNotStarted, WrongCredentials
from desktop_app.event_loop import EventLoop
from desktop_app.signin.presenter import Presenter
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, State
from tests.helpers.acting import CREATED, LOADED, SIGNED_OUT, ActingClient, ActingStage, UnexpectedError
from tests.helpers.exchanges import SESSION, reply

EMAIL, PASSWORD = "ada@example.com", "correct horse"
DEADLINE_MS = 3000


@dataclass
class Scene:
    """A presenter between a client and a stage, and all that it said."""

    client: ActingClient
    stage: ActingStage
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


@pytest.fixture
def scene(loop: EventLoop, qtbot: QtBot) -> Iterator[Scene]:
    client, stage = ActingClient(), ActingStage()
    presenter = Presenter(client, stage, deadline_ms=DEADLINE_MS, mode=Mode.ASYNC)
    scene = Scene(client, stage, presenter, qtbot)
    presenter.state_changed.connect(scene.states.append)
    presenter.state_changed.connect(lambda state: stage.events.append(type(state).__name__))
    presenter.load_started.connect(scene.started.append)
    presenter.load_ended.connect(lambda mode, state: scene.ended.append((mode, state)))
    yield scene
    closing = loop.create_task(presenter.aclose())
    scene.until(closing.done)
    assert asyncio.all_tasks(loop) == set()


SIGN_IN, LOAD, LEAVE = "POST /v1/sessions", "GET /v1/me/preferences", "DELETE /v1/sessions/current"


def test_a_load_goes_through_its_states(scene: Scene) -> None:
    scene.to_home()
    assert [type(state) for state in scene.states] == [SigningIn, Loading, Home]


def test_a_load_is_begun_and_ended_once(scene: Scene) -> None:
    scene.to_home()
    scene.settle()
    assert (scene.started, scene.ended) == ([Mode.ASYNC], [(Mode.ASYNC, scene.state)])


def test_the_state_says_that_a_load_began_before_anybody_is_told(scene: Scene) -> None:
    seen: list[State] = []
    scene.presenter.load_started.connect(lambda _mode: seen.append(scene.state))
    scene.sign_in()
    assert isinstance(seen[0], SigningIn)


def test_submitting_twice_signs_in_once(scene: Scene) -> None:
    scene.sign_in()
    scene.sign_in()
    scene.settle()
    assert scene.asked_paths() == [SIGN_IN]


def test_submitting_while_the_preferences_load_does_nothing(scene: Scene) -> None:
    scene.to_loading()
    scene.sign_in()
    scene.settle()
    assert scene.asked_paths() == [SIGN_IN, LOAD]


def test_a_wrong_password_returns_to_the_form_with_the_email(scene: Scene) -> None:
    scene.sign_in()
    scene.until_asked(1)
    scene.client.answer(reply(401))
    scene.until(lambda: bool(scene.ended))
    assert isinstance(scene.state, SignedOut)
    assert scene.state.email == EMAIL
    assert scene.state.failure is not None
    assert isinstance(scene.state.failure.error, WrongCredentials)


def test_a_deadline_is_told_as_long_as_it_was(scene: Scene) -> None:
    scene.to_degraded()
    assert isinstance(scene.state, Degraded)
    assert scene.state.failure.tried_ms == DEADLINE_MS


def test_a_retry_asks_for_the_preferences_only(scene: Scene) -> None:
    scene.to_degraded()
    scene.presenter.retry()
    scene.until_asked(3)
    scene.client.answer(LOADED)
    scene.until(lambda: isinstance(scene.state, Home))
    assert scene.asked_paths() == [SIGN_IN, LOAD, LOAD]


def test_a_retry_has_a_deadline_of_its_own(scene: Scene) -> None:
    scene.to_degraded()
    scene.presenter.retry()
    scene.until_asked(3)
    first, second = scene.client.deadlines
    assert first is not second
    assert second.budget_ms == DEADLINE_MS


def test_retrying_twice_asks_once(scene: Scene) -> None:
    scene.to_degraded()
    scene.presenter.retry()
    scene.presenter.retry()
    scene.settle()
    assert scene.asked_paths() == [SIGN_IN, LOAD, LOAD]


def test_a_retry_of_nothing_does_nothing(scene: Scene) -> None:
    scene.presenter.retry()
    scene.settle()
    assert (scene.states, scene.client.asked) == ([], [])


def test_an_expired_session_returns_to_the_form(scene: Scene) -> None:
    scene.to_degraded()
    scene.presenter.retry()
    scene.until_asked(3)
    scene.client.answer(reply(401))
    scene.until(lambda: isinstance(scene.state, SignedOut))


def test_a_cancelled_sign_in_returns_to_the_form_with_the_email(scene: Scene) -> None:
    scene.sign_in()
    scene.until_asked(1)
    scene.presenter.cancel()
    assert scene.state == SignedOut(EMAIL)
    assert scene.ended == [(Mode.ASYNC, scene.state)]


def test_a_cancelled_load_returns_to_the_form_and_revokes_the_session(scene: Scene) -> None:
    scene.to_loading()
    scene.presenter.cancel()
    assert scene.state == SignedOut(EMAIL)
    scene.until_asked(3)
    assert scene.asked_paths() == [SIGN_IN, LOAD, LEAVE]
    assert scene.client.asked[-1].headers == {"authorization": f"Bearer {SESSION.token}"}


def test_a_cancelled_retry_returns_to_where_it_began_and_keeps_the_session(scene: Scene) -> None:
    scene.to_degraded()
    degraded = scene.state
    scene.presenter.retry()
    scene.until_asked(3)
    scene.presenter.cancel()
    scene.settle()
    assert scene.state == degraded
    assert LEAVE not in scene.asked_paths()


def test_a_cancel_of_nothing_does_nothing(scene: Scene) -> None:
    scene.presenter.cancel()
    assert (scene.states, scene.ended) == ([], [])


def test_after_a_cancel_one_can_sign_in_again(scene: Scene) -> None:
    scene.sign_in()
    scene.until_asked(1)
    scene.presenter.cancel()
    scene.sign_in()
    scene.until_asked(2)
    scene.client.answer(CREATED)
    scene.until_asked(3)
    scene.client.answer(LOADED)
    scene.until(lambda: isinstance(scene.state, Home))


def test_signing_out_forgets_at_once_and_tells_the_service(scene: Scene) -> None:
    scene.to_home()
    scene.presenter.sign_out()
    assert scene.state == SignedOut()
    scene.until_asked(3)
    assert scene.asked_paths()[-1] == LEAVE


@pytest.mark.parametrize("answer", [SIGNED_OUT, reply(401), reply(500), DeadlineExceeded()])
def test_whatever_the_service_says_to_that_the_person_is_out(scene: Scene, answer: Any) -> None:
    scene.to_home()
    scene.presenter.sign_out()
    scene.until_asked(3)
    scene.client.answer(answer)
    scene.settle()
    assert scene.state == SignedOut()


def test_signing_out_while_it_loads_drops_the_late_answer(scene: Scene) -> None:
    scene.to_loading()
    scene.presenter.sign_out()
    scene.settle()
    assert scene.state == SignedOut()
    assert scene.ended == [(Mode.ASYNC, SignedOut())]
    assert scene.asked_paths()[-1] == LEAVE


def test_another_mode_counts_for_the_next_load(scene: Scene) -> None:
    scene.to_loading()
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.answer(DeadlineExceeded())
    scene.until(lambda: isinstance(scene.state, Degraded))
    scene.client.prepared = [LOADED]
    scene.presenter.retry()
    scene.until(lambda: isinstance(scene.state, Home))
    assert [mode for mode, _ in scene.ended] == [Mode.ASYNC, Mode.BLOCKING]


def test_the_mode_is_told_when_it_changes_and_only_then(scene: Scene) -> None:
    told: list[Mode] = []
    scene.presenter.mode_changed.connect(told.append)
    for mode in (Mode.ASYNC, Mode.BLOCKING, Mode.BLOCKING):
        scene.presenter.set_mode(mode)
    assert told == [Mode.BLOCKING]


def test_a_blocking_load_shows_its_end_only_after_the_freeze(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [CREATED, LOADED]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert scene.stage.events == ["SigningIn", "frozen", "thawing", "thawed", "Home"]


def test_a_blocking_load_that_fails_half_way_is_degraded(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [CREATED, DeadlineExceeded()]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert [type(state) for state in scene.states] == [SigningIn, Degraded]


def test_a_blocking_load_cancelled_before_the_freeze_asks_nothing(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.stage.before_freeze = scene.presenter.cancel
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    scene.settle()
    assert (scene.state, scene.client.asked) == (SignedOut(EMAIL), [])


def test_a_service_that_did_not_start_is_told_on_the_form(scene: Scene) -> None:
    scene.presenter.report(ServiceNotStarted(reason="no room."))
    assert isinstance(scene.state, SignedOut)
    assert scene.state.failure is not None
    assert scene.state.failure.tried_ms == 0


def test_a_service_that_did_not_start_is_no_news_while_somebody_signs_in(scene: Scene) -> None:
    scene.sign_in()
    scene.until_asked(1)
    scene.presenter.report(ServiceNotStarted(reason="no room."))
    assert isinstance(scene.state, SigningIn)


def take_unhandled(loop: EventLoop) -> list[BaseException]:
    """Have the loop report to the list instead of to the fixture that fails the test."""
    unhandled: list[BaseException] = []
    loop.set_exception_handler(lambda _loop, context: unhandled.append(context["exception"]))
    return unhandled


def test_a_bug_ends_in_the_form_and_reaches_the_loop_s_handler(scene: Scene, loop: EventLoop) -> None:
    unhandled = take_unhandled(loop)
    scene.sign_in()
    scene.until_asked(1)
    scene.client.answer(UnexpectedError("a bug"))
    scene.until(lambda: bool(scene.ended))
    assert isinstance(scene.state, SignedOut)
    assert scene.state.failure is not None
    assert isinstance(scene.state.failure.error, ProgramFault)
    scene.settle()
    gc.collect()
    assert [type(error) for error in unhandled] == [UnexpectedError]


def test_a_bug_while_blocking_leaves_the_freeze_and_ends_in_the_form(scene: Scene, loop: EventLoop) -> None:
    unhandled = take_unhandled(loop)
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [UnexpectedError("a bug")]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert scene.stage.events == ["SigningIn", "frozen", "thawing", "thawed", "SignedOut"]
    scene.settle()
    gc.collect()
    assert [type(error) for error in unhandled] == [UnexpectedError]


@pytest.mark.parametrize("reach", [Scene.to_loading, Scene.to_home, Scene.to_degraded])
def test_closing_leaves_no_task(scene: Scene, loop: EventLoop, reach: Callable[[Scene], None]) -> None:
    reach(scene)
    if reach is Scene.to_home:
        scene.presenter.sign_out()
        scene.until_asked(3)
    closing = loop.create_task(scene.presenter.aclose())
    scene.until(closing.done)
    assert asyncio.all_tasks(loop) == set()
