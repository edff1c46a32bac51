"""The peer of the async sign-in: the same two requests, by aiohttp alone, in a script that does nothing else.

``bare_async_exchange.py URL EMAIL PASSWORD`` says on stdout how long both took together, in nanoseconds: connecting,
asking and decoding, but neither the imports nor the making of the session.
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp


async def main(url: str, email: str, password: str) -> int:
    """Sign in and load the preferences."""
    async with aiohttp.ClientSession(url) as session:
        started_ns = time.monotonic_ns()
        async with session.post("/v1/sessions", json={"email": email, "password": password}) as response:
            token = (await response.json())["token"]
        authorization = {"authorization": f"Bearer {token}"}
        async with session.get("/v1/me/preferences", headers=authorization, raise_for_status=True) as response:
            preferences = await response.json()
        taken_ns = time.monotonic_ns() - started_ns
    assert preferences["display_name"]
    print(f'{{"event": "home", "taken_ns": {taken_ns}}}')
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
