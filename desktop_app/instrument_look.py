"""What the instrument looks like in the window's theme: neither knows the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.resources import style_template
from desktop_app.responsiveness.qt.lag_strip import DARK_BANDS, LIGHT_BANDS, StripColors
from desktop_app.signin.theme import Theme, style_sheet

if TYPE_CHECKING:
    from desktop_app.responsiveness.execution_colors import FigureColors
    from desktop_app.responsiveness.qt.freeze_panel import PanelLook


def strip_colors(theme: Theme) -> StripColors:
    """Give the colours of the strip, and of the panel's chart."""
    bands = DARK_BANDS if theme.is_dark else LIGHT_BANDS
    return StripColors(theme.raised, theme.strong_border, theme.muted, bands)


def panel_look(theme: Theme) -> PanelLook:
    """Give what the panel looks like."""
    # The first paint must not wait for it.
    from desktop_app.responsiveness.qt.freeze_panel import PanelLook

    sheet = style_sheet(style_template() + style_template("panel"), theme)
    return PanelLook(sheet, strip_colors(theme), theme.text, theme.error_soft)


def figure_colors(theme: Theme) -> FigureColors:
    """Give the colours of the execution timeline."""
    from desktop_app.responsiveness.execution_colors import DARK_FIGURE, LIGHT_FIGURE

    return DARK_FIGURE if theme.is_dark else LIGHT_FIGURE
