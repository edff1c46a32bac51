"""The program's command line, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from desktop_app.cli import main

REPOSITORY: Final = Path(__file__).parents[2]
# Not a claim about speed: so that a failing test ends instead of hanging.
HANG_S: Final = 30.0
Ended: TypeAlias = "subprocess.CompletedProcess[str]"
Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
_SCREENS: Final = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")


def environment(*, screen: bool = False, **variables: str) -> dict[str, str]:
    """Make the environment of a process that has a screen, or has none."""
    inherited = {name: value for name, value in os.environ.items() if name not in _SCREENS}
    return inherited | ({"QT_QPA_PLATFORM": "offscreen"} if screen else {}) | variables


def command(*arguments: object) -> list[str]:
    """Put a command line together."""
    return [sys.executable, "-m", "desktop_app", *map(str, arguments)]


def run_program(
    *arguments: object, screen: bool = False, cwd: Path = REPOSITORY, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; nobody is there to answer what it asks."""
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(screen=screen, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )


def run_python(code: str, *arguments: object, screen: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        env=environment(screen=screen),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )


def run_here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Make what runs a command in this process: quicker, where what is claimed is not about the process."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr("desktop_app.cli._set_up_log", lambda _level: None)

    def run(*arguments: object) -> Ended:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return subprocess.CompletedProcess([str(argument) for argument in arguments], code, said.out, said.err)

    return run


def assert_complains(ended: Ended, code: int, *words: str) -> None:
    """It failed with one line that a person understands."""
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert [word for word in words if word not in ended.stderr] == []
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
