"""Where a program is sent to meet a fault, and the many ways in which a service of the test's own misbehaves."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import pytest

from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.signin.state import Mode
from tests.helpers.exchanges import CREDENTIALS, PASSWORD, PREFERENCES_JSON, SESSION_JSON
from tests.helpers.scripted_server import Connection, ReceivedRequest, ScriptedServer
from tests.helpers.service_process import ServiceProcess

if TYPE_CHECKING:
    from desktop_app.app import Program

HEALTHY: Final = PRESETS["healthy"]
JSON: Final = {"Content_Type": "application/json"}
SESSIONS: Final = "/v1/sessions"
Stage = Literal["signing in", "loading"]
Answer = Callable[[Connection, ReceivedRequest], None]
"""Answers one request; an OSError ends the connection."""


Belongings = Callable[[], Iterable[str]]
"""Tells what in this process is the test's own, and not the program's (see `leftovers`)."""


class Person(Protocol):
    """Whoever uses the program, as far as what comes before the fault needs it."""

    async def sign_in(self) -> object:
        """Sign in, and see what becomes of it."""

    async def sign_out(self) -> None:
        """Sign out, and see the form."""

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the program go on until something is so."""


@dataclass(frozen=True)
class Surroundings:
    """What a fault is made from."""

    service: ServiceProcess
    """The real one, which all faults share."""
    directory: Path
    """Of this run alone; looked through for secrets afterwards."""
    patch: pytest.MonkeyPatch
    """Undone after this run."""
    mode: Mode


@dataclass
class Site:
    """Where the fault is, and what the program is started with to meet it."""

    server: str = ""
    """The service's URL; empty: the program's own."""
    conditions: Conditions = HEALTHY
    store_url: str = ""
    email: str = CREDENTIALS.email
    password: str = PASSWORD
    before: Callable[[Person], Awaitable[None]] | None = None
    """What the person does first, before what is measured."""
    after: Callable[[Person], Awaitable[None]] | None = None
    """What the person waits for in the end, once what is measured is over."""
    belongings: Belongings = tuple
    claim: Callable[[], object] | None = None
    """What has to be true in the end beside what every fault has to come to; an assertion."""
    trouble: str = "none"
    """What fails in a program that runs in a process of its own (see `child`)."""
    process_id: int = field(default=0, init=False)
    """Of such a program, once it runs."""
    program: Program | None = field(default=None, init=False)
    """Once it runs; for what a server does to it."""

    @property
    def running(self) -> Program:
        """The program that is being served."""
        assert self.program is not None
        return self.program


Script = Callable[[Connection], None]
"""Serves one connection."""

Make = Callable[[Surroundings], AbstractContextManager[Site]]
"""Makes a fault, for as long as the context lasts."""


def belongings_of(server: ScriptedServer) -> Belongings:
    """Give what a scripted server holds in this process."""

    def tell() -> Iterable[str]:
        yield from ("scripted-server", "scripted-connection")
        yield from leading_to(server._listener, *server._sockets)

    return tell


def leading_to(*sockets: socket.socket) -> Iterable[str]:
    """Name these sockets as the system does."""
    for each in sockets:
        if each.fileno() >= 0:
            yield f"socket:[{os.fstat(each.fileno()).st_ino}]"


@contextmanager
def scripted(script: Script) -> Iterator[tuple[ScriptedServer, Site]]:
    """Run a scripted server, and give it and the site to meet it at."""
    with ScriptedServer(script) as server:
        yield server, Site(server.url, belongings=belongings_of(server))


def answering(answer: Answer, stage: Stage = "signing in") -> Script:
    """Script a server that is healthy up to a stage, and there gives this answer to each request."""

    def script(connection: Connection) -> None:
        while True:
            request = connection.receive()
            (healthy if stage == "loading" and request.path != "/v1/me/preferences" else answer)(connection, request)

    return script


def healthy(connection: Connection, request: ReceivedRequest) -> None:
    """Answer as the real service does."""
    if request.method == "DELETE":
        connection.reply(204)
    elif request.path == SESSIONS:
        connection.reply(201, SESSION_JSON, **JSON)
    else:
        connection.reply(200, PREFERENCES_JSON, **JSON)


def replying(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    """Answer in proper HTTP."""
    return lambda connection, _request: connection.reply(status, body, **(JSON | headers))


def sending(data: bytes) -> Answer:
    """Answer with these bytes and close."""

    def answer(connection: Connection, _request: ReceivedRequest) -> None:
        connection.send(data)
        raise ConnectionAbortedError

    return answer


def sending_then_silent(data: bytes = b"") -> Answer:
    """Answer with these bytes and no more, and stay."""

    def answer(connection: Connection, _request: ReceivedRequest) -> None:
        connection.send(data)
        connection.stay_silent()

    return answer


def resetting(data: bytes = b"") -> Answer:
    """Answer with these bytes and reset the connection."""

    def answer(connection: Connection, _request: ReceivedRequest) -> None:
        connection.send(data)
        reset(connection.socket)

    return answer


def reset(connected: socket.socket) -> None:
    """Close so that the other side sees a reset."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connected.close()
    raise ConnectionResetError
