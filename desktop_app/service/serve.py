"""The service's process: from the first signal handler to the exit code.

What takes long to import is imported by ``serve`` after it listens to signals and to its parent, so that the
process can be ended at any moment.
"""

from __future__ import annotations

import gc
import json
import math
import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from desktop_app.errors import DesktopAppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_HOST: Final = "127.0.0.1"
_STDIN_FD: Final = 0
_SIGNALS: Final = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


class StopRequest:
    """The exit code that was asked for first; any thread and any signal handler may ask."""

    def __init__(self) -> None:
        self.exit_code: int | None = None

    def ask(self, exit_code: int) -> None:
        """Ask the server to end; it looks every tenth of a second."""
        if self.exit_code is None:
            self.exit_code = exit_code


def serve(
    *,
    store_url: str,
    port: int,
    secret: str | None,
    demo_account: bool,
    allow_load: bool,
    allow_faults: bool,
    lifeline: bool,
    session_lifetime_s: float = 43200,
) -> int:
    """Serve until a signal or the parent's end, from the main thread; blocks, runs an event loop of its own.

    When it is ready to answer it prints one line of JSON:
    ``{"event": "ready", "url": ..., "pid": ..., "notices": [...]}``, the notices being sentences for the person.

    Args:
        store_url: ``sqlite:///PATH`` and options; see `desktop_app.service.store_url`.
        port: On 127.0.0.1; 0 lets the system choose.
        secret: What each request has to carry in the header ``Desktop-App-Secret``; None: nothing.
        demo_account: Create the demo account if it is missing.
        allow_load: Offer ``/control/customer-load``.
        allow_faults: Offer ``/control/faults`` and ``/control/expire-sessions``.
        lifeline: Stdin is a pipe that the parent holds; end, with 0, when it is closed.
        session_lifetime_s: How long a sign-in is valid, in seconds.

    Returns:
        The exit code: 0 when the lifeline ended, 130 on SIGINT, 143 on SIGTERM.

    Raises:
        DesktopAppError: Of any kind that is expected: the port is taken, the database cannot be used, and so on.
    """
    if not 0 <= port <= 65535:
        raise UsageError(reason=f"The port has to be a number from 0 to 65535, not {port}.")
    if not (math.isfinite(session_lifetime_s) and session_lifetime_s >= 0):
        raise UsageError(reason="A session's lifetime has to be a number of seconds, zero or more.")
    stop = StopRequest()
    with _signals_ask(stop), _listening_socket(port) as listener:
        if lifeline:
            threading.Thread(target=_watch_lifeline, args=(stop,), name="lifeline", daemon=True).start()
        with _garbage_collection_paused():
            import asyncio

            from desktop_app.service.server import run_server

        def announce(notices: tuple[str, ...]) -> None:
            url = f"http://{_HOST}:{listener.getsockname()[1]}"
            ready = {"event": "ready", "url": url, "pid": os.getpid(), "notices": notices}
            try:
                print(json.dumps(ready), flush=True)
            except BrokenPipeError:
                # The parent died meanwhile. What is left in the buffer must not be tried again at the exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                stop.ask(1)

        asyncio.run(
            run_server(
                listener,
                stop,
                announce,
                store_url=store_url,
                secret=secret,
                demo_account=demo_account,
                allow_load=allow_load,
                allow_faults=allow_faults,
                # The parent is on this machine, and its clock is the same.
                tells_start=lifeline,
                session_lifetime_s=session_lifetime_s,
            )
        )
    return stop.exit_code or 0


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Import without it: modules leave no garbage, and looking for it took a sixth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _signals_ask(stop: StopRequest) -> Iterator[None]:
    """Turn signals into a request to stop, for as long as the context lasts."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.ask(128 + number)

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listening_socket(port: int) -> socket.socket:
    # Named as TCP, or asyncio does not switch Nagle's algorithm off, and each body waits 40 ms behind its headers.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows the option would let two programs share the port.
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        # At once: on Linux it is listening, not binding, that tells that the port is taken.
        listener.listen()
    except OSError as error:
        listener.close()
        reason = f"The service can't listen on {_HOST}:{port}: {(error.strerror or str(error)).lower()}."
        raise DesktopAppError(reason=reason) from error
    return listener


def _watch_lifeline(stop: StopRequest) -> None:
    """Wait for the end of stdin, which comes even when the parent is killed.

    It reads the descriptor itself: a daemon thread that held sys.stdin's lock would abort the interpreter's exit.
    """
    try:
        while os.read(_STDIN_FD, 4096):
            pass
    except OSError as error:
        sys.stderr.write(f"The lifeline can't be read: {error.strerror}\n")
    stop.ask(0)
