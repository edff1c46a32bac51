"""Faults on the way to the service: names, connections, TLS, proxies."""

from __future__ import annotations

import datetime
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Final, Literal

import trustme

from desktop_app.conditions.presets import Conditions
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from tests.helpers.exchanges import PREFERENCES_JSON, SESSION_JSON
from tests.helpers.scripted_server import Connection, ReceivedRequest, ScriptedServer, refused_address
from tests.reliability import lookups, replies
from tests.reliability.sites import (
    HEALTHY,
    JSON,
    Answer,
    Belongings,
    Make,
    Person,
    Script,
    Site,
    Stage,
    Surroundings,
    answering,
    belongings_of,
    healthy,
    leading_to,
    reset,
    scripted,
)

PROXY_VARIABLES: Final = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
LOOKUPS: Final = ("executor", "resolve")
"""The names of the threads that look names up, of which a hanging one cannot be ended."""
DRIP_S: Final = 0.05
DAY_S: Final = 24 * 3600.0
Certificate = Literal["sound", "expired", "self-signed", "of another host"]


@contextmanager
def refusing(_surroundings: Surroundings) -> Iterator[Site]:
    """Have nobody listen."""
    yield Site("http://{}:{}".format(*refused_address()))


def looked_up(becomes: Literal["unknown", "hanging"]) -> Make:
    """Make the fault that this becomes of looking up the service's name; a lookup that hangs does so to the end."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        start_up = surroundings.directory / "start-up"
        start_up.mkdir()
        shutil.copy(lookups.__file__, start_up / "sitecustomize.py")
        surroundings.patch.setenv("PYTHONPATH", str(start_up))
        surroundings.patch.setenv(lookups.VARIABLE, becomes)
        surroundings.patch.setattr(socket, "getaddrinfo", lookups.getaddrinfo)
        lookups.released.clear()
        try:
            yield Site(f"http://{lookups.HOST}", belongings=lambda: LOOKUPS)
        finally:
            lookups.released.set()

    return make


@contextmanager
def swallowing_connections(_surroundings: Surroundings) -> Iterator[Site]:
    """Listen with a queue that is full: the system drops what asks for another connection (SYN)."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [stack.enter_context(closing(socket.socket())) for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        url = "http://{}:{}".format(*listener.getsockname())
        yield Site(url, belongings=lambda: leading_to(listener, *waiting))


def answered(answer: Answer, stage: Stage = "signing in") -> Make:
    """Make the fault that a service at this stage gives this answer."""

    @contextmanager
    def make(_surroundings: Surroundings) -> Iterator[Site]:
        with scripted(answering(answer, stage)) as (_, site):
            yield site

    return make


def through_toxics(*toxics: dict[str, Any], script: Script | None = None) -> Make:
    """Make the fault that the proxy does this; before the real service, or before one that a script plays."""
    conditions = Conditions("as in the fault matrix", "What the fault matrix asks for.", toxics=toxics)

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        if script is None:
            yield of_the_real_service(surroundings, conditions)
            return
        with scripted(script) as (_, site):
            site.conditions = conditions
            yield site

    return make


def of_the_real_service(surroundings: Surroundings, conditions: Conditions = HEALTHY) -> Site:
    """Give the site of the real service that all faults share."""
    return Site(surroundings.service.url, conditions, email=DEMO_EMAIL, password=DEMO_PASSWORD)


@contextmanager
def stale_connection(_surroundings: Surroundings) -> Iterator[Site]:
    """Close the connection, without a word, that the program keeps from a sign-in before."""
    idle: list[socket.socket] = []

    def script(connection: Connection) -> None:
        while True:
            request = connection.receive()
            healthy(connection, request)
            if request.method == "DELETE":
                idle.append(connection.socket)
                return

    async def sign_in_and_out(person: Person) -> None:
        await person.sign_in()
        await person.sign_out()
        await person.wait_until(lambda: bool(idle))

    with scripted(script) as (_, site):
        site.before = sign_in_and_out
        yield site


@contextmanager
def closing_between_requests(_surroundings: Surroundings) -> Iterator[Site]:
    """Reset each connection when it is used a second time, and never say that it would not be kept."""

    def script(connection: Connection) -> None:
        healthy(connection, connection.receive())
        connection.receive()
        reset(connection.socket)

    with scripted(script) as (_, site):
        yield site


def closing_after_each(connection: Connection, request: ReceivedRequest) -> None:
    """Answer, and say that the connection closes, and close it."""
    status, body = (201, SESSION_JSON) if request.method == "POST" else (200, PREFERENCES_JSON)
    connection.reply(status, body, Connection="close")
    raise ConnectionAbortedError


def failing_first(failures: int, answer: Answer) -> Make:
    """Make the fault that a service gives the first requests for preferences this answer, and is healthy then."""

    @contextmanager
    def make(_surroundings: Surroundings) -> Iterator[Site]:
        asked: list[ReceivedRequest] = []

        def count(connection: Connection, request: ReceivedRequest) -> None:
            asked.append(request)
            (answer if len(asked) <= failures else healthy)(connection, request)

        def claim() -> None:
            assert len(asked) == failures + 1

        with scripted(answering(count, "loading")) as (_, site):
            site.claim = claim
            yield site

    return make


@contextmanager
def redirected(_surroundings: Surroundings) -> Iterator[Site]:
    """Send whoever signs in to another host, which must not learn the password."""
    with ScriptedServer(answering(healthy)) as other:

        def redirect(connection: Connection, _request: ReceivedRequest) -> None:
            connection.reply(307, Location=f"{other.url}/v1/sessions")

        with scripted(answering(redirect)) as (_, site):
            yield _unused(site, other)


@contextmanager
def proxy_in_the_environment(surroundings: Surroundings) -> Iterator[Site]:
    """Have the environment name a proxy, which must not learn the password."""
    with ScriptedServer(answering(healthy)) as proxy, scripted(answering(healthy)) as (_, site):
        for name in PROXY_VARIABLES:
            surroundings.patch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            surroundings.patch.delenv(name, raising=False)
        yield _unused(site, proxy)


def _unused(site: Site, server: ScriptedServer) -> Site:
    """Claim that nobody has connected to a server."""

    def claim() -> None:
        assert server.connections == 0

    site.belongings = _both(site.belongings, belongings_of(server))
    site.claim = claim
    return site


def _both(first: Belongings, second: Belongings) -> Belongings:
    return lambda: (*first(), *second())


def certified(kind: Certificate) -> Make:
    """Make the fault that the service shows a certificate of this kind, in real TLS."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        trusted = trustme.CA()
        now = datetime.datetime.now(datetime.UTC)
        certificate = trusted.issue_cert(
            "127.0.0.2" if kind == "of another host" else "127.0.0.1",
            not_before=now - datetime.timedelta(days=10),
            not_after=now + datetime.timedelta(days=-1 if kind == "expired" else 1),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        if kind == "self-signed":
            own = trustme.CA()
            with own.cert_pem.tempfile() as signed, own.private_key_pem.tempfile() as key:
                context.load_cert_chain(signed, key)
        authorities = surroundings.directory / "authorities.pem"
        trusted.cert_pem.write_to_path(str(authorities))
        surroundings.patch.setenv("SSL_CERT_FILE", str(authorities))

        def script(connection: Connection) -> None:
            with context.wrap_socket(connection.socket, server_side=True) as encrypted:
                answering(healthy)(Connection(encrypted, connection.ending, connection.requests))

        with scripted(script) as (server, site):
            site.server = f"https://127.0.0.1:{server.port}"
            yield site

    return make


def clock_set_back(answer: Answer) -> Make:
    """Make the fault that the wall clock is set back by a day while the request is on its way."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        time_s, time_ns = time.time, time.time_ns

        def set_back(connection: Connection, request: ReceivedRequest) -> None:
            surroundings.patch.setattr(time, "time", lambda: time_s() - DAY_S)
            surroundings.patch.setattr(time, "time_ns", lambda: time_ns() - int(DAY_S) * 10**9)
            answer(connection, request)

        with scripted(answering(set_back)) as (_, site):
            yield site

    return make


@contextmanager
def sound(surroundings: Surroundings) -> Iterator[Site]:
    """Make no fault: what follows from one would else be what follows from the program."""
    yield of_the_real_service(surroundings)


def dripping(data: bytes) -> Answer:
    """Answer a byte at a time, too slowly for any deadline here."""

    def answer(connection: Connection, _request: ReceivedRequest) -> None:
        connection.drip(data, DRIP_S)

    return answer


def with_unknown_fields(connection: Connection, request: ReceivedRequest) -> None:
    """Answer as a later version of the service might."""
    if request.method == "POST":
        connection.reply(201, replies.SESSION_WITH_UNKNOWN_FIELDS, **JSON)
    else:
        connection.reply(200, replies.UNKNOWN_FIELDS, **JSON)
