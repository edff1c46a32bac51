from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.configuration import Configuration
from tests.conditions.processes import ProxyProcess
from tests.conditions.upstreams import echo, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_app.conditions.configuration import Address


@pytest.fixture
def echo_service() -> Iterator[Address]:
    with upstream(echo) as address:
        yield address


@pytest.fixture(scope="module")
def shared_proxy() -> Iterator[ProxyProcess]:
    """A proxy process; whatever was done to it, it has said nothing on stderr at its end."""
    process = ProxyProcess("--child")
    try:
        yield process
        process.end()
        assert process.stderr() == ""
    finally:
        process.dispose()


@pytest.fixture
def proxy(shared_proxy: ProxyProcess) -> ProxyProcess:
    """A proxy process that does nothing yet; it serves a module, for its start takes longer than most tests."""
    shared_proxy.configure(Configuration())
    return shared_proxy
