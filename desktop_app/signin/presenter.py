"""Takes what the person wants, has it done, and says in which state the window is. Touches no widget."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import DeadlineExceeded, ExchangeError, ProgramFault
from desktop_app.kept import Seen
from desktop_app.preferences import exchange
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.model import Credentials, Preferences, Session
from desktop_app.signin import state as transitions
from desktop_app.signin.state import Degraded, Failure, Home, Kept, Loading, Mode, SignedOut, SigningIn, State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from desktop_app.preferences.exchange import Exchange, Tell
    from desktop_app.preferences.progress import Progress

SIGN_OUT_DEADLINE_MS = 2000
LONGEST_FIND_S = 0.1
LATE_MS = 30_000
"""How long after its deadline a request for preferences may go on, behind the degraded page."""
T = TypeVar("T")
log = logging.getLogger(__name__)


class Client(Protocol):
    """What the presenter has the exchanges driven by, in one of two ways."""

    def run_blocking(self, steps: Exchange[T], deadline: Deadline, tell: Tell) -> T:
        """Drive an exchange to its end on the calling thread."""

    async def run_async(self, steps: Exchange[T], deadline: Deadline, tell: Tell, late_ms: int = 0) -> T:
        """Drive an exchange to its end in the calling coroutine; a request may be late by ``late_ms``."""


class Stage(Protocol):
    """What a blocking load needs of the window it freezes."""

    def frozen(self) -> AbstractAsyncContextManager[None]:
        """Give a context to freeze the window in.

        Entered, the frame that says "Signing in…" is on the screen; left, the input that queued up meanwhile was
        delivered or dropped.
        """


class Keeper(Protocol):
    """Where preferences are kept for when the database can't be had; `find` and `write_out` block on the disk."""

    def keep(self, email: str, seen: Seen) -> None:
        """Keep this in place of what was kept."""

    def forget(self, email: str) -> None:
        """Keep nothing of this customer any more."""

    def find(self, email: str) -> Seen | None:
        """Return what is kept, if anything."""

    def write_out(self, email: str) -> None:
        """Bring the disk to what was last said of this customer."""


class Presenter(QObject):
    """Owns the state and the task that is changing it.

    Args:
        client: Drives the exchanges.
        stage: The window, as far as a blocking load needs it.
        keeper: Keeps the preferences that were last seen.
        deadline_ms: For signing in and loading together, and for each retry.
        mode: How the next load waits.
        now: The wall clock, with a time zone: what was kept outlives the program.
        clock: A monotonic one, in nanoseconds, for the deadlines; the event loop has to go by the same.
        parent: Its owner.
    """

    state_changed = Signal(object)
    """The window is in another `State` now."""
    mode_changed = Signal(object)
    """The next load will wait in this `Mode`."""
    load_started = Signal(object)
    """A load began, in this `Mode`; the state says so already."""
    load_ended = Signal(object, object)
    """A load in this `Mode` ended, in this `State`, as far as the person has to wait for it."""

    def __init__(
        self,
        client: Client,
        stage: Stage,
        keeper: Keeper,
        *,
        deadline_ms: int,
        mode: Mode,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], int] = time.monotonic_ns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state: State = SignedOut()
        self.mode = mode
        self._client = client
        self._stage = stage
        self._keeper = keeper
        self._deadline_ms = deadline_ms
        self._now = now
        self._clock = clock
        self._attempts = 0
        self._load: asyncio.Task[None] | None = None
        self._sign_outs: set[asyncio.Task[None]] = set()
        self._writes: set[asyncio.Future[None]] = set()

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
            self._begin(transitions.submitted(self.state, attempt, self.mode, email), attempt, email, steps)

    def retry(self) -> None:
        """Load the preferences once more, within a new deadline; does nothing where no page is shown or one loads."""
        if isinstance(self.state, Home | Degraded):
            before, attempt = self.state, self._next_attempt()
            self._drop_load()
            steps = exchange.load_preferences(before.session)
            self._begin(transitions.retried(before, attempt, self.mode), attempt, before.email, steps)

    def apply(self) -> None:
        """Customise the page with the preferences that arrived late; does nothing when none did."""
        self._show(transitions.applied(self.state))

    def cancel(self) -> None:
        """Return to where the load began, or end one that is overdue; does nothing when none is running."""
        if self._load is not None:
            before, after = self.state, transitions.cancelled(self.state)
            self._drop_load()
            self._show(after)
            if isinstance(before, Loading) and isinstance(after, SignedOut):
                self._revoke(before.session)

    def sign_out(self) -> None:
        """Forget the customer at once, and have the service forget the session, without waiting for it."""
        if isinstance(self.state, Loading | Home | Degraded):
            before = self.state
            self._drop_load()
            self._keeper.forget(before.email)
            self._write_out(before.email)
            self._show(transitions.signed_out())
            self._revoke(before.session)

    def report(self, error: ExchangeError) -> None:
        """Say on the form what went wrong before anybody signed in."""
        if isinstance(self.state, SignedOut):
            self._show(SignedOut(self.state.email, Failure(error, 0)))

    async def aclose(self) -> None:
        """Cancel what is running, and wait until it has ended and what is to be written is."""
        tasks = [*self._sign_outs, *([self._load] if self._load else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._writes, return_exceptions=True)

    def _next_attempt(self) -> int:
        self._attempts += 1
        return self._attempts

    def _begin(self, state: State, attempt: int, email: str, steps: Exchange[Preferences]) -> None:
        deadline = Deadline(self._deadline_ms, self._clock)
        wait = self._load_blocking if self.mode is Mode.BLOCKING else self._load_async
        self._show(state)
        load = self._run(partial(wait, attempt, email, steps, deadline), attempt)
        self._load = asyncio.get_running_loop().create_task(load)

    async def _run(self, load: Callable[[], Coroutine[None, None, None]], attempt: int) -> None:
        try:
            await load()
        except Exception:
            # A bug must not leave the person before a spinner for ever; it goes on to the loop's handler.
            self._show(transitions.failed(self.state, attempt, Failure(ProgramFault(), 0)))
            self._load = None
            raise
        self._load = None  # not when cancelled: whoever cancelled it has done so

    async def _load_async(self, attempt: int, email: str, steps: Exchange[Preferences], deadline: Deadline) -> None:
        """Load as a coroutine: the event loop goes on meanwhile."""

        def tell(news: Session | Progress) -> None:
            if isinstance(news, Session):
                self._show(transitions.confirmed(self.state, attempt, news))
            else:
                self._show(transitions.progressed(self.state, attempt, news))

        loop = asyncio.get_running_loop()
        finding = loop.run_in_executor(None, self._keeper.find, email)
        request = loop.create_task(self._client.run_async(steps, deadline, tell, LATE_MS))
        try:
            await asyncio.wait((request,), timeout=deadline.remaining_s)
            if not request.done():
                failure = _failure(DeadlineExceeded(detail="the request goes on, if it is for preferences"), deadline)
                kept = await self._kept(finding, deadline)
                self._show(transitions.overdue(self.state, attempt, failure, kept))
                if not isinstance(self.state, Degraded):
                    return
            preferences = await request
        except ExchangeError as error:
            failure = _failure(error, deadline)
            kept = await self._kept(finding, deadline)
            self._show(transitions.failed(self.state, attempt, failure, kept))
        else:
            self._take(transitions.loaded(self.state, attempt, preferences), preferences)
        finally:
            for each in (request, finding):
                each.cancel()
            await asyncio.gather(request, finding, return_exceptions=True)

    async def _load_blocking(
        self, attempt: int, email: str, steps: Exchange[Preferences], deadline: Deadline
    ) -> None:
        """Load on this, the GUI thread: while it is frozen nothing else happens in the window."""
        begun = state = self.state
        preferences: Preferences | None = None

        def note(news: Session | Progress) -> None:
            nonlocal state
            if isinstance(news, Session):
                state = transitions.confirmed(state, attempt, news)

        finding = asyncio.get_running_loop().run_in_executor(None, self._keeper.find, email)
        # A disk that takes longer is not waited for: once the thread is blocked, nobody could give it up.
        await asyncio.wait((finding,), timeout=LONGEST_FIND_S)
        async with self._stage.frozen():
            try:
                preferences = self._client.run_blocking(steps, deadline, note)
            except ExchangeError as error:
                kept = self._dated(finding.result() if finding.done() else None, state)
                state = transitions.failed(state, attempt, _failure(error, deadline), kept)
            else:
                state = transitions.loaded(state, attempt, preferences)
        finding.cancel()
        if self.state == begun:
            self._take(state, preferences)

    def _take(self, state: State, preferences: Preferences | None) -> None:
        """Show a state, and keep the preferences that brought it about."""
        if preferences is not None and isinstance(state, Home | Degraded) and state != self.state:
            self._keeper.keep(state.email, Seen(preferences, self._now()))
            self._write_out(state.email)
        self._show(state)

    async def _kept(self, finding: asyncio.Future[Seen | None], deadline: Deadline) -> Kept | None:
        """Return what the disk had in time: nobody waits for it beyond the deadline."""
        await asyncio.wait((finding,), timeout=deadline.remaining_s)
        return self._dated(finding.result() if finding.done() else None, self.state)

    def _dated(self, seen: Seen | None, state: State) -> Kept | None:
        """Say how old what was kept is; nothing unless it belongs to somebody whose session is still valid."""
        now = self._now()
        if seen is None or not isinstance(state, Loading) or state.session.expires_at <= now:
            return None
        seen_at = seen.seen_at.astimezone()
        return Kept(seen.preferences, seen_at, max(0, (now.astimezone().date() - seen_at.date()).days))

    def _show(self, state: State) -> None:
        before, self.state = self.state, state
        if state == before:
            return
        self.state_changed.emit(state)
        was_waiting, is_waiting = (isinstance(each, SigningIn | Loading) for each in (before, state))
        if isinstance(state, SigningIn | Loading) and not was_waiting:
            self.load_started.emit(state.mode)
        elif isinstance(before, SigningIn | Loading) and not is_waiting:
            self.load_ended.emit(before.mode, state)

    def _drop_load(self) -> None:
        if self._load is not None:
            self._load.cancel()
            self._load = None

    def _write_out(self, email: str) -> None:
        writing = asyncio.get_running_loop().run_in_executor(None, partial(self._keeper.write_out, email))
        self._writes.add(writing)
        writing.add_done_callback(self._writes.discard)

    def _revoke(self, session: Session) -> None:
        task = asyncio.get_running_loop().create_task(self._sign_out(session))
        self._sign_outs.add(task)
        task.add_done_callback(self._sign_outs.discard)

    async def _sign_out(self, session: Session) -> None:
        try:
            deadline = Deadline(SIGN_OUT_DEADLINE_MS, self._clock)
            await self._client.run_async(exchange.sign_out(session), deadline, lambda _news: None)
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
