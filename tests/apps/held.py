"""A window that a coroutine holds up for some milliseconds at a time, and one call of C for longer.

python tests/apps/held.py
"""

from __future__ import annotations

import asyncio
import time

from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.event_loop import EventLoop

PART_MS = 8
"""Longer than a frame may take, and no freeze."""
PARTS = 20


def compute(duration_ms: float) -> int:
    """Compute for so long."""
    until_s = time.perf_counter() + duration_ms / 1000
    turns = 0
    while time.perf_counter() < until_s:
        turns += 1
    return turns


class Home:
    """What is laid out in parts."""

    async def load(self) -> None:
        """Lay it out."""
        for _ in range(PARTS):
            compute(PART_MS)
            await asyncio.sleep(0.02)  # waits next


async def main() -> None:
    """Show the window, and close it."""
    label = QLabel("Held")
    label.show()
    await asyncio.sleep(0.3)
    await asyncio.create_task(Home().load(), name="load home")
    asyncio.get_running_loop().call_soon(time.sleep, 0.4)
    await asyncio.sleep(0.3)


if __name__ == "__main__":
    application = QApplication()
    with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
        runner.run(main())
