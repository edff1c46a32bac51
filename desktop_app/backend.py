"""The service that the window talks to: the program's own child process, or one that is given by its URL.

Qt-free and asyncio-free, so that the children are under way before anything heavy is imported.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from desktop_app.config import address_of
from desktop_app.errors import DesktopAppError, ServiceNotStarted

if TYPE_CHECKING:
    import subprocess

    from desktop_app.conditions.presets import Conditions
    from desktop_app.preferences.transport import Endpoint

RESTARTS = 1
CHILD_EXIT_LIMIT_S = 1.0
WINDOW_LIMIT_S = 0.5
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
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            log.debug("%s had ended already", self._process.args)
        try:
            self._process.wait(CHILD_EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            # One that is still importing cannot listen yet; what it has written so far survives.
            if self._has_answered:
                log.warning("%s does not end: killing it", self._process.args)
            self._process.kill()
            self._process.wait()
        # Whoever waits for a line has got the end of it by now.
        with self._reading:
            assert self._process.stdout is not None
            self._process.stdout.close()


class Backend:
    """The service, and where the conditions ask for it a proxy before it, each a process of its own.

    A thread starts them, watches the service, and starts it once more when it dies.

    Args:
        conditions: What happens to the network and the database.
        store_url: The customer database of the program's own service, as ``desktop-app serve --store`` takes it.
        server: The URL of a service that runs already, to be used instead of an own one.
    """

    def __init__(self, conditions: Conditions, *, store_url: str = "", server: str = "") -> None:
        self.notices: list[str] = []
        """What the person should know about how the service started; complete once the endpoint is known."""
        self._conditions = conditions
        self._store_url = store_url
        self._server = server
        self._secret = "" if server else os.urandom(32).hex()
        self._proxy_secret = os.urandom(32).hex()
        self._endpoint: Future[Endpoint] = Future()
        self._lock = threading.Lock()
        self._closing = False
        self._window_shown = threading.Event()
        self._children: list[ChildProcess] = []

    def start(self) -> None:
        """Start the processes, without waiting for them."""
        threading.Thread(target=self._supervise, name="backend", daemon=True).start()

    def on_window_shown(self) -> None:
        """Start what was held back until the window is shown: it is."""
        self._window_shown.set()

    def fail(self, error: DesktopAppError) -> None:
        """Do not start; say why not to whoever asks for the endpoint."""
        self._endpoint.set_exception(ServiceNotStarted(reason=str(error)))

    def endpoint(self) -> Future[Endpoint]:
        """Give the present endpoint, once it is known; fails with a `ServiceNotStarted`."""
        return self._endpoint

    def close(self) -> None:
        """End the processes, in `CHILD_EXIT_LIMIT_S` at most; may be called twice, and from any thread."""
        with self._lock:
            self._closing = True
            children, self._children = self._children, []
        closers = [threading.Thread(target=child.close) for child in children]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()

    def _supervise(self) -> None:
        try:
            service = None if self._server else self._start_service()
            proxy = self._start_proxy() if self._conditions.toxics else None
            self._connect(service, proxy)
            if service is not None:
                self._restart_when_it_ends(service, proxy)
        except (DesktopAppError, OSError) as error:
            failure = error if isinstance(error, ServiceNotStarted) else ServiceNotStarted(reason=str(error))
            if not self._closing:
                self._endpoint.set_exception(failure)

    def _restart_when_it_ends(self, service: ChildProcess, proxy: dict[str, Any] | None) -> None:
        for _ in range(RESTARTS):
            service.wait()
            if self._closing:
                return
            log.warning("The service ended unexpectedly: restarting it")
            self._endpoint = Future()
            service = self._start_service()
            self._connect(service, proxy)
        service.wait()
        self._endpoint = Future()
        raise ServiceNotStarted(reason="it ended unexpectedly, also after a restart.")

    def _start_service(self) -> ChildProcess:
        arguments = [
            "serve",
            "--child",
            "--demo-account",
            "--allow-load",
            "--store",
            self._store_url,
            "--port",
            "0",
        ]
        service = self._start("desktop_app", *arguments)
        service.send({"secret": self._secret})
        return service

    def _start_proxy(self) -> dict[str, Any]:
        # It is ready long before the service is, so it leaves the processor to the window first.
        self._window_shown.wait(WINDOW_LIMIT_S)
        proxy = self._start("desktop_app.conditions", "--child")
        proxy.send({"secret": self._proxy_secret})
        return _expect(proxy, "ready")

    def _start(self, *arguments: str) -> ChildProcess:
        with self._lock:
            if self._closing:
                raise ServiceNotStarted(reason="the program is ending.")
            child = ChildProcess(*arguments)
            self._children.append(child)
            return child

    def _connect(self, service: ChildProcess | None, proxy: dict[str, Any] | None) -> None:
        """Wait until the service is ready, put the conditions into force, and make the endpoint known."""
        url = self._server
        if service is not None:
            ready = _expect(service, "ready")
            self.notices += ready["notices"]
            url = ready["url"]
        host, port = address_of(url)
        if proxy is not None:
            from desktop_app.conditions.control import configure_proxy

            configure_proxy(
                (proxy["host"], proxy["control_port"]),
                self._proxy_secret,
                upstream=(host, port),
                toxics=self._conditions.toxics,
                seed=self._conditions.seed,
                timeout_s=CHILD_EXIT_LIMIT_S,
            )
        if self._conditions.database_load:
            from desktop_app.conditions.database import arm_customer_load

            arm_customer_load(host, port, self._secret, timeout_s=CHILD_EXIT_LIMIT_S)
        # Not before there is an endpoint: what this imports takes as long as the window does to appear.
        from desktop_app.preferences.transport import Endpoint, new_ssl_context

        via = (proxy["host"], proxy["port"]) if proxy else None
        self._endpoint.set_result(Endpoint(url, self._secret, via, new_ssl_context(url)))


def _expect(child: ChildProcess, event: str) -> dict[str, Any]:
    try:
        message = child.receive()
        if message is not None and message["event"] == event:
            return message
        raise ServiceNotStarted(reason=message["reason"] if message else "it ended at once.")
    except (ValueError, KeyError) as error:
        raise ServiceNotStarted(reason=f"it said something that makes no sense ({error}).") from error
