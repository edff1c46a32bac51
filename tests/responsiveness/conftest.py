"""What the tests of the panel share."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.signin.appearance import Appearance
from tests.helpers.freezes import Freezes


@pytest.fixture
def freezes() -> Freezes:
    return Freezes()


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    appearance = Appearance([], qapp)

    def speak(name: str) -> None:
        for step in appearance.steps_to(language=name):
            step()
        QApplication.processEvents()

    yield speak
    speak("en")
    appearance.deleteLater()


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Path]:
    """A module of ten lines, as somebody's program has it."""
    path = tmp_path / "gallery.py"
    path.write_text("".join(f"    line_{i} = {i}\n" for i in range(1, 11)), encoding="utf-8")
    yield path
    linecache.checkcache(str(path))
