"""Somebody who signs in, loads, and signs out, again and again, under conditions that change."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.client import known
from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from desktop_app.signin.painting import emission
from desktop_app.signin.state import Arrived, Degraded, Home, Mode, SignedOut, State

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.app import Program

# Short ones, so that conditions that need longer end in the deadline, and long ones, for which most suffice.
DEADLINES_MS: Final = (300, 700, 2500)
RELOADS: Final = 0.2
"""How often a page is loaded once more before the person leaves."""
# Not a claim about speed: so that a soak that hangs ends.
HANG_S: Final = 60.0
POLL_S: Final = 0.01
S = TypeVar("S", bound=State)


class Cycles:
    """Uses the running program as a person would.

    Args:
        program: Running.
        dice: Decides what is left open.
    """

    def __init__(self, program: Program, dice: random.Random) -> None:
        assert program.presenter is not None
        self.ends: Counter[str] = Counter()
        """How often a load ended in what."""
        self._program = program
        self._presenter = program.presenter
        self._dice = dice
        self._number = 0
        self._painted: State | None = None
        program.window.state_painted.connect(self._on_state_painted)

    async def run_one(self) -> None:
        """Sign in under any conditions, with any of the deadlines, in the mode whose turn it is; leave."""
        conditions = self._dice.choice(list(PRESETS.values()))
        await self._change(conditions)
        self._presenter._deadline_ms = self._dice.choice(DEADLINES_MS)
        await self._visit(list(Mode)[self._number % 2])
        self._number += 1

    async def rest(self) -> None:
        """Bring everything into the same condition whatever came before, so that it can be compared."""
        await self._change(PRESETS["healthy"])
        self._presenter._deadline_ms = 20_000
        for mode in Mode:
            await self._visit(mode)
        presenter = self._presenter
        await self._until(lambda: not presenter._sign_outs and not presenter._writes and presenter._load is None)

    async def _visit(self, mode: Mode) -> None:
        window = self._program.window
        self._click(window.toggle.buttons[mode])
        for field, text in ((window.form.email, DEMO_EMAIL), (window.form.password, DEMO_PASSWORD)):
            field.clear()
            QTest.keyClicks(field, text)
        self._painted = None
        QTest.keyClick(window.form.password, Qt.Key.Key_Return)
        end = await self._see(SignedOut, Home, Degraded)
        if not isinstance(end, SignedOut) and self._dice.random() < RELOADS:
            end = await self._load_once_more(end)
        self.ends[f"{mode.value}: {type(end).__name__}"] += 1
        assert window.home is not None
        if not isinstance(end, SignedOut):
            self._painted = None
            self._click(window.home.sign_out)
            await self._see(SignedOut)

    async def _load_once_more(self, state: State) -> State:
        home = self._program.window.home
        assert home is not None
        self._painted = None
        is_offer = isinstance(state, Degraded) and isinstance(state.late, Arrived)
        self._click(home.banner.button if isinstance(state, Degraded) else home.reload)
        return await self._see(Home) if is_offer else await self._see(SignedOut, Home, Degraded)

    async def _change(self, conditions: Conditions) -> None:
        change = self._program.conditions
        if change.in_force == conditions:
            return
        async with asyncio.timeout(HANG_S):
            change.request(conditions)
            while change.in_force != conditions:
                *_, error = await emission(change.changed)
                assert error is None, error
            # The endpoint may be another one now.
            await known(self._program.backend)

    async def _see(self, *kinds: type[State]) -> State:
        """Wait until a state of one of these kinds is on the screen, and nothing is under way in front of the person."""
        async with asyncio.timeout(HANG_S):
            while not isinstance(self._painted, kinds):
                await emission(self._program.window.state_painted)
        assert self._painted is not None
        return self._painted

    async def _until(self, condition: object) -> None:
        assert callable(condition)
        async with asyncio.timeout(HANG_S):
            while not condition():  # noqa: ASYNC110 - nobody tells when it is
                await asyncio.sleep(POLL_S)

    def _click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _on_state_painted(self, state: State) -> None:
        self._painted = state
