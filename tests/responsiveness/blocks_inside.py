"""Code that blocks within the program: it sleeps, waits for threads, computes, or only looks as if it did."""

from __future__ import annotations

import concurrent.futures
import fcntl
import gc
import json
import os
import pickle
import queue
import re
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import sleep as pause

from PySide6.QtCore import QMutex, QSize, Qt, QThread
from PySide6.QtGui import QImage

from desktop_app.responsiveness.events import Cause
from tests.responsiveness.blocks import LENGTH_S, Table, Work

BLOCKS = Table()
block = BLOCKS.block


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
    def load() -> list[float]:
        return [each for each in (LENGTH_S,) if time.sleep(each) is None]  # type: ignore[func-returns-value]

    yield load


@block("qt sleep")
def sleeps_in_qt(folder: Path) -> Iterator[Work]:
    def load() -> None:
        QThread.msleep(20)

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
        def paintEvent(self) -> int:  # noqa: N802 - Qt's name
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
