from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.signin.card import CARD_HEIGHT, CARD_WIDTH, GAP, TEXT_SCALES, grid

WIDTHS = st.integers(1, 4000)
COUNTS = st.integers(0, 24)
SCALES = st.sampled_from(list(TEXT_SCALES.values()))


@given(width=WIDTHS, count=COUNTS, scale=SCALES)
def test_every_card_has_a_place_of_its_own(width: int, count: int, scale: float) -> None:
    places = grid(width, count, scale)
    assert len(places) == count
    assert not [pair for pair in combinations(places, 2) if pair[0].intersects(pair[1])]


@given(width=WIDTHS, count=COUNTS, scale=SCALES)
def test_no_card_leaves_the_width(width: int, count: int, scale: float) -> None:
    assert not [place for place in grid(width, count, scale) if place.left() < 0 or place.right() >= width]


@given(width=WIDTHS, count=COUNTS, scale=SCALES)
def test_all_cards_are_of_one_size(width: int, count: int, scale: float) -> None:
    assert len({(place.width(), place.height()) for place in grid(width, count, scale)}) <= 1


@given(width=st.integers(CARD_WIDTH * 2, 4000), count=COUNTS, scale=SCALES)
def test_a_card_is_as_wide_as_its_text_needs(width: int, count: int, scale: float) -> None:
    assert not [place for place in grid(width, count, scale) if place.width() < round(CARD_WIDTH * scale)]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (1, 1),
        (CARD_WIDTH, 1),
        (2 * CARD_WIDTH + GAP - 1, 1),
        (2 * CARD_WIDTH + GAP, 2),
        (3 * CARD_WIDTH + 2 * GAP, 3),
        (5 * CARD_WIDTH + 4 * GAP, 5),
    ],
)
def test_there_are_as_many_columns_as_have_room(width: int, columns: int) -> None:
    assert len({place.left() for place in grid(width, 12, 1.0)}) == columns


def test_rows_follow_with_a_gap() -> None:
    tops = sorted({place.top() for place in grid(CARD_WIDTH, 3, 1.0)})
    assert tops == [0, CARD_HEIGHT + GAP, 2 * (CARD_HEIGHT + GAP)]


def test_reading_order_is_row_by_row() -> None:
    places = [(place.top(), place.left()) for place in grid(3 * CARD_WIDTH + 2 * GAP, 7, 1.0)]
    assert places == sorted(places)


@pytest.mark.parametrize("scale", TEXT_SCALES.values())
def test_a_card_grows_with_its_text(scale: float) -> None:
    (place,) = grid(1000, 1, scale)
    assert place.height() == round(CARD_HEIGHT * scale)


def test_no_cards_take_no_places() -> None:
    assert grid(1000, 0, 1.0) == []
