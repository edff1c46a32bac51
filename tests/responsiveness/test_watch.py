"""``desktop-app watch`` finds the line that freezes, in programs of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.watching import APPS, line_with, report_of, watch

QUIT_AFTER_MS = 2500


@pytest.mark.parametrize(
    ("name", "function"), [("gallery", "show_all"), ("report_qasync", "total"), ("search", "matches")]
)
def test_each_example_freezes_where_it_says(name: str, function: str, tmp_path: Path) -> None:
    app = APPS / f"{name}.py"
    watched = watch("--report", tmp_path / "report.json", app, "--quit-after", QUIT_AFTER_MS)
    assert (watched.code, watched.stdout) == (0, ""), watched.stderr
    report = report_of(tmp_path / "report.json")
    # What computes on a machine that computes something else most of the time is not put down to the program.
    culprits = [each["culprit"] for each in (*report["freezes"], *report["not_of_the_program"])]
    assert {"file": str(app), "line": line_with(app), "function": function} in culprits
    if not report["not_of_the_program"]:
        (line,) = watched.frozen(f"{function} ({name}.py:{line_with(app)})")
        assert "more than 250 ms" in line


HEAD = """
import sys, time
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
application = QApplication(sys.argv)
"""
RUN = """
QTimer.singleShot(1500, application.quit)
sys.exit(application.exec())
"""

PAINTING = (
    HEAD
    + """
class Chart(QWidget):
    is_painted = False
    def paintEvent(self, event):
        if not self.is_painted:
            self.is_painted = True
            time.sleep(0.5)  # freezes
chart = Chart()
QTimer.singleShot(200, chart.show)
"""
    + RUN
)
FROM_A_THREAD = (
    HEAD
    + """
class Worker(QThread):
    found = Signal(int)
    def run(self):
        time.sleep(0.5)
        self.found.emit(1)
def on_found(number):
    time.sleep(0.5)  # freezes
worker = Worker()
worker.found.connect(on_found)
QTimer.singleShot(100, worker.start)
"""
    + RUN.replace("exec())", "exec() or worker.wait() - 1)")
)
IN_A_DIALOG = (
    HEAD
    + """
def on_ready():
    time.sleep(0.5)  # freezes
    dialog.accept()
def ask():
    QTimer.singleShot(700, on_ready)
    dialog.exec()
dialog = QDialog()
QTimer.singleShot(100, ask)
"""
    + RUN
)
AFTER_A_DIALOG = (
    HEAD
    + """
def ask():
    QTimer.singleShot(100, dialog.accept)
    dialog.exec()
    time.sleep(0.5)  # freezes
dialog = QDialog()
QTimer.singleShot(100, ask)
"""
    + RUN
)
IMPORTED_BY_A_THREAD = (
    """
import threading
def load():
    import PySide6.QtWidgets
loading = threading.Thread(target=load)
loading.start()
loading.join()
"""
    + HEAD
    + "def on_opened():\n    time.sleep(0.5)  # freezes\nQTimer.singleShot(100, on_opened)\n"
    + RUN
)
IN_QML = (
    HEAD.replace("QtWidgets import QApplication, QDialog, QLabel, QWidget", "QtGui import QGuiApplication")
    .replace("QApplication(sys.argv)", "QGuiApplication(sys.argv)")
    .replace("QGuiQGui", "QGui")
    + """
from PySide6.QtQml import QQmlApplicationEngine
class Store(QObject):
    @Slot(result=int)
    def count(self):
        time.sleep(0.5)  # freezes
        return 3
store = Store()
engine = QQmlApplicationEngine()
engine.rootContext().setContextProperty("store", store)
engine.loadData(b'''
import QtQuick
import QtQuick.Window
Window { visible: true; width: 100; height: 100
    Text { id: text }
    Timer { interval: 200; running: true; onTriggered: text.text = store.count() } }
''')
assert engine.rootObjects()
"""
    + RUN.replace("sys.exit(", "code = (")
    + "del engine\nsys.exit(code)\n"
)


@pytest.mark.parametrize(
    ("program", "function"),
    [
        pytest.param(PAINTING, "paintEvent", id="a paintEvent"),
        pytest.param(FROM_A_THREAD, "on_found", id="a slot that a QThread's signal calls"),
        pytest.param(IN_A_DIALOG, "on_ready", id="in a modal dialog"),
        pytest.param(AFTER_A_DIALOG, "ask", id="after a modal dialog"),
        pytest.param(IMPORTED_BY_A_THREAD, "on_opened", id="where another thread imports Qt"),
        pytest.param(IN_QML, "count", id="a slot that QML calls"),
    ],
)
def test_it_names_the_line(program: str, function: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(program)
    watched = watch(script, QT_QUICK_BACKEND="software", QSG_RHI_BACKEND="null")
    assert watched.code == 0, watched.stderr
    assert watched.rest.replace("This plugin does not support propagateSizeHints()\n", "") == ""
    assert len(watched.frozen(f"in {function} (program.py:{line_with(script)})")) == 1, watched.stderr


def test_a_dialog_that_waits_for_somebody_is_no_freeze(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(IN_A_DIALOG.replace("time.sleep(0.5)", "pass"))
    watched = watch(script)
    assert watched.code == 0, watched.stderr
    assert [line for line in watched.lines if "program.py:" in line] == []


def test_a_freeze_before_the_event_loop_runs(tmp_path: Path) -> None:
    script, report = tmp_path / "program.py", tmp_path / "report.json"
    script.write_text(HEAD + "def load():\n    time.sleep(0.5)  # freezes\nload()\n" + RUN)
    watched = watch("--fail", "--report", report, script)
    assert watched.code == 3, watched.stderr
    (line,) = watched.frozen(f"in load (program.py:{line_with(script)})")
    assert "before the event loop ran" in line
    (freeze,) = (each for each in report_of(report)["freezes"] if each["phase"] == "start-up")
    assert freeze["culprit"]["function"] == "load"
    assert freeze["duration_ms"] >= 400


def test_what_a_program_does_after_its_event_loop_is_no_freeze(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(HEAD + "QTimer.singleShot(300, application.quit)\napplication.exec()\ntime.sleep(1.5)\n")
    watched = watch("--fail", "--budget-ms", "1000", script)
    assert watched.code == 0, watched.stderr
    assert [line for line in watched.lines if "program.py:" in line] == []


def test_a_freeze_that_lasts_is_told_of_while_it_lasts(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(HEAD + "def load():\n    time.sleep(1.5)  # freezes\nQTimer.singleShot(100, load)\n" + RUN)
    watched = watch(script)
    place = f" in load (program.py:{line_with(script)})"
    lines = [line for line in watched.lines if place in line]
    assert lines[0].startswith("has been frozen for 1.")
    assert lines[1].startswith("frozen for 1.")


@pytest.mark.parametrize("ends", ["sys.exit()", "application.quit()", "application.exit()"])
def test_what_froze_before_its_slot_ended_the_program_is_reported_whole(ends: str, tmp_path: Path) -> None:
    script, report = tmp_path / "program.py", tmp_path / "report.json"
    slot = f"def save():\n    time.sleep(0.8)  # freezes\n    {ends}\nQTimer.singleShot(300, save)\n"
    script.write_text(HEAD + slot + RUN)
    watched = watch("--fail", "--report", report, script)
    assert (watched.code, watched.rest) == (3, ""), watched.stderr
    (line,) = watched.frozen(f"in save (program.py:{line_with(script)})")
    assert not line.startswith("has been")
    (freeze,) = (each for each in report_of(report)["freezes"] if each["culprit"]["function"] == "save")
    assert freeze["duration_ms"] >= 0.95 * 800


def test_freezes_from_one_place_are_reported_once_with_their_count(tmp_path: Path) -> None:
    script, report = tmp_path / "program.py", tmp_path / "report.json"
    script.write_text(
        HEAD
        + """
timer = QTimer(interval=100)
timer.timeout.connect(lambda: (time.sleep(0.08), seen.append(1), len(seen) == 8 and application.quit()))
seen = []
timer.start()
sys.exit(application.exec())
"""
    )
    watched = watch("--report", report, script)
    (freeze,) = (each for each in report_of(report)["freezes"] if each["culprit"]["function"] == "<lambda>")
    assert freeze["count"] >= 7
    assert freeze["total_ms"] >= freeze["count"] * 60
    assert freeze["first_start_ms"] <= freeze["start_ms"]
    # Three lines, and then one a second.
    assert 3 <= len(watched.frozen()) < freeze["count"]


def test_a_program_without_an_application(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("print('done')\n")
    watched = watch("--fail", script)
    assert (watched.code, watched.stdout, watched.rest) == (0, "done\n", "")
    assert "it made no QApplication" in watched.lines[-1]


def test_two_applications_one_after_another(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        HEAD
        + """
def first():
    QTimer.singleShot(100, lambda: time.sleep(0.4))  # freezes
    QTimer.singleShot(800, application.quit)
    application.exec()
def second():
    QTimer.singleShot(100, lambda: time.sleep(0.4))
    QTimer.singleShot(800, application.quit)
    application.exec()
first()
application.shutdown()
del application
application = QApplication(sys.argv)
second()
"""
    )
    watched = watch(script)
    assert (watched.code, watched.rest) == (0, ""), watched.stderr
    assert watched.frozen(f"(program.py:{line_with(script)})")


def test_an_installed_program_is_put_down_to_its_own_code(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    for package in ("notes", "drive"):
        (installed / package).mkdir(parents=True)
    (installed / "drive" / "__init__.py").write_text("import time\ndef read(): time.sleep(0.5)\n")
    (installed / "notes" / "__init__.py").write_text("")
    main = installed / "notes" / "__main__.py"
    main.write_text(
        HEAD
        + "import drive\ndef on_opened():\n    drive.read()  # freezes\nQTimer.singleShot(100, on_opened)\n"
        + RUN
    )
    watched = watch("-m", "notes", PYTHONPATH=str(installed))
    assert watched.code == 0, watched.stderr
    assert watched.frozen(f"in on_opened (__main__.py:{line_with(main)})")


def test_the_own_window_which_was_not_written_for_it(tmp_path: Path) -> None:
    script, report = tmp_path / "program.py", tmp_path / "report.json"
    script.write_text(
        f"""
import os, signal, sys, threading
from desktop_app.cli import main
threading.Timer(6, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
sys.exit(main(["--profile-dir", {str(tmp_path / "profile")!r}]))
"""
    )
    watched = watch("--report", report, script)
    assert (watched.code, watched.rest) == (143, ""), watched.stderr
    content = report_of(report)
    assert content["is_complete"]
    assert content["has_event_loop"]
