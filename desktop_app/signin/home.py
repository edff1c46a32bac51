"""The home page: first as the defaults have it, then as the customer wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QEvent, QLocale, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.resources import icon
from desktop_app.signin.banner import Banner
from desktop_app.signin.card import TEXT_SCALES, CardContent, CategoryCard, grid
from desktop_app.signin.catalogue import CATALOGUE, ordered, price_in
from desktop_app.signin.failures import described_page, wait_s
from desktop_app.signin.labels import ElidedLabel
from desktop_app.signin.state import Arrived, Degraded
from desktop_app.signin.theme import Theme

HEADER_HEIGHT, COMPACT_HEADER_HEIGHT = 56, 46
SPACING, COMPACT_SPACING = 10, 6
RELOAD_WIDTH = 120
MISTAKE_WIDTH = 196
SIGN_OUT_WIDTH = 132
ICON_WIDTH = 40
NARROW_BELOW = 860
RELOAD_KEY = "F5"


class CardGrid(QWidget):
    """The cards, in as many columns as have room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = [CategoryCard(self) for _ in CATALOGUE]
        self._text_scale = 1.0

    def set_text_scale(self, text_scale: float) -> None:
        """Make room for text larger or smaller than usual by a factor."""
        self._text_scale = text_scale
        self._arrange()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        rectangles = grid(self.width(), len(self.cards), self._text_scale)
        for card, rectangle in zip(self.cards, rectangles, strict=True):
            card.setGeometry(rectangle)
        self.setMinimumHeight(rectangles[-1].bottom() + 1)


class HomePage(QWidget):
    """Greeting, what there is to do, banner, cards.

    Showing it anew is a number of steps, each shorter than a frame: whoever asks runs them one at a time.
    """

    sign_out_requested = Signal()
    """The person wants to leave."""
    retry_requested = Signal()
    """The person wants the preferences that could not be had to be asked for once more."""
    reload_requested = Signal()
    """The person wants to see whether the preferences have changed."""
    apply_requested = Signal()
    """The person wants the preferences that arrived late."""
    mistake_requested = Signal()
    """The person wants to see what becomes of data that is used before it is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = DEFAULT_PREFERENCES
        self._email = ""
        self._is_busy = False
        self._is_narrow = False
        self._banner_signal = self.retry_requested
        self.greeting = ElidedLabel("greeting")
        self.account = ElidedLabel("muted")
        self.reload = _header_button("quiet", RELOAD_WIDTH)
        self.reload.clicked.connect(lambda: self._ask(self.reload_requested))
        self.mistake = _header_button("quiet", MISTAKE_WIDTH)
        self.mistake.clicked.connect(self.mistake_requested)
        self.sign_out = _header_button("secondary", SIGN_OUT_WIDTH)
        self.sign_out.clicked.connect(self.sign_out_requested)
        self.banner = Banner("warning", "database")
        self.banner.action_requested.connect(lambda: self._ask(self._banner_signal))
        self.grid = CardGrid()
        self.scroller = QScrollArea()
        # A long banner in a small window takes its room from the cards, not from itself.
        self.scroller.setMinimumHeight(40)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setWidget(self.grid)
        self._lay_out()
        self._retranslate()

    def _lay_out(self) -> None:
        self._header = header = QWidget()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.greeting)
        words.addWidget(self.account)
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(words, 1)
        for button in (self.reload, self.mistake, self.sign_out):
            row.addWidget(button)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 0, 24, 0)
        layout.addWidget(header)
        layout.addWidget(self.banner)
        layout.addWidget(self.scroller, 1)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """Take less height, for a small window."""
        self._header.setFixedHeight(COMPACT_HEADER_HEIGHT if compact else HEADER_HEIGHT)
        self._column.setSpacing(COMPACT_SPACING if compact else SPACING)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.banner.set_theme(theme)
        self.reload.setIcon(icon("retry", theme.accent))
        self.mistake.setIcon(icon("mistake", theme.accent))
        self.sign_out.setIcon(icon("sign-out", theme.text))
        for card in self.grid.cards:
            card.set_theme(theme)

    def steps_to_show(
        self, email: str, preferences: Preferences = DEFAULT_PREFERENCES
    ) -> Iterator[Callable[[], None]]:
        """Yield what shows the page to this customer, with these preferences."""
        yield partial(self._show_header, email, preferences)
        yield partial(self._show_cards, preferences)

    def show_degraded(self, state: Degraded) -> None:
        """Say which page this is and why, and offer to try again, or what has arrived meanwhile."""
        if isinstance(state.late, Arrived):
            self._banner_signal = self.apply_requested
            self.banner.show_news(
                "check",
                self.tr("Your preferences arrived"),
                self.tr("This page stays as it is until you apply them."),
                # Not Alt+A, which chooses a mode.
                self.tr("A&pply"),
            )
        else:
            self._banner_signal = self.retry_requested
            self.banner.show_message(*described_page(state), self.tr("&Retry"))
            self.banner.count_down(wait_s(state.failure), partial(described_page, state), state.failure)

    def set_busy(self, busy: bool) -> None:
        """Ask for nothing more while preferences are being loaded; what has the focus keeps it."""
        if busy != self._is_busy:
            self._is_busy = busy
            for button in (self.reload, self.banner.button):
                button.setProperty("busy", busy)
                button.style().polish(button)

    def _ask(self, signal: SignalInstance) -> None:
        if not self._is_busy:
            signal.emit()

    def _show_header(self, email: str, preferences: Preferences) -> None:
        self._email, self._preferences = email, preferences
        self._retranslate()

    def _show_cards(self, preferences: Preferences) -> None:
        titles, texts = self._titles(), self._texts()
        text_scale = TEXT_SCALES[preferences.text_size]
        self.grid.set_text_scale(text_scale)
        # The texts are in the language the window speaks, and so is how their numbers are written.
        locale = QLocale()
        favourites = preferences.favourite_categories
        for card, category in zip(self.grid.cards, ordered(favourites), strict=True):
            content = CardContent(
                icon=category.name,
                title=titles[category.name],
                text=texts[category.name],
                price=locale.toCurrencyString(*price_in(category, preferences.currency)),
                is_favourite=category.name in favourites,
            )
            card.show_content(content, text_scale)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        name = self._preferences.display_name
        self.greeting.setText(self.tr("Welcome back, {name}").format(name=name) if name else self.tr("Welcome"))
        self.account.setText(self.tr("Signed in as {email}").format(email=self._email))
        self._name_buttons()
        self.scroller.setAccessibleName(self.tr("Categories"))

    def _name_buttons(self) -> None:
        self.sign_out.setText(self.tr("Sign &out"))
        for button, width, text, tip in (
            (self.reload, RELOAD_WIDTH, self.tr("Reload"), self.tr("Load the preferences once more (F5)")),
            (
                self.mistake,
                MISTAKE_WIDTH,
                self.tr("Common &mistake…"),
                self.tr("See what becomes of data that is used before it is there"),
            ),
        ):
            button.setText("" if self._is_narrow else text)
            button.setFixedWidth(ICON_WIDTH if self._is_narrow else width)
            button.setAccessibleName(text.replace("&", ""))
            button.setToolTip(f"{button.accessibleName()}: {tip}" if self._is_narrow else tip)
        # A text sets the key that is marked in it, and with none there is none.
        self.reload.setShortcut(RELOAD_KEY)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = event.size().width() < NARROW_BELOW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._name_buttons()
        super().resizeEvent(event)

    def _titles(self) -> dict[str, str]:
        return {
            "books": self.tr("Books"),
            "music": self.tr("Music"),
            "travel": self.tr("Travel"),
            "garden": self.tr("Garden"),
            "kitchen": self.tr("Kitchen"),
            "photography": self.tr("Photography"),
            "games": self.tr("Games"),
            "art": self.tr("Art"),
            "cycling": self.tr("Cycling"),
            "running": self.tr("Running"),
            "science": self.tr("Science"),
            "home": self.tr("Home"),
        }

    def _texts(self) -> dict[str, str]:
        return {
            "books": self.tr("New paperbacks"),
            "music": self.tr("Vinyl of the month"),
            "travel": self.tr("Weekend by train"),
            "garden": self.tr("Herbs and seeds"),
            "kitchen": self.tr("Cast-iron pan"),
            "photography": self.tr("50 mm lens, used"),
            "games": self.tr("Board games"),
            "art": self.tr("Watercolour set"),
            "cycling": self.tr("Touring panniers"),
            "running": self.tr("Trail shoes"),
            "science": self.tr("Pocket microscope"),
            "home": self.tr("Wool blanket"),
        }


def _header_button(role: str, width: int) -> QPushButton:
    button = QPushButton()
    button.setProperty("role", role)
    button.setFixedWidth(width)
    return button
