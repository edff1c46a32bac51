"""What the last load of each mode brought about, drawn one above the other in the panel of freezes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QLocale, QObject, QTimer
from shiboken6 import isValid

from desktop_app.happened import happened
from desktop_app.responsiveness.clock import Clock
from desktop_app.responsiveness.execution_colors import FigureColors
from desktop_app.responsiveness.execution_texts import duration_text
from desktop_app.responsiveness.inputs import Answering, InputStatistics
from desktop_app.responsiveness.journal import Entry, Journal
from desktop_app.responsiveness.qt.timeline_view import TimelineView
from desktop_app.responsiveness.slices import Slice
from desktop_app.responsiveness.track import Track
from desktop_app.signin.state import Mode

SETTLING_MS = 200
"""How long a load's last entries may take to come: the watchdog's freeze, and the paints of the last inputs."""
MOST_ENTRIES = 20_000
"""Of one load."""


@dataclass(frozen=True, slots=True)
class _Load:
    """One load, as it is drawn."""

    entries: tuple[Entry, ...]
    submit_ns: int
    end_ns: int


class LoadTimeline(QObject):
    """Takes down each load from its submit to a moment after its end, and keeps the last one of each mode.

    Args:
        journal: Is told what happens, by whoever knows of it.
        clock: The journal's.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        super().__init__()
        self._journal = journal
        self._clock = clock
        self._loads: dict[Mode, _Load] = {}
        self._mode: Mode | None = None
        self._submit_ns = self._end_ns = 0
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._slices: deque[Slice] = deque(maxlen=MOST_ENTRIES)
        self._view: TimelineView | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLING_MS)
        self._settling.timeout.connect(self._keep)

    def begin(self, mode: Mode) -> None:
        """A load was submitted."""
        if self._settling.isActive():
            self._keep()
        self._entries.clear()
        self._slices.clear()
        self._mode, self._submit_ns = mode, self._clock()
        # One before it, that never ended, may listen still.
        self._journal.unlisten(self._entries.append)
        self._journal.listen(self._entries.append)

    def add(self, found: Slice) -> None:
        """Take a slice that was measured."""
        if self._mode is not None:
            self._slices.append(found)

    def end(self) -> None:
        """The load has ended, and its end was painted."""
        if self._mode is not None:
            self._end_ns = self._clock()
            self._settling.start()

    def close(self) -> None:
        """Take down no more. May be called twice."""
        self._settling.stop()
        self._journal.unlisten(self._entries.append)

    def new_view(self, colors: FigureColors) -> TimelineView:
        """Make a view of the loads so far, which shows further ones when they have ended, until it is gone."""
        view = self._view = TimelineView()
        view.destroyed.connect(self._on_view_destroyed)
        view.set_colors(colors)
        self._show()
        return view

    def set_colors(self, colors: FigureColors) -> None:
        """Take the colours of a theme."""
        if self._view is not None:
            self._view.set_colors(colors)

    def _keep(self) -> None:
        self.close()
        if self._mode is None:
            return
        entries = happened(self._entries, self._slices, self._submit_ns, self._end_ns)
        self._loads[self._mode] = _Load(entries, self._submit_ns, self._end_ns)
        self._mode = None
        self._show()

    def _show(self) -> None:
        if self._view is None:
            return
        titles = {Mode.BLOCKING: self.tr("Blocking"), Mode.ASYNC: self.tr("Async")}
        tracks = [
            Track.of(title, load.entries, load.submit_ns, load.end_ns, self._summary(load))
            for mode, title in titles.items()
            if (load := self._loads.get(mode)) is not None
        ]
        self._view.set_tracks(tracks, self.tr("seconds after Sign in"))

    def _summary(self, load: _Load) -> str:
        """Say how well its keys and clicks were answered; nothing where there were none."""
        inputs = InputStatistics.of(load.entries).summary()
        if inputs.answering is None:
            return ""
        answering = {
            Answering.GOOD: self.tr("good"),
            Answering.NEEDS_IMPROVEMENT: self.tr("needs improvement"),
            Answering.POOR: self.tr("poor"),
        }[inputs.answering]
        text = (
            self.tr("1 key or click, {p75} to the paint: {answering}")
            if inputs.count == 1
            else self.tr("{count} keys and clicks, p75 {p75} to the paint: {answering}")
        )
        # The view writes its own numbers in the person's way, too.
        p75 = duration_text(inputs.to_paint.p75_ns).replace(".", QLocale().decimalPoint())
        return text.format(count=inputs.count, p75=p75, answering=answering)

    def _on_view_destroyed(self) -> None:
        # By now there may be another one.
        if self._view is not None and not isValid(self._view):
            self._view = None
