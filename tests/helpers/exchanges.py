"""What the tests sign in with, and how they play the service in an exchange by hand."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from desktop_app.errors import ExchangeError
from desktop_app.preferences.exchange import Reply, Request
from desktop_app.preferences.model import Credentials, Session

if TYPE_CHECKING:
    from desktop_app.preferences.exchange import Exchange, Step

T = TypeVar("T")
PASSWORD = "never-to-be-seen-password"
TOKEN = "never-to-be-seen-token"
CREDENTIALS = Credentials("ada@example.com", PASSWORD)
SESSION = Session(TOKEN, datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
SESSION_JSON = f'{{"token": "{TOKEN}", "expires_at": "2030-01-01T00:00:00Z"}}'.encode()
PREFERENCES_JSON = b'{"display_name": "Ada", "theme": "dark", "favourite_categories": ["books"]}'


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    """Make a reply; an underscore in a header's name stands for a hyphen."""
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def play(steps: Exchange[T], replies: Iterable[Reply | ExchangeError]) -> tuple[list[Step], T]:
    """Answer each request with the next reply, or fail it with the next error; the last one serves all that follow.

    Returns:
        What the exchange yielded, and its result.
    """
    yielded: list[Step] = []
    prepared = list(replies)
    answer: Reply | ExchangeError | None = None
    while True:
        try:
            step = steps.throw(answer) if isinstance(answer, ExchangeError) else steps.send(answer)
        except StopIteration as end:
            result: T = end.value
            return yielded, result
        yielded.append(step)
        answer = (prepared.pop(0) if prepared[1:] else prepared[0]) if isinstance(step, Request) else None
