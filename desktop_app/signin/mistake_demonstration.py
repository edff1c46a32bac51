"""Runs the mistake beside the managed load whenever the person wants to see it, and owns what it runs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from desktop_app.preferences import exchange
from desktop_app.preferences.deadline import Deadline
from desktop_app.signin.mistake import MANAGED, Outcome, Request, Sandbox, Variant
from desktop_app.signin.mistake_panel import MistakePanel
from desktop_app.signin.state import Degraded, Home, Loading, Mode, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from desktop_app.preferences.exchange import Exchange
    from desktop_app.preferences.model import Preferences, Session
    from desktop_app.signin.presenter import Client
    from desktop_app.signin.theme import Theme

T = TypeVar("T")


class Demonstration:
    """Opens the panel, and has both loads really run, with the session of whoever is signed in.

    Touches neither the window nor its state. Whatever mode is chosen, it is async.

    Args:
        client: Drives the exchanges.
        window: What the panel belongs to.
        deadline_ms: For each load.
    """

    def __init__(self, client: Client, window: QWidget, *, deadline_ms: int) -> None:
        self.panel: MistakePanel | None = None
        self._client = client
        self._window = window
        self._theme: Theme | None = None
        self._deadline_ms = deadline_ms
        self._session: Session | None = None
        self.runs: set[asyncio.Task[None]] = set()
        self._current: tuple[asyncio.Task[None], ...] = ()

    def open(self) -> None:
        """Open the panel, and run the mistake; a panel that is open already comes to the front."""
        if self.panel is None:
            self.panel = MistakePanel(self._window)
            if self._theme is not None:
                self.panel.set_theme(self._theme)
            self.panel.run_requested.connect(self.run)
            self.panel.painted.connect(self._on_panel_painted)
            self.panel.finished.connect(self._on_panel_finished)
            self.panel.show()
        else:
            self.panel.activateWindow()

    def run(self, variant: Variant) -> None:
        """Run a variant beside the managed load, in place of what still runs."""
        self._drop_runs()
        if self.panel is None:
            return
        if self._session is None:
            self.panel.show_signed_out(variant)
        else:
            self.panel.show_run(variant)
            self._current = tuple(self._begin(each, self._session) for each in (variant, MANAGED))

    def on_state_changed(self, state: State) -> None:
        """Follow who is signed in: nothing of whoever is not any more is shown, or waited for."""
        session = state.session if isinstance(state, Loading | Home | Degraded) else None
        if session != self._session:
            self._session = session
            self._drop_runs()
            if self.panel is not None:
                show = self.panel.show_signed_out if session is None else self.panel.show_run
                show(self.panel.variant)

    def on_load_started(self, mode: Mode) -> None:
        """Close the panel before the window freezes: what is clicked there meanwhile must not happen afterwards."""
        if mode is Mode.BLOCKING:
            self._close()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    async def aclose(self) -> None:
        """Close the panel, cancel what is running and wait until it has ended."""
        self._close()
        await asyncio.gather(*self.runs, return_exceptions=True)

    def _close(self) -> None:
        if self.panel is not None:
            self.panel.reject()

    def _begin(self, variant: Variant, session: Session) -> asyncio.Task[None]:
        def show(outcome: Outcome) -> None:
            if self.panel is not None and run in self._current:
                self.panel.show_outcome(variant, outcome)

        sandbox = Sandbox(variant, self._request(session), show, time.monotonic_ns)
        run = asyncio.get_running_loop().create_task(sandbox.run())
        self.runs.add(run)
        run.add_done_callback(self._on_run_done)
        return run

    def _request(self, session: Session) -> Request:
        async def request(sent: Callable[[], None]) -> Preferences:
            deadline = Deadline(self._deadline_ms, time.monotonic_ns)
            steps = _telling(exchange.load_preferences(session), sent)
            return await self._client.run_async(steps, deadline, lambda _said: None)

        return request

    def _drop_runs(self) -> None:
        for run in self._current:
            run.cancel()
        self._current = ()

    def _on_run_done(self, run: asyncio.Task[None]) -> None:
        self.runs.discard(run)
        error = None if run.cancelled() else run.exception()
        if error is not None:
            context = {"message": "unexpected in a sandbox", "exception": error, "task": run}
            asyncio.get_running_loop().call_exception_handler(context)

    def _on_panel_painted(self) -> None:
        # Not before: painting the whole panel would be a part of the times.
        if self.panel is not None and not self._current:
            self.run(self.panel.variant)

    def _on_panel_finished(self) -> None:
        self._drop_runs()
        if self.panel is not None:
            self.panel.deleteLater()
            self.panel = None


def _telling(steps: Exchange[T], begun: Callable[[], None]) -> Exchange[T]:
    """Tell when the first step of an exchange is handed to whoever drives it."""
    begun()
    return (yield from steps)
