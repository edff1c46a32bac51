"""How long the window is busy at a stretch while it loads."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import finished
from tests.benchmarks.profiles import used_profile

RUNS = 10
FRAME_MS = 16.7
CONDITIONS = "slow"


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the longest slice of the GUI thread in an async load at ``slow``, beside the same run's blocking one.

    Method: ``desktop-app compare --conditions slow --json``, a fresh process each; its heartbeat beats every 2 ms.
    Unit: milliseconds.

    Limits: a slice can be up to 2 ms longer than it is measured, and includes what other processes took of the core.
    Keys and clicks are posted 20 times a second meanwhile, and the picture midway through the load is part of it.
    """
    found: dict[str, list[float]] = {"async": [], "blocking": []}
    with used_profile() as profile, tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "figures.json"
        for _ in range(runs or RUNS):
            arguments = ("compare", "--conditions", CONDITIONS, "--profile-dir", profile, "--json", file)
            finished("-m", "desktop_app", *arguments)
            modes = json.loads(file.read_text(encoding="utf-8"))["modes"]
            for mode, values in found.items():
                values.append(modes[mode]["longest_freeze_ms"])
    what = f"longest GUI-thread slice of an async load, {CONDITIONS}, beside blocking"
    yield Figure(what, "ms", tuple(found["async"]), tuple(found["blocking"]), Judged.BY_ITSELF, FRAME_MS)
