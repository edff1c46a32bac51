from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.preferences.model import Accent
from desktop_app.resources import style_template
from desktop_app.responsiveness.qt.lag_strip import DARK_BANDS, LIGHT_BANDS
from desktop_app.responsiveness.slices import Band
from desktop_app.signin.theme import ACCENTS, DEFAULT_ACCENT, Theme, style_sheet, themed

THEMES = [themed(is_dark=is_dark, accent=accent) for is_dark in (False, True) for accent in ACCENTS]
TEXT_ON_BACKGROUND = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("accent", "surface"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("error", "surface"),
    ("error", "error_soft"),
    ("text", "error_soft"),
    ("warning", "warning_soft"),
    ("text", "warning_soft"),
]


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def name_of(theme: Theme) -> str:
    return f"{'dark' if theme.is_dark else 'light'} {theme.accent}"


@pytest.mark.parametrize(("text", "background"), TEXT_ON_BACKGROUND)
@pytest.mark.parametrize("theme", THEMES, ids=name_of)
def test_text_can_be_read_on_its_background(theme: Theme, text: str, background: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, background)) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=name_of)
def test_the_outline_of_a_field_can_be_seen(theme: Theme) -> None:
    assert contrast(theme.strong_border, theme.surface) >= 3


@pytest.mark.parametrize("band", Band)
@pytest.mark.parametrize("is_dark", [False, True])
def test_a_band_s_colour_can_be_read(is_dark: bool, band: Band) -> None:
    theme, bands = themed(is_dark=is_dark), DARK_BANDS if is_dark else LIGHT_BANDS
    assert contrast(bands[band], theme.surface) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=name_of)
def test_every_colour_is_one(theme: Theme) -> None:
    colors = [value for name, value in theme._asdict().items() if name != "is_dark"]
    assert not [color for color in colors if not re.fullmatch("#[0-9a-f]{6}", color)]


def test_every_accent_that_a_customer_can_have_is_there() -> None:
    assert set(ACCENTS) == set(get_args(Accent))


@given(accent=st.text())
def test_an_unknown_accent_is_the_default_one(accent: str) -> None:
    assert themed(is_dark=False, accent=accent) == themed(is_dark=False, accent=DEFAULT_ACCENT) or accent in ACCENTS


def test_a_style_sheet_is_filled_in() -> None:
    theme = themed(is_dark=True)
    assert style_sheet("a { color: @text; } b { border: 1px @border }", theme) == (
        f"a {{ color: {theme.text}; }} b {{ border: 1px {theme.border} }}"
    )


def test_a_name_that_begins_another_is_not_taken_for_it() -> None:
    theme = themed(is_dark=False)
    assert style_sheet("@accent @accent_soft", theme) == f"{theme.accent} {theme.accent_soft}"


def test_a_colour_that_no_theme_has_is_an_error() -> None:
    with pytest.raises(KeyError):
        style_sheet("@no_such_color", themed(is_dark=False))


@pytest.mark.parametrize("theme", THEMES, ids=name_of)
def test_the_program_s_own_style_sheet_is_filled_in_completely(theme: Theme) -> None:
    assert "@" not in style_sheet(style_template(), theme)


def test_the_program_s_own_style_sheet_names_only_colours_of_the_theme() -> None:
    used = set(re.findall(r"@(\w+)", style_template()))
    assert used <= set(Theme._fields) - {"is_dark"}
