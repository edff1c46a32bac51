"""Where the drivers connect to: by way of the endpoint's proxy, and of no other."""

from __future__ import annotations

import pytest

from desktop_app.errors import ServiceUnreachable
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.transport import Endpoint
from tests.helpers.exchanges import CREDENTIALS, SESSION
from tests.helpers.scripted_server import ScriptedServer, refused_address
from tests.preferences.conftest import Connect
from tests.preferences.test_driving import serve_everything

PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"]


@pytest.mark.parametrize("variable", PROXY_VARIABLES)
def test_a_proxy_of_the_environment_is_not_used(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with ScriptedServer(serve_everything) as proxy, ScriptedServer(serve_everything) as server:
        monkeypatch.setenv(variable, proxy.url)
        with connect(Endpoint(server.url)) as driver:
            driver.run(sign_in_and_load(CREDENTIALS))
        assert (proxy.connections, server.connections) == (0, 1)


def test_netrc_adds_no_credentials(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    assert "authorization" not in server.requests[0].headers


def test_the_connection_goes_by_way_of_the_proxy_of_the_endpoint(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as proxy, ScriptedServer(serve_everything) as server:
        with connect(Endpoint(server.url, via=proxy.address)) as driver:
            driver.run(sign_in_and_load(CREDENTIALS))
        assert (proxy.connections, server.connections) == (1, 0)


def test_the_host_header_stays_the_service_s(connect: Connect) -> None:
    with (
        ScriptedServer(serve_everything) as proxy,
        connect(Endpoint("http://shop.test:8123", via=proxy.address)) as driver,
    ):
        driver.run(load_preferences(SESSION))
    assert proxy.requests[0].headers["host"] == "shop.test:8123"


def test_the_path_is_not_made_absolute_for_the_proxy(connect: Connect) -> None:
    with (
        ScriptedServer(serve_everything) as proxy,
        connect(Endpoint("http://shop.test", via=proxy.address)) as driver,
    ):
        driver.run(load_preferences(SESSION))
    assert proxy.requests[0].path == "/v1/me/preferences"


def test_a_refusing_proxy_is_not_gone_round(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server:
        with (
            connect(Endpoint(server.url, via=refused_address())) as driver,
            pytest.raises(ServiceUnreachable),
        ):
            driver.run(load_preferences(SESSION))
        assert server.connections == 0


def test_a_name_is_resolved(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(f"http://localhost:{server.port}")) as driver:
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"
