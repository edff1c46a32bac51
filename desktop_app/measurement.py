"""What a load was like for the person before the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.detector import Recorder
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.signin.results import LoadResult
from desktop_app.signin.state import Degraded, Home, Mode, State

IDLE_INTERVAL_MS = 20
LOAD_INTERVAL_MS = 5


class LoadMeter(QObject):
    """Measures each load from its submit until the page it ends in is on the screen.

    Args:
        monitor: Beats faster while a load is measured.
        load_interval_ms: How fast.
        parent: Its owner.
    """

    measured = Signal(object)
    """A load ended and was painted: its `LoadResult`."""

    def __init__(
        self, monitor: Heartbeat, load_interval_ms: int = LOAD_INTERVAL_MS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._load_interval_ms = load_interval_ms
        self._recorder: Recorder | None = None
        self._started_ns = 0
        self._ended: tuple[Mode, State] | None = None

    def begin(self, _mode: Mode) -> None:
        """A load was submitted."""
        self._drop()
        self._monitor.set_interval_ms(self._load_interval_ms)
        self._recorder = self._monitor.record()
        self._started_ns = self._monitor.clock()

    def end(self, mode: Mode, state: State) -> None:
        """A load ended in this state, which is not on the screen yet."""
        self._ended = (mode, state)

    def on_state_painted(self, state: State) -> None:
        """A state is on the screen."""
        if self._recorder is None or self._ended is None:
            return
        if self._ended[1] != state:
            # Where the load ended was never seen.
            self._drop()
            return
        mode, recorder = self._ended[0], self._recorder
        duration_ns = self._monitor.clock() - self._started_ns
        self._drop()
        summary = recorder.summary()
        self.measured.emit(
            LoadResult(
                mode=mode,
                outcome=outcome_of(state),
                duration_ms=duration_ns / NS_PER_MS,
                longest_freeze_ms=summary.longest_ns / NS_PER_MS,
                frozen_ms=summary.frozen_ns / NS_PER_MS,
            )
        )

    def _drop(self) -> None:
        if self._recorder is not None:
            self._monitor.end(self._recorder)
        self._recorder = self._ended = None
        self._monitor.set_interval_ms(IDLE_INTERVAL_MS)


def outcome_of(state: State) -> str:
    """Name where a load ended."""
    match state:
        case Home():
            return "home"
        case Degraded():
            return "degraded"
        case _:
            return "form"
