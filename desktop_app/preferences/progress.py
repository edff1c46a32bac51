"""How far a request is, for the person.

Stdlib-only: the window's states are made of it before the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_TRIES = 3
"""How often a request is sent at most: the first time, and two more (AWS's and Google's clients do the same)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Which try of a request is running, or comes next."""

    number: int = 1
    """From 1 to `MOST_TRIES`."""
    wait_ms: int = 0
    """How long it is until it is sent; 0: it is on its way."""


FIRST_TRY = Progress()
