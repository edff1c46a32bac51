"""From the watchdog's thread to the GUI thread: the freezes of a monitor, as signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.monitor import FreezeMonitor


class FreezeBridge(QObject):
    """Tells of a monitor's freezes in the thread that it lives in.

    In the GUI thread that is when a freeze is over, also where one is told of that lasts: what is to act while the
    GUI thread is frozen has to `FreezeMonitor.listen` itself.

    Args:
        monitor: Whose freezes.
        parent: Its owner.
    """

    freeze_lasting = Signal(object)
    """A `Freeze` had lasted for a while (`Pace.lasting_ms`) when this was sent."""
    freeze_ended = Signal(object)
    """A `Freeze` has ended."""
    _told = Signal(object)

    def __init__(self, monitor: FreezeMonitor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._is_open = True
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self._listener = self._told.emit
        monitor.listen(self._listener)

    def close(self) -> None:
        """Tell of nothing more, not even of what is on its way; the thread that it lives in. May be called twice."""
        self._is_open = False
        self._monitor.unlisten(self._listener)

    def _on_told(self, freeze: Freeze) -> None:
        if self._is_open:
            (self.freeze_lasting if freeze.is_lasting else self.freeze_ended).emit(freeze)
