from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.slices import Band, Slice

BOUNDS = [
    (0, Band.SMOOTH),
    (50, Band.LONG_TASK),
    (100, Band.NOTICEABLE),
    (250, Band.HANG),
    (500, Band.LONG_HANG),
    (5000, Band.NOT_RESPONDING),
]


@pytest.mark.parametrize(("bound_ms", "band"), BOUNDS)
def test_a_band_begins_just_above_its_bound(bound_ms: int, band: Band) -> None:
    assert Band.of(bound_ms * NS_PER_MS + 1) is band


@pytest.mark.parametrize(("bound_ms", "band"), BOUNDS)
def test_a_bound_belongs_to_the_band_below(bound_ms: int, band: Band) -> None:
    below = [other for other in Band if other < band]
    assert Band.of(bound_ms * NS_PER_MS) is (below[-1] if below else Band.SMOOTH)


def test_the_bounds_are_those_of_the_design() -> None:
    assert list(Band) == [0, 50, 100, 250, 500, 5000]


@given(duration_ns=st.integers(0, 10**12))
def test_a_duration_is_above_its_band_s_bound_and_not_above_the_next(duration_ns: int) -> None:
    bands = list(Band)
    band = Band.of(duration_ns)
    following = bands[bands.index(band) + 1 :]
    assert duration_ns > band * NS_PER_MS or band is Band.SMOOTH
    assert not following or duration_ns <= following[0] * NS_PER_MS


@given(first_ns=st.integers(0, 10**11), second_ns=st.integers(0, 10**11))
def test_longer_is_never_in_a_better_band(first_ns: int, second_ns: int) -> None:
    shorter, longer = sorted((first_ns, second_ns))
    assert Band.of(shorter) <= Band.of(longer)


@given(duration_ns=st.integers(-(10**12), 0))
def test_nothing_is_smooth(duration_ns: int) -> None:
    assert Band.of(duration_ns) is Band.SMOOTH


def test_a_slice_knows_its_length_and_band() -> None:
    found = Slice(1_000, 1_000 + 300 * NS_PER_MS)
    assert (found.duration_ns, found.band) == (300 * NS_PER_MS, Band.HANG)
