"""Faults of processes: the service and the proxy are killed, the program is closed or gets a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NoReturn

from PySide6.QtCore import QMetaObject, Qt

from desktop_app.preferences import exchange
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from tests.helpers.polling import eventually
from tests.helpers.scripted_server import Connection, ReceivedRequest
from tests.reliability.network import through_toxics
from tests.reliability.sites import Make, Person, Site, Surroundings, answering, healthy, scripted
from tests.x11.processes import Identity, children_of, is_alive, listening_port

SERVICE: Final = "-m desktop_app serve"
PROXY: Final = "-m desktop_app.conditions"
REPOSITORY: Final = Path(__file__).parents[2]
WITHOUT_EFFECT: Final = {"type": "latency", "attributes": {"latency": 0}}
_ESTABLISHED: Final = "01"
Trouble = Literal["slot", "task", "thread"]
TROUBLES: Final[tuple[Trouble, ...]] = ("slot", "task", "thread")
Moment = Literal["during the reply", "after the reply"]


def child(words: str) -> Identity:
    """Give the child process that runs this."""
    (found,) = children(words)
    return found


def children(words: str) -> list[Identity]:
    """Give the child processes that run this."""
    found = children_of(os.getpid())
    return [identity for identity, command in found.items() if words in command and is_alive(identity)]


def own_service(surroundings: Surroundings) -> Site:
    """Give a site at which the program starts its own service."""
    store = surroundings.directory / "customers.sqlite3"
    return Site(store_url=f"sqlite:///{store}", email=DEMO_EMAIL, password=DEMO_PASSWORD)


@contextmanager
def service_killed_before(surroundings: Surroundings) -> Iterator[Site]:
    """Kill the service before anybody signs in; the program has noticed."""
    site = own_service(surroundings)

    async def kill(person: Person) -> None:
        backend = site.running.backend
        endpoint = backend.endpoint()
        child(SERVICE).kill()
        await person.wait_until(lambda: backend.endpoint() is not endpoint)

    site.before = kill
    yield site


@contextmanager
def service_killed_at_a_request(surroundings: Surroundings) -> Iterator[Site]:
    """Kill the service when it has been sent the credentials, and has not answered."""
    site = own_service(surroundings)
    killers: list[threading.Thread] = []
    endpoint: object = None

    async def stop(_person: Person) -> None:
        nonlocal endpoint
        endpoint = site.running.backend.endpoint()
        service = child(SERVICE)
        port = listening_port(service)
        assert port
        os.kill(service.number, signal.SIGSTOP)

        def kill() -> None:
            assert eventually(lambda: _is_sent_something(port))
            service.kill()

        killers.append(threading.Thread(target=kill, name="killer"))
        killers[0].start()

    async def see_it_restarted(person: Person) -> None:
        await person.wait_until(lambda: site.running.backend.endpoint() is not endpoint)

    site.before, site.after = stop, see_it_restarted
    site.belongings = lambda: ("killer",)
    yield site
    for killer in killers:
        killer.join()


def _is_sent_something(port: int) -> bool:
    """Tell whether a socket at this port has received what nobody has read yet."""
    for row in Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, _, state, queues, *_ = row.split()
        is_received = state == _ESTABLISHED and int(queues.rpartition(":")[2], 16) > 0
        if is_received and int(local.rpartition(":")[2], 16) == port:
            return True
    return False


def mortal_service(moment: Moment) -> Make:
    """Make the fault that a service kills itself at this moment."""

    @contextmanager
    def make(_surroundings: Surroundings) -> Iterator[Site]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.mortal", moment],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            try:
                yield Site(process.stdout.readline().strip())
            finally:
                process.kill()

    return make


@contextmanager
def proxy_killed_before(surroundings: Surroundings) -> Iterator[Site]:
    """Kill the proxy before anybody signs in; the program has started another one."""

    async def kill(person: Person) -> None:
        killed = child(PROXY)
        killed.kill()
        await another_proxy(person, killed)

    with through_toxics(WITHOUT_EFFECT)(surroundings) as site:
        site.before = kill
        yield site


@contextmanager
def proxy_killed(surroundings: Surroundings) -> Iterator[Site]:
    """Kill the proxy when the request has gone through it; in the end the program has started another one."""
    killed: list[Identity] = []

    def kill(_connection: Connection, _request: ReceivedRequest) -> None:
        killed.append(child(PROXY))
        killed[0].kill()
        raise ConnectionAbortedError

    with through_toxics(WITHOUT_EFFECT, script=answering(kill))(surroundings) as site:
        site.after = lambda person: another_proxy(person, killed[0])
        yield site


async def another_proxy(person: Person, killed: Identity) -> None:
    """Wait until the program has started another proxy, which listens."""
    await person.wait_until(lambda: any(each != killed and listening_port(each) for each in children(PROXY)))


def in_the_midst(strike: Callable[[Site], object]) -> Make:
    """Make the fault that this is done to the program while it waits for an answer, which never comes."""

    @contextmanager
    def make(_surroundings: Surroundings) -> Iterator[Site]:
        def answer(connection: Connection, _request: ReceivedRequest) -> None:
            strike(site)
            connection.stay_silent()

        with scripted(answering(answer)) as (_, site):
            yield site

    return make


def close(site: Site) -> None:
    """Close the window, as a person would."""
    QMetaObject.invokeMethod(site.running.window, "close", Qt.ConnectionType.QueuedConnection)


def signalled(number: signal.Signals) -> Make:
    """Make the fault that the program, in a process of its own, gets a signal."""
    return in_the_midst(lambda site: os.kill(site.process_id, number))


def troubled(trouble: Trouble) -> Make:
    """Make the fault that there is an exception in the program, where nobody expects any."""

    @contextmanager
    def make(_surroundings: Surroundings) -> Iterator[Site]:
        with scripted(answering(healthy)) as (_, site):
            site.trouble = trouble
            yield site

    return make


@contextmanager
def program_at_fault(surroundings: Surroundings) -> Iterator[Site]:
    """Have a bug in the program itself, in the midst of the load."""

    def decode(*_arguments: object) -> NoReturn:
        raise RuntimeError("trouble that nobody expected")

    surroundings.patch.setattr(exchange, "_decode", decode)
    with scripted(answering(healthy)) as (_, site):
        yield site
