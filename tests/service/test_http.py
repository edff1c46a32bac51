from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from desktop_app.preferences.model import Preferences, Problem, Session
from desktop_app.service.accounts import DEMO_PREFERENCES
from tests.helpers.polling import eventually
from tests.helpers.service_process import running_service, store_path
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx2


def assert_problem(response: httpx2.Response, status: int) -> Problem:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(response.content, type=Problem)
    assert problem.status == status
    return problem


def test_health_is_ok(client: httpx2.Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_signing_in_creates_a_session(client: httpx2.Client) -> None:
    response = client.post("/v1/sessions", json=DEMO)
    assert response.status_code == 201
    session = msgspec.json.decode(response.content, type=Session)
    lifetime = session.expires_at - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < lifetime <= timedelta(hours=12)


def test_email_is_found_in_any_case_and_with_spaces_around(client: httpx2.Client) -> None:
    assert client.post("/v1/sessions", json={**DEMO, "email": "  Demo@Example.COM "}).status_code == 201


def test_unknown_fields_of_a_request_are_ignored(client: httpx2.Client) -> None:
    assert client.post("/v1/sessions", json={**DEMO, "remember": True}).status_code == 201


def test_preferences_are_those_of_the_customer(client: httpx2.Client, bearer: dict[str, str]) -> None:
    response = client.get("/v1/me/preferences", headers=bearer)
    assert response.status_code == 200
    assert msgspec.json.decode(response.content, type=Preferences) == DEMO_PREFERENCES


def test_a_session_that_was_ended_is_no_longer_valid(client: httpx2.Client) -> None:
    token = client.post("/v1/sessions", json=DEMO).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.delete("/v1/sessions/current", headers=headers).status_code == 204
    assert_problem(client.get("/v1/me/preferences", headers=headers), 401)
    assert_problem(client.delete("/v1/sessions/current", headers=headers), 401)


def test_an_expired_session_is_refused(tmp_path: Path) -> None:
    with running_service(tmp_path, session_lifetime_s=0) as service, service.client() as client:
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
        assert_problem(client.get("/v1/me/preferences", headers={"Authorization": f"Bearer {token}"}), 401)


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer nonsense", "Basic abc", "Bearer " + "x" * 5000]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/me/preferences"), ("DELETE", "/v1/sessions/current")])
def test_no_valid_token_is_401(client: httpx2.Client, method: str, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.request(method, path, headers=headers)
    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/sessions/", "/docs", "/control/faults/", "/v1/me/preferences/x"])
def test_unknown_path_is_404(client: httpx2.Client, path: str) -> None:
    assert_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/sessions"), ("POST", "/v1/me/preferences"), ("OPTIONS", "/v1/sessions")]
)
def test_wrong_method_is_405(client: httpx2.Client, method: str, path: str) -> None:
    assert_problem(client.request(method, path), 405)


def test_a_405_names_every_method_that_there_is(client: httpx2.Client) -> None:
    response = client.patch("/control/customer-load")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "DELETE"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_declared_as_json_is_415(client: httpx2.Client, content_type: str) -> None:
    assert_problem(client.post("/v1/sessions", content=b"{}", headers={"Content-Type": content_type}), 415)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"email": "\xff", "password": ""}', b'{"email": "\\ud800"}']
)
def test_a_body_that_is_not_json_is_400(client: httpx2.Client, body: bytes) -> None:
    assert_problem(post_json(client, body), 400)


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b'{"email": 5, "password": "x"}', b'{"email": "a@b.c"}'])
def test_a_body_of_the_wrong_schema_is_422(client: httpx2.Client, body: bytes) -> None:
    assert_problem(post_json(client, body), 422)


def test_a_body_nested_too_deeply_is_400(client: httpx2.Client) -> None:
    assert_problem(post_json(client, b'{"nested": ' + b"[" * 7000 + b"]" * 7000 + b"}"), 400)


def test_a_whole_number_may_be_written_with_a_point(client: httpx2.Client) -> None:
    order = b'{"faults": [{"first": 2.0, "status": 503}]}'
    assert client.put("/control/faults", content=order, headers=JSON).json()["faults"][0]["first"] == 2
    assert client.delete("/control/faults").status_code == 204
    assert_problem(client.put("/control/faults", content=order.replace(b"2.0", b"2.5"), headers=JSON), 422)


def test_errors_do_not_repeat_the_input(client: httpx2.Client) -> None:
    assert "canary" not in post_json(client, b'{"email": "canary", "password": ["canary"]}').text


def test_a_body_over_16_kib_is_413(client: httpx2.Client) -> None:
    assert_problem(client.post("/v1/sessions", json={**DEMO, "padding": "x" * 16 * 1024}), 413)


def test_a_chunked_body_over_16_kib_is_413(client: httpx2.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield from [b" " * 1024] * 100

    assert_problem(client.post("/v1/sessions", content=chunks(), headers=JSON), 413)


def test_a_body_of_exactly_16_kib_is_read(client: httpx2.Client) -> None:
    assert_problem(post_json(client, b" " * 16 * 1024), 400)


def test_nothing_is_cached(client: httpx2.Client, bearer: dict[str, str]) -> None:
    responses = [
        client.post("/v1/sessions", json=DEMO),
        client.get("/v1/me/preferences", headers=bearer),
        client.get("/v1/me/preferences"),
        client.get("/v1/unknown"),
    ]
    assert {response.headers["cache-control"] for response in responses} == {"no-store"}


def test_a_damaged_preferences_row_is_500_and_logged(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as client:
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
        with closing(sqlite3.connect(store_path(tmp_path))) as connection, connection:
            connection.execute("""UPDATE preferences SET document = '{"theme": 5}'""")
        response = client.get("/v1/me/preferences", headers={"Authorization": f"Bearer {token}"})
        assert_problem(response, 500)
        # It is written once the answer has gone out.
        assert eventually(lambda: "Traceback" in service.log())
        assert token not in service.log()


JSON: dict[str, Any] = {"Content-Type": "application/json; charset=utf-8"}


def post_json(client: httpx2.Client, body: bytes) -> httpx2.Response:
    return client.post("/v1/sessions", content=body, headers=JSON)
