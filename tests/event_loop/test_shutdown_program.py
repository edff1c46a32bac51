"""How the real program ends: by its window, signals and its scenario, in any order, early and amid a load."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.event_loop.ended_program import EXIT_CODE
from tests.helpers.program import HANG_S, REPOSITORY, environment

ENDS = ("close", "SIGINT", "end")


def ended(directory: Path, moment: str, things: tuple[str, ...]) -> tuple[int, list[str], str]:
    """Run the program, under which every warning is an error, to its end; give its exit code, stdout and stderr."""
    process = subprocess.run(
        [
            *(sys.executable, "-X", "dev", "-W", "error", "-m", "tests.event_loop.ended_program"),
            *(moment, " ".join(things), "--conditions", "silent", "--mode", "async", "--profile-dir", str(directory)),
        ],
        cwd=REPOSITORY,
        env=environment(screen=True),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    return process.returncode, process.stdout.splitlines(), process.stderr


def code_of(things: tuple[str, ...], otherwise: int) -> int:
    """Give 128 + the number of the signal, whenever it came, or else what is given."""
    numbers = [128 + signal.Signals[thing] for thing in things if thing.startswith("SIG")]
    return numbers[0] if numbers else otherwise


@pytest.mark.parametrize(
    "things",
    [
        *itertools.permutations(ENDS),
        ("SIGTERM", "close", "end"),
        ("close", "SIGTERM", "end"),
        ("end", "close", "SIGTERM"),
        ("quit", "close", "end"),
        ("close", "quit", "quit"),
        ("end", "quit", "close"),
    ],
    ids=" ".join,
)
def test_the_program_ends_in_order_amid_a_load(tmp_path: Path, things: tuple[str, ...]) -> None:
    code = code_of(things, EXIT_CODE if things[0] == "end" else 1)
    said = [things[0], "the scenario has ended", *things[1:], "left: []"]
    ended_code, ended_said, complaints = ended(tmp_path, "loading", things)
    assert (ended_code, sorted(ended_said), complaints) == (code, sorted(said), "")
    assert [each for each in ended_said if each in things] == list(things)


@pytest.mark.parametrize(
    "things",
    [
        ("close", "SIGTERM", "quit"),
        ("SIGINT", "close", "quit"),
        ("SIGTERM", "quit", "close"),
        ("quit", "close", "SIGINT"),
        ("close", "quit", "close"),
    ],
    ids=" ".join,
)
def test_the_program_ends_in_order_before_it_has_begun(tmp_path: Path, things: tuple[str, ...]) -> None:
    assert ended(tmp_path, "early", things) == (code_of(things, 0), [*things, "left: []"], "")
