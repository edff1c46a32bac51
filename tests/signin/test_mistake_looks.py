"""The panel "Common mistake" as it looks and is reached: by keyboard, in both themes, at its smallest size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from desktop_app.signin.mistake import FORGOTTEN_AWAIT, UNSET_RESULT, Variant
from desktop_app.signin.mistake_panel import SMALLEST, MistakePanel
from desktop_app.signin.theme import themed
from tests.helpers.demonstrated import EACH, opened, signed_in, speak, wait_for_the_end
from tests.signin.conftest import HEALTHY, SLOW, Start


def test_the_variants_are_picked_by_keyboard(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    assert panel.focusWidget() is panel.choices[UNSET_RESULT]
    running.wait_until(panel.isActiveWindow)
    QTest.keyClick(panel.choices[UNSET_RESULT], Qt.Key.Key_Right)
    wait_for_the_end(running)
    assert panel.unmanaged.listing.marked_text == "    page.set_theme(preferences.theme)"


def test_everything_on_it_can_be_reached_by_keyboard(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    reached = [panel.focusWidget()]
    for _ in range(20):
        QTest.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
        reached.append(panel.focusWidget())
    wanted = [panel.again, panel.close_button, panel.unmanaged.listing, panel.managed.listing]
    assert [widget for widget in wanted if widget not in reached] == []


def test_what_comes_of_it_is_announced(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    assert panel.announcement in (panel.unmanaged.verdict.text, panel.managed.verdict.text)


@pytest.fixture
def alone(loop: EventLoop, qtbot: QtBot) -> MistakePanel:
    """A panel that nobody runs anything for."""
    panel = MistakePanel()
    qtbot.addWidget(panel)
    panel.set_theme(themed(is_dark=False))
    panel.resize(SMALLEST)
    panel.show()
    return panel


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_theme_dresses_the_panel(alone: MistakePanel, is_dark: bool) -> None:
    alone.set_theme(themed(is_dark=is_dark))
    assert (alone.grab().toImage().pixelColor(3, 3).lightness() < 128) is is_dark


@pytest.mark.parametrize("language", ["en", "de"])
def test_all_fits_at_the_smallest_size(start: Start, language: str) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    panel.resize(SMALLEST)
    speak(running, language)
    wait_for_the_end(running)
    assert panel.size() == SMALLEST
    body = panel.scroller.widget()
    assert body is not None
    assert body.width() <= panel.scroller.viewport().width()
    cut_off = []
    for button in panel.findChildren(QPushButton):
        font = QFont(button.font())
        font.setWeight(QFont.Weight.DemiBold)  # as the style sheet has the chosen one
        if (
            button.isVisible()
            and QFontMetrics(font).horizontalAdvance(button.text().replace("&", "")) > button.width()
        ):
            cut_off.append(button.text())
    assert cut_off == []
    assert panel.choices[FORGOTTEN_AWAIT].text() == {"en": "Forgotten await", "de": "Kein await"}[language]


@EACH
def test_nothing_moves_while_it_runs(start: Start, variant: Variant) -> None:
    running = start(SLOW)
    signed_in(running)
    panel = opened(running)
    running.click(panel.choices[variant])
    parts = [part for column in (panel.unmanaged, panel.managed) for part in (column.preview, column.time_line)]
    before = [part.geometry() for part in parts]
    wait_for_the_end(running)
    QApplication.processEvents()
    assert [part.geometry() for part in parts] == before
