"""What a thread tells of itself whenever it serves something: where it is, and which asyncio loop it runs.

Apart from what reads stacks, because it is loaded before the first paint.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


def place_of(frame: FrameType | None) -> tuple[int, int]:
    """Tell a frame, and how far it is, from others and other moments, without keeping it.

    A frame that has ended leaves its identity to the next, which runs another code for the most part.
    """
    return (0, 0) if frame is None else (id(frame) ^ id(frame.f_code), frame.f_lasti)


def running_loop_here() -> AbstractEventLoop | None:
    """Tell which asyncio loop runs in the thread that calls this; some hundred nanoseconds."""
    asyncio = sys.modules.get("asyncio.events")
    # While asyncio is being imported it has not everything yet.
    get_running_loop = getattr(asyncio, "_get_running_loop", None)
    loop: AbstractEventLoop | None = get_running_loop() if get_running_loop is not None else None
    return loop
