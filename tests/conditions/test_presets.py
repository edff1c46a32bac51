from __future__ import annotations

import re

import msgspec
import pytest

from desktop_app.conditions.presets import (
    DATABASE_LOAD_S,
    LARGEST_LATENCY_MS,
    LARGEST_RATE_KB_PER_S,
    PRESETS,
    SUMMARIES,
    Conditions,
    conditions_named,
    custom_conditions,
)
from desktop_app.conditions.stage import numbers_of
from desktop_app.conditions.toxics import Bandwidth, Down, Latency, ResetPeer, Slicer, Timeout, Toxic
from desktop_app.errors import UsageError
from tests.conditions.processes import toxics_of

ALL = pytest.mark.parametrize("conditions", PRESETS.values(), ids=PRESETS.keys())
NAMES = [
    "healthy",
    "slow",
    "network-bottleneck",
    "database-busy",
    "poor-mobile",
    "offline",
    "silent",
    "drip",
    "flaky",
]


def attributes(toxic: Toxic) -> dict[str, int]:
    """Those that are not left at 0."""
    fields: dict[str, int] = msgspec.to_builtins(toxic.attributes)
    return {name: value for name, value in fields.items() if value}


def made_of(conditions: Conditions) -> list[tuple[type[Toxic], dict[str, int]]]:
    return [(type(toxic), attributes(toxic)) for toxic in toxics_of(conditions)]


def test_the_presets_are_these_in_this_order() -> None:
    assert list(PRESETS) == NAMES


@pytest.mark.parametrize(
    ("name", "toxics"),
    [
        ("healthy", []),
        ("slow", [(Latency, {"latency": 800})]),
        ("network-bottleneck", [(Latency, {"latency": 400, "jitter": 100}), (Bandwidth, {"rate": 1})]),
        ("database-busy", []),
        (
            "poor-mobile",
            [(Latency, {"latency": 300, "jitter": 200}), (Bandwidth, {"rate": 40}), (ResetPeer, {"timeout": 80})],
        ),
        ("offline", [(Down, {})]),
        ("silent", [(Timeout, {})]),
        ("drip", [(Slicer, {"average_size": 1, "delay": 8000})]),
        ("flaky", []),
    ],
)
def test_a_preset_is_made_of_these_toxics(name: str, toxics: list[tuple[type[Toxic], dict[str, int]]]) -> None:
    assert made_of(PRESETS[name]) == toxics


@ALL
def test_what_concerns_the_network_concerns_the_replies(conditions: Conditions) -> None:
    assert {toxic.stream for toxic in toxics_of(conditions)} <= {"downstream"}


@pytest.mark.parametrize("name", NAMES)
def test_only_two_are_made_in_the_service(name: str) -> None:
    assert PRESETS[name].needs_own_service == (name in {"database-busy", "flaky"})


def test_poor_mobile_resets_every_other_connection_from_the_first_on() -> None:
    conditions = PRESETS["poor-mobile"]
    *_, reset = toxics_of(conditions)
    seen = [numbers_of(reset, f"{conditions.seed}/{number}/downstream") is not None for number in range(8)]
    assert seen == [True, False] * 4


@ALL
def test_a_preset_is_found_by_its_name(conditions: Conditions) -> None:
    assert conditions_named(conditions.name) is conditions


@ALL
def test_a_summary_is_one_sentence(conditions: Conditions) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", conditions.summary)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("slow", ["800 ms"]),
        ("network-bottleneck", ["400 ms", "100 ms", "1 KB/s"]),
        ("database-busy", [f"{DATABASE_LOAD_S:g} s"]),
        ("poor-mobile", ["300 ms", "200 ms", "40 KB/s", "50 %", "80 ms"]),
        ("silent", ["0 bytes"]),
        ("drip", ["8 ms"]),
        ("flaky", ["first 2", "503"]),
    ],
)
def test_a_summary_has_its_numbers(name: str, numbers: list[str]) -> None:
    assert [number for number in numbers if number in PRESETS[name].text] == numbers


def test_the_presets_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PRESETS["slow"] = PRESETS["healthy"]  # type: ignore[index]


def test_an_unknown_name_is_told_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=rf"'slwo'.*{', '.join(NAMES)}"):
        conditions_named("slwo")


@pytest.mark.parametrize(
    ("latency_ms", "rate_kb_per_s", "toxics", "text"),
    [
        (0, 0, [], "The network delays every reply by 0 ms."),
        (250, 0, [(Latency, {"latency": 250})], "The network delays every reply by 250 ms."),
        (0, 5, [(Bandwidth, {"rate": 5})], "The network delays every reply by 0 ms and carries 5 KB/s."),
        (
            LARGEST_LATENCY_MS,
            LARGEST_RATE_KB_PER_S,
            [(Latency, {"latency": 10_000}), (Bandwidth, {"rate": 10_000})],
            "The network delays every reply by 10000 ms and carries 10000 KB/s.",
        ),
    ],
)
def test_custom_conditions_are_what_was_chosen(
    latency_ms: int, rate_kb_per_s: int, toxics: list[tuple[type[Toxic], dict[str, int]]], text: str
) -> None:
    custom = custom_conditions(latency_ms, rate_kb_per_s)
    assert (custom.name, made_of(custom), custom.text) == ("custom", toxics, text)
    assert custom.values == {"latency_ms": latency_ms, "rate_kb_per_s": rate_kb_per_s}
    assert custom.summary in SUMMARIES


@pytest.mark.parametrize(
    ("latency_ms", "rate_kb_per_s", "reason"),
    [
        (-1, 0, "The latency has to be from 0 to 10000 ms, not -1."),
        (10_001, 0, "The latency has to be from 0 to 10000 ms, not 10001."),
        (0, -1, "The bandwidth has to be from 0 to 10000 KB/s, not -1."),
        (0, 10_001, "The bandwidth has to be from 0 to 10000 KB/s, not 10001."),
    ],
)
def test_custom_conditions_out_of_range_are_wrong_usage(latency_ms: int, rate_kb_per_s: int, reason: str) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)):
        custom_conditions(latency_ms, rate_kb_per_s)
