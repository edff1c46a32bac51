"""A program that is watched names the widgets whose inputs are to be timed, in one line of its own."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.responsiveness import FreezeMonitor, InputMark, InputWatch, watch_inputs
from tests.apps.opted_in import KEYS
from tests.helpers.program import run_python
from tests.helpers.trace_checker import check_trace
from tests.helpers.watching import APPS, Watched, report_of, watch

APP = APPS / "opted_in.py"
COUNT = len(KEYS) + 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("opted_in")


@pytest.fixture(scope="module")
def watched(folder: Path) -> Watched:
    """What became of the program, watched."""
    watched = watch("--report", folder / "x.json", "--trace", folder / "t.json", APP)
    assert (watched.code, watched.stdout) == (0, ""), watched.stderr
    return watched


def test_its_keys_and_clicks_are_in_the_trace(watched: Watched, folder: Path) -> None:
    events = check_trace((folder / "t.json").read_text(encoding="utf-8"))
    begun = [event["name"] for event in events if event.get("ph") == "b"]
    assert begun.count("key to paint") == len(KEYS)
    assert begun.count("click to paint") == 1


def test_they_are_summed_up_in_the_report(watched: Watched, folder: Path) -> None:
    inputs = report_of(folder / "x.json")["summary"]["inputs"]
    assert inputs["count"] == COUNT
    for figures in (inputs["delay_ms"], inputs["to_paint_ms"]):
        assert list(figures) == ["p50", "p75", "p95", "max"]
        assert 0 <= figures["p50"] <= figures["p75"] <= figures["p95"] <= figures["max"]
    assert inputs["to_paint_ms"]["p50"] > 0
    # A machine that is busy with something else may make it any of them.
    assert inputs["verdict"] in {"good", "needs improvement", "poor"}


def test_they_are_a_line_of_the_summary(watched: Watched) -> None:
    (line,) = (line for line in watched.lines if line.startswith("keys and clicks: "))
    assert line.startswith(f"keys and clicks: {COUNT}, to the next paint p50 ")


def test_a_program_that_nobody_watches_runs_as_ever() -> None:
    ended = run_python("import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')", APP)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Traceback" not in ended.stderr


@contextmanager
def attached(qapp: QApplication) -> Iterator[FreezeMonitor]:
    """Attach one; within the test, as what measures the test has one of its own."""
    assert qapp is QApplication.instance()
    monitor = FreezeMonitor()
    monitor.attach()
    try:
        yield monitor
    finally:
        monitor.detach()


def test_the_monitor_that_was_attached_last_is_found(qapp: QApplication) -> None:
    with attached(qapp) as monitor:
        other = FreezeMonitor()
        assert FreezeMonitor.attached() is monitor
        other.attach()
        assert FreezeMonitor.attached() is other
        other.detach()
        other.detach()
        assert FreezeMonitor.attached() is monitor
    assert FreezeMonitor.attached() not in (monitor, other)


def test_the_one_attached_first_may_be_detached_first(qapp: QApplication) -> None:
    with attached(qapp) as monitor:
        second = FreezeMonitor()
        second.attach()
        monitor.detach()
        assert FreezeMonitor.attached() is second
        second.detach()
        assert FreezeMonitor.attached() not in (monitor, second)


def watches(qapp: QApplication) -> list[InputWatch]:
    return qapp.findChildren(InputWatch, options=Qt.FindChildOption.FindDirectChildrenOnly)


def test_widgets_that_opt_in_twice_are_counted_once(qapp: QApplication, qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    qtbot.waitExposed(field)
    before = len(watches(qapp))
    with attached(qapp) as monitor:
        watch_inputs(field)
        watch_inputs(field)
        assert len(watches(qapp)) == before + 1
        QTest.keyClick(field, Qt.Key.Key_A)
        qtbot.waitUntil(lambda: bool(names_of(monitor)), timeout=20_000)
        assert names_of(monitor) == ["key"]


def names_of(monitor: FreezeMonitor) -> list[str]:
    return [each.name for each in monitor.journal.entries() if isinstance(each, InputMark)]


def test_what_timed_inputs_for_a_monitor_that_is_gone_goes_too(qapp: QApplication) -> None:
    field = QLineEdit()
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        with attached(qapp) as monitor:
            watch_inputs(field)
        del monitor
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(watches(qapp)) == 1
