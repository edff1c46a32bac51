"""A short soak of the real program and its processes, and how a soak is judged; `make soak` runs the long one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.helpers.program import environment
from tests.soak.holdings import Holdings
from tests.soak.report import MEMORY, Line, Sample, exceeding, lines, table

REPOSITORY: Final = Path(__file__).parents[2]
PLAN: Final = ("--cycles", "80", "--warm-up", "20", "--every", "30", "--deadlines", "150,300,800")
# Caches fill for longer than so few cycles; by as much memory as this it grows only if each cycle leaves 130 KiB.
MOST_GROWTH: Final = "0.08"
# Not a claim about speed: so that a soak that hangs ends.
HANG_S: Final = 300.0
BASE: Final = Sample(100, {"program": Holdings({"sockets": 6, "timers": 0}, 100.0)})


@pytest.mark.timeout(HANG_S + 30)
def test_after_sixty_cycles_nothing_is_held_that_was_not_before() -> None:
    """The same code as the long soak, in a process of its own; open files, threads, tasks and timers exactly flat."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.soak", *PLAN, "--most-growth", MOST_GROWTH],
        cwd=REPOSITORY,
        env=environment(screen=True),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""


def sample(cycles: int, *, sockets: int = 6, timers: int = 0, memory_mib: float = 100.0) -> Sample:
    return Sample(cycles, {"program": Holdings({"sockets": sockets, "timers": timers}, memory_mib)})


def judged(*samples: Sample) -> dict[str, Line]:
    return {line.what: line for line in lines([BASE, *samples], most_growth=0.05)}


def test_what_stays_or_becomes_less_is_flat() -> None:
    found = judged(sample(550, memory_mib=104.9), sample(1000, sockets=4, memory_mib=99.0))
    assert [line.is_flat for line in found.values()] == [True, True, True]


@pytest.mark.parametrize(
    ("more", "what"),
    [({"sockets": 7}, "sockets"), ({"timers": 1}, "timers"), ({"memory_mib": 105.1}, MEMORY)],
)
def test_what_grows_is_not_flat(more: dict[str, int], what: str) -> None:
    found = judged(sample(550), sample(1000, **more))
    assert [line.what for line in found.values() if not line.is_flat] == [what]


def test_what_grew_in_between_is_not_flat() -> None:
    assert not judged(sample(550, sockets=7), sample(1000))["sockets"].is_flat


def test_it_is_looked_again_only_where_there_is_more() -> None:
    assert exceeding(sample(550, sockets=7, timers=0), BASE) == ["program: sockets 7, not 6"]
    assert exceeding(sample(550, sockets=5), BASE) == []


def test_the_table_says_what_each_process_held() -> None:
    found = list(judged(sample(1000, sockets=7, memory_mib=102.0)).values())
    assert table(found).splitlines() == [
        "process  what         after warm-up  most since  at the end  growth  flat",
        "-------  -----------  -------------  ----------  ----------  ------  ----",
        "program  sockets      6              7           7           +16.7%  NO",
        "program  timers       0              0           0           +0.0%   yes",
        "program  memory, MiB  100.0          102.0       102.0       +2.0%   yes",
    ]


def test_growth_from_nothing_is_told() -> None:
    line = judged(sample(1000, timers=3))["timers"]
    assert (line.growth, replace(line, most=0).growth) == (1.0, 0.0)
