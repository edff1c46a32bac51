"""What a screen reader is told when the state changes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop_app.signin.failures import described, described_page
from desktop_app.signin.state import Arrived, Degraded, Home, Loading, SignedOut, State


def announcement(state: State, activity: str) -> str:
    """Say which state the window is in.

    Args:
        state: The one it is in now.
        activity: What the window says to be waiting for.
    """
    match state:
        case SignedOut(failure=None):
            return QCoreApplication.translate("announcements", "Sign in")
        case SignedOut(failure=failure) if failure is not None:
            return " ".join(filter(None, described(failure)))
        case Loading(before=SignedOut(), progress=progress) if progress.number == 1:
            return QCoreApplication.translate("announcements", "Signed in. {activity}").format(activity=activity)
        case Home():
            return QCoreApplication.translate("announcements", "Your home page is ready.")
        case Degraded(late=Arrived()):
            return QCoreApplication.translate("announcements", "Your preferences arrived: they can be applied.")
        case Degraded():
            return " ".join(described_page(state))
        case _:
            return activity
