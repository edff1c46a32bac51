from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.service_process import ServiceProcess, running_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

DEMO = {"email": "demo@example.com", "password": "responsive-by-default"}


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with running_service(tmp_path_factory.mktemp("service"), allow_load=True, allow_faults=True) as running:
        yield running


@pytest.fixture(scope="package")
def client(service: ServiceProcess) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


@pytest.fixture(scope="package")
def bearer(client: httpx2.Client) -> dict[str, Any]:
    """The Authorization header of a session of the demo account's."""
    token = client.post("/v1/sessions", json=DEMO).json()["token"]
    return {"Authorization": f"Bearer {token}"}
