"""The event loops' benchmark: that its processes measure, and that nothing of what they say is lost."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.benchmarks.children.loop_kinds import percentile
from tests.benchmarks.children.loop_works import random_lengths_s
from tests.benchmarks.loop_loads import LOADS, LOOPS, PARTS, Load
from tests.benchmarks.loop_processes import LoopError, calibrated, http_server, run, tls_server
from tests.benchmarks.loop_results import Results, read
from tests.benchmarks.loops import NAMES, Bench
from tests.benchmarks.processes import ChildError

GAPS = {"gap_p50_ms", "gap_p99_ms", "gap_max_ms"}
LOAD = Load("small", "small", "coroutines", "coroutines")
SAMPLE = {"gap_p50_ms": 4.0, "gap_p99_ms": 5.0, "gap_max_ms": 6.0, "total_s": 1.0}


@pytest.fixture(autouse=True)
def off_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


@pytest.mark.parametrize("loop", ["asyncio", "qasync", "this loop"])
def test_a_loop_counts_its_turns(loop: str) -> None:
    figures = run(loop, "turns", {"duration_s": 0.02})
    assert set(figures) == {"alone_per_s", "switches_per_s", "handed_per_s"}
    assert min(figures.values()) > 0


def test_timers_are_measured_beside_the_systems() -> None:
    figures = run("this loop", "timers", {"count": 3})
    assert figures["own_p50_ms"] >= 0
    assert figures["late_p50_ms"] <= figures["late_p99_ms"] <= figures["late_max_ms"]
    assert figures["early"] == 0


def test_timers_have_many_lengths_the_same_in_every_process() -> None:
    lengths_s = random_lengths_s(100)
    assert lengths_s == random_lengths_s(100)
    assert len(set(lengths_s)) == 100
    assert 0.0001 <= min(lengths_s) < 0.002 < 0.028 < max(lengths_s) <= 0.03


def test_a_loop_with_a_gui_tells_its_gaps() -> None:
    figures = run("this loop", "coroutines", {"tasks": 10, "turns": 10, "loops": 1000})
    assert set(figures) - {"not_scheduled_s"} == GAPS | {"total_s", "processor_s"}
    assert (
        0 < figures["gap_p50_ms"] <= figures["gap_p99_ms"] <= figures["gap_max_ms"] <= figures["total_s"] * 1000 + 4
    )


def test_asyncio_has_no_gui_to_wait() -> None:
    assert not GAPS & set(run("asyncio", "coroutines", {"tasks": 10, "turns": 10, "loops": 10}))


@pytest.mark.parametrize("at_once", [1, 4])
def test_requests_are_made_against_a_real_server(at_once: int) -> None:
    with http_server() as arguments:
        figures = run("this loop", "httpx", {"at_once": at_once, "requests": 8, **arguments})
    assert set(figures) - {"not_scheduled_s"} == GAPS | {"total_s", "processor_s"}


def test_bytes_are_read_over_tls(tmp_path: Path) -> None:
    with tls_server(tmp_path, 300_000) as arguments:
        assert run("this loop", "download", {"length": 300_000, **arguments})["total_s"] > 0
        with pytest.raises(LoopError, match="AssertionError"):
            run("this loop", "download", {"length": 300_001, **arguments})


def test_a_loop_that_fails_says_by_what() -> None:
    with pytest.raises(LoopError, match=r"^n/a: FileNotFoundError$"):
        run("this loop", "download", {"port": 9, "authority": "/nowhere", "length": 1})


def test_a_loop_that_takes_too_long_says_so() -> None:
    with pytest.raises(LoopError, match=r"^> 0\.01 s$"):
        run("this loop", "turns", {"duration_s": 60}, limit_s=0.01)


def test_more_time_is_more_loops() -> None:
    assert calibrated(1000) > calibrated(10) > 0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)])
def test_a_percentile_is_of_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_one_value_is_every_percentile() -> None:
    assert percentile([7.0], 0.5) == percentile([7.0], 0.99) == 7.0


def test_every_load_can_be_asked_for_by_its_part() -> None:
    assert sorted(load.name for loads in PARTS.values() for load in loads) == sorted(load.name for load in LOADS)
    assert set(Bench().measurements()) == set(NAMES)


class Runs:
    """Gives figures without a process, and is interrupted or fails where it is told to."""

    def __init__(self, interrupted_at: int = 0, failing: str = "") -> None:
        self.made: list[str] = []
        self._interrupted_at = interrupted_at
        self._failing = failing

    def __call__(self, loop: str, work: str, arguments: Mapping[str, object]) -> dict[str, float]:
        self.made.append(loop)
        if len(self.made) == self._interrupted_at:
            raise KeyboardInterrupt
        if loop == self._failing:
            raise LoopError("n/a: NotImplementedError")
        return dict(SAMPLE)


def test_what_failed_is_not_run_again() -> None:
    runs = Runs(failing="QtAsyncio")
    bench = Bench(run=runs)
    list(bench.measure([LOAD], 3))
    assert runs.made.count("QtAsyncio") == 1
    assert runs.made.count("this loop") == 3
    assert bench.results is not None
    assert bench.results.cell("small", "QtAsyncio").failure == "n/a: NotImplementedError"


def test_an_interrupted_bench_keeps_and_shows_what_it_has(tmp_path: Path) -> None:
    file, chart = tmp_path / "loops.json", tmp_path / "loops.svg"
    measuring = Bench(file, chart, run=Runs(interrupted_at=4)).measure([LOAD], 2)
    rows = next(measuring)
    assert rows.lines[1][2:7] == ("1.00", "1.00", "1.00", "", "")
    with pytest.raises(KeyboardInterrupt):
        next(measuring)
    kept = read(file)
    assert [len(kept.cell("small", loop).samples) for loop in LOOPS] == [1, 1, 1, 0, 0]
    assert chart.exists()


def test_a_resumed_bench_measures_only_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "loops.json"
    with contextlib.suppress(KeyboardInterrupt):
        list(Bench(file, run=Runs(interrupted_at=4)).measure([LOAD], 2))
    runs = Runs()
    list(Bench(file, resumes=True, run=runs).measure([LOAD], 2))
    assert runs.made == [*LOOPS[3:], *LOOPS]


def test_results_of_another_machine_are_not_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "loops.json"
    list(Bench(file, run=Runs()).measure([LOAD], 1))
    told = json.loads(file.read_text(encoding="utf-8"))
    told["circumstances"]["machine"] = "another"
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ChildError, match="is of machine another"):
        list(Bench(file, resumes=True, run=Runs()).measure([LOAD], 1))


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = Results({"machine": "this"})
    results.cell("small", "asyncio").samples.append(dict(SAMPLE))
    results.cell("small", "qasync").failure = "> 180 s"
    results.write(tmp_path / "loops.json")
    assert read(tmp_path / "loops.json") == results
