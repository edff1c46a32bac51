"""Code that really blocks, as people write it, and what it is about: each is looked at by the tests while it does."""

from __future__ import annotations

import concurrent.futures
import contextlib
import fcntl
import gc
import http.client
import io
import json
import os
import pickle
import queue
import re
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep as pause
from typing import TypeAlias

import httpx2
import sqlalchemy
from PySide6.QtCore import QMutex, QProcess, QSize, Qt, QThread
from PySide6.QtGui import QImage

from desktop_app.responsiveness.events import Cause

Work: TypeAlias = Callable[[], object]
Making: TypeAlias = Callable[[Path], AbstractContextManager[Work]]

LENGTH_S = 0.02
"""Of a block that is not ended from outside; it is done again and again."""
LIMIT_S = 60
"""Within which every block is ended."""


@dataclass(frozen=True)
class Block:
    """How to make it, why it blocks, and the rule that has to find out."""

    make: Making
    """Gives what blocks; ends it when it is left."""
    cause: Cause
    rule: str


BLOCKS: dict[str, Block] = {}


def block(rule: str, cause: Cause = Cause.WAITING) -> Callable[[Callable[[Path], Iterator[Work]]], Making]:
    """Put a block into the table."""

    def put(make: Callable[[Path], Iterator[Work]]) -> Making:
        making = contextmanager(make)
        BLOCKS[make.__name__] = Block(making, cause, rule)
        return making

    return put


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


@contextmanager
def worker(work: Work, end: Work) -> Iterator[None]:
    """Have a thread that works until it is told to end."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        end()
        thread.join()


# Sleeping


@block("sleep")
def sleeps(folder: Path) -> Iterator[Work]:
    def load() -> None:
        time.sleep(LENGTH_S)

    yield load


@block("sleep")
def sleeps_by_another_name(folder: Path) -> Iterator[Work]:
    def load() -> None:
        pause(LENGTH_S)

    yield load


@block("sleep")
def sleeps_in_a_comprehension(folder: Path) -> Iterator[Work]:
    def load() -> list[None]:
        return [time.sleep(each) for each in (LENGTH_S,)]

    yield load


@block("qt sleep")
def sleeps_in_qt(folder: Path) -> Iterator[Work]:
    def load() -> None:
        QThread.msleep(20)

    yield load


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

        def load() -> None:
            with suppress(httpx2.TransportError):
                httpx2.get(
                    f"http://{host}:{port}/",
                    timeout=LIMIT_S,
                    trust_env=False,
                    headers={"X-Sent-By": "a test, whose call takes many lines"},
                )

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
            with open(path) as file:
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
    with os.fdopen(reading) as sys.stdin:

        def load() -> None:
            with suppress(EOFError):
                input()

        yield load
        os.close(writing)
        sys.stdin = sys.__stdin__


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
        engine = sqlalchemy.create_engine(f"sqlite:///{path}", connect_args={"timeout": LIMIT_S})

        def load() -> None:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text("SELECT * FROM customer")).all()

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


# Threads


@block("lock")
def acquires(folder: Path) -> Iterator[Work]:
    guard = threading.Lock()

    def load() -> None:
        guard.acquire(timeout=LENGTH_S)

    guard.acquire()
    yield load


@block("lock")
def enters_a_lock(folder: Path) -> Iterator[Work]:
    store_lock = threading.Lock()

    def load() -> None:
        with store_lock:
            pass

    store_lock.acquire()
    yield load
    store_lock.release()


@block("lock")
def waits_for_an_event(folder: Path) -> Iterator[Work]:
    loaded = threading.Event()

    def load() -> None:
        loaded.wait()

    yield load
    loaded.set()


@block("lock")
def locks_a_mutex(folder: Path) -> Iterator[Work]:
    mutex = QMutex()

    def load() -> None:
        if mutex.tryLock(20):
            mutex.unlock()

    mutex.lock()
    yield load
    mutex.unlock()


@block("lock")
def locks_a_file(folder: Path) -> Iterator[Work]:
    path = folder / "locked"
    with path.open("w") as held, path.open("w") as wanted:
        fcntl.flock(held, fcntl.LOCK_EX)

        def load() -> None:
            fcntl.flock(wanted, fcntl.LOCK_EX)

        yield load
        fcntl.flock(held, fcntl.LOCK_UN)


@block("queue")
def takes_from_a_queue(folder: Path) -> Iterator[Work]:
    jobs: queue.Queue[int] = queue.Queue()

    def load() -> None:
        jobs.get()

    yield load
    jobs.put(1)


@block("queue")
def takes_from_a_simple_queue(folder: Path) -> Iterator[Work]:
    job_queue: queue.SimpleQueue[int] = queue.SimpleQueue()

    def load() -> None:
        job_queue.get()

    yield load
    job_queue.put(1)


@block("thread join")
def joins_a_thread(folder: Path) -> Iterator[Work]:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()

    def load() -> None:
        thread.join()

    yield load
    end.set()


@block("thread join")
def waits_for_a_qthread(folder: Path) -> Iterator[Work]:
    thread = QThread()
    thread.start()

    def load() -> None:
        thread.wait(20)

    yield load
    thread.quit()
    thread.wait()


@block("future")
def waits_for_a_result(folder: Path) -> Iterator[Work]:
    end = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(end.wait)

        def load() -> None:
            future.result()

        yield load
        end.set()


@block("future")
def maps_in_threads(folder: Path) -> Iterator[Work]:
    end = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:

        def load() -> None:
            list(pool.map(lambda _: end.wait(), "a"))

        yield load
        end.set()


# Computing


@block("computing", Cause.COMPUTING)
def computes(folder: Path) -> Iterator[Work]:
    def load() -> int:
        total = 0
        for each in range(20_000):
            total += each * each
        return total

    yield load


@block("interpreter held", Cause.INTERPRETER_HELD)
def sums(folder: Path) -> Iterator[Work]:
    def load() -> int:
        return sum(range(500_000))

    yield load


@block("regular expression", Cause.INTERPRETER_HELD)
def matches(folder: Path) -> Iterator[Work]:
    def load() -> None:
        re.match(r"(a+)+$", "a" * 18 + "b")

    yield load


@block("regular expression", Cause.INTERPRETER_HELD)
def matches_what_is_compiled(folder: Path) -> Iterator[Work]:
    address = re.compile(r"(a+)+$")

    def load() -> None:
        address.fullmatch("a" * 18 + "b")

    yield load


@block("parsing", Cause.INTERPRETER_HELD)
def parses(folder: Path) -> Iterator[Work]:
    text = json.dumps(list(range(50_000)))

    def load() -> None:
        json.loads(text)

    yield load


@block("parsing", Cause.COMPUTING)
def unpickles(folder: Path) -> Iterator[Work]:
    data = pickle.dumps([str(each) for each in range(50_000)])

    def load() -> None:
        pickle.loads(data)

    yield load


@block("compression or hash", Cause.COMPUTING)
def compresses(folder: Path) -> Iterator[Work]:
    data = os.urandom(500_000)

    def load() -> None:
        zlib.compress(data)

    yield load


@block("picture", Cause.COMPUTING)
def loads_a_picture(folder: Path) -> Iterator[Work]:
    path = str(folder / "picture.png")
    picture = QImage(QSize(800, 800), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    picture.save(path)

    def load() -> None:
        QImage(path)

    yield load


@block("import", Cause.COMPUTING)
def imports(folder: Path) -> Iterator[Work]:
    def load() -> None:
        sys.modules.pop("_pydecimal", None)
        import _pydecimal  # noqa: F401

    yield load
    sys.modules.pop("_pydecimal", None)


@block("garbage collection", Cause.GARBAGE_COLLECTION)
def collects(folder: Path) -> Iterator[Work]:
    kept = [[each] for each in range(200_000)]

    def load() -> None:
        gc.collect()

    yield load
    kept.clear()


@block("painting", Cause.COMPUTING)
def computes_while_painting(folder: Path) -> Iterator[Work]:
    class Chart:
        def paintEvent(self) -> int:
            return self.points()

        def points(self) -> int:
            total = 0
            for each in range(20_000):
                total += each * each
            return total

    yield Chart().paintEvent


# What looks like something else


@block("computing", Cause.COMPUTING)
def computes_in_a_function_named_sleep(folder: Path) -> Iterator[Work]:
    def sleep(_seconds: float) -> int:
        total = 0
        for each in range(20_000):
            total += each * each
        return total

    def load() -> None:
        sleep(1)

    yield load


@block("unknown")
def waits_in_a_library_of_its_own(folder: Path) -> Iterator[Work]:
    import ctypes

    library = ctypes.CDLL(None)

    def load() -> None:
        library.usleep(20_000)  # time.sleep(0.02)

    yield load


@block("unknown")
def waits_with_a_text_that_says_something_else(folder: Path) -> Iterator[Work]:
    import ctypes

    library = ctypes.CDLL(None)

    def load() -> None:
        library.poll(
            b"time.sleep(0.02)",  # requests.get(url)
            0,
            20,
        )

    yield load


@block("interpreter held", Cause.INTERPRETER_HELD)
def sorts_what_names_a_client(folder: Path) -> Iterator[Work]:
    requests = list(range(200_000))

    def load() -> None:
        sorted(requests, key=str)

    yield load
