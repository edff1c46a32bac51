"""mypy on pieces of code, with the project's own settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY: Final = Path(__file__).parents[2]
# Not the cache of `make check`, for both may run at a time; without any, this takes several times as long.
CACHE: Final = REPOSITORY / ".mypy_cache" / "tests-types"
LIMIT_S: Final = 100.0
EXPECTATION: Final = re.compile(r"# refused: ([\w-]+)$")


@dataclass(frozen=True)
class Refusal:
    """An error of mypy's."""

    line: int
    code: str
    message: str


def check(sources: Mapping[str, str], directory: Path) -> dict[str, list[Refusal]]:
    """Run mypy once on all of these; tell for each what it refuses."""
    names = {f"snippet_{number}.py": name for number, name in enumerate(sources)}
    for file, name in names.items():
        (directory / file).write_text(sources[name], encoding="utf-8")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--output", "json", "--no-error-summary"),
            *(
                "--config-file",
                "pyproject.toml",
                "--cache-dir",
                str(CACHE),
                *(str(directory / file) for file in names),
            ),
        ],
        cwd=REPOSITORY,
        env=os.environ | {"MYPYPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    refusals: dict[str, list[Refusal]] = {name: [] for name in sources}
    for line in ended.stdout.splitlines():
        found = json.loads(line)
        # By the name alone: what was found in the same text before is told with where it was then. Whatever is found
        # elsewhere is for `make check` to tell.
        snippet = names.get(Path(found["file"]).name)
        if snippet is not None and found["severity"] == "error":
            refusals[snippet].append(Refusal(found["line"], found["code"], found["message"]))
    return refusals


def expected(source: str) -> set[tuple[int, str]]:
    """Read from a piece of code which lines it says are refused, and with which code."""
    marked = ((number, EXPECTATION.search(line)) for number, line in enumerate(source.splitlines(), 1))
    return {(number, match[1]) for number, match in marked if match}
