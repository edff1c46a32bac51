"""What held a frame, where it is told: stderr, reports, trace and drawings."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.event_loop import EventLoop
from desktop_app.responsiveness.clock import NS_PER_MS as MS
from desktop_app.responsiveness.console import MOST_OVERRUNS, summary_lines
from desktop_app.responsiveness.events import Frame
from desktop_app.responsiveness.execution import lay_out
from desktop_app.responsiveness.execution_texts import tooltip_of
from desktop_app.responsiveness.html_report import html_report
from desktop_app.responsiveness.journal import Journal, Kind
from desktop_app.responsiveness.overruns import OverrunLog, RepeatedOverrun
from desktop_app.responsiveness.report import Report, json_report
from desktop_app.responsiveness.trace import TraceWriter
from desktop_app.responsiveness.track import Look
from desktop_app.responsiveness.window_of_time import View
from tests.helpers.overrunning import overrun
from tests.helpers.sample_report import START_NS
from tests.helpers.trace_checker import check_trace
from tests.helpers.watching import APPS, Watched, line_with, report_of, watch
from tests.responsiveness.made_entries import freeze, span, track
from tests.responsiveness.test_watch_lines import report

APP = APPS / "held.py"
PLACE = "load_home (home.py:120), task load"


def repeated(count: int = 1) -> tuple[RepeatedOverrun, ...]:
    """Give as many places."""
    log = OverrunLog()
    for number in range(count):
        for duration_ms in (20, 12):
            log.add(overrun(number, duration_ms - number, line=120 + number))
    return log.repeated()


def held(count: int = 1) -> Report:
    return replace(report(), overruns=repeated(count), overrun_count=2 * count)


def summary(given: Report) -> list[str]:
    return [line for line in summary_lines(given) if "held a frame" in line]


def test_the_summary_has_one_line_for_the_worst_places() -> None:
    (line,) = summary(held())
    place = "load_home (overrunning.py:120) 2 times for 32.0 ms, the longest 20.0 ms"
    assert line == f"callbacks that held a frame: {place}"
    (line,) = summary(held(MOST_OVERRUNS + 2))
    assert line.count("load_home") == MOST_OVERRUNS
    assert line.endswith("; and 2 more places")


def test_without_any_the_summary_says_nothing_of_it() -> None:
    assert summary(report()) == []


def test_the_json_report_has_all_that_is_known() -> None:
    given = held()
    (place,) = json.loads(json_report(given))["frame_overruns"]["places"]
    frame = {"file": overrun().frame.file, "line": 120, "function": "load_home"}
    start_ms = -given.start_ns / MS
    assert place == {
        **frame,
        "to_its_end": False,
        "task": "load",
        "coroutine": "Home.load",
        "awaits": [{**frame, "call": ""}],
        "start_ms": start_ms,
        "duration_ms": 20.0,
        "count": 2,
        "total_ms": 32.0,
        "first_start_ms": start_ms,
        "last_start_ms": start_ms,
        "verdict": place["verdict"],
    }
    assert "asyncio.to_thread" in place["verdict"]["fix"]


def test_the_html_report_has_a_table_of_it() -> None:
    page = html_report(held())
    assert '<h2 id="overruns">Callbacks that held a frame</h2>' in page
    assert "load_home</span>" in page
    assert 'id="overruns"' not in html_report(report())


def test_what_comes_from_the_program_stays_text_in_it() -> None:
    log = OverrunLog()
    hostile = overrun(task="<script>alert(1)</script>", function="<script>x", file="<script>y.py")
    log.add(replace(hostile, frame=Frame("<script>", 1, "<script>")))
    assert "<script" not in html_report(replace(report(), overruns=log.repeated()))


def test_the_html_timeline_shows_it() -> None:
    entry = replace(span(Kind.OVERRUN, 0, 0, PLACE), start_ns=START_NS, end_ns=START_NS + 12 * MS)
    given = replace(held(), entries=(entry,), start_ns=START_NS, end_ns=START_NS + 1000 * MS)
    page = html_report(given)
    assert 'class="soverrun"' in page
    assert f"overrun {PLACE}, 12 ms" in page


def test_the_execution_timeline_marks_it_in_the_gui_lane() -> None:
    made = track(span(Kind.OVERRUN, 500, 512, PLACE), freeze(1000, 1500), span(Kind.OVERRUN, 1100, 1110, "hidden"))
    figure = lay_out((made,), View(0, 2000 * MS), 900.0, lambda text: 6.0 * len(text))
    (found,) = (each for each in figure.rectangles if each.look is Look.OVERRUN)
    text = tooltip_of(found, figure.blocks[0].origin_ns)
    assert text == f"{PLACE}\nholding the frame 12 ms\nfrom 0.500 s to 0.512 s"
    (gui,) = (each for each in figure.rectangles if each.look is Look.FREEZE)
    assert (found.y, found.height) == (gui.y, gui.height)


def test_the_trace_has_a_lane_of_its_own_for_it() -> None:
    file, journal = io.BytesIO(), Journal()
    spans = [span(Kind.OVERRUN, 10, 22, PLACE), span(Kind.OVERRUN, 30, 37), span(Kind.OVERRUN, 35, 44, "crossing")]
    with TraceWriter(file, journal):
        for each in spans:
            journal.add(each)
    events = check_trace(file.getvalue().decode())
    lanes = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    told = [event for event in events if lanes.get(event["tid"]) == "frame overruns" and event["ph"] != "M"]
    assert [(event["ph"], event["name"]) for event in told] == [
        ("X", PLACE),
        ("X", "overrun"),
        ("b", "crossing"),
        ("e", "crossing"),
    ]
    assert (told[0]["ts"], told[0]["dur"]) == (spans[0].start_ns, 12 * MS)
    assert len(set(lanes.values())) == len(lanes)


# A program that is watched


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("held")
    return folder / "report.json", folder / "trace.json"


@pytest.fixture(scope="module")
def watched(files: tuple[Path, Path]) -> Watched:
    found = watch("--report", files[0], "--trace", files[1], APP)
    assert found.code == 0, found.stderr
    return found


def test_a_watched_program_s_coroutine_is_told_of(watched: Watched, files: tuple[Path, Path]) -> None:
    line = line_with(APP, "# waits next")
    told = report_of(files[0])["frame_overruns"]
    (place,) = (each for each in told["places"] if each["function"] == "load" and not each["to_its_end"])
    assert (place["file"], place["line"]) == (str(APP), line)
    assert (place["task"], place["coroutine"]) == ("load home", "Home.load")
    assert place["duration_ms"] >= 8
    assert told["count"] >= place["count"]
    (said,) = (each for each in watched.lines if "held a frame" in each)
    assert f"load (held.py:{line})" in said
    events: list[dict[str, Any]] = json.loads(files[1].read_text(encoding="utf-8"))
    assert [each for each in events if each["name"] == f"load (held.py:{line}), task load home" and each["ph"] == "X"]


def test_a_call_of_c_that_the_loop_makes_is_not_put_down_to_the_loop(
    watched: Watched, files: tuple[Path, Path]
) -> None:
    assert watched.code == 0
    found = report_of(files[0])
    # It slept for longer; a busy machine may not have seen when it began, or have run something else at its end.
    long = [each for each in (*found["freezes"], *found["not_of_the_program"]) if each["duration_ms"] > 200]
    assert long
    loop_files = {EventLoop.__module__.split(".")[-1] + ".py", "catching_slot.py"}
    named = {Path(each["culprit"]["file"]).name for each in long if each["culprit"]}
    assert not named & loop_files
