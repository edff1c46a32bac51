"""What the program tells the proxy's real process; the errors of the request itself are in test_service_control."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.control import configure_proxy
from desktop_app.conditions.presets import PRESETS, Conditions, custom_conditions
from desktop_app.errors import ServiceFault, ServiceUnreachable, UsageError
from tests.conditions.processes import SECRET
from tests.conditions.upstreams import HANG_S, connect, is_quiet, read_exactly, refusing, sees_the_close

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop_app.conditions.configuration import Address
    from tests.conditions.processes import ProxyProcess

ALL = pytest.mark.parametrize("conditions", PRESETS.values(), ids=PRESETS.keys())


def tell(
    proxy: ProxyProcess,
    upstream: Address | None,
    toxics: Sequence[Mapping[str, object]] = (),
    seed: int = 0,
    secret: str = SECRET,
) -> None:
    address = None if upstream is None else (upstream.host, upstream.port)
    configure_proxy(proxy.control, secret, upstream=address, toxics=toxics, seed=seed, timeout_s=HANG_S)


def test_it_forwards_where_it_is_told_to(proxy: ProxyProcess, echo_service: Address) -> None:
    with connect(proxy.address) as client:
        client.sendall(b"early")
        assert is_quiet(client)
        tell(proxy, echo_service)
        assert read_exactly(client, 5) == b"early"


def test_an_upstream_with_an_ipv6_address_is_understood(proxy: ProxyProcess) -> None:
    configure_proxy(proxy.control, SECRET, upstream=("::1", 80), toxics=(), timeout_s=HANG_S)
    with proxy.client() as client:
        assert client.get("/proxies/service").json()["upstream"] == "[::1]:80"


def test_toxics_are_in_force_for_open_connections_when_it_returns(proxy: ProxyProcess, echo_service: Address) -> None:
    tell(proxy, echo_service)
    with connect(proxy.address) as client:
        client.sendall(b"ping")
        assert read_exactly(client, 4) == b"ping"
        tell(proxy, echo_service, PRESETS["silent"].toxics)
        client.sendall(b"ping")
        assert is_quiet(client)
        tell(proxy, echo_service)
        assert read_exactly(client, 4) == b"ping"


def test_what_was_said_before_is_forgotten(proxy: ProxyProcess, echo_service: Address) -> None:
    tell(proxy, echo_service, PRESETS["offline"].toxics, seed=5)
    tell(proxy, None)
    with proxy.client() as client:
        state = client.get("/proxies/service").json()
    assert (state["upstream"], state["toxics"], state["seed"]) == ("", [], 0)


def test_taking_the_upstream_away_closes_what_is_open(proxy: ProxyProcess, echo_service: Address) -> None:
    tell(proxy, echo_service)
    with connect(proxy.address) as client:
        client.sendall(b"ping")
        assert read_exactly(client, 4) == b"ping"
        tell(proxy, None)
        assert sees_the_close(client)


@ALL
def test_every_preset_is_taken_with_its_seed(proxy: ProxyProcess, conditions: Conditions) -> None:
    tell(proxy, None, conditions.toxics, conditions.seed)
    with proxy.client() as client:
        state = client.get("/proxies/service").json()
    assert [toxic["type"] for toxic in state["toxics"]] == [toxic["type"] for toxic in conditions.toxics]
    assert state["seed"] == conditions.seed


def test_custom_conditions_are_taken(proxy: ProxyProcess) -> None:
    tell(proxy, None, custom_conditions(250, 5).toxics)
    with proxy.client() as client:
        latency, bandwidth = client.get("/proxies/service/toxics").json()
    assert (latency["attributes"], bandwidth["attributes"]) == ({"latency": 250, "jitter": 0}, {"rate": 5})


def test_toxics_may_be_mappings_of_any_kind(proxy: ProxyProcess) -> None:
    toxic = {"type": "latency", "attributes": MappingProxyType({"latency": 5})}
    tell(proxy, None, [MappingProxyType(toxic)])
    with proxy.client() as client:
        assert client.get("/proxies/service/toxics").json()[0]["attributes"]["latency"] == 5


def test_a_toxic_that_makes_no_sense_is_a_fault(proxy: ProxyProcess) -> None:
    with pytest.raises(ServiceFault, match="400"):
        tell(proxy, None, [{"type": "gremlin"}])


def test_another_secret_is_a_fault_that_does_not_tell_it(proxy: ProxyProcess) -> None:
    with pytest.raises(ServiceFault, match="403") as caught:
        tell(proxy, None, secret="s3cr3t")
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.detail}"


def test_a_process_that_is_not_there_is_unreachable() -> None:
    with refusing() as address, pytest.raises(ServiceUnreachable):
        configure_proxy((address.host, address.port), SECRET, upstream=None, toxics=(), timeout_s=HANG_S)


def test_another_machine_is_not_told() -> None:
    with pytest.raises(UsageError, match="this machine"):
        configure_proxy(("192.0.2.1", 80), SECRET, upstream=None, toxics=(), timeout_s=HANG_S)
