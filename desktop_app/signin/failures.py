"""What went wrong, in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop_app.errors import DesktopAppError, ServiceBusy, SessionExpired, TooManyAttempts, WrongCredentials
from desktop_app.signin.as_of import as_of
from desktop_app.signin.results import seconds
from desktop_app.signin.state import Degraded, Failure, StillLoading

ANSWERED = (WrongCredentials, SessionExpired, TooManyAttempts, ServiceBusy)
"""The service said what it has to say: how long it was tried is no part of that."""


def described(failure: Failure, seconds_left: int | None = None) -> tuple[str, str]:
    """Say what happened, and where there was a wait how long it was tried.

    Args:
        failure: What happened.
        seconds_left: Of those that the service wants to be left alone for; None: all of them.
    """
    error = failure.error
    if seconds_left == 0:
        return QCoreApplication.translate("failures", "You can try again now."), ""
    title = worded(error) if seconds_left is None else worded(error, seconds=seconds_left)
    if isinstance(error, ANSWERED) or not failure.tried_ms:
        return title, ""
    tried = QCoreApplication.translate("failures", "It was tried for {time}.")
    return title, tried.format(time=seconds(failure.tried_ms))


def described_page(state: Degraded, seconds_left: int | None = None) -> tuple[str, str]:
    """Say which preferences a degraded page has, and why it has not the present ones."""
    if state.kept is None:
        title = QCoreApplication.translate(
            "failures", "This is the default home page: your preferences could not be loaded."
        )
    else:
        title = QCoreApplication.translate(
            "failures", "These are your preferences as of {time}: the present ones could not be loaded."
        ).format(time=as_of(state.kept.seen_at, state.kept.days_ago))
    sentences = [*described(state.failure, seconds_left)]
    if isinstance(state.late, StillLoading):
        sentences.append(
            QCoreApplication.translate("failures", "Your preferences will be offered here when they arrive.")
        )
    return title, " ".join(filter(None, sentences))


def wait_s(failure: Failure) -> int:
    """Tell for how long the service wants to be left alone."""
    return int(failure.error.values["seconds"]) if isinstance(failure.error, TooManyAttempts | ServiceBusy) else 0


def worded(error: DesktopAppError, **values: str | int) -> str:
    """Say what an error says, with other values where some are given."""
    return QCoreApplication.translate("errors", error.text).format(**{**error.values, **values})


def wants_new_password(failure: Failure) -> bool:
    """Tell whether the password that was typed is of no more use."""
    return isinstance(failure.error, WrongCredentials)
