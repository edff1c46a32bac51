from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from desktop_app.wire import SECRET_HEADER
from tests.helpers.service_process import ServiceProcess, running_service
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with running_service(tmp_path_factory.mktemp("guarded"), secret="s3cret-of-this-run") as running:
        yield running


@pytest.fixture(scope="module")
def stranger(guarded: ServiceProcess) -> Iterator[httpx2.Client]:
    """A client that does not know the secret."""
    with httpx2.Client(base_url=guarded.url, trust_env=False) as client:
        yield client


def test_the_secret_lets_in(guarded: ServiceProcess) -> None:
    with guarded.client() as client:
        assert client.post("/v1/sessions", json=DEMO).status_code == 201


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/me/preferences", "/metrics", "/openapi.json", "/unknown", "/control/faults"]
)
@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret-of-this-ru", "s3cret-of-this-runs", "\u00e9"])
def test_without_the_secret_everything_is_403(stranger: httpx2.Client, path: str, secret: str | None) -> None:
    headers = {} if secret is None else {SECRET_HEADER.encode(): secret.encode()}
    response = stranger.get(path, headers=headers)
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:80", "127.0.0.1:65535", "[::1]:1"])
def test_a_loopback_host_is_answered(client: httpx2.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["example.com", "127.0.0.1.example.com", "localhost.example.com:80", "10.0.0.1", "localhost:x", "", "::1"],
)
def test_any_other_host_is_421(client: httpx2.Client, host: str) -> None:
    response = client.get("/healthz", headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


def test_control_routes_do_not_exist_unless_allowed(guarded: ServiceProcess) -> None:
    with guarded.client() as client:
        assert client.put("/control/customer-load", json={}).status_code == 404
