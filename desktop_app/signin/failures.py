"""What went wrong, in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop_app.errors import DesktopAppError, SessionExpired, TooManyAttempts, WrongCredentials
from desktop_app.signin.results import seconds
from desktop_app.signin.state import Failure

ANSWERED = (WrongCredentials, SessionExpired, TooManyAttempts)
"""The service said what it has to say: how long it was tried is no part of that."""


def described(failure: Failure) -> tuple[str, str]:
    """Say what happened, and where there was a wait how long it was tried."""
    error = failure.error
    title = worded(error)
    if isinstance(error, ANSWERED) or not failure.tried_ms:
        return title, ""
    tried = QCoreApplication.translate("failures", "It was tried for {time}.")
    return title, tried.format(time=seconds(failure.tried_ms))


def worded(error: DesktopAppError) -> str:
    """Say what an error says."""
    return QCoreApplication.translate("errors", error.text).format(**error.values)


def wants_new_password(failure: Failure) -> bool:
    """Tell whether the password that was typed is of no more use."""
    return isinstance(failure.error, WrongCredentials)
