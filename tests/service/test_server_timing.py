"""The header Server-Timing: what the service says that its databases took."""

from __future__ import annotations

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx2
import pytest

from desktop_app.preferences.server_timing import LONGEST_HEADER, Metric, parse_server_timing
from desktop_app.service.server_timing import (
    MOST_STRETCHES,
    RequestTiming,
    count_wait,
    timing_request,
    timing_stretch,
)
from tests.helpers.broken_databases import locked_by_another_process
from tests.helpers.polling import eventually
from tests.helpers.program import command
from tests.helpers.service_process import credentials_path, running_service, store_path, store_url
from tests.service.conftest import DEMO
from tests.service.test_metrics import LOAD, PREFERENCES, figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SESSIONS = "/v1/sessions"
NS_PER_MS = 1_000_000


@pytest.fixture(autouse=True)
def _disarmed_afterwards(client: httpx2.Client) -> Iterator[None]:
    yield
    client.delete(LOAD)


def metrics(response: httpx2.Response) -> list[Metric]:
    return parse_server_timing(response.headers["server-timing"])


def stretches(response: httpx2.Response) -> list[tuple[int, int]]:
    """Give each use of a database as its begin and end."""
    found = [metric for metric in metrics(response) if metric.name == "db"]
    return [(each.start_ns, each.start_ns + each.duration_ns) for each in found if each.start_ns is not None]


def waited_ns(response: httpx2.Response, name: str) -> int:
    (found,) = (metric for metric in metrics(response) if metric.name == name)
    return found.duration_ns


def test_each_use_of_a_database_lies_within_the_request_in_order(client: httpx2.Client) -> None:
    before_ns = time.monotonic_ns()
    response = client.post(SESSIONS, json=DEMO)
    after_ns = time.monotonic_ns()
    found = stretches(response)
    assert len(found) >= 3, "the attempts, the account and the session at least"
    assert found == sorted(found)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(found))
    # It is told to the microsecond, rounded down.
    assert before_ns - 1000 <= found[0][0]
    assert found[-1][1] <= after_ns


def test_checking_a_password_is_no_use_of_a_database(client: httpx2.Client) -> None:
    """It takes its time by design: most of a sign-in, between two uses."""
    response = client.post(SESSIONS, json=DEMO)
    found = stretches(response)
    longest_gap_ns = max(later[0] - earlier[1] for earlier, later in pairwise(found))
    assert longest_gap_ns > 10 * NS_PER_MS


def test_what_asks_no_database_says_nothing(client: httpx2.Client) -> None:
    for path in ("/healthz", "/metrics", "/nowhere"):
        assert "server-timing" not in client.get(path).headers


def test_a_wait_behind_others_is_in_it(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json={"customers": 2, "seconds": 60, "now": True})
    with ThreadPoolExecutor(1) as thread:
        request = thread.submit(client.get, PREFERENCES, headers=bearer)
        assert eventually(lambda: figure(client, "desktop_app_db_pool_waiting", store="customers") == 1)
        seen_ns = time.monotonic_ns()
        assert eventually(lambda: time.monotonic_ns() - seen_ns > 200 * NS_PER_MS)
        held_ns = time.monotonic_ns() - seen_ns
        client.delete(LOAD)
        response = request.result()
    assert response.status_code == 200
    assert waited_ns(response, "pool") >= held_ns
    assert sum(end_ns - start_ns for start_ns, end_ns in stretches(response)) >= waited_ns(response, "pool")


def test_what_the_customers_wait_for_who_come_with_a_sign_in_is_not_its_own(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("accompanied")
    with running_service(directory, allow_load=True) as service, service.client() as client:
        client.put(LOAD, json={"customers": 4, "seconds": 60})
        before_s = figure(client, "desktop_app_db_lock_wait_seconds_sum", store="customers")
        with locked_by_another_process(store_path(directory)):
            response = client.post(SESSIONS, json=DEMO)
        assert response.status_code == 201
        # They have tried before the answer left.
        assert figure(client, "desktop_app_db_lock_wait_seconds_sum", store="customers") - before_s >= 0.9
        total_ns = sum(end_ns - start_ns for start_ns, end_ns in stretches(response))
        assert waited_ns(response, "lock") + waited_ns(response, "pool") <= total_ns
        client.delete(LOAD)


def test_an_error_says_it_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("locked")
    with running_service(directory) as service, service.client() as client:
        with locked_by_another_process(credentials_path(directory)):
            response = client.post(SESSIONS, json=DEMO)
        assert response.status_code == 503
        # SQLite counts its own naps, which are a little longer than it thinks.
        assert waited_ns(response, "lock") >= 900 * NS_PER_MS
        (stretch,) = stretches(response)
        assert stretch[1] - stretch[0] >= waited_ns(response, "lock")


def test_a_refused_session_says_it_too(client: httpx2.Client) -> None:
    response = client.get(PREFERENCES, headers={"Authorization": "Bearer nobody-s"})
    assert response.status_code == 401
    assert len(stretches(response)) == 1


def test_only_the_programs_own_service_says_when(tmp_path: Path) -> None:
    """Whoever asks another one does not share its clock."""
    arguments = command("serve", "--port", 0, "--store", store_url(tmp_path), "--demo-account")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        response = httpx2.post(f"{url}{SESSIONS}", json=DEMO, trust_env=False, timeout=20)
        process.terminate()
    found = [metric for metric in metrics(response) if metric.name == "db"]
    assert len(found) >= 3
    assert {metric.start_ns for metric in found} == {None}


def test_what_happens_after_the_answer_has_begun_is_not_counted() -> None:
    with timing_request() as timing:
        with timing_stretch():
            count_wait(3_000_000, is_lock=False)
        told = timing.header(tells_start=False)
        with timing_stretch():
            count_wait(5_000_000, is_lock=True)
        assert timing.header(tells_start=False) == told
    assert told.startswith("pool;dur=3.000, lock;dur=0.000, db;dur=")


def test_what_is_not_part_of_a_request_is_not_counted() -> None:
    with timing_stretch():
        count_wait(1, is_lock=True)
    with timing_request() as timing:
        assert timing.header(tells_start=True) == ""


def test_it_is_bounded_and_short_enough_to_be_read_whole() -> None:
    timing = RequestTiming()
    for i in range(1000):
        timing.add_stretch(10**18 + i * 10**9, 10**18 + i * 10**9 + 90_000 * NS_PER_MS)
        timing.add_wait(90_000 * NS_PER_MS, is_lock=bool(i % 2))
    header = timing.header(tells_start=True)
    assert len(header) < LONGEST_HEADER
    assert len(parse_server_timing(header)) == MOST_STRETCHES + 2
