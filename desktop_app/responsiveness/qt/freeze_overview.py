"""What a program shows of its own freezes: their number in the strip, and on request the panel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.bridge import FreezeBridge
from desktop_app.responsiveness.qt.freeze_panel import FreezePanel, PanelLook
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.recent import RecentFreezes
from desktop_app.responsiveness.slices import Slice
from desktop_app.responsiveness.timeline import LagHistory

SPAN_MS = 120_000
BUCKET_MS = 250
REFRESH_MS = 500
"""Between two times at which the panel is given the callbacks that held a frame: there may be many a second."""


class FreezeOverview(QObject):
    """Keeps what the panel draws from the start, and makes the panel when it is wanted.

    Args:
        monitor: Sees the freezes.
        window: What the panel belongs to.
        look: Gives what the panel looks like at the moment.
    """

    counted = Signal(int)
    """So many freezes there have been that are the program's own."""
    panel_made = Signal(object)
    """There is a `FreezePanel`, not shown yet: who has a part of it (`FreezePanel.set_timeline`) hands it over."""

    def __init__(self, monitor: FreezeMonitor, window: QWidget, look: Callable[[], PanelLook]) -> None:
        super().__init__()
        self.panel: FreezePanel | None = None
        """While it is open, or about to be."""
        self.count = 0
        self._monitor = monitor
        self._window = window
        self._look = look
        self._recent = RecentFreezes()
        self._history = LagHistory(SPAN_MS, BUCKET_MS)
        self._opening: deque[Callable[[], None]] = deque()
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._on_turn)
        self._overruns_shown = 0
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._on_refresh)
        self._bridge = FreezeBridge(monitor, self)
        self._bridge.freeze_ended.connect(self._on_freeze_ended)

    def add(self, found: Slice) -> None:
        """Take a slice for the chart."""
        self._history.add(found)
        is_news = self._monitor.overruns.count != self._overruns_shown
        if is_news and self.panel is not None and not self._opening and not self._refresh.isActive():
            self._refresh.start()

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
        panel = self.panel = FreezePanel(
            log, self._recent, self._history, clock, parent=self._window, overruns=self._monitor.overruns
        )
        panel.finished.connect(self._on_panel_finished)
        self.panel_made.emit(panel)
        self._opening.extend((lambda: panel.set_look(self._look()), panel.show_freezes, panel.show))
        self._turn.start()

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

    def _on_refresh(self) -> None:
        self._overruns_shown = self._monitor.overruns.count
        if self.panel is not None:
            self.panel.show_overruns()

    def _on_turn(self) -> None:
        if self._opening:
            self._opening.popleft()()
        if not self._opening:
            self._turn.stop()

    def _on_panel_finished(self) -> None:
        self._opening.clear()
        if self.panel is not None:
            self.panel.deleteLater()
            self.panel = None
