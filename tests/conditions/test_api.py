"""The control interface of the proxy's real process: Toxiproxy's routes, statuses and JSON."""

from __future__ import annotations

import argparse
import json
import shlex
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from desktop_app import __version__
from desktop_app.conditions.api import LARGEST_BODY_BYTES
from desktop_app.conditions.arguments import EXAMPLE, arguments_from
from desktop_app.conditions.configuration import Address, address_from
from tests.conditions.processes import ProxyProcess
from tests.conditions.upstreams import HANG_S, connect, is_quiet, read_exactly, sees_the_close, upstream
from tests.readme import README

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

LATENCY = {
    "type": "latency",
    "name": "latency_downstream",
    "stream": "downstream",
    "toxicity": 1.0,
    "attributes": {"latency": 1000, "jitter": 0},
}
NEW_LATENCY = {"type": "latency", "attributes": {"latency": 1000}}
TOXICS = "/proxies/service/toxics"


@pytest.fixture
def client(shared_proxy: ProxyProcess) -> Iterator[httpx2.Client]:
    """A client of a process that does nothing yet, but for its one proxy."""
    with shared_proxy.client() as client:
        for name in client.get("/proxies").json():
            if name != "service":
                client.delete(f"/proxies/{name}")
        populate(client, name="service", upstream=None, toxics=[], seed=0)
        yield client


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


def test_the_version_is_the_programs(client: httpx2.Client) -> None:
    assert client.get("/version").json() == {"version": __version__}


def test_a_proxy_is_created_shown_listed_and_deleted(client: httpx2.Client) -> None:
    created = client.post("/proxies", json={"name": "shop", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})
    assert created.status_code == 201
    state = created.json()
    assert state == {
        "name": "shop",
        "listen": state["listen"],
        "upstream": "127.0.0.1:9",
        "enabled": True,
        "toxics": [],
        "seed": 0,
    }
    assert address_from(state["listen"]).port > 0
    assert client.get("/proxies/shop").json() == state
    assert client.get("/proxies").json()["shop"] == state
    assert client.delete("/proxies/shop").status_code == 204
    assert refusal(client.get("/proxies/shop")) == (404, "proxy not found")
    with pytest.raises(ConnectionRefusedError):
        connect(address_from(state["listen"]))


def test_a_created_proxy_forwards(client: httpx2.Client) -> None:
    with upstream(says(b"!")) as service:
        state = client.post("/proxies", json={"name": "shop", "upstream": str(service)}).json()
        assert answer_at(address_from(state["listen"])) == b"!"


def test_a_proxy_can_be_created_disabled(client: httpx2.Client) -> None:
    with upstream(says(b"!")) as service:
        state = client.post("/proxies", json={"name": "shop", "upstream": str(service), "enabled": False}).json()
        assert state["enabled"] is False
        with pytest.raises(ConnectionRefusedError):
            connect(address_from(state["listen"]))
        assert client.post("/proxies/shop", json={"enabled": True}).json() == {**state, "enabled": True}
        assert answer_at(address_from(state["listen"])) == b"!"


@pytest.mark.parametrize(
    ("order", "status", "reason"),
    [
        ({"upstream": "127.0.0.1:9"}, 400, "missing required field: name"),
        ({"name": "shop"}, 400, "missing required field: upstream"),
        ({"name": "shop", "upstream": ""}, 400, "missing required field: upstream"),
        ({"name": "shop", "upstream": None}, 400, "missing required field: upstream"),
        ({"name": "shop", "upstream": "nowhere"}, 400, "bad request body: 'nowhere' is no address"),
        ({"name": "shop", "upstream": "127.0.0.1:9", "listen": "x:0"}, 400, "bad request body: Nobody can listen"),
        ({"name": "service", "upstream": "127.0.0.1:9"}, 409, "proxy already exists"),
        ({"name": 5, "upstream": "127.0.0.1:9"}, 400, "bad request body: Expected `str`"),
        ([], 400, "bad request body: Expected `object`"),
    ],
)
def test_a_proxy_that_makes_no_sense_is_not_created(
    client: httpx2.Client, order: Any, status: int, reason: str
) -> None:
    code, error = refusal(client.post("/proxies", json=order))
    assert (code, error.startswith(reason)) == (status, True), error
    assert list(client.get("/proxies").json()) == ["service"]


def test_an_address_that_is_taken_is_a_500_as_with_toxiproxy(client: httpx2.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        created = client.post("/proxies", json={"name": "shop", "listen": listen, "upstream": "127.0.0.1:9"})
        assert refusal(created) == (500, "can't listen there: address already in use")
        moved = client.post("/proxies/service", json={"listen": listen})
        assert refusal(moved) == (500, "can't listen there: address already in use")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_upstream_drops_the_connections_to_the_last_one(
    client: httpx2.Client, shared_proxy: ProxyProcess, method: str
) -> None:
    with upstream(says(b"1")) as first, upstream(says(b"2")) as second:
        client.request(method, "/proxies/service", json={"upstream": str(first)})
        with connect(shared_proxy.address) as connection:
            connection.sendall(b"?")
            assert read_exactly(connection, 1) == b"1"
            changed = client.request(method, "/proxies/service", json={"upstream": str(second)})
            assert (changed.status_code, changed.json()["upstream"]) == (200, str(second))
            assert sees_the_close(connection)
        assert answer_at(shared_proxy.address) == b"2"


def test_a_proxy_moves_to_another_address(client: httpx2.Client) -> None:
    with upstream(says(b"!")) as service:
        state = client.post("/proxies", json={"name": "shop", "upstream": str(service)}).json()
        with connect(address_from(state["listen"])) as connection:
            moved = client.patch("/proxies/shop", json={"listen": "127.0.0.1:0"}).json()
            assert sees_the_close(connection)
        assert moved["listen"] != state["listen"]
        assert answer_at(address_from(moved["listen"])) == b"!"
        with pytest.raises(ConnectionRefusedError):
            connect(address_from(state["listen"]))


def test_what_an_update_does_not_name_stays(client: httpx2.Client) -> None:
    before = populate(client, name="service", upstream="127.0.0.1:9", toxics=[NEW_LATENCY], seed=7)
    assert client.post("/proxies/service", json={"name": "other", "upstream": None, "toxics": []}).json() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/proxies/none"),
        ("POST", "/proxies/none"),
        ("PATCH", "/proxies/none"),
        ("DELETE", "/proxies/none"),
        ("GET", "/proxies/none/toxics"),
        ("POST", "/proxies/none/toxics"),
        ("GET", "/proxies/none/toxics/x"),
        ("POST", "/proxies/none/toxics/x"),
        ("PATCH", "/proxies/none/toxics/x"),
        ("DELETE", "/proxies/none/toxics/x"),
    ],
)
def test_a_proxy_that_is_not_there_is_a_404(client: httpx2.Client, method: str, path: str) -> None:
    assert refusal(client.request(method, path, content=b"no JSON")) == (404, "proxy not found")


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


def test_reset_enables_every_proxy_and_takes_all_toxics_away(client: httpx2.Client) -> None:
    client.post("/proxies", json={"name": "shop", "upstream": "127.0.0.1:9", "enabled": False})
    client.post(TOXICS, json=NEW_LATENCY)
    assert client.post("/reset").status_code == 204
    states = client.get("/proxies").json()
    assert {name: (state["enabled"], state["toxics"]) for name, state in states.items()} == {
        "service": (True, []),
        "shop": (True, []),
    }


def test_populating_makes_proxies_and_leaves_those_alone_that_are_as_it_says(client: httpx2.Client) -> None:
    orders: list[dict[str, Any]]
    orders = [{"name": "a", "upstream": "127.0.0.1:9"}, {"name": "b", "upstream": "127.0.0.1:9", "enabled": False}]
    made = client.post("/populate", json=orders)
    assert made.status_code == 201
    assert [(state["name"], state["enabled"]) for state in made.json()["proxies"]] == [("a", True), ("b", False)]
    client.post("/proxies/a/toxics", json=NEW_LATENCY)
    again = client.post("/populate", json=[{**order, "toxics": None} for order in orders]).json()["proxies"]
    assert [(state["toxics"], state["enabled"]) for state in again] == [([LATENCY], True), ([], False)]


def test_populating_with_another_upstream_starts_anew(client: httpx2.Client) -> None:
    populate(client, name="a", upstream="127.0.0.1:9", toxics=[NEW_LATENCY])
    state = populate(client, name="a", upstream="127.0.0.1:10")
    assert (state["upstream"], state["toxics"]) == ("127.0.0.1:10", [])


def test_populating_with_toxics_or_a_seed_is_the_whole_configuration(client: httpx2.Client) -> None:
    first = populate(client, name="service", upstream="127.0.0.1:9", enabled=False, toxics=[NEW_LATENCY], seed=7)
    assert first == {
        "name": "service",
        "listen": first["listen"],
        "upstream": "127.0.0.1:9",
        "enabled": False,
        "toxics": [LATENCY],
        "seed": 7,
    }
    second = populate(client, name="service", upstream=None, seed=0)
    assert second == {**first, "upstream": "", "enabled": True, "toxics": [], "seed": 0}


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([{"name": "a", "upstream": "127.0.0.1:9"}, {"name": "b"}], "missing required field: upstream at proxy 2"),
        ([{"upstream": "127.0.0.1:9"}], "missing required field: name at proxy 1"),
        ([{"name": "a", "upstream": None}], "missing required field: upstream at proxy 1"),
        ([{"name": "a", "upstream": "127.0.0.1:9"}, {"name": "b", "upstream": "x"}], "bad request body: 'x' is no"),
        ([{"name": "a", "upstream": "127.0.0.1:9", "toxics": [{"type": "gremlin"}]}], "bad request body: Invalid"),
        ([{"name": "a", "upstream": None, "toxics": [NEW_LATENCY, NEW_LATENCY]}], "bad request body: two toxics are"),
        ([{"name": "a", "upstream": None, "toxics": [NEW_LATENCY] * 33}], "bad request body: Expected `array`"),
        ({"name": "a"}, "bad request body: Expected `array`"),
    ],
)
def test_populating_with_what_makes_no_sense_makes_nothing(client: httpx2.Client, orders: Any, reason: str) -> None:
    code, error = refusal(client.post("/populate", json=orders))
    assert (code, error.startswith(reason)) == (400, True), error
    assert list(client.get("/proxies").json()) == ["service"]


def test_populating_says_what_was_done_before_it_failed(client: httpx2.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        orders = [{"name": "a", "upstream": "h:1"}, {"name": "b", "upstream": "h:1", "listen": listen}]
        answer = client.post("/populate", json=orders)
    assert refusal(answer) == (500, "can't listen there: address already in use")
    assert [state["name"] for state in answer.json()["proxies"]] == ["a"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("path", ["/proxies", "/populate", TOXICS, "/proxies/service"])
def test_what_is_no_json_is_a_400(client: httpx2.Client, path: str, body: bytes) -> None:
    code, error = refusal(client.post(path, content=body))
    assert (code, error.startswith("bad request body: ")) == (400, True), error


def test_a_body_that_is_too_large_is_a_413(client: httpx2.Client) -> None:
    assert refusal(client.post("/populate", content=b" " * (LARGEST_BODY_BYTES + 1)))[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/nothing", 404, "not found"),
        ("GET", "/proxies/", 404, "not found"),
        ("PUT", "/proxies", 405, "method not allowed"),
        ("GET", "/reset", 405, "method not allowed"),
    ],
)
def test_other_routes_and_methods_are_refused(
    client: httpx2.Client, method: str, path: str, status: int, reason: str
) -> None:
    assert refusal(client.request(method, path)) == (status, reason)


@pytest.mark.parametrize("path", ["/version", "/proxies", "/nothing"])
def test_browsers_are_refused(client: httpx2.Client, path: str) -> None:
    answer = client.get(path, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})
    assert refusal(answer) == (403, "User agent not allowed")


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.example.com", "192.0.2.1:80", ""])
def test_requests_for_another_host_are_refused(client: httpx2.Client, host: str) -> None:
    assert refusal(client.get("/version", headers={"Host": host}))[0] == 421


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
