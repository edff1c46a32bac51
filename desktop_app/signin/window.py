"""The window: puts the parts together, and draws each state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.resources import asset
from desktop_app.signin.activity import ActivityLine
from desktop_app.signin.announcements import announcement
from desktop_app.signin.appearance import Appearance
from desktop_app.signin.banner import Banner
from desktop_app.signin.feel import FeelPanel
from desktop_app.signin.form import SignInForm
from desktop_app.signin.input_gate import InputGate
from desktop_app.signin.painting import emission, painted
from desktop_app.signin.results import ResultsPanel
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, State
from desktop_app.signin.steps import Steps
from desktop_app.signin.theme import Theme
from desktop_app.signin.top_bar import TopBar

if TYPE_CHECKING:
    from desktop_app.conditions.presets import Conditions
    from desktop_app.preferences.model import Preferences
    from desktop_app.signin.home import HomePage

SMALLEST = QSize(640, 480)
USUAL = QSize(1040, 760)
DOCK_HEIGHT = 140
COMPACT_BELOW = 660
Step = Callable[[], None]


class Window(QMainWindow):
    """Draws each state it is shown; holds no decision, network or clock.

    Args:
        instrument: The widget that shows how responsive the window is.
        parent: Its owner.
    """

    state_painted = Signal(object)
    """This `State` is wholly on the screen: the last step of showing it was run and then painted."""

    wait_ended = Signal()
    """The wait that froze the window is over; the screen still shows the frame it was frozen in."""

    def __init__(self, instrument: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State = SignedOut()
        self._sentinel = _PaintSentinel(self)
        self._sentinel.painted.connect(self._on_sentinel_painted)
        self._steps = Steps(self)
        self._steps.finished.connect(self._on_steps_finished)
        self.announcement = ""
        self._is_seen = False
        self.setWindowTitle("Desktop App")
        self.setWindowIcon(QIcon(str(asset("icons", "app.svg"))))
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self.top_bar = TopBar(self.windowIcon())
        self.toggle, self.conditions = self.top_bar.toggle, self.top_bar.conditions
        self.notice = Banner("warning", "alert")
        self.notice.action_requested.connect(self.notice.hide)
        self.activity = ActivityLine()
        self.form = SignInForm()
        self.home: HomePage | None = None
        self.feel = FeelPanel()
        self.instrument = instrument
        self.results = ResultsPanel()
        self.pages = QStackedWidget()
        self.gate = InputGate(self, (self.feel.typing, self.feel.counter))
        self.appearance = Appearance(self._lay_out(), self)
        self.appearance.theme_changed.connect(self._on_theme_changed)
        for step in (*self.appearance.steps_to(), self.appearance.reveal):
            step()
        self.form.email.setFocus()

    def _lay_out(self) -> Sequence[QWidget]:
        """Put everything in its place; give the parts that are dressed one by one."""
        form_page, dock = self._form_page(), self._dock()
        self._backdrop = _Backdrop()
        column = QVBoxLayout(self._backdrop)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notice_row = QHBoxLayout()
        notice_row.setContentsMargins(24, 10, 24, 0)
        notice_row.addWidget(self.notice)
        self.pages.addWidget(form_page)
        column.addWidget(self.top_bar)
        column.addLayout(notice_row)
        column.addWidget(self.activity)
        column.addWidget(self.pages, 1)
        column.addWidget(dock)
        self.setCentralWidget(self._backdrop)
        return (self.top_bar, self.notice, self.activity, form_page, dock)

    def _form_page(self) -> QWidget:
        page = QWidget()
        # Not an alignment, which would ignore that wrapped text needs more height where there is less width.
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.form)
        row.addStretch()
        centred = QVBoxLayout(page)
        centred.setContentsMargins(8, 0, 8, 8)
        centred.addStretch(2)
        centred.addLayout(row)
        centred.addStretch(3)
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(page)
        return scroller

    def _dock(self) -> QWidget:
        dock = QFrame()
        dock.setProperty("role", "dock")
        dock.setFixedHeight(DOCK_HEIGHT)
        row = QHBoxLayout(dock)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(20)
        row.addWidget(self.feel, 3)
        row.addWidget(self.instrument, 5)
        row.addWidget(self.results, 3)
        return dock

    def add_home(self, home: HomePage) -> None:
        """Take the home page, which is made after the first paint."""
        self.home = home
        home.set_theme(self.appearance.theme)
        self._set_compact(self.height() < COMPACT_BELOW)
        self.pages.addWidget(home)
        self.appearance.add(home)
        # Otherwise done when it is first shown, which is in the middle of a load.
        for part in home.findChildren(QWidget):
            part.ensurePolished()

    def show_mode(self, mode: Mode) -> None:
        """Show how the next load will wait."""
        self.top_bar.show_mode(mode)

    def show_conditions(
        self, conditions: Conditions, *, requested: Conditions | None = None, problem: str = ""
    ) -> None:
        """Show what is in force, what is about to be, and why the last change came to nothing."""
        is_first = self.conditions.in_force is None
        self.top_bar.show_conditions(conditions, requested=requested, problem=problem)
        if not is_first:
            self._announce(f"{self.conditions.accessibleName()}. {self.top_bar.conditions_text.text()}")

    def show_state(self, state: State) -> None:
        """Draw a state, in steps; `state_painted` follows."""
        self._state = state
        self._sentinel.is_armed = False
        self.activity.show_state(state)
        if isinstance(state, SigningIn):
            # At once: a second click must find the button disabled.
            self.form.show_busy()
        if self.home is not None:
            self.home.set_busy(isinstance(state, Loading))
        self._steps.run((*self._steps_to_show(state), self.appearance.reveal))

    def _steps_to_show(self, state: State) -> Iterator[Step]:
        match state:
            case SignedOut():
                yield from self._steps_to_defaults("")
                yield partial(self._show_form, state)
            case Loading(before=SignedOut()):
                yield self._show_home
                yield from self._steps_to_defaults(state.email)
            case Loading(before=Home() | Degraded() as before):
                # The page stays as it is: only what is left of the steps to it is run.
                yield from self._steps_to_page(before)
            case Home() | Degraded():
                yield from self._steps_to_page(state)
        yield lambda: self._announce(announcement(state, self.activity.text.text()))

    def _steps_to_page(self, state: Home | Degraded) -> Iterator[Step]:
        if isinstance(state, Home):
            yield from self._steps_to_preferences(state.email, state.preferences)
            yield self._show_home
        else:
            if state.kept is None:
                yield from self._steps_to_defaults(state.email)
            else:
                yield from self._steps_to_preferences(state.email, state.kept.preferences)
            yield partial(self._show_degraded, state)

    def _steps_to_preferences(self, email: str, wanted: Preferences) -> Iterator[Step]:
        yield from self.appearance.steps_to(wanted.theme, wanted.accent, wanted.language)
        yield partial(self.activity.set_reduced_motion, wanted.reduced_motion)
        if self.home is not None:
            yield from self.home.steps_to_show(email, wanted)

    def _steps_to_defaults(self, email: str) -> Iterator[Step]:
        """Yield what takes everything of a customer off the window but, where one is signed in, the email."""
        yield from self.appearance.steps_to()
        yield partial(self.activity.set_reduced_motion, False)
        if self.home is not None:
            yield from self.home.steps_to_show(email)

    def _show_form(self, state: SignedOut) -> None:
        self.pages.setCurrentIndex(0)
        if state == SignedOut():
            self.form.clear()
            self.form.show_signed_out()
            self.form.email.setFocus()
        else:
            # Whoever types elsewhere goes on typing there, rather than into a password.
            self.form.show_signed_out(
                state.email, state.failure, takes_focus=self.focusWidget() is not self.feel.typing
            )

    def _show_home(self) -> None:
        assert self.home is not None, "nobody signs in before there is a home page"
        self.home.banner.hide()
        self._show_home_page()

    def _show_degraded(self, state: Degraded) -> None:
        assert self.home is not None, "nobody signs in before there is a home page"
        self.home.show_degraded(state)
        self._show_home_page()

    def _show_home_page(self) -> None:
        if self.pages.currentWidget() is not self.home and self.home is not None:
            had_focus = self.form.isAncestorOf(self.focusWidget())
            self.form.clear()
            self.pages.setCurrentWidget(self.home)
            if had_focus:
                self.home.scroller.setFocus()

    def show_notice(self, text: str) -> None:
        """Show what the person should know about how the program started."""
        self.notice.show_message(text, button=self.tr("Dismiss"))
        self._announce(text)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Hold what would freeze the window: show the frame that says so before, sort the queued input after.

        What was typed into the field or counted is delivered, everything else is dropped, before the next state
        is drawn.
        """
        self.gate.close()
        # A window of its own, whose input no gate would hold.
        self.conditions.close_panel()
        try:
            if self._steps.is_running:
                await emission(self._steps.finished)
            await painted(self.activity.spinner)
            yield
            self.wait_ended.emit()
            # All that queued up is delivered in the turn of the event loop in which the indicator is painted.
            await painted(self.feel.indicator)
        finally:
            self.gate.open()

    def _announce(self, text: str) -> None:
        """Tell a screen reader, once the window can be seen."""
        self.announcement = text
        if self._is_seen:
            # PySide6 takes 3 ms to make these two: the first paint does not wait for it.
            from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _on_steps_finished(self) -> None:
        self._sentinel.is_armed = True
        self._sentinel.update()

    def _on_sentinel_painted(self) -> None:
        if not self._is_seen:
            self._is_seen = True
            self._announce(self.announcement)
        # Another state may have come since the paint: its own one is still to follow.
        if not self._steps.is_running and not self._sentinel.is_armed:
            self.state_painted.emit(self._state)

    def _on_theme_changed(self, theme: Theme) -> None:
        self._backdrop.set_theme(theme)
        for part in (self.top_bar, self.activity, self.form, self.feel, self.notice):
            part.set_theme(theme)
        if self.home is not None:
            self.home.set_theme(theme)

    def _set_compact(self, compact: bool) -> None:
        self.form.set_compact(compact)
        self.activity.set_compact(compact)
        if self.home is not None:
            self.home.set_compact(compact)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_compact(event.size().height() < COMPACT_BELOW)
        super().resizeEvent(event)


class _Backdrop(QWidget):
    """What lies behind the parts."""

    def __init__(self) -> None:
        super().__init__()
        self._color = QColor()

    def set_theme(self, theme: Theme) -> None:
        self._color = QColor(theme.window)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self._color)


class _PaintSentinel(QWidget):
    """One pixel that tells, once armed, when the window was painted."""

    painted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_armed = False
        self.setGeometry(0, 0, 1, 1)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.is_armed:
            self.is_armed = False
            # Once the frame that this pixel belongs to has gone out.
            QTimer.singleShot(0, self.painted.emit)
