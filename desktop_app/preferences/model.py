"""The data exchanged with the service: frozen, validated on decoding, and discreet in their ``repr``.

Version 1 of the schema. Unknown fields are ignored, a missing field has its default, a wrong type is a
``msgspec.ValidationError``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from desktop_app.overriding import override

Theme = Literal["system", "light", "dark"]
Accent = Literal["blue", "teal", "green", "orange", "red", "purple"]
TextSize = Literal["small", "medium", "large"]

Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"\A[^@\s]+@[^@\s]+\Z")]


class Credentials(Struct, frozen=True):
    """What a person signs in with; the password shows in no ``repr``."""

    email: str
    password: str

    @override
    def __repr__(self) -> str:
        return f"Credentials(email={self.email!r})"


class Session(Struct, frozen=True):
    """A confirmed sign-in; the token shows in no ``repr``.

    ``expires_at`` carries a time zone.
    """

    token: Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"\A[!-~]+\Z")]
    expires_at: Annotated[datetime, Meta(tz=True)]

    @override
    def __repr__(self) -> str:
        return f"Session(expires_at={self.expires_at.isoformat()})"


class Preferences(Struct, frozen=True):
    """How a customer wants the home page.

    ``language`` is a BCP 47 tag, ``currency`` an ISO 4217 code; one the program does not have falls back to its
    default. ``favourite_categories`` are category names, favourite first; unknown ones are passed over.
    """

    display_name: Annotated[str, Meta(max_length=100)] = ""
    language: Annotated[str, Meta(max_length=35)] = "en"
    theme: Theme = "system"
    accent: Accent = "blue"
    text_size: TextSize = "medium"
    currency: Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")] = "USD"
    favourite_categories: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    reduced_motion: bool = False


DEFAULT_PREFERENCES = Preferences()


class Problem(Struct, frozen=True):
    """An error as the service reports it: ``application/problem+json`` (RFC 9457)."""

    title: str
    status: int
    type: str = "about:blank"
    detail: str = ""
