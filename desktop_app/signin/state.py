"""The states of the window and the transitions between them: frozen and pure.

The window is drawn from one state alone. Preferences exist only in the states that have them, so using them before
they arrive cannot be written. An answer carries the attempt it belongs to; one that belongs to another attempt than
the present one leaves the state as it is.

::

    SignedOut ── submitted ──> SigningIn ── confirmed ──> Loading ── loaded ──> Home
        ^                          │                       │  ^                 │ ^
        ├── failed, cancelled ─────┘                       │  ├──── retried ────┘ │
        │                                                  │  └──── retried ──┐   └ applied ┐
        │                                                  └ failed, overdue ─> Degraded ───┘
        └── signed_out (from anywhere), failed with SessionExpired

A load that is overdue goes on behind the `Degraded` page: `StillLoading` until it ends, `Arrived` if it ends well.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from desktop_app.errors import ExchangeError, SessionExpired
from desktop_app.preferences.progress import FIRST_TRY, Progress

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_app.preferences.model import Preferences, Session


class Mode(enum.Enum):
    """How the program waits."""

    BLOCKING = "blocking"
    ASYNC = "async"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a load did not come to its end, and how long it was tried."""

    error: ExchangeError
    tried_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The preferences that this customer was last seen with."""

    preferences: Preferences
    seen_at: datetime
    """In the time zone of this machine."""
    days_ago: int
    """How many midnights have passed since; 0 is today."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The preferences came after their deadline: they are offered, and not applied under the person's hands."""

    preferences: Preferences


@dataclass(frozen=True, slots=True)
class StillLoading:
    """The request for the preferences goes on after its deadline."""

    attempt: int
    offered: Arrived | None = None
    """What was offered before, and will be again should this one come to nothing."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The sign-in form; after a failed or cancelled sign-in with the email that was tried."""

    email: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The credentials are on their way."""

    attempt: int
    mode: Mode
    email: str
    progress: Progress = FIRST_TRY


@dataclass(frozen=True, slots=True)
class Loading:
    """The credentials are confirmed, and the preferences are on their way.

    The page is the one before, or after a sign-in the default one.
    """

    attempt: int
    mode: Mode
    email: str
    session: Session
    before: SignedOut | Home | Degraded
    """Where the load began, to which a cancel returns."""
    progress: Progress = FIRST_TRY


@dataclass(frozen=True, slots=True)
class Home:
    """The home page as the customer wants it."""

    email: str
    session: Session
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Degraded:
    """The customer's preferences could not be had in time: those that were kept, or else the default home page."""

    email: str
    session: Session
    failure: Failure
    kept: Kept | None = None
    late: StillLoading | Arrived | None = None


State: TypeAlias = SignedOut | SigningIn | Loading | Home | Degraded


def submitted(state: State, attempt: int, mode: Mode, email: str) -> State:
    """Credentials were submitted."""
    return SigningIn(attempt, mode, email) if isinstance(state, SignedOut) else state


def retried(state: State, attempt: int, mode: Mode) -> State:
    """The preferences are asked for once more; a request that is overdue ends."""
    if isinstance(state, Home | Degraded):
        before = _without_request(state) if isinstance(state, Degraded) else state
        return Loading(attempt, mode, state.email, state.session, before)
    return state


def confirmed(state: State, attempt: int, session: Session) -> State:
    """The service accepted the credentials."""
    if isinstance(state, SigningIn) and state.attempt == attempt:
        return Loading(attempt, state.mode, state.email, session, before=SignedOut(state.email))
    return state


def progressed(state: State, attempt: int, progress: Progress) -> State:
    """A request is tried again, or soon will be."""
    if isinstance(state, SigningIn | Loading) and state.attempt == attempt:
        return replace(state, progress=progress)
    return state


def loaded(state: State, attempt: int, preferences: Preferences) -> State:
    """The preferences arrived, in time or late."""
    match state:
        case Loading(attempt=current) if current == attempt:
            return Home(state.email, state.session, preferences)
        case Degraded(late=StillLoading(attempt=current)) if current == attempt:
            return replace(state, late=Arrived(preferences))
    return state


def overdue(state: State, attempt: int, failure: Failure, kept: Kept | None = None) -> State:
    """The deadline has passed: the request for preferences goes on behind the degraded page, a sign-in ends."""
    late = failed(state, attempt, failure, kept)
    if late is not state and isinstance(late, Degraded):
        return replace(late, late=StillLoading(attempt, late.late if isinstance(late.late, Arrived) else None))
    return late


def failed(state: State, attempt: int, failure: Failure, kept: Kept | None = None) -> State:
    """The exchange ended in an error."""
    match state:
        case SigningIn(attempt=current) if current == attempt:
            return SignedOut(state.email, failure)
        case Loading(attempt=current) | Degraded(late=StillLoading(attempt=current)) if current == attempt:
            if isinstance(failure.error, SessionExpired):
                return SignedOut(state.email, failure)
            if isinstance(state, Degraded):
                return _without_request(state)
            if isinstance(state.before, Degraded) and isinstance(state.before.late, Arrived):
                # What is on offer is the newest that was kept: it must not be applied by the way.
                return replace(state.before, failure=failure)
            return Degraded(state.email, state.session, failure, kept)
    return state


def applied(state: State) -> State:
    """The person wants the preferences that arrived late."""
    if isinstance(state, Degraded) and isinstance(state.late, Arrived):
        return Home(state.email, state.session, state.late.preferences)
    return state


def cancelled(state: State) -> State:
    """The person no longer wants to wait."""
    match state:
        case SigningIn():
            return SignedOut(state.email)
        case Loading():
            return state.before
        case Degraded():
            return _without_request(state)
    return state


def signed_out() -> State:
    """The person signed out: nothing of the customer is left."""
    return SignedOut()


def _without_request(state: Degraded) -> Degraded:
    return replace(state, late=state.late.offered) if isinstance(state.late, StillLoading) else state
