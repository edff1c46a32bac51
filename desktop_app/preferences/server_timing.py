"""The header Server-Timing (https://www.w3.org/TR/server-timing/), read whoever sent it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST_HEADER: Final = 4096
MOST_METRICS: Final = 32
_NS_PER_MS: Final = 1_000_000

# RFC 9110: tokens, and strings in double quotes with backslashes in them.
_WORD: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[^,"]+|,|"')
_PARAMETER: Final = re.compile(rf";[ \t]*({_WORD})[ \t]*=[ \t]*({_WORD}|{_STRING})")
_NAME: Final = re.compile(rf"[ \t]*({_WORD})[ \t]*(?=;|\Z)")
# At most 12 digits of milliseconds, 30 years: no value overflows, and none takes long.
_MS: Final = re.compile(r"(\d{1,12})(?:\.(\d{1,12}))?")


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of a Server-Timing header."""

    name: str
    duration_ns: int
    start_ns: int | None
    """When it began, on this machine's monotonic clock; only the program's own service says so."""


def parse_server_timing(value: str) -> list[Metric]:
    """Read a Server-Timing header; what makes no sense in it is left out, whoever sent it.

    Args:
        value: The header's value; several of them are joined by commas. `LONGEST_HEADER` and `MOST_METRICS` are read.
    """
    metrics = []
    for entry in _entries(value[:LONGEST_HEADER])[:MOST_METRICS]:
        name = _NAME.match(entry)
        if name is None:
            continue
        parameters: dict[str, str] = {}
        for key, given in _PARAMETER.findall(entry):
            # The first of a name counts.
            parameters.setdefault(key.lower(), given.strip('"'))
        duration_ns, start_ns = (_ns(parameters.get(key, "")) for key in ("dur", "start"))
        if duration_ns is not None:
            metrics.append(Metric(name[1].lower(), duration_ns, start_ns))
    return metrics


def _entries(value: str) -> list[str]:
    """Split at the commas that are not in a string."""
    entries = [""]
    for piece in _PIECE.findall(value):
        if piece == '"':
            # A string that never ends: where the next entry begins cannot be told.
            return entries[:-1]
        if piece == ",":
            entries.append("")
        else:
            entries[-1] += piece
    return entries


def _ns(value: str) -> int | None:
    """Read milliseconds without a float, which would round a long uptime; None of what is none."""
    matched = _MS.fullmatch(value)
    if matched is None:
        return None
    whole, part = matched.groups(default="")
    return int(whole) * _NS_PER_MS + int(part.ljust(6, "0")[:6])
