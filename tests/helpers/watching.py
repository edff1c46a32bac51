"""``desktop-app watch`` in a process of its own, on programs of any kind."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.helpers.program import HANG_S, REPOSITORY, environment

APPS: Final = REPOSITORY / "tests" / "apps"
PREFIX: Final = "desktop-app watch: "


@dataclass(frozen=True, slots=True)
class Watched:
    """How a watched program ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """What the tool said."""
        return [line.removeprefix(PREFIX) for line in self.stderr.splitlines() if line.startswith(PREFIX)]

    @property
    def rest(self) -> str:
        """What the program said on stderr."""
        return "".join(line for line in self.stderr.splitlines(keepends=True) if not line.startswith(PREFIX))

    def frozen(self, word: str = "") -> list[str]:
        """Give the lines that tell of a freeze that has ended, with the word in them."""
        return [line for line in self.lines if line.startswith("frozen") and word in line]


def watch_command(*arguments: object) -> list[str]:
    """Put a command line together."""
    return [sys.executable, "-m", "desktop_app", "watch", *map(str, arguments)]


def watch(*arguments: object, cwd: Path = REPOSITORY, stdin: str = "", **variables: str) -> Watched:
    """Watch a program to its end."""
    return ended(watch_command(*arguments), cwd, stdin, **variables)


def ended(command: list[str], cwd: Path = REPOSITORY, stdin: str = "", **variables: str) -> Watched:
    """Run a command to its end."""
    # It is installed, so that it is found from anywhere.
    process = subprocess.run(
        command,
        cwd=cwd,
        env=environment(screen=True, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=2 * HANG_S,
        check=False,
    )
    return Watched(process.returncode, process.stdout, process.stderr)


def report_of(path: Path) -> dict[str, Any]:
    """Read a report."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def line_with(path: Path, marker: str = "# freezes") -> int:
    """Find the number of the line with a marker."""
    (number,) = (n for n, line in enumerate(path.read_text().splitlines(), 1) if marker in line)
    return number
