"""The program itself, off screen, between a service that a test directs and a time that passes when it says so."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

import shiboken6
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QEventLoop, Qt, QTimer, QTimerEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop_app.app import Application, Program
from desktop_app.comparison.person import centre_of, click, press_key
from desktop_app.conditions.presets import PRESETS
from desktop_app.config import Options, Profile
from desktop_app.interruption import Interruption
from desktop_app.overriding import override
from desktop_app.signin.presenter import Presenter
from desktop_app.signin.state import SignedOut
from tests.helpers.acting_backend import ActingBackend
from tests.helpers.acting_service import ActingService, AsyncSession, BlockingTransport, Customer
from tests.helpers.manual_time import NS_PER_MS, ManualExecutor, ManualLoop, ManualTime, ManualTimer

DEADLINE_MS: Final = 3000
FIRST_CONDITIONS: Final = PRESETS["healthy"]
QUIET_TURNS: Final = 2
MOST_TURNS: Final = 5000
_ALL: Final = QEventLoop.ProcessEventsFlag.AllEvents


class PlayedProgram:
    """Starts and ends the program, any number of times on one profile, and does what a person does with it.

    Args:
        qt: The application.
        customers: Who has an account.
        directory: Where the profile is.
    """

    def __init__(self, qt: Application, customers: tuple[Customer, ...], directory: Path) -> None:
        self.qt = qt
        self.time = ManualTime()
        self.service = ActingService(self.time, customers)
        self.disk = ManualExecutor()
        self.profile = Profile(directory)
        self.complaints: list[str] = []
        """What went wrong where nobody caught it, and warnings."""
        self.log = _Log(self.complaints)
        self.is_settled = False
        """Whether all that can happen without time has happened."""

    @property
    def presenter(self) -> Presenter:
        """The program's."""
        assert self.program.presenter is not None
        return self.program.presenter

    def start(self) -> None:
        """Open the window, and wait until everything is there."""
        self.loop = ManualLoop(self.qt, self.time)
        self.loop.set_default_executor(self.disk)
        self.loop.set_exception_handler(lambda _loop, context: self.complaints.append(str(context)))
        self.backend = ActingBackend(FIRST_CONDITIONS)
        self._interruption = Interruption()
        options = Options(FIRST_CONDITIONS, deadline_s=DEADLINE_MS / 1000)
        self.program = Program(
            self.qt, options, self.profile.load_settings(), self._interruption, self.backend, self.profile
        )
        self.window = self.program.window
        self.window.show_state(SignedOut())
        self.window.show()
        self.main = self.loop.create_task(self.program.main())
        self.settle()

    def end(self) -> None:
        """Close the window and wait for the end; it must leave nothing."""
        try:
            self.window.close()
            # Qt itself tells it in exec() only.
            self.qt.lastWindowClosed.emit()
            self.settle()
            # The system would not let it hang for ever either.
            self.disk.go_on()
            self.settle()
            self.program._save_settings()
            assert asyncio.all_tasks(self.loop) == set()
            assert self.service.waiting == []
            assert self.main.result() == 0
        finally:
            self._clean_up()

    def _clean_up(self) -> None:
        """Do what the end of a process does, whatever became of the program."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.settle()
        self.program.signals.close()
        self._interruption.restore()
        for signal in (self.qt.quit_requested, self.qt.lastWindowClosed):
            signal.disconnect(self.program._on_end_requested)
        for owner in (self.window, self.program.monitor):
            shiboken6.delete(owner)
        self.time.forget()
        self.loop.stop()
        self.loop.close()
        # Whatever called exit() outside exec() would make the next one return at once.
        QTimer.singleShot(0, self.qt.exit)
        self.qt.exec()

    def settle(self) -> None:
        """Let happen all that can without time."""
        self.is_settled = True
        dispatcher = QAbstractEventDispatcher.instance()
        quiet = 0
        for _ in range(MOST_TURNS):
            is_busy = self.time.run_due()
            is_busy |= dispatcher.processEvents(_ALL)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if QApplication.activePopupWidget() is None and not self.window.isActiveWindow():
                # Off screen nobody gives the focus back that a popup had.
                self.window.activateWindow()
            quiet = 0 if is_busy else quiet + 1
            if quiet == QUIET_TURNS:
                return
        raise AssertionError("it does not come to rest")

    def pass_time(self, duration_ms: int) -> None:
        """Let time pass, and all that is due meanwhile happen when it is."""
        self.settle()
        end_ns = self.time.now_ns + duration_ms * NS_PER_MS
        while (due_ns := self.time.next_due_ns()) is not None and due_ns <= end_ns:
            self.time.now_ns = max(self.time.now_ns, due_ns)
            self.settle()
        self.time.now_ns = end_ns
        self.settle()

    def can_reach(self, widget: QWidget) -> bool:
        """Tell whether a click would go to this widget, and it takes one."""
        window = widget.window()
        return widget.isVisible() and widget.isEnabled() and window.childAt(centre_of(widget, window)) is widget

    def click(self, widget: QWidget) -> None:
        """Click where the widget is, on whatever is there; nothing else happens meanwhile."""
        self.is_settled = False
        handle = self.window.windowHandle()
        click(handle, centre_of(widget, self.window))
        QCoreApplication.sendPostedEvents(handle)

    def click_later(self, widget: QWidget) -> None:
        """Click there as somebody does before a frozen window: it queues up."""
        click(self.window.windowHandle(), centre_of(widget, self.window))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key, wherever the focus is; nothing else happens meanwhile."""
        self.is_settled = False
        focused: QWidget | None = self.window.focusWidget()
        QTest.keyClick(self.window if focused is None else focused, key, modifier)
        self._end_shortcut()

    def _end_shortcut(self) -> None:
        """Let a button go that a shortcut has pressed, which Qt itself does after 100 ms of real time."""
        dispatcher = QAbstractEventDispatcher.instance()
        for button in self.window.findChildren(QAbstractButton):
            if button.isDown():
                for timer in dispatcher.registeredTimers(button):
                    QCoreApplication.sendEvent(button, QTimerEvent(timer.timerId))

    def press_later(self, text: str) -> None:
        """Press a key as somebody does before a frozen window."""
        press_key(self.window.windowHandle(), text)

    def type_into(self, field: QLineEdit, text: str) -> None:
        """Click on a field, and type this in place of what is there."""
        self.click(field)
        field.selectAll()
        self.is_settled = False
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)


class _Log(logging.Handler):
    """Keeps all that the program logs, for whoever looks for secrets in it."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self._complaints = complaints

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        self.said.append(text)
        if record.levelno >= logging.WARNING:
            self._complaints.append(text)


@contextmanager
def played(qt: Application, customers: tuple[Customer, ...], directory: Path) -> Iterator[PlayedProgram]:
    """Have everything that goes by a clock go by manual time, and the program speak to the acting service."""
    program = PlayedProgram(qt, customers, directory)
    time, service = program.time, program.service
    clock: Any = SimpleNamespace(monotonic_ns=time.monotonic_ns, sleep=time.sleep)
    timer: Callable[..., ManualTimer] = partial(ManualTimer, time)
    presenter = partial(Presenter, now=time.wall, clock=time.monotonic_ns)
    root, own = logging.getLogger(), logging.getLogger("desktop_app")
    level = own.level

    def new_session(*_arguments: object, **_options: object) -> AsyncSession:
        return AsyncSession(service)

    def new_blocking_transport(network: Any, _ssl_context: object) -> BlockingTransport:
        return BlockingTransport(service, network.remaining_s)

    def complain(kind: type[BaseException], error: BaseException, _trace: object) -> None:
        program.complaints.append(f"{kind.__name__}: {error}")

    with (
        mock.patch("desktop_app.preferences.asynchronous.new_session", new_session),
        mock.patch("desktop_app.preferences.blocking._Transport", new_blocking_transport),
        mock.patch("desktop_app.preferences.blocking.time", clock),
        mock.patch("desktop_app.signin.presenter.Presenter", presenter),
        mock.patch("desktop_app.signin.activity.time", clock),
        mock.patch("desktop_app.signin.activity.QTimer", timer),
        mock.patch("desktop_app.signin.countdown.time", clock),
        mock.patch("desktop_app.signin.countdown.QTimer", timer),
        mock.patch.object(sys, "excepthook", complain),
    ):
        root.addHandler(program.log)
        own.setLevel(logging.DEBUG)
        try:
            yield program
        finally:
            own.setLevel(level)
            root.removeHandler(program.log)
            gc.collect()
