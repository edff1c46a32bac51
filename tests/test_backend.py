"""The program's own processes, for real: how they start, start again, and end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from desktop_app import backend as backend_module
from desktop_app.backend import Backend, ChildProcess
from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.errors import DesktopAppError, ProfileError, ServiceNotStarted
from desktop_app.preferences.transport import Endpoint
from desktop_app.wire import SECRET_HEADER
from tests.helpers.children import proxy_pid, service_pid
from tests.helpers.program import HANG_S, REPOSITORY, environment
from tests.helpers.scripted_server import ScriptedServer
from tests.preferences.test_driving import serve_everything

SLOW = PRESETS["slow"]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what happens outside this process."""
    end_s = time.monotonic() + HANG_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Tell whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(backend: Backend) -> list[int]:
    return [child._process.pid for child in backend._children]


def healthz(endpoint: Endpoint) -> int:
    url = "http://{}:{}".format(*endpoint.via) if endpoint.via else endpoint.url
    return httpx2.get(f"{url}/healthz", headers=endpoint.headers, trust_env=False, timeout=HANG_S).status_code


Start = Callable[..., Backend]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a backend on a store of its own; at the end it is closed, and its processes have gone."""
    # They end by themselves, however busy the machine is: nothing is to be killed.
    monkeypatch.setattr(backend_module, "CHILD_EXIT_LIMIT_S", HANG_S)
    started: list[Backend] = []

    def start(conditions: Conditions = PRESETS["healthy"], server: str = "") -> Backend:
        backend = Backend(conditions, store_url=f"sqlite:///{tmp_path}/store/customers.sqlite3", server=server)
        started.append(backend)
        backend.start()
        return backend

    yield start
    for backend in started:
        children = pids(backend)
        backend.close()
        assert not [pid for pid in children if is_running(pid)]


def test_a_service_is_started_and_answers(start: Start) -> None:
    endpoint = start().endpoint().result(HANG_S)
    assert endpoint.url.startswith("http://127.0.0.1:")
    assert healthz(endpoint) == 200


def test_it_answers_nobody_else(start: Start) -> None:
    endpoint = start().endpoint().result(HANG_S)
    assert endpoint.secret
    assert healthz(Endpoint(endpoint.url, via=endpoint.via)) == 403


def test_every_run_has_a_secret_of_its_own() -> None:
    first, second = (Backend(PRESETS["healthy"])._secret for _ in range(2))
    assert len(first) == len(second) == 64
    assert first != second


def test_the_secret_is_in_no_list_of_processes(start: Start) -> None:
    backend = start()
    secret = backend.endpoint().result(HANG_S).secret
    for pid in pids(backend):
        assert secret.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert secret.encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def test_the_conditions_are_made_by_a_proxy_before_it(start: Start) -> None:
    backend = start(SLOW)
    endpoint = backend.endpoint().result(HANG_S)
    assert endpoint.via is not None
    assert len(pids(backend)) == 2
    start_ns = time.monotonic_ns()
    response = httpx2.get(
        "http://{}:{}/healthz".format(*endpoint.via),
        headers={SECRET_HEADER: endpoint.secret, "host": endpoint.url.removeprefix("http://")},
        trust_env=False,
        timeout=HANG_S,
    )
    assert response.status_code == 200
    assert time.monotonic_ns() - start_ns >= 800_000_000


def test_a_service_that_is_given_is_not_started_and_told_no_secret(start: Start) -> None:
    backend = start(server="https://shop.example.com")
    endpoint = backend.endpoint().result(HANG_S)
    assert (endpoint.url, endpoint.secret, endpoint.via) == ("https://shop.example.com", "", None)
    assert pids(backend) == []


def test_a_service_that_is_given_has_no_proxy_before_it_until_one_is_needed(start: Start) -> None:
    with ScriptedServer(serve_everything) as server:
        backend = start(server=server.url)
        backend.apply(PRESETS["healthy"]).result(HANG_S)
        assert pids(backend) == []
        backend.apply(SLOW).result(HANG_S)
        endpoint = backend.endpoint().result(HANG_S)
        assert endpoint.via is not None
        assert (endpoint.url, endpoint.secret, len(pids(backend))) == (server.url, "", 1)


def test_a_service_that_is_given_can_have_a_proxy_before_it(start: Start) -> None:
    with ScriptedServer(serve_everything) as server:
        backend = start(SLOW, server=server.url)
        endpoint = backend.endpoint().result(HANG_S)
        assert (endpoint.url, endpoint.secret, len(pids(backend))) == (server.url, "", 1)


def test_a_service_that_died_is_started_once_more(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    backend = start()
    first = backend.endpoint().result(HANG_S)
    os.kill(service_pid(backend), signal.SIGKILL)
    wait_until(lambda: len(pids(backend)) == 3)
    second = backend.endpoint().result(HANG_S)
    assert second.url != first.url
    assert second.secret == first.secret
    assert healthz(second) == 200

    os.kill(service_pid(backend), signal.SIGKILL)
    wait_until(lambda: backend.endpoint().done() and backend.endpoint().exception() is not None)
    with pytest.raises(ServiceNotStarted, match="after a restart"):
        backend.endpoint().result(HANG_S)
    assert [record.getMessage() for record in caplog.records] == ["The service ended unexpectedly: restarting it"]
    caplog.clear()


def test_a_proxy_that_died_is_started_once_more_in_its_place(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    backend = start(SLOW)
    endpoint = backend.endpoint().result(HANG_S)
    os.kill(proxy_pid(backend), signal.SIGKILL)
    wait_until(lambda: answers(endpoint))
    assert backend.endpoint().result(HANG_S) is endpoint
    assert takes_ms(endpoint) >= 800

    os.kill(proxy_pid(backend), signal.SIGKILL)
    wait_until(lambda: backend.endpoint().done() and backend.endpoint().exception() is not None)
    with pytest.raises(ServiceNotStarted, match="proxy"):
        backend.endpoint().result(HANG_S)
    assert [record.getMessage() for record in caplog.records] == ["The proxy ended unexpectedly: restarting it"]
    caplog.clear()


def answers(endpoint: Endpoint) -> bool:
    try:
        return healthz(endpoint) == 200
    except httpx2.HTTPError:
        return False


def takes_ms(endpoint: Endpoint) -> float:
    start_ns = time.monotonic_ns()
    assert healthz(endpoint) == 200
    return (time.monotonic_ns() - start_ns) / 1e6


def test_other_conditions_are_in_force_when_it_says_so(start: Start) -> None:
    backend = start(SLOW)
    endpoint = backend.endpoint().result(HANG_S)
    backend.apply(PRESETS["offline"]).result(HANG_S)
    assert not answers(endpoint)
    backend.apply(SLOW).result(HANG_S)
    assert takes_ms(endpoint) >= 800


def test_conditions_that_are_asked_for_before_it_is_ready_come_into_force(start: Start) -> None:
    backend = start()
    backend.apply(SLOW).result(HANG_S)
    assert takes_ms(backend.endpoint().result(HANG_S)) >= 800


def test_a_restarted_proxy_has_the_conditions_that_were_in_force(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    backend = start()
    endpoint = backend.endpoint().result(HANG_S)
    backend.apply(SLOW).result(HANG_S)
    os.kill(proxy_pid(backend), signal.SIGKILL)
    wait_until(lambda: answers(endpoint))
    assert takes_ms(endpoint) >= 800
    caplog.clear()


def test_the_database_is_kept_busy_at_once_and_not_any_more(start: Start) -> None:
    backend = start()
    endpoint = backend.endpoint().result(HANG_S)
    for name, is_running_now in (("database-busy", True), ("healthy", False)):
        backend.apply(PRESETS[name]).result(HANG_S)
        load = httpx2.get(f"{endpoint.url}/control/customer-load", headers=endpoint.headers, trust_env=False).json()
        assert load["running"] is is_running_now


def test_a_first_change_that_fails_leaves_the_service_reachable(start: Start) -> None:
    backend = start(server="http://127.0.0.1:9")
    endpoint = backend.endpoint().result(HANG_S)
    senseless = Conditions("senseless", "It makes no sense.", toxics=({"type": "no such toxic"},))
    with pytest.raises(DesktopAppError):
        backend.apply(senseless).result(HANG_S)
    assert backend.endpoint().result(HANG_S) is endpoint
    backend.apply(SLOW).result(HANG_S)
    assert backend.endpoint().result(HANG_S).via is not None


def test_conditions_that_cannot_be_put_into_force_say_why(start: Start, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(DesktopAppError):
        start().apply(SLOW).result(HANG_S)


def test_conditions_of_what_was_never_started_say_why() -> None:
    backend = Backend(PRESETS["healthy"])
    backend.fail(ProfileError(path="/nowhere", reason="it is not writable"))
    with pytest.raises(DesktopAppError):
        backend.apply(SLOW).result(HANG_S)
    backend.close()


def test_a_restarted_service_is_reached_by_way_of_the_same_proxy(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    backend = start(SLOW)
    first = backend.endpoint().result(HANG_S)
    proxy = proxy_pid(backend)
    os.kill(service_pid(backend), signal.SIGKILL)
    wait_until(lambda: len(pids(backend)) == 3)
    second = backend.endpoint().result(HANG_S)
    assert second.via == first.via
    assert proxy in pids(backend)
    assert is_running(proxy)
    caplog.clear()


def test_a_store_that_cannot_be_used_is_the_reason(start: Start, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(ServiceNotStarted, match=r"customers\.sqlite3 can't be used"):
        start().endpoint().result(HANG_S)


def test_what_could_not_be_started_is_told_to_whoever_asks() -> None:
    backend = Backend(PRESETS["healthy"])
    backend.fail(ProfileError(path="/nowhere", reason="it is not writable"))
    with pytest.raises(ServiceNotStarted, match="/nowhere"):
        backend.endpoint().result(HANG_S)
    backend.close()


def test_closing_ends_every_process(start: Start) -> None:
    backend = start(SLOW)
    backend.endpoint().result(HANG_S)
    children = pids(backend)
    assert len([pid for pid in children if is_running(pid)]) == 2
    backend.close()
    assert not [pid for pid in children if is_running(pid)]


def test_closing_twice_does_no_harm(start: Start) -> None:
    backend = start()
    backend.endpoint().result(HANG_S)
    backend.close()
    backend.close()


def test_closing_while_it_starts_ends_what_was_started(start: Start) -> None:
    backend = start(SLOW)
    wait_until(lambda: bool(pids(backend)))
    children = pids(backend)
    backend.close()
    assert not [pid for pid in children if is_running(pid)]
    assert pids(backend) == []


def test_nothing_is_started_after_closing() -> None:
    backend = Backend(PRESETS["healthy"], store_url="sqlite:////nowhere/customers.sqlite3")
    backend.close()
    backend._work()
    assert pids(backend) == []


def test_a_process_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "deaf.py").write_text("import time\nprint('{}', flush=True)\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(backend_module, "CHILD_EXIT_LIMIT_S", 0.1)
    child = ChildProcess("deaf")
    assert child.receive() == {}
    child.close()
    assert child._process.returncode == -signal.SIGKILL
    assert "does not end" in caplog.text
    caplog.clear()


def test_a_process_that_ended_takes_no_message_and_says_none() -> None:
    child = ChildProcess("desktop_app", "--version")
    assert child._process.stdout is not None
    child._process.stdout.read()
    child.wait()
    child.send({"secret": "x" * 100_000})
    assert child.receive() is None
    child.close()


PARENT = """
import sys, time
from desktop_app.backend import Backend
from desktop_app.conditions.presets import PRESETS

backend = Backend(PRESETS["slow"], store_url=sys.argv[1])
backend.start()
if sys.argv[2] == "ready":
    backend.endpoint().result()
while len(backend._children) < 2:
    time.sleep(0.001)
print(*[child._process.pid for child in backend._children], flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("when", ["ready", "starting"])
def test_the_processes_end_when_the_program_is_killed(tmp_path: Path, when: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, f"sqlite:///{tmp_path}/store/customers.sqlite3", when],
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(children) == 2
    wait_until(lambda: not [pid for pid in children if is_running(pid)])
