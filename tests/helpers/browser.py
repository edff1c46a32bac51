"""A real browser without a window: Chromium, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from desktop_app.overriding import override

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# It runs as root in containers, where its sandbox cannot; the pages are the tests' own.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--force-device-scale-factor=1",
)


@dataclass
class Proxy:
    """Is asked for everything that the browser wants from the network, gives nothing, and notes what it was."""

    port: int
    asked: list[str] = field(default_factory=list)


@contextmanager
def noting_proxy() -> Iterator[Proxy]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            proxy.asked.append(self.path)
            self.send_error(502)

        do_CONNECT = do_POST = do_GET  # noqa: N815 - so they are called

        @override
        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = Proxy(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def browse(page: Path, *options: str, proxy: Proxy | None = None) -> tuple[str, list[str]]:
    """Open a file; give what the browser printed, and what its page wrote to the console: errors and refusals."""
    assert CHROMIUM is not None
    if proxy is not None:
        options = (*options, f"--proxy-server=http://127.0.0.1:{proxy.port}", "--proxy-bypass-list=<-loopback>")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as browser,
    ):
        try:
            printed, log = browser.communicate(timeout=90)
        except BaseException:
            os.killpg(browser.pid, signal.SIGKILL)  # it is several processes
            raise
    assert browser.returncode == 0, log
    return printed, [line for line in log.splitlines() if "CONSOLE" in line]
