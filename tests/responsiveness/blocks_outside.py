"""Code that blocks on what is outside of the program: the network, files, databases, processes."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import sqlalchemy
from PySide6.QtCore import QProcess

from tests.responsiveness.blocks import LENGTH_S, LIMIT_S, Table, Work

BLOCKS = Table()
block = BLOCKS.block


@contextmanager
def silent_server() -> Iterator[tuple[str, int]]:
    """Listen on a socket that takes connections and never answers; those are closed at the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            # Ends as the socket is shut down.
            with suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in taken:
                each.close()


@contextmanager
def fifo(folder: Path) -> Iterator[Path]:
    """Make a named pipe that nobody writes to until the end, when it is found empty."""
    path = folder / "pipe"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR)
    try:
        yield path
    finally:
        os.close(end)


@contextmanager
def locked_database(folder: Path) -> Iterator[Path]:
    """Make a database that somebody else has locked."""
    path = folder / "customers.sqlite"
    holder = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    holder.execute("CREATE TABLE customer (name TEXT)")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield path
    finally:
        holder.execute("ROLLBACK")
        holder.close()


# Network


@block("http")
def opens_a_url(folder: Path) -> Iterator[Work]:
    with silent_server() as (host, port):

        def load() -> None:
            with suppress(OSError, http.client.HTTPException):
                urllib.request.urlopen(f"http://{host}:{port}/", timeout=LIMIT_S)

        yield load


@block("http")
def asks_with_http_client(folder: Path) -> Iterator[Work]:
    with silent_server() as (host, port):

        def load() -> None:
            connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
            with contextlib.closing(connection), suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/")
                connection.getresponse()

        yield load


@block("http")
def asks_with_httpx2(folder: Path) -> Iterator[Work]:
    with silent_server() as (host, port):

        def load(url: str = f"http://{host}:{port}/") -> None:
            with httpx2.Client(trust_env=False, verify=False) as client, suppress(httpx2.TransportError):
                client.get(
                    url,
                    timeout=LIMIT_S,
                    headers={"X-Sent-By": "a test, whose call takes many lines"},
                )

        # It imports what it needs when it is used first: nobody listens there.
        load("http://127.0.0.1:1/")
        yield load


@block("socket")
def receives(folder: Path) -> Iterator[Work]:
    with silent_server() as address:

        def load() -> None:
            with socket.create_connection(address) as connection, suppress(OSError):
                connection.recv(1024)

        yield load


@block("socket")
def reads_a_socket_s_file(folder: Path) -> Iterator[Work]:
    with silent_server() as address:

        def load() -> None:
            with socket.create_connection(address) as connection, connection.makefile() as lines, suppress(OSError):
                lines.readline()

        yield load


@block("socket")
def selects(folder: Path) -> Iterator[Work]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def load() -> None:
            select.select([server], [], [], LENGTH_S)

        yield load


@block("dns")
def looks_up(folder: Path) -> Iterator[Work]:
    def load() -> None:
        socket.getaddrinfo("localhost", 80)

    yield load


# Files


@block("file")
def opens_a_pipe(folder: Path) -> Iterator[Work]:
    with fifo(folder) as path:

        def load() -> None:
            with open(path) as file:  # noqa: PTH123 - this way, too
                file.read()

        yield load


@block("file")
def reads_text(folder: Path) -> Iterator[Work]:
    with fifo(folder) as path:

        def load() -> str:
            return path.read_text()

        yield load


@block("file")
def iterates_over_a_file(folder: Path) -> Iterator[Work]:
    with fifo(folder) as path:

        def load() -> None:
            with path.open() as file:
                for _ in file:
                    pass

        yield load


@block("file")
def loads_json_from_a_file(folder: Path) -> Iterator[Work]:
    with fifo(folder) as path:

        def load() -> None:
            with path.open() as file, suppress(ValueError):
                json.load(file)

        yield load


@block("file")
def copies_a_file(folder: Path) -> Iterator[Work]:
    with fifo(folder) as path:

        def load() -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, io.BytesIO())

        yield load


@block("input")
def asks_in_the_terminal(folder: Path) -> Iterator[Work]:
    reading, writing = os.pipe()
    before, lines = sys.stdin, os.fdopen(reading)

    def load() -> None:
        try:
            input()
        except EOFError:
            # By whom it is read: it must not be closed meanwhile.
            lines.close()

    sys.stdin = lines
    yield load
    sys.stdin = before
    os.close(writing)


@block("output")
def prints_to_nobody(folder: Path) -> Iterator[Work]:
    reading, writing = os.pipe()
    # Without buffers, in which what could not be written would remain.
    before, lines = sys.stdout, io.TextIOWrapper(io.FileIO(writing, "w"), write_through=True)

    def load() -> None:
        try:
            print("." * 100_000)
        except BrokenPipeError:
            # By whom it is written: it must not be closed meanwhile.
            lines.close()

    sys.stdout = lines
    yield load
    sys.stdout = before
    os.close(reading)


# Databases


@block("database")
def waits_for_sqlite(folder: Path) -> Iterator[Work]:
    with locked_database(folder) as path:

        def load() -> None:
            with contextlib.closing(sqlite3.connect(path, timeout=LIMIT_S)) as connection:
                connection.execute("SELECT * FROM customer").fetchall()

        yield load


@block("database")
def waits_for_a_cursor(folder: Path) -> Iterator[Work]:
    with locked_database(folder) as path:

        def load() -> None:
            with contextlib.closing(sqlite3.connect(path, timeout=LIMIT_S)) as connection:
                cursor = connection.cursor()
                cursor.executemany("INSERT INTO customer VALUES (?)", [("Ada",)])
                connection.rollback()

        yield load


@block("database")
def waits_for_sqlalchemy(folder: Path) -> Iterator[Work]:
    with locked_database(folder) as path:
        engine = sqlalchemy.create_engine(
            f"sqlite:///{path}", connect_args={"timeout": LIMIT_S}, poolclass=sqlalchemy.NullPool
        )

        def load() -> None:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text("SELECT * FROM customer")).all()

        with sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.NullPool).connect() as other:
            # It prepares what it needs when it is used first.
            other.execute(sqlalchemy.text("SELECT 1")).all()
        yield load
    engine.dispose()


# Processes


@block("subprocess")
def runs_a_program(folder: Path) -> Iterator[Work]:
    def load() -> None:
        subprocess.run(["sleep", "0.1"], check=True, capture_output=True)

    yield load


@block("subprocess")
def waits_for_a_program(folder: Path) -> Iterator[Work]:
    def load() -> None:
        with subprocess.Popen(["sleep", "0.1"]) as process:
            process.wait()

    yield load


@block("subprocess")
def runs_a_command(folder: Path) -> Iterator[Work]:
    def load() -> None:
        os.system("sleep 0.1")

    yield load


@block("subprocess")
def waits_for_a_qprocess(folder: Path) -> Iterator[Work]:
    def load() -> None:
        process = QProcess()
        process.start("sleep", ["0.1"])
        process.waitForFinished()

    yield load
