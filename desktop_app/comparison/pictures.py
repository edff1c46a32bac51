"""The pictures of a comparison."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter, QPen

from desktop_app.comparison.scenario import Recording
from desktop_app.comparison.timeline import timeline_of
from desktop_app.errors import DesktopAppError
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.execution_colors import LIGHT_FIGURE
from desktop_app.responsiveness.qt.execution_painter import FigurePainter
from desktop_app.responsiveness.qt.lag_strip import LIGHT_BANDS
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.svg import estimated_width, svg_of
from desktop_app.responsiveness.timeline import height_share
from desktop_app.signin.state import Mode
from desktop_app.signin.theme import LIGHT

FONT_SIZE = 11
CHART_WIDTH, CHART_HEIGHT, SCALE = 960, 400, 2
LEFT, RIGHT, TOP, BOTTOM, GAP = 88, 32, 70, 40, 38
GRID_MS = (10, 50, 250, 1000)
TICK_STEPS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000)
MOST_TICKS = 8


def pictures_of(recordings: Mapping[Mode, Recording]) -> dict[str, bytes]:
    """Give the picture files of a comparison by name, encoded.

    They are each mode's window midway and at the end, and of both on one time axis the lag, and what happened.
    Encoded, they take a tenth of what they take while they can be shown.

    Raises:
        DesktopAppError: There was nothing to be seen, or too little memory.
    """
    pictures: dict[str, bytes] = {}
    for mode, recording in recordings.items():
        pictures[f"{mode.value}-midway.png"] = _encoded(recording.midway.toImage())
        pictures[f"{mode.value}-end.png"] = _encoded(recording.end.toImage())
    pictures["lag.png"] = _encoded(lag_chart(recordings))
    pictures["timeline.png"] = _encoded(timeline_image(recordings))
    pictures["timeline.svg"] = timeline_svg(recordings).encode()
    return pictures


def _encoded(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(image):
        raise DesktopAppError(reason=f"A picture can't be made: {writer.errorString()}.")
    return bytes(buffer.data().data())


def lag_chart(recordings: Mapping[Mode, Recording]) -> QImage:
    """Draw the event-loop lag of both loads, one above the other, from submit to end."""
    image = QImage(CHART_WIDTH * SCALE, CHART_HEIGHT * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(QColor(LIGHT.surface))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _write(painter, QRectF(LEFT, 10, 700, 24), "Event-loop lag from submit to the end of the load", bold=True)
    span_ms = max(recording.duration_ms for recording in recordings.values()) * 1.02
    lane_height = (CHART_HEIGHT - TOP - BOTTOM - GAP) / len(recordings)
    for i, (mode, recording) in enumerate(recordings.items()):
        lane = QRectF(LEFT, TOP + i * (lane_height + GAP), CHART_WIDTH - LEFT - RIGHT, lane_height)
        _draw_lane(painter, lane, mode, recording, span_ms)
    step_ms = next((step for step in TICK_STEPS_MS if span_ms / step <= MOST_TICKS), span_ms / MOST_TICKS)
    for tick in range(int(span_ms / step_ms) + 1):
        x = LEFT + (CHART_WIDTH - LEFT - RIGHT) * tick * step_ms / span_ms
        text = f"{tick * step_ms / 1000:g} s"
        _write(painter, QRectF(x - 30, CHART_HEIGHT - BOTTOM + 8, 60, 18), text, centred=True)
    painter.end()
    return image


def timeline_image(recordings: Mapping[Mode, Recording]) -> QImage:
    """Draw the execution timeline of both loads, one above the other."""
    figure_painter = FigurePainter(LIGHT_FIGURE, QFont(), FONT_SIZE)
    poster = timeline_of(recordings, figure_painter.measure)
    image = QImage(round(poster.width * SCALE), round(poster.height * SCALE), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    painter = QPainter(image)
    figure_painter.paint_poster(painter, poster)
    painter.end()
    return image


def timeline_svg(recordings: Mapping[Mode, Recording]) -> str:
    """Write the same as SVG."""
    return svg_of(timeline_of(recordings, estimated_width))


def _draw_lane(painter: QPainter, lane: QRectF, mode: Mode, recording: Recording, span_ms: float) -> None:
    painter.fillRect(lane, QColor(LIGHT.window))
    longest = f"{mode.value}: longest freeze {recording.figures.longest_freeze_ms:,.0f} ms"
    _write(painter, QRectF(lane.left(), lane.top() - 20, 500, 18), longest)
    painter.save()
    painter.setClipRect(lane)
    for start_ms, length_ms in recording.lag:
        height = lane.height() * height_share(round(length_ms * NS_PER_MS))
        x = lane.left() + lane.width() * start_ms / span_ms
        width = max(1.0, lane.width() * length_ms / span_ms)
        color = QColor(LIGHT_BANDS[Band.of(round(length_ms * NS_PER_MS))])
        painter.fillRect(QRectF(x, lane.bottom() - height, width, height), color)
    painter.restore()
    for grid_ms in GRID_MS:
        y = lane.bottom() - lane.height() * height_share(grid_ms * NS_PER_MS)
        painter.setPen(QPen(QColor(LIGHT.strong_border), 0.5, Qt.PenStyle.DotLine))
        painter.drawLine(round(lane.left()), round(y), round(lane.right()), round(y))
        text = f"{grid_ms} ms" if grid_ms < 1000 else f"{grid_ms // 1000} s"
        _write(painter, QRectF(0, y - 9, LEFT - 8, 18), text, right=True)


def _write(
    painter: QPainter, where: QRectF, text: str, *, bold: bool = False, centred: bool = False, right: bool = False
) -> None:
    font = QFont()
    font.setPixelSize(14 if bold else 12)
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor(LIGHT.text if bold else LIGHT.muted))
    across = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
    painter.drawText(
        where, int(Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else across)), text
    )
