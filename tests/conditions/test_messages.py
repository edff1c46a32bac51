from __future__ import annotations

import pytest

from desktop_app.conditions.messages import (
    MAX_LINE_BYTES,
    Configuration,
    Configured,
    Ready,
    Rejected,
    decode_configuration,
    decode_event,
    encode_line,
)
from desktop_app.conditions.toxics import Latency, Timeout
from desktop_app.errors import InvalidReply, UsageError


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"latency 800\n", "JSON is malformed"),
        (b"\n", "truncated"),
        (b"[]\n", "Expected `object`"),
        (b'{"toxics": [{"type": "gremlin"}]}\n', "'gremlin' - at `$.toxics[0].type`"),
        (b'{"toxics": [{"type": "latency", "attributes": {"latency": -1}}]}\n', "`$.toxics[0].attributes.latency`"),
        (b'{"toxics": [{"type": "latency", "attributes": {"delay": 1}}]}\n', "unknown field `delay`"),
        (b'{"toxics": [{"type": "latency"}, {"type": "latency"}]}\n', "need a name each"),
        (b'{"upstream": {"host": "127.0.0.1", "port": 0}}\n', "`$.upstream.port`"),
        (b'{"upstream": {"host": "\xff", "port": 1}}\n', "utf-8"),
        (b" " * MAX_LINE_BYTES * 3 + b"{}\n", "longer than"),
        (b'{"upstream":' * 5000 + b"\n", "unknown field"),
        (b'{"toxics": ' + b"[" * 50_000, "`$.toxics[0]`"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error_that_says_why(line: bytes, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode_configuration(line)
    assert reason in str(caught.value)


def test_an_empty_configuration_waits_and_has_no_toxics() -> None:
    assert decode_configuration(b"{}") == Configuration(upstream=None, toxics=(), seed=0)


def test_a_toxic_without_a_name_is_named_by_type_and_stream() -> None:
    assert Timeout(stream="upstream").name == "timeout_upstream"


def test_the_toxics_of_a_direction_keep_their_order() -> None:
    toxics = (Latency(name="a"), Timeout(stream="upstream"), Latency(name="b"))
    assert Configuration(toxics=toxics).toxics_of("downstream") == (toxics[0], toxics[2])


@pytest.mark.parametrize("event", [Ready(host="127.0.0.1", port=1, pid=2), Configured(), Rejected(reason="no")])
def test_an_event_survives_the_wire(event: Ready | Configured | Rejected) -> None:
    assert decode_event(encode_line(event)) == event


@pytest.mark.parametrize("line", [b"", b"Traceback", b'{"event": "exploded"}', b"\xff"])
def test_what_is_no_event_is_an_invalid_reply(line: bytes) -> None:
    with pytest.raises(InvalidReply):
        decode_event(line)
