"""How long a test may block the GUI thread. Loads nothing: the ini option is read in each run of pytest."""

from __future__ import annotations

import math

DEFAULT_BUDGET_MS = 250.0
"""From here on it is a hang."""
SMALLEST_BUDGET_MS = 10.0
"""What is less cannot be told from the hiccups of a machine."""


class BadBudgetError(ValueError):
    """A budget was given that cannot be held."""


def checked(budget_ms: object) -> float:
    """Give a budget in milliseconds, as it was given in a test.

    Raises:
        BadBudgetError: It is no number, not finite, or below `SMALLEST_BUDGET_MS`.
    """
    if isinstance(budget_ms, bool) or not isinstance(budget_ms, int | float):
        raise BadBudgetError(f"a budget is a number of milliseconds, not {budget_ms!r}")
    if not math.isfinite(budget_ms) or budget_ms < SMALLEST_BUDGET_MS:
        raise BadBudgetError(f"a budget is {SMALLEST_BUDGET_MS:.0f} ms or more, and finite; not {budget_ms}")
    return float(budget_ms)
