"""The window: puts the parts together, and draws each state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QIcon,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.resources import asset
from desktop_app.signin.activity import ActivityLine
from desktop_app.signin.appearance import Appearance
from desktop_app.signin.banner import Banner
from desktop_app.signin.failures import described, wants_new_password
from desktop_app.signin.feel import FeelPanel
from desktop_app.signin.form import SignInForm
from desktop_app.signin.input_gate import InputGate
from desktop_app.signin.labels import ElidedLabel, plain_label
from desktop_app.signin.mode_toggle import ModeToggle
from desktop_app.signin.painting import emission, painted
from desktop_app.signin.results import ResultsPanel
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, State
from desktop_app.signin.steps import Steps
from desktop_app.signin.theme import Theme

if TYPE_CHECKING:
    from desktop_app.signin.home import HomePage

SMALLEST = QSize(640, 480)
USUAL = QSize(1040, 760)
APP_ICON_SIZE = 28
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
        self._mode = Mode.ASYNC
        self._state: State = SignedOut()
        self._conditions: tuple[str, str] | None = None
        self._sentinel = _PaintSentinel(self)
        self._sentinel.painted.connect(self._on_sentinel_painted)
        self._steps = Steps(self)
        self._steps.finished.connect(self._on_steps_finished)
        self.announcement = ""
        self.setWindowTitle("Desktop App")
        self.setWindowIcon(QIcon(str(asset("icons", "app.svg"))))
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self.toggle = ModeToggle()
        self.mode_text = plain_label("muted")
        self.conditions_text = ElidedLabel("muted")
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
        self._retranslate()
        self.form.email.setFocus()

    def _lay_out(self) -> Sequence[QWidget]:
        """Put everything in its place; give the parts that are dressed one by one."""
        bar, form_page, dock = self._top_bar(), self._form_page(), self._dock()
        self._backdrop = _Backdrop()
        column = QVBoxLayout(self._backdrop)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notice_row = QHBoxLayout()
        notice_row.setContentsMargins(24, 10, 24, 0)
        notice_row.addWidget(self.notice)
        self.pages.addWidget(form_page)
        column.addWidget(bar)
        column.addLayout(notice_row)
        column.addWidget(self.activity)
        column.addWidget(self.pages, 1)
        column.addWidget(dock)
        self.setCentralWidget(self._backdrop)
        return (bar, self.notice, self.activity, form_page, dock)

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

    def _top_bar(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "bar")
        picture = QLabel()
        picture.setPixmap(self.windowIcon().pixmap(APP_ICON_SIZE, APP_ICON_SIZE))
        title = plain_label("title")
        title.setText("Desktop App")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(picture)
        first.addSpacing(6)
        first.addWidget(title)
        first.addStretch()
        first.addWidget(self.toggle)
        second.setSpacing(24)
        second.addWidget(self.conditions_text, 1)
        second.addWidget(self.mode_text)
        rows = QVBoxLayout(bar)
        rows.setContentsMargins(24, 10, 24, 10)
        rows.setSpacing(6)
        rows.addLayout(first)
        rows.addLayout(second)
        return bar

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
        self.pages.addWidget(home)
        self.appearance.add(home)
        # Otherwise done when it is first shown, which is in the middle of a load.
        for part in home.findChildren(QWidget):
            part.ensurePolished()

    def show_mode(self, mode: Mode) -> None:
        """Show how the next load will wait."""
        self._mode = mode
        self.toggle.show_mode(mode)
        self._retranslate()

    def show_conditions(self, name: str, summary: str) -> None:
        """Show what the network and the database are like."""
        self._conditions = (name, summary)
        self._retranslate()

    def show_state(self, state: State) -> None:
        """Draw a state, in steps; `state_painted` follows."""
        self._state = state
        self._sentinel.is_armed = False
        self.activity.show_state(state)
        if isinstance(state, SigningIn):
            # At once: a second click must find the button disabled.
            self.form.show_busy()
        self._steps.run((*self._steps_to_show(state), self.appearance.reveal))

    def _steps_to_show(self, state: State) -> Iterator[Step]:
        match state:
            case SigningIn():
                yield partial(self._announce, self.tr("Signing in…"))
            case SignedOut():
                yield from self._steps_to_defaults("")
                yield partial(self._show_form, state)
            case Loading():
                yield self._show_home
                yield from self._steps_to_defaults(state.email)
                yield partial(self._announce, self.tr("Signed in. Loading your preferences…"))
            case Degraded():
                yield from self._steps_to_defaults(state.email)
                yield partial(self._show_degraded, state)
            case Home():
                wanted = state.preferences
                yield from self.appearance.steps_to(wanted.theme, wanted.accent, wanted.language)
                yield partial(self.activity.set_reduced_motion, wanted.reduced_motion)
                if self.home is not None:
                    yield from self.home.steps_to_show(state.email, wanted)
                yield self._show_home
                yield partial(self._announce, self.tr("Your home page is ready."))

    def _steps_to_defaults(self, email: str) -> Iterator[Step]:
        """Yield what takes everything of a customer off the window but, where one is signed in, the email."""
        yield from self.appearance.steps_to()
        yield partial(self.activity.set_reduced_motion, False)
        if self.home is not None:
            yield from self.home.steps_to_show(email)

    def _show_form(self, state: SignedOut) -> None:
        self.pages.setCurrentIndex(0)
        self.form.show_signed_out(state.email)
        if state == SignedOut():
            self.form.clear()
            self.form.email.setFocus()
        if state.failure is None:
            self._announce(self.tr("Sign in"))
        else:
            title, text = described(state.failure)
            self.form.show_failure(title, text, new_password=wants_new_password(state.failure))
            self._announce(f"{title} {text}")

    def _show_home(self) -> None:
        assert self.home is not None, "nobody signs in before there is a home page"
        self.home.banner.hide()
        self._show_home_page()

    def _show_degraded(self, state: Degraded) -> None:
        assert self.home is not None, "nobody signs in before there is a home page"
        title = self.tr("This is the default home page: your preferences could not be loaded.")
        text = " ".join(described(state.failure))
        self.home.show_degraded(title, text)
        self._show_home_page()
        self._announce(f"{title} {text}")

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
        """Tell a screen reader."""
        self.announcement = text
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _on_steps_finished(self) -> None:
        self._sentinel.is_armed = True
        self._sentinel.update()

    def _on_sentinel_painted(self) -> None:
        # Another state may have come since the paint: its own one is still to follow.
        if not self._steps.is_running and not self._sentinel.is_armed:
            self.state_painted.emit(self._state)

    def _on_theme_changed(self, theme: Theme) -> None:
        self._backdrop.set_theme(theme)
        for part in (self.activity, self.form, self.feel, self.notice):
            part.set_theme(theme)
        if self.home is not None:
            self.home.set_theme(theme)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        is_compact = event.size().height() < COMPACT_BELOW
        self.form.set_compact(is_compact)
        self.activity.set_compact(is_compact)
        super().resizeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        if self._mode is Mode.BLOCKING:
            text = self.tr("The window freezes until the answer is there.")
        else:
            text = self.tr("The window goes on answering while it waits.")
        self.mode_text.setText(text)
        if self._conditions is not None:
            name, summary = self._conditions
            text = f"{name}: {QCoreApplication.translate('conditions', summary)}"
            self.conditions_text.setText(text)
            self.conditions_text.setToolTip(text)


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
