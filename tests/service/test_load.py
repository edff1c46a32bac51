from __future__ import annotations

import os
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.helpers.polling import eventually
from tests.helpers.service_process import store_path
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.service_process import ServiceProcess

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


def write_lock_is_free(path: Path) -> bool:
    """Tell whether another process would get the customer database's write lock at once."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


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
    # 0.2 s on two idle cores; what waits for the load to end waits for a minute.
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


def test_an_order_can_begin_at_once(client: httpx2.Client, bearer: dict[str, str]) -> None:
    assert client.put(LOAD, json={**ONGOING, "now": True}).json() == {"armed": True, "running": True}
    assert_preferences_wait(client, bearer)


@pytest.mark.parametrize("customers", [1, 2, 4])
def test_the_write_lock_is_held_until_the_load_ends(
    client: httpx2.Client, service: ServiceProcess, customers: int
) -> None:
    customers_path = store_path(service.directory)
    assert write_lock_is_free(customers_path)
    client.put(LOAD, json={**ONGOING, "customers": customers})
    sign_in(client)
    assert not write_lock_is_free(customers_path)
    client.delete(LOAD)
    assert write_lock_is_free(customers_path)


def test_nothing_of_the_customers_is_changed(client: httpx2.Client, service: ServiceProcess) -> None:
    before = content(store_path(service.directory))
    client.put(LOAD, json=ONGOING)
    sign_in(client)
    assert content(store_path(service.directory)) == before
    client.delete(LOAD)
    assert content(store_path(service.directory)) == before


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_it_takes_no_more_than_one_core(
    client: httpx2.Client, service: ServiceProcess, bearer: dict[str, str]
) -> None:
    def processor_s() -> float:
        user, system = Path(f"/proc/{service.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    client.put(LOAD, json={"customers": 8, "seconds": 60, "now": True})
    start_s, before_s = time.perf_counter(), processor_s()
    for _ in range(3):
        assert_preferences_wait(client, bearer)
    used_s, took_s = processor_s() - before_s, time.perf_counter() - start_s
    # Two that compute would take 1.8 s of 0.9 s, on two idle cores.
    assert used_s < 1.3 * took_s


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
