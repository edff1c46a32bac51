"""Which conditions are compared: pure."""

from __future__ import annotations

import pytest

from desktop_app.comparison.choice import Choice, chosen
from desktop_app.conditions.presets import PRESETS
from desktop_app.errors import UsageError

NEED_OWN_SERVICE = [name for name, conditions in PRESETS.items() if conditions.needs_own_service]


def names(choice: Choice) -> list[str]:
    return [conditions.name for conditions in choice.conditions]


def test_one_name_is_one_comparison() -> None:
    assert chosen("slow", own_service=True) == Choice((PRESETS["slow"],), is_several=False)


def test_several_names_keep_their_order() -> None:
    choice = chosen("silent,healthy", own_service=True)
    assert (names(choice), choice.is_several) == (["silent", "healthy"], True)


def test_spaces_around_a_name_do_not_matter() -> None:
    assert names(chosen("silent, healthy", own_service=True)) == ["silent", "healthy"]


def test_a_name_that_is_given_twice_counts_once() -> None:
    assert names(chosen("slow,silent,slow", own_service=True)) == ["slow", "silent"]


def test_the_same_name_twice_is_one_comparison() -> None:
    assert not chosen("slow,slow", own_service=True).is_several


def test_all_is_every_preset_in_the_order_of_their_table() -> None:
    choice = chosen("all", own_service=True)
    assert (names(choice), choice.is_several, choice.left_out) == (list(PRESETS), True, ())


def test_all_beside_a_name_counts_that_once() -> None:
    assert sorted(names(chosen("silent,all", own_service=True))) == sorted(PRESETS)


def test_all_leaves_out_what_another_service_cannot_be_made_to() -> None:
    choice = chosen("all", own_service=False)
    assert NEED_OWN_SERVICE
    assert [conditions.name for conditions in choice.left_out] == NEED_OWN_SERVICE
    assert names(choice) == [name for name in PRESETS if name not in NEED_OWN_SERVICE]


def test_nothing_is_left_out_of_names() -> None:
    choice = chosen("slow,database-busy", own_service=False)
    assert (names(choice), choice.left_out) == (["slow", "database-busy"], ())


@pytest.mark.parametrize("given", ["stormy", "slow,stormy", "slow,", "", "ALL", "slow;silent"])
def test_a_name_that_there_is_not_is_answered_with_those_there_are(given: str) -> None:
    with pytest.raises(UsageError) as error:
        chosen(given, own_service=True)
    assert [name for name in PRESETS if name not in str(error.value)] == []
