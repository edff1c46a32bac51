"""A Qt program that freezes once, in the way that it is told, under the monitor; a process of its own.

It prints a line "ready" when its event loop goes round, and one line of JSON for each freeze that is reported.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QTimer

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.monitor import FreezeMonitor

LENGTH_S = 0.4
"""Of what waits; and how much of the processor's time is taken by what computes: a hang (250 ms) by itself."""


def sleep() -> None:
    time.sleep(LENGTH_S)


def silent_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(LENGTH_S)
        try:
            ours.recv(1)
        except TimeoutError:
            return


def contended_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(LENGTH_S, lock.release).start()
    with lock:
        pass


def python_loop() -> None:
    """Compute for that much of the processor's time, however much else the machine has to do."""
    end_s = time.thread_time() + LENGTH_S
    while time.thread_time() < end_s:
        pass


def backtracking(length: int | None = None) -> None:
    """Match an expression that takes twice as long for each further character."""
    re.match(r"(a+)+$", "a" * (length or long_match()) + "b")


@functools.cache
def long_match() -> int:
    """Find how many characters take at least as long as anything here; that itself takes as long, once."""
    length, took_s = 12, 0.0
    while took_s < LENGTH_S:
        length += 1
        began_s = time.thread_time()
        backtracking(length)
        took_s = time.thread_time() - began_s
    return length


def sleeping_with_the_interpreter() -> None:
    ctypes.PyDLL(None).usleep(int(LENGTH_S * 1_000_000))


def wanting_while_another_thread_matches() -> None:
    """Let another thread take the interpreter, and want it."""
    other = threading.Thread(target=backtracking)
    other.start()
    while other.is_alive():
        pass


def waiting_for_a_thread_that_matches() -> None:
    """Let another thread take the interpreter, and wait until that has ended, which takes no interpreter."""
    allowed = threading.Lock()

    def match() -> None:
        with allowed:
            backtracking()

    other = threading.Thread(target=match)
    with allowed:
        # It takes the interpreter once more to come back from this: so the match must not have begun.
        other.start()
    other.join()


def sleeping_while_others_compute() -> None:
    """Sleep, while so many threads run Python code that the watchdog is late each time."""
    begun = threading.Event()
    end_s = time.monotonic() + LENGTH_S * 2

    def compute() -> None:
        begun.wait()
        while time.monotonic() < end_s:
            pass

    others = [threading.Thread(target=compute) for _ in range(4)]
    for other in others:
        other.start()
    begun.set()
    time.sleep(max(0.0, end_s - time.monotonic()))
    for other in others:
        other.join()


def collecting() -> None:
    """Collect all the garbage there is, again and again."""
    end_s = time.thread_time() + LENGTH_S
    while time.thread_time() < end_s:
        gc.collect()


def breakpoint_reached() -> None:
    breakpoint()  # noqa: T100 - that is what is tested


def nothing() -> None:
    """Do nothing: whoever started the program stops it from outside."""


KINDS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        sleep,
        silent_socket,
        contended_lock,
        python_loop,
        backtracking,
        sleeping_with_the_interpreter,
        wanting_while_another_thread_matches,
        waiting_for_a_thread_that_matches,
        sleeping_while_others_compute,
        collecting,
        breakpoint_reached,
        nothing,
    )
}


def say(line: str) -> None:
    """Print a line as a whole: two threads do."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(kind: str) -> None:
    """Freeze once, and go on until the monitor has said so."""
    application = QCoreApplication([])
    monitor = FreezeMonitor()
    garbage = [[each] for each in range(1_000_000)] if kind == "collecting" else []
    if "match" in kind or kind == "backtracking":
        long_match()
    reported = threading.Event()
    began = threading.Event()

    def tell(freeze: Freeze) -> None:
        if freeze.is_startup or not began.is_set():
            return
        said = {
            "cause": freeze.cause,
            "duration_ms": freeze.duration_ns // 1_000_000,
            "not_scheduled_ms": freeze.not_scheduled_ns // 1_000_000,
            "is_lasting": freeze.is_lasting,
            "culprit": "" if freeze.culprit is None else freeze.culprit.frame.function,
        }
        say(json.dumps(said))
        if not freeze.is_lasting:
            reported.set()

    def step() -> None:
        if reported.is_set():
            application.quit()
        elif not began.is_set() and monitor.heartbeat is not None and monitor.heartbeat.idle_place is not None:
            began.set()
            say("ready")
            KINDS[kind]()

    monitor.listen(tell)
    monitor.attach()
    looking = QTimer()
    looking.timeout.connect(step)
    looking.start(100)
    application.exec()
    monitor.detach()
    del garbage


if __name__ == "__main__":
    main(sys.argv[1])
