"""The states of the window and the transitions between them: frozen and pure.

The window is drawn from one state alone. Preferences exist only in `Home`, so using them before they arrive cannot
be written. An answer carries the attempt it belongs to; one that belongs to another attempt than the present one
leaves the state as it is.

::

    SignedOut ── submitted ──> SigningIn ── confirmed ──> Loading ── loaded ──> Home
        ^                          │                       │  ^
        └── failed, cancelled ─────┘                       │  └── retried ── Degraded
        ^                                                  └── failed ──────────^
        └── signed_out (from anywhere), failed with SessionExpired
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from desktop_app.errors import ExchangeError, SessionExpired

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Loading:
    """The credentials are confirmed: the default home page, while the preferences are on their way."""

    attempt: int
    mode: Mode
    email: str
    session: Session
    before: SignedOut | Degraded
    """Where the load began, to which a cancel returns."""


@dataclass(frozen=True, slots=True)
class Home:
    """The home page as the customer wants it."""

    email: str
    session: Session
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Degraded:
    """The default home page: the customer's preferences could not be had."""

    email: str
    session: Session
    failure: Failure


State: TypeAlias = SignedOut | SigningIn | Loading | Home | Degraded


def submitted(state: State, attempt: int, mode: Mode, email: str) -> State:
    """Credentials were submitted."""
    return SigningIn(attempt, mode, email) if isinstance(state, SignedOut) else state


def retried(state: State, attempt: int, mode: Mode) -> State:
    """The preferences are asked for once more."""
    if isinstance(state, Degraded):
        return Loading(attempt, mode, state.email, state.session, before=state)
    return state


def confirmed(state: State, attempt: int, session: Session) -> State:
    """The service accepted the credentials."""
    if isinstance(state, SigningIn) and state.attempt == attempt:
        return Loading(attempt, state.mode, state.email, session, before=SignedOut(state.email))
    return state


def loaded(state: State, attempt: int, preferences: Preferences) -> State:
    """The preferences arrived."""
    if isinstance(state, Loading) and state.attempt == attempt:
        return Home(state.email, state.session, preferences)
    return state


def failed(state: State, attempt: int, failure: Failure) -> State:
    """The exchange ended in an error."""
    match state:
        case SigningIn(attempt=current) if current == attempt:
            return SignedOut(state.email, failure)
        case Loading(attempt=current) if current == attempt:
            if isinstance(failure.error, SessionExpired):
                return SignedOut(state.email, failure)
            return Degraded(state.email, state.session, failure)
    return state


def cancelled(state: State) -> State:
    """The person no longer wants to wait."""
    match state:
        case SigningIn():
            return SignedOut(state.email)
        case Loading():
            return state.before
    return state


def signed_out() -> State:
    """The person signed out: nothing of the customer is left."""
    return SignedOut()
