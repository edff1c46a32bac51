"""Changes of the conditions, one after the other: what is in force, and what is still to come."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.conditions_change import ConditionsChange
from desktop_app.errors import DesktopAppError, ServiceNotStarted
from tests.helpers.acting_backend import ActingBackend

HEALTHY, SLOW, SILENT = (PRESETS[name] for name in ("healthy", "slow", "silent"))
FAILED = ServiceNotStarted(reason="a reason")
Said = list[tuple[Conditions, Conditions | None, DesktopAppError | None]]


@pytest.fixture
def backend() -> ActingBackend:
    return ActingBackend(HEALTHY)


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def change(qtbot: QtBot, backend: ActingBackend, said: Said) -> ConditionsChange:
    change = ConditionsChange(backend, HEALTHY)
    change.changed.connect(lambda *news: said.append(news))
    return change


def test_what_is_asked_for_is_in_force_once_it_was_done(
    backend: ActingBackend, change: ConditionsChange, said: Said
) -> None:
    change.request(SLOW)
    assert said == [(HEALTHY, SLOW, None)]
    backend.end_change()
    assert said[1:] == [(SLOW, None, None)]


def test_a_change_that_fails_leaves_what_is_in_force(
    backend: ActingBackend, change: ConditionsChange, said: Said
) -> None:
    change.request(SLOW)
    backend.end_change(FAILED)
    assert said[1:] == [(HEALTHY, None, FAILED)]


def test_of_several_the_newest_is_awaited(backend: ActingBackend, change: ConditionsChange, said: Said) -> None:
    change.request(SLOW)
    change.request(SILENT)
    backend.end_change()
    backend.end_change()
    assert said[2:] == [(SLOW, SILENT, None), (SILENT, None, None)]


def test_what_is_asked_for_twice_is_awaited_until_the_second_was_done(
    backend: ActingBackend, change: ConditionsChange, said: Said
) -> None:
    for conditions in (SLOW, SILENT, SLOW):
        change.request(conditions)
    for _ in range(3):
        backend.end_change()
    assert said[3:] == [(SLOW, SLOW, None), (SILENT, SLOW, None), (SLOW, None, None)]
