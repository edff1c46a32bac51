"""The program itself, without those of its parts that are not named, and what it uses of the processor.

``parts.py PARTS MOMENT SECONDS run ...`` is ``desktop-app run ...``, in which of the parts that are never at rest
only those in PARTS are started, with commas between them: ``indicator`` the ball, ``monitor`` the heartbeat, the
watchdog and what is taken down of paints and inputs, ``strip`` the lag strip. It says on stdout what share of one
core the process took for SECONDS at this moment: ``idle``, with the form on the screen, or ``spinner``, during a load
that nobody answers.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from desktop_app.app import Program

SETTLING_S = 1.0


def leave_out(program: Program, parts: Collection[str]) -> None:
    """Have the parts that are not named neither started nor drawn."""
    if "indicator" not in parts:
        program.window.feel.indicator.start = nothing  # type: ignore[method-assign]
    if "monitor" not in parts:
        program.monitor.start = nothing  # type: ignore[method-assign]
    if "strip" not in parts:
        program.monitor.slice_measured.disconnect(program.strip.add)
        for part in (program.strip, program.strip.chart):
            part.killTimer(part._redraw)


def nothing() -> None:
    """Take the place of what starts a part."""


async def play(program: Program, parts: Collection[str], moment: str, duration_s: float) -> int:
    """Wait until everything is at rest but what is measured, and tell what that takes."""
    from desktop_app.responsiveness.clock import NS_PER_MS
    from desktop_app.responsiveness.slices import Slice
    from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD

    assert program.instrument is not None
    assert program.presenter is not None
    if "monitor" not in parts:
        program.instrument.detach()
        program.instrument.recorder.inputs.unwatch()
    if "strip" in parts:
        # As it is after half a minute.
        now_ns = program.monitor.clock()
        for age_ms in range(30_000, 0, -20):
            start_ns = now_ns - age_ms * NS_PER_MS
            program.strip.add(Slice(start_ns, start_ns + NS_PER_MS // 2))
    await asyncio.shield(asyncio.wrap_future(program.backend.endpoint()))
    if moment == "spinner":
        program.presenter.sign_in(DEMO_EMAIL, DEMO_PASSWORD)
    await asyncio.sleep(SETTLING_S)
    assert program.window.activity.spinner.isVisible() == (moment == "spinner")
    used_s, since_s = time.process_time(), time.monotonic()
    await asyncio.sleep(duration_s)
    print((time.process_time() - used_s) / (time.monotonic() - since_s))
    assert program.window.activity.spinner.isVisible() == (moment == "spinner")
    program.presenter.cancel()
    return 0


def main(parts: Collection[str], moment: str, duration_s: float, arguments: list[str]) -> int:
    """Run the program."""
    from desktop_app.qt_import import import_qt

    import_qt()
    from desktop_app.app import Program
    from desktop_app.cli import main as run_command

    run = Program.run

    def run_parts(self: Program, scenario: object = None) -> int:
        assert scenario is None, "run has none"
        leave_out(self, parts)
        return run(self, lambda program: play(program, parts, moment, duration_s))

    Program.run = run_parts  # type: ignore[method-assign]
    return run_command(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].split(","), sys.argv[2], float(sys.argv[3]), sys.argv[4:]))
