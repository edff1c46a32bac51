from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.event_loop.links import KINDS, Certificates, Link
from tests.helpers.drivers import qt_runner
from tests.helpers.manual_time import ManualTime


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    """A runner of the program's own loop; fails a test that leaves an error which nobody awaited."""
    unhandled: list[dict[str, Any]] = []
    with qt_runner(qapp) as runner:
        runner.get_loop().set_exception_handler(lambda _loop, context: unhandled.append(context))
        yield runner
    assert not unhandled


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ManualTime:
    """The clock that slices go by: it stands still but for what callbacks say that they take."""
    time = ManualTime()
    monkeypatch.setattr("desktop_app.event_loop_slices.time", time)
    return time


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture(params=KINDS)
def link(request: pytest.FixtureRequest, tmp_path: Path, certificates: Certificates) -> Link:
    """Each way in which a server and a client can reach one another."""
    return Link(request.param, tmp_path, certificates)
