"""What moves is painted alone: a frame of it leaves all that lies behind it as it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.signin.feel import MovingIndicator
from desktop_app.signin.spinner import Spinner
from desktop_app.signin.theme import themed


class Behind(QWidget):
    paints = 0

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1


@pytest.mark.parametrize("kind", [Spinner, MovingIndicator])
def test_a_frame_of_what_moves_paints_nothing_behind_it(
    kind: type[Spinner] | type[MovingIndicator], qtbot: QtBot
) -> None:
    behind = Behind()
    behind.resize(300, 100)
    qtbot.addWidget(behind)
    moving = kind(parent=behind)
    moving.set_theme(themed(is_dark=False))
    with qtbot.waitExposed(behind):
        behind.show()
    qtbot.waitUntil(lambda: behind.paints > 0)
    painted_before = behind.paints
    moving.repaint()
    assert behind.paints == painted_before
    # It is this that makes it so.
    moving.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
    moving.repaint()
    assert behind.paints > painted_before


@pytest.mark.parametrize("kind", [Spinner, MovingIndicator])
def test_what_moves_paints_the_surface_that_it_lies_on(
    kind: type[Spinner] | type[MovingIndicator], qtbot: QtBot
) -> None:
    theme = themed(is_dark=True)
    moving = kind()
    qtbot.addWidget(moving)
    moving.set_theme(theme)
    moving.resize(100, 20)
    seen = moving.grab().toImage()
    assert seen.pixelColor(0, 0).name() == theme.surface
