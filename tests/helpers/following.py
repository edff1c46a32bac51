"""Which state of the window may follow which, and at whose will: written down once more, from the person's side."""

from __future__ import annotations

from typing import Final

from desktop_app.preferences.model import Preferences
from desktop_app.signin.state import Arrived, Degraded, Home, Loading, Mode, SignedOut, SigningIn, State, StillLoading

SUBMIT: Final = "submit"
CANCEL: Final = "cancel"
RETRY: Final = "retry"
APPLY: Final = "apply"
SIGN_OUT: Final = "sign out"


def may_follow(before: State, after: State, doing: str) -> bool:
    """Tell whether a state may follow another while the person does this, or nothing."""
    is_same = getattr(before, "email", None) == getattr(after, "email", None)
    if doing == SIGN_OUT:
        return isinstance(before, Loading | Home | Degraded) and after == SignedOut()
    if not is_same and doing != SUBMIT:
        return False
    match before:
        case SignedOut():
            return isinstance(after, SigningIn) and doing == SUBMIT
        case SigningIn():
            return _may_follow_signing_in(before, after, doing)
        case Loading():
            return _may_follow_loading(before, after, doing)
        case Home():
            return isinstance(after, Loading) and after.before == before and doing == RETRY
        case Degraded():
            return _may_follow_degraded(before, after, doing)


def _may_follow_signing_in(before: SigningIn, after: State, doing: str) -> bool:
    match after:
        case SigningIn() | Loading(before=SignedOut()):
            return not doing and before.attempt == after.attempt
        case SignedOut(failure=None):
            return doing == CANCEL
        case SignedOut():
            return not doing
        case Home() | Degraded():
            # While the window was frozen it showed nothing of what came between.
            return not doing and before.mode is Mode.BLOCKING
    return False


def _may_follow_loading(before: Loading, after: State, doing: str) -> bool:
    if after == before.before and doing == CANCEL:
        return True
    match after:
        case Loading():
            return not doing and (before.attempt, before.before) == (after.attempt, after.before)
        case Home():
            return not doing and before.session == after.session
        case Degraded():
            return not doing and before.session == after.session and _keeps_offer(before.before, after)
        case SignedOut(failure=failure):
            return not doing and failure is not None
    return False


def _may_follow_degraded(before: Degraded, after: State, doing: str) -> bool:
    match before.late, after:
        case _, Loading():
            return doing == RETRY and before.session == after.session
        case Arrived(), Home():
            return doing == APPLY and after.preferences == preferences_of(before)
        case StillLoading(), SignedOut():
            return not doing and after.failure is not None
        case StillLoading(), Degraded(late=None):
            return doing in (CANCEL, "") and _keeps_offer(before, after)
        case StillLoading(offered=offered), Degraded(late=Arrived()):
            return not doing or (doing == CANCEL and after.late == offered)
    return False


def _keeps_offer(before: State, after: Degraded) -> bool:
    """Tell whether what was offered on a page still is, or will be again, and the page is not made of it."""
    offered = offered_in(before)
    if offered is None:
        return True
    assert isinstance(before, Degraded)
    return offered_in(after) == offered and after.kept == before.kept


def offered_in(state: State) -> Arrived | None:
    """Give what a state offers, or will offer again should what it waits for come to nothing."""
    match state:
        case Degraded(late=Arrived() as offered):
            return offered
        case Degraded(late=StillLoading(offered=offered)):
            return offered
    return None


def preferences_of(state: State) -> Preferences | None:
    """Give the preferences that this session was given, which a state shows, offers, or goes back to."""
    match state:
        case Home(preferences=preferences):
            return preferences
        case Loading(before=Home() | Degraded() as before):
            return preferences_of(before)
    offered = offered_in(state)
    return offered.preferences if offered is not None else None


def name_of(state: State) -> str:
    """Name a state by its kind, and what makes a difference in it."""
    match state:
        case SignedOut():
            return "form, which says why" if state.failure else "form"
        case SigningIn():
            return f"signing in, {state.mode.value}"
        case Loading():
            return f"loading, {state.mode.value}, after {name_of(state.before)}"
        case Home():
            return "home"
        case Degraded():
            late = {StillLoading: ", still loading", Arrived: ", arrived"}[type(state.late)] if state.late else ""
            return f"degraded{late}{', kept' if state.kept else ''}"
