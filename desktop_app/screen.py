"""Whether a window can be opened here. Asked before Qt is: Qt aborts the process to say that it cannot."""

from __future__ import annotations

import os
import re
import socket
import sys

from desktop_app.errors import DesktopAppError

X11_PORT = 6000
ANSWER_LIMIT_S = 2.0


def has_screen() -> bool:
    """Tell whether there is anything to open a window on."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))


def require_screen() -> None:
    """Make sure that a window can be opened.

    Raises:
        DesktopAppError: There is no screen, or its server does not answer.
    """
    if not has_screen():
        raise DesktopAppError(
            reason="There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): "
            "try desktop-app compare, which needs none."
        )
    display = os.environ.get("DISPLAY", "")
    only_x11 = not os.environ.get("QT_QPA_PLATFORM") and not os.environ.get("WAYLAND_DISPLAY")
    if display and only_x11 and not _answers(display):
        raise DesktopAppError(
            reason=f"No X server answers at DISPLAY={display}: is it right, and is the server running?"
        )


def _answers(display: str) -> bool:
    """Try to connect to an X server, named as in X(7): ``[HOST]:NUMBER[.SCREEN]``."""
    match = re.fullmatch(r"(?:unix)?(.*):(\d+)(?:\.\d+)?", display)
    if match is None:
        return True  # a form that this does not know: Qt may
    host, number = match[1], int(match[2])
    if host:
        return _connects(socket.AF_INET, (host, X11_PORT + number))
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen
    return any(_connects(socket.AF_UNIX, address) for address in (path, f"\0{path}"))


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_LIMIT_S)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
