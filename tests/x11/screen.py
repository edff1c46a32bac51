"""An X server of one's own, a window manager on it, and somebody who presses keys there."""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import subprocess
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Final

from tests.helpers.x11 import LIBRARY, LIMIT_S, Screen, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES: Final = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
SIZE: Final = (1280, 900)
_END_LIMIT_S: Final = 5.0
# It binds no button, where without these elements it would bind those of the usual kind: to see each click first, a
# window manager holds up the pointer, and on a busy machine a button is then released where the pointer is by then.
_OPENBOX_CONFIGURATION: Final = """\
<openbox_config xmlns="http://openbox.org/3.4/rc"><keyboard/><mouse/></openbox_config>
"""


def missing_packages() -> list[str]:
    """Tell which Debian packages these tests lack here."""
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        missing.append("libx11-6")
    return missing


@contextmanager
def running_screen(directory: Path, *, managed: bool = True) -> Iterator[Screen]:
    """Run an X server until the block ends.

    Args:
        directory: For what the server and the window manager have to say, and as the latter's home.
        managed: Whether a window manager runs on it.
    """
    with ExitStack() as ended_after:
        log = ended_after.enter_context((directory / "screen.log").open("ab"))
        reading, writing = os.pipe()
        ended_after.callback(os.close, reading)
        try:
            # The server itself looks for a display number that is free, and tells it.
            command = [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                "{}x{}x24".format(*SIZE),
                "-nolisten",
                "tcp",
            ]
            server = subprocess.Popen(command, stdout=log, stderr=log, pass_fds=(writing,))
        finally:
            os.close(writing)
        ended_after.callback(end, server)
        screen = ended_after.enter_context(closing(Screen(f":{_line(reading)}")))
        if managed:
            environment = {"PATH": os.environ["PATH"], "DISPLAY": screen.name, "HOME": str(directory)}
            configuration = directory / "openbox.xml"
            configuration.write_text(_OPENBOX_CONFIGURATION, encoding="utf-8")
            command = ["openbox", "--sm-disable", "--config-file", str(configuration)]
            manager = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
            ended_after.callback(end, manager)
            wait_for(lambda: screen.number("_NET_SUPPORTING_WM_CHECK"), "the window manager")
        yield screen


def press(screen: Screen, *chain: str) -> None:
    """Have xdotool press real keys and buttons (XTEST); takes a chain of its commands."""
    environment = {"PATH": os.environ["PATH"], "DISPLAY": screen.name}
    subprocess.run(["xdotool", *chain], env=environment, check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if it has to be, and reap it; one that has ended may be given as well."""
    process.terminate()
    try:
        process.wait(_END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _line(pipe: int) -> str:
    """Read a line from a pipe, within `LIMIT_S` a piece."""
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], LIMIT_S)
        piece = os.read(pipe, 64) if ready else b""
        if not piece:
            raise TimeoutError("the X server did not start: see screen.log")
        line += piece
    return line.decode().strip()
