"""One category of the home page, painted: a card costs one widget, and restyling it costs one repaint."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.resources import icon_renderer
from desktop_app.signin.theme import Theme

TEXT_SCALES = {"small": 0.88, "medium": 1.0, "large": 1.25}
CARD_WIDTH = 216
CARD_HEIGHT = 92
GAP = 12


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card says, in the person's language and currency."""

    icon: str
    title: str
    text: str
    price: str
    is_favourite: bool


class CategoryCard(QWidget):
    """Paints a `CardContent`; all of it is plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content: CardContent | None = None
        self.text_scale = 1.0
        self._theme: Theme | None = None

    def show_content(self, content: CardContent, text_scale: float) -> None:
        """Show this, with text larger or smaller than usual by a factor."""
        self.content, self.text_scale = content, text_scale
        self.setAccessibleName(f"{content.title}, {content.text}, {content.price}")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None or self.content is None:
            return
        theme, content, scale = self._theme, self.content, self.text_scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if content.is_favourite else theme.border), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)

        tile_size = round(40 * scale)
        tile = QRectF(14, (self.height() - tile_size) / 2, tile_size, tile_size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft))
        painter.drawRoundedRect(tile, 9, 9)
        inset = tile_size * 0.22
        icon_renderer(content.icon, theme.accent).render(painter, tile.adjusted(inset, inset, -inset, -inset))

        left = round(tile.right()) + 14
        width = self.width() - left - 12
        lines = (
            (content.title, 14, QFont.Weight.DemiBold, theme.text),
            (content.text, 12, QFont.Weight.Normal, theme.muted),
            (content.price, 13, QFont.Weight.DemiBold, theme.accent),
        )
        fonts = [self._font(size * scale, weight) for _, size, weight, _ in lines]
        heights = [QFontMetrics(font).height() + 2 for font in fonts]
        top = (self.height() - sum(heights)) // 2
        for (text, _, _, color), font, height in zip(lines, fonts, heights, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(color))
            elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, top, width, height), int(Qt.AlignmentFlag.AlignVCenter), elided)
            top += height

    def _font(self, size_px: float, weight: QFont.Weight) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(size_px))
        font.setWeight(weight)
        return font


def grid(width: int, count: int, text_scale: float) -> list[QRect]:
    """Lay cards out in as many equal columns as have room."""
    columns = max(1, (width + GAP) // (round(CARD_WIDTH * text_scale) + GAP))
    card_width = (width - (columns - 1) * GAP) // columns
    card_height = round(CARD_HEIGHT * text_scale)
    return [
        QRect(i % columns * (card_width + GAP), i // columns * (card_height + GAP), card_width, card_height)
        for i in range(count)
    ]
