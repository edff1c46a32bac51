"""Toxics over the control interface of the proxy's real process, as Toxiproxy has them."""

from __future__ import annotations

import argparse
import json
import shlex
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from desktop_app.conditions.arguments import EXAMPLE, arguments_from
from tests.conditions.apis import LATENCY, NEW_LATENCY, TOXICS, answer_at, populate, refusal, says
from tests.conditions.processes import ProxyProcess
from tests.conditions.upstreams import HANG_S, connect, is_quiet, read_exactly, sees_the_close, upstream
from tests.readme import README

if TYPE_CHECKING:
    import httpx2


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_toxic_that_is_not_there_is_a_404(client: httpx2.Client, method: str) -> None:
    assert refusal(client.request(method, f"{TOXICS}/none", content=b"no JSON")) == (404, "toxic not found")


def test_a_toxic_is_created_shown_listed_changed_and_deleted(client: httpx2.Client) -> None:
    created = client.post(TOXICS, json=NEW_LATENCY)
    assert (created.status_code, created.json()) == (200, LATENCY)
    assert client.get(TOXICS).json() == [LATENCY]
    assert client.get(f"{TOXICS}/latency_downstream").json() == LATENCY
    assert client.get("/proxies/service").json()["toxics"] == [LATENCY]
    changes = {"attributes": {"jitter": 5}, "toxicity": 0.5}
    changed = client.post(f"{TOXICS}/latency_downstream", json=changes)
    expected = {**LATENCY, "toxicity": 0.5, "attributes": {"latency": 1000, "jitter": 5}}
    assert (changed.status_code, changed.json()) == (200, expected)
    assert client.get(TOXICS).json() == [expected]
    deleted = client.delete(f"{TOXICS}/latency_downstream")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(TOXICS).json() == []


def test_toxics_keep_the_order_in_which_they_came(client: httpx2.Client) -> None:
    for name in ("c", "a", "b"):
        client.post(TOXICS, json={**NEW_LATENCY, "name": name})
    client.patch(f"{TOXICS}/a", json={"toxicity": 0.5})
    assert [toxic["name"] for toxic in client.get(TOXICS).json()] == ["c", "a", "b"]


def test_a_second_toxic_of_the_name_is_a_409(client: httpx2.Client) -> None:
    client.post(TOXICS, json=NEW_LATENCY)
    assert refusal(client.post(TOXICS, json=NEW_LATENCY)) == (409, "toxic already exists")


def test_too_many_toxics_are_refused(client: httpx2.Client) -> None:
    populate(client, name="service", upstream=None, toxics=[{**NEW_LATENCY, "name": str(n)} for n in range(32)])
    assert refusal(client.post(TOXICS, json=NEW_LATENCY)) == (400, "a proxy can have 32 toxics at most")


@pytest.mark.parametrize(
    ("toxic", "reason"),
    [
        ({"type": "gremlin"}, "invalid toxic type"),
        ({"type": "latency", "stream": "x"}, "stream was invalid, can be either upstream or downstream"),
        ({"type": "latency", "attributes": {"latency": "1"}}, "bad request body: Expected `int`, got `str`"),
    ],
)
def test_a_toxic_that_makes_no_sense_is_a_400_and_changes_nothing(
    client: httpx2.Client, toxic: dict[str, Any], reason: str
) -> None:
    code, error = refusal(client.post(TOXICS, json=toxic))
    assert (code, error.startswith(reason)) == (400, True), error
    assert client.get(TOXICS).json() == []


def test_toxics_are_in_force_for_open_connections_when_the_answer_is_there(
    client: httpx2.Client, shared_proxy: ProxyProcess
) -> None:
    with upstream(says(b"!")) as service:
        client.post("/proxies/service", json={"upstream": str(service)})
        with connect(shared_proxy.address) as connection:
            connection.sendall(b"?")
            assert read_exactly(connection, 1) == b"!"
            client.post(TOXICS, json={"type": "timeout"})
            connection.sendall(b"?")
            assert is_quiet(connection)
            client.delete(f"{TOXICS}/timeout_downstream")
            assert read_exactly(connection, 1) == b"!"
            client.post(TOXICS, json={"type": "limit_data", "attributes": {"bytes": 100}})
            client.patch(f"{TOXICS}/limit_data_downstream", json={"attributes": {"bytes": 1}})
            connection.sendall(b"?")
            assert read_exactly(connection, 1) == b"!"
            assert sees_the_close(connection)


def test_down_is_a_toxic_too(client: httpx2.Client, shared_proxy: ProxyProcess) -> None:
    with upstream(says(b"!")) as service:
        client.post("/proxies/service", json={"upstream": str(service)})
        client.post(TOXICS, json={"type": "down"})
        with pytest.raises(ConnectionRefusedError):
            connect(shared_proxy.address)
        client.delete(f"{TOXICS}/down_downstream")
        assert answer_at(shared_proxy.address) == b"!"


def test_many_changes_at_once_are_all_made(shared_proxy: ProxyProcess, client: httpx2.Client) -> None:
    body = json.dumps(NEW_LATENCY)[:-1].encode()
    connections = [socket.create_connection(shared_proxy.control, timeout=HANG_S) for _ in range(20)]
    secret = client.headers["desktop-app-secret"].encode()
    for number, connection in enumerate(connections):
        content = body + b', "name": "%d"}' % number
        connection.sendall(
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nDesktop-App-Secret: %s\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (TOXICS.encode(), secret, len(content), content)
        )
    for connection in connections:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.close()
    assert {toxic["name"] for toxic in client.get(TOXICS).json()} == {str(number) for number in range(20)}


def curl(client: httpx2.Client, control: str, line: str) -> httpx2.Response:
    """Do what curl does with these arguments."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("-d")
    parser.add_argument("-X")
    parser.add_argument("url")
    program, *given = shlex.split(line)
    arguments = parser.parse_args(given)
    assert (program, arguments.url.startswith(f"http://{control}/")) == ("curl", True)
    return client.request(
        arguments.X or ("POST" if arguments.d else "GET"),
        arguments.url.removeprefix(f"http://{control}"),
        content=arguments.d,
        headers={"User-Agent": "curl/8.5.0", "Content-Type": "application/x-www-form-urlencoded"},
    )


def test_the_example_of_the_readme_does_what_it_says() -> None:
    lines = [line.strip() for line in EXAMPLE.splitlines() if line.startswith("  ")]
    assert "\n".join(lines) in README.read_text(encoding="utf-8")
    start, add, remove = lines
    documented = arguments_from(shlex.split(start)[3:])
    with upstream(says(b"!")) as service:
        process = ProxyProcess("--upstream", str(service), first_line=b"")
        try:
            with process.client(None) as client:
                assert curl(client, str(documented.control), add).json()["attributes"] == {
                    "latency": 800,
                    "jitter": 0,
                }
                started_ns = time.monotonic_ns()
                assert answer_at(process.address) == b"!"
                assert time.monotonic_ns() - started_ns >= 800_000_000
                assert curl(client, str(documented.control), remove).status_code == 204
                assert client.get(TOXICS).json() == []
        finally:
            process.dispose()
