"""The program itself, with one pixel on top of its window that tells when the first paint has ended.

``program.py UNTIL run ...`` is ``desktop-app run ...``, unchanged but for this: when the program imports
`desktop_app.app`, at whatever moment it does so, `Program.run` is wrapped, so that

- a widget of one pixel, the topmost and therefore painted last, tells when the window was painted for the first time;
- the scenario that `Program.run` takes is one that tells when a sign-in can be served, signs in if asked to, and ends
  the program the usual way, which leaves no child process behind to disturb the next run.

That adds an import hook, a class and a widget: 0.3 ms of the first paint's time. It says on stdout what happens, each
a line of JSON with a stamp of the system-wide monotonic clock, and goes on when it is sent a line.
"""

from __future__ import annotations

import sys
import time
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from desktop_app.app import Program, Scenario

MODULE = "desktop_app.app"
IDLE_S = 1.0


class ImportHook:
    """Wraps `Program.run` as soon as its module is imported."""

    def __init__(self, until: str) -> None:
        self._until = until

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Find that one module, as the import system asks a finder to."""
        if name != MODULE:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_and_wrap(module: ModuleType) -> None:
            execute(module)
            wrap(module.Program, self._until)

        loader.exec_module = execute_and_wrap
        return spec


def wrap(program_class: type[Program], until: str) -> None:
    """Have `Program.run` tell what happens, and end."""
    run = program_class.run

    def run_watched(self: Program, scenario: Scenario | None = None) -> int:
        assert scenario is None, "run has none"
        put_pixel_on(self)
        return run(self, lambda running: play(running, until))

    program_class.run = run_watched  # type: ignore[method-assign]


def put_pixel_on(program: Program) -> None:
    """Have the end of the first paint told."""
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    from desktop_app.overriding import override

    class Pixel(QWidget):
        is_painted = False

        @override
        def paintEvent(self, event: QPaintEvent) -> None:
            if not self.is_painted:
                self.is_painted = True
                tell("painted")

    pixel = Pixel(program.window)
    pixel.setGeometry(0, 0, 1, 1)
    pixel.raise_()


async def play(program: Program, until: str) -> int:
    """Wait until a sign-in can be served, and sign in and wait a second more if it is until ``idle``."""
    import asyncio

    from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
    from desktop_app.signin.painting import emission

    if until == "painted":
        return 0
    await asyncio.shield(asyncio.wrap_future(program.backend.endpoint()))
    tell("ready")
    if until == "idle":
        assert program.presenter is not None
        measured = emission(program.meter.measured)
        program.presenter.sign_in(DEMO_EMAIL, DEMO_PASSWORD)
        (result,) = await measured
        assert result.outcome == "home", result
        await asyncio.sleep(IDLE_S)
        tell("idle")
    return 0


def tell(event: str) -> None:
    """Tell what has just happened, and wait until it was noted."""
    print(f'{{"event": "{event}", "at_ns": {time.monotonic_ns()}}}', flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    sys.meta_path.insert(0, ImportHook(sys.argv[1]))

    from desktop_app.cli import main

    sys.exit(main(sys.argv[2:]))
