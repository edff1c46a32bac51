from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop_app.responsiveness.causes import LEAST_SHARE, Evidence, cause_of
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause

MS = NS_PER_MS
FIELDS = {
    Cause.COMPUTING: "computing_ns",
    Cause.GARBAGE_COLLECTION: "gc_ns",
    Cause.INTERPRETER_HELD: "held_ns",
    Cause.NOT_SCHEDULED: "not_scheduled_ns",
    Cause.SUSPENDED: "suspended_ns",
    Cause.DEBUGGER: "debugged_ns",
}
lengths_ns = st.integers(0, 10**13)
evidences = st.builds(
    Evidence,
    st.integers(0, 10**12),
    computing_ns=st.none() | lengths_ns,
    gc_ns=lengths_ns,
    held_ns=lengths_ns,
    not_scheduled_ns=lengths_ns,
    suspended_ns=lengths_ns,
    debugged_ns=lengths_ns,
)


def test_what_used_no_processor_waited() -> None:
    assert cause_of(Evidence(100 * MS)) is Cause.WAITING


@pytest.mark.parametrize(("cause", "field"), FIELDS.items())
def test_what_took_most_of_the_time_is_the_cause(cause: Cause, field: str) -> None:
    assert cause_of(dataclasses.replace(Evidence(100 * MS), **{field: 60 * MS})) is cause


@pytest.mark.parametrize("field", FIELDS.values())
def test_what_took_little_of_the_time_is_not(field: str) -> None:
    assert cause_of(dataclasses.replace(Evidence(100 * MS), **{field: 30 * MS})) is Cause.WAITING


def test_no_cause_that_took_too_little_is_named() -> None:
    mixed = Evidence(100 * MS, computing_ns=30 * MS, gc_ns=30 * MS, held_ns=30 * MS)
    assert cause_of(mixed) is Cause.UNKNOWN


def test_what_the_system_cannot_tell_is_unknown() -> None:
    assert cause_of(Evidence(100 * MS, computing_ns=None)) is Cause.UNKNOWN


def test_what_is_known_is_told_though_the_rest_is_not() -> None:
    assert cause_of(Evidence(100 * MS, computing_ns=None, gc_ns=60 * MS)) is Cause.GARBAGE_COLLECTION


def test_what_the_program_did_in_the_larger_part_of_the_time_is_the_cause_whatever_the_machine_did() -> None:
    assert cause_of(Evidence(100 * MS, computing_ns=25 * MS, not_scheduled_ns=45 * MS)) is Cause.WAITING


def test_what_is_not_the_program_s_fault_adds_up() -> None:
    assert cause_of(Evidence(100 * MS, computing_ns=45 * MS, not_scheduled_ns=30 * MS, debugged_ns=25 * MS)) is (
        Cause.NOT_SCHEDULED
    )


def test_an_hour_of_sleep_outweighs_the_moment_that_the_clock_counted() -> None:
    assert cause_of(Evidence(80 * MS, computing_ns=80 * MS, suspended_ns=3_600_000 * MS)) is Cause.SUSPENDED


def test_a_hang_of_the_program_s_own_is_told_however_much_longer_the_machine_made_it() -> None:
    assert cause_of(Evidence(900 * MS, computing_ns=300 * MS, not_scheduled_ns=600 * MS)) is Cause.COMPUTING


def test_what_is_a_hang_only_by_what_the_machine_did_is_not_the_program_s() -> None:
    assert cause_of(Evidence(900 * MS, computing_ns=200 * MS, not_scheduled_ns=600 * MS)) is Cause.NOT_SCHEDULED


def test_time_that_nothing_was_measured_in_makes_no_hang_of_what_the_machine_did() -> None:
    assert cause_of(Evidence(900 * MS, not_scheduled_ns=500 * MS)) is Cause.NOT_SCHEDULED


def test_a_hang_that_was_held_by_a_debugger_is_the_debugger_s() -> None:
    assert cause_of(Evidence(900 * MS, computing_ns=300 * MS, debugged_ns=600 * MS)) is Cause.DEBUGGER


@given(evidence=evidences)
def test_the_shares_are_the_whole_and_none_is_negative(evidence: Evidence) -> None:
    shares = [*evidence.outside().values(), *evidence.own().values()]
    assert sum(shares) == evidence.duration_ns
    assert min(shares) >= 0


@given(evidence=evidences)
def test_a_cause_took_the_least_share_of_what_it_is_judged_by(evidence: Evidence) -> None:
    assume(evidence.duration_ns > 0)
    cause, outside, own = cause_of(evidence), evidence.outside(), evidence.own()
    if cause in outside:
        assert sum(outside.values()) >= evidence.duration_ns / 2
        assert outside[cause] >= evidence.duration_ns / 6
    elif cause is not Cause.UNKNOWN:
        assert own[cause] >= LEAST_SHARE * sum(own.values())
        assert own[cause] == max(own.values())


@given(evidence=evidences, more_ns=lengths_ns)
def test_more_of_a_cause_leaves_it_the_cause(evidence: Evidence, more_ns: int) -> None:
    cause = cause_of(evidence)
    assume(cause in FIELDS)
    measured_ns = getattr(evidence, FIELDS[cause])
    assert cause_of(dataclasses.replace(evidence, **{FIELDS[cause]: measured_ns + more_ns})) is cause


@given(duration_ns=st.integers(-(10**9), 0))
def test_what_took_no_time_has_no_cause(duration_ns: int) -> None:
    assert cause_of(Evidence(duration_ns)) is Cause.UNKNOWN
