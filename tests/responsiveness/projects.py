"""Small projects with a test suite of their own, that pytest is run on as their developers would."""

from __future__ import annotations

import pytest

GALLERY = """
import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton


class Gallery(QPushButton):
    opened = Signal()

    def __init__(self, block_s=0.3):
        super().__init__("open")
        self.block_s = block_s
        self.has_loaded = False
        self.clicked.connect(self.load_image)

    def load_image(self):
        time.sleep(self.block_s)
        self.has_loaded = True
        self.opened.emit()

    def load_soon(self):
        QTimer.singleShot(0, self.load_image)

    def keyPressEvent(self, event):
        self.load_image()
"""
FIXTURES = """
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from gallery import Gallery


@pytest.fixture
def gallery(qtbot):
    gallery = Gallery()
    qtbot.addWidget(gallery)
    return gallery
"""
UNUSED = ("schemathesis", "hypothesispytest", "cacheprovider", "timeout")
"""Plugins that no project needs: each takes time to load."""


def run(pytester: pytest.Pytester, tests: str, *arguments: str, ini: str = "") -> pytest.RunResult:
    """Run pytest in a process of its own on a project with this module of tests."""
    pytester.makepyfile(gallery=GALLERY, test_gallery=FIXTURES + tests)
    return run_there(pytester, *arguments, ini=ini)


def run_there(pytester: pytest.Pytester, *arguments: str, ini: str = "") -> pytest.RunResult:
    """Run pytest in a process of its own on the project that is there."""
    pytester.makeini(f"[pytest]\nasyncio_default_fixture_loop_scope = function\npythonpath = .\n{ini}")
    without = [word for name in UNUSED for word in ("-p", f"no:{name}")]
    return pytester.runpytest_subprocess("-ra", *without, *arguments, timeout=60)
