"""What it takes to run the proxy within the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import TYPE_CHECKING

from tests.conditions.upstreams import HANG_S, connect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desktop_app.conditions.configuration import Address


async def until_tasks(count: int) -> None:
    """Wait until there are so many tasks, the caller's included."""
    async with asyncio.timeout(HANG_S):
        while len(asyncio.all_tasks()) != count:  # noqa: ASYNC110 -- nothing tells when a last task is gone
            await asyncio.sleep(0.01)


def complaints_of(scenario: Callable[[], Awaitable[None]]) -> list[str]:
    """Run it, and return what reached the loop's exception handler."""
    complaints: list[str] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: complaints.append(str(context["message"])))
        await scenario()
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(watched())
    gc.collect()
    return complaints


async def talk_and_leave(address: Address) -> None:
    # Whatever the other side does: it may have closed before the first byte.
    with contextlib.suppress(ConnectionError), await asyncio.to_thread(connect, address) as client:
        await asyncio.to_thread(client.sendall, b"anyone?")
