"""What imports what, where import-linter cannot look: at run time."""

from __future__ import annotations

import pytest

from tests.helpers.program import run_python

QT_FREE = [
    "desktop_app.preferences.asynchronous",
    "desktop_app.preferences.blocking",
    "desktop_app.preferences.deadline",
    "desktop_app.preferences.exchange",
    "desktop_app.preferences.model",
    "desktop_app.preferences.phases",
    "desktop_app.preferences.server_timing",
    "desktop_app.preferences.transport",
    "desktop_app.service.accounts",
    "desktop_app.service.http",
    "desktop_app.service.serve",
    "desktop_app.service.server",
    "desktop_app.conditions.__main__",
    "desktop_app.conditions.service_control",
    "desktop_app.conditions.control",
    "desktop_app.conditions.presets",
    "desktop_app.conditions.proxy",
    "desktop_app.conditions.server",
    "desktop_app.backend",
    "desktop_app.commands",
    "desktop_app.config",
    "desktop_app.errors",
    "desktop_app.responsiveness.arrival",
    "desktop_app.responsiveness.axis",
    "desktop_app.responsiveness.budgets",
    "desktop_app.responsiveness.callee",
    "desktop_app.responsiveness.causes",
    "desktop_app.responsiveness.clock",
    "desktop_app.responsiveness.collecting",
    "desktop_app.responsiveness.console",
    "desktop_app.responsiveness.debugging",
    "desktop_app.responsiveness.delivering",
    "desktop_app.responsiveness.detector",
    "desktop_app.responsiveness.events",
    "desktop_app.responsiveness.execution",
    "desktop_app.responsiveness.execution_colors",
    "desktop_app.responsiveness.execution_texts",
    "desktop_app.responsiveness.freezes",
    "desktop_app.responsiveness.here",
    "desktop_app.responsiveness.html_report",
    "desktop_app.responsiveness.html_style",
    "desktop_app.responsiveness.html_text",
    "desktop_app.responsiveness.html_timeline",
    "desktop_app.responsiveness.inputs",
    "desktop_app.responsiveness.journal",
    "desktop_app.responsiveness.judging",
    "desktop_app.responsiveness.lag",
    "desktop_app.responsiveness.level_of_detail",
    "desktop_app.responsiveness.overrun_watch",
    "desktop_app.responsiveness.overruns",
    "desktop_app.responsiveness.ownership",
    "desktop_app.responsiveness.poster",
    "desktop_app.responsiveness.probe",
    "desktop_app.responsiveness.processor",
    "desktop_app.responsiveness.recent",
    "desktop_app.responsiveness.repeated",
    "desktop_app.responsiveness.report",
    "desktop_app.responsiveness.rules",
    "desktop_app.responsiveness.running",
    "desktop_app.responsiveness.scheduling",
    "desktop_app.responsiveness.shapes",
    "desktop_app.responsiveness.slices",
    "desktop_app.responsiveness.source",
    "desktop_app.responsiveness.stacks",
    "desktop_app.responsiveness.svg",
    "desktop_app.responsiveness.tally",
    "desktop_app.responsiveness.task_stack",
    "desktop_app.responsiveness.tasks",
    "desktop_app.responsiveness.timeline",
    "desktop_app.responsiveness.trace",
    "desktop_app.responsiveness.trace_events",
    "desktop_app.responsiveness.track",
    "desktop_app.responsiveness.verdict",
    "desktop_app.responsiveness.watch_options",
    "desktop_app.responsiveness.watchdog",
    "desktop_app.responsiveness.window_of_time",
    "desktop_app.signin.mistake",
]

WITHOUT_QT = """
import importlib, sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "qasync"):
            raise ImportError(f"{name} is not to be had here")

sys.meta_path.insert(0, NoQt())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_what_is_qt_free_can_be_imported_without_qt() -> None:
    ended = run_python(WITHOUT_QT, *QT_FREE)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_that_test_would_notice() -> None:
    ended = run_python(WITHOUT_QT, "desktop_app.signin.theme", "desktop_app.resources")
    assert "PySide6" in ended.stderr


LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2:])))
"""


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "desktop_app.cli",
            ["PySide6", "asyncio", "qasync", "aiohttp", "httpx2", "httpcore2", "sqlalchemy", "msgspec"],
        ),
        ("desktop_app.cli", ["starlette", "uvicorn", "argon2", "platformdirs", "subprocess", "ssl"]),
        ("desktop_app.app", ["asyncio", "qasync", "aiohttp", "httpx2", "httpcore2", "msgspec", "sqlalchemy", "ssl"]),
        ("desktop_app.preferences.asynchronous", ["httpx2", "httpcore2", "h11", "anyio", "PySide6"]),
        ("desktop_app.service.serve", ["asyncio", "starlette", "uvicorn", "sqlalchemy", "argon2", "PySide6"]),
        ("desktop_app.conditions.presets", ["asyncio", "msgspec"]),
        ("desktop_app.conditions.control", ["asyncio", "msgspec", "starlette", "uvicorn"]),
        ("desktop_app.conditions.__main__", ["starlette", "uvicorn", "h11", "PySide6"]),
        (
            "desktop_app.conditions.server",
            ["sqlalchemy", "aiosqlite", "sqlite3", "argon2", "aiohttp", "httpx2", "PySide6"],
        ),
        ("desktop_app.wire", ["asyncio", "msgspec", "starlette", "http", "ssl"]),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_wanted(module: str, heavy: list[str]) -> None:
    ended = run_python(LOADED, module, *heavy)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "\n", "")


SOURCES_READ = """
import linecache
from desktop_app.qt_import import import_qt
import_qt()
import desktop_app.app
print(*(name for name in linecache.cache if "desktop_app" in name))
"""


def test_no_source_is_read_for_the_first_paint() -> None:
    ended = run_python(SOURCES_READ)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "\n", "")


OWN_LOADED = """
import sys
import desktop_app.parser, desktop_app.app
print(*sorted(name for name in sys.modules if name.startswith("desktop_app.")), sep="\\n")
"""

BEFORE_THE_FIRST_PAINT = """
desktop_app.app
desktop_app.backend
desktop_app.commands
desktop_app.conditions
desktop_app.conditions.presets
desktop_app.conditions_change
desktop_app.config
desktop_app.errors
desktop_app.instrument_look
desktop_app.interruption
desktop_app.last_resort
desktop_app.measurement
desktop_app.overriding
desktop_app.parser
desktop_app.preferences
desktop_app.preferences.progress
desktop_app.qt_import
desktop_app.resources
desktop_app.responsiveness
desktop_app.responsiveness.clock
desktop_app.responsiveness.detector
desktop_app.responsiveness.here
desktop_app.responsiveness.qt
desktop_app.responsiveness.qt.heartbeat
desktop_app.responsiveness.qt.lag_strip
desktop_app.responsiveness.qt.undisturbed
desktop_app.responsiveness.slices
desktop_app.responsiveness.timeline
desktop_app.screen
desktop_app.signals
desktop_app.signin
desktop_app.signin.activity
desktop_app.signin.announcements
desktop_app.signin.appearance
desktop_app.signin.as_of
desktop_app.signin.banner
desktop_app.signin.conditions_control
desktop_app.signin.conditions_words
desktop_app.signin.countdown
desktop_app.signin.failures
desktop_app.signin.feel
desktop_app.signin.form
desktop_app.signin.input_gate
desktop_app.signin.labels
desktop_app.signin.mode_toggle
desktop_app.signin.painting
desktop_app.signin.results
desktop_app.signin.spinner
desktop_app.signin.state
desktop_app.signin.steps
desktop_app.signin.theme
desktop_app.signin.top_bar
desktop_app.signin.window
"""


def test_before_the_first_paint_only_this_of_the_program_is_imported() -> None:
    ended = run_python(OWN_LOADED)
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (0, BEFORE_THE_FIRST_PAINT.split(), "")


EVERYTHING = """
import importlib, pkgutil, desktop_app
for module in pkgutil.walk_packages(desktop_app.__path__, "desktop_app."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def test_every_module_can_be_imported_quietly() -> None:
    ended = run_python("import warnings; warnings.simplefilter('error')\n" + EVERYTHING)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("module", ["client", "measurement", "signin.window", "signin.presenter", "event_loop"])
def test_a_module_can_be_imported_first(module: str) -> None:
    ended = run_python(f"import desktop_app.{module}")
    assert (ended.returncode, ended.stderr) == (0, "")
