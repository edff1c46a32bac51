"""What the presenter makes of what the person wants, and of what the service answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import DeadlineExceeded, WrongCredentials
from desktop_app.event_loop import EventLoop
from desktop_app.preferences.exchange import Reply
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, State
from tests.helpers.acting import CREATED, LOADED, SIGNED_OUT
from tests.helpers.exchanges import SESSION, reply
from tests.helpers.scene import DEADLINE_MS, EMAIL, LEAVE, LOAD, SIGN_IN, Scene, opened_scene


@pytest.fixture
def scene(loop: EventLoop, qtbot: QtBot) -> Iterator[Scene]:
    with opened_scene(loop, qtbot) as scene:
        yield scene


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
def test_whatever_the_service_says_to_that_the_person_is_out(scene: Scene, answer: Reply | Exception) -> None:
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
