"""The panel "Common mistake" of a running program, and what a person does with it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.signin.mistake import VARIANTS
from desktop_app.signin.mistake_demonstration import Demonstration
from desktop_app.signin.mistake_panel import MistakePanel
from desktop_app.signin.state import Home
from tests.signin.conftest import Running

EACH = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.code.__name__)


def demonstration_of(running: Running) -> Demonstration:
    assert running.program.demonstration is not None
    return running.program.demonstration


def panel_of(running: Running) -> MistakePanel:
    panel = demonstration_of(running).panel
    assert panel is not None
    return panel


def opened(running: Running) -> MistakePanel:
    """Press the entry of the home page."""
    running.click(running.home.mistake)
    return panel_of(running)


def speak(running: Running, language: str) -> None:
    for step in running.window.appearance.steps_to(language=language):
        step()
    running.window.appearance.reveal()
    QApplication.processEvents()


def signed_in(running: Running) -> Home:
    """Sign in, and have the window speak English, which is not what the customer prefers."""
    running.sign_in()
    home = running.wait_for(Home)
    speak(running, "en")
    return home


def wait_for_the_end(running: Running) -> None:
    panel = panel_of(running)
    running.wait_until(lambda: panel.unmanaged.outcome.is_over and panel.managed.outcome.is_over)
