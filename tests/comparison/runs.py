"""``desktop-app compare`` as it is run: a process of its own, off screen, with its own service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

LIMIT_S: Final = 100
PICTURES: Final = [
    "async-end.png",
    "async-midway.png",
    "blocking-end.png",
    "blocking-midway.png",
    "lag.png",
    "timeline.png",
    "timeline.svg",
]


def environment() -> dict[str, str]:
    """An environment without a screen."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "desktop_app", "compare", *map(str, arguments)]


def compare(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Compare to the end."""
    return subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def figures(directory: Path, *arguments: str | Path) -> Any:
    """Compare, and give what was written as JSON."""
    path = directory / "figures.json"
    done = compare("--json", path, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def comparing(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], Callable[[str], None]]]:
    """Begin to compare; give the process, and what returns when it has told of something on stderr."""
    with subprocess.Popen(
        command(*arguments), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:

        def until_told(text: str) -> None:
            assert process.stderr is not None
            for line in process.stderr:
                if text in line:
                    return
            raise AssertionError(f"it ended without telling of {text!r}")

        try:
            yield process, until_told
        finally:
            process.kill()
