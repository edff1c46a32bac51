"""The processes that a backend has started."""

from __future__ import annotations

from desktop_app.backend import Backend


def service_pid(backend: Backend) -> int:
    """Find the newest service."""
    return _pid(backend, "'serve'")


def proxy_pid(backend: Backend) -> int:
    """Find the newest proxy."""
    return _pid(backend, "desktop_app.conditions")


def _pid(backend: Backend, words: str) -> int:
    return [child._process.pid for child in backend._children if words in str(child._process.args)][-1]
