"""The control interface of the proxy's real process, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conditions.upstreams import connect, read_exactly

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import httpx2

    from desktop_app.conditions.configuration import Address

LATENCY = {
    "type": "latency",
    "name": "latency_downstream",
    "stream": "downstream",
    "toxicity": 1.0,
    "attributes": {"latency": 1000, "jitter": 0},
}
NEW_LATENCY = {"type": "latency", "attributes": {"latency": 1000}}
TOXICS = "/proxies/service/toxics"


def populate(client: httpx2.Client, **entry: Any) -> dict[str, Any]:
    answer = client.post("/populate", json=[entry])
    assert answer.status_code == 201
    (state,) = answer.json()["proxies"]
    assert isinstance(state, dict)
    return state


def says(name: bytes) -> Callable[[socket.socket], None]:
    """A service that answers each message with its name."""

    def answer(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(name)

    return answer


def answer_at(address: Address, size_bytes: int = 1) -> bytes:
    with connect(address) as connection:
        connection.sendall(b"?")
        return read_exactly(connection, size_bytes)


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """Take an error apart; it is of Toxiproxy's shape."""
    body = answer.json()
    assert body.keys() >= {"error", "status"}
    assert body["status"] == answer.status_code
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, body["error"]
