from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.preferences.model import DEFAULT_PREFERENCES
from desktop_app.signin.catalogue import CATALOGUE, CURRENCIES, DEFAULT_CURRENCY, Category, ordered, price_in

NAMES = [category.name for category in CATALOGUE]


def names(categories: list[Category]) -> list[str]:
    return [category.name for category in categories]


def test_without_favourites_the_order_is_the_shop_s() -> None:
    assert ordered(()) == list(CATALOGUE)


def test_favourites_come_first_in_their_order() -> None:
    assert names(ordered(("science", "books")))[:3] == ["science", "books", "music"]


def test_unknown_favourites_are_passed_over() -> None:
    assert names(ordered(("no such thing", "art", "")))[:2] == ["art", "books"]


def test_a_favourite_named_twice_comes_once() -> None:
    assert names(ordered(("art", "home", "art")))[:3] == ["art", "home", "books"]


@given(favourites=st.lists(st.sampled_from(NAMES) | st.text()).map(tuple))
def test_nothing_is_lost_and_nothing_comes_twice(favourites: tuple[str, ...]) -> None:
    assert sorted(names(ordered(favourites))) == sorted(NAMES)


@given(favourites=st.permutations(NAMES).map(tuple))
def test_any_order_can_be_had(favourites: tuple[str, ...]) -> None:
    assert tuple(names(ordered(favourites))) == favourites


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("category", CATALOGUE, ids=NAMES)
def test_there_is_a_price_in_every_currency(category: Category) -> None:
    assert set(category.prices) == set(CURRENCIES)
    assert min(category.prices.values()) > 0


PRICES = [
    ("USD", (14.99, "$", 2)),
    ("EUR", (13.90, "€", 2)),
    ("GBP", (11.99, "£", 2)),
    ("CHF", (14.90, "CHF ", 2)),
    ("JPY", (2200.0, "¥", 0)),
]


@pytest.mark.parametrize(("currency", "price"), PRICES)
def test_a_price_is_the_one_of_the_list(currency: str, price: tuple[float, str, int]) -> None:
    assert price_in(CATALOGUE[0], currency) == price


@pytest.mark.parametrize("currency", ["XXX", "", "usd", "EURO"])
def test_a_currency_without_a_list_is_the_default_one(currency: str) -> None:
    assert price_in(CATALOGUE[0], currency) == price_in(CATALOGUE[0], DEFAULT_CURRENCY)


def test_the_default_currency_is_that_of_the_default_preferences() -> None:
    assert DEFAULT_PREFERENCES.currency == DEFAULT_CURRENCY
