from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeAlias

import pytest
from PySide6.QtWidgets import QApplication

from tests.helpers import drivers
from tests.helpers.drivers import Driver

Connect: TypeAlias = Callable[..., AbstractContextManager[Driver]]


@pytest.fixture(scope="module")
def qt_runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    with drivers.qt_runner(qapp) as runner:
        yield runner


@pytest.fixture(params=["blocking", "async on Qt", "async on asyncio"])
def connect(request: pytest.FixtureRequest, qt_runner: asyncio.Runner) -> Iterator[Connect]:
    """Each way of waiting: called with an endpoint, and maybe who listens to phases, a context with a driver."""
    if request.param == "blocking":
        yield drivers.blocking
    elif request.param == "async on Qt":
        yield partial(drivers.on_runner, qt_runner)
    else:
        with asyncio.Runner() as runner:
            yield partial(drivers.on_runner, runner)
