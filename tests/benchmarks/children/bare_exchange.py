"""The peer of the program's sign-in: the same two requests, by httpx2 alone, in a script that does nothing else.

``bare_exchange.py URL EMAIL PASSWORD`` says on stdout how long both took together, in nanoseconds: connecting, asking
and decoding, but neither the imports nor the making of the client.
"""

from __future__ import annotations

import sys
import time

import httpx2


def main(url: str, email: str, password: str) -> int:
    """Sign in and load the preferences."""
    with httpx2.Client(base_url=url, trust_env=False) as client:
        started_ns = time.monotonic_ns()
        session = client.post("/v1/sessions", json={"email": email, "password": password})
        authorization = {"authorization": f"Bearer {session.json()['token']}"}
        preferences = client.get("/v1/me/preferences", headers=authorization).raise_for_status().json()
        taken_ns = time.monotonic_ns() - started_ns
    assert preferences["display_name"]
    print(f'{{"event": "home", "taken_ns": {taken_ns}}}')
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
