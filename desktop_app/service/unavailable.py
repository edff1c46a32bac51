"""What a database that cannot be used is called; apart from database.py, whose libraries take long to import."""

from __future__ import annotations

from desktop_app.errors import StoreError


class DatabaseUnavailable(StoreError):
    """A database cannot do now what it was asked for.

    Args:
        path: Its file.
        reason: Half a sentence for the person, without anything of the request.
        retry_after_s: After how many seconds it may be worth another try; None if it is not to be expected.
    """

    def __init__(self, *, path: str, reason: str, retry_after_s: int | None = None) -> None:
        super().__init__(path=path, reason=reason)
        self.reason = reason
        self.retry_after_s = retry_after_s
