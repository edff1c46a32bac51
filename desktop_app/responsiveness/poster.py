"""An execution timeline that stands by itself: with a title, a line that says how to read it, and a legend. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desktop_app.responsiveness.execution import Geometry, lay_out
from desktop_app.responsiveness.execution_texts import ENGLISH, Measure, Texts
from desktop_app.responsiveness.shapes import Figure, Rectangle, Text
from desktop_app.responsiveness.track import Look, Track
from desktop_app.responsiveness.window_of_time import WindowOfTime

MARGIN = 24.0
TITLE_HEIGHT, SUBTITLE_HEIGHT, LEGEND_HEIGHT, CHIP = 30.0, 22.0, 20.0, 11.0
ROOMY = Geometry(margin=MARGIN, heading=30, marks=44, gui=32, row=20, track_gap=26, axis=48)


class Chip(NamedTuple):
    """An entry of the legend."""

    rectangle: Rectangle
    text: Text


@dataclass(frozen=True, slots=True)
class Poster:
    """All of a picture."""

    width: float
    height: float
    title: Text
    subtitle: Text
    figure: Figure
    legend: tuple[Chip, ...]


def poster_of(
    tracks: Sequence[Track],
    width: float,
    measure: Measure,
    *,
    title: str,
    subtitle: str,
    texts: Texts = ENGLISH,
    geometry: Geometry = ROOMY,
) -> Poster:
    """Lay out a picture of everything that the tracks hold.

    Args:
        tracks: What happened.
        width: Of the picture.
        measure: Tells how wide a text is.
        title: What it is about.
        subtitle: How to read it.
        texts: What things are called.
        geometry: How large things are.
    """
    window = WindowOfTime()
    window.set_whole(max((track.duration_ns for track in tracks), default=1))
    top = MARGIN * 0.75 + TITLE_HEIGHT + SUBTITLE_HEIGHT + 8
    figure = lay_out(tracks, window.view, width, measure, geometry=geometry, texts=texts, top=top)
    legend = _legend(figure, figure.height + 10, width, measure, texts)
    bottom = legend[-1].rectangle.y + LEGEND_HEIGHT if legend else figure.height
    room = width - 2 * MARGIN
    return Poster(
        width,
        bottom + MARGIN * 0.5,
        Text(MARGIN, MARGIN * 0.75, room, TITLE_HEIGHT, title),
        Text(MARGIN, MARGIN * 0.75 + TITLE_HEIGHT, room, SUBTITLE_HEIGHT, subtitle),
        figure,
        legend,
    )


def _legend(figure: Figure, y: float, width: float, measure: Measure, texts: Texts) -> tuple[Chip, ...]:
    """Explain the looks that there are, in lines as long as there is room for."""
    there = {each.look for each in figure.rectangles}
    chips: list[Chip] = []
    x = MARGIN
    for look in LEGEND_ORDER:
        if look not in there:
            continue
        text_width = measure(texts.looks[look]) + 2
        if x + CHIP + 6 + text_width > width - MARGIN and x > MARGIN:
            x, y = MARGIN, y + LEGEND_HEIGHT
        at = y + (LEGEND_HEIGHT - CHIP) / 2
        band = max(each.band for each in figure.rectangles if each.look is look)
        rectangle = Rectangle(x, at, CHIP * 1.5, CHIP, look, band, 0, 0, 1, None)
        chips.append(Chip(rectangle, Text(x + CHIP * 1.5 + 6, y, text_width, LEGEND_HEIGHT, texts.looks[look])))
        x += CHIP * 1.5 + 6 + text_width + 18
    return tuple(chips)


LEGEND_ORDER = (
    Look.FREEZE,
    Look.IDLE,
    Look.PAINT,
    Look.INPUT,
    Look.OVERRUN,
    Look.APART,
    Look.TASK,
    Look.CONNECT,
    Look.SEND,
    Look.WAIT,
    Look.RECEIVE,
    Look.DATABASE,
    Look.MORE,
)
