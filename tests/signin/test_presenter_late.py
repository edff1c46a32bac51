"""What happens after the deadline, and with what was kept: offered, shown as old, forgotten; never mixed up."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import ConnectionLost, DeadlineExceeded
from desktop_app.event_loop import EventLoop
from desktop_app.kept import KeptPreferences, Seen
from desktop_app.preferences.model import Preferences
from desktop_app.preferences.progress import Progress
from desktop_app.signin.presenter import LATE_MS
from desktop_app.signin.state import Arrived, Degraded, Home, Loading, Mode, SignedOut, SigningIn, StillLoading
from tests.helpers.acting import CREATED, LOADED
from tests.helpers.exchanges import reply
from tests.helpers.scene import EMAIL, LOAD, SIGN_IN, Scene, opened_scene

SHORT_MS = 50
OLD = Preferences(display_name="Ada as she was")


@pytest.fixture
def scene(loop: EventLoop, qtbot: QtBot) -> Iterator[Scene]:
    with opened_scene(loop, qtbot) as scene:
        yield scene


@pytest.fixture
def hasty(loop: EventLoop, qtbot: QtBot) -> Iterator[Scene]:
    """One whose deadline passes while the test waits for it."""
    with opened_scene(loop, qtbot, deadline_ms=SHORT_MS) as scene:
        yield scene


def degraded(scene: Scene) -> Degraded:
    assert isinstance(scene.state, Degraded)
    return scene.state


def to_overdue(scene: Scene) -> None:
    """Sign in at once, so that it is the request for preferences that is late."""
    scene.sign_in()
    scene.until_asked(1)
    scene.client.answer(CREATED)
    scene.until(lambda: isinstance(scene.state, Degraded))
    scene.until_asked(2)


def test_the_request_may_go_on_for_thirty_seconds(hasty: Scene) -> None:
    to_overdue(hasty)
    assert hasty.client.late_ms == [LATE_MS] == [30_000]


def test_at_the_deadline_the_page_is_degraded_and_the_request_goes_on(hasty: Scene) -> None:
    to_overdue(hasty)
    assert isinstance(degraded(hasty).late, StillLoading)
    assert hasty.client.waiting == 1
    assert degraded(hasty).failure.tried_ms == SHORT_MS


def test_for_the_person_the_load_has_ended_then(hasty: Scene) -> None:
    to_overdue(hasty)
    assert hasty.ended == [(Mode.ASYNC, hasty.state)]


def test_a_late_answer_is_offered(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.client.answer(LOADED)
    hasty.until(lambda: isinstance(degraded(hasty).late, Arrived))
    assert len(hasty.ended) == 1


def test_an_offer_that_is_taken_customises_the_page(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.client.answer(LOADED)
    hasty.until(lambda: isinstance(degraded(hasty).late, Arrived))
    hasty.presenter.apply()
    assert isinstance(hasty.state, Home)
    assert hasty.state.preferences.display_name == "Ada"


def test_there_is_nothing_to_apply_while_it_is_still_late(hasty: Scene) -> None:
    to_overdue(hasty)
    before = hasty.state
    hasty.presenter.apply()
    assert hasty.state is before


def test_a_late_failure_ends_the_waiting(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.client.answer(ConnectionLost())
    hasty.until(lambda: degraded(hasty).late is None)


def test_a_late_expiry_leads_back_to_the_form_with_the_email(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.client.answer(reply(401))
    hasty.until(lambda: isinstance(hasty.state, SignedOut))
    assert isinstance(hasty.state, SignedOut)
    assert hasty.state.email == EMAIL


def test_a_sign_in_does_not_go_on_after_the_deadline(hasty: Scene) -> None:
    hasty.sign_in()
    hasty.until(lambda: isinstance(hasty.state, SignedOut))
    hasty.settle()
    assert hasty.client.waiting == 0
    assert isinstance(hasty.state, SignedOut)
    assert hasty.state.failure is not None
    assert isinstance(hasty.state.failure.error, DeadlineExceeded)


def test_a_cancel_ends_the_late_request(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.presenter.cancel()
    assert degraded(hasty).late is None
    hasty.settle()
    assert hasty.client.waiting == 0


def test_a_retry_ends_the_late_request(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.presenter.retry()
    hasty.until_asked(3)
    assert hasty.client.waiting == 1
    assert hasty.asked_paths() == [SIGN_IN, LOAD, LOAD]


def test_signing_out_ends_the_late_request(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.presenter.sign_out()
    hasty.until_asked(3)
    hasty.client.answer(reply(204))
    hasty.settle()
    assert hasty.state == SignedOut()
    assert hasty.client.waiting == 0


def test_what_arrives_late_is_never_another_customer_s(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.presenter.sign_out()
    hasty.until_asked(3)
    hasty.client.answer(reply(204))
    hasty.presenter.sign_in("bob@example.com", "another password")
    hasty.until(lambda: isinstance(hasty.state, SigningIn))
    hasty.settle()
    assert hasty.client.waiting == 1  # the sign-in's


def test_which_try_is_running_is_a_part_of_the_state(scene: Scene) -> None:
    scene.to_loading()
    scene.client.answer(reply(500))
    scene.until(lambda: isinstance(scene.state, Loading) and scene.state.progress.number == 2)
    assert isinstance(scene.state, Loading)
    scene.client.answer(reply(204))  # the pause is over
    scene.until_asked(3)
    assert scene.state.progress == Progress(2)


def test_the_preferences_that_arrive_are_kept(scene: Scene) -> None:
    scene.to_home()
    seen = scene.keeper.find(EMAIL)
    assert seen is not None
    assert seen.preferences.display_name == "Ada"


def test_those_that_arrive_late_are_kept_too(hasty: Scene) -> None:
    to_overdue(hasty)
    hasty.client.answer(LOADED)
    hasty.until(lambda: isinstance(degraded(hasty).late, Arrived))
    assert hasty.keeper.find(EMAIL) is not None


def test_signing_out_forgets_them(scene: Scene) -> None:
    scene.to_home()
    scene.presenter.sign_out()
    assert scene.keeper.find(EMAIL) is None


def keep(scene: Scene, *, days_ago: int, email: str = EMAIL) -> None:
    seen_at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days_ago)
    scene.keeper.keep(email, Seen(OLD, seen_at))


@pytest.mark.parametrize("mode", Mode)
def test_what_was_kept_is_shown_when_the_present_ones_cannot_be_had(scene: Scene, mode: Mode) -> None:
    keep(scene, days_ago=1)
    scene.presenter.set_mode(mode)
    scene.client.prepared = [CREATED, ConnectionLost()]
    scene.sign_in()
    if mode is Mode.ASYNC:
        scene.until_asked(1)
        scene.client.answer(CREATED)
        scene.until_asked(2)
        scene.client.answer(ConnectionLost())
    scene.until(lambda: isinstance(scene.state, Degraded))
    kept = degraded(scene).kept
    assert kept is not None
    assert (kept.preferences, kept.days_ago) == (OLD, 1)


def test_what_was_kept_of_somebody_else_is_not(scene: Scene) -> None:
    keep(scene, days_ago=0, email="bob@example.com")
    scene.to_degraded()
    assert degraded(scene).kept is None


def test_nothing_kept_is_shown_once_the_session_has_expired(loop: EventLoop, qtbot: QtBot) -> None:
    def much_later() -> datetime.datetime:
        return datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)

    with opened_scene(loop, qtbot, now=much_later) as scene:
        keep(scene, days_ago=0)
        scene.to_degraded()
        assert degraded(scene).kept is None


def test_a_reload_that_fails_leaves_the_page_as_it_was_known(scene: Scene) -> None:
    scene.to_home()
    scene.presenter.retry()
    scene.until_asked(3)
    scene.client.answer(DeadlineExceeded())
    scene.until(lambda: isinstance(scene.state, Degraded))
    kept = degraded(scene).kept
    assert kept is not None
    assert (kept.preferences.display_name, kept.days_ago) == ("Ada", 0)


def test_what_is_kept_outlives_the_program_until_the_sign_out(loop: EventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    directory = tmp_path / "kept"
    with opened_scene(loop, qtbot, keeper=KeptPreferences(directory)) as scene:
        scene.to_home()
    assert [path.stat().st_mode & 0o777 for path in directory.iterdir()] == [0o600]
    with opened_scene(loop, qtbot, keeper=KeptPreferences(directory)) as scene:
        scene.to_degraded()
        assert degraded(scene).kept is not None
        scene.presenter.sign_out()
    assert list(directory.iterdir()) == []
