from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.trace_checker import BrokenTraceError, check_trace

AT = {"pid": 7, "tid": 8}
FINE: list[dict[str, Any]] = [
    {"ph": "M", "name": "thread_name", "ts": 0, "args": {"name": "GUI"}, **AT},
    {"ph": "X", "name": "inner", "cat": "gui", "ts": 2.5, "dur": 1, **AT},
    {"ph": "X", "name": "outer", "cat": "gui", "ts": 1, "dur": 9, "args": {"why": ["a"]}, **AT},
    {"ph": "X", "name": "next", "cat": "gui", "ts": 10, "dur": 0, **AT},
    {"ph": "B", "name": "begun", "cat": "gui", "ts": 20, **AT},
    {"ph": "E", "ts": 30, **AT},
    {"ph": "b", "name": "task", "cat": "tasks", "id": 1, "ts": 1, **AT},
    {"ph": "b", "name": "part", "cat": "tasks", "id": 1, "ts": 2, **AT},
    {"ph": "n", "name": "note", "cat": "tasks", "id": 1, "ts": 2, **AT},
    {"ph": "e", "name": "part", "cat": "tasks", "id": 1, "ts": 3, **AT},
    {"ph": "e", "name": "task", "cat": "tasks", "id": 1, "ts": 3, **AT},
    {"ph": "b", "name": "other", "cat": "network", "id": 1, "ts": 2, **AT},
    {"ph": "e", "name": "other", "cat": "network", "id": 1, "ts": 9, **AT},
    {"ph": "i", "name": "key", "cat": "input", "ts": 3, "s": "t", **AT},
    {"ph": "C", "name": "lag", "ts": 4, "args": {"ms": 0.25}, **AT},
    {"ph": "s", "name": "to", "cat": "input", "id": 5, "ts": 3, **AT},
    {"ph": "f", "name": "to", "cat": "input", "id": 5, "ts": 6, "bp": "e", **AT},
]


def test_a_sound_trace_is_one() -> None:
    events = check_trace(json.dumps(FINE))
    assert [event["ts"] for event in events[:3]] == [0, 2500, 1000]


def test_a_trace_may_lack_its_end() -> None:
    assert len(check_trace(json.dumps(FINE)[:-1] + ",\n")) == len(FINE)


def without(event: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != key}


def pair(start: float, end: float, **more: Any) -> list[dict[str, Any]]:
    begin = {"ph": "b", "name": "one", "cat": "tasks", "id": 1, "ts": start, **AT, **more}
    return [begin, {**begin, "ph": "e", "ts": end}]


BLOCK = {"ph": "X", "name": "block", "cat": "gui", "ts": 10, "dur": 10, **AT}
COUNTER = {"ph": "C", "name": "lag", "ts": 4, "args": {"ms": 1}, **AT}
BROKEN: dict[str, list[Any]] = {
    "not an object": [3],
    "no phase": [without(BLOCK, "ph")],
    "an unknown phase": [{**BLOCK, "ph": "Q"}],
    "two phases": [{**BLOCK, "ph": "XB"}],
    "a misspelt field": [{**BLOCK, "duration": 3}],
    "no name": [without(BLOCK, "name")],
    "an empty name": [{**BLOCK, "name": ""}],
    "a name that is none": [{**BLOCK, "name": 3}],
    "no category": [without(BLOCK, "cat")],
    "no process": [without(BLOCK, "pid")],
    "a process by name": [{**BLOCK, "pid": "main"}],
    "a thread by halves": [{**BLOCK, "tid": 1.5}],
    "a thread that is a truth": [{**BLOCK, "tid": True}],
    "no time": [without(BLOCK, "ts")],
    "time as text": [{**BLOCK, "ts": "10"}],
    "time before there was any": [{**BLOCK, "ts": -1}],
    "time finer than a nanosecond": [{**BLOCK, "ts": 1.0001}],
    "no length": [without(BLOCK, "dur")],
    "a negative length": [{**BLOCK, "dur": -1}],
    "a length of what has none": [{**COUNTER, "dur": 1}],
    "arguments that are a list": [{**BLOCK, "args": [1]}],
    "a counter of nothing": [{**COUNTER, "args": {}}],
    "a counter of words": [{**COUNTER, "args": {"ms": "12"}}],
    "an instant of no scope": [{"ph": "i", "name": "key", "cat": "input", "ts": 3, "s": "x", **AT}],
    "metadata about nothing": [{"ph": "M", "name": "thread_nome", "ts": 0, "args": {"name": "GUI"}, **AT}],
    "a name of no name": [{"ph": "M", "name": "thread_name", "ts": 0, "args": {}, **AT}],
    "blocks that cross": [BLOCK, {**BLOCK, "ts": 15}],
    "blocks that start together": [BLOCK, {**BLOCK, "dur": 3}],
    "a block that crosses its grandparent's end": [
        {**BLOCK, "dur": 30},
        {**BLOCK, "ts": 11},
        {**BLOCK, "ts": 12, "dur": 10},
    ],
    "a block that crosses a begun one": [
        {**without(BLOCK, "dur"), "ph": "B"},
        {"ph": "E", "ts": 20, **AT},
        {**BLOCK, "ts": 15},
    ],
    "a block begun and not ended": [{**without(BLOCK, "dur"), "ph": "B"}],
    "an end of no block": [{"ph": "E", "ts": 3, **AT}],
    "a pair without an id": [without(event, "id") for event in pair(1, 2)],
    "an id that is a list": pair(1, 2, id=[1]),
    "an id of what has none": [{**BLOCK, "id": 3}],
    "a pair never ended": pair(1, 2)[:1],
    "a pair never begun": pair(1, 2)[1:],
    "a pair that ends before it begins": pair(2, 1),
    "a pair that ends before it begins in the file": pair(1, 1)[::-1],
    "pairs that cross": [*pair(1, 5), *pair(3, 9, name="two")],
    "a pair of two ids": [pair(1, 2)[0], {**pair(1, 2)[1], "id": 2}],
    "a pair of two categories": [pair(1, 2)[0], {**pair(1, 2)[1], "cat": "network"}],
    "a pair of two scopes": [pair(1, 2)[0], {**pair(1, 2)[1], "scope": "x"}],
    "a note within nothing": [{**pair(1, 2)[0], "ph": "n"}],
    "an arrow without a head": [{"ph": "s", "name": "to", "cat": "input", "id": 5, "ts": 3, **AT}],
    "an arrow backwards": [{**FINE[-2], "ts": 9}, FINE[-1]],
}


@pytest.mark.parametrize("events", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_trace_is_refused(events: list[Any]) -> None:
    with pytest.raises(BrokenTraceError):
        check_trace(json.dumps(events))


@pytest.mark.parametrize("text", ["", "{}", "[{]", "[NaN]", '[{"ts": Infinity}]', "[1,,2]"])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(BrokenTraceError):
        check_trace(text)
