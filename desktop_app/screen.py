"""Whether a window can be opened here. Asked before Qt is: Qt aborts the process to say that it cannot."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

from desktop_app.errors import DesktopAppError

ANSWER_LIMIT_S = 2.0


def require_screen() -> None:
    """Make sure, as far as can be told, that a window can be opened.

    Raises:
        DesktopAppError: There is no screen, or its server does not answer.
    """
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    wayland, display = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    if not wayland and not display:
        raise DesktopAppError(
            reason="There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): "
            "try desktop-app compare, which needs none."
        )
    if not (wayland and _wayland_answers(wayland)) and not (display and _x11_answers(display)):
        named = f"WAYLAND_DISPLAY={wayland}" if wayland else f"DISPLAY={display}"
        raise DesktopAppError(reason=f"No display server answers at {named}: is that right, and does it run?")


def _wayland_answers(display: str) -> bool:
    """Try to connect to a compositor: a socket in the runtime directory, or an absolute path."""
    return _connects(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/"), display)))


def _x11_answers(display: str) -> bool:
    """Try to connect to an X server on this machine; of one elsewhere, Qt will find out."""
    match = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if match is None:
        return True
    path = f"/tmp/.X11-unix/X{match[1]}"  # noqa: S108 - where X servers listen
    return _connects(path) or _connects(f"\0{path}")


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_LIMIT_S)
        try:
            probe.connect(path)
        except OSError:
            return False
        return True
