"""The running program, as its window shows it, against the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.config import Options, Settings
from desktop_app.event_loop import EventLoop
from desktop_app.interruption import Interruption
from desktop_app.signin.home import HomePage
from desktop_app.signin.results import LoadResult
from desktop_app.signin.state import Degraded, Home, Loading, SignedOut, SigningIn, State
from desktop_app.signin.window import Window
from tests.helpers.service_process import ServiceProcess, running_service
from tests.helpers.shown import Shown

EMAIL, PASSWORD = "demo@example.com", "responsive-by-default"
WAIT_MS = 20_000
S = TypeVar("S", SignedOut, SigningIn, Loading, Home, Degraded)

HEALTHY = PRESETS["healthy"]
SLOW = Conditions(
    "slower than healthy",
    "The network delays every reply by 300 ms.",
    toxics=({"type": "latency", "attributes": {"latency": 300}},),
)
SILENT = PRESETS["silent"]
DATABASE_BUSY = PRESETS["database-busy"]


@dataclass
class Running:
    """A running program, and what a person does with it."""

    program: Program
    qtbot: QtBot
    states: list[State] = field(default_factory=list)
    painted: list[State] = field(default_factory=list)
    results: list[LoadResult] = field(default_factory=list)

    @property
    def window(self) -> Window:
        return self.program.window

    @property
    def home(self) -> HomePage:
        assert self.window.home is not None
        return self.window.home

    def fill_in(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Type both into the form."""
        form = self.window.form
        for widget, text in ((form.email, email), (form.password, password)):
            widget.clear()
            QTest.keyClicks(widget, text)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Fill the form in and press Enter."""
        self.fill_in(email, password)
        self._forget()
        QTest.keyClick(self.window.form.password, Qt.Key.Key_Return)

    def wait_for(self, kind: type[S]) -> S:
        """Wait until the window has drawn a state of this kind, after what was done last."""
        self.qtbot.waitUntil(lambda: bool(self.painted) and isinstance(self.painted[-1], kind), timeout=WAIT_MS)
        state = self.painted[-1]
        assert isinstance(state, kind)
        return state

    def wait_for_result(self) -> LoadResult:
        """Wait until a load was measured, after what was done last, and give its result."""
        self.qtbot.waitUntil(lambda: bool(self.results), timeout=WAIT_MS)
        return self.results[-1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def click(self, widget: QWidget) -> None:
        self._forget()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _forget(self) -> None:
        self.painted.clear()
        self.results.clear()


Start = Callable[..., Running]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    """A window without a program behind it, in English again for the next test: translators are the application's."""
    shown = Shown(qtbot)
    yield shown
    for step in shown.window.appearance.steps_to():
        step()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that all tests of the window share; each signs in anew."""
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def start(
    qapp: Application, loop: EventLoop, qtbot: QtBot, service: ServiceProcess, tmp_path: Path
) -> Iterator[Start]:
    """Start the program; ``own_service`` gives it one of its own, which the database's load needs."""
    started: list[tuple[Program, asyncio.Task[int]]] = []

    def start_program(
        conditions: Conditions = HEALTHY,
        mode: str = "async",
        deadline_s: float = 10.0,
        *,
        own_service: bool = False,
        server: str = "",
    ) -> Running:
        options = Options(conditions, mode=mode, deadline_s=deadline_s)
        if own_service or conditions.database_load:
            backend = Backend(conditions, store_url=f"sqlite:///{tmp_path}/customers.sqlite3")
        else:
            backend = Backend(conditions, server=server or service.url)
        backend.start()
        backend.on_window_shown()
        interruption = Interruption()
        program = Program(qapp, options, Settings(), interruption, backend, None, load_interval_ms=2)
        running = Running(program, qtbot)
        program.window.state_painted.connect(running.painted.append)
        program.meter.measured.connect(running.results.append)
        program.window.show_state(SignedOut())
        program.window.show()
        program.monitor.start()
        program.window.feel.indicator.start()
        started.append((program, loop.create_task(program.main())))
        qtbot.waitUntil(lambda: program.presenter is not None, timeout=WAIT_MS)
        assert program.presenter is not None
        program.presenter.state_changed.connect(running.states.append)
        qtbot.waitUntil(lambda: bool(running.painted) and backend.endpoint().done(), timeout=WAIT_MS)
        return running

    yield start_program
    for program, task in started:
        program.qt.quit_requested.emit()
        with suppress(AssertionError):
            qtbot.waitUntil(task.done, timeout=WAIT_MS)
        assert task.result() == 0
        program.signals.close()
        program._interruption.restore()
        # At once, for these have timers (see no_leftover_widgets).
        for owner in (program.window, program.monitor):
            shiboken6.delete(owner)
