"""What a program shows of its own freezes: their number in the strip, and on request the panel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.responsiveness.events import Freeze, Slice
from desktop_app.responsiveness.qt.bridge import FreezeBridge
from desktop_app.responsiveness.qt.freeze_panel import FreezePanel, PanelLook
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.recent import RecentFreezes
from desktop_app.responsiveness.timeline import LagHistory

SPAN_MS = 120_000
BUCKET_MS = 250


class FreezeOverview(QObject):
    """Keeps what the panel draws from the start, and makes the panel when it is wanted.

    Args:
        monitor: Sees the freezes.
        window: What the panel belongs to.
        look: Gives what the panel looks like at the moment.
    """

    counted = Signal(int)
    """So many freezes there have been that are the program's own."""

    def __init__(self, monitor: FreezeMonitor, window: QWidget, look: Callable[[], PanelLook]) -> None:
        super().__init__()
        self.panel: FreezePanel | None = None
        """While it is open."""
        self.count = 0
        self._monitor = monitor
        self._window = window
        self._look = look
        self._recent = RecentFreezes()
        self._history = LagHistory(SPAN_MS, BUCKET_MS)
        self._bridge = FreezeBridge(monitor, self)
        self._bridge.freeze_ended.connect(self._on_freeze_ended)

    def add(self, found: Slice) -> None:
        """Take a slice for the chart."""
        self._history.add(found)

    def restyle(self) -> None:
        """Take what the panel looks like anew."""
        if self.panel is not None:
            self.panel.set_look(self._look())

    def open(self) -> None:
        """Open the panel; one that is open already comes to the front."""
        if self.panel is not None:
            self.panel.activateWindow()
            return
        log, clock = self._monitor.log, self._monitor.clock
        panel = FreezePanel(log, self._recent, self._history, self._look(), clock, parent=self._window)
        panel.finished.connect(self._on_panel_finished)
        self.panel = panel
        panel.show()

    def close(self) -> None:
        """Close the panel, and follow the monitor no more. May be called twice."""
        self._bridge.close()
        if self.panel is not None:
            self.panel.reject()

    def _on_freeze_ended(self, freeze: Freeze) -> None:
        self._recent.add(freeze)
        if freeze.cause.is_of_the_program:
            self.count += 1
            self.counted.emit(self.count)
        if self.panel is not None:
            self.panel.show_ended(freeze)

    def _on_panel_finished(self) -> None:
        if self.panel is not None:
            self.panel.deleteLater()
            self.panel = None
