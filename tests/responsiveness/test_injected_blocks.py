"""Every way to freeze a program, made to happen in one of its own, and what the monitor says of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.watchdog import STIRRED_BEAT_MS
from tests.helpers.blocks import BLOCK_S
from tests.helpers.program import REPOSITORY, environment

SOURCE: Final = Path(__file__).parents[1] / "helpers" / "blocks.py"
HANG_S: Final = 60.0
BLOCK_MS: Final = BLOCK_S * 1000
# A machine that is busy with other things makes each of them longer, and no shorter.
SHORTEST_MS: Final = BLOCK_MS - max(5, BLOCK_MS * 0.05)


def found_in(kind: str, rest_ms: int = 0) -> list[dict[str, Any]]:
    """Run the program, and give what the monitor said in it."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.helpers.blocks", kind, str(rest_ms)],
        cwd=REPOSITORY,
        env=environment(screen=True),
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found


def line_of(kind: str) -> int:
    """Give the line that blocks."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# blocks: {kind}"))


def freezes(found: list[dict[str, Any]], *, longer_than_ms: float = SHORTEST_MS) -> list[dict[str, Any]]:
    """Give those that have ended and are as long as the block: a busy machine may make others, short ones."""
    return [each for each in found if not each["is_lasting"] and each["duration_ms"] >= longer_than_ms]


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("sleep", "sleep"),
        ("loop", "loop"),
        ("match", "match"),
        ("query", "query"),
        ("collect", "collect"),
        ("paint", "paintEvent"),
        ("click", "load_image"),
        ("coroutine", "inner"),
        ("startup", "startup"),
    ],
)
def test_a_block_is_reported_once_while_it_lasts_and_once_when_it_has_ended(kind: str, function: str) -> None:
    found = found_in(kind)
    (ended,) = freezes(found)
    (lasting,) = [each for each in found if each["is_lasting"]]
    assert [each["culprit"] for each in (lasting, ended)] == [[function, line_of(kind)]] * 2
    assert lasting["duration_ms"] <= ended["duration_ms"]
    assert (ended["is_startup"], ended["share"] > 0.5) == (kind == "startup", True)


@pytest.mark.parametrize("kind", ["bound_sleep", "bound_process", "bound_lock"])
def test_a_block_whose_slot_is_no_python_function_is_found_to_half_a_beat(kind: str) -> None:
    found = found_in(kind)
    (ended,) = freezes(found, longer_than_ms=SHORTEST_MS - STIRRED_BEAT_MS / 2)
    (lasting,) = [each for each in found if each["is_lasting"]]
    assert lasting["duration_ms"] <= ended["duration_ms"]
    assert not ended["is_startup"]


@pytest.mark.parametrize("kind", ["nested", "dialog", "rest", "paused"])
def test_what_is_no_freeze_is_not_reported(kind: str) -> None:
    assert freezes(found_in(kind)) == []


def test_an_idle_time_has_no_freeze() -> None:
    # A minute is for the benchmark: what a timer does every few milliseconds shows within seconds.
    assert freezes(found_in("rest", rest_ms=3000), longer_than_ms=250) == []


def test_a_coroutine_that_blocks_is_named_with_its_task_and_its_awaits() -> None:
    (ended,) = freezes(found_in("coroutine"))
    assert ended["task"] == "the blocking one"
    assert [function for function, _line in ended["awaits"]] == ["coroutine", "outer"]


def test_a_process_that_was_stopped_is_no_freeze_of_the_program_and_is_reported_apart() -> None:
    (ended,) = freezes(found_in("stopped"), longer_than_ms=BLOCK_MS / 2)
    assert ended["cause"] == Cause.NOT_SCHEDULED
