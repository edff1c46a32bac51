"""A watched program finds what it would find under plain ``python``, and ends as it would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.helpers.program import HANG_S, environment, run_python
from tests.helpers.watching import Watched, ended, report_of, watch, watch_command

PROBE = """
import sys, __main__
print(sys.argv, sys.path, sys.flags, file=sys.stdout)
for name, value in sorted(globals().items()):
    print(name, type(value) if name == "__loader__" else value)
print(sys.modules["__main__"] is __main__, __main__.__dict__ is globals(), __package__)
print(sys.stdin.read())
def fail():
    raise ValueError("on purpose")
if "fail" in sys.argv:
    fail()
"""

FORMS = {
    "a script": ["probe.py", "a", "--report", "x.json"],
    "with a dot": ["./probe.py"],
    "through a link": ["folder/link.py"],
    "from elsewhere": ["package/../probe.py", "--help"],
    "a directory": ["folder", "-m", "x"],
    "a zip file": ["probe.zip"],
    "a module": ["-m", "probe", "--fail"],
    "a package": ["-m", "package", "-m"],
    "a module in a package": ["-m", "package.inner"],
    "no module in a package": ["-m", "package.none"],
    "a script that fails": ["probe.py", "fail"],
    "a package that fails": ["-m", "package", "fail"],
    "a directory that fails": ["folder", "fail"],
    "what is no Python": ["broken.py"],
    "what is no Python as a module": ["-m", "broken"],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "probe.py").write_text(PROBE)
    (tmp_path / "broken.py").write_text("value = (\n")
    for folder in ("folder", "package"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__main__.py").write_text(PROBE)
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "inner.py").write_text(PROBE)
    (tmp_path / "folder" / "link.py").symlink_to("../probe.py")
    with zipfile.ZipFile(tmp_path / "probe.zip", "w") as archive:
        archive.writestr("__main__.py", PROBE)
    return tmp_path


def without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def assert_same(watched: Watched, plain: Watched) -> None:
    assert without_addresses(watched.stdout) == without_addresses(plain.stdout)
    assert without_addresses(watched.rest) == without_addresses(plain.stderr)
    assert watched.code == plain.code


@pytest.mark.parametrize("arguments", FORMS.values(), ids=FORMS)
def test_it_finds_the_same(arguments: list[str], place: Path) -> None:
    plain = ended([sys.executable, *arguments], place, "typed\n")
    assert_same(watch(*arguments, cwd=place, stdin="typed\n"), plain)


@pytest.mark.parametrize("arguments", [["probe.py"], ["folder"]], ids=" ".join)
def test_it_finds_the_same_where_the_path_is_safe(arguments: list[str], place: Path) -> None:
    plain = ended([sys.executable, *arguments], place, PYTHONSAFEPATH="1")
    assert_same(watch(*arguments, cwd=place, PYTHONSAFEPATH="1"), plain)


def test_the_installed_command_does_the_same(place: Path) -> None:
    installed = Path(sys.executable).with_name("desktop-app")
    assert_same(ended([str(installed), "watch", "probe.py"], place), ended([sys.executable, "probe.py"], place))


MODULES = """
import sys
print(*sorted(sys.modules))
"""


def test_nothing_heavy_and_nothing_of_the_demo_is_loaded_before_it(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(MODULES)
    loaded = watch("--report", tmp_path / "report.json", "program.py", cwd=tmp_path).stdout.split()
    assert {name.partition(".")[0] for name in loaded} & {
        *(
            "PySide6",
            "shiboken6",
            "qasync",
            "asyncio",
            "httpx2",
            "msgspec",
            "logging",
            "socket",
            "sqlite3",
            "subprocess",
        ),
    } == set()
    own = {name for name in loaded if name.startswith("desktop_app.") and ".responsiveness" not in name}
    assert own <= {"desktop_app.__main__", "desktop_app.cli", "desktop_app.errors", "desktop_app.overriding"}


ENDINGS = {
    "sys.exit()": "import sys; sys.exit()",
    "sys.exit(0)": "import sys; sys.exit(0)",
    "sys.exit(7)": "import sys; sys.exit(7)",
    "sys.exit(text)": "import sys; sys.exit('no such customer')",
    "an exception": "1 / 0",
    "an exception from another": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError from error",
    "an own hook": "import sys; sys.excepthook = lambda kind, error, tb: print('hook', error, tb.tb_lineno)\n1 / 0",
    "Ctrl+C": "raise KeyboardInterrupt",
    "os._exit": "import os, sys; print('out', flush=True); os._exit(9)",
    "sys.exit in a thread": "import sys, threading as t\nt.Thread(target=sys.exit, args=(3,)).start()",
    "a thread that goes on": "import threading as t, time\nt.Thread(target=lambda: print(time.sleep(.2))).start()",
    "atexit": "import atexit, pickle\nclass A: pass\natexit.register(lambda: print(pickle.loads(pickle.dumps(A))))",
    "atexit that fails": "import atexit\natexit.register(lambda: 1 / 0)",
    "a closed stderr": "import os; os.close(2)",
    "a closed sys.stderr": "import sys; sys.stderr.close()",
    "no sys.stderr": "import sys; sys.stderr = None",
    "a child": "import os\nif os.fork() == 0: raise SystemExit(4)\nprint(os.waitstatus_to_exitcode(os.wait()[1]))",
    "processes": """
import multiprocessing
def double(number): return 2 * number
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool: print(pool.map(double, [1, 2]))
""",
}


@pytest.mark.parametrize("program", ENDINGS.values(), ids=ENDINGS)
def test_it_ends_the_same(program: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(program)
    assert_same(watch("--fail", "program.py", cwd=tmp_path), ended([sys.executable, "program.py"], tmp_path))


WINDOW = """
import signal, sys, threading, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv)
label = QLabel("A window")
label.show()
def ready():
    print("ready", flush=True)
# From another thread, so that Qt waits for events meanwhile.
threading.Timer(0.3, ready).start()
"""
BLOCKS = "QTimer.singleShot(100, lambda: time.sleep(0.5))\n"
SLOT = WINDOW + BLOCKS + "QTimer.singleShot(900, lambda: sys.exit(5))\nsys.exit(application.exec())\n"


def test_sys_exit_in_a_slot(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SLOT)
    watched = watch("--report", "report.json", "program.py", cwd=tmp_path)
    assert watched.code == ended([sys.executable, "program.py"], tmp_path).code == 5
    assert report_of(tmp_path / "report.json")["is_complete"]


@pytest.mark.parametrize(
    "end",
    [
        "QTimer.singleShot(900, application.quit)\nsys.exit(application.exec())",
        "QTimer.singleShot(900, application.quit)\napplication.exec()\nsys.exit('text')",
        "QTimer.singleShot(900, application.quit)\napplication.exec()\n1 / 0",
        "QTimer.singleShot(900, lambda: sys.exit(5))\napplication.exec()",
    ],
)
def test_the_exit_code_when_the_budget_was_exceeded(end: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(WINDOW + BLOCKS + end)
    plain = ended([sys.executable, "program.py"], tmp_path)
    watched = watch("--fail", "program.py", cwd=tmp_path)
    assert (watched.code, watched.rest, watched.stdout) == (3, plain.stderr, plain.stdout)


def test_the_exit_code_when_it_was_not(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SLOT)
    assert watch("--fail", "--budget-ms", "60000", "program.py", cwd=tmp_path).code == 5


def interrupted(command: list[str], cwd: Path, number: int) -> Watched:
    """Send a signal when the program has said a line."""
    with subprocess.Popen(
        command, cwd=cwd, env=environment(screen=True), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=HANG_S)
    return Watched(process.returncode, stdout, stderr)


INTERRUPTIONS = {
    "while Qt waits": WINDOW + "QTimer.singleShot(1200, application.quit)\napplication.exec()\nprint('went on')",
    "while Qt waits for a timer": WINDOW
    + """
QTimer.singleShot(900, lambda: print("served"))
QTimer.singleShot(1200, application.quit)
application.exec()
print('went on')
""",
    "in qasync": """
import asyncio
from PySide6.QtWidgets import QApplication
import qasync
async def main():
    print("ready", flush=True)
    await asyncio.sleep(1)
    await asyncio.sleep(1)
application = QApplication()
qasync.run(main())
""",
    "an own handler": WINDOW + "signal.signal(signal.SIGINT, lambda *_: application.exit(6))\n"
    "keep = QTimer(interval=50)\nkeep.timeout.connect(lambda: None)\nkeep.start()\nsys.exit(application.exec())",
    "the system's handler": WINDOW + "signal.signal(signal.SIGINT, signal.SIG_DFL)\nsys.exit(application.exec())",
}


@pytest.mark.parametrize("program", INTERRUPTIONS.values(), ids=INTERRUPTIONS)
def test_ctrl_c(program: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(program)
    plain = interrupted([sys.executable, "program.py"], tmp_path, signal.SIGINT)
    watched = interrupted(watch_command("program.py"), tmp_path, signal.SIGINT)
    assert_same(watched, plain)


def test_ctrl_c_during_start_up(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("print('ready', flush=True)\nwhile True: pass\n")
    watched = interrupted(watch_command("program.py"), tmp_path, signal.SIGINT)
    assert watched.code == -signal.SIGINT
    assert watched.rest.endswith("\nKeyboardInterrupt\n")
    assert "desktop_app" not in watched.rest


def test_ctrl_c_during_a_freeze_that_would_never_end(tmp_path: Path) -> None:
    program = WINDOW + "while True: time.sleep(1)\n"
    (tmp_path / "program.py").write_text(program)
    command = watch_command("--report", "report.json", "program.py")
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(screen=True),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = ""
        while "has been frozen" not in said:
            said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=HANG_S)
    assert process.returncode == -signal.SIGINT
    (freeze,) = report_of(tmp_path / "report.json")["freezes"]
    assert freeze["phase"] == "start-up"
    assert freeze["duration_ms"] >= 1000


def test_a_program_that_is_killed_leaves_the_report_of_what_was(tmp_path: Path) -> None:
    program = WINDOW + "def block(): time.sleep(0.5)\nQTimer.singleShot(100, block)\nsys.exit(application.exec())\n"
    (tmp_path / "program.py").write_text(program)
    report = tmp_path / "report.json"
    command = watch_command("--report", report, "program.py")
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(screen=True), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "in block" not in process.stderr.readline():
            pass
        while not report.exists():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=HANG_S)
    assert process.returncode == -signal.SIGTERM
    content = report_of(report)
    assert not content["is_complete"]
    assert "block" in [freeze["culprit"]["function"] for freeze in content["freezes"]]


GOES_ON = (
    WINDOW + BLOCKS + "{closes}\nQTimer.singleShot(900, lambda: application.exit(6))\nsys.exit(application.exec())\n"
)


@pytest.mark.parametrize("closes", ["import os; os.close(2)", "sys.stderr.close()", "sys.stderr = None"])
def test_a_program_that_closes_stderr_goes_on(closes: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(GOES_ON.format(closes=closes))
    assert watch("program.py", cwd=tmp_path).code == 6


def test_a_program_goes_on_when_nobody_reads_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(GOES_ON.format(closes=""))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            watch_command("program.py"),
            cwd=tmp_path,
            env=environment(screen=True),
            stdout=subprocess.DEVNULL,
            stderr=writing,
            timeout=HANG_S,
            check=False,
        )
    finally:
        os.close(writing)
    assert process.returncode == 6


def test_a_traceback_that_asks_for_the_stack_is_the_programs(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("def f(): raise ValueError\ntry:\n    f()\nfinally:\n    print('cleaned')\n")
    assert "desktop_app" not in watch("program.py", cwd=tmp_path).rest


def test_the_packages_of_the_demo_are_not_needed(tmp_path: Path) -> None:
    code = """
import runpy, sys
class Only:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("httpx2", "msgspec", "starlette", "sqlalchemy", "qasync", "platformdirs"):
            raise ImportError(f"{name} is not to be had here")
sys.meta_path.insert(0, Only())
sys.argv = ["desktop-app", "watch", sys.argv[1], "--quit-after", "2000"]
from desktop_app.cli import main
raise SystemExit(main())
"""
    watched = run_python(code, Path(__file__).parents[1] / "apps" / "gallery.py")
    assert (watched.returncode, watched.stdout) == (0, "")
    assert "in show_all (gallery.py:" in watched.stderr
