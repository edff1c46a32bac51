"""Waiting for what happens outside this process, and tells nobody."""

from __future__ import annotations

import time
from collections.abc import Callable

# Not a claim about speed: so that a failing test ends instead of hanging.
LIMIT_S = 20.0
PAUSE_S = 0.02


def eventually(condition: Callable[[], bool]) -> bool:
    """Ask again and again until it holds; False when it does not in `LIMIT_S`."""
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(PAUSE_S)
    return True
