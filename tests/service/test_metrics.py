"""The figures for Prometheus."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers.broken_databases import locked_by_another_process
from tests.helpers.polling import eventually
from tests.helpers.service_process import credentials_path, running_service
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

LOAD = "/control/customer-load"
PREFERENCES = "/v1/me/preferences"
WAIT = "desktop_app_db_pool_wait_seconds"
DURATION = "desktop_app_http_request_duration_seconds"


def figure(client: httpx2.Client, name: str, **labels: str) -> float:
    """Return a sample; 0 when there is none of that name with these labels."""
    text = client.get("/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    )


@pytest.fixture(autouse=True)
def _disarmed_afterwards(client: httpx2.Client) -> Iterator[None]:
    yield
    client.delete(LOAD)


def test_they_are_in_the_text_format(client: httpx2.Client) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    kinds = {family.name: family.type for family in text_string_to_metric_families(response.text)}
    assert kinds == {
        "desktop_app_db_pool_wait_seconds": "histogram",
        "desktop_app_db_pool_waiting": "gauge",
        "desktop_app_db_pool_checked_out": "gauge",
        "desktop_app_db_pool_size": "gauge",
        "desktop_app_db_lock_wait_seconds": "histogram",
        "desktop_app_http_requests": "counter",
        "desktop_app_http_request_duration_seconds": "histogram",
        "desktop_app_sign_ins": "counter",
    }


def test_the_pools_have_a_size(client: httpx2.Client) -> None:
    assert figure(client, "desktop_app_db_pool_size", store="customers") == 2
    assert figure(client, "desktop_app_db_pool_size", store="credentials") == 4


def test_a_connection_is_waited_for_in_both_stores(client: httpx2.Client, bearer: dict[str, str]) -> None:
    before = [figure(client, f"{WAIT}_count", store=store) for store in ("credentials", "customers")]
    client.get(PREFERENCES, headers=bearer)
    after = [figure(client, f"{WAIT}_count", store=store) for store in ("credentials", "customers")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]


def test_the_wait_of_a_preferences_request_behind_the_load_is_in_it(
    client: httpx2.Client, bearer: dict[str, str]
) -> None:
    def waiting() -> float:
        return figure(client, "desktop_app_db_pool_waiting", store="customers")

    def sums_s() -> list[float]:
        return [
            figure(client, f"{WAIT}_sum", store="customers"),
            figure(client, f"{DURATION}_sum", route=PREFERENCES, method="GET"),
        ]

    # Two customers take the two connections: nobody else queues, so the time is the request's alone.
    client.put(LOAD, json={"customers": 2, "seconds": 60, "now": True})
    before_s = sums_s()
    with ThreadPoolExecutor(1) as thread:
        request = thread.submit(client.get, PREFERENCES, headers=bearer)
        assert eventually(lambda: waiting() == 1)
        seen_s = time.perf_counter()
        assert eventually(lambda: time.perf_counter() - seen_s > 0.3)
        assert waiting() == 1
        held_s = time.perf_counter() - seen_s
        client.delete(LOAD)
        assert request.result().status_code == 200
    for after, before in zip(sums_s(), before_s, strict=True):
        assert after - before >= held_s


def test_who_waits_and_who_holds_can_be_seen_during_the_load(client: httpx2.Client) -> None:
    client.put(LOAD, json={"customers": 5, "seconds": 60, "now": True})
    assert figure(client, "desktop_app_db_pool_checked_out", store="customers") == 2
    assert figure(client, "desktop_app_db_pool_waiting", store="customers") == 3
    client.delete(LOAD)
    assert figure(client, "desktop_app_db_pool_checked_out", store="customers") == 0
    assert figure(client, "desktop_app_db_pool_waiting", store="customers") == 0


def test_a_client_that_went_away_waits_no_more(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.put(LOAD, json={"customers": 2, "seconds": 60, "now": True})
    with pytest.raises(httpx2.ReadTimeout):
        client.get(PREFERENCES, headers=bearer, timeout=0.3)
    assert eventually(lambda: figure(client, "desktop_app_db_pool_waiting", store="customers") == 0)


def test_a_wait_for_the_lock_is_in_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("locked")
    with running_service(directory) as service, service.client() as client:
        before_s = figure(client, "desktop_app_db_lock_wait_seconds_sum", store="credentials")
        with locked_by_another_process(credentials_path(directory)):
            assert client.post("/v1/sessions", json=DEMO).status_code == 503
        waited_s = figure(client, "desktop_app_db_lock_wait_seconds_sum", store="credentials") - before_s
        assert waited_s >= 0.9  # SQLite counts its own naps, which are a little longer than it thinks


def test_requests_are_counted_by_route_method_and_status(client: httpx2.Client, bearer: dict[str, str]) -> None:
    def count(route: str, method: str, status: str) -> float:
        name = "desktop_app_http_requests_total"
        return figure(client, name, route=route, method=method, status=status)

    answered = [(PREFERENCES, "GET", "200"), (PREFERENCES, "GET", "401"), ("other", "GET", "404")]
    answered += [("/healthz", "DELETE", "405"), ("/healthz", "other", "405"), ("/v1/sessions", "POST", "421")]
    before = [count(*labels) for labels in answered]
    client.get(PREFERENCES, headers=bearer)
    client.get(PREFERENCES)
    client.get("/nowhere/in/particular")
    client.delete("/healthz")
    client.request("BREW", "/healthz")
    client.post("/v1/sessions", json=DEMO, headers={"Host": "example.com"})
    assert [count(*labels) - then for labels, then in zip(answered, before, strict=True)] == [1] * 6


def test_sign_ins_are_counted_by_how_they_ended(client: httpx2.Client) -> None:
    def counts() -> list[float]:
        outcomes = ("succeeded", "refused", "throttled", "failed")
        return [figure(client, "desktop_app_sign_ins_total", outcome=outcome) for outcome in outcomes]

    before = counts()
    client.post("/v1/sessions", json=DEMO)
    wrong = {"email": "counted@example.com", "password": "wrong"}
    for _ in range(6):
        client.post("/v1/sessions", json=wrong)
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 5, 1, 0]


def test_no_email_and_no_token_is_in_them(client: httpx2.Client, bearer: dict[str, str]) -> None:
    client.get("/" + bearer["Authorization"].partition(" ")[2])
    client.get(f"/{DEMO['email']}")
    text = client.get("/metrics").text
    assert DEMO["email"] not in text
    assert bearer["Authorization"].partition(" ")[2] not in text
