"""Bodies that are not what they should be: an error of the exchange, never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import ExchangeError, InvalidReply
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from tests.helpers.exchanges import CREDENTIALS, SESSION, SESSION_JSON, play, reply

DEPTH = 10_000
NOT_JSON = {
    "empty": b"",
    "html": b"<html><body>502</body></html>",
    "cut": b'{"display_name": "A',
    "bad utf-8": b'{"display_name": "\xff\xfe"}',
    "utf-16": '{"display_name": "Ada"}'.encode("utf-16"),
    "NaN": b'{"reduced_motion": NaN}',
    "Infinity": b'{"display_name": Infinity}',
    "two documents": b"{} {}",
    "null bytes": b"\0\0\0\0",
    "deep list": b"[" * DEPTH + b"]" * DEPTH,
    "deep unknown field": b'{"unknown": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    "deep object": b'{"a":' * DEPTH + b"1" + b"}" * DEPTH,
    "never closed": b"[" * DEPTH,
}
WRONG_PREFERENCES = {
    "null": b"null",
    "list": b"[]",
    "text": b'"dark"',
    "number": b"5",
    "name is a number": b'{"display_name": 5}',
    "name is null": b'{"display_name": null}',
    "name is too long": b'{"display_name": "' + b"a" * 101 + b'"}',
    "language is too long": b'{"language": "' + b"a" * 36 + b'"}',
    "unknown theme": b'{"theme": "neon"}',
    "theme is a list": b'{"theme": ["dark"]}',
    "unknown accent": b'{"accent": "#ff0000"}',
    "unknown text size": b'{"text_size": "huge"}',
    "text size is a number": b'{"text_size": 12}',
    "currency in lower case": b'{"currency": "eur"}',
    "currency of four": b'{"currency": "EURO"}',
    "categories are a text": b'{"favourite_categories": "books"}',
    "a category is a number": b'{"favourite_categories": ["books", 1]}',
    "too many categories": b'{"favourite_categories": [' + b",".join([b'"a"'] * 51) + b"]}",
    "motion is a number": b'{"reduced_motion": 1}',
    "motion is a text": b'{"reduced_motion": "true"}',
    "a huge integer": b'{"reduced_motion": ' + b"9" * 5000 + b"}",
    "a huge exponent": b'{"display_name": 1e999999}',
}
WRONG_SESSIONS = {
    "no token": b'{"expires_at": "2030-01-01T00:00:00Z"}',
    "no expiry": b'{"token": "t"}',
    "empty token": b'{"token": "", "expires_at": "2030-01-01T00:00:00Z"}',
    "token too long": b'{"token": "' + b"t" * 4097 + b'", "expires_at": "2030-01-01T00:00:00Z"}',
    "token is a number": b'{"token": 1, "expires_at": "2030-01-01T00:00:00Z"}',
    "token is null": b'{"token": null, "expires_at": "2030-01-01T00:00:00Z"}',
    "expiry without a time zone": b'{"token": "t", "expires_at": "2030-01-01T00:00:00"}',
    "expiry is no date": b'{"token": "t", "expires_at": "soon"}',
    "expiry is a huge number": b'{"token": "t", "expires_at": ' + b"9" * 400 + b"}",
    "a list": b"[]",
}


@pytest.mark.parametrize("body", (NOT_JSON | WRONG_PREFERENCES).values(), ids=NOT_JSON | WRONG_PREFERENCES)
def test_preferences_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(InvalidReply):
        play(load_preferences(SESSION), [reply(200, body)])


@pytest.mark.parametrize("body", (NOT_JSON | WRONG_SESSIONS).values(), ids=NOT_JSON | WRONG_SESSIONS)
def test_a_session_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(InvalidReply):
        play(sign_in_and_load(CREDENTIALS), [reply(201, body)])


def test_the_developer_is_told_which_field_is_wrong() -> None:
    with pytest.raises(InvalidReply) as caught:
        play(load_preferences(SESSION), [reply(200, b'{"display_name": 5}')])
    assert "Preferences" in caught.value.detail
    assert "$.display_name" in caught.value.detail


def test_unknown_fields_are_ignored() -> None:
    body = b'{"display_name": "Ada", "shoe_size": 38, "nested": {"deeply": [1, {"x": null}]}}'
    assert play(load_preferences(SESSION), [reply(200, body)])[1] == Preferences(display_name="Ada")


def test_unknown_fields_of_a_session_are_ignored() -> None:
    body = SESSION_JSON[:-1] + b', "scope": ["all"]}'
    assert play(sign_in_and_load(CREDENTIALS), [reply(201, body), reply(200, b"{}")])[1] == DEFAULT_PREFERENCES


BOUNDS = {
    "name of 100": b'{"display_name": "' + b"a" * 100 + b'"}',
    "language of 35": b'{"language": "' + b"a" * 35 + b'"}',
    "50 categories": b'{"favourite_categories": [' + b",".join([b'"a"'] * 50) + b"]}",
    "categories that are not offered": b'{"favourite_categories": ["no such thing"]}',
    "a currency that has no price list": b'{"currency": "XXX"}',
    "a field twice": b'{"theme": "dark", "theme": "light"}',
}


@pytest.mark.parametrize("body", BOUNDS.values(), ids=BOUNDS)
def test_preferences_at_their_bounds_are_taken(body: bytes) -> None:
    assert isinstance(play(load_preferences(SESSION), [reply(200, body)])[1], Preferences)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(Preferences.__struct_fields__), inner),
    max_leaves=8,
)


@given(document=JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_gives_preferences_or_an_error_of_the_exchange(document: object) -> None:
    import json

    try:
        _, preferences = play(load_preferences(SESSION), [reply(200, json.dumps(document).encode())])
    except InvalidReply:
        return
    assert isinstance(preferences, Preferences)


@given(body=st.binary(max_size=200), status=st.integers(100, 999))
@settings(max_examples=200, deadline=None)
def test_any_bytes_and_status_give_an_error_of_the_exchange(body: bytes, status: int) -> None:
    with pytest.raises(ExchangeError):
        play(sign_in_and_load(CREDENTIALS), [reply(status, body)])
