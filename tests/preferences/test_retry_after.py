"""The Retry-After of a 429: seconds, a date, or nonsense."""

from __future__ import annotations

import datetime
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import TooManyAttempts
from desktop_app.preferences.exchange import LONGEST_RETRY_AFTER_S, load_preferences, sign_in_and_load
from tests.helpers.exchanges import CREDENTIALS, SESSION, play, reply


def seconds_for(value: str | None) -> int:
    answer = reply(429) if value is None else reply(429, retry_after=value)
    with pytest.raises(TooManyAttempts) as caught:
        play(load_preferences(SESSION), [answer])
    seconds = caught.value.values["seconds"]
    assert isinstance(seconds, int)
    return seconds


SECONDS = [
    (None, 1),
    ("", 1),
    ("0", 1),
    ("-5", 1),
    ("1", 1),
    ("30", 30),
    (" 30 ", 30),
    ("3600", 3600),
    ("3601", LONGEST_RETRY_AFTER_S),
    ("99999999999999999999", LONGEST_RETRY_AFTER_S),
    ("soon", 1),
    ("1.5", 1),
    ("inf", 1),
    ("nan", 1),
    ("1e9", 1),
    ("5, 6", 1),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
    ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER_S),
    ("Mon, 99 Xyz 2015 99:99:99 GMT", 1),
]


@pytest.mark.parametrize(("value", "seconds"), SECONDS)
def test_a_value_within_a_second_and_an_hour_comes_of_every_header(value: str | None, seconds: int) -> None:
    assert seconds_for(value) == seconds


@pytest.mark.parametrize("offset", ["GMT", "+0200", "-0800"])
def test_a_date_counts_from_now_in_its_time_zone(offset: str) -> None:
    hours = {"GMT": 0, "+0200": 2, "-0800": -8}[offset]
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    until = datetime.datetime.now(zone) + datetime.timedelta(seconds=600)
    written = until.strftime("%a, %d %b %Y %H:%M:%S ") + offset
    assert 540 <= seconds_for(written) <= 600


def test_an_http_date_as_servers_write_it() -> None:
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=120)
    assert 60 <= seconds_for(email.utils.format_datetime(until, usegmt=True)) <= 120


def test_a_sign_in_is_throttled_in_the_same_words() -> None:
    with pytest.raises(TooManyAttempts, match="Try again in 17 s"):
        play(sign_in_and_load(CREDENTIALS), [reply(429, retry_after="17")])


@given(value=st.integers().map(str) | st.text(alphabet=st.characters(max_codepoint=126), max_size=40))
def test_whatever_the_header_says_the_wait_is_bounded(value: str) -> None:
    assert 1 <= seconds_for(value) <= LONGEST_RETRY_AFTER_S
