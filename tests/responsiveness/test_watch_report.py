"""The JSON report of ``desktop-app watch``: the keys that others rely on, and when it is written."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.journal import InputMark
from desktop_app.responsiveness.report import json_report, write_atomically
from tests.helpers.watching import APPS, line_with, report_of, watch
from tests.responsiveness.test_watch_lines import freeze, report

SUMMARY = {"duration_ms", "frozen_ms", "longest_freeze_ms", "lag_ms"}
FREEZE = {"start_ms", "duration_ms", "count", "cause", "late_sample", "culprit", "task", "stacks", "verdict"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a run of the gallery."""
    path = tmp_path_factory.mktemp("report") / "report.json"
    watched = watch("--report", path, APPS / "gallery.py", "--quit-after", "2500")
    assert watched.code == 0, watched.stderr
    return report_of(path)


def test_it_has_the_promised_keys(written: dict[str, Any]) -> None:
    assert set(written["summary"]) >= SUMMARY
    assert set(written["summary"]["lag_ms"]) == {"p50", "p95", "p99", "max"}
    assert all(set(each) >= FREEZE for each in written["freezes"])


def test_the_summary_agrees_with_the_freezes(written: dict[str, Any]) -> None:
    summary, freezes = written["summary"], written["freezes"]
    assert summary["frozen_ms"] == pytest.approx(sum(each["total_ms"] for each in freezes), abs=0.01)
    assert summary["longest_freeze_ms"] == max(each["duration_ms"] for each in freezes)
    assert summary["longest_freeze_ms"] >= 1400
    assert summary["duration_ms"] >= summary["frozen_ms"]
    assert (
        summary["lag_ms"]["max"] >= summary["lag_ms"]["p99"] >= summary["lag_ms"]["p95"] >= summary["lag_ms"]["p50"]
    )
    assert (written["is_over_budget"], written["is_complete"]) == (True, True)


def test_a_freeze_says_all_that_is_known(written: dict[str, Any]) -> None:
    (found,) = (each for each in written["freezes"] if each["culprit"]["function"] == "show_all")
    app = APPS / "gallery.py"
    assert found["culprit"] == {"file": str(app), "line": line_with(app), "function": "show_all"}
    assert (found["cause"], found["count"], found["phase"], found["task"]) == ("waiting", 1, "running", None)
    assert found["start_ms"] + found["duration_ms"] <= written["summary"]["duration_ms"]
    frames = found["stacks"][0]["frames"]
    assert frames[-1] == {
        "file": str(app),
        "line": line_with(app),
        "function": "show_all",
        "call": "time.sleep(PAUSE_S)",
    }
    assert found["verdict"]["name"] != "unknown"
    assert found["verdict"]["fix"]


def test_stacks_begin_with_the_program(written: dict[str, Any]) -> None:
    outermost = {stack["frames"][0]["file"] for each in written["freezes"] for stack in each["stacks"]}
    assert outermost == {str(APPS / "gallery.py")}


def test_how_inputs_were_answered_is_summed_up() -> None:
    marks = [InputMark("click", 0, 20 * NS_PER_MS, 501 * NS_PER_MS)] * 3
    figures = [dict.fromkeys(("p50", "p75", "p95", "max"), ms) for ms in (20.0, 501.0)]
    expected = {"count": 3, "delay_ms": figures[0], "to_paint_ms": figures[1], "verdict": "poor"}
    assert json.loads(json_report(report(inputs=marks)))["summary"]["inputs"] == expected


def test_without_inputs_there_is_nothing_to_sum_up(written: dict[str, Any]) -> None:
    assert written["summary"]["inputs"] is None


def test_what_is_not_known_is_null() -> None:
    content = json.loads(json_report(report(replace(freeze(0, 300), culprit=None, stacks=()))))
    (found,) = content["freezes"]
    assert (found["culprit"], found["task"], found["share"], found["stacks"]) == (None, None, None, [])


def test_a_report_is_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    write_atomically(path, "new\udc80")
    assert path.read_text() == "new\\udc80"
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_cannot_be_written_changes_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    script = tmp_path / "program.py"
    script.write_text(f"import shutil, sys\nshutil.rmtree({str(folder)!r})\nsys.exit(4)\n")
    watched = watch("--report", folder / "report.json", script)
    assert (watched.code, watched.rest) == (4, "")
    assert "the report can't be written: No such file or directory" in watched.lines


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_must_not_be_written_to_is_told_of_before_the_program_runs(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("print('it ran')")
    (tmp_path / "folder").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    watched = watch("--report", tmp_path / "folder" / "report.json", script)
    assert (watched.code, watched.stdout) == (2, "")


def test_a_trace_and_a_report_for_persons(tmp_path: Path) -> None:
    watched = watch(
        "--report", tmp_path / "r.html", "--trace", tmp_path / "t.json", APPS / "gallery.py", "--quit-after", "2500"
    )
    assert watched.code == 0, watched.stderr
    assert "show_all" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert any("show_all" in json.dumps(event) for event in json.loads((tmp_path / "t.json").read_bytes()))
    assert watched.lines[-2:] == [f"report: {tmp_path / 'r.html'}", f"trace: {tmp_path / 't.json'}"]
