from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.overriding import override
from desktop_app.responsiveness import trace
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask
from desktop_app.responsiveness.journal import Entry, InputMark, Journal, Kind, Span
from desktop_app.responsiveness.trace import TraceWriter
from desktop_app.responsiveness.trace_events import MOST_REMEMBERED, Nesting
from desktop_app.responsiveness.verdict import verdict_of
from tests.helpers.trace_checker import check_trace

LOADER = Frame("/home/me/gallery.py", 41, "load_image", "time.sleep(1)", is_own=True)
STACK = (Frame("/home/me/gallery.py", 80, "<module>", is_own=True), LOADER)
FREEZE = Freeze(
    1_000 * NS_PER_MS,
    2_500 * NS_PER_MS,
    Cause.WAITING,
    Culprit(LOADER, 0.92),
    RunningTask("loading", (LOADER,)),
    (CountedStack(STACK, 12), CountedStack(STACK[:1], 1)),
)


def written(*entries: Entry, lags: tuple[tuple[int, int], ...] = ()) -> list[dict[str, Any]]:
    """Give the events that a writer makes of these, checked, without those that name the lanes."""
    file, journal = io.BytesIO(), Journal()
    with TraceWriter(file, journal) as writer:
        for entry in entries:
            journal.add(entry)
        for at_ms, lag_ms in lags:
            writer.add_lag(at_ms * NS_PER_MS, lag_ms * NS_PER_MS)
    return [event for event in check_trace(file.getvalue().decode()) if event["ph"] != "M"]


def test_a_freeze_is_a_block_of_the_gui_thread_with_its_stacks() -> None:
    (event,) = written(FREEZE)
    assert (event["ph"], event["ts"], event["dur"]) == ("X", FREEZE.start_ns, FREEZE.duration_ns)
    assert (event["pid"], event["tid"]) == (os.getpid(), threading.main_thread().native_id)
    assert event["name"] == "frozen: load_image (gallery.py:41)"
    args = event["args"]
    assert args["stacks"] == [
        {"samples": 12, "stack": ["<module> (/home/me/gallery.py:80)", "load_image (/home/me/gallery.py:41)"]},
        {"samples": 1, "stack": ["<module> (/home/me/gallery.py:80)"]},
    ]
    assert (args["cause"], args["late sample"], args["task"]) == ("waiting", False, "loading")
    assert args["verdict"] == verdict_of(FREEZE).text


def test_a_freeze_that_lasts_is_a_mark_with_what_is_known_of_it() -> None:
    (event,) = written(replace(FREEZE, is_lasting=True))
    assert (event["ph"], event["name"], event["ts"]) == (
        "i",
        "still frozen: load_image (gallery.py:41)",
        FREEZE.end_ns,
    )
    assert event["args"]["stacks"][0]["samples"] == 12


def test_what_the_program_is_not_to_blame_for_is_told_apart() -> None:
    (event,) = written(Freeze(0, 100 * NS_PER_MS, Cause.NOT_SCHEDULED))
    assert (event["cat"], event["name"]) == ("not the program", "not scheduled")


def test_a_paint_within_a_freeze_is_nested_in_it() -> None:
    paint, freeze = written(Span(Kind.PAINT, 1_200 * NS_PER_MS, 1_300 * NS_PER_MS), FREEZE)
    assert (paint["ph"], freeze["ph"]) == ("X", "X")
    assert paint["tid"] == freeze["tid"]


def test_a_paint_that_crosses_a_freeze_s_end_has_a_row_of_its_own() -> None:
    freeze, begin, end = written(FREEZE, Span(Kind.PAINT, 2_400 * NS_PER_MS, 2_600 * NS_PER_MS))
    assert (freeze["ph"], begin["ph"], end["ph"]) == ("X", "b", "e")


def test_tasks_that_overlap_are_pairs_of_their_own() -> None:
    first, first_end, second, second_end = written(
        Span(Kind.TASK, 100, 900, "signing in", 1), Span(Kind.TASK, 200, 950, "late answer", 2)
    )
    assert [event["ph"] for event in (first, first_end, second, second_end)] == ["b", "e", "b", "e"]
    assert (first["name"], first["id"], second["name"]) == ("signing in", first_end["id"], "late answer")
    assert first["id"] != second["id"]


def test_the_phases_of_a_request_share_a_row() -> None:
    phases = (Kind.CONNECT, Kind.SEND, Kind.WAIT, Kind.RECEIVE)
    spans = [Span(kind, 10 * index, 10 * index + 10, "GET /v1", 4) for index, kind in enumerate(phases)]
    events = written(*spans)
    assert [event["name"] for event in events if event["ph"] == "b"] == ["connect", "send", "wait", "receive"]
    assert len({event["id"] for event in events}) == 1
    assert {event["args"]["name"] for event in events if event["ph"] == "b"} == {"GET /v1"}


def test_an_input_is_a_mark_and_a_stretch_up_to_its_paint() -> None:
    mark, begin, delay, delay_end, end = written(InputMark("key", 1_000_001, 5_000_000, 8_000_001))
    assert (mark["ph"], mark["name"], mark["ts"]) == ("i", "key", 1_000_001)
    assert (begin["ts"], end["ts"]) == (1_000_001, 8_000_001)
    assert (delay["name"], delay["ts"], delay_end["ts"]) == ("input delay", 1_000_001, 5_000_000)
    assert float(begin["args"]["input to next paint, ms"]) == 7.0


def test_of_the_lags_the_worst_of_each_tenth_of_a_second_is_counted() -> None:
    events = written(lags=((1_000, 2), (1_050, 30), (1_099, 4), (1_100, 1), (1_300, 7)))
    assert [(event["ts"] // NS_PER_MS, float(event["args"]["ms"])) for event in events] == [
        (1_050, 30.0),
        (1_100, 1.0),
        (1_300, 7.0),
    ]


def test_no_nanosecond_is_lost_after_a_year_of_uptime() -> None:
    start_ns = 31_536_000 * 10**9 + 1
    (event,) = written(Span(Kind.PAINT, start_ns, start_ns + 3))
    assert (event["ts"], event["dur"]) == (start_ns, 3)


def test_half_a_character_of_a_path_does_not_break_the_file() -> None:
    frame = Frame("/tmp/\udcff.py", 1, 'f"<&\\')
    (event,) = written(Freeze(0, NS_PER_MS, Cause.COMPUTING, Culprit(frame, 1.0), None, (CountedStack((frame,), 1),)))
    json.dumps(event["args"], ensure_ascii=False, default=str).encode()
    assert event["args"]["file"] == "/tmp/?.py"


def test_a_lane_with_much_on_it_forgets_and_refuses_what_it_cannot_know() -> None:
    lane = Nesting()
    assert all(lane.takes(10 * index, 10 * index + 5) for index in range(MOST_REMEMBERED + 50))
    assert not lane.takes(12, 13)
    assert lane.takes(10 * MOST_REMEMBERED + 1, 10 * MOST_REMEMBERED + 2)


TIMES = st.integers(0, 40)
STRETCHES = st.tuples(TIMES, TIMES).map(sorted)
SPANS = st.builds(
    lambda kind, times, name, group: Span(kind, times[0], times[1], name, group),
    st.sampled_from(Kind),
    STRETCHES,
    st.text(max_size=3),
    st.integers(0, 3),
)
FREEZES = st.builds(
    lambda times, cause, name: Freeze(times[0], times[1], cause, Culprit(Frame(name, 1, name), 1.0)),
    STRETCHES,
    st.sampled_from(Cause),
    st.text(max_size=3),
)
MARKS = st.builds(InputMark, st.sampled_from(("key", "click")), TIMES, TIMES, TIMES)


@given(entries=st.lists(SPANS | FREEZES | MARKS, max_size=30), lags=st.lists(st.tuples(TIMES, TIMES)))
def test_whatever_happens_makes_a_sound_trace(entries: list[Entry], lags: list[tuple[int, int]]) -> None:
    events = written(*entries, lags=tuple(lags))
    told = [event for event in events if event["ph"] in "Xb" and event["name"] != "input delay"]
    assert len(told) == len(entries)


def test_an_hour_s_run_does_not_live_in_memory(tmp_path: Path) -> None:
    path, journal = tmp_path / "trace.json", Journal(most=100)
    sizes = []
    try:
        with TraceWriter(path, journal) as writer:
            for index in range(200_000):
                if index == 180_000:
                    tracemalloc.start()  # it makes everything slow: these show, too, whether any of each is kept
                journal.add(Span(Kind.WAIT, index * 1000, index * 1000 + 900, "GET /v1", index % 5000))
                if index % 1000 == 999:
                    writer.flush()
                    sizes.append(path.stat().st_size)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 2_000_000
    assert sizes == sorted(set(sizes))
    assert sizes[-1] > 30_000_000
    assert writer.dropped == 0


class SlowDisk(io.BytesIO):
    """Lets nothing through until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.opened = threading.Event(), threading.Event()
        self.opened.set()

    @override
    def write(self, data: Any) -> int:
        self.reached.set()
        assert self.opened.wait(30)
        return super().write(data)


def test_a_slow_disk_is_not_waited_for_and_what_it_cost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "MOST_WAITING", 100)
    disk, journal = SlowDisk(), Journal()
    with TraceWriter(disk, journal) as writer:
        disk.reached.clear()
        disk.opened.clear()
        journal.add(Span(Kind.PAINT, 0, 1))
        assert disk.reached.wait(30)
        for index in range(150):
            journal.add(Span(Kind.PAINT, 10 * index + 10, 10 * index + 11))
        assert writer.dropped == 50
        disk.opened.set()
    events = check_trace(disk.getvalue().decode())
    assert [event["args"]["labels"] for event in events if event["name"] == "process_labels"] == [
        "50 entries were dropped"
    ]
    assert len([event for event in events if event["ph"] == "X"]) == 101


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_a_full_disk_is_told_at_the_end_and_harms_nobody_before() -> None:
    journal = Journal()
    writer = TraceWriter(Path("/dev/full"), journal)
    journal.add(FREEZE)
    writer.flush()
    with pytest.raises(OSError, match="No space left") as caught:
        writer.close()
    assert caught.value.errno == errno.ENOSPC
    assert writer.dropped == 1


def test_nothing_is_listened_to_after_the_end() -> None:
    journal, file = Journal(), io.BytesIO()
    writer = TraceWriter(file, journal)
    writer.close()
    before = file.getvalue()
    journal.add(FREEZE)
    writer.close()
    assert file.getvalue() == before
    assert not [each for each in threading.enumerate() if each.name == "trace-writer"]


def test_the_trace_of_a_watched_program_has_its_freezes_with_stacks_and_its_lag(tmp_path: Path) -> None:
    path, gallery = tmp_path / "trace.json", Path(__file__).parents[1] / "apps" / "gallery.py"
    ended = subprocess.run(
        [sys.executable, "-m", "desktop_app", "watch", "--trace", str(path), str(gallery), "--quit-after", "400"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    events = check_trace(path.read_text())
    (freeze,) = [event for event in events if event["name"].startswith("frozen: show_all (gallery.py:")]
    assert freeze["ph"] == "X"
    assert freeze["dur"] >= 1_400 * NS_PER_MS
    assert any("show_all" in line for line in freeze["args"]["stacks"][0]["stack"])
    lags = [float(event["args"]["ms"]) for event in events if event["ph"] == "C"]
    assert max(lags) > 1_000


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from desktop_app.responsiveness.journal import Journal, Kind, Span
from desktop_app.responsiveness.trace import TraceWriter

journal = Journal()
writer = TraceWriter(Path(sys.argv[1]), journal)
for index in range(1000):
    journal.add(Span(Kind.TASK, index, index + 10, "task", index))
writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_trace_of_a_killed_program_opens(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60)
    assert ended.returncode == -9
    text = path.read_text()
    assert not text.rstrip().endswith("]")
    assert len([event for event in check_trace(text) if event["ph"] == "b"]) == 1000
