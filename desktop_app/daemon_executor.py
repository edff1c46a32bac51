"""Threads for calls that block, which never hold up the end of the program."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from desktop_app.overriding import override

P = ParamSpec("P")
T = TypeVar("T")
MOST_THREADS = 32
LONGEST_END_S = 2.0


class DaemonExecutor(Executor):
    """Runs calls in daemon threads, which are made as they are needed and used again.

    A name lookup can hang for minutes and cannot be interrupted; the standard executor, and qasync's, wait for it
    at the program's end. Any thread.

    Args:
        most_threads: What is submitted while so many are busy waits.
        longest_end_s: How long `shutdown` waits for what runs, in seconds; then it is left to itself.
    """

    def __init__(self, most_threads: int = MOST_THREADS, longest_end_s: float = LONGEST_END_S) -> None:
        self._most_threads = most_threads
        self._longest_end_s = longest_end_s
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._is_shut_down = False

    @override
    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a call made in a thread.

        Raises:
            RuntimeError: It was shut down.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._is_shut_down:
                raise RuntimeError("This executor was shut down: it takes no more calls.")
            self._calls.put((future, partial(call, *args, **kwargs)))
            if not self._idle.acquire(blocking=False) and len(self._threads) < self._most_threads:
                thread = threading.Thread(target=self._work, name="executor", daemon=True)
                thread.start()
                self._threads.append(thread)
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; wait for those that run, but not longer than ``longest_end_s``."""
        with self._lock:
            self._is_shut_down = True
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            end_s = time.monotonic() + self._longest_end_s
            for thread in self._threads:
                thread.join(max(0.0, end_s - time.monotonic()))
            # Nobody may wait for what no thread will come to.
            self._cancel_waiting()
            for thread in self._threads:
                if thread.is_alive():
                    # It ends with what it is stuck in.
                    self._calls.put(None)

    def _cancel_waiting(self) -> None:
        with suppress(Empty):
            while True:
                waiting = self._calls.get_nowait()
                if waiting is not None:
                    waiting[0].cancel()

    def _work(self) -> None:
        while (waiting := self._calls.get()) is not None:
            _run(*waiting)
            # A call's arguments and result are not kept until the next one.
            del waiting
            self._idle.release()


def _run(future: Future[Any], call: Callable[[], Any]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - all of it belongs to whoever awaits the future
            future.set_exception(error)
            # The error's traceback holds this frame: with the future in it, all would wait for the garbage collector.
            del future, call
        else:
            future.set_result(result)
