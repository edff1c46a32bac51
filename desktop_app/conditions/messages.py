"""What the proxy process is told on stdin and says on stdout: JSON, one message a line.

In: a `Configuration`, whole, replacing the last one. Out: `Ready` once, then `Configured` or `Rejected` for each
line.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from desktop_app.conditions.toxics import Stream, Toxic
from desktop_app.errors import InvalidReply, UsageError

MAX_LINE_BYTES = 64 * 1024


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the service listens."""

    host: Annotated[str, Meta(max_length=253, pattern=r"^[!-~]+$")]
    port: Annotated[int, Meta(ge=1, le=65535)]


class Configuration(Struct, frozen=True, forbid_unknown_fields=True):
    """All that the proxy is to do from now on.

    ``upstream`` None: connections wait until a later configuration has one. ``seed`` makes jitter and toxicity
    repeatable: the n-th connection after a configuration gets the same numbers each time.
    """

    upstream: Address | None = None
    toxics: Annotated[tuple[Toxic, ...], Meta(max_length=32)] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        names = [toxic.name for toxic in self.toxics]
        if len(set(names)) < len(names):
            raise ValueError(f"toxics need a name each, and these are not: {', '.join(names)}")

    def toxics_of(self, stream: Stream) -> tuple[Toxic, ...]:
        """Return one direction's toxics, in their order."""
        return tuple(toxic for toxic in self.toxics if toxic.stream == stream)


class Ready(Struct, frozen=True, tag_field="event", tag="ready"):
    """The proxy listens at ``host`` and ``port``; ``pid`` is its process."""

    host: str
    port: int
    pid: int


class Configured(Struct, frozen=True, tag_field="event", tag="configured"):
    """The configuration is in force, also for the connections that were open already."""


class Rejected(Struct, frozen=True, tag_field="event", tag="rejected"):
    """The line made no sense, ``reason`` says why; the configuration before it stays in force."""

    reason: str


Event = Ready | Configured | Rejected


def encode_line(message: Configuration | Event) -> bytes:
    """Return the message as one line of JSON, its newline included; any thread."""
    return msgspec.json.encode(message) + b"\n"


def decode_configuration(line: bytes) -> Configuration:
    """Read one line that was sent to the proxy; any thread.

    Raises:
        UsageError: It is no configuration; ``reason`` says where and why.
    """
    if len(line) > MAX_LINE_BYTES:
        raise UsageError(reason=f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        return msgspec.json.decode(line, type=Configuration)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(reason=str(error)) from error


def decode_event(line: bytes) -> Event:
    """Read one line that the proxy said; any thread.

    Raises:
        InvalidReply: It is none of the events.
    """
    try:
        event: Event = msgspec.json.decode(line, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidReply(detail=f"from the proxy process: {error}") from error
    return event
