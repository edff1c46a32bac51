"""A profile directory as a person has it who has used the program before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.processes import started


@contextmanager
def used_profile() -> Iterator[Path]:
    """Make a profile directory with its store in it, and the demo account: the first start's cost is apart.

    The run that makes it also has Python's and Qt's files in the disk cache for the runs that are measured.
    """
    with tempfile.TemporaryDirectory(prefix="desktop-app-benchmark-") as directory:
        profile = Path(directory)
        with started("program.py", "ready", *run_arguments(profile, "healthy")) as child:
            for event in ("painted", "ready"):
                child.next(event)
                child.go_on()
        yield profile


def run_arguments(profile: Path, conditions: str) -> list[str | Path]:
    """Give the arguments of ``desktop-app run`` with this profile, under these conditions."""
    return ["run", "--profile-dir", profile, "--conditions", conditions]
