"""The monitor in a process of its own, from before there is an application to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.program import run_python

HEAD = """
import gc, json, signal, sys, threading, time
from functools import partial
from desktop_app.responsiveness.qt.monitor import FreezeMonitor

found = []
monitor = FreezeMonitor()
# A machine that is busy with other things may make others, short ones.
monitor.listen(lambda freeze: freeze.is_lasting or freeze.duration_ns < 300_000_000 or found.append(freeze))

def in_a_thread(work):
    working = threading.Thread(target=work)
    working.start()
    working.join()

def names():
    return [freeze.culprit and freeze.culprit.frame.function for freeze in found]
"""
APPLICATION = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

application = QApplication([])
QTimer.singleShot(10_000, application.quit)

def when(is_so, then):
    if is_so():
        then()
    else:
        QTimer.singleShot(10, partial(when, is_so, then))

def block():
    time.sleep(0.4)

def is_beating():
    return monitor.lag.count >= 2
"""
FREEZES_ONCE = """
when(is_beating, block)
when(lambda: found, application.quit)
application.exec()
monitor.detach()
print(json.dumps(names()))
"""


def said_by(tmp_path: Path, *parts: str) -> tuple[Any, str]:
    """Run a program of these parts, and give what it printed as JSON, and its complaints."""
    script = tmp_path / "script.py"
    script.write_text("".join(parts), encoding="utf-8")
    ended = run_python("import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')", script)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout), ended.stderr


@pytest.mark.parametrize(
    "attach",
    [
        "monitor.attach()\n",
        "in_a_thread(monitor.attach)\n",
        "import PySide6.QtWidgets\nmonitor.attach()\n",
        "import PySide6.QtWidgets\nin_a_thread(monitor.attach)\n",
        # Many a library asks first which of the bindings are there.
        "from importlib.util import find_spec\nmonitor.attach()\nassert find_spec('PySide6.QtCore')\n",
    ],
    ids=["main thread", "another thread", "Qt is there", "Qt is there, another thread", "Qt is looked for"],
)
def test_attached_before_there_is_an_application_it_waits_for_it(tmp_path: Path, attach: str) -> None:
    assert said_by(tmp_path, HEAD, attach, APPLICATION, FREEZES_ONCE) == (["block"], "")


@pytest.mark.parametrize("detach", ["monitor.detach()\n", "in_a_thread(monitor.detach)\n"])
@pytest.mark.parametrize("qt", ["", "import PySide6.QtWidgets\n"], ids=["before Qt", "after Qt"])
def test_detached_before_there_is_an_application_it_never_attaches(tmp_path: Path, detach: str, qt: str) -> None:
    before = "before = [threading.enumerate(), list(sys.meta_path), list(gc.callbacks)]\nmonitor.attach()\n"
    after = """
assert [threading.enumerate(), sys.meta_path, gc.callbacks] == before
try:
    monitor.attach()
except RuntimeError:
    print("true")
"""
    run = "QTimer.singleShot(300, application.quit)\napplication.exec()\n"
    told = "assert not monitor.is_attached and monitor.heartbeat is None and monitor.lag.count == 0\n"
    assert said_by(tmp_path, HEAD, qt, before, detach, after, APPLICATION, run, told) == (True, "")


def test_what_is_paused_before_there_is_an_application_is_until_it_is_resumed(tmp_path: Path) -> None:
    pause = "monitor.pause()\nmonitor.attach()\n"
    paused = """
def paused_block():
    time.sleep(0.5)
    # The events that have waited are served first.
    QTimer.singleShot(100, monitor.resume)

when(lambda: monitor.is_attached, partial(QTimer.singleShot, 200, paused_block))
"""
    assert said_by(tmp_path, HEAD, pause, APPLICATION, paused, FREEZES_ONCE) == (["block"], "")


@pytest.mark.parametrize("kind", ["RuntimeError", "SystemExit"])
def test_an_exception_of_a_signal_handler_does_not_end_the_heartbeat(tmp_path: Path, kind: str) -> None:
    """Where Qt waits, Python calls the handler in the next Python code that Qt calls: mostly the heartbeat's."""
    alarm = f"""
def on_alarm(number, frame):
    raised.append(number)
    raise {kind}("once")

raised, after = [], []
signal.signal(signal.SIGALRM, on_alarm)
monitor.attach()
# While nothing but the heartbeat is called.
QTimer.singleShot(100, partial(signal.setitimer, signal.ITIMER_REAL, 0.2))

def go_on():
    assert raised
    after.append(monitor.lag.count)
    QTimer.singleShot(0, block)
    when(lambda: found and monitor.lag.count >= after[0] + 3, application.quit)

QTimer.singleShot(700, go_on)
sys.excepthook = lambda *problem: None
application.exec()
monitor.detach()
print(json.dumps(names()))
"""
    if kind == "SystemExit":
        # It ends the program, as without the monitor: Qt prints nothing, and nothing goes on.
        script = tmp_path / "script.py"
        script.write_text(HEAD + APPLICATION + alarm.replace('SystemExit("once")', "SystemExit(7)"), encoding="utf-8")
        ended = run_python("import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')", script)
        assert (ended.returncode, ended.stdout) == (7, ""), ended.stderr
        return
    said, _complaints = said_by(tmp_path, HEAD, APPLICATION, alarm)
    assert said == ["block"]
