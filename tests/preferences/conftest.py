from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TypeAlias

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.preferences.transport import Endpoint
from tests.helpers import drivers
from tests.helpers.drivers import Driver

Connect: TypeAlias = Callable[[Endpoint], AbstractContextManager[Driver]]


@pytest.fixture(params=[drivers.blocking, drivers.on_qt, drivers.on_asyncio], ids=lambda made: made.__name__)
def connect(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Connect]:
    """Each way of waiting: called with an endpoint it is a context with a driver in it."""
    chosen: Connect = request.param
    yield chosen
    if chosen is drivers.on_qt:
        # A loop is garbage in cycles, and Qt objects must not be destroyed in whichever thread runs the collector.
        gc.collect()
