"""What a freeze means, in plain words, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.responsiveness.events import Freeze


@dataclass(frozen=True, slots=True)
class Verdict:
    """What froze, where and why, and what to do about it; plain text."""

    name: str
    """Of the rule that was found to hold, ``time.sleep`` say; ``unknown`` where none was."""
    text: str
    """What froze, for how long, where and why, in a sentence or two."""
    fix: str
    """What to write instead; empty where there is nothing to be said."""


def verdict_of(freeze: Freeze) -> Verdict:
    """Give the verdict on a freeze; the first rule of the table that holds, unknown rather than a guess."""
    where = f" in {freeze.culprit.frame}" if freeze.culprit else ""
    return Verdict("unknown", f"Frozen for {freeze.duration_ns / 1e6:.0f} ms{where}: {freeze.cause}.", "")
