"""What the panel's timeline says in words of the last load of each mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.instrument_look import figure_colors
from desktop_app.load_timeline import LoadTimeline
from desktop_app.resources import translation
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.journal import InputMark, Journal, Kind, Span
from desktop_app.signin.state import Mode
from desktop_app.signin.theme import LIGHT

NOW_NS = 1000 * NS_PER_MS


class Scene:
    """A timeline of loads, shown by a view."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.journal = Journal()
        self.timeline = LoadTimeline(self.journal, lambda: NOW_NS)
        self.view = self.timeline.new_view(figure_colors(LIGHT))
        qtbot.addWidget(self.view)

    def load(self, *to_paint_ms: int) -> str:
        """Have a load in which inputs were answered after so long, and give what its track says."""
        self.timeline.begin(Mode.ASYNC)
        self.journal.add(Span(Kind.PAINT, NOW_NS, NOW_NS + NS_PER_MS))
        for each in to_paint_ms:
            self.journal.add(InputMark("key", NOW_NS, NOW_NS, NOW_NS + each * NS_PER_MS))
        self.timeline.end()
        self.qtbot.waitUntil(lambda: bool(self.view._tracks), timeout=20_000)
        (track,) = self.view._tracks
        return track.summary


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    scene = Scene(qtbot)
    yield scene
    scene.timeline.close()
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("to_paint_ms", "summary"),
    [
        ((), ""),
        ((201,), "1 key or click, 201 ms to the paint: needs improvement"),
        ((4, 4, 4, 4), "4 keys and clicks, p75 4.0 ms to the paint: good"),
        ((4, 4, 2000, 2000), "4 keys and clicks, p75 2.00 s to the paint: poor"),
    ],
)
def test_a_track_says_how_the_inputs_of_its_load_were_answered(
    scene: Scene, to_paint_ms: tuple[int, ...], summary: str
) -> None:
    assert scene.load(*to_paint_ms) == summary


def test_it_says_so_in_the_language_of_the_program(scene: Scene, qapp: QApplication) -> None:
    path = translation("de")
    assert path is not None
    german = QTranslator()
    assert german.load(str(path))
    qapp.installTranslator(german)
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        said = scene.load(4, 4)
    finally:
        qapp.removeTranslator(german)
    assert said == "2 Tasten und Klicks, p75 4,0 ms bis zum Zeichnen: gut"
