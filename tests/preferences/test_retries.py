"""What is tried again, how often, after which pause; and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import (
    ConnectionLost,
    DeadlineExceeded,
    ExchangeError,
    InvalidReply,
    ReplyTooLarge,
    ServiceBusy,
    ServiceFault,
    ServiceNotTrusted,
    ServiceUnreachable,
    TooManyAttempts,
)
from desktop_app.preferences.exchange import (
    FIRST_BACKOFF_MS,
    Request,
    Step,
    Wait,
    load_preferences,
    sign_in_and_load,
    sign_out,
)
from desktop_app.preferences.progress import MOST_TRIES
from tests.helpers.exchanges import CREDENTIALS, PREFERENCES_JSON, SESSION, SESSION_JSON, play, reply

CREATED, LOADED = reply(201, SESSION_JSON), reply(200, PREFERENCES_JSON)
PASSING = [reply(status) for status in (429, 500, 502, 503, 504)]
BROKEN: list[ExchangeError] = [ConnectionLost(), ServiceUnreachable()]
FINAL: list[ExchangeError] = [DeadlineExceeded(), InvalidReply(), ReplyTooLarge(), ServiceNotTrusted()]


def requests(steps: list[Step]) -> list[str]:
    return [step.method for step in steps if isinstance(step, Request)]


def waits(steps: list[Step]) -> list[Wait]:
    return [step for step in steps if isinstance(step, Wait)]


@pytest.mark.parametrize("failure", [*PASSING, *BROKEN], ids=repr)
def test_a_load_survives_two_failures(failure: ExchangeError) -> None:
    steps, preferences = play(load_preferences(SESSION), [failure, failure, LOADED])
    assert requests(steps) == ["GET"] * 3
    assert preferences.display_name == "Ada"


@pytest.mark.parametrize("failure", [*PASSING, *BROKEN], ids=repr)
def test_a_load_gives_up_after_three_tries(failure: ExchangeError) -> None:
    tries = [failure] * MOST_TRIES
    with pytest.raises((ServiceFault, TooManyAttempts, ConnectionLost, ServiceUnreachable)):
        play(load_preferences(SESSION), [*tries, LOADED])


@pytest.mark.parametrize("failure", [*FINAL, reply(401), reply(403), reply(404), reply(302), reply(501)], ids=repr)
def test_what_no_second_try_can_mend_is_tried_once(failure: ExchangeError) -> None:
    with pytest.raises(ExchangeError):
        play(load_preferences(SESSION), [failure, LOADED])


def test_a_sign_in_that_was_never_sent_is_sent_again() -> None:
    steps, _ = play(sign_in_and_load(CREDENTIALS), [ServiceUnreachable(), ServiceUnreachable(), CREATED, LOADED])
    assert requests(steps) == ["POST", "POST", "POST", "GET"]


@pytest.mark.parametrize("failure", [ConnectionLost(), *PASSING, *FINAL], ids=repr)
def test_a_sign_in_that_may_have_arrived_is_not(failure: ExchangeError) -> None:
    with pytest.raises(ExchangeError):
        play(sign_in_and_load(CREDENTIALS), [failure, CREATED, LOADED])


def test_a_sign_out_that_may_have_arrived_is_not() -> None:
    with pytest.raises(ConnectionLost):
        play(sign_out(SESSION), [ConnectionLost(), reply(204)])


def test_each_request_has_three_tries_of_its_own() -> None:
    broken = [ServiceUnreachable()] * 2
    steps, _ = play(sign_in_and_load(CREDENTIALS), [*broken, CREATED, *broken, LOADED])
    assert requests(steps) == ["POST"] * 3 + ["GET"] * 3


def test_the_pause_says_which_try_comes_next() -> None:
    steps, _ = play(load_preferences(SESSION), [reply(500), reply(500), LOADED])
    assert [wait.next_try for wait in waits(steps)] == [2, 3]


def test_the_pause_carries_what_it_waits_for() -> None:
    steps, _ = play(load_preferences(SESSION), [reply(502), LOADED])
    (wait,) = waits(steps)
    assert wait.error.values == {"status": 502}


@pytest.mark.parametrize("status", [429, 503])
def test_the_service_says_when_to_come_again(status: int) -> None:
    steps, _ = play(load_preferences(SESSION), [reply(status, retry_after="2"), LOADED])
    (wait,) = waits(steps)
    assert (wait.duration_ms, wait.is_asked_for) == (2000, True)


def test_how_long_it_wants_to_be_left_alone_is_told_where_that_is_too_long() -> None:
    with pytest.raises(ServiceBusy, match="60 s"):
        play(load_preferences(SESSION), [reply(503, retry_after="60")])


@pytest.mark.parametrize("status", [500, 502, 504])
def test_other_statuses_do_not(status: int) -> None:
    steps, _ = play(load_preferences(SESSION), [reply(status, retry_after="2"), LOADED])
    (wait,) = waits(steps)
    assert not wait.is_asked_for


@given(st.integers(min_value=0, max_value=2**32))
def test_a_pause_is_anywhere_up_to_a_limit_that_doubles(seed: int) -> None:
    import random

    random.seed(seed)
    steps, _ = play(load_preferences(SESSION), [ConnectionLost(), ConnectionLost(), LOADED])
    first, second = waits(steps)
    assert 0 <= first.duration_ms <= FIRST_BACKOFF_MS
    assert 0 <= second.duration_ms <= 2 * FIRST_BACKOFF_MS


def test_pauses_are_not_all_the_same() -> None:
    steps = [play(load_preferences(SESSION), [ConnectionLost(), LOADED])[0] for _ in range(50)]
    assert len({wait.duration_ms for each in steps for wait in waits(each)}) > 5
