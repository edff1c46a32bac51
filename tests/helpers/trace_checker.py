"""Checks a file against Chrome's trace event format, as strictly as the strictest viewer reads it.

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU, and where that leaves something open,
what Perfetto makes of it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]

PHASES = frozenset("BEXibneCMstf")
NEEDS_CATEGORY = frozenset("XBibnestf")
NEEDS_ID = frozenset("bnestf")
METADATA = {
    "process_name": ("name", str),
    "process_labels": ("labels", str),
    "process_sort_index": ("sort_index", int),
    "thread_name": ("name", str),
    "thread_sort_index": ("sort_index", int),
}
KNOWN = frozenset({"ph", "name", "cat", "pid", "tid", "ts", "dur", "id", "scope", "s", "bp", "args"})


class BrokenTraceError(AssertionError):
    """The file is not a trace that every viewer reads alike."""


def events_of(text: str) -> list[Event]:
    """Parse a trace, also one whose end is missing, as a killed program leaves it.

    Raises:
        BrokenTraceError: It is not JSON, nor an array.
    """
    stripped = text.rstrip()
    if not stripped.startswith("["):
        raise BrokenTraceError("a trace is an array")
    if not stripped.endswith("]"):
        stripped = stripped.rstrip(",") + "]"
    try:
        events = json.loads(stripped, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BrokenTraceError(f"not JSON: {error}") from error
    for event in events:
        _require(isinstance(event, dict), f"an event is an object: {event!r}")
    return list(events)


def check_trace(text: str) -> list[Event]:
    """Give a trace's events, with ``ts`` and ``dur`` in nanoseconds.

    Raises:
        BrokenTraceError: An event lacks a field or has a wrong one, blocks of a thread cross or start together, or
            pairs do not match.
    """
    events = events_of(text)
    for event in events:
        _check_fields(event)
    by_thread: defaultdict[tuple[int, int], list[Event]] = defaultdict(list)
    by_row: defaultdict[tuple[str, str, str], list[Event]] = defaultdict(list)
    flows: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        if event["ph"] in "XBE":
            by_thread[event["pid"], event["tid"]].append(event)
        elif event["ph"] in "bne":
            by_row[event["cat"], str(event["id"]), event.get("scope", "")].append(event)
        elif event["ph"] in "stf":
            flows[event["cat"], str(event["id"])].append(event)
    for lane in by_thread.values():
        _check_blocks(lane)
    for row in by_row.values():
        _check_pairs(row, "b", "e")
    for flow in flows.values():
        _check_flow(flow)
    return events


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenTraceError(what)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or isinstance(value, Decimal)


def _nanoseconds(event: Event, key: str) -> None:
    value: Any = event.get(key)
    _require(_is_number(value) and value >= 0, f"{key} is a number of microseconds, not negative: {event}")
    ns = Decimal(value) * 1000
    _require(ns == int(ns), f"{key} is finer than a nanosecond: {event}")
    event[key] = int(ns)


def _check_fields(event: Event) -> None:
    phase = event.get("ph")
    _require(isinstance(phase, str) and phase in PHASES, f"no phase: {event}")
    _require(set(event) <= KNOWN, f"unknown fields {sorted(set(event) - KNOWN)}: {event}")
    _require(_is_whole(event.get("pid")) and _is_whole(event.get("tid")), f"pid and tid are integers: {event}")
    _require(phase == "E" or (isinstance(event.get("name"), str) and event["name"] != ""), f"no name: {event}")
    _require(isinstance(event.get("args", {}), dict), f"args is an object: {event}")
    _require(phase not in NEEDS_CATEGORY or bool(event.get("cat")), f"no category: {event}")
    _require(isinstance(event.get("cat", ""), str), f"a category is a string: {event}")
    _require((phase in NEEDS_ID) == ("id" in event), f"an id belongs to {sorted(NEEDS_ID)} and to no other: {event}")
    _require(isinstance(event.get("id", 0), str) or _is_whole(event.get("id", 0)), f"a wrong id: {event}")
    _require((phase == "X") == ("dur" in event), f"dur belongs to X and to no other: {event}")
    _nanoseconds(event, "ts")
    if phase == "X":
        _nanoseconds(event, "dur")
    elif phase == "i":
        _require(event.get("s", "t") in ("g", "p", "t"), f"an instant's scope is g, p or t: {event}")
    elif phase == "C":
        args = event.get("args", {})
        _require(bool(args) and all(_is_number(each) for each in args.values()), f"a counter counts numbers: {event}")
    elif phase == "M":
        _require(event["name"] in METADATA, f"unknown metadata: {event}")
        key, kind = METADATA[event["name"]]
        _require(isinstance(event.get("args", {}).get(key), kind), f"metadata without {key}: {event}")
    elif phase == "f":
        _require(event.get("bp", "e") == "e", f"a flow is bound to what encloses its end: {event}")


def _check_blocks(lane: list[Event]) -> None:
    """Blocks of one thread enclose one another or have nothing in common; no two start at one time."""
    _check_pairs([event for event in lane if event["ph"] in "BE"], "B", "E")
    open_until: list[tuple[int, Event]] = []
    before: Event | None = None
    for event in sorted((event for event in _as_complete(lane)), key=lambda each: int(each["ts"])):
        start, end = event["ts"], event["ts"] + event["dur"]
        _require(before is None or before["ts"] != start, f"{before} and {event} start at one time")
        while open_until and open_until[-1][0] <= start:
            open_until.pop()
        if open_until:
            _require(end <= open_until[-1][0], f"{event} crosses the end of {open_until[-1][1]}")
        open_until.append((end, event))
        before = event


def _as_complete(lane: list[Event]) -> list[Event]:
    """Give the lane with B and E joined to X."""
    complete = [event for event in lane if event["ph"] == "X"]
    opened: list[Event] = []
    for event in sorted((event for event in lane if event["ph"] in "BE"), key=lambda each: int(each["ts"])):
        if event["ph"] == "B":
            opened.append(event)
        else:
            begin = opened.pop()
            complete.append({**begin, "ph": "X", "dur": event["ts"] - begin["ts"]})
    return complete


def _check_pairs(row: list[Event], begin: str, end: str) -> None:
    """What begins first ends last, each under its own name; in time, and in the file where times are equal."""
    opened: list[Event] = []
    for event in sorted(row, key=lambda each: int(each["ts"])):
        if event["ph"] == begin:
            opened.append(event)
        elif event["ph"] == end:
            _require(bool(opened), f"it ends and never began: {event}")
            began = opened.pop()
            _require(event.get("name", began["name"]) == began["name"], f"{event} ends {began}")
        else:
            _require(bool(opened), f"it is within nothing: {event}")
    _require(not opened, f"they never end: {opened}")


def _check_flow(flow: list[Event]) -> None:
    phases = "".join(event["ph"] for event in sorted(flow, key=lambda each: int(each["ts"])))
    _require(phases[:1] == "s" and phases[-1:] == "f" and set(phases[1:-1]) <= {"t"}, f"not an arrow: {flow}")
