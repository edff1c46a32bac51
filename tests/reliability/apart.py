"""One run of the program as a process of its own, from its command line: for what would befall the tests, too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from desktop_app.app import Application
from desktop_app.signin.state import Mode
from tests.helpers.exchanges import TOKEN
from tests.helpers.program import HANG_S, environment
from tests.reliability.running import PROFILE, Observation
from tests.reliability.sites import Site

REPOSITORY: Final = Path(__file__).parents[2]


def run_apart(_qt: Application, site: Site, mode: Mode, deadline_ms: int, directory: Path) -> Observation:
    """Run the program, from its start to its end, and have somebody sign in; as `running.run` does."""
    arguments = [
        *(("--server", site.server) if site.server else ()),
        *("--conditions", site.conditions.name),
        *("--mode", mode.value),
        *("--deadline", str(deadline_ms / 1000)),
        *("--profile-dir", str(directory / PROFILE)),
        *("--log-level", "debug"),
    ]
    log = directory / "stderr"
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.child", site.trouble, *arguments],
            cwd=REPOSITORY,
            env=environment(screen=True),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    site.process_id = process.pid
    credentials = json.dumps({"email": site.email, "password": site.password})
    try:
        said, _ = process.communicate(credentials + "\n", timeout=HANG_S)
    finally:
        process.kill()
    figures: dict[str, Any] = {"exit_code": process.returncode}
    for line in said.splitlines():
        figures |= json.loads(line)
    complaints = log.read_text(encoding="utf-8")
    return Observation(**figures, secrets={site.password, TOKEN}, complaints=complaints.splitlines())
