"""The execution timeline as a widget: pan, zoom, keyboard, tooltips; it follows what is added while it is watched."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QLocale, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontInfo,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.execution import Geometry, fitted, height_of, lay_out
from desktop_app.responsiveness.execution_colors import LIGHT_FIGURE, FigureColors
from desktop_app.responsiveness.execution_texts import Texts, mark_tooltip, tooltip_of
from desktop_app.responsiveness.journal import Entry, Lane
from desktop_app.responsiveness.qt.execution_painter import FigurePainter
from desktop_app.responsiveness.shapes import Figure, Mark, Rectangle
from desktop_app.responsiveness.track import Look, Track
from desktop_app.responsiveness.window_of_time import View, WindowOfTime

REDRAW_MS = 200
"""What is added is shown after at most this long, and no more often."""
ZOOM_STEP = 1.25
WHEEL_STEP = 120
"""Qt's: of one notch, in eighths of a degree."""
PAN_SHARE = 0.1
DESIGNED_FOR_FONT = 11.0
"""The size of text that `Geometry` is made for, in pixels."""


class TimelineView(QWidget):
    """Paints the figure that `execution.lay_out` makes of its tracks.

    The wheel zooms about the pointer (with Shift it pans), dragging pans; so do the arrows left and right, plus and
    minus, Home and End; 0 shows all. Up and down go from freeze to freeze. The GUI thread's only.
    """

    selected = Signal(object)
    """The person chose a `Freeze`, or none: None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tracks: tuple[Track, ...] = ()
        self._window = WindowOfTime()
        self._selected: Freeze | None = None
        self._figure: Figure | None = None
        self._colors = LIGHT_FIGURE
        self._painter: FigurePainter | None = None
        self._axis = ""
        self._texts = Texts()
        self._pressed_at: QPoint | None = None
        self._dragged_from: View | None = None
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._refresh)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._retranslate()

    def set_colors(self, colors: FigureColors) -> None:
        """Take the colours of a theme."""
        self._colors = colors
        self._painter = None
        self._refresh()

    def set_tracks(self, tracks: Sequence[Track], axis: str = "") -> None:
        """Show these, the first one above the others, and all of them; nothing is selected.

        Args:
            tracks: What happened; it belongs to this widget from now on.
            axis: What the axis counts, ``seconds after Sign in`` say.
        """
        self._tracks = tuple(tracks)
        self._axis = axis
        self._window = WindowOfTime()
        self._window.set_whole(self._whole_ns())
        self._retranslate()
        self._select(None)
        self.updateGeometry()

    def append(self, entry: Entry, track: int = 0) -> None:
        """Add what has happened since to a track; a view that shows the end goes on to show it."""
        self._tracks[track].add(entry)
        self._note_addition()

    def extend(self, end_ns: int, track: int = 0) -> None:
        """Say that a track goes on until a time, on its entries' clock."""
        self._tracks[track].end_ns = max(end_ns, self._tracks[track].end_ns)
        self._note_addition()

    @property
    def view(self) -> View:
        """Which stretch of time is shown."""
        return self._window.view

    def set_view(self, view: View) -> None:
        """Show a stretch of time, as far as there is something."""
        self._window.set_view(view)
        self._refresh()

    def select(self, freeze: Freeze | None) -> None:
        """Select a freeze, bring it into view, and say so; None: none."""
        self._select(freeze)
        self.selected.emit(freeze)

    def figure(self) -> Figure:
        """Give what is painted."""
        if self._figure is None:
            painter = self._ready_painter()
            size = QFontInfo(self.font()).pixelSize() * 0.85
            geometry = Geometry(font=size).scaled(size / DESIGNED_FOR_FONT)
            geometry = fitted(self._tracks, geometry, float(self.height()))
            self._figure = lay_out(
                self._tracks,
                self._window.view,
                float(self.width()),
                painter.measure,
                geometry=geometry,
                texts=self._texts,
            )
        return self._figure

    @override
    def sizeHint(self) -> QSize:
        scale = QFontInfo(self.font()).pixelSize() * 0.85 / DESIGNED_FOR_FONT
        return QSize(round(640 * scale), round(height_of(self._tracks, Geometry().scaled(scale))))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 64)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._colors.background))
        figure_painter, figure = self._ready_painter(), self.figure()
        figure_painter.paint(painter, figure)
        rectangle = self._rectangle_of(self._selected)
        if rectangle is not None:
            figure_painter.paint_selection(painter, rectangle)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._colors.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._figure = None
        super().resizeEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._refresh()
        super().showEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._refresh()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter = None
            self._refresh()
        super().changeEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), as_rich_text(self.tooltip_at(event.pos())), self)
            return True
        return super().event(event)

    def tooltip_at(self, where: QPoint) -> str:
        """Tell what is at a point of the widget, in plain text."""
        figure = self.figure()
        match figure.at(where.x(), where.y()):
            case Mark() as mark:
                return mark_tooltip(mark, self._texts)
            case Rectangle() as rectangle:
                return tooltip_of(rectangle, figure.blocks[rectangle.block].origin_ns, self._texts)
        return ""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan((turned.x() or turned.y()) / -WHEEL_STEP * PAN_SHARE)
        else:
            self._zoom(ZOOM_STEP ** (turned.y() / WHEEL_STEP), self._share_at(event.position().x()))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)
        event.accept()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        moved = event.position().x() - self._pressed_at.x()
        if self._dragged_from is None and abs(moved) >= QApplication.startDragDistance():
            self._dragged_from = self._window.view
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragged_from is not None:
            before, figure = self._dragged_from, self.figure()
            by_ns = round(-moved / (figure.right - figure.left) * (before.end_ns - before.start_ns))
            self.set_view(View(before.start_ns + by_ns, before.end_ns + by_ns))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None and self._dragged_from is None:
            found = self.figure().at(event.position().x(), event.position().y())
            is_freeze = isinstance(found, Rectangle) and isinstance(found.source, Freeze)
            self._select_here(found.source if is_freeze else None)  # type: ignore[union-attr]
        self._pressed_at = self._dragged_from = None
        self.unsetCursor()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self._pan(-PAN_SHARE)
            case Qt.Key.Key_Right:
                self._pan(PAN_SHARE)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(ZOOM_STEP, 0.5)
            case Qt.Key.Key_Minus:
                self._zoom(1 / ZOOM_STEP, 0.5)
            case Qt.Key.Key_Home:
                self._window.go_to_start()
            case Qt.Key.Key_End:
                self._window.go_to_end()
            case Qt.Key.Key_0:
                self._window.show_all()
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case _:
                super().keyPressEvent(event)
                return
        self._refresh()
        event.accept()

    def _pan(self, share: float) -> None:
        self._window.pan(share)
        self._refresh()

    def _zoom(self, factor: float, about_share: float) -> None:
        self._window.zoom(factor, about_share)
        self._refresh()

    def _share_at(self, x: float) -> float:
        figure = self.figure()
        return min(1.0, max(0.0, (x - figure.left) / (figure.right - figure.left)))

    def _step(self, by: int) -> None:
        """Go to the next freeze, or the one before; there is no further one after the last."""
        freezes = [freeze for track in self._tracks for freeze in track.freezes()]
        if not freezes:
            return
        at = next((i for i, freeze in enumerate(freezes) if freeze is self._selected), None)
        if at is None:
            at = -1 if by > 0 else len(freezes)
        self.select(freezes[min(len(freezes) - 1, max(0, at + by))])

    def _select_here(self, source: object) -> None:
        freeze = source if isinstance(source, Freeze) else None
        if freeze is not self._selected:
            self.select(freeze)

    def _select(self, freeze: Freeze | None) -> None:
        self._selected = freeze
        track = next((track for track in self._tracks if freeze and track.has(freeze)), None)
        if freeze is not None and track is not None:
            self._window.bring_into_view(freeze.start_ns - track.origin_ns, freeze.end_ns - track.origin_ns)
        description = self.tr("Left and right move, plus and minus zoom, 0 shows all; up and down go to the freezes.")
        if freeze is not None:
            duration = f"{self._texts.looks[Look.FREEZE]} {self._texts.duration(freeze.duration_ns)}"
            description = f"{duration}. {description}"
        self.setAccessibleDescription(description)
        self._refresh()

    def _rectangle_of(self, freeze: Freeze | None) -> Rectangle | None:
        if freeze is None:
            return None
        number = next((i for i, track in enumerate(self._tracks) if track.has(freeze)), -1)
        return next(
            (
                each
                for each in self.figure().rectangles
                if each.look in (Look.FREEZE, Look.APART)
                and each.block == number
                and each.start_ns <= freeze.start_ns
                and freeze.end_ns <= each.end_ns
            ),
            None,
        )

    def _whole_ns(self) -> int:
        return max((track.duration_ns for track in self._tracks), default=1)

    def _note_addition(self) -> None:
        self._window.set_whole(self._whole_ns())
        if self.isVisible() and not self._redraw.isActive():
            self._redraw.start()

    def _refresh(self) -> None:
        self._figure = None
        self.update()

    def _ready_painter(self) -> FigurePainter:
        if self._painter is None:
            self._painter = FigurePainter(self._colors, self.font(), QFontInfo(self.font()).pixelSize() * 0.85)
        return self._painter

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Execution timeline"))
        self._texts = Texts(
            marks=self.tr("keys, clicks"),
            lanes={
                Lane.GUI: self.tr("GUI thread"),
                Lane.TASKS: self.tr("tasks"),
                Lane.NETWORK: self.tr("network"),
                Lane.DATABASE: self.tr("database"),
            },
            looks={
                Look.FREEZE: self.tr("frozen"),
                Look.APART: self.tr("not scheduled"),
                Look.INPUT: self.tr("handling input"),
                Look.PAINT: self.tr("painting"),
                Look.OVERRUN: self.tr("holding the frame"),
                Look.IDLE: self.tr("waiting for events"),
                Look.TASK: self.tr("task"),
                Look.CONNECT: self.tr("connecting"),
                Look.SEND: self.tr("sending"),
                Look.WAIT: self.tr("waiting for the service"),
                Look.RECEIVE: self.tr("receiving"),
                Look.DATABASE: self.tr("waiting for the database"),
                Look.MORE: self.tr("more at the same time"),
            },
            inputs={"key": self.tr("key"), "click": self.tr("click")},
            answered=self.tr("{input}, answered by a paint {duration} later"),
            answered_several=self.tr("{number} keys and clicks, the slowest answered by a paint {duration} later"),
            when=self.tr("from {start} to {end}"),
            more=self.tr("+{number} more"),
            decimal_point=QLocale().decimalPoint(),
            axis=self._axis,
        )


def as_rich_text(text: str) -> str:
    """Write plain text so that a tooltip, which guesses what is rich text, shows just that."""
    return f'<p style="white-space:pre">{escape(text)}</p>' if text else ""
