"""The installed program as a person and a system see it: a window, processes, an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from desktop_app.signin.theme import DARK, LIGHT, themed
from tests.helpers.x11 import LIMIT_S, Picture, Rectangle, Screen, wait_for
from tests.x11.processes import Identity, children_of, is_alive, listening_port
from tests.x11.screen import SIZE, end, press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.helpers.x11 import Ping

PROGRAM: Final = Path(sys.executable).with_name("desktop-app")
ACCENT: Final = themed(is_dark=False).accent
SERVES: Final = "-m desktop_app serve"
PING_INTERVAL_S: Final = 0.05
STALLED_S: Final = 0.25
INTO: Final = 12
"""How far below its upper edge a thing is clicked, in pixels."""
FILLED: Final = 6
"""Deeper than any outline."""
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START")
_ASIDE: Final = tuple(str(length - 1) for length in SIZE)


class Program:
    """A run of the program; everything that is known of it is seen from outside.

    Where things are is searched for in the window's pixels, by the colours of its theme: the form page is light here,
    the demo account's home page dark.
    """

    def __init__(self, screen: Screen, process: subprocess.Popen[bytes], directory: Path) -> None:
        self.screen = screen
        self.process = process
        self.directory = directory
        self.window = 0
        self._children: dict[Identity, str] = {}

    def wait_for_window(self) -> None:
        """Wait until the window is there and shows the form."""
        self.window = wait_for(self._find_window, "the window")
        wait_for(self.sign_in_button, "the form")

    def _find_window(self) -> int | None:
        assert self.process.poll() is None, self.stderr()
        for window in self.screen.windows():
            is_ours = self.screen.number("_NET_WM_PID", window) == self.process.pid
            if is_ours and self.screen.text("_NET_WM_NAME", window):
                return window
        return None

    @property
    def title(self) -> str:
        """What the window's title is."""
        return self.screen.text("_NET_WM_NAME", self.window)

    def stderr(self) -> str:
        """What it and its children have complained about."""
        return (self.directory / "stderr").read_text(encoding="utf-8")

    def children(self) -> dict[Identity, str]:
        """Give its present child processes, and what runs in each."""
        found = children_of(self.process.pid)
        self._children |= found
        return found

    def surviving_children(self) -> list[Identity]:
        """Give those child processes, of all that were seen, that still run."""
        return [child for child in self._children if is_alive(child)]

    def chosen_half(self) -> Rectangle | None:
        """Find the chosen half of the toggle on the form page: the filled thing that is narrow."""
        return self.picture().find(ACCENT, range(60, 120), depth=FILLED)

    def sign_in_button(self) -> Rectangle | None:
        """Find Sign in, when it can be clicked: the filled thing that is broad."""
        return self.picture().find(ACCENT, range(200, 800), depth=FILLED)

    def sign_out_button(self) -> Rectangle:
        """Find Sign out on the demo account's home page: the uppermost thing with an outline."""
        return wait_for(lambda: self.picture().find(DARK.strong_border, range(90, 140)), "Sign out")

    def typing_field(self) -> Rectangle:
        """Find the field to type in on the form page: what has a long outline in the dock."""
        return wait_for(lambda: self._find_in_dock(range(150, 800)), "the field to type in")

    def counter(self) -> Rectangle:
        """Find the counter on the form page: what has a short outline in the dock."""
        return wait_for(lambda: self._find_in_dock(range(40, 100)), "the counter")

    def _find_in_dock(self, widths: range) -> Rectangle | None:
        picture = self.picture()
        return picture.find(LIGHT.strong_border, widths, from_y=picture.height * 3 // 4)

    def shows_home(self) -> bool:
        """Tell whether the home page is there as the demo account wants it, which is dark: by the bar's colour."""
        return self.picture_of(Rectangle(8, 8, 1, 1)).color(0, 0) == DARK.surface

    def picture(self) -> Picture:
        """Give what the window shows."""
        _, _, width, height = self.screen.place(self.window)
        return self.picture_of(Rectangle(0, 0, width, height))

    def picture_of(self, area: Rectangle) -> Picture:
        """Give what a part of the window shows."""
        place = self.screen.place(self.window)
        return self.screen.picture(area._replace(x=place.x + area.x, y=place.y + area.y))

    def clicking(self, thing: Rectangle, times: int = 1) -> tuple[str, ...]:
        """Give xdotool's commands for clicks on a thing of which this is the edge, and for leaving it again."""
        place = self.screen.place(self.window)
        target = str(place.x + thing.x + thing.width // 2), str(place.y + thing.y + INTO)
        return "mousemove", *target, "click", "--repeat", str(times), "--delay", "5", "1", "mousemove", *_ASIDE

    def press(self, *chain: str) -> None:
        """Press real keys and buttons; takes a chain of xdotool's commands."""
        press(self.screen, *chain)

    def wait_for_service(self) -> None:
        """Wait until the service, which listens before it is ready, answers, be it that it refuses to."""

        def port() -> int | None:
            return next((listening_port(child) for child, words in self.children().items() if SERVES in words), None)

        connection = HTTPConnection("127.0.0.1", wait_for(port, "the service's port"), timeout=LIMIT_S)
        with closing(connection):
            connection.request("GET", "/healthz")
            connection.getresponse().read()

    def choose_blocking(self) -> None:
        """Press Alt+B and see that it was heard."""
        before = wait_for(self.chosen_half, "the toggle")
        self.press("key", "alt+b")
        wait_for(lambda: (now := self.chosen_half()) and now.right < before.x, "the toggle to move")

    def sign_in(self) -> None:
        """Type email and password of the demo account, and Return."""
        self.press("key", "alt+e")
        self.press("type", "--delay", "4", DEMO_EMAIL)
        self.press("key", "Tab")
        self.press("type", "--delay", "4", DEMO_PASSWORD)
        self.press("key", "Return")

    def wait_for_load(self, mode: str) -> None:
        """Wait until a load is seen to run: Sign in cannot be clicked and, in the blocking mode, nothing answers."""
        wait_for(lambda: self.sign_in_button() is None, "the load to begin")
        if mode == "blocking":
            wait_for(self._is_stalled, "the freeze")

    def _is_stalled(self) -> bool:
        ping, give_up_s = self.ping(), time.monotonic() + STALLED_S
        while time.monotonic() < give_up_s:
            if ping.latency() is not None:
                return False
            time.sleep(PING_INTERVAL_S / 10)
        return True

    def ping(self) -> Ping:
        """Ask the window for a sign of life."""
        return self.screen.ping(self.window)

    def pinged_until(self, condition: Callable[[], bool], what: str) -> list[float]:
        """Ping at a steady rate until something is so; give how long each answer took, once all are there."""
        pings = [self.ping()]

        def is_so() -> bool:
            if time.monotonic() >= pings[-1].sent_s + PING_INTERVAL_S:
                pings.append(self.ping())
            return pings[-1].latency() is not None and condition()

        wait_for(is_so, what)
        return [wait_for(ping.latency, "an answer") for ping in pings]

    def exit_code(self) -> int:
        """Wait for its end, and for that of its children; give its exit code."""
        code = self.process.wait(LIMIT_S)
        wait_for(lambda: not self.surviving_children(), "the end of the children")
        return code


@contextmanager
def running_program(screen: Screen, directory: Path, *arguments: str) -> Iterator[Program]:
    """Start the installed program and wait for its window; whatever becomes of it, nothing of it stays.

    Args:
        screen: Where its window opens.
        directory: For its profile, its output and, should the block fail, a picture of the window.
        arguments: Of the program; ``--conditions slow`` unless they say otherwise.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # No desktop's theme, no session's services, and a locale with which Qt has no quarrel.
    environment |= {
        "DISPLAY": screen.name,
        "HOME": str(directory),
        "XDG_RUNTIME_DIR": str(directory),
        "LC_ALL": "C.UTF-8",
    }
    directory.chmod(0o700)
    command = [str(PROGRAM), "--profile-dir", str(directory / "profile"), "--conditions", "slow", *arguments]
    press(screen, "mousemove", *_ASIDE)
    with (directory / "stdout").open("wb") as stdout, (directory / "stderr").open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, cwd=directory, env=environment)
    program = Program(screen, process, directory)
    try:
        program.wait_for_window()
        yield program
    except BaseException:
        screen.picture(Rectangle(0, 0, *SIZE)).save(directory / "screen.png")
        raise
    finally:
        program.children()
        end(process)
        for child in program.surviving_children():
            child.kill()
