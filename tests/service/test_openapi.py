"""The OpenAPI document, and the service that has to be as it says: schemathesis looks for what is not."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.broken_databases import locked_by_another_process
from tests.helpers.service_process import credentials_path, running_service
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx2

    from tests.helpers.service_process import ServiceProcess

SECRET = "s3cret-of-this-run"
SIGN_OUT = "delete_v1_sessions_current"
CONTROL = "^/control/"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that wants a secret and allows nothing that the document does not have by default."""
    with running_service(tmp_path_factory.mktemp("guarded"), secret=SECRET) as running:
        yield running


def document(client: httpx2.Client) -> dict[str, Any]:
    response = client.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    read: dict[str, Any] = response.json()
    return read


def schemathesis_finds_nothing(service: ServiceProcess, directory: Path, *options: str) -> None:
    """Run it in a process of its own, with all its checks, the same examples each time."""
    with service.client() as client:
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    if service.secret:
        headers["Desktop-App-Secret"] = service.secret
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json"]
    command += ["--checks", "all", "--seed", "1", "--generation-database", "none", "--no-color", *options]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in service.log()


def test_what_everybody_may_ask_stands_up_to_it(guarded: ServiceProcess, tmp_path: Path) -> None:
    schemathesis_finds_nothing(guarded, tmp_path, "-n", "50", "--exclude-operation-id", SIGN_OUT)


def test_signing_out_stands_up_to_it(guarded: ServiceProcess, tmp_path: Path) -> None:
    schemathesis_finds_nothing(guarded, tmp_path, "-n", "10", "--include-operation-id", SIGN_OUT)


def test_what_has_to_be_allowed_stands_up_to_it(tmp_path: Path) -> None:
    with running_service(tmp_path, allow_load=True, allow_faults=True) as service:
        schemathesis_finds_nothing(service, tmp_path, "-n", "50", "--include-path-regex", CONTROL)


def test_every_path_is_in_it(guarded: ServiceProcess) -> None:
    with guarded.client() as client:
        assert document(client)["paths"].keys() == {
            "/healthz",
            "/metrics",
            "/openapi.json",
            "/v1/sessions",
            "/v1/sessions/current",
            "/v1/me/preferences",
        }


def test_what_has_to_be_allowed_is_in_it_when_it_is(client: httpx2.Client) -> None:
    control = {path: list(item) for path, item in document(client)["paths"].items() if path.startswith("/control")}
    assert control == {
        "/control/customer-load": ["get", "put", "delete"],
        "/control/faults": ["get", "put", "delete"],
        "/control/expire-sessions": ["post"],
    }


def test_it_says_what_has_to_be_shown(guarded: ServiceProcess, client: httpx2.Client) -> None:
    with guarded.client() as knowing:
        with_secret = document(knowing)
    assert with_secret["components"]["securitySchemes"] == {
        "session": {"type": "http", "scheme": "bearer"},
        "secret": {"type": "apiKey", "in": "header", "name": "Desktop-App-Secret"},
    }
    preferences = with_secret["paths"]["/v1/me/preferences"]["get"]
    assert preferences["security"] == [{"secret": [], "session": []}]
    without = document(client)
    assert without["components"]["securitySchemes"].keys() == {"session"}
    assert without["paths"]["/healthz"]["get"]["security"] == []


def test_the_answers_that_take_more_than_a_request_are_as_it_says(tmp_path: Path) -> None:
    import schemathesis

    with running_service(tmp_path) as service, service.client() as client:
        schema = schemathesis.openapi.from_dict(document(client))

        def answered(status: int, method: str, path: str, **options: Any) -> httpx2.Response:
            response = client.request(method, path, **options)
            assert response.status_code == status
            schema[path][method].validate_response(response)
            return response

        token = answered(201, "POST", "/v1/sessions", json=DEMO).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answered(200, "GET", "/v1/me/preferences", headers=headers)
        with locked_by_another_process(credentials_path(tmp_path)):
            answered(503, "POST", "/v1/sessions", json=DEMO)
            answered(503, "DELETE", "/v1/sessions/current", headers=headers)
        answered(204, "DELETE", "/v1/sessions/current", headers=headers)
        answered(401, "DELETE", "/v1/sessions/current", headers=headers)
        wrong = {**DEMO, "email": "throttled@example.com"}
        with ThreadPoolExecutor(5) as threads:
            list(threads.map(lambda _: client.post("/v1/sessions", json=wrong), range(5)))
        answered(429, "POST", "/v1/sessions", json=wrong)
        answered(413, "POST", "/v1/sessions", json={**DEMO, "padding": "x" * 20_000})
        answered(421, "GET", "/healthz", headers={"Host": "example.com"})
