"""How much of what froze is found, and how exactly: random blocks, and what the monitor said of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Rows
from tests.benchmarks.processes import CHILDREN, finished

RUNS = 500
TICKS_MS = (10, 5, 20, 40)
"""The default, over all runs; the others, over a fifth of them, are the curve that it was chosen from."""
SEED = 20261124
SHORTEST_MS = 60
TOLERANCE_MS, TOLERANCE_SHARE = 5.0, 0.05
LIMIT_S = 900.0
CAUSES = {
    "sleep": "waiting",
    "receive": "waiting",
    "loop": "computing",
    "query": "computing",
    "match": "interpreter held",
    "collect": "garbage collection",
    "bound sleep": "waiting",
    "bound acquire": "waiting",
}
BOUND = ("bound sleep", "bound acquire")
"""Their slots are no Python functions."""
HEADINGS = (
    "looks every",
    "kind",
    "blocks",
    "found once",
    "precise",
    "error: median",
    "95 %",
    "culprit",
    "cause",
    "false",
)


@dataclass(frozen=True, slots=True)
class Match:
    """A block, and what was said of it."""

    kind: str
    found: int
    """How many freezes overlap it."""
    duration_ms: float
    error_ms: float | None
    """By how much its length was said to be other than it was; None where it was not found just once."""
    is_culprit: bool
    is_cause: bool

    @property
    def is_precise(self) -> bool:
        """Whether the length is right, to 5 ms or 5 %."""
        return self.error_ms is not None and abs(self.error_ms) <= max(
            TOLERANCE_MS, TOLERANCE_SHARE * self.duration_ms
        )


def measure(runs: int | None) -> Iterator[Rows]:
    """Count what is found of random blocks of 60 ms to 5 s, short ones mostly, of eight kinds in turn.

    Method: a process that blocks its GUI thread and notes when, on the clock that the monitor is on, too; its freezes
    are laid over its blocks. *Found once*: one freeze overlaps it. *Precise*: its length is right to 5 ms or 5 %.
    *False*: what is reported as the program's fault and overlaps no block, at start-up too.

    The slots of the two ``bound`` kinds are no Python functions: no code of theirs can be seen to run, so that they
    have no culprit of their own, and their start is known to half a beat (25 ms) only. They are not part of "all".

    Limits: while the system runs something else, nothing can be precise, and the cause is rightly another one.
    """
    for tick_ms in TICKS_MS:
        count = (runs or RUNS) if tick_ms == TICKS_MS[0] else max(len(CAUSES), (runs or RUNS) // 5)
        told = json.loads(finished(CHILDREN / "frozen.py", count, SEED, tick_ms, limit_s=LIMIT_S))
        blocks = [block for block in told["blocks"] if block["end_ns"] - block["start_ns"] >= SHORTEST_MS * 1_000_000]
        matches = [_matched(block, told["freezes"]) for block in blocks]
        false = sum(_is_false(freeze, told["blocks"]) for freeze in told["freezes"])
        kinds = list(CAUSES) if tick_ms == TICKS_MS[0] else []
        lines = [_line(tick_ms, kind, [match for match in matches if match.kind == kind], None) for kind in kinds]
        lines.append(_line(tick_ms, "all", [match for match in matches if match.kind not in BOUND], false))
        yield Rows(HEADINGS, tuple(lines))
    told = json.loads(finished(CHILDREN / "frozen.py", 0, SEED, TICKS_MS[0], limit_s=LIMIT_S))
    false = sum(_is_false(freeze, ()) for freeze in told["freezes"])
    yield Rows(HEADINGS, (_line(TICKS_MS[0], "idle minute", (), false),))


def _matched(block: dict[str, Any], freezes: Sequence[dict[str, Any]]) -> Match:
    over = [each for each in freezes if each["start_ns"] < block["end_ns"] and each["end_ns"] > block["start_ns"]]
    duration_ns = block["end_ns"] - block["start_ns"]
    error_ms = (over[0]["end_ns"] - over[0]["start_ns"] - duration_ns) / 1e6 if len(over) == 1 else None
    return Match(
        kind=block["kind"],
        found=len(over),
        duration_ms=duration_ns / 1e6,
        error_ms=error_ms,
        is_culprit=any(each["function"] == block["kind"] for each in over),
        is_cause=any(each["cause"] == CAUSES[block["kind"]] for each in over),
    )


def _is_false(freeze: dict[str, Any], blocks: Sequence[dict[str, Any]]) -> bool:
    overlaps = any(freeze["start_ns"] < each["end_ns"] and freeze["end_ns"] > each["start_ns"] for each in blocks)
    return not overlaps and freeze["cause"] not in ("not scheduled", "suspended", "debugger")


def _line(tick_ms: int, kind: str, matches: Sequence[Match], false: int | None) -> tuple[str, ...]:
    errors_ms = sorted(abs(match.error_ms) for match in matches if match.error_ms is not None)
    total = len(matches)

    def share(count: int) -> str:
        return f"{count * 100 / total:.1f} %" if total else "-"

    return (
        f"{tick_ms} ms",
        kind,
        str(total),
        share(sum(match.found == 1 for match in matches)),
        share(sum(match.is_precise for match in matches)),
        f"{statistics.median(errors_ms):.1f} ms" if errors_ms else "-",
        f"{errors_ms[int(len(errors_ms) * 0.95)]:.1f} ms" if errors_ms else "-",
        "-" if kind in BOUND else share(sum(match.is_culprit for match in matches)),
        share(sum(match.is_cause for match in matches)),
        "" if false is None else str(false),
    )
