"""Freezes held against a budget, and what is said of those that are over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Frame, Freeze, Stack
from desktop_app.responsiveness.slices import LONG_TASK_MS
from desktop_app.responsiveness.verdict import verdict_of
from desktop_app.responsiveness.watchdog import Pace

MOST_LINES = 12
"""Of a stack: longer ones lose their outermost lines."""


def pace_for(budget_ms: float | None) -> Pace:
    """Tell how often to look, so that what takes longer than the budget is seen."""
    if budget_ms is None or budget_ms >= LONG_TASK_MS:
        return Pace()
    threshold_ms = math.floor(budget_ms)
    return Pace(tick_ms=max(1, threshold_ms // 5), threshold_ms=threshold_ms, sample_after_ms=threshold_ms * 2 // 5)


def discounted_ns(freeze: Freeze) -> int:
    """Tell how much of a freeze is not the program's fault."""
    return freeze.duration_ns - freeze.own_ns


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a budget says about some freezes."""

    budget_ms: float
    worst: Freeze | None
    """That with the most that is held against the budget."""
    over: int
    """How many are over it."""
    spared: Freeze | None
    """One that would be over it, had not some of it been discounted."""

    @property
    def is_over(self) -> bool:
        """Whether the budget was not kept."""
        return self.over > 0


def judge(freezes: Iterable[Freeze], budget_ms: float) -> Judgement:
    """Hold freezes that have ended against a budget."""
    by_held = sorted(freezes, key=lambda each: each.own_ns, reverse=True)
    budget_ns = budget_ms * NS_PER_MS
    spared = [each for each in by_held if each.own_ns <= budget_ns < each.duration_ns]
    return Judgement(
        budget_ms,
        by_held[0] if by_held else None,
        sum(each.own_ns > budget_ns for each in by_held),
        max(spared, key=lambda each: each.duration_ns, default=None),
    )


def failure_text(judgement: Judgement, shown_path: Callable[[str], str]) -> str:
    """Say what was over the budget: for how long, where, why, and what to write instead.

    Args:
        judgement: One that is over its budget.
        shown_path: How the path of a source file is written.
    """
    freeze = judgement.worst
    assert freeze is not None
    lines = [f"blocked the GUI thread for {_ms(freeze.own_ns)} ({_terms(freeze, judgement.budget_ms)})"]
    if freeze.culprit is not None:
        call = f": {freeze.culprit.frame.call}" if freeze.culprit.frame.call else ""
        lines.append(f"{freeze.culprit}{call}")
    else:
        lines.append(f"no sample of the stack could be taken; cause: {freeze.cause}")
    if freeze.task is not None:
        lines.append(f"in the asyncio task {freeze.task.name}")
    verdict = verdict_of(freeze)
    lines += ["", *(text for text in (verdict.text, verdict.fix) if text)]
    if freeze.stacks:
        lines += ["", *_folded(freeze.stacks[0].stack, shown_path)]
    if judgement.over > 1:
        lines += ["", f"{judgement.over} freezes were over the budget; this was the longest."]
    return "\n".join(lines)


def spared_text(freeze: Freeze, budget_ms: float) -> str:
    """Say that a budget was kept only as some of a freeze was discounted."""
    return (
        f"passed only because of a discount: of the {_ms(freeze.duration_ns)} that it blocked the GUI thread for, "
        f"{_discount(freeze)} do not count (budget {budget_ms:g} ms)"
    )


def _terms(freeze: Freeze, budget_ms: float) -> str:
    budget = f"budget {budget_ms:g} ms"
    return f"{budget}; {_discount(freeze)} are discounted" if discounted_ns(freeze) >= NS_PER_MS else budget


def _discount(freeze: Freeze) -> str:
    match freeze.cause:
        case Cause.SUSPENDED:
            reason = "the machine slept"
        case Cause.DEBUGGER:
            reason = "a debugger held the program"
        case _:
            reason = "the process was not scheduled"
    return f"{_ms(discounted_ns(freeze))} in which {reason}"


def _ms(duration_ns: int) -> str:
    return f"{duration_ns / NS_PER_MS:.0f} ms"


def _folded(stack: Stack, shown_path: Callable[[str], str]) -> list[str]:
    """Write a stack, the innermost last, with the frames of others folded; those outside the test are left out."""
    first = max((index + 1 for index, frame in enumerate(stack) if _is_of_pytest(frame)), default=0)
    lines: list[str] = []
    folded: list[Frame] = []
    for frame in (*stack[first:], None):
        if frame is not None and not frame.is_own:
            folded.append(frame)
            continue
        if folded:
            noun = "frame" if len(folded) == 1 else "frames"
            lines.append(f"  … {len(folded)} {noun} of others, the last one {folded[-1]}")
            folded = []
        if frame is not None:
            call = f": {frame.call}" if frame.call else ""
            lines.append(f"  {shown_path(frame.file)}:{frame.line} in {frame.function}{call}")
    return lines[-MOST_LINES:]


def _is_of_pytest(frame: Frame) -> bool:
    return bool({"_pytest", "pluggy", "pytest"} & set(PurePath(frame.file).parts))
