"""From the watchdog's thread into the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.bridge import FreezeBridge
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from tests.helpers.freezes import freeze


def in_a_thread(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_freezes_are_told_in_the_thread_of_the_gui(qapp: QApplication, qtbot: QtBot) -> None:
    monitor = FreezeMonitor()
    bridge = FreezeBridge(monitor)
    told: list[tuple[str, Freeze, threading.Thread]] = []
    bridge.freeze_lasting.connect(lambda each: told.append(("lasting", each, threading.current_thread())))
    bridge.freeze_ended.connect(lambda each: told.append(("ended", each, threading.current_thread())))
    ended = freeze()
    lasting = replace(ended, is_lasting=True)
    for each in (lasting, ended):
        in_a_thread(partial(monitor._report, each))
    assert told == []
    qtbot.waitUntil(lambda: len(told) == 2)
    assert [(name, thread) for name, _, thread in told] == [
        ("lasting", threading.main_thread()),
        ("ended", threading.main_thread()),
    ]
    assert told[0][1] is lasting
    assert told[1][1] is ended
    bridge.close()


def test_a_bridge_that_was_closed_tells_nothing_not_even_what_is_on_its_way(qapp: QApplication, qtbot: QtBot) -> None:
    monitor = FreezeMonitor()
    closed, open_ = FreezeBridge(monitor), FreezeBridge(monitor)
    told: list[Freeze] = []
    seen: list[Freeze] = []
    closed.freeze_ended.connect(told.append)
    open_.freeze_ended.connect(seen.append)
    in_a_thread(lambda: monitor._report(freeze()))
    closed.close()
    closed.close()
    in_a_thread(lambda: monitor._report(freeze()))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert told == []
    open_.close()
    assert monitor._listeners == ()
