"""An exception that nobody caught is logged and told, and ends nothing."""

from __future__ import annotations

import json

from tests.helpers.program import run_python

PROGRAM = """
import asyncio, json, logging, sys, threading
from PySide6.QtCore import QTimer
from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.conditions.presets import PRESETS
from desktop_app.config import Options, Settings
from desktop_app.errors import DesktopAppError
from desktop_app.interruption import Interruption

def fail():
    secret = "never-to-be-seen"
    raise LookupError("what happened")

async def fail_in_task():
    fail()

async def scenario(program):
    told = []
    program.last_resort.caught.connect(lambda: told.append(True))
    if sys.argv[1] == "slot":
        QTimer.singleShot(0, fail)
    elif sys.argv[1] == "task":
        asyncio.get_running_loop().create_task(fail_in_task())
    elif sys.argv[1] == "callback":
        asyncio.get_running_loop().call_soon(fail)
    else:
        threading.Thread(target=fail).start()
    while not told:
        await asyncio.sleep(0.01)
        import gc; gc.collect()
    await asyncio.sleep(0)
    print(json.dumps({"visible": program.window.notice.isVisible(), "text": program.window.notice.title.text()}))
    return 7

logging.basicConfig(level="WARNING")
conditions = PRESETS["healthy"]
backend = Backend(conditions, server="http://127.0.0.1:9")
program = Program(Application(), Options(conditions), Settings(), Interruption(), backend, None)
sys.exit(program.run(scenario))
"""


def assert_it_goes_on_and_says_so(where: str) -> None:
    ended = run_python(PROGRAM, where)
    assert ended.returncode == 7, ended.stderr
    assert json.loads(ended.stdout) == {
        "visible": True,
        "text": "Something went wrong in the program itself. The log says more.",
    }
    assert "LookupError: what happened" in ended.stderr
    assert "in fail" in ended.stderr
    assert "never-to-be-seen" not in ended.stderr.replace('secret = "never-to-be-seen"', "")


def test_in_a_slot() -> None:
    assert_it_goes_on_and_says_so("slot")


def test_in_a_task() -> None:
    assert_it_goes_on_and_says_so("task")


def test_in_a_callback_of_the_loop() -> None:
    assert_it_goes_on_and_says_so("callback")


def test_in_a_thread() -> None:
    assert_it_goes_on_and_says_so("thread")
