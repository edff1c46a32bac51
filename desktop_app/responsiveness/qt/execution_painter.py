"""Paints an execution timeline: the rectangles, lines and texts that were laid out, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop_app.responsiveness.execution_colors import FigureColors
from desktop_app.responsiveness.execution_texts import Measure
from desktop_app.responsiveness.poster import Poster
from desktop_app.responsiveness.shapes import Figure, Mark, Rectangle, Text
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.track import Look

HATCHED = frozenset({Look.FREEZE, Look.APART})
LEAST_HATCHED_WIDTH = 6
LINE_WIDTH, LINE_ALPHA = 0.75, 180
"""Of the lines from inputs to paints: of many that lie close together each is still seen."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


def measure_of(font: QFont) -> Measure:
    """Give what tells how wide a text is; it remembers what it was asked."""
    metrics, known = QFontMetricsF(font), dict[str, float]()

    def measure(text: str) -> float:
        width = known.get(text)
        if width is None:
            if len(known) > 5000:
                known.clear()
            width = known[text] = metrics.horizontalAdvance(text)
        return width

    return measure


def font_of(base: QFont, size: float, *, is_bold: bool = False) -> QFont:
    """Give a font in another size, in pixels."""
    font = QFont(base)
    font.setPixelSize(max(1, round(size)))
    font.setBold(is_bold)
    return font


class FigurePainter:
    """Paints figures with one set of colours and one font."""

    def __init__(self, colors: FigureColors, font: QFont, size: float) -> None:
        self._colors = colors
        self._font = font_of(font, size)
        self._bold_font = font_of(font, size, is_bold=True)
        self._heading_font = font_of(font, size * 1.25, is_bold=True)
        self._title_font = font_of(font, size * 1.7, is_bold=True)
        self._fills = {
            (look, band): (QColor(fill.fill), QColor(fill.text))
            for look in Look
            for band in Band
            for fill in (colors.fill_of(look, band),)
        }
        hatch = QColor(colors.hatch)
        hatch.setAlpha(56)
        self._hatch = QBrush(hatch, Qt.BrushStyle.BDiagPattern)
        self._lines = {band: QColor(color) for band, color in colors.lines.items()}
        self.measure = measure_of(self._font)

    def paint_poster(self, painter: QPainter, poster: Poster) -> None:
        """Paint a picture that stands by itself, background and all."""
        painter.fillRect(QRectF(0, 0, poster.width, poster.height), QColor(self._colors.background))
        self._write(painter, poster.title, self._title_font, self._colors.text)
        self._write(painter, poster.subtitle, self._font, self._colors.muted)
        self.paint(painter, poster.figure)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        self._fill_all(painter, [chip.rectangle for chip in poster.legend])
        for _, text in poster.legend:
            self._write(painter, text, self._font, self._colors.muted)

    def paint(self, painter: QPainter, figure: Figure) -> None:
        """Paint a figure."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        self._paint_axis(painter, figure)
        for block in figure.blocks:
            self._write(painter, block.title, self._heading_font, self._colors.text)
            self._write(painter, block.summary, self._font, self._colors.muted, RIGHT)
            for lane in block.lanes:
                self._write(painter, lane, self._font, self._colors.muted, RIGHT)
        self._fill_all(painter, figure.rectangles)
        for each in figure.rectangles:
            if not each.label:
                continue
            is_bold = each.look is Look.FREEZE and each.width > 2 * self.measure(each.label)
            painter.setFont(self._bold_font if is_bold else self._font)
            painter.setPen(self._fills[each.look, each.band][1])
            painter.drawText(QRectF(each.x, each.y, each.width, each.height), CENTRE, each.label)
        self._paint_marks(painter, figure.marks)

    def paint_selection(self, painter: QPainter, rectangle: Rectangle) -> None:
        """Frame a rectangle."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._colors.selection), 2))
        painter.drawRect(QRectF(rectangle.x, rectangle.y, rectangle.width, rectangle.height).adjusted(-1, -1, 1, 1))

    def _paint_axis(self, painter: QPainter, figure: Figure) -> None:
        painter.setFont(self._font)
        grid = QPen(QColor(self._colors.grid), 1)
        for tick in figure.ticks:
            painter.setPen(grid)
            for block in figure.blocks:
                painter.drawLine(QLineF(tick.x, block.top, tick.x, block.bottom))
            painter.drawLine(QLineF(tick.x, figure.axis_y, tick.x, figure.axis_y + 4))
            painter.setPen(QColor(self._colors.muted))
            where = QRectF(tick.label_x - 40, figure.axis_y + 4, 80, figure.axis_title.y - figure.axis_y - 4)
            if where.height() >= 8:
                painter.drawText(where, CENTRE, tick.label)
        painter.setPen(QPen(QColor(self._colors.muted), 1))
        painter.drawLine(QLineF(figure.left, figure.axis_y, figure.right, figure.axis_y))
        if figure.axis_title.height >= 8:
            self._write(painter, figure.axis_title, self._font, self._colors.muted, CENTRE)
        painter.setPen(QPen(QColor(self._colors.muted), 1, Qt.PenStyle.DashLine))
        for block in figure.blocks:
            for x in (block.origin_x, block.end_x):
                if x is not None:
                    painter.drawLine(QLineF(x, block.top, x, block.bottom))

    def _fill_all(self, painter: QPainter, rectangles: Iterable[Rectangle]) -> None:
        """Fill them, those of one colour in one go; none lies over another."""
        alike: dict[tuple[Look, Band], list[QRectF]] = defaultdict(list)
        hatched: list[QRectF] = []
        for x, y, width, height, look, band, *_ in rectangles:
            where = QRectF(x, y, width, height)
            alike[look, band].append(where)
            if look in HATCHED and width >= LEAST_HATCHED_WIDTH:
                hatched.append(where)
        painter.setPen(Qt.PenStyle.NoPen)
        for key, places in alike.items():
            painter.setBrush(self._fills[key][0])
            painter.drawRects(places)
        painter.setBrush(self._hatch)
        painter.drawRects(hatched)

    def _paint_marks(self, painter: QPainter, marks: tuple[Mark, ...]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines: dict[Band, list[QLineF]] = defaultdict(list)
        for mark in marks:
            lines[mark.band].append(QLineF(mark.x, mark.y, mark.to_x, mark.to_y))
        for band, of_band in lines.items():
            color = QColor(self._lines[band])
            color.setAlpha(LINE_ALPHA)
            painter.setPen(QPen(color, LINE_WIDTH))
            painter.drawLines(of_band)
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in marks:
            if mark.is_shown:
                painter.setBrush(self._lines[mark.band])
                if mark.number > 1:
                    painter.drawEllipse(QPointF(mark.x, mark.y), 3.5, 3.5)
                elif mark.source.name == "click":
                    painter.drawEllipse(QPointF(mark.x, mark.y), 2.8, 2.8)
                else:
                    painter.drawRect(QRectF(mark.x - 2.2, mark.y - 2.2, 4.4, 4.4))
        painter.setFont(self._font)
        painter.setPen(QColor(self._colors.muted))
        for mark in marks:
            if mark.label:
                painter.drawText(QRectF(mark.x - 30, mark.y - 18, 60, 14), CENTRE, mark.label)

    def _write(
        self, painter: QPainter, text: Text, font: QFont, color: str, alignment: Qt.AlignmentFlag = LEFT
    ) -> None:
        if text.text and text.height >= 8:
            painter.setFont(font)
            painter.setPen(QColor(color))
            painter.drawText(QRectF(text.x, text.y, text.width, text.height), alignment, text.text)
