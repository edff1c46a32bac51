"""Takes what the person wants, has it done, and says in which state the window is. Touches no widget."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import DeadlineExceeded, ExchangeError, ProgramFault
from desktop_app.preferences import exchange
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.model import Credentials, Preferences, Session
from desktop_app.signin import state as transitions
from desktop_app.signin.state import Degraded, Failure, Home, Loading, Mode, SignedOut, SigningIn, State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from desktop_app.preferences.exchange import Exchange

SIGN_OUT_DEADLINE_MS = 2000
T = TypeVar("T")
log = logging.getLogger(__name__)


class Client(Protocol):
    """What the presenter has the exchanges driven by, in one of two ways."""

    def run_blocking(self, steps: Exchange[T], deadline: Deadline, confirmed: Callable[[Session], None]) -> T:
        """Drive an exchange to its end on the calling thread."""

    async def run_async(self, steps: Exchange[T], deadline: Deadline, confirmed: Callable[[Session], None]) -> T:
        """Drive an exchange to its end in the calling coroutine."""


class Stage(Protocol):
    """What a blocking load needs of the window it freezes."""

    def frozen(self) -> AbstractAsyncContextManager[None]:
        """Give a context to freeze the window in.

        Entered, the frame that says "Signing in…" is on the screen; left, the input that queued up meanwhile was
        delivered or dropped.
        """


class Presenter(QObject):
    """Owns the state and the task that is changing it.

    Args:
        client: Drives the exchanges.
        stage: The window, as far as a blocking load needs it.
        deadline_ms: For signing in and loading together, and for each retry.
        mode: How the next load waits.
        parent: Its owner.
    """

    state_changed = Signal(object)
    """The window is in another `State` now."""
    mode_changed = Signal(object)
    """The next load will wait in this `Mode`."""
    load_started = Signal(object)
    """A load began, in this `Mode`; the state says so already."""
    load_ended = Signal(object, object)
    """A load in this `Mode` ended, in this `State`."""

    def __init__(
        self, client: Client, stage: Stage, *, deadline_ms: int, mode: Mode, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.state: State = SignedOut()
        self.mode = mode
        self._client = client
        self._stage = stage
        self._deadline_ms = deadline_ms
        self._attempts = 0
        self._load: asyncio.Task[None] | None = None
        self._sign_outs: set[asyncio.Task[None]] = set()

    def set_mode(self, mode: Mode) -> None:
        """Choose how the next load waits; the present one goes on as it began."""
        if mode != self.mode:
            self.mode = mode
            self.mode_changed.emit(mode)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in and load the preferences; does nothing unless signed out."""
        if isinstance(self.state, SignedOut):
            attempt = self._next_attempt()
            steps = exchange.sign_in_and_load(Credentials(email, password))
            self._begin(transitions.submitted(self.state, attempt, self.mode, email), attempt, steps)

    def retry(self) -> None:
        """Load the preferences once more, within a new deadline; does nothing unless degraded."""
        if isinstance(self.state, Degraded):
            attempt = self._next_attempt()
            steps = exchange.load_preferences(self.state.session)
            self._begin(transitions.retried(self.state, attempt, self.mode), attempt, steps)

    def cancel(self) -> None:
        """Return to where the load began; does nothing when none is running."""
        if isinstance(self.state, SigningIn | Loading):
            before, after = self.state, transitions.cancelled(self.state)
            self._drop_load()
            self._show(after)
            if isinstance(before, Loading) and isinstance(after, SignedOut):
                self._revoke(before.session)
            self.load_ended.emit(before.mode, after)

    def sign_out(self) -> None:
        """Forget the customer at once, and have the service forget the session, without waiting for it."""
        if isinstance(self.state, Loading | Home | Degraded):
            before = self.state
            self._drop_load()
            self._show(transitions.signed_out())
            self._revoke(before.session)
            if isinstance(before, Loading):
                self.load_ended.emit(before.mode, self.state)

    def report(self, error: ExchangeError) -> None:
        """Say on the form what went wrong before anybody signed in."""
        if isinstance(self.state, SignedOut):
            self._show(SignedOut(self.state.email, Failure(error, 0)))

    async def aclose(self) -> None:
        """Cancel what is running and wait until it has ended."""
        tasks = [*self._sign_outs, *([self._load] if self._load else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _next_attempt(self) -> int:
        self._attempts += 1
        return self._attempts

    def _begin(self, state: State, attempt: int, steps: Exchange[Preferences]) -> None:
        deadline = Deadline(self._deadline_ms, time.monotonic_ns)
        mode = self.mode
        self._show(state)
        self.load_started.emit(mode)
        wait = self._load_blocking if mode is Mode.BLOCKING else self._load_async
        load = self._run(lambda: wait(attempt, steps, deadline), attempt, mode)
        self._load = asyncio.get_running_loop().create_task(load)

    async def _run(self, load: Callable[[], Coroutine[None, None, None]], attempt: int, mode: Mode) -> None:
        try:
            await load()
        except Exception:
            # A bug must not leave the person before a spinner for ever; it goes on to the loop's handler.
            self._show(transitions.failed(self.state, attempt, Failure(ProgramFault(), 0)))
            self._end_load(mode)
            raise
        self._end_load(mode)  # not when cancelled: whoever cancelled it has said so

    def _end_load(self, mode: Mode) -> None:
        self._load = None
        self.load_ended.emit(mode, self.state)

    async def _load_async(self, attempt: int, steps: Exchange[Preferences], deadline: Deadline) -> None:
        """Load as a coroutine: the event loop goes on meanwhile."""

        def show_confirmed(session: Session) -> None:
            self._show(transitions.confirmed(self.state, attempt, session))

        try:
            preferences = await self._client.run_async(steps, deadline, show_confirmed)
        except ExchangeError as error:
            self._show(transitions.failed(self.state, attempt, _failure(error, deadline)))
        else:
            self._show(transitions.loaded(self.state, attempt, preferences))

    async def _load_blocking(self, attempt: int, steps: Exchange[Preferences], deadline: Deadline) -> None:
        """Load on this, the GUI thread: while it is frozen nothing else happens in the window."""
        begun = state = self.state

        def note_confirmed(session: Session) -> None:
            nonlocal state
            state = transitions.confirmed(state, attempt, session)

        async with self._stage.frozen():
            try:
                preferences = self._client.run_blocking(steps, deadline, note_confirmed)
            except ExchangeError as error:
                state = transitions.failed(state, attempt, _failure(error, deadline))
            else:
                state = transitions.loaded(state, attempt, preferences)
        if self.state == begun:
            self._show(state)

    def _show(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _drop_load(self) -> None:
        if self._load is not None:
            self._load.cancel()
            self._load = None

    def _revoke(self, session: Session) -> None:
        task = asyncio.get_running_loop().create_task(self._sign_out(session))
        self._sign_outs.add(task)
        task.add_done_callback(self._sign_outs.discard)

    async def _sign_out(self, session: Session) -> None:
        try:
            deadline = Deadline(SIGN_OUT_DEADLINE_MS, time.monotonic_ns)
            await self._client.run_async(exchange.sign_out(session), deadline, lambda _session: None)
        except ExchangeError:
            # The person has left; the session ends by itself when it expires.
            return


def _failure(error: ExchangeError, deadline: Deadline) -> Failure:
    """Pair an error with how long was waited, which a deadline says better than the clock a moment later."""
    log.info("%s: %s", type(error).__name__, error.detail)
    # Its traceback would keep the frames alive that know the password.
    error.__cause__ = error.__context__ = None
    error = error.with_traceback(None)
    tried_ms = deadline.budget_ms if isinstance(error, DeadlineExceeded) else deadline.elapsed_ms
    return Failure(error, tried_ms)
