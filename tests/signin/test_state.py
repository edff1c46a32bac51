"""The transitions, one by one, and whatever order they come in."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desktop_app.errors import DeadlineExceeded, ExchangeError, ServiceFault, SessionExpired, WrongCredentials
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences, Session
from desktop_app.preferences.progress import Progress
from desktop_app.signin.state import (
    Arrived,
    Degraded,
    Failure,
    Home,
    Kept,
    Loading,
    Mode,
    SignedOut,
    SigningIn,
    State,
    StillLoading,
    applied,
    cancelled,
    confirmed,
    failed,
    loaded,
    overdue,
    progressed,
    retried,
    signed_out,
    submitted,
)

EMAIL = "ada@example.com"
SESSION = Session("token-of-ada", datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
PREFERENCES = Preferences(display_name="Ada")
LATE = Failure(DeadlineExceeded(), 3000)
NOW, BEFORE = 7, 6

SIGNED_OUT = SignedOut()
SIGNING_IN = SigningIn(NOW, Mode.ASYNC, EMAIL)
LOADING = Loading(NOW, Mode.ASYNC, EMAIL, SESSION, before=SignedOut(EMAIL))
DEGRADED = Degraded(EMAIL, SESSION, LATE)
RELOADING = Loading(NOW, Mode.BLOCKING, EMAIL, SESSION, before=DEGRADED)
HOME = Home(EMAIL, SESSION, PREFERENCES)
ALL: list[State] = [SIGNED_OUT, SignedOut(EMAIL, LATE), SIGNING_IN, LOADING, RELOADING, DEGRADED, HOME]


def others(*kinds: type[object]) -> list[State]:
    return [state for state in ALL if not isinstance(state, kinds)]


@pytest.mark.parametrize("state", [SIGNED_OUT, SignedOut("other@example.com", LATE)])
def test_a_submit_signs_in(state: State) -> None:
    assert submitted(state, NOW, Mode.BLOCKING, EMAIL) == SigningIn(NOW, Mode.BLOCKING, EMAIL)


@pytest.mark.parametrize("state", others(SignedOut))
def test_a_submit_does_nothing_unless_signed_out(state: State) -> None:
    assert submitted(state, NOW + 1, Mode.ASYNC, "other@example.com") is state


def test_a_confirmed_sign_in_loads() -> None:
    assert confirmed(SIGNING_IN, NOW, SESSION) == LOADING


@pytest.mark.parametrize("state", others(SigningIn))
def test_a_confirmation_does_nothing_unless_signing_in(state: State) -> None:
    assert confirmed(state, NOW, SESSION) is state


@pytest.mark.parametrize("state", [LOADING, RELOADING])
def test_the_preferences_make_the_home_page(state: State) -> None:
    assert loaded(state, NOW, PREFERENCES) == HOME


@pytest.mark.parametrize("state", others(Loading))
def test_preferences_do_nothing_unless_loading(state: State) -> None:
    assert loaded(state, NOW, PREFERENCES) is state


@pytest.mark.parametrize("error", [WrongCredentials(), DeadlineExceeded(), ServiceFault(status=500)])
def test_a_failed_sign_in_returns_to_the_form_with_the_email(error: ExchangeError) -> None:
    failure = Failure(error, 12)
    assert failed(SIGNING_IN, NOW, failure) == SignedOut(EMAIL, failure)


@pytest.mark.parametrize("state", [LOADING, RELOADING])
def test_a_failed_load_is_degraded(state: State) -> None:
    assert failed(state, NOW, LATE) == DEGRADED


@pytest.mark.parametrize("state", [LOADING, RELOADING])
def test_an_expired_session_returns_to_the_form(state: State) -> None:
    failure = Failure(SessionExpired(), 12)
    assert failed(state, NOW, failure) == SignedOut(EMAIL, failure)


@pytest.mark.parametrize("state", others(SigningIn, Loading))
def test_a_failure_does_nothing_unless_it_was_tried(state: State) -> None:
    assert failed(state, NOW, LATE) is state


def test_a_retry_loads_and_remembers_where_it_began() -> None:
    assert retried(DEGRADED, NOW, Mode.BLOCKING) == RELOADING


@pytest.mark.parametrize("state", others(Degraded, Home))
def test_a_retry_does_nothing_unless_a_page_is_shown(state: State) -> None:
    assert retried(state, NOW + 1, Mode.ASYNC) is state


@pytest.mark.parametrize(
    ("state", "after"), [(SIGNING_IN, SignedOut(EMAIL)), (LOADING, SignedOut(EMAIL)), (RELOADING, DEGRADED)]
)
def test_a_cancel_returns_to_where_the_load_began(state: State, after: State) -> None:
    assert cancelled(state) == after


@pytest.mark.parametrize("state", others(SigningIn, Loading))
def test_a_cancel_does_nothing_when_nothing_is_under_way(state: State) -> None:
    assert cancelled(state) is state


def test_signing_out_leaves_an_empty_form() -> None:
    assert signed_out() == SignedOut("", None)


@pytest.mark.parametrize("attempt", [BEFORE, NOW + 1])
@pytest.mark.parametrize("state", [SIGNING_IN, LOADING, RELOADING])
def test_the_answer_to_another_attempt_changes_nothing(state: State, attempt: int) -> None:
    assert confirmed(state, attempt, SESSION) is state
    assert loaded(state, attempt, PREFERENCES) is state
    assert failed(state, attempt, LATE) is state


@pytest.mark.parametrize("state", ALL)
def test_a_state_cannot_be_changed(state: State) -> None:
    with pytest.raises(AttributeError):
        state.email = "other@example.com"  # type: ignore[misc]


ERRORS = st.sampled_from([WrongCredentials(), DeadlineExceeded(), SessionExpired(), ServiceFault(status=500)])


class Window(RuleBasedStateMachine):
    """Anything at any time, answers to attempts of long ago included."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = SignedOut()
        self.attempt = 0
        self.customers = 0

    @rule(mode=st.sampled_from(Mode))
    def submit(self, mode: Mode) -> None:
        self.attempt += 1
        self.customers += isinstance(self.state, SignedOut)
        self.state = submitted(self.state, self.attempt, mode, self._email())

    @rule(mode=st.sampled_from(Mode))
    def retry(self, mode: Mode) -> None:
        self.attempt += 1
        self.state = retried(self.state, self.attempt, mode)

    @rule()
    def cancel(self) -> None:
        self.state = cancelled(self.state)
        assert not isinstance(self.state, SigningIn | Loading)

    @rule()
    def sign_out(self) -> None:
        self.state = signed_out()
        assert not [text for text in ("customer", "token", "Ada") if text in repr(self.state)]

    @rule(age=st.integers(0, 3))
    def confirm(self, age: int) -> None:
        self._answer(confirmed(self.state, self.attempt - age, self._session()), age)

    @rule(age=st.integers(0, 3), preferences=st.sampled_from([DEFAULT_PREFERENCES, PREFERENCES]))
    def load(self, age: int, preferences: Preferences) -> None:
        self._answer(loaded(self.state, self.attempt - age, preferences), age)

    @rule(age=st.integers(0, 3), error=ERRORS)
    def fail(self, age: int, error: ExchangeError) -> None:
        self._answer(failed(self.state, self.attempt - age, Failure(error, 1)), age)

    @invariant()
    def preferences_are_only_at_home(self) -> None:
        assert hasattr(self.state, "preferences") == isinstance(self.state, Home)

    @invariant()
    def everything_is_of_the_present_customer(self) -> None:
        if self.state != SignedOut() and self.state.email:
            assert self.state.email == self._email()
        session = getattr(self.state, "session", None)
        assert session in (None, self._session())

    @invariant()
    def a_load_can_always_be_left(self) -> None:
        assert isinstance(cancelled(self.state), SignedOut | Degraded | Home)

    def _answer(self, after: State, age: int) -> None:
        is_waiting = getattr(self.state, "attempt", None) == self.attempt - age
        assert is_waiting or after is self.state
        self.state = after

    def _email(self) -> str:
        return f"customer{self.customers}@example.com"

    def _session(self) -> Session:
        return Session(f"token-of-{self.customers}", SESSION.expires_at)


TestWindow = Window.TestCase
TestWindow.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


KEPT = Kept(PREFERENCES, datetime.datetime(2026, 5, 3, 14, 10, tzinfo=datetime.UTC), 1)
OVERDUE = replace(DEGRADED, late=StillLoading(NOW))
OFFERED = replace(DEGRADED, late=Arrived(PREFERENCES))


@pytest.mark.parametrize("state", [SIGNING_IN, LOADING, RELOADING])
def test_a_new_try_is_told(state: SigningIn | Loading) -> None:
    assert progressed(state, NOW, Progress(2, 500)) == replace(state, progress=Progress(2, 500))


@pytest.mark.parametrize("state", [*others(SigningIn, Loading), OVERDUE, OFFERED])
def test_a_new_try_is_not_told_where_nobody_waits(state: State) -> None:
    assert progressed(state, NOW, Progress(2)) is state


@pytest.mark.parametrize("attempt", [BEFORE, NOW + 1])
def test_a_try_of_another_attempt_is_not_told(attempt: int) -> None:
    assert progressed(LOADING, attempt, Progress(2)) is LOADING


@pytest.mark.parametrize("state", [LOADING, RELOADING])
def test_an_overdue_load_goes_on_behind_the_page(state: State) -> None:
    assert overdue(state, NOW, LATE) == OVERDUE


def test_an_overdue_sign_in_ends() -> None:
    assert overdue(SIGNING_IN, NOW, LATE) == SignedOut(EMAIL, LATE)


@pytest.mark.parametrize("state", others(SigningIn, Loading))
def test_nothing_is_overdue_where_nothing_is_under_way(state: State) -> None:
    assert overdue(state, NOW, LATE) is state


def test_what_was_kept_is_shown_instead_of_the_defaults() -> None:
    assert overdue(LOADING, NOW, LATE, KEPT) == replace(OVERDUE, kept=KEPT)
    assert failed(LOADING, NOW, LATE, KEPT) == replace(DEGRADED, kept=KEPT)


def test_nothing_kept_is_shown_to_somebody_whose_session_is_over() -> None:
    expired = Failure(SessionExpired(), 12)
    assert failed(LOADING, NOW, expired, KEPT) == SignedOut(EMAIL, expired)


def test_late_preferences_are_offered_and_not_applied() -> None:
    assert loaded(OVERDUE, NOW, PREFERENCES) == OFFERED


def test_offered_preferences_are_applied_when_the_person_wants_them() -> None:
    assert applied(OFFERED) == HOME


@pytest.mark.parametrize("state", [*ALL, OVERDUE])
def test_there_is_nothing_to_apply_before_something_arrived(state: State) -> None:
    assert applied(state) is state


@pytest.mark.parametrize("attempt", [BEFORE, NOW + 1])
@pytest.mark.parametrize("state", [OVERDUE, OFFERED])
def test_a_late_answer_to_another_attempt_changes_nothing(state: State, attempt: int) -> None:
    assert loaded(state, attempt, PREFERENCES) is state
    assert failed(state, attempt, LATE) is state


def test_a_late_failure_only_ends_the_waiting() -> None:
    assert failed(OVERDUE, NOW, Failure(ServiceFault(status=500), 12)) == DEGRADED


def test_a_session_that_expired_meanwhile_leads_back_to_the_form() -> None:
    expired = Failure(SessionExpired(), 12)
    assert failed(OVERDUE, NOW, expired) == SignedOut(EMAIL, expired)


def test_a_cancel_ends_an_overdue_request() -> None:
    assert cancelled(OVERDUE) == DEGRADED


def test_a_retry_ends_an_overdue_request() -> None:
    assert retried(OVERDUE, NOW + 1, Mode.ASYNC) == Loading(NOW + 1, Mode.ASYNC, EMAIL, SESSION, DEGRADED)


def test_a_retry_that_fails_leaves_what_was_offered() -> None:
    again = retried(OFFERED, NOW, Mode.ASYNC)
    assert failed(again, NOW, LATE, KEPT) == OFFERED


def test_a_retry_that_is_late_and_then_fails_leaves_what_was_offered() -> None:
    again = overdue(retried(OFFERED, NOW, Mode.ASYNC), NOW, LATE, KEPT)
    assert isinstance(again, Degraded)
    assert isinstance(again.late, StillLoading)
    assert failed(again, NOW, LATE) == OFFERED
    assert cancelled(again) == OFFERED


def test_a_cancelled_reload_returns_to_the_page() -> None:
    assert cancelled(retried(HOME, NOW, Mode.ASYNC)) is HOME
