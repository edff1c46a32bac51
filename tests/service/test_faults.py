"""Faults on demand: what the client sees, when they happen, and what they leave alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec
import pytest

from desktop_app.preferences.model import Preferences, Problem, Session
from desktop_app.preferences.transport import LARGEST_BODY_BYTES
from tests.helpers.service_process import running_service
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.service_process import ServiceProcess

FAULTS = "/control/faults"
PREFERENCES = "/v1/me/preferences"


@pytest.fixture(autouse=True)
def _no_faults_afterwards(client: httpx2.Client) -> Iterator[None]:
    yield
    assert client.delete(FAULTS).status_code == 204


def put(client: httpx2.Client, *faults: dict[str, Any]) -> None:
    assert client.put(FAULTS, json={"faults": faults}).status_code == 200


def statuses(client: httpx2.Client, bearer: dict[str, str], count: int) -> list[int]:
    return [client.get(PREFERENCES, headers=bearer).status_code for _ in range(count)]


@pytest.mark.parametrize("status", [200, 299, 304, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 504, 599])
def test_a_status_is_answered_instead(client: httpx2.Client, bearer: dict[str, str], status: int) -> None:
    put(client, {"path": PREFERENCES, "status": status})
    response = client.get(PREFERENCES, headers=bearer)
    assert response.status_code == status
    if status != 304:
        assert msgspec.json.decode(response.content, type=Problem).status == status


def test_retry_after_is_sent_as_it_was_given(client: httpx2.Client, bearer: dict[str, str]) -> None:
    for value in ("3", "Wed, 21 Oct 2065 07:28:00 GMT", "soon"):
        put(client, {"path": PREFERENCES, "status": 503, "retry_after": value})
        assert client.get(PREFERENCES, headers=bearer).headers["retry-after"] == value


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_says_where_to(client: httpx2.Client, bearer: dict[str, str], status: int) -> None:
    put(client, {"path": PREFERENCES, "status": status, "location": "https://elsewhere.example.com/preferences"})
    response = client.get(PREFERENCES, headers=bearer)
    assert (response.status_code, response.next_request is None) == (status, False)
    assert response.headers["location"] == "https://elsewhere.example.com/preferences"


def test_the_first_requests_fail_and_the_next_do_not(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"method": "GET", "path": PREFERENCES, "first": 2, "status": 503})
    assert statuses(client, bearer, 4) == [503, 503, 200, 200]


def test_the_first_are_counted_anew_from_each_sign_in(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"method": "GET", "first": 1, "status": 503})
    assert statuses(client, bearer, 2) == [503, 200]
    assert client.post("/v1/sessions", json={**DEMO, "password": "wrong"}).status_code == 401
    assert statuses(client, bearer, 1) == [200]
    assert client.post("/v1/sessions", json=DEMO).status_code == 201
    assert statuses(client, bearer, 2) == [503, 200]


def test_the_first_are_counted_anew_from_each_order(client: httpx2.Client, bearer: dict[str, str]) -> None:
    for _ in range(2):
        put(client, {"first": 1, "status": 503})
        assert statuses(client, bearer, 2) == [503, 200]


def test_a_sign_in_that_fails_first_succeeds_then(client: httpx2.Client) -> None:
    put(client, {"method": "POST", "first": 2, "status": 500})
    assert [client.post("/v1/sessions", json=DEMO).status_code for _ in range(3)] == [500, 500, 201]


def test_without_a_number_every_request_fails(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"status": 502})
    assert statuses(client, bearer, 5) == [502] * 5
    assert client.post("/v1/sessions", json=DEMO).status_code == 502
    assert client.delete("/v1/sessions/current", headers=bearer).status_code == 502


def test_only_what_matches_fails(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"method": "POST", "status": 502}, {"path": "/v1/sessions/current", "status": 504})
    assert statuses(client, bearer, 1) == [200]
    assert client.post("/v1/sessions", json=DEMO).status_code == 502
    assert client.delete("/v1/sessions/current", headers=bearer).status_code == 504


def test_of_several_that_match_the_first_is_made_until_it_is_used_up(
    client: httpx2.Client, bearer: dict[str, str]
) -> None:
    put(client, {"first": 1, "status": 503}, {"first": 2, "status": 429}, {"status": 500})
    assert statuses(client, bearer, 5) == [503, 429, 429, 500, 500]


def test_an_order_replaces_all_and_is_read_back(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"status": 503})
    fault = {
        "method": "POST",
        "path": "/v1/sessions",
        "first": 1,
        "status": 307,
        "retry_after": "3",
        "body": "deep",
        "location": "/x",
    }
    put(client, fault)
    assert client.get(FAULTS).json() == {"faults": [fault]}
    assert statuses(client, bearer, 1) == [200]
    client.delete(FAULTS)
    assert client.get(FAULTS).json() == {"faults": []}


BODIES = ["malformed", "wrong-type", "not-utf8", "deep", "empty", "oversized"]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [None, 200])
def test_a_body_that_makes_no_sense_comes_with_a_success(
    client: httpx2.Client, bearer: dict[str, str], body: str, status: int | None
) -> None:
    put(client, {"path": PREFERENCES, "body": body, "status": status})
    response = client.get(PREFERENCES, headers=bearer)
    assert response.status_code == 200
    if body == "oversized":
        assert len(response.content) > LARGEST_BODY_BYTES
        assert json.loads(response.content) == {}
    else:
        with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, RecursionError)):
            msgspec.json.decode(response.content, type=Preferences)


@pytest.mark.parametrize("body", BODIES)
def test_a_sign_in_without_a_token_has_signed_in_all_the_same(client: httpx2.Client, body: str) -> None:
    put(client, {"path": "/v1/sessions", "body": body})
    response = client.post("/v1/sessions", json=DEMO)
    assert response.status_code == 201
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, RecursionError)):
        msgspec.json.decode(response.content, type=Session)


def test_an_oversized_body_that_nobody_reads_to_its_end_holds_nothing_up(
    client: httpx2.Client, service: ServiceProcess, bearer: dict[str, str]
) -> None:
    before = service.log()
    put(client, {"path": PREFERENCES, "body": "oversized"})
    for _ in range(3):
        with client.stream("GET", PREFERENCES, headers=bearer) as response:
            assert next(response.iter_raw())
    client.delete(FAULTS)
    assert statuses(client, bearer, 1) == [200]
    assert service.log() == before


def test_a_body_is_left_out_where_there_can_be_none(client: httpx2.Client, bearer: dict[str, str]) -> None:
    put(client, {"method": "DELETE", "body": "oversized"})
    token = client.post("/v1/sessions", json=DEMO).json()["token"]
    response = client.delete("/v1/sessions/current", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.content) == (204, b"")
    assert client.head(PREFERENCES, headers=bearer).status_code == 200


def test_the_request_body_is_read_before_a_fault_is_answered(client: httpx2.Client) -> None:
    put(client, {"path": "/v1/sessions", "status": 503})
    assert client.post("/v1/sessions", json={**DEMO, "padding": "x" * 500_000}).status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json", FAULTS])
def test_what_looks_after_the_service_never_fails(client: httpx2.Client, path: str) -> None:
    put(client, {"status": 500}, {"path": path, "status": 500})
    assert client.get(path).status_code == 200


def test_every_session_expires_on_demand(tmp_path: Path) -> None:
    with running_service(tmp_path, allow_faults=True) as service, service.client() as client:

        def signed_in() -> dict[str, str]:
            token = client.post("/v1/sessions", json=DEMO).json()["token"]
            return {"Authorization": f"Bearer {token}"}

        sessions = [signed_in(), signed_in()]
        assert [statuses(client, session, 1) for session in sessions] == [[200], [200]]
        assert client.post("/control/expire-sessions").status_code == 204
        assert [statuses(client, session, 1) for session in sessions] == [[401], [401]]
        assert statuses(client, signed_in(), 1) == [200]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"faults": [{"status": 100}]},
        {"faults": [{"status": 600}]},
        {"faults": [{"status": "503"}]},
        {"faults": [{"method": "PATCH"}]},
        {"faults": [{"first": 0}]},
        {"faults": [{"body": "large"}]},
        {"faults": [{"retry_after": "1\r\nSet-Cookie: a=b"}]},
        {"faults": [{"location": ""}]},
        {"faults": [{"latency": 5}]},
        {"faults": [{}] * 11},
        {"faults": [], "toxics": []},
    ],
)
def test_an_order_that_makes_no_sense_is_422_and_changes_nothing(client: httpx2.Client, order: object) -> None:
    put(client, {"status": 503})
    assert client.put(FAULTS, json=order).status_code == 422
    assert client.get(FAULTS).json()["faults"][0]["status"] == 503


@pytest.mark.parametrize(
    ("method", "path"), [("GET", FAULTS), ("PUT", FAULTS), ("DELETE", FAULTS), ("POST", "/control/expire-sessions")]
)
def test_nobody_can_ask_for_faults_unless_it_is_allowed(plain: httpx2.Client, method: str, path: str) -> None:
    assert plain.request(method, path, json={"faults": []}).status_code == 404


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a service that was started with nothing allowed."""
    with running_service(tmp_path_factory.mktemp("plain")) as service, service.client() as client:
        yield client
