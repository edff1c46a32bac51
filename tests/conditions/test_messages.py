"""The JSON of the control interface, and the addresses in it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from desktop_app.conditions.arguments import arguments_from
from desktop_app.conditions.configuration import (
    Address,
    Configuration,
    address_from,
    listening_address_from,
    upstream_from,
)
from desktop_app.conditions.messages import RefusedError, changed_toxic, new_toxic
from desktop_app.conditions.toxics import (
    Bandwidth,
    Down,
    Latency,
    LatencyAttributes,
    LimitData,
    ResetPeer,
    Slicer,
    SlowClose,
    Timeout,
    Toxic,
)
from desktop_app.errors import UsageError

TYPES = [
    (Latency, "latency", {"latency": 0, "jitter": 0}),
    (Bandwidth, "bandwidth", {"rate": 0}),
    (SlowClose, "slow_close", {"delay": 0}),
    (Timeout, "timeout", {"timeout": 0}),
    (ResetPeer, "reset_peer", {"timeout": 0}),
    (Slicer, "slicer", {"average_size": 0, "size_variation": 0, "delay": 0}),
    (LimitData, "limit_data", {"bytes": 0}),
    (Down, "down", {}),
]


def toxic(**fields: Any) -> Toxic:
    return new_toxic(json.dumps(fields).encode())


@pytest.mark.parametrize(("kind", "name", "attributes"), TYPES)
def test_a_toxic_has_toxiproxys_name_attributes_and_defaults(
    kind: type[Toxic], name: str, attributes: dict[str, int]
) -> None:
    made = toxic(type=name)
    assert isinstance(made, kind)
    assert msgspec.to_builtins(made) == {
        "type": name,
        "name": f"{name}_downstream",
        "stream": "downstream",
        "toxicity": 1.0,
        "attributes": attributes,
    }


@pytest.mark.parametrize(("kind", "name", "attributes"), TYPES)
def test_a_toxic_is_what_it_was_told_to_be(kind: type[Toxic], name: str, attributes: dict[str, int]) -> None:
    fields = {
        "name": "mine",
        "type": name,
        "stream": "upstream",
        "toxicity": 0.5,
        "attributes": {attribute: number for number, attribute in enumerate(attributes, 5)},
    }
    made = toxic(**fields)
    assert isinstance(made, kind)
    assert msgspec.to_builtins(made) == fields


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "invalid toxic type"),
        ({"type": "gremlin"}, "invalid toxic type"),
        ({"type": ["latency"]}, "invalid toxic type"),
        ({"type": "latency", "stream": "sidestream"}, "stream was invalid, can be either upstream or downstream"),
        ({"type": "latency", "toxicity": 1.5}, "bad request body: Expected `float` <= 1.0 - at `$.toxicity`"),
        ({"type": "latency", "attributes": {"latency": -1}}, "at `$.attributes.latency`"),
        ({"type": "latency", "attributes": {"latency": 10**9}}, "at `$.attributes.latency`"),
        ({"type": "latency", "attributes": {"delay": 1}}, "unknown field `delay`"),
        ({"type": "bandwidth", "attributes": {"rate": 1.5}}, "at `$.attributes.rate`"),
        ({"type": "down", "attributes": {"timeout": 1}}, "unknown field `timeout`"),
        ({"type": "latency", "attributes": []}, "at `$.attributes`"),
    ],
)
def test_what_is_no_toxic_is_refused_with_a_reason(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        toxic(**fields)
    assert caught.value.status == 400
    assert reason in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"latency", b"\xff", b'{"a":' * 100_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError, match="bad request body"):
        new_toxic(body)


def test_null_is_as_good_as_left_out() -> None:
    assert toxic(type="latency", name=None, stream=None, toxicity=None, attributes=None) == Latency()


def test_a_change_leaves_the_attributes_that_it_does_not_name() -> None:
    was = toxic(type="latency", attributes={"latency": 800, "jitter": 50})
    changed = changed_toxic(was, b'{"attributes": {"jitter": 70}, "toxicity": 0.25}')
    assert changed == Latency(toxicity=0.25, attributes=LatencyAttributes(latency_ms=800, jitter_ms=70))


def test_a_change_of_name_type_or_stream_is_ignored() -> None:
    was = toxic(type="latency")
    assert changed_toxic(was, b'{"name": "x", "type": "timeout", "stream": "upstream", "attributes": null}') == was


@pytest.mark.parametrize("body", [b"", b'{"attributes": {"latency": -1}}', b'{"toxicity": 2}', b'{"attributes": 5}'])
def test_a_change_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError, match="bad request body") as caught:
        changed_toxic(toxic(type="latency"), body)
    assert caught.value.status == 400


def test_the_toxics_of_a_direction_keep_their_order() -> None:
    toxics = (Latency(name="a"), Timeout(stream="upstream"), Down(), Latency(name="b"))
    assert Configuration(toxics=toxics).toxics_of("downstream") == (toxics[0], toxics[3])


@pytest.mark.parametrize(
    ("configuration", "is_down"),
    [
        (Configuration(), False),
        (Configuration(enabled=False), True),
        (Configuration(toxics=(Down(),)), True),
        (Configuration(toxics=(Down(toxicity=0.9),)), False),
    ],
)
def test_it_is_down_when_nobody_is_to_listen(configuration: Configuration, is_down: bool) -> None:
    assert configuration.is_down is is_down


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80)),
        ("shop.example.com:443", Address("shop.example.com", 443)),
        ("[::1]:8000", Address("::1", 8000)),
    ],
)
def test_an_address_is_read_and_written(text: str, address: Address) -> None:
    assert (address_from(text), str(address)) == (address, text)


@pytest.mark.parametrize(
    "text", ["", ":", ":80", "host", "host:", "host:x", "host:-1", "host:65536", "::1:80", "a b:80", "hö:80", "h:١"]
)
def test_what_is_no_address_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        address_from(text)


def test_localhost_is_listened_at_by_its_address() -> None:
    assert listening_address_from("localhost:0") == Address("127.0.0.1", 0)


@pytest.mark.parametrize("text", ["example.com:80", "127.0.0.256:80"])
def test_nobody_listens_at_a_name(text: str) -> None:
    with pytest.raises(UsageError, match="an IP address, or localhost"):
        listening_address_from(text)


def test_nobody_is_reached_at_port_0() -> None:
    with pytest.raises(UsageError, match="from 1 to 65535"):
        upstream_from("127.0.0.1:0")


@pytest.mark.parametrize(
    ("text", "host"), [("localhost:0", "127.0.0.1"), ("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1")]
)
def test_control_is_at_the_hosts_that_it_answers_to(text: str, host: str) -> None:
    assert arguments_from(["--control", text]).control.host == host
