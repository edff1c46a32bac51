"""The heartbeat of a GUI thread, and the monitor that listens to it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop_app.responsiveness.clock import NS_PER_MS, Clock, monotonic_ns
from desktop_app.responsiveness.detector import Detector, Recorder


class FreezeMonitor(QObject):
    """Measures the event-loop lag of the thread it lives in by a timer that it asks to be served.

    No event filter and no ``notify`` override: those see every event of every object, and have crashed programs.

    Args:
        interval_ms: Between two beats; also how far a slice's length can be underestimated.
        clock: The clock that it measures with.
        parent: Its owner.
    """

    slice_measured = Signal(object)
    """A beat was served: a `Slice`, the lag of this beat."""

    def __init__(self, interval_ms: int = 20, clock: Clock = monotonic_ns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        self._interval_ms = interval_ms
        self._detector = Detector()
        self._recorders: list[Recorder] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)

    def start(self) -> None:
        """Begin to measure."""
        self._expect_next()

    def stop(self) -> None:
        """Cease to measure."""
        self._timer.stop()

    def set_interval_ms(self, interval_ms: int) -> None:
        """Change the interval from the next beat on."""
        self._interval_ms = interval_ms

    def record(self) -> Recorder:
        """Make a recorder that is given every slice until `end` is called with it."""
        self.beat()
        recorder = Recorder()
        self._recorders.append(recorder)
        return recorder

    def end(self, recorder: Recorder) -> None:
        """Give the recorder what has passed since the last beat, then no more."""
        self.beat()
        self._recorders.remove(recorder)

    def beat(self) -> None:
        """Take the time now, whether the timer asked for it or somebody who wants the present state."""
        found = self._detector.beat(self.clock())
        self._expect_next()
        if found is not None:
            for recorder in self._recorders:
                recorder.add(found)
            self.slice_measured.emit(found)

    def _expect_next(self) -> None:
        self._detector.expect(self.clock() + self._interval_ms * NS_PER_MS)
        self._timer.start(self._interval_ms)
