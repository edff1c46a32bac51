"""The program from its command line, with somebody before it: ``python -m tests.reliability.child TROUBLE ...``.

TROUBLE is what fails in the program before the person signs in: ``none``, ``slot``, ``task`` or ``thread``; what
follows is the program's command line. The credentials come on stdin, as JSON. On stdout it says, in lines of JSON,
the figures of an `Observation`: when it was submitted, what became of the load, and what is left at the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from unittest import mock

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from desktop_app.app import Program, Scenario
from desktop_app.cli import main
from desktop_app.errors import DeadlineExceeded
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.signin.failures import described
from desktop_app.signin.state import Degraded, Home, SignedOut, State
from tests.reliability.leftovers import holdings, left_since

POLL_MS = 5
TROUBLE = "trouble that nobody expected"


class Person:
    """Signs in as soon as the program is ready, and closes the window when the load has ended."""

    def __init__(self, program: Program, trouble: str, email: str, password: str) -> None:
        self._program = program
        self._trouble = trouble
        self._email = email
        self._password = password
        self._submitted_ns = 0
        self.has_seen_an_end = False
        self._failing: asyncio.Task[None] | None = None
        self._ready = QTimer()
        self._ready.setInterval(POLL_MS)
        self._ready.timeout.connect(self._sign_in_once_ready)
        self._ready.start()
        program.window.state_painted.connect(self._on_state_painted)

    def _sign_in_once_ready(self) -> None:
        if self._program.presenter is None:
            return
        self._ready.stop()
        self._make_trouble()
        form = self._program.window.form
        QTest.keyClicks(form.email, self._email)
        QTest.keyClicks(form.password, self._password)
        self._recorder = self._program.monitor.record()
        self._submitted_ns = time.monotonic_ns()
        _say(submitted_ns=self._submitted_ns)
        QTest.keyClick(form.password, Qt.Key.Key_Return)

    def _make_trouble(self) -> None:
        match self._trouble:
            case "slot":
                counter = self._program.window.feel.counter
                counter.clicked.connect(_fail)
                QTest.mouseClick(counter, Qt.MouseButton.LeftButton)
            case "task":
                self._failing = asyncio.get_running_loop().create_task(_fail_later())
                self._failing.add_done_callback(self._forget)
            case "thread":
                thread = threading.Thread(target=_fail)
                thread.start()
                thread.join()

    def _forget(self, _task: object) -> None:
        # That nobody has looked at its error shows when there is no task any more.
        self._failing = None

    def _on_state_painted(self, state: State) -> None:
        if not self._submitted_ns or not isinstance(state, SignedOut | Home | Degraded):
            return
        self.has_seen_an_end = True
        failure, notice = None if isinstance(state, Home) else state.failure, self._program.window.notice
        messages = [described(failure)[0]] if failure else []
        messages += [] if notice.isHidden() else [notice.title.text()]
        ended = {SignedOut: "form", Home: "home", Degraded: "degraded"}
        _say(
            end=ended[type(state)],
            message=" ".join(messages),
            name=state.preferences.display_name if isinstance(state, Home) else "",
            is_overdue=failure is not None and isinstance(failure.error, DeadlineExceeded),
            ended_ns=time.monotonic_ns(),
            longest_lag_ms=self.longest_lag_ms,
        )
        self._program.window.close()

    @property
    def longest_lag_ms(self) -> float:
        """The longest event-loop lag since the submit."""
        return self._recorder.summary().longest_ns / NS_PER_MS


def _fail() -> None:
    raise RuntimeError(TROUBLE)


async def _fail_later() -> None:
    await asyncio.sleep(0)
    _fail()


def _say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def run(trouble: str, arguments: list[str]) -> int:
    """Run the program and return its exit code."""
    credentials = json.loads(sys.stdin.readline())
    people: list[Person] = []
    run_program = Program.run

    def run_with_a_person(program: Program, scenario: Scenario | None = None) -> int:
        people.append(Person(program, trouble, **credentials))
        return run_program(program, scenario)

    before = holdings()
    with mock.patch.object(Program, "run", run_with_a_person):
        code = main(arguments)
    if not people[0].has_seen_an_end:
        _say(ended_ns=time.monotonic_ns(), longest_lag_ms=people[0].longest_lag_ms)
    # The timers of the window end with the process, and so does what Qt itself has opened.
    _say(left=left_since(before, kinds=("thread", "process", "descriptor socket")))
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
