"""The colours of an execution timeline, as ``#rrggbb``: a light and a dark set. Pure.

What has a text in it has one that is legible on it (4.5 : 1); a freeze is hatched as well, so that colour is never
all that tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.track import Look


@dataclass(frozen=True, slots=True)
class Fill:
    """What a rectangle is filled with, and what is written on it."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class FigureColors:
    """The colours of the drawing."""

    background: str
    grid: str
    text: str
    muted: str
    selection: str
    """The frame of what is selected."""
    focus: str
    """The ring around what has the keyboard."""
    hatch: str
    """The lines over a freeze."""
    looks: Mapping[Look, Fill]
    freezes: Mapping[Band, Fill]
    lines: Mapping[Band, str]
    """From an input to the paint that answered it, by how long that took."""

    def fill_of(self, look: Look, band: Band) -> Fill:
        """Give what a rectangle is filled with."""
        return self.freezes[band] if look is Look.FREEZE else self.looks[look]


LIGHT_FIGURE = FigureColors(
    background="#ffffff",
    grid="#e3e6ed",
    text="#181c25",
    muted="#545d6e",
    selection="#181c25",
    focus="#2d55c8",
    hatch="#ffffff",
    looks={
        Look.FREEZE: Fill("#b3261e", "#ffffff"),
        Look.APART: Fill("#6c7585", "#ffffff"),
        Look.INPUT: Fill("#6b3fc0", "#ffffff"),
        Look.PAINT: Fill("#5b8be0", "#0d1b36"),
        Look.OVERRUN: Fill("#d9822b", "#241000"),
        Look.IDLE: Fill("#e4f2e7", "#245c32"),
        Look.TASK: Fill("#c6d3ee", "#1b305a"),
        Look.CONNECT: Fill("#0a4a50", "#ffffff"),
        Look.SEND: Fill("#3a9aa2", "#021a1c"),
        Look.RECEIVE: Fill("#2d55c8", "#ffffff"),
        Look.WAIT: Fill("#b9e0e2", "#06393d"),
        Look.DATABASE: Fill("#e5c672", "#3d2b00"),
        Look.MORE: Fill("#aab3c2", "#181c25"),
    },
    freezes={
        Band.SMOOTH: Fill("#2a7a3a", "#ffffff"),
        Band.LONG_TASK: Fill("#77700a", "#ffffff"),
        Band.NOTICEABLE: Fill("#9a5b00", "#ffffff"),
        Band.HANG: Fill("#b84410", "#ffffff"),
        Band.LONG_HANG: Fill("#b3261e", "#ffffff"),
        Band.NOT_RESPONDING: Fill("#8a1250", "#ffffff"),
    },
    lines={
        Band.SMOOTH: "#2a7a3a",
        Band.LONG_TASK: "#2a7a3a",
        Band.NOTICEABLE: "#9a5b00",
        Band.HANG: "#b84410",
        Band.LONG_HANG: "#b3261e",
        Band.NOT_RESPONDING: "#8a1250",
    },
)
DARK_FIGURE = FigureColors(
    background="#1c1f26",
    grid="#2e333e",
    text="#eceff4",
    muted="#a2abbb",
    selection="#ffffff",
    focus="#8fb0ff",
    hatch="#14161b",
    looks={
        Look.FREEZE: Fill("#ff8178", "#2a0705"),
        Look.APART: Fill("#7d8696", "#0c0e12"),
        Look.INPUT: Fill("#bfa2ff", "#1c0f3d"),
        Look.PAINT: Fill("#7ea6f5", "#0b1a38"),
        Look.OVERRUN: Fill("#e0964a", "#241000"),
        Look.IDLE: Fill("#203529", "#a5ddb2"),
        Look.TASK: Fill("#384a73", "#dde7fb"),
        Look.CONNECT: Fill("#a8f0f4", "#04292c"),
        Look.SEND: Fill("#45b3bb", "#021a1c"),
        Look.RECEIVE: Fill("#8fb0ff", "#0b1a38"),
        Look.WAIT: Fill("#23545a", "#d3f2f4"),
        Look.DATABASE: Fill("#6b5a2c", "#fbeccb"),
        Look.MORE: Fill("#565e6e", "#eceff4"),
    },
    freezes={
        Band.SMOOTH: Fill("#79cc8a", "#06240d"),
        Band.LONG_TASK: Fill("#d8cf5e", "#2a2700"),
        Band.NOTICEABLE: Fill("#f5bb5c", "#2e1c00"),
        Band.HANG: Fill("#ff9f6b", "#341300"),
        Band.LONG_HANG: Fill("#ff8178", "#2a0705"),
        Band.NOT_RESPONDING: Fill("#ff8cc6", "#33021b"),
    },
    lines={
        Band.SMOOTH: "#79cc8a",
        Band.LONG_TASK: "#79cc8a",
        Band.NOTICEABLE: "#f5bb5c",
        Band.HANG: "#ff9f6b",
        Band.LONG_HANG: "#ff8178",
        Band.NOT_RESPONDING: "#ff8cc6",
    },
)
