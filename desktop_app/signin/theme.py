"""Colours: one theme is a set of named values, the same names in each."""

from __future__ import annotations

import re
from typing import NamedTuple

DEFAULT_ACCENT = "blue"


class Theme(NamedTuple):
    """The colours of the window, as ``#rrggbb``; text on each background is at least 4.5 : 1 (WCAG AA)."""

    is_dark: bool
    window: str
    surface: str
    raised: str
    border: str
    strong_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    error: str
    error_soft: str
    warning: str
    warning_soft: str


LIGHT = Theme(
    is_dark=False,
    window="#f4f5f8",
    surface="#ffffff",
    raised="#eceef3",
    border="#dfe2e9",
    strong_border="#868fa0",
    text="#181c25",
    muted="#545d6e",
    accent="",
    accent_hover="",
    accent_soft="",
    on_accent="#ffffff",
    error="#b3261e",
    error_soft="#fdecea",
    warning="#855300",
    warning_soft="#fff4dc",
)
DARK = Theme(
    is_dark=True,
    window="#14161b",
    surface="#1c1f26",
    raised="#262a33",
    border="#2e333e",
    strong_border="#717a8b",
    text="#eceff4",
    muted="#a2abbb",
    accent="",
    accent_hover="",
    accent_soft="",
    on_accent="#11141a",
    error="#ff9c94",
    error_soft="#3a201f",
    warning="#f5c063",
    warning_soft="#362a14",
)

# Each accent as (colour, hovered, soft background), first in the light theme, then in the dark one.
ACCENTS = {
    "blue": (("#2d55c8", "#2345a8", "#e6ecfb"), ("#8fb0ff", "#aec5ff", "#222c47")),
    "teal": (("#0b6e75", "#08565c", "#dff2f3"), ("#5fd0d6", "#8adfe3", "#17323a")),
    "green": (("#2a6e33", "#205728", "#e4f3e6"), ("#7fd08a", "#a1deaa", "#1d3524")),
    "orange": (("#a34a06", "#833b05", "#fdeee0"), ("#ffab66", "#ffc394", "#3b2a1c")),
    "red": (("#b32739", "#931f2e", "#fce8ea"), ("#ff9aa5", "#ffb8c0", "#3d2227")),
    "purple": (("#6b3fc0", "#57329e", "#efe8fb"), ("#bfa2ff", "#d2bdff", "#2e2646")),
}


def themed(*, is_dark: bool, accent: str = DEFAULT_ACCENT) -> Theme:
    """Make the theme with an accent; one that is not known is the default one."""
    values = ACCENTS.get(accent, ACCENTS[DEFAULT_ACCENT])[is_dark]
    base = DARK if is_dark else LIGHT
    return base._replace(accent=values[0], accent_hover=values[1], accent_soft=values[2])


def style_sheet(template: str, theme: Theme) -> str:
    """Fill a theme's colours into a style sheet.

    Raises:
        KeyError: The template names a colour that no theme has.
    """
    values = theme._asdict()
    return re.sub(r"@(\w+)", lambda match: str(values[match[1]]), template)
