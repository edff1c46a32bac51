"""Texts of the HTML report: escaped, and with units."""

from __future__ import annotations

import html
import re

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze

NS_PER_S = 1000 * NS_PER_MS
SPACES = "\n\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""What a page may hold though it is not printable to Python."""


def escaped(text: str) -> str:
    """Make text that came from outside harmless in HTML, also within an attribute; drops what no page may hold."""
    fine = "".join(each if each.isprintable() or each in SPACES else "\N{REPLACEMENT CHARACTER}" for each in text)
    return html.escape(fine, quote=True)


def prose(text: str) -> str:
    """Make a sentence harmless; what stands between backticks is code, and a number stays with its unit."""
    return re.sub(r"`([^`]+)`|(?<=\d) (?=(?:ms|s|min|h|%)(?!\w))", _code_or_space, escaped(text))


def _code_or_space(found: re.Match[str]) -> str:
    return f"<code>{found[1]}</code>" if found[1] else "\N{NO-BREAK SPACE}"


def duration_text(duration_ns: int) -> str:
    """Give a duration with three digits or so, in the unit that fits."""
    ms = duration_ns / NS_PER_MS
    if ms < 9.95:
        return f"{ms:.1f} ms" if duration_ns else "0 ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    s = ms / 1000
    if s < 59.95:
        return f"{s:.2f} s" if s < 9.995 else f"{s:.1f}".removesuffix(".0") + " s"
    minutes, s = divmod(round(s), 60)
    if minutes < 60:
        return f"{minutes} min {s} s" if s else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def place_text(freeze: Freeze) -> str:
    """Tell where a freeze was: ``load_image (gallery.py:41)``."""
    return str(freeze.culprit.frame) if freeze.culprit else "an unknown place"


def counted_text(count: int, one: str, several: str) -> str:
    """Give a number with its noun."""
    return f"{count:,} {one if count == 1 else several}".replace(",", "\N{NARROW NO-BREAK SPACE}")
