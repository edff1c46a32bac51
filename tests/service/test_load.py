from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.helpers.polling import eventually
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

LOAD = "/control/customer-load"
PREFERENCES = "/v1/me/preferences"
ONGOING = {"seconds": 60}


@pytest.fixture(autouse=True)
def _disarmed_afterwards(client: httpx2.Client) -> Iterator[None]:
    yield
    assert client.delete(LOAD).status_code == 204


def sign_in(client: httpx2.Client) -> None:
    assert client.post("/v1/sessions", json=DEMO).status_code == 201


def assert_preferences_wait(client: httpx2.Client, bearer: dict[str, str]) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        client.get(PREFERENCES, headers=bearer, timeout=0.3)


def test_arming_alone_loads_nothing(client: httpx2.Client, bearer: dict[str, str]) -> None:
    assert client.put(LOAD, json=ONGOING).json() == {"armed": True, "running": False}
    assert client.get(PREFERENCES, headers=bearer).status_code == 200


def test_a_sign_in_returns_with_the_customer_database_held(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    assert client.get(LOAD).json() == {"armed": True, "running": True}
    assert_preferences_wait(client, bearer)


def test_signing_in_stays_quick_under_load(client: httpx2.Client) -> None:
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    start_s = time.perf_counter()
    sign_in(client)
    # 0.3 s on two idle cores, of which the queries take both; what waits for the load to end waits for a minute.
    assert time.perf_counter() - start_s < ONGOING["seconds"] / 3


def test_the_load_ends_by_itself(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json={"seconds": 0.7})
    start_s = time.perf_counter()
    sign_in(client)
    assert client.get(PREFERENCES, headers=bearer).status_code == 200
    assert time.perf_counter() - start_s >= 0.7
    assert eventually(lambda: client.get(LOAD).json() == {"armed": True, "running": False})


def test_each_sign_in_begins_the_load_anew(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    client.put(LOAD, json={"seconds": 0.2})
    sign_in(client)
    assert client.get(PREFERENCES, headers=bearer).status_code == 200


def test_disarming_ends_the_load(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    assert client.delete(LOAD).status_code == 204
    assert client.get(LOAD).json() == {"armed": False, "running": False}
    assert client.get(PREFERENCES, headers=bearer).status_code == 200


def test_one_connection_held_leaves_the_other(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json={"customers": 1, "seconds": 60})
    sign_in(client)
    assert client.get(PREFERENCES, headers=bearer).status_code == 200


def test_many_sign_ins_at_once_leave_one_load(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json=ONGOING)
    with ThreadPoolExecutor(4) as threads:
        for signing_in in [threads.submit(sign_in, client) for _ in range(4)]:
            signing_in.result()
    assert_preferences_wait(client, bearer)


def test_clients_that_go_away_while_they_wait_leak_no_connection(
    client: httpx2.Client, bearer: dict[str, str]
) -> None:
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    with ThreadPoolExecutor(6) as threads:
        waits = [threads.submit(assert_preferences_wait, client, bearer) for _ in range(6)]
        for wait in waits:
            wait.result()
    client.delete(LOAD)
    for _ in range(6):
        assert client.get(PREFERENCES, headers=bearer).status_code == 200
    client.put(LOAD, json=ONGOING)
    sign_in(client)  # holds both connections again: none is missing
    assert_preferences_wait(client, bearer)


@pytest.mark.parametrize(
    "order",
    [{"customers": 0}, {"customers": 17}, {"connections": 2}, {"seconds": 0}, {"seconds": 61}, {"seconds": "6"}],
)
def test_an_order_out_of_range_is_422(client: httpx2.Client, order: dict[str, object]) -> None:
    assert client.put(LOAD, json=order).status_code == 422
