"""When a key was pressed, as the X server stamps it: on the clock that everything else is timed by."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.helpers.program import REPOSITORY, environment
from tests.x11.screen import press

if TYPE_CHECKING:
    from tests.helpers.x11 import Screen

TICK_NS = 10_000_000
"""Stamps are whole milliseconds of a clock that goes by ticks."""
PROGRAM = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit
from desktop_app.responsiveness.journal import InputMark, Journal
from desktop_app.responsiveness.qt.input_latency import InputWatch

def tell(what, **more):
    print(json.dumps({"what": what, **more}), flush=True)

def block(text):
    if text == "a":
        tell("frozen")
        sys.stdin.readline()

def hear(entry):
    if isinstance(entry, InputMark) and entry.name == "key":
        tell("answered", made_ns=entry.at_ns, delivered_ns=entry.delivered_ns)

app = QApplication([])
field, journal = QLineEdit(), Journal()
watch = InputWatch(journal)
watch.watch(field)
journal.listen(hear)
field.setGeometry(0, 0, 400, 300)
field.show()
field.textChanged.connect(block)
QTimer.singleShot(0, lambda: tell("shown"))
app.exec()
"""


def test_a_key_that_is_pressed_in_a_freeze_was_made_then(bare_screen: Screen) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env=environment(screen=True, DISPLAY=bare_screen.name, QT_QPA_PLATFORM="xcb"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["what"] == "shown"
            press(bare_screen, "mousemove", "50", "50", "click", "1", "key", "a")
            assert json.loads(process.stdout.readline())["what"] == "frozen"
            before_ns = time.monotonic_ns()
            press(bare_screen, "key", "b")
            after_ns = time.monotonic_ns()
            process.stdin.write("\n")
            process.stdin.flush()
            first, second = (json.loads(process.stdout.readline()) for _ in range(2))
        finally:
            process.terminate()
    assert [first["what"], second["what"]] == ["answered", "answered"]
    assert first["made_ns"] <= first["delivered_ns"] < before_ns
    assert before_ns - TICK_NS <= second["made_ns"] <= after_ns + TICK_NS
    assert second["delivered_ns"] > after_ns
