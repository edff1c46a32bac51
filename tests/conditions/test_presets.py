from __future__ import annotations

import re

import pytest

from desktop_app.conditions.messages import Configuration, decode_configuration, encode_line
from desktop_app.conditions.presets import DATABASE_LOAD_S, PRESETS, Conditions, conditions_named
from desktop_app.conditions.toxics import Latency, LatencyAttributes, Timeout, TimeoutAttributes
from desktop_app.errors import UsageError
from tests.conditions.processes import toxics_of

ALL = pytest.mark.parametrize("conditions", PRESETS.values(), ids=PRESETS.keys())


def test_the_presets_are_these_in_this_order() -> None:
    assert list(PRESETS) == ["healthy", "slow", "silent", "database-busy"]


def test_healthy_changes_nothing() -> None:
    assert (PRESETS["healthy"].toxics, PRESETS["healthy"].database_load) == ((), False)


def test_slow_delays_every_reply_by_800_ms() -> None:
    expected = Latency(stream="downstream", attributes=LatencyAttributes(latency_ms=800, jitter_ms=0))
    assert toxics_of(PRESETS["slow"]) == (expected,)


def test_silent_holds_every_reply_for_ever() -> None:
    expected = Timeout(stream="downstream", attributes=TimeoutAttributes(timeout_ms=0))
    assert toxics_of(PRESETS["silent"]) == (expected,)


def test_database_busy_is_load_and_no_toxic() -> None:
    assert (PRESETS["database-busy"].toxics, PRESETS["database-busy"].database_load) == ((), True)


@ALL
def test_a_preset_is_found_by_its_name(conditions: Conditions) -> None:
    assert conditions_named(conditions.name) is conditions


@ALL
def test_a_summary_is_one_sentence(conditions: Conditions) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", conditions.summary)


def test_the_summary_has_the_numbers_of_the_load() -> None:
    assert f"{DATABASE_LOAD_S:g} s" in PRESETS["database-busy"].summary


@ALL
def test_a_presets_toxics_are_what_the_proxy_takes(conditions: Conditions) -> None:
    configuration = Configuration(toxics=toxics_of(conditions))
    assert decode_configuration(encode_line(configuration)) == configuration


def test_the_presets_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PRESETS["slow"] = PRESETS["healthy"]  # type: ignore[index]


def test_an_unknown_name_is_told_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=r"'slwo'.*healthy, slow, silent, database-busy"):
        conditions_named("slwo")


def test_a_toxic_is_written_as_toxiproxy_writes_it() -> None:
    line = encode_line(Configuration(toxics=toxics_of(PRESETS["slow"])))
    assert line == (
        b'{"upstream":null,"toxics":[{"type":"latency","name":"latency_downstream","stream":"downstream",'
        b'"toxicity":1.0,"attributes":{"latency":800,"jitter":0}}],"seed":0}\n'
    )
