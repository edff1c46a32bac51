"""Signs in both ways, with somebody typing and clicking all the while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.client import known
from desktop_app.comparison.figures import ModeFigures
from desktop_app.comparison.person import Person, centre_of, click
from desktop_app.errors import DesktopAppError
from desktop_app.happened import happened
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.journal import Entry
from desktop_app.responsiveness.slices import Slice
from desktop_app.signin.failures import described
from desktop_app.signin.painting import emission, painted
from desktop_app.signin.state import Degraded, Mode, SignedOut

if TYPE_CHECKING:
    from desktop_app.app import Program

ANSWER_LIMIT_S = 5.0


@dataclass(frozen=True)
class Recording:
    """What one load was like, and what it looked like."""

    figures: ModeFigures
    duration_ms: float
    lag: tuple[tuple[float, float], ...]
    """Each slice of the GUI thread: when it began after the submit, and how long it was, in milliseconds."""
    midway: QPixmap
    end: QPixmap
    submit_ns: int
    """When the load was submitted, on the monitor's clock."""
    entries: tuple[Entry, ...] = ()
    """What happened, on the same clock."""


class Comparer:
    """Uses the running program as a person would, first in the one mode, then in the other.

    Args:
        program: Running, signed out.
        email: Whom to sign in.
        password: With what.
        tell: Is told what is under way.
    """

    def __init__(self, program: Program, email: str, password: str, tell: Callable[[str], None]) -> None:
        assert program.presenter is not None
        assert program.instrument is not None
        self._inputs = program.instrument.recorder.inputs
        self._journal = program.instrument.journal
        self._program = program
        self._presenter = program.presenter
        self._window = program.window
        self._email = email
        self._password = password
        self._tell = tell

    async def compare(self) -> dict[Mode, Recording]:
        """Sign in both ways.

        Raises:
            ServiceNotStarted: There is nothing to sign in to.
        """
        self._tell("waiting for the service …")
        await known(self._program.backend)
        recordings: dict[Mode, Recording] = {}
        midway_s = self._program.options.deadline_s / 2
        for mode in Mode:
            self._tell(f"signing in, {mode.value} …")
            asked_ns = self._program.monitor.clock()
            recording, slices = await self._record(mode, midway_s)
            ended_ns = self._program.monitor.clock()
            midway_s = recording.duration_ms / 2000
            await self._sign_out()
            # A request that goes on after the deadline is written down when that ends it.
            entries = happened(self._journal.entries(), slices, asked_ns, ended_ns)
            recordings[mode] = replace(recording, entries=entries)
        return recordings

    async def _record(self, mode: Mode, midway_s: float) -> tuple[Recording, list[Slice]]:
        window, monitor = self._window, self._program.monitor
        inputs = self._inputs
        with Person(window, window.feel.typing, window.feel.counter, inputs, monitor.clock) as person:
            return await self._record_with(person, mode, midway_s)

    async def _record_with(self, person: Person, mode: Mode, midway_s: float) -> tuple[Recording, list[Slice]]:
        window, monitor = self._window, self._program.monitor
        slices: list[Slice] = []
        latencies_ns: list[int] = []
        frames: list[QPixmap] = []
        submits_ns: list[int] = []

        def begin(_mode: Mode) -> None:
            submits_ns.append(monitor.clock())
            person.start()

        connections = [
            (monitor.slice_measured, slices.append),
            (self._presenter.load_started, begin),
            (window.wait_ended, lambda: frames.append(screenshot(window))),
            (self._inputs.answered, latencies_ns.append),
        ]
        connected = [(signal, signal.connect(slot)) for signal, slot in connections]
        started, ended = emission(self._presenter.load_started), emission(self._program.meter.measured)
        self._presenter.set_mode(mode)
        self._submit()
        await started
        if mode is Mode.ASYNC:
            await asyncio.wait([ended], timeout=midway_s)
            frames.append(screenshot(window))
        await self._painted_within_limit(ended)
        person.stop()
        await self._painted_within_limit(asyncio.ensure_future(self._answered()))
        (result,) = ended.result()
        # What the result panel shows of this load is painted after it.
        await painted(window.results)
        for signal, connection in connected:
            signal.disconnect(connection)
        figures = ModeFigures(
            outcome=result.outcome,
            time_to_home_ms=None if result.outcome == "form" else result.duration_ms,
            longest_freeze_ms=result.longest_freeze_ms,
            frozen_ms=result.frozen_ms,
            inputs_sent=person.inputs_sent,
            latencies_ms=tuple(latency_ns / NS_PER_MS for latency_ns in latencies_ns),
        )
        submit_ns = submits_ns[0]
        lag = tuple(((each.start_ns - submit_ns) / NS_PER_MS, each.duration_ns / NS_PER_MS) for each in slices)
        self._tell_failure(mode)
        midway = frames[0] if frames else QPixmap()
        return Recording(figures, result.duration_ms, lag, midway, screenshot(window), submit_ns), slices

    async def _painted_within_limit(self, waited_for: asyncio.Future[Any]) -> None:
        limit_s = self._program.options.deadline_s + ANSWER_LIMIT_S
        done, _ = await asyncio.wait((waited_for,), timeout=limit_s)
        if not done:
            raise DesktopAppError(reason="The window is not painted: it must stay visible while it is measured.")

    async def _answered(self) -> None:
        """Return when all that the person did was answered by a paint."""
        while self._inputs.is_waiting:
            await painted(self._window.feel.indicator)

    def _tell_failure(self, mode: Mode) -> None:
        state = self._presenter.state
        if isinstance(state, SignedOut | Degraded) and state.failure is not None:
            self._tell(f"{mode.value}: {' '.join(described(state.failure))}")

    def _submit(self) -> None:
        """Fill the form in, click on Sign in, and then into the field to type in."""
        window = self._window
        window.feel.typing.clear()
        window.form.email.setText(self._email)
        window.form.password.setText(self._password)
        for widget in (window.form.sign_in, window.feel.typing):
            click(window.windowHandle(), centre_of(widget, window))

    async def _sign_out(self) -> None:
        if not isinstance(self._presenter.state, SignedOut):
            shown = emission(self._window.state_painted)
            self._presenter.sign_out()
            await shown


def screenshot(window: QWidget) -> QPixmap:
    """Take what the screen shows of a window; where a desktop does not allow that, what it would paint."""
    shown = window.screen().grabWindow(window.winId())
    return window.grab() if shown.isNull() else shown
