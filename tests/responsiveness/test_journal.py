"""What the journal keeps, hands on and costs."""

from __future__ import annotations

import gc

from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.journal import Entry, InputMark, Journal, Kind, Span

ENTRIES: tuple[Entry, ...] = (
    *(Span(kind, 1, 2, f"a {kind}", number) for number, kind in enumerate(Kind)),
    InputMark("key", 1, 2, 3),
    Freeze(1, 2, Cause.WAITING),
)


def test_it_gives_back_what_was_added() -> None:
    journal = Journal()
    for entry in ENTRIES:
        journal.add(entry)
    assert journal.entries() == ENTRIES


def test_the_oldest_go_first() -> None:
    journal = Journal(most=2)
    for entry in ENTRIES:
        journal.add(entry)
    assert journal.entries() == ENTRIES[-2:]


def test_listeners_are_handed_each_entry_until_they_are_none() -> None:
    journal, heard = Journal(), list[Entry]()
    journal.listen(heard.append)
    journal.add(ENTRIES[0])
    journal.unlisten(heard.append)
    journal.add(ENTRIES[1])
    assert heard == [ENTRIES[0]]


def test_what_is_kept_is_nothing_that_the_garbage_collector_looks_through() -> None:
    journal = Journal()
    for entry in ENTRIES[:-1]:
        journal.add(entry)
    gc.collect()
    assert not [kept for kept in journal._entries if gc.is_tracked(kept)]


def test_groups_are_all_different() -> None:
    journal = Journal()
    assert len({journal.new_group() for _ in range(100)}) == 100
