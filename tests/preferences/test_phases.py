"""The phases of each request, by both drivers, on real sockets."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from itertools import pairwise

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import ConnectionLost, DeadlineExceeded, ExchangeError, ReplyTooLarge, ServiceUnreachable
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.noting_stream import tracing
from desktop_app.preferences.phases import (
    PLACED,
    Listener,
    Phase,
    RequestPhases,
    Step,
    database_phases,
)
from desktop_app.preferences.server_timing import LONGEST_HEADER, MOST_METRICS, Metric, parse_server_timing
from desktop_app.preferences.transport import LARGEST_BODY_BYTES, Endpoint
from tests.helpers.exchanges import CREDENTIALS, PASSWORD, PREFERENCES_JSON, SESSION, TOKEN
from tests.helpers.scripted_server import HANG_S, Connection, ScriptedServer, raw_reply, refused_address
from tests.preferences.conftest import Connect
from tests.preferences.test_driving import serve_everything

MS = 1_000_000
NEW = [Step.CONNECT, Step.SEND, Step.WAIT, Step.RECEIVE]
KEPT = [Step.SEND, Step.WAIT, Step.RECEIVE]


class Notebook:
    """Takes the phases of each request down, request by request."""

    def __init__(self) -> None:
        self.requests: list[list[Phase]] = []

    def __call__(self) -> Listener:
        phases: list[Phase] = []
        self.requests.append(phases)
        return phases.append

    @property
    def steps(self) -> list[list[Step]]:
        return [[phase.step for phase in phases] for phases in self.requests]

    def one(self, step: Step) -> Phase:
        (found,) = (phase for phases in self.requests for phase in phases if phase.step is step)
        return found


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def test_a_load_connects_sends_waits_and_receives_and_then_keeps_its_connection(
    connect: Connect, notebook: Notebook
) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url), notebook) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
        driver.run(load_preferences(SESSION))
    assert notebook.steps == [NEW, KEPT, KEPT]


def test_each_phase_begins_as_the_one_before_it_ends_and_all_of_them_are_the_request(
    connect: Connect, notebook: Notebook
) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url), notebook) as driver:
        before_ns = time.monotonic_ns()
        driver.run(sign_in_and_load(CREDENTIALS))
        after_ns = time.monotonic_ns()
    for phases in notebook.requests:
        assert all(phase.start_ns <= phase.end_ns for phase in phases)
        assert all(later.start_ns == earlier.end_ns for earlier, later in pairwise(phases))
    posted, got = notebook.requests
    assert before_ns <= posted[0].start_ns
    assert posted[-1].end_ns <= got[0].start_ns
    assert got[-1].end_ns <= after_ns


def test_their_names_are_method_and_path_and_nothing_secret(connect: Connect, notebook: Notebook) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url, "s3cret"), notebook) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    names = [{phase.name for phase in phases} for phases in notebook.requests]
    assert names == [{"POST /v1/sessions"}, {"GET /v1/me/preferences"}]
    told = repr(notebook.requests)
    assert not [secret for secret in (PASSWORD, TOKEN, "s3cret", CREDENTIALS.email) if secret in told]


def test_the_wait_ends_with_the_first_byte(connect: Connect) -> None:
    """The server sends the second byte of its headers only once the client has said so."""
    waited = threading.Event()
    was_told: list[bool] = []

    def listen(phase: Phase) -> None:
        if phase.step is Step.WAIT:
            waited.set()

    def script(connection: Connection) -> None:
        connection.receive()
        answer = raw_reply(200, PREFERENCES_JSON)
        connection.send(answer[:1])
        was_told.append(waited.wait(HANG_S / 2))
        connection.send(answer[1:])

    with ScriptedServer(script) as server, connect(Endpoint(server.url), lambda: listen) as driver:
        driver.run(load_preferences(SESSION))
    assert was_told == [True]


def test_tls_is_part_of_connecting(connect: Connect, notebook: Notebook) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    begun_ns: list[int] = []

    def script(connection: Connection) -> None:
        begun_ns.append(time.monotonic_ns())
        connection.socket = context.wrap_socket(connection.socket, server_side=True)
        try:
            serve_everything(connection)
        finally:
            connection.socket.close()

    with ScriptedServer(script) as server:
        endpoint = Endpoint(f"https://127.0.0.1:{server.port}", ssl_context=trusting)
        with connect(endpoint, notebook) as driver:
            driver.run(sign_in_and_load(CREDENTIALS))
    assert notebook.steps == [NEW, KEPT]
    connecting, sending, *_ = notebook.requests[0]
    assert connecting.end_ns > begun_ns[0]
    assert connecting.end_ns == sending.start_ns


def test_a_refused_connection_is_a_connect_and_nothing_more(connect: Connect, notebook: Notebook) -> None:
    with (
        connect(Endpoint("http://{}:{}".format(*refused_address())), notebook) as driver,
        pytest.raises(ServiceUnreachable),
    ):
        driver.run(sign_in_and_load(CREDENTIALS))
    assert notebook.steps == [[Step.CONNECT]] * 3


def breaks_off(answer: bytes) -> list[list[Step]]:
    """Tell the steps of three tries that each get this much of an answer."""
    return [[*NEW[:3], *([Step.RECEIVE] if answer else [])]] * 3


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
def test_a_connection_that_breaks_ends_the_phase_that_it_is_in(
    connect: Connect, notebook: Notebook, answer: bytes
) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(answer)

    with (
        ScriptedServer(script) as server,
        connect(Endpoint(server.url), notebook) as driver,
        pytest.raises(ConnectionLost),
    ):
        driver.run(load_preferences(SESSION))
    assert notebook.steps == breaks_off(answer)


def test_each_try_is_a_request_of_its_own(connect: Connect, notebook: Notebook) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.reply(503)
        connection.receive()
        connection.reply(200, PREFERENCES_JSON)

    with ScriptedServer(script) as server, connect(Endpoint(server.url), notebook) as driver:
        driver.run(load_preferences(SESSION))
    assert notebook.steps == [NEW, KEPT]


def test_the_deadline_ends_the_wait(connect: Connect, notebook: Notebook) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.stay_silent()

    with (
        ScriptedServer(script) as server,
        connect(Endpoint(server.url), notebook) as driver,
        pytest.raises(DeadlineExceeded),
    ):
        driver.run(load_preferences(SESSION), 300)
    assert notebook.steps == [NEW[:3]]
    ended = notebook.one(Step.WAIT)
    assert ended.end_ns - notebook.one(Step.CONNECT).start_ns >= 250 * MS


def test_a_body_that_is_too_large_ends_the_receiving(connect: Connect, notebook: Notebook) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.reply(200, b" " * (LARGEST_BODY_BYTES + 1))

    with (
        ScriptedServer(script) as server,
        connect(Endpoint(server.url), notebook) as driver,
        pytest.raises(ReplyTooLarge),
    ):
        driver.run(load_preferences(SESSION))
    assert notebook.steps == [NEW]


def test_a_request_that_is_cancelled_ends_there(notebook: Notebook) -> None:
    asked = threading.Event()

    def script(connection: Connection) -> None:
        connection.receive()
        asked.set()
        connection.stay_silent()

    async def cancel(url: str) -> None:
        client = AsyncClient(Endpoint(url), notebook)
        steps = load_preferences(SESSION)
        task = asyncio.create_task(client.run(steps, Deadline(30_000, time.monotonic_ns), lambda _news: None))
        await asyncio.to_thread(asked.wait, HANG_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.aclose()

    with ScriptedServer(script) as server:
        asyncio.run(cancel(server.url))
    assert notebook.steps == [NEW[:3]]


def test_requests_at_the_same_time_are_told_apart(notebook: Notebook) -> None:
    """None is answered before all are there."""
    all_there = threading.Barrier(3)

    def script(connection: Connection) -> None:
        connection.receive()
        all_there.wait(HANG_S)
        connection.reply(200, PREFERENCES_JSON)

    async def load(url: str) -> None:
        client = AsyncClient(Endpoint(url), notebook)
        deadline = Deadline(30_000, time.monotonic_ns)
        loads = [client.run(load_preferences(SESSION), deadline, lambda _news: None) for _ in range(3)]
        await asyncio.gather(*loads)
        await client.aclose()

    with ScriptedServer(script) as server:
        asyncio.run(load(server.url))
    assert notebook.steps == [NEW] * 3


def test_the_database_is_where_the_service_says(connect: Connect, notebook: Notebook) -> None:
    said_ns: list[int] = []

    def script(connection: Connection) -> None:
        connection.receive()
        now_ns = time.monotonic_ns() // 1000 * 1000
        said_ns.append(now_ns)
        # It lies in the past once the answer is sent.
        while time.monotonic_ns() < now_ns + 2 * MS:
            pass
        timing = f"cache;dur=7, db;dur=1.5;start={now_ns // MS}.{now_ns % MS // 1000:03}"
        connection.reply(200, PREFERENCES_JSON, Server_Timing=timing)

    with ScriptedServer(script) as server, connect(Endpoint(server.url), notebook) as driver:
        driver.run(load_preferences(SESSION))
    database = notebook.one(Step.DATABASE)
    assert database == Phase(Step.DATABASE, said_ns[0], said_ns[0] + 3 * MS // 2, "database")
    assert notebook.one(Step.SEND).start_ns <= database.start_ns
    assert database.end_ns <= notebook.one(Step.WAIT).end_ns


def test_the_database_of_another_machine_is_placed_before_the_answer(connect: Connect, notebook: Notebook) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.reply(200, PREFERENCES_JSON, Server_Timing="db;dur=0.002")

    with ScriptedServer(script) as server, connect(Endpoint(server.url), notebook) as driver:
        driver.run(load_preferences(SESSION))
    database = notebook.one(Step.DATABASE)
    assert (database.name, database.end_ns - database.start_ns) == (PLACED, 2000)
    assert database.end_ns == notebook.one(Step.WAIT).end_ns


SENT, ANSWERED = 5000 * MS, 6000 * MS


@pytest.mark.parametrize(
    ("value", "spans"),
    [
        ("", []),
        ("cache;dur=5", []),
        ("db", []),
        ("db;dur=-5, db;dur=nan, db;dur=1e3, db;dur=", []),
        ("db;dur=10;start=5100", [("database", 5100, 5110)]),
        ("db;dur=10;start=5100, db;start=5300.5;dur=2", [("database", 5100, 5110), ("database", 5300.5, 5302.5)]),
        ("db;dur=10;start=4999", [(PLACED, 5990, 6000)]),
        ("db;dur=10;start=5995", [(PLACED, 5990, 6000)]),
        ("db;dur=10, db;dur=5", [(PLACED, 5985, 6000)]),
        ("db;dur=1000000", [(PLACED, 5000, 6000)]),
        ('DB;desc="a, \\"b;dur=7\\"" ; DUR = "3"', [(PLACED, 5997, 6000)]),
        ('db;desc="never ends, db;dur=5', []),
        ("db;dur=1;dur=900", [(PLACED, 5999, 6000)]),
        ("db;dur=10;start=" + "9" * 400, [(PLACED, 5990, 6000)]),
    ],
)
def test_what_a_header_says_of_the_database(value: str, spans: list[tuple[str, float, float]]) -> None:
    found = [(phase.name, phase.start_ns / MS, phase.end_ns / MS) for phase in database_phases(value, SENT, ANSWERED)]
    assert found == spans


def test_a_headers_metrics_are_read_to_the_microsecond() -> None:
    assert parse_server_timing("pool;dur=12.3, db;start=123456789012.123456;dur=0.001") == [
        Metric("pool", 12_300_000, None),
        Metric("db", 1000, 123456789012_123456),
    ]


@given(st.one_of(st.text(), st.lists(st.sampled_from([*'db;=, ".\\05\t', "db", "dur=", "start=", "é"])).map("".join)))
def test_no_header_is_too_odd(value: str) -> None:
    for phase in database_phases(value, SENT, ANSWERED):
        assert phase.step is Step.DATABASE
        assert SENT <= phase.start_ns <= phase.end_ns <= ANSWERED


@pytest.mark.parametrize("piece", ['"\\', ';a="', 'a;dur="', ",", "db;dur=5,", "db;", " ", "dur = ", "\\"])
def test_a_huge_header_is_read_in_part(piece: str) -> None:
    value = piece * (100 * LONGEST_HEADER)
    assert parse_server_timing(value) == parse_server_timing(value[:LONGEST_HEADER])
    assert len(parse_server_timing(value)) <= MOST_METRICS


def test_an_answer_that_never_began_has_no_database() -> None:
    found: list[Phase] = []
    phases = RequestPhases("GET /", found.append, lambda: 1)
    phases.sending()
    phases.take_headers({"server-timing": "db;dur=5"})
    phases.end()
    assert [phase.step for phase in found] == [Step.SEND]


def test_a_request_that_could_not_be_sent_but_was_answered_has_all_phases() -> None:
    """As of a server that answers 413 and closes before it has read everything."""
    found: list[Phase] = []
    phases = RequestPhases("POST /", found.append)
    trace = tracing(phases)
    for event in ("send_request_headers.started", "send_request_headers.complete", "send_request_body.started"):
        trace(f"http11.{event}", {})
    trace("http11.send_request_body.failed", {})
    trace("http11.receive_response_headers.started", {})
    phases.first_byte()
    trace("http11.receive_response_body.complete", {})
    assert [phase.step for phase in found] == KEPT


def test_nobody_who_listens_is_no_difference(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        assert driver.run(sign_in_and_load(CREDENTIALS)).display_name == "Ada"


def test_an_error_is_the_same_with_a_listener(connect: Connect, notebook: Notebook) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(b"no HTTP\r\n\r\n")

    errors: list[str] = []
    with ScriptedServer(script) as server:
        for listening in (None, notebook):
            with connect(Endpoint(server.url), listening) as driver, pytest.raises(ExchangeError) as raised:
                driver.run(load_preferences(SESSION))
            errors.append(repr(raised.value))
    assert errors[0] == errors[1]
    assert notebook.steps == [NEW]
