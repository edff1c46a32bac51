"""On what the figures were measured, and what the processes that are measured are given."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import PySide6

from tests.benchmarks.processes import ChildError

DEFAULT_PLATFORM = "offscreen"
WITHOUT_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
SCREEN = "1920x1200x24"


def described() -> list[tuple[str, str]]:
    """Describe the machine; the load is that of the last minute, the measurements' own included."""
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    return [
        ("machine", f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores{load}"),
        ("Python", platform.python_version()),
        ("PySide6", f"{PySide6.__version__} on {os.environ.get('QT_QPA_PLATFORM', 'the default platform')}"),
    ]


@contextmanager
def qt_platform(name: str) -> Iterator[None]:
    """Have every process that is started in the block open its window there.

    Each finds its byte code where Python keeps it, as a person's does, also where this process keeps none: else every
    start would compile the program anew, for some 30 ms before the first paint.

    Args:
        name: As in QT_QPA_PLATFORM; ``xcb`` where there is no DISPLAY runs an Xvfb for it.

    Raises:
        ChildError: There is no DISPLAY here, and no Xvfb.
    """
    before = {key: os.environ.get(key) for key in ("QT_QPA_PLATFORM", "DISPLAY", WITHOUT_BYTE_CODE)}
    os.environ["QT_QPA_PLATFORM"] = name
    os.environ.pop(WITHOUT_BYTE_CODE, None)
    server = _start_xvfb() if name == "xcb" and not os.environ.get("DISPLAY") else None
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value
        if server is not None:
            server.terminate()
            server.wait()


def _start_xvfb() -> subprocess.Popen[bytes]:
    program = shutil.which("Xvfb")
    if program is None:
        raise ChildError("there is no DISPLAY, and Xvfb is not installed")
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as numbers:
        server = subprocess.Popen(
            [program, "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        # It writes the number of its display when it takes connections.
        os.environ["DISPLAY"] = ":" + numbers.readline().decode().strip()
    return server
