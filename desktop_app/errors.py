"""Every expected failure, in one tree.

::

    DesktopAppError             its text is what the person reads
    ├── UsageError              the command line makes no sense (exit code 2)
    ├── ProfileError            the profile directory or a file in it cannot be used
    ├── StoreError              the service's database cannot be used
    └── ExchangeError           signing in or loading preferences did not come to its end
        ├── ServiceNotStarted   the program's own service process could not be started
        ├── ServiceUnreachable  no connection: refused, no such name, no TLS
        ├── ServiceNotTrusted   a certificate that is not the service's, or not valid
        ├── ConnectionLost      the connection broke before the answer was complete
        ├── DeadlineExceeded    the total time budget is used up
        ├── WrongCredentials    401 to a sign-in
        ├── SessionExpired      401 to anything else
        ├── TooManyAttempts     429
        ├── ServiceBusy         503, with a Retry-After
        ├── ServiceFault        any other status but success
        ├── InvalidReply        not JSON, or not of the schema
        ├── ReplyTooLarge       a body over the cap
        └── ProgramFault        a bug: what the person reads while the log has the traceback

``text`` is an English template; the window translates it (context ``errors``) before it fills it in. A library's
errors are translated into these once, where the library is called. An exception outside this tree is a bug.
"""

from __future__ import annotations

import sys
from typing import ClassVar


class DesktopAppError(Exception):
    """An expected failure.

    Args:
        detail: What a developer wants to know beside the text, in English; logged, never shown to the person.
            Must hold no password and no token.
        values: What the placeholders of ``text`` stand for.
    """

    text: ClassVar[str] = "{reason}"

    def __init__(self, *, detail: str = "", **values: str | int) -> None:
        super().__init__(self.text.format(**values))
        self.detail = detail
        self.values = values


class UsageError(DesktopAppError):
    """The command line makes no sense; ``reason`` says what to change."""


class ProfileError(DesktopAppError):
    """The profile directory, or a file in it, cannot be used."""

    text = "The profile directory {path} can't be used: {reason}. Choose another one with --profile-dir."


class StoreError(DesktopAppError):
    """The service's database cannot be used."""

    text = "The database {path} can't be used: {reason}."


class ExchangeError(DesktopAppError):
    """Signing in or loading preferences did not come to its end."""


class ServiceNotStarted(ExchangeError):
    """The program's own service process could not be started, or died again after its one restart."""

    text = "The program's own service could not be started: {reason}"


class ServiceUnreachable(ExchangeError):
    """No connection: refused, no such name, or no TLS where there should be. Nothing was sent."""

    text = "The service can't be reached."


class ServiceNotTrusted(ExchangeError):
    """The certificate is another host's, expired, or signed by nobody who is trusted. Nothing was sent."""

    text = "The service could not prove that it is the one that was asked for. Nothing was sent to it."


class ConnectionLost(ExchangeError):
    """The connection broke before the answer was complete."""

    text = "The connection broke before the answer was complete."


class DeadlineExceeded(ExchangeError):
    """The total time budget is used up."""

    text = "The service did not answer in time."


class WrongCredentials(ExchangeError):
    """The service knows no such email with that password."""

    text = "The email or the password is wrong."


class SessionExpired(ExchangeError):
    """The session's token is no longer valid."""

    text = "Your session has expired. Sign in again."


class TooManyAttempts(ExchangeError):
    """The service wants fewer requests; ``seconds`` is its Retry-After, rounded up."""

    text = "Too many attempts. Try again in {seconds} s."


class ServiceBusy(ExchangeError):
    """The service is overloaded or under repair; ``seconds`` is its Retry-After, rounded up."""

    text = "The service is busy. Try again in {seconds} s."


class ServiceFault(ExchangeError):
    """The service answered with a status that the exchange has no other name for."""

    text = "The service has a problem (status {status})."


class InvalidReply(ExchangeError):
    """The service's answer is not JSON, or not of the schema."""

    text = "The service's answer could not be read."


class ReplyTooLarge(ExchangeError):
    """The body is larger than is ever accepted."""

    text = "The service's answer was too large."


class ProgramFault(ExchangeError):
    """A bug in the program; the log has the traceback."""

    text = "Something went wrong in the program itself. The log says more."


def complain(error: DesktopAppError) -> None:
    """Say in one line on stderr what is wrong."""
    print(f"desktop-app: {error}", file=sys.stderr)
