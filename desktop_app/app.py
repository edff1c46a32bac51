"""The composition root: makes every object, connects them, runs the loop, and ends it all in order."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QByteArray, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop_app.backend import Backend
from desktop_app.conditions_change import ConditionsChange
from desktop_app.config import Options, Profile, Settings
from desktop_app.errors import DesktopAppError, ProfileError, ProgramFault, ServiceNotStarted
from desktop_app.instrument_look import strip_colors
from desktop_app.interruption import Interruption
from desktop_app.last_resort import LastResort
from desktop_app.measurement import IDLE_INTERVAL_MS, LOAD_INTERVAL_MS, LoadMeter
from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.responsiveness.qt.lag_strip import LagStrip
from desktop_app.signals import ProcessSignals
from desktop_app.signin.failures import worded
from desktop_app.signin.results import LoadResult
from desktop_app.signin.state import Mode, SignedOut
from desktop_app.signin.theme import Theme
from desktop_app.signin.window import Window

if TYPE_CHECKING:
    from desktop_app.client import ServiceClient
    from desktop_app.conditions.presets import Conditions
    from desktop_app.instrument import Instrument
    from desktop_app.signin.mistake_demonstration import Demonstration
    from desktop_app.signin.presenter import Presenter

UNSEEN_START_MS = 500
SHUTDOWN_LIMIT_S = 1.0
log = logging.getLogger(__name__)

Scenario: TypeAlias = "Callable[[Program], Coroutine[Any, Any, int]]"
"""Uses the running program and returns its exit code."""


class Application(QApplication):
    """A QApplication that is asked to quit, rather than quitting: what runs is ended first.

    An event filter on the application would see every event of every object; this sees its own only.
    """

    quit_requested = Signal()
    """The desktop, or the program, wants it to quit."""

    def __init__(self, arguments: Sequence[str] = ("desktop-app",)) -> None:
        super().__init__(list(arguments))
        self.setApplicationName("desktop-app")
        self.setApplicationDisplayName("Desktop App")
        self.setDesktopFileName("desktop-app")
        self.setQuitOnLastWindowClosed(False)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            self.quit_requested.emit()
            return True
        return super().event(event)


class Program:
    """The window and all that stands behind it.

    What needs asyncio or an HTTP client is imported in a thread after the first paint: together they take as long as
    everything before it.

    Args:
        qt: The application; there is one in a process.
        options: What this run was asked for.
        settings: What the last run left.
        interruption: Notes SIGINT and SIGTERM.
        backend: The service, under way already.
        profile: Where the settings are kept; None keeps none.
        load_interval_ms: How finely a load is measured.
    """

    def __init__(
        self,
        qt: Application,
        options: Options,
        settings: Settings,
        interruption: Interruption,
        backend: Backend,
        profile: Profile | None,
        load_interval_ms: int = LOAD_INTERVAL_MS,
    ) -> None:
        self.options = options
        self.qt = qt
        self.backend = backend
        self.profile = profile
        self._interruption = interruption
        self.signals = ProcessSignals(interruption)
        self.last_resort = LastResort()
        self.monitor = Heartbeat(IDLE_INTERVAL_MS)
        self.meter = LoadMeter(self.monitor, load_interval_ms)
        self.instrument: Instrument | None = None
        """From the first paint on, to the end."""
        self.strip = LagStrip()
        self.window = Window(self.strip)
        self.mode = Mode(options.mode or settings.mode)
        self.presenter: Presenter | None = None
        self.demonstration: Demonstration | None = None
        self._early: list[Callable[[Presenter], None]] = []
        self._wants_freezes = False
        self._is_ending = False
        self._end: Callable[[], object] = self.qt.exit
        self.conditions = ConditionsChange(backend, options.conditions)
        self._connect_window()
        self.window.restoreGeometry(QByteArray.fromBase64(settings.geometry.encode()))
        self.window.show_mode(self.mode)
        self.window.conditions.set_own_service(not options.server)
        self.window.show_conditions(options.conditions)

    def run(self, scenario: Scenario | None = None) -> int:
        """Show the window and run until it is closed, or until the scenario has ended.

        Returns:
            The exit code: the scenario's, or 128 + the number of the signal that ended the program.
        """
        self.last_resort.install()
        self.window.show_state(SignedOut())
        self.window.show()
        self.monitor.start()
        self.window.feel.indicator.start()
        self._import_the_rest()
        code = self._run_loop(scenario)
        self._save_settings()
        self.signals.close()
        self.last_resort.uninstall()
        return self._interruption.exit_code(code)

    def _import_the_rest(self) -> None:
        """Let the first frame out, then import in a thread what it did without, while the window answers."""
        importer = _Importer(self.window)
        importer.finished.connect(self.qt.exit)
        importer.started.connect(self.backend.on_window_shown)
        self.window.state_painted.connect(importer.start)
        unseen = QTimer()
        unseen.setSingleShot(True)
        unseen.timeout.connect(importer.start)
        unseen.start(UNSEEN_START_MS)
        self.qt.exec()
        unseen.stop()
        self.window.state_painted.disconnect(importer.start)
        importer.wait()
        # What there is by now stays until the end: no collection need look at it again.
        gc.freeze()
        gc.enable()

    def _run_loop(self, scenario: Scenario | None) -> int:
        from desktop_app.event_loop import EventLoop

        loop = EventLoop(self.qt)
        loop.set_exception_handler(self.last_resort.on_loop_exception)
        try:
            code: int = loop.run_until_complete(self.main(scenario))
            return code
        finally:
            loop.close()

    async def main(self, scenario: Scenario | None = None) -> int:
        """Make the rest, connect it, and wait for the end; then end everything in order, while the loop still runs.

        Returns:
            The scenario's exit code; 0 without one; 1 when something else ended the program before the scenario.
        """
        import asyncio

        from desktop_app.client import ServiceClient
        from desktop_app.instrument import Instrument
        from desktop_app.kept import KeptPreferences
        from desktop_app.signin.home import HomePage
        from desktop_app.signin.mistake_demonstration import Demonstration
        from desktop_app.signin.presenter import Presenter

        ending = asyncio.Event()
        self._end = ending.set
        if self._is_ending:
            ending.set()
        instrument = self.instrument = Instrument(self.monitor, self.meter, self.strip, self.window)
        self.strip.freezes_requested.disconnect(self._on_freezes_requested)
        if self._wants_freezes:
            instrument.overview.open()
        client = ServiceClient(self.backend, self._interruption, instrument.recorder.listening)
        kept = KeptPreferences(self.profile.kept_dir if self.profile else None, self.options.server)
        presenter = Presenter(client, self.window, kept, deadline_ms=self.options.deadline_ms, mode=self.mode)
        self.window.add_home(HomePage())
        self._connect_presenter(presenter)
        self.demonstration = Demonstration(client, self.window, deadline_ms=self.options.deadline_ms)
        self._connect_demonstration(presenter, self.demonstration)
        loop = asyncio.get_running_loop()
        start = loop.create_task(self._report_start(presenter))
        play = loop.create_task(scenario(self)) if scenario else loop.create_future()
        end = loop.create_task(ending.wait())
        instrument.attach()
        try:
            await asyncio.wait((play, end), return_when=asyncio.FIRST_COMPLETED)
            return play.result() if play.done() else int(scenario is not None)
        finally:
            instrument.close()
            self.window.close()
            for task in (start, play, end):
                task.cancel()
            closing = loop.run_in_executor(None, self.backend.close)
            ending_tasks = {start, play, end, loop.create_task(self._aclose(presenter, client))}
            try:
                _, late = await asyncio.wait(ending_tasks, timeout=SHUTDOWN_LIMIT_S)
                for each in late:
                    each.cancel()
                if late:
                    await asyncio.wait(late, timeout=SHUTDOWN_LIMIT_S)
            finally:
                instrument.detach()
            await closing

    async def _aclose(self, presenter: Presenter, client: ServiceClient) -> None:
        import asyncio

        if self.demonstration is not None:
            await self.demonstration.aclose()
        await presenter.aclose()
        await client.aclose()
        await asyncio.get_running_loop().shutdown_asyncgens()

    async def _report_start(self, presenter: Presenter) -> None:
        """Tell the person how the service started, where there is something to tell."""
        from desktop_app.client import known

        try:
            await known(self.backend)
        except ServiceNotStarted as error:
            presenter.report(error)
        if self.backend.notices:
            self.window.show_notice("\n".join(self.backend.notices))

    def _connect_window(self) -> None:
        """Connect what is there from the first frame on; what the person wants then waits for the presenter."""
        window = self.window
        window.form.sign_in_requested.connect(
            lambda email, password: self._ask(lambda presenter: presenter.sign_in(email, password))
        )
        window.activity.cancel_requested.connect(lambda: self._ask(lambda presenter: presenter.cancel()))
        window.toggle.mode_requested.connect(lambda mode: self._ask(lambda presenter: presenter.set_mode(mode)))
        window.conditions.conditions_requested.connect(self.conditions.request)
        self.conditions.changed.connect(self._on_conditions_changed)
        window.state_painted.connect(self.meter.on_state_painted)
        window.appearance.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed(window.appearance.theme)
        self.monitor.slice_measured.connect(self.strip.add)
        self.strip.freezes_requested.connect(self._on_freezes_requested)
        self.meter.measured.connect(self._on_load_measured)
        self.signals.received.connect(self._on_end_requested)
        self.last_resort.caught.connect(self._on_exception_caught)
        self.qt.quit_requested.connect(self._on_end_requested)
        self.qt.lastWindowClosed.connect(self._on_end_requested)

    def _connect_presenter(self, presenter: Presenter) -> None:
        window = self.window
        assert window.home is not None
        window.home.sign_out_requested.connect(presenter.sign_out)
        window.home.retry_requested.connect(presenter.retry)
        window.home.reload_requested.connect(presenter.retry)
        window.home.apply_requested.connect(presenter.apply)
        presenter.state_changed.connect(window.show_state)
        presenter.mode_changed.connect(window.show_mode)
        presenter.load_started.connect(self.meter.begin)
        presenter.load_started.connect(lambda _mode: self.strip.begin_load())
        assert self.instrument is not None
        presenter.load_started.connect(self.instrument.timeline.begin)
        presenter.load_ended.connect(self.meter.end)
        self.presenter = presenter
        for intention in self._early:
            intention(presenter)
        self._early.clear()

    def _connect_demonstration(self, presenter: Presenter, demonstration: Demonstration) -> None:
        assert self.window.home is not None
        self.window.home.mistake_requested.connect(demonstration.open)
        self.window.appearance.theme_changed.connect(demonstration.set_theme)
        demonstration.set_theme(self.window.appearance.theme)
        presenter.state_changed.connect(demonstration.on_state_changed)
        presenter.load_started.connect(demonstration.on_load_started)

    def _ask(self, intention: Callable[[Presenter], None]) -> None:
        if self.presenter is None:
            self._early.append(intention)
        else:
            intention(self.presenter)

    def _on_end_requested(self) -> None:
        self._is_ending = True
        self._end()

    def _on_conditions_changed(
        self, in_force: Conditions, requested: Conditions | None, error: DesktopAppError | None
    ) -> None:
        problem = worded(error) if error else ""
        self.window.show_conditions(in_force, requested=requested, problem=problem)

    def _on_exception_caught(self) -> None:
        self.window.show_notice(worded(ProgramFault()))

    def _on_load_measured(self, result: LoadResult) -> None:
        self.window.results.show_result(result)
        self.strip.end_load(round(result.longest_freeze_ms * NS_PER_MS))

    def _on_freezes_requested(self) -> None:
        self._wants_freezes = True

    def _on_theme_changed(self, theme: Theme) -> None:
        self.strip.set_colors(strip_colors(theme))

    def _save_settings(self) -> None:
        if self.profile is not None:
            mode = self.presenter.mode if self.presenter else self.mode
            geometry = self.window.saveGeometry().toBase64().toStdString()
            try:
                self.profile.save_settings(Settings(mode.value, geometry))
            except ProfileError as error:
                log.warning("The settings were not saved: %s", error)


class _Importer(QObject):
    """Imports in a thread what the first frame does without.

    PySide6 makes its types when they are first used, and crashes where two threads do so at once: those that the
    window may need meanwhile, after a click say, are made before.

    Args:
        window: Is on the screen while it imports.
    """

    started = Signal()
    finished = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._thread = threading.Thread(target=self._import, name="import")
        self._is_started = False

    def start(self) -> None:
        """Begin, unless it has."""
        if not self._is_started:
            self._is_started = True
            self._window.style().polish(self._window.notice)
            from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # noqa: F401 - to be made, see above

            self._thread.start()
            self.started.emit()

    def wait(self) -> None:
        """Wait for the thread's end; an import that failed fails again, and visibly, where it is wanted."""
        if self._is_started:
            self._thread.join()

    def _import(self) -> None:
        try:
            import desktop_app.client
            import desktop_app.event_loop
            import desktop_app.instrument
            import desktop_app.signin.conditions_panel
            import desktop_app.signin.home
            import desktop_app.signin.mistake_demonstration
            import desktop_app.signin.presenter  # noqa: F401 - to be loaded when it is wanted
        finally:
            self.finished.emit()
