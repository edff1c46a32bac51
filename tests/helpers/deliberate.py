"""The tests in which the program freezes, as it is meant to: in blocking mode."""

from __future__ import annotations

import pytest

from desktop_app.signin.state import Mode

FREEZES = pytest.mark.responsive(budget_ms=None, reason="in blocking mode the window freezes on purpose")
BOTH_MODES = pytest.mark.parametrize(
    "mode", [pytest.param(mode.value, marks=FREEZES if mode is Mode.BLOCKING else ()) for mode in Mode]
)
