"""The real service in a real process, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx2

from desktop_app.wire import SECRET_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPOSITORY: Final = Path(__file__).parents[2]
_EXIT_LIMIT_S: Final = 5.0

# The arguments come as the first line of stdin, so that a secret shows in no list of processes.
_PROGRAM: Final = """
import json, sys
from desktop_app.errors import DesktopAppError
from desktop_app.service.serve import serve
try:
    sys.exit(serve(**json.loads(sys.stdin.readline())))
except DesktopAppError as error:
    sys.exit(str(error))
"""


class ServiceNotReadyError(Exception):
    """The service ended before it was ready; holds what it wrote to stderr, and ``exit_code``."""

    def __init__(self, exit_code: int, stderr: str) -> None:
        super().__init__(stderr)
        self.exit_code = exit_code


@dataclass(frozen=True)
class ServiceProcess:
    """A service that is ready to answer; closing ``process.stdin`` ends it."""

    url: str
    process: subprocess.Popen[str]
    secret: str | None
    notices: tuple[str, ...]
    directory: Path

    def client(self, **options: Any) -> httpx2.Client:
        """Return a client that sends the secret; to be closed."""
        headers = {} if self.secret is None else {SECRET_HEADER: self.secret}
        return httpx2.Client(base_url=self.url, headers=headers, trust_env=False, timeout=20, **options)

    def wait(self) -> int:
        """Wait for the end of the process and return its exit code."""
        return self.process.wait(_EXIT_LIMIT_S)

    def log(self) -> str:
        """Return what the service has written to stderr."""
        return (self.directory / "service.log").read_text(encoding="utf-8")


def store_path(directory: Path) -> Path:
    """Return the customer database's file of a service that runs in ``directory``."""
    return directory / "store" / "customers.sqlite3"


def credentials_path(directory: Path) -> Path:
    """Return the credentials database's file of a service that runs in ``directory``."""
    return directory / "store" / "customers-credentials.sqlite3"


def store_url(directory: Path) -> str:
    """Return the URL of the store of a service that runs in ``directory``."""
    return f"sqlite:///{store_path(directory)}"


@contextmanager
def running_service(
    directory: Path,
    *,
    demo_account: bool = True,
    allow_load: bool = False,
    allow_faults: bool = False,
    secret: str | None = None,
    port: int = 0,
    session_lifetime_s: float = 43200,
    store: str | None = None,
) -> Iterator[ServiceProcess]:
    """Run the service until the block ends, by its lifeline, or killed if that takes longer than 5 s.

    Args:
        directory: Where its store (``store/``) and its stderr (``service.log``) are kept.
        demo_account: As for ``serve``, like the following.
        allow_load: See there.
        allow_faults: See there.
        secret: See there.
        port: See there.
        session_lifetime_s: See there.
        store: Its URL, instead of ``store_url(directory)``.

    Raises:
        ServiceNotReadyError: It ended before it was ready.
    """
    arguments = {
        "store_url": store or store_url(directory),
        "port": port,
        "secret": secret,
        "demo_account": demo_account,
        "allow_load": allow_load,
        "allow_faults": allow_faults,
        "lifeline": True,
        "session_lifetime_s": session_lifetime_s,
    }
    log_path = directory / "service.log"
    with log_path.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(arguments) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise ServiceNotReadyError(process.wait(_EXIT_LIMIT_S), log_path.read_text(encoding="utf-8"))
            ready = json.loads(line)
            yield ServiceProcess(ready["url"], process, secret, tuple(ready["notices"]), directory)
        finally:
            process.stdin.close()
            try:
                process.wait(_EXIT_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
