"""Anything happens to the program at any time, and what must always be so is so.

``FUZZ_EXAMPLES=2000`` tells as many stories, other ones each time, and tries all bugs that it would have to find;
``FUZZ_SHRINK=1`` looks for the shortest story that fails.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from desktop_app.app import Application
from tests.reliability.seeded_bugs import BUGS
from tests.reliability.somebody import Somebody

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "0"))
PHASES: Final = (Phase.generate, *((Phase.shrink,) if os.environ.get("FUZZ_SHRINK") else ()))
SUITE_EXAMPLES: Final = 80
ENOUGH_TO_FIND: Final = 300
QUICKLY_FOUND: Final = ("sign-out does not drop the load", "what is kept is anybody's", "the form keeps the password")
MUST_REACH: Final = {
    "form -> signing in, async",
    "form -> signing in, blocking",
    "signing in, async -> loading, async, after form",
    "signing in, async -> form, which says why",
    "signing in, blocking -> home",
    "loading, async, after form -> home",
    "loading, async, after form -> degraded, still loading",
    "degraded, still loading -> degraded, arrived",
    "degraded, arrived -> home",
    "home -> loading, async, after home",
    "home -> form",
}
Reached = Counter[str]
Fuzz = Callable[[int], Reached]


@pytest.fixture
def fuzz(qapp: Application, tmp_path: Path) -> Fuzz:
    def tell_stories(number: int) -> Reached:
        """Tell so many, the same ones each time unless more are asked for; give how often what followed what."""
        reached: Reached = Counter()

        class Story(Somebody):
            def __init__(self) -> None:
                super().__init__(qapp, tmp_path, reached)

        run_state_machine_as_test(
            Story,
            settings=settings(
                max_examples=number,
                stateful_step_count=30,
                deadline=None,
                derandomize=not EXAMPLES,
                database=None,
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
            ),
        )
        return reached

    return tell_stories


pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support"),
    pytest.mark.timeout(0 if EXAMPLES else 600),
    # It also goes through each object that can be reached, again and again: those of a monitor would double them.
    pytest.mark.responsive(budget_ms=None, reason="its stories are told on a clock of their own, in both modes"),
]


def test_whatever_happens_the_window_stays_true(fuzz: Fuzz) -> None:
    reached = fuzz(EXAMPLES or SUITE_EXAMPLES)
    # Stories that lead nowhere would prove nothing.
    assert MUST_REACH - set(reached) == set()


@pytest.mark.parametrize("bug", BUGS if EXAMPLES else QUICKLY_FOUND)
def test_a_bug_would_be_found(bug: str, fuzz: Fuzz) -> None:
    with BUGS[bug](), pytest.raises((AssertionError, ExceptionGroup)):
        fuzz(ENOUGH_TO_FIND)
