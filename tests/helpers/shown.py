"""A window that is shown states directly, with nobody behind it who changes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.errors import DeadlineExceeded, ExchangeError
from desktop_app.preferences.model import Preferences, Session
from desktop_app.preferences.progress import FIRST_TRY, Progress
from desktop_app.signin.home import HomePage
from desktop_app.signin.state import (
    Arrived,
    Degraded,
    Failure,
    Home,
    Kept,
    Loading,
    Mode,
    SignedOut,
    State,
    StillLoading,
)
from desktop_app.signin.window import Window

EMAIL = "ada@example.com"
SESSION = Session("a token", datetime(2030, 1, 1, tzinfo=UTC))
OVERDUE = Failure(DeadlineExceeded(), 3000)


class Shown:
    """A window, and a way to have it draw a state wholly."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = Window(QWidget())
        qtbot.addWidget(self.window)
        self.home = HomePage()
        self.window.add_home(self.home)
        self.window.show()
        self._qtbot = qtbot
        self.load()

    def show(self, state: State) -> None:
        with self._qtbot.waitSignal(self.window.state_painted):
            self.window.show_state(state)

    def load(self, progress: Progress = FIRST_TRY, before: SignedOut | Home | Degraded | None = None) -> None:
        """Show that preferences are being loaded, by default right after signing in."""
        self.show(Loading(1, Mode.ASYNC, EMAIL, SESSION, before or SignedOut(), progress))

    def customise(self, **preferences: Any) -> None:
        self.show(Home(EMAIL, SESSION, Preferences(**preferences)))

    def degrade(
        self,
        error: ExchangeError | None = None,
        *,
        kept: Kept | None = None,
        late: StillLoading | Arrived | None = None,
    ) -> None:
        self.show(Degraded(EMAIL, SESSION, Failure(error, 100) if error else OVERDUE, kept, late))

    def titles(self) -> list[str]:
        return [card.content.title for card in self.home.grid.cards if card.content]

    def rectangle(self, widget: QWidget) -> QRect:
        """Where a widget stands in the window."""
        return QRect(widget.mapTo(self.window, widget.rect().topLeft()), widget.size())

    def rectangles(self) -> list[QRect]:
        """Where what must not move stands in the window."""
        window, home = self.window, self.home
        fixed = (window.feel.typing, window.feel.counter, window.toggle, window.conditions)
        return [self.rectangle(widget) for widget in (*fixed, home.reload, home.mistake, home.sign_out)]
