"""The line that says what the program is waiting for: the same on every page, so that nothing moves."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop_app.overriding import override
from desktop_app.signin.labels import plain_label
from desktop_app.signin.spinner import Spinner, SpinnerSchedule
from desktop_app.signin.state import Loading, Mode, SigningIn, State
from desktop_app.signin.theme import Theme

HEIGHT, COMPACT_HEIGHT = 44, 36


class ActivityLine(QWidget):
    """Spinner, what is under way, and Cancel; empty but as high when nothing is."""

    cancel_requested = Signal()
    """The person no longer wants to wait."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State | None = None
        self._schedule = SpinnerSchedule()
        self._change = QTimer(self)
        self._change.setSingleShot(True)
        self._change.setTimerType(Qt.TimerType.PreciseTimer)
        self._change.timeout.connect(self._follow_schedule)
        self.spinner = Spinner()
        self.text = plain_label("activity")
        self.cancel = QPushButton()
        self.cancel.setProperty("role", "quiet")
        self.cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addStretch()
        layout.addWidget(self.spinner)
        layout.addWidget(self.text)
        layout.addWidget(self.cancel)
        layout.addStretch()
        self.set_compact(False)
        self._parts = (self.spinner, self.text, self.cancel)
        for part in self._parts:
            part.hide()
        self._retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.spinner.set_theme(theme)

    def set_compact(self, compact: bool) -> None:
        """Take less height, for a small window."""
        self.setFixedHeight(COMPACT_HEIGHT if compact else HEIGHT)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Choose between turning and fading."""
        self.spinner.reduced_motion = reduced

    def show_state(self, state: State) -> None:
        """Show what is under way in this state."""
        was_waiting = isinstance(self._state, SigningIn | Loading)
        self._state = state
        if isinstance(state, SigningIn | Loading):
            if not was_waiting:
                self._schedule.begin(_now_ms(), at_once=state.mode is Mode.BLOCKING)
            self._retranslate()
        elif was_waiting:
            self._schedule.end(_now_ms())
        self._follow_schedule()

    def _follow_schedule(self) -> None:
        now_ms = _now_ms()
        shown = self._schedule.is_shown(now_ms)
        self.spinner.setVisible(shown)
        self.text.setVisible(shown)
        # A frozen window could not serve it; one whose wait is over has nothing to cancel.
        can_cancel = isinstance(self._state, SigningIn | Loading) and self._state.mode is Mode.ASYNC
        self.cancel.setVisible(shown and can_cancel)
        if shown:
            self.spinner.start()
        else:
            self.spinner.stop()
        change_ms = self._schedule.changes_in_ms(now_ms)
        if change_ms is None:
            self._change.stop()
        else:
            self._change.start(change_ms)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        # What is shown a moment longer, once the wait is over, stays as it is.
        if isinstance(self._state, Loading):
            self.text.setText(self.tr("Loading your preferences…"))
        elif isinstance(self._state, SigningIn):
            self.text.setText(self.tr("Signing in…"))
        self.cancel.setText(self.tr("Cancel"))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
