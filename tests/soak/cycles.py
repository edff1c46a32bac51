"""Somebody who signs in, loads and signs out, again and again, under conditions that change."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.client import known
from desktop_app.conditions.presets import PRESETS, Conditions
from desktop_app.errors import ExchangeError
from desktop_app.preferences import exchange
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.model import Credentials
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from desktop_app.signin.painting import emission
from desktop_app.signin.state import Arrived, Degraded, Home, Mode, SignedOut, State

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.app import Program

PATIENT_MS: Final = 20_000
MORE_ON_THE_PAGE: Final = 0.2
"""How often a page is reloaded, or what arrived late applied, before the person leaves."""
CROWD: Final = 10
"""As many as the service could ever have connections to its databases for."""
# Not a claim about speed: so that a soak that hangs ends.
HANG_S: Final = 60.0
POLL_S: Final = 0.01


class Cycles:
    """Uses the running program as a person would.

    Args:
        program: Running, signed out.
        deadlines_ms: One of them is the deadline of each cycle.
        dice: Decides what is left open.
    """

    def __init__(self, program: Program, deadlines_ms: tuple[int, ...], dice: random.Random) -> None:
        assert program.presenter is not None
        self.ends: Counter[str] = Counter()
        """How often a load ended in what, by mode."""
        self._program = program
        self._presenter = program.presenter
        self._deadlines_ms = deadlines_ms
        self._dice = dice
        self._number = 0
        self._painted: State | None = None
        program.window.state_painted.connect(self._on_state_painted)

    async def run_one(self) -> None:
        """Sign in under any conditions with any of the deadlines, in the mode whose turn it is; leave."""
        await self._change(self._dice.choice(list(PRESETS.values())))
        self._presenter._deadline_ms = self._dice.choice(self._deadlines_ms)
        mode = list(Mode)[self._number % len(Mode)]
        self._number += 1
        has_more = self._dice.random() < MORE_ON_THE_PAGE
        end = await self._visit(mode, has_more=has_more)
        self.ends[f"{mode.value}: {type(end).__name__}"] += 1

    async def fill_pools(self) -> None:
        """Have the service open all connections to its databases that it may ever have: they stay open."""
        await self._change(PRESETS["healthy"])
        client = AsyncClient(await known(self._program.backend))

        async def visit() -> None:
            deadline = Deadline(PATIENT_MS, self._program.monitor.clock)
            try:
                steps = exchange.sign_in_and_load(Credentials(DEMO_EMAIL, DEMO_PASSWORD))
                await client.run(steps, deadline, lambda _news: None)
            except ExchangeError:
                # A crowd may be asked to come back later.
                return

        await asyncio.gather(*(visit() for _ in range(CROWD)))
        await client.aclose()

    async def rest(self) -> None:
        """Bring everything into the condition in which it can be compared, whatever came before."""
        await self._change(PRESETS["healthy"])
        self._presenter._deadline_ms = PATIENT_MS
        for mode in Mode:
            # One request at a time: two would take two connections.
            await self._until_idle()
            await self._visit(mode)
        await self._until_idle()

    async def _visit(self, mode: Mode, *, has_more: bool = False) -> State:
        window = self._program.window
        self._click(window.toggle.buttons[mode])
        for field, text in ((window.form.email, DEMO_EMAIL), (window.form.password, DEMO_PASSWORD)):
            field.clear()
            QTest.keyClicks(field, text)
        self._painted = None
        QTest.keyClick(window.form.password, Qt.Key.Key_Return)
        end = await self._see(SignedOut, Home, Degraded)
        if has_more and not isinstance(end, SignedOut):
            await self._do_more(end)
        if not isinstance(self._presenter.state, SignedOut):
            assert window.home is not None
            self._painted = None
            self._click(window.home.sign_out)
            await self._see(SignedOut)
        return end

    async def _do_more(self, state: State) -> None:
        home = self._program.window.home
        assert home is not None
        self._painted = None
        if isinstance(state, Degraded):
            self._click(home.banner.button)
            await self._see(*((Home,) if isinstance(state.late, Arrived) else (SignedOut, Home, Degraded)))
        else:
            self._click(home.reload)
            await self._see(SignedOut, Home, Degraded)

    async def _change(self, conditions: Conditions) -> None:
        change = self._program.conditions
        if change.in_force == conditions:
            return
        change.request(conditions)
        async with asyncio.timeout(HANG_S):
            while change.in_force != conditions:
                *_, error = await emission(change.changed)
                assert error is None, error

    async def _see(self, *kinds: type[State]) -> State:
        """Wait until a state of one of these kinds is on the screen."""
        async with asyncio.timeout(HANG_S):
            while not isinstance(self._painted, kinds):
                await emission(self._program.window.state_painted)
        assert self._painted is not None
        return self._painted

    async def _until_idle(self) -> None:
        """Wait until nothing is under way any more: no request, no writing, no spinner that is shown to its end."""
        presenter, pill = self._presenter, self._program.window.activity._pill
        await self._until(lambda: not (presenter._sign_outs or presenter._writes or presenter._load))
        await self._until(pill.isHidden)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(HANG_S):
            while not condition():  # noqa: ASYNC110 - nobody tells when it is
                await asyncio.sleep(POLL_S)

    def _click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _on_state_painted(self, state: State) -> None:
        self._painted = state
