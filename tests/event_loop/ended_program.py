"""The program from its command line, ended by one thing after another: ``python -m ... MOMENT THINGS ...``.

MOMENT is when the first thing happens: ``early``, before its event loop runs, or ``loading``. The second one happens
while the program is ending, the third when its event loop has ended. A thing is ``close``, ``quit``, ``end`` (of the
scenario), ``SIGINT`` or ``SIGTERM``. What follows is the program's command line. It says each thing on stdout, and at
last what it has not given back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from unittest import mock

from PySide6.QtCore import QTimer

from desktop_app.app import Program, Scenario
from desktop_app.cli import main
from desktop_app.client import known
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from desktop_app.signin.painting import emission
from desktop_app.signin.state import SigningIn
from tests.reliability.leftovers import holdings, left_since

EXIT_CODE = 7
SERVICE_LIMIT_S = 20.0


class Ending:
    """Ends the program.

    Args:
        is_early: Whether before its event loop runs.
        things: What is to happen, one after the other.
    """

    def __init__(self, is_early: bool, things: list[str]) -> None:
        self.is_early = is_early
        self._things = things
        self._program: Program | None = None
        self._done: asyncio.Future[int] | None = None

    def begin(self, program: Program) -> None:
        """The program is about to run."""
        self._program = program
        if self.is_early:
            QTimer.singleShot(0, self.happen)

    async def play(self, program: Program) -> int:
        """Be signing in when the first thing happens."""
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        await known(program.backend)
        assert program.presenter is not None
        program.presenter.sign_in(DEMO_EMAIL, DEMO_PASSWORD)
        await emission(program.window.state_painted)
        assert isinstance(program.presenter.state, SigningIn)
        loop.call_soon(self.happen)
        try:
            return await self._done
        finally:
            print("the scenario has ended", flush=True)

    def happen(self) -> None:
        """Have the next thing happen."""
        thing = self._things.pop(0)
        print(thing, flush=True)
        assert self._program is not None
        match thing:
            case "close":
                self._program.window.close()
            case "quit":
                self._program.qt.quit()
            case "end":
                if self._done is not None and not self._done.done():
                    self._done.set_result(EXIT_CODE)
            case _:
                os.kill(os.getpid(), signal.Signals[thing])


def run(moment: str, things: list[str], arguments: list[str]) -> int:
    """Run the program and return its exit code."""
    ending = Ending(moment == "early", things)
    run_program, aclose, save_settings = Program.run, Program._aclose, Program._save_settings

    def run_to_its_end(program: Program, _scenario: Scenario | None = None) -> int:
        ending.begin(program)
        return run_program(program, None if ending.is_early else ending.play)

    async def aclose_amid(program: Program, *closed: object) -> None:
        ending.happen()
        # Through Qt's loop, so that what has happened is served.
        await asyncio.sleep(0.02)
        await aclose(program, *closed)  # type: ignore[arg-type]

    def save_settings_amid(program: Program) -> None:
        ending.happen()
        save_settings(program)

    before = holdings()
    # Not a claim about speed: a busy machine's service takes long to end, and the program would complain of that.
    mock.patch("desktop_app.backend.CHILD_EXIT_LIMIT_S", SERVICE_LIMIT_S).start()
    with mock.patch.multiple(Program, run=run_to_its_end, _aclose=aclose_amid, _save_settings=save_settings_amid):
        code = main(arguments)
    print("left:", left_since(before, kinds=("thread", "process", "descriptor socket")), flush=True)
    return code


if __name__ == "__main__":
    # Not a claim about speed: asyncio's debug mode tells of what a busy machine has made slow.
    logging.getLogger("asyncio").addFilter(lambda record: not record.getMessage().startswith("Executing "))
    sys.exit(run(sys.argv[1], sys.argv[2].split(), sys.argv[3:]))
