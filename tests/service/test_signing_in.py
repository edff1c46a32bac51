"""Wrong passwords and unknown emails: indistinguishable, and throttled alike."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING

import pytest

from desktop_app.service.passwords import Passwords
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    import httpx2

    from tests.helpers.service_process import ServiceProcess

WRONG = {**DEMO, "password": "not-this-one-at-all"}


@pytest.fixture(autouse=True)
def _unthrottled(client: httpx2.Client) -> None:
    assert client.post("/v1/sessions", json=DEMO).status_code == 201


def test_wrong_password_and_unknown_email_get_the_same_answer(client: httpx2.Client) -> None:
    wrong = client.post("/v1/sessions", json=WRONG)
    unknown = client.post("/v1/sessions", json={**WRONG, "email": "nobody@example.com"})
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert unknown.headers.keys() == wrong.headers.keys()


def test_wrong_password_and_unknown_email_take_the_same_time(client: httpx2.Client) -> None:
    def seconds(email: str) -> float:
        start_s = time.perf_counter()
        assert client.post("/v1/sessions", json={**WRONG, "email": email}).status_code == 401
        return time.perf_counter() - start_s

    pairs = [(seconds(DEMO["email"]), seconds(f"nobody-{number}@example.com")) for number in range(4)]
    wrong_s, unknown_s = (median(column) for column in zip(*pairs, strict=True))
    # Without the argon2 verification the second would be a tenth of the first.
    assert 0.5 < unknown_s / wrong_s < 2


def test_the_dummy_hash_costs_as_much_as_a_real_one() -> None:
    passwords = Passwords()
    assert not passwords.needs_rehash(passwords._dummy_hash)
    assert asyncio.run(passwords.verify(None, "anything")) is False
    passwords.close()


@pytest.mark.parametrize("email", ["somebody@example.com", DEMO["email"]])
def test_after_five_failures_even_the_right_password_has_to_wait(client: httpx2.Client, email: str) -> None:
    wrong = {**WRONG, "email": email}
    assert [client.post("/v1/sessions", json=wrong).status_code for _ in range(5)] == [401] * 5
    response = client.post("/v1/sessions", json={**DEMO, "email": email})
    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "1"
    reset_throttle(client, email)


def test_attempts_at_the_same_time_get_no_further_than_one_after_the_other(
    client: httpx2.Client, service: ServiceProcess
) -> None:
    def attempt(_: int) -> int:
        return client.post("/v1/sessions", json={**WRONG, "email": "parallel@example.com"}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(attempt, range(8)))
    assert statuses == [401] * 5 + [429] * 3
    assert service.log() == ""


def reset_throttle(client: httpx2.Client, email: str) -> None:
    """Sign in once the wait is over, as a person would: it must never become a lockout."""
    if email != DEMO["email"]:
        return
    deadline_s = time.monotonic() + 10
    while client.post("/v1/sessions", json=DEMO).status_code == 429:
        assert time.monotonic() < deadline_s
