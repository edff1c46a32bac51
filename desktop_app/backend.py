"""The service that the window talks to: the program's own child process, or one that is given by its URL.

Qt-free and asyncio-free, so that the children are under way before anything heavy is imported.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop_app.config import address_of
from desktop_app.errors import DesktopAppError, ProgramFault, ServiceNotStarted

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from desktop_app.conditions.presets import Conditions
    from desktop_app.preferences.transport import Endpoint

RESTARTS = 1
CHILD_EXIT_LIMIT_S = 1.0
WINDOW_LIMIT_S = 0.5
CONTROL_LIMIT_S = 5.0
ANY_PORT = 0
log = logging.getLogger(__name__)


class ChildProcess:
    """A Python process that speaks JSON lines, and ends when its stdin does, however its parent ends.

    Args:
        arguments: What follows ``python -m``.
    """

    def __init__(self, *arguments: str) -> None:
        import subprocess

        self._has_answered = False
        self._reading = threading.Lock()
        self._process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603 - this program's own modules
            # -P: a file in the current directory must not stand in for a module.
            [sys.executable, "-P", "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # A signal to the terminal's foreground group, such as Ctrl+C, is the parent's to act on.
            start_new_session=True,
        )

    def send(self, message: dict[str, Any]) -> None:
        """Send it a line; one that has died does not mind."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            log.debug("%s does not listen any more", self._process.args)

    def receive(self) -> dict[str, Any] | None:
        """Wait for its next line; None once it has ended."""
        assert self._process.stdout is not None
        with self._reading:
            line = "" if self._process.stdout.closed else self._process.stdout.readline()
        if not line:
            return None
        self._has_answered = True
        message = json.loads(line)
        assert isinstance(message, dict)
        return message

    def wait(self) -> None:
        """Wait for its end."""
        self._process.wait()

    def close(self) -> None:
        """Close its stdin and wait for its end; kill it when that takes too long."""
        import subprocess

        assert self._process.stdin is not None
        # One that is still importing cannot listen yet; what it has written so far survives.
        is_listening = self._has_answered
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            log.debug("%s had ended already", self._process.args)
        try:
            self._process.wait(CHILD_EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            if is_listening:
                log.warning("%s does not end: killing it", self._process.args)
            self._process.kill()
            self._process.wait()
        # Whoever waits for a line has got the end of it by now.
        with self._reading:
            assert self._process.stdout is not None
            self._process.stdout.close()


class Backend:
    """The service, and before it a proxy that makes the network's conditions, each a process of its own.

    One thread starts them, starts each once more when it dies, and changes the conditions; it does one thing after
    the other, so that what was asked for last is what is in force in the end.

    Before a service that is given there is a proxy only from the first conditions on that need one: a proxy has
    already accepted a connection that the service then refuses, so that the two cannot be told apart any more.

    Args:
        conditions: What happens to the network and the database, at first.
        store_url: The customer database of the program's own service, as ``desktop-app serve --store`` takes it.
        server: The URL of a service that runs already, to be used instead of an own one.
    """

    def __init__(self, conditions: Conditions, *, store_url: str = "", server: str = "") -> None:
        self.notices: list[str] = []
        """What the person should know about how the service started; complete once the endpoint is known."""
        self._conditions = conditions
        self._store_url = store_url
        self._server = server
        self._secret = os.urandom(32).hex()
        self._endpoint: Future[Endpoint] = Future()
        self._url = server
        self._proxy: _ProxyAddress | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closing = False
        self._window_shown = threading.Event()
        self._children: list[ChildProcess] = []

    def start(self) -> None:
        """Start the processes, without waiting for them."""
        threading.Thread(target=self._work, name="backend", daemon=True).start()

    def on_window_shown(self) -> None:
        """Start what was held back until the window is shown: it is."""
        self._window_shown.set()

    def fail(self, error: DesktopAppError) -> None:
        """Start nothing; say why not to whoever asks for the endpoint."""
        self._fail(error)
        threading.Thread(target=self._do_jobs, name="backend", daemon=True).start()

    def endpoint(self) -> Future[Endpoint]:
        """Give the present endpoint, once it is known; fails with a `ServiceNotStarted`."""
        return self._endpoint

    def apply(self, conditions: Conditions) -> Future[None]:
        """Put other conditions into force, for what is under way as well; they are when the future is done.

        The first proxy before a service that is given comes too late for what is under way. The future fails with a
        `DesktopAppError` when the processes do not take the conditions; after `close` it stays as it is.
        """
        done: Future[None] = Future()
        self._jobs.put(lambda: self._apply(conditions, done))
        return done

    def close(self) -> None:
        """End the processes, in `CHILD_EXIT_LIMIT_S` at most; may be called twice, and from any thread."""
        with self._lock:
            self._closing = True
            children, self._children = self._children, []
        self._jobs.put(None)
        closers = [threading.Thread(target=child.close) for child in children]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()

    def _work(self) -> None:
        """Start, and then do what there is to do until the program ends; for the thread named "backend"."""
        self._do(self._start_all)
        self._do_jobs()

    def _start_all(self) -> None:
        service = None if self._server else self._start_service()
        if service is not None or self._conditions.toxics:
            self._start_proxy(ANY_PORT)
        if service is not None:
            self._await_service(service)
        self._connect(self._conditions)

    def _do_jobs(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._do(job)

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except (DesktopAppError, OSError) as error:
            self._fail(error)
        except Exception:
            # A bug: nobody is to wait for an endpoint that nobody will make known.
            self._fail(ProgramFault())
            raise

    def _fail(self, error: DesktopAppError | OSError) -> None:
        if not self._closing:
            if self._endpoint.done():
                self._endpoint = Future()
            self._endpoint.set_exception(_as_not_started(error))

    def _apply(self, conditions: Conditions, done: Future[None]) -> None:
        try:
            if self._proxy is None and conditions.toxics:
                self._start_proxy(ANY_PORT)
            self._put_into_force(conditions, now=True)
            self._conditions = conditions
            if self._endpoint.result().via is None and self._proxy is not None:
                self._announce()
        except (DesktopAppError, OSError) as error:
            if not self._closing:
                done.set_exception(_as_not_started(error) if isinstance(error, OSError) else error)
        else:
            done.set_result(None)

    def _start_service(self) -> ChildProcess:
        arguments = ["--demo-account", "--allow-load", "--allow-faults", "--store", self._store_url, "--port", "0"]
        return self._start("desktop_app", "serve", "--child", *arguments)

    def _await_service(self, service: ChildProcess, restarts: int = RESTARTS) -> None:
        ready = _expect(service, "ready")
        self.notices += ready["notices"]
        self._url = ready["url"]
        self._when_it_ends(service, lambda: self._restart_service(restarts))

    def _restart_service(self, restarts: int) -> None:
        if not restarts:
            self._endpoint = Future()
            raise ServiceNotStarted(reason="it ended unexpectedly, also after a restart.")
        log.warning("The service ended unexpectedly: restarting it")
        self._endpoint = Future()
        self._await_service(self._start_service(), restarts - 1)
        self._connect(self._conditions)

    def _start_proxy(self, port: int, restarts: int = RESTARTS) -> None:
        # It is ready long before the service is, so it leaves the processor to the window first.
        self._window_shown.wait(WINDOW_LIMIT_S)
        proxy = self._start("desktop_app.conditions", "--child", "--listen", f"127.0.0.1:{port}")
        ready = _expect(proxy, "ready")
        self._proxy = _ProxyAddress((ready["host"], ready["port"]), ("127.0.0.1", ready["control_port"]))
        self._when_it_ends(proxy, lambda: self._restart_proxy(restarts))

    def _restart_proxy(self, restarts: int) -> None:
        assert self._proxy is not None
        if not restarts:
            self._endpoint = Future()
            raise ServiceNotStarted(reason="the proxy before it ended unexpectedly, also after a restart.")
        log.warning("The proxy ended unexpectedly: restarting it")
        # Where it was: connections that are tried again find it there.
        self._start_proxy(self._proxy.listens_at[1], restarts - 1)
        self._put_into_force(self._conditions)

    def _start(self, *arguments: str) -> ChildProcess:
        with self._lock:
            if self._closing:
                raise ServiceNotStarted(reason="the program is ending.")
            child = ChildProcess(*arguments)
            self._children.append(child)
        child.send({"secret": self._secret})
        return child

    def _when_it_ends(self, child: ChildProcess, job: Callable[[], None]) -> None:
        """Have a job done when a child has ended, unless the program has, too."""

        def watch() -> None:
            child.wait()
            if not self._closing:
                self._jobs.put(job)

        threading.Thread(target=watch, name="watch", daemon=True).start()

    def _connect(self, conditions: Conditions) -> None:
        """Put conditions into force for a service that is ready, and make the endpoint known."""
        self._put_into_force(conditions)
        self._announce()

    def _announce(self) -> None:
        """Make the endpoint known; one that was known already is replaced."""
        # Not before there is a service: what this imports takes as long as the window does to appear.
        from desktop_app.preferences.transport import Endpoint, new_ssl_context

        secret = "" if self._server else self._secret
        via = self._proxy.listens_at if self._proxy else None
        endpoint = Endpoint(self._url, secret, via, new_ssl_context(self._url))
        if self._endpoint.done():
            self._endpoint = Future()
        self._endpoint.set_result(endpoint)

    def _put_into_force(self, conditions: Conditions, *, now: bool = False) -> None:
        from desktop_app.conditions.control import configure_proxy
        from desktop_app.conditions.service_control import control_service

        if not self._url:
            raise ServiceNotStarted(reason="it has not been started.")
        host, port = address_of(self._url)
        if not self._server:
            control_service(
                host,
                port,
                self._secret,
                database_load=conditions.database_load,
                faults=conditions.faults,
                now=now,
                timeout_s=CONTROL_LIMIT_S,
            )
        if self._proxy is not None:
            configure_proxy(
                self._proxy.controlled_at,
                self._secret,
                upstream=(host, port),
                toxics=conditions.toxics,
                seed=conditions.seed,
                timeout_s=CONTROL_LIMIT_S,
            )


class _ProxyAddress(NamedTuple):
    """Where the proxy is: a host and a port each."""

    listens_at: tuple[str, int]
    controlled_at: tuple[str, int]


def _as_not_started(error: DesktopAppError | OSError) -> ServiceNotStarted:
    return error if isinstance(error, ServiceNotStarted) else ServiceNotStarted(reason=str(error))


def _expect(child: ChildProcess, event: str) -> dict[str, Any]:
    try:
        message = child.receive()
        if message is not None and message["event"] == event:
            return message
        raise ServiceNotStarted(reason=message["reason"] if message else "it ended at once.")
    except (ValueError, KeyError) as error:
        raise ServiceNotStarted(reason=f"it said something that makes no sense ({error}).") from error
