"""The line that says what the program is waiting for: the same on every page, so that nothing moves."""

from __future__ import annotations

import time
from typing import NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from desktop_app.overriding import override
from desktop_app.preferences.progress import FIRST_TRY, MOST_TRIES, Progress
from desktop_app.signin.countdown import Countdown
from desktop_app.signin.labels import ElidedLabel
from desktop_app.signin.spinner import Spinner, SpinnerSchedule
from desktop_app.signin.state import Degraded, Loading, Mode, SigningIn, State, StillLoading
from desktop_app.signin.theme import Theme

HEIGHT, COMPACT_HEIGHT = 46, 36
SPINNER_SIZE = 20
SHORTEST_COUNTDOWN_MS = 1000
LONGEST_COUNTDOWN_S = 99


class _Wait(NamedTuple):
    """What a state waits for."""

    kind: type[SigningIn | Loading | Degraded]
    can_cancel: bool
    """A frozen window could not serve it."""
    progress: Progress


class ActivityLine(QWidget):
    """Spinner, what is under way, and Cancel; empty but as high when nothing is.

    Every text has its room from the start, so that none moves what stands beside it.
    """

    cancel_requested = Signal()
    """The person no longer wants to wait."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wait: _Wait | None = None
        self._said: _Wait | None = None
        self._schedule = SpinnerSchedule()
        self._change = QTimer(self)
        self._change.setSingleShot(True)
        self._change.setTimerType(Qt.TimerType.PreciseTimer)
        self._change.timeout.connect(self._follow_schedule)
        self._countdown = Countdown(self)
        self._countdown.ticked.connect(self._show_text)
        self.spinner = Spinner(SPINNER_SIZE)
        self.text = _SteadyLabel("activity")
        self.cancel = QPushButton()
        self.cancel.setProperty("role", "quiet")
        self.cancel.clicked.connect(self.cancel_requested)
        keeps_its_room = self.cancel.sizePolicy()
        keeps_its_room.setRetainSizeWhenHidden(True)
        self.cancel.setSizePolicy(keeps_its_room)
        self._pill = QFrame()
        self._pill.setProperty("role", "pill")
        row = QHBoxLayout(self._pill)
        row.setContentsMargins(12, 0, 4, 0)
        row.setSpacing(10)
        for part in (self.spinner, self.text, self.cancel):
            row.addWidget(part)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.addStretch()
        layout.addWidget(self._pill)
        layout.addStretch()
        self.set_compact(False)
        self._pill.hide()
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
        before, self._wait = self._wait, _wait_of(state)
        if self._wait is not None:
            if before is None:
                self._schedule.begin(_now_ms(), at_once=not self._wait.can_cancel)
            if before is None or self._wait.progress != before.progress:
                self._count_down(self._wait.progress)
            self._said = self._wait
            self._show_text()
        elif before is not None:
            self._countdown.stop()
            self._schedule.end(_now_ms())
        self._follow_schedule()

    def _count_down(self, progress: Progress) -> None:
        if progress.wait_ms >= SHORTEST_COUNTDOWN_MS:
            self._countdown.start(progress.wait_ms)
        else:
            self._countdown.stop()

    def _follow_schedule(self) -> None:
        now_ms = _now_ms()
        shown = self._schedule.is_shown(now_ms)
        # What is shown a moment longer, once the wait is over, has nothing to cancel.
        self.cancel.setVisible(self._wait is not None and self._wait.can_cancel)
        self._pill.setVisible(shown)
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
        self.cancel.setText(self.tr("Cancel"))
        tried = Progress(MOST_TRIES)
        self.text.set_longest(
            *(self._text_of(kind, progress, 0) for kind in (SigningIn, Loading) for progress in (FIRST_TRY, tried)),
            self._text_of(Degraded, FIRST_TRY, 0),
            self._text_of(Loading, tried, LONGEST_COUNTDOWN_S),
        )
        self._show_text()

    def _show_text(self) -> None:
        # What is shown a moment longer, once the wait is over, stays as it is.
        if self._said is not None:
            self.text.setText(self._text_of(self._said.kind, self._said.progress, self._countdown.seconds_left))

    def _text_of(self, kind: type[SigningIn | Loading | Degraded], progress: Progress, seconds_left: int) -> str:
        if seconds_left:
            text = self.tr("Trying again in {seconds} s (attempt {number} of {most})")
            return text.format(seconds=seconds_left, number=progress.number, most=MOST_TRIES)
        texts = {
            SigningIn: self.tr("Signing in…"),
            Loading: self.tr("Loading your preferences…"),
            Degraded: self.tr("Still waiting for your preferences…"),
        }
        if progress.number == 1:
            return texts[kind]
        text = self.tr("{activity} (attempt {number} of {most})")
        return text.format(activity=texts[kind], number=progress.number, most=MOST_TRIES)


class _SteadyLabel(ElidedLabel):
    """As wide as the longest of its texts, whichever it shows."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self._longest: tuple[str, ...] = ()

    def set_longest(self, *texts: str) -> None:
        """Have room for each of these."""
        self._longest = texts
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widths = (metrics.horizontalAdvance(text) for text in self._longest)
        return QSize(max(widths, default=0) + 2, metrics.height())


def _wait_of(state: State) -> _Wait | None:
    match state:
        case SigningIn() | Loading():
            return _Wait(type(state), state.mode is Mode.ASYNC, state.progress)
        case Degraded(late=StillLoading()):
            return _Wait(Degraded, can_cancel=True, progress=FIRST_TRY)
    return None


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
