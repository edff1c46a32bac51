"""Bugs that the program does not have: each is put into it, to see that the fuzzing would find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final
from unittest import mock

from desktop_app.kept import KeptPreferences
from desktop_app.preferences.model import Preferences
from desktop_app.signin import presenter as presenter_module
from desktop_app.signin import state as transitions
from desktop_app.signin.form import SignInForm
from desktop_app.signin.home import HomePage
from desktop_app.signin.input_gate import InputGate
from desktop_app.signin.presenter import Presenter
from desktop_app.signin.state import Degraded, Failure, Home, Kept, Loading, State
from desktop_app.signin.window import Window

Patch = Callable[[], AbstractContextManager[Any]]
_loaded, _failed = transitions.loaded, transitions.failed


def _instead_of(owner: object, name: str, substitute: Callable[..., Any]) -> Patch:
    return lambda: mock.patch.object(owner, name, substitute)


def _without(owner: type, name: str) -> Patch:
    """Have a method do nothing."""

    def do_nothing(*_arguments: object) -> None:
        return

    return _instead_of(owner, name, do_nothing)


def _dropping_nothing(name: str) -> Patch:
    """Have one of the presenter's methods leave the load alone."""
    method = getattr(Presenter, name)

    def call(presenter: Presenter) -> None:
        with _without(Presenter, "_drop_load")():
            method(presenter)

    return _instead_of(Presenter, name, call)


def _applied_unasked(state: State, attempt: int, preferences: Preferences) -> State:
    return transitions.applied(_loaded(state, attempt, preferences))


def _failed_without_offer(state: State, attempt: int, failure: Failure, kept: Kept | None = None) -> State:
    after = _failed(state, attempt, failure, kept)
    return replace(after, late=None) if isinstance(after, Degraded) and isinstance(state, Loading) else after


def _overdue_as_failed(state: State, attempt: int, failure: Failure, kept: Kept | None = None) -> State:
    return _failed(state, attempt, failure, kept)


def _expired_all_the_same(state: State, attempt: int, failure: Failure, kept: Kept | None = None) -> State:
    """The person stays on a page whose session the service no longer knows."""
    if isinstance(state, Loading) and isinstance(state.before, Home | Degraded):
        return Degraded(state.email, state.session, failure, kept)
    return _failed(state, attempt, failure, kept)


def _dated_whoever(presenter: Any, seen: Any, _state: State) -> Kept | None:
    return Kept(seen.preferences, presenter._now(), 0) if seen is not None else None


def _steps_that_keep_the_look(window: Window, email: str) -> Iterator[Callable[[], None]]:
    if window.home is not None:
        yield from window.home.steps_to_show(email)


def _one_key(_keeper: KeptPreferences, _email: str) -> str:
    return "everybody"


BUGS: Final[dict[str, Patch]] = {
    "sign-out does not drop the load": _dropping_nothing("sign_out"),
    "cancel does not drop the load": _dropping_nothing("cancel"),
    "retry does not drop the late request": _dropping_nothing("retry"),
    "what arrives late is applied": _instead_of(transitions, "loaded", _applied_unasked),
    "an overdue load ends": _instead_of(transitions, "overdue", _overdue_as_failed),
    "late requests go on for ten minutes": _instead_of(presenter_module, "LATE_MS", 600_000),  # type: ignore[arg-type]
    "a retry that fails takes the offer away": _instead_of(transitions, "failed", _failed_without_offer),
    "a session that expired leaves the page": _instead_of(transitions, "failed", _expired_all_the_same),
    "sign-out forgets nothing that is kept": _without(KeptPreferences, "forget"),
    "what is kept is anybody's": _instead_of(KeptPreferences, "_key", _one_key),
    "what is kept outlives the session": _instead_of(Presenter, "_dated", _dated_whoever),
    "what is kept is not written": _without(Presenter, "_write_out"),
    "sign-out does not end the session": _without(Presenter, "_revoke"),
    "the form keeps the password": _without(SignInForm, "clear"),
    "the look stays at sign-out": _instead_of(Window, "_steps_to_defaults", _steps_that_keep_the_look),
    "a busy page asks again": _without(HomePage, "set_busy"),
    "a busy form asks again": _without(SignInForm, "show_busy"),
    "the gate lets everything through": _without(InputGate, "close"),
}
"""By what is wrong; each lasts as long as its context."""
