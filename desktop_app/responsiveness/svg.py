"""An execution timeline as SVG: the same rectangles, lines and texts, in a file that needs nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from desktop_app.responsiveness.execution_colors import LIGHT_FIGURE, FigureColors
from desktop_app.responsiveness.execution_texts import ENGLISH, Texts, mark_tooltip, tooltip_of
from desktop_app.responsiveness.poster import Poster
from desktop_app.responsiveness.shapes import Block, Figure, Mark, Rectangle, Text
from desktop_app.responsiveness.track import Look

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
FONT_SIZE = 11.0
WIDEST_CHARACTER = 0.6
"""Of a character's width to the size of a usual sans serif; a text is hardly ever wider, on the average."""
LEAST_HATCHED_WIDTH = 6


def estimated_width(text: str) -> float:
    """Tell how wide a text is at most, nearly, where no font can be asked."""
    return len(text) * FONT_SIZE * WIDEST_CHARACTER


def svg_of(poster: Poster, colors: FigureColors = LIGHT_FIGURE, texts: Texts = ENGLISH) -> str:
    """Write a picture as an SVG document; what a pointer rests on says what it is."""
    return "\n".join(_document(poster, colors, texts)) + "\n"


def _document(poster: Poster, colors: FigureColors, texts: Texts) -> Iterator[str]:
    width, height = _n(poster.width), _n(poster.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' font-family="{escape(FONTS)}" font-size="{_n(FONT_SIZE)}" role="img">'
    )
    yield f"<title>{escape(poster.title.text)}</title>"
    yield f"<desc>{escape(poster.subtitle.text)}</desc>"
    yield '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
    yield f'<path d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" stroke="{colors.hatch}" stroke-opacity="0.28"/>'
    yield "</pattern></defs>"
    yield f'<rect width="{width}" height="{height}" fill="{colors.background}"/>'
    yield _text(poster.title, colors.text, size=FONT_SIZE * 1.7, is_bold=True)
    yield _text(poster.subtitle, colors.muted)
    yield from _figure(poster.figure, colors, texts)
    for rectangle, text in poster.legend:
        yield from _rectangle(rectangle, colors, "")
        yield _text(text, colors.muted)
    yield "</svg>"


def _figure(figure: Figure, colors: FigureColors, texts: Texts) -> Iterator[str]:
    for tick in figure.ticks:
        for block in figure.blocks:
            yield _line(tick.x, block.top, tick.x, block.bottom, colors.grid)
        yield _line(tick.x, figure.axis_y, tick.x, figure.axis_y + 4, colors.muted)
        label = Text(tick.label_x - 40, figure.axis_y + 4, 80, figure.axis_title.y - figure.axis_y - 4, tick.label)
        yield _text(label, colors.muted, anchor="middle")
    yield _line(figure.left, figure.axis_y, figure.right, figure.axis_y, colors.muted)
    yield _text(figure.axis_title, colors.muted, anchor="middle")
    for number, block in enumerate(figure.blocks):
        yield "<g>"
        yield from _block(figure, number, block, colors, texts)
        yield "</g>"


def _block(figure: Figure, number: int, block: Block, colors: FigureColors, texts: Texts) -> Iterator[str]:
    for x in (block.origin_x, block.end_x):
        if x is not None:
            yield _line(x, block.top, x, block.bottom, colors.muted, ' stroke-dasharray="4 3"')
    yield _text(block.title, colors.text, size=FONT_SIZE * 1.25, is_bold=True)
    yield _text(block.summary, colors.muted, anchor="end")
    for lane in block.lanes:
        yield _text(lane, colors.muted, anchor="end")
    for rectangle in figure.rectangles:
        if rectangle.block == number:
            yield from _rectangle(rectangle, colors, tooltip_of(rectangle, block.origin_ns, texts))
    for mark in figure.marks:
        if mark.block == number:
            yield from _mark(mark, colors, texts)


def _rectangle(each: Rectangle, colors: FigureColors, tooltip: str) -> Iterator[str]:
    fill = colors.fill_of(each.look, each.band)
    where = f'x="{_n(each.x)}" y="{_n(each.y)}" width="{_n(each.width)}" height="{_n(each.height)}"'
    yield '<g shape-rendering="crispEdges">' + (f"<title>{escape(tooltip)}</title>" if tooltip else "")
    yield f'<rect {where} fill="{fill.fill}"/>'
    if each.look in (Look.FREEZE, Look.APART) and each.width >= LEAST_HATCHED_WIDTH:
        yield f'<rect {where} fill="url(#hatch)"/>'
    if each.label:
        is_bold = each.look is Look.FREEZE and each.width > 2 * estimated_width(each.label)
        where_text = Text(each.x, each.y, each.width, each.height, each.label)
        yield _text(where_text, fill.text, is_bold=is_bold, anchor="middle")
    yield "</g>"


def _mark(mark: Mark, colors: FigureColors, texts: Texts) -> Iterator[str]:
    color = colors.lines[mark.band]
    yield f"<g><title>{escape(mark_tooltip(mark, texts))}</title>"
    yield _line(mark.x, mark.y, mark.to_x, mark.to_y, color, ' stroke-width="0.75" stroke-opacity="0.7"')
    if mark.is_shown and mark.number == 1 and mark.source.name != "click":
        yield f'<rect x="{_n(mark.x - 2.2)}" y="{_n(mark.y - 2.2)}" width="4.4" height="4.4" fill="{color}"/>'
    elif mark.is_shown:
        yield f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{2.8 if mark.number == 1 else 3.5}" fill="{color}"/>'
    if mark.label:
        yield _text(Text(mark.x - 30, mark.y - 18, 60, 14, mark.label), colors.muted, anchor="middle")
    yield "</g>"


def _line(x: float, y: float, to_x: float, to_y: float, color: str, more: str = "") -> str:
    return f'<line x1="{_n(x)}" y1="{_n(y)}" x2="{_n(to_x)}" y2="{_n(to_y)}" stroke="{color}"{more}/>'


def _text(text: Text, color: str, *, size: float = FONT_SIZE, is_bold: bool = False, anchor: str = "start") -> str:
    x = {"start": text.x, "middle": text.x + text.width / 2, "end": text.x + text.width}[anchor]
    # A line of a sans serif is as much above its baseline as 0.36 of its size more than below.
    y = text.y + text.height / 2 + size * 0.36
    style = f' font-size="{_n(size)}"' if size != FONT_SIZE else ""
    style += ' font-weight="bold"' if is_bold else ""
    style += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" fill="{color}"{style}>{escape(text.text)}</text>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
