"""asyncio's own loop as the oracle: on either loop a program does the same, in the same order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop_slices import FRAME_BUDGET_S
from tests.event_loop.programs import PROGRAMS, Steps, play
from tests.event_loop.skipping import PlainLoop, SlicedLoop

EACH_CALLBACK_A_SLICE_S = 0.0
FEW_CALLBACKS_S = 0.00002


@pytest.mark.parametrize("frame_budget_s", [FRAME_BUDGET_S, EACH_CALLBACK_A_SLICE_S, FEW_CALLBACKS_S])
@given(program=PROGRAMS)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_program_does_the_same_as_on_asyncio(
    qapp: QApplication, frame_budget_s: float, program: tuple[Steps, ...]
) -> None:
    assert play(SlicedLoop(qapp, frame_budget_s), program) == play(PlainLoop(), program)
