from __future__ import annotations

import gc
import threading
import time

from desktop_app.responsiveness.collecting import CollectionTime


def test_what_was_collected_in_the_thread_counts() -> None:
    garbage = [[each] for each in range(200_000)]
    collections = CollectionTime(threading.get_ident())
    collections.start()
    before_ns = time.monotonic_ns()
    gc.collect()
    took_ns = time.monotonic_ns() - before_ns
    collections.stop()
    gc.collect()
    del garbage
    assert took_ns / 2 < collections.total_ns() <= took_ns


def test_what_was_collected_in_another_thread_does_not() -> None:
    collections = CollectionTime(threading.get_ident())
    gc.disable()
    collections.start()
    other = threading.Thread(target=gc.collect)
    other.start()
    other.join()
    collections.stop()
    gc.enable()
    assert collections.total_ns() == 0


class Asker:
    """Is collected, and asks meanwhile."""

    def __init__(self, collections: CollectionTime, told_ns: list[int]) -> None:
        self.collections = collections
        self.told_ns = told_ns
        self.itself = self

    def __del__(self) -> None:
        self.told_ns += [self.collections.total_ns(), self.collections.total_ns()]


def test_one_that_is_under_way_counts_as_far_as_it_has_come() -> None:
    told_ns: list[int] = []
    collections = CollectionTime(threading.get_ident())
    Asker(collections, told_ns)
    collections.start()
    gc.collect()
    collections.stop()
    assert 0 < told_ns[0] < told_ns[1] < collections.total_ns()


def test_one_whose_end_is_not_seen_leaves_nothing_counting() -> None:
    collections = CollectionTime(threading.get_ident())
    collections.start()
    gc.callbacks[-1]("start", {"generation": 2, "collected": 0, "uncollectable": 0})
    collections.stop()
    total_ns = collections.total_ns()
    assert collections.total_ns() == total_ns == 0


def test_it_counts_once_however_often_it_is_started() -> None:
    before = list(gc.callbacks)
    collections = CollectionTime(threading.get_ident())
    collections.start()
    collections.start()
    assert len(gc.callbacks) == len(before) + 1
    collections.stop()
    assert gc.callbacks == before


def test_a_callback_that_the_program_has_taken_out_is_not_missed() -> None:
    before = list(gc.callbacks)
    collections = CollectionTime(threading.get_ident())
    collections.start()
    gc.callbacks.pop()
    collections.stop()
    assert gc.callbacks == before
