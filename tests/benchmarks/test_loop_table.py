"""What is shown of event loops' results, and how they are judged."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.loop_chart import Scale, chart_of
from tests.benchmarks.loop_loads import GUI_LOOPS, LOADS, LOOPS, SERVING, TIMING, TURNING, Load
from tests.benchmarks.loop_results import Results
from tests.benchmarks.loop_table import rows_of
from tests.benchmarks.table import as_table

SVG = "{http://www.w3.org/2000/svg}"
GUI = SERVING[0]


def results_of(load: Load, **samples: list[dict[str, float]]) -> Results:
    results = Results({"machine": "a machine", "Python": "3.11.7"})
    for loop, given in samples.items():
        results.cell(load.name, loop.replace("_", " ")).samples.extend(given)
    return results


def served(gap_max_ms: float = 20.0, gap_p99_ms: float = 10.0, total_s: float = 1.0) -> dict[str, float]:
    return {"gap_p50_ms": 4.0, "gap_p99_ms": gap_p99_ms, "gap_max_ms": gap_max_ms, "total_s": total_s}


def met_of(results: Results, load: Load) -> list[str]:
    return [line[-1] for line in rows_of(results, [load], {}).lines]


def test_a_cell_is_the_median_of_its_runs() -> None:
    results = results_of(GUI, qasync=[served(gap_max_ms=value) for value in (900.0, 20.0, 30.0)])
    shown = rows_of(results, [GUI], {}).lines[0]
    assert shown[2 + LOOPS.index("qasync")] == "4.0/10.0/30.0"


def test_the_aims_are_met() -> None:
    results = results_of(GUI, asyncio=[{"total_s": 0.8}], qasync=[served()], this_loop=[served()])
    assert met_of(results, GUI) == ["yes", "yes"]


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (served(gap_p99_ms=16.8), ["NO: p99 16.8 ms", "yes"]),
        (served(gap_max_ms=50.1), ["NO: max 50.1 ms", "yes"]),
        (served(gap_max_ms=300.0, gap_p99_ms=300.0), ["NO: p99 300.0 ms, max 300.0 ms", "yes"]),
        (served(total_s=1.01), ["yes", "NO: 1.01x qasync"]),
        (served(total_s=1.1), ["yes", "NO: 1.10x qasync, 1.38x asyncio"]),
    ],
)
def test_an_aim_that_is_missed_says_by_how_much(ours: dict[str, float], expected: list[str]) -> None:
    results = results_of(GUI, asyncio=[{"total_s": 0.8}], qasync=[served()], this_loop=[ours])
    assert met_of(results, GUI) == expected


def test_switches_are_held_against_qasyncs() -> None:
    slow, fast = (
        {"alone_per_s": 1.0, "switches_per_s": 100.0 * factor, "handed_per_s": 50.0 * factor} for factor in (1, 2)
    )
    assert met_of(results_of(TURNING, qasync=[slow], this_loop=[fast]), TURNING) == ["", "yes", "yes"]
    assert met_of(results_of(TURNING, qasync=[slow], this_loop=[slow]), TURNING) == ["", "NO: 1.00x", "NO: 1.00x"]


@pytest.mark.parametrize(
    ("late_ms", "early", "expected"),
    [(1.2, 0.0, ["yes", "", "yes"]), (1.3, 0.0, ["NO: +1.10 ms", "", "yes"]), (0.5, 1.0, ["yes", "", "NO: early"])],
)
def test_timers_are_held_against_the_systems(late_ms: float, early: float, expected: list[str]) -> None:
    sample = {f"{name}_{each}_ms": 0.2 for name in ("late", "own") for each in ("p50", "p99", "max")}
    sample |= {"late_p99_ms": late_ms, "early": early}
    # One run that is early is one too many.
    runs = [{**sample, "early": 0.0}, sample, {**sample, "early": 0.0}]
    assert met_of(results_of(TIMING, this_loop=runs), TIMING) == expected


def test_a_loop_that_failed_says_so_and_has_met_nothing() -> None:
    results = results_of(GUI, qasync=[served()])
    results.cell(GUI.name, "this loop").failure = "> 180 s"
    results.cell(GUI.name, "QtAsyncio").failure = "n/a: NotImplementedError"
    first, second = rows_of(results, [GUI], {}).lines
    assert first[2:7] == ("", "4.0/10.0/20.0", "", "n/a: NotImplementedError", "> 180 s")
    assert second[5:7] == ("n/a", "n/a")
    assert first[-1] == second[-1] == "NO: > 180 s"


def test_what_was_not_run_is_left_empty_and_unjudged() -> None:
    lines = rows_of(Results({}), LOADS, {}).lines
    assert {cell for line in lines for cell in (*line[2:7], line[8])} == {""}
    assert [line[0] for line in lines if line[0]] == [load.title for load in LOADS]


def test_parts_that_are_asked_for_together_are_one_table() -> None:
    results = results_of(GUI, qasync=[served()])
    table = as_table([], [rows_of(results, [load], {"qasync": "0.28.0"}) for load in (TURNING, GUI)])
    assert table.count("qasync 0.28.0") == 1
    assert GUI.title in table
    assert TURNING.title in table


def test_the_chart_has_a_bar_for_each_loop_that_was_measured_and_a_reason_for_each_that_was_not() -> None:
    results = results_of(GUI, qasync=[served(gap_max_ms=1234.0)], this_loop=[served(gap_max_ms=12.3)])
    results.cell(GUI.name, "QtAsyncio").failure = "n/a: NotImplementedError"
    document = ET.fromstring(chart_of(results, SERVING))
    texts = [text.text for text in document.iter(f"{SVG}text")]
    assert [text for text in texts if text in GUI_LOOPS] == list(GUI_LOOPS)
    assert {"1.23 s", "12.3 ms", "n/a: NotImplementedError", "not measured"} <= set(texts)
    bars = [bar for bar in document.iter(f"{SVG}rect") if bar.get("class") in ("ours", "peer")]
    assert [bar.get("class") for bar in bars] == ["peer", "ours"]
    assert float(bars[0].get("width", "")) > float(bars[1].get("width", ""))


def test_the_chart_leaves_out_loads_that_were_not_measured() -> None:
    texts = [text.text for text in ET.fromstring(chart_of(results_of(GUI, qasync=[served()]), SERVING)).iter()]
    assert GUI.title in texts
    assert SERVING[1].title not in texts


def test_nothing_of_the_chart_is_outside_of_it() -> None:
    results = results_of(GUI, **{loop.replace(" ", "_"): [served(gap_max_ms=60_000.0)] for loop in GUI_LOOPS})
    document = ET.fromstring(chart_of(results, SERVING))
    width, height = float(document.get("width", "")), float(document.get("height", ""))
    for element in document.iter():
        assert 0 <= float(element.get("x", "0")) + float(element.get("width", "0")) <= width
        assert 0 <= float(element.get("y", "0")) + float(element.get("height", "0")) <= height


def test_the_chart_is_dark_where_that_is_preferred() -> None:
    style = ET.fromstring(chart_of(results_of(GUI, qasync=[served()]), SERVING)).find(f"{SVG}style")
    assert style is not None
    assert "prefers-color-scheme: dark" in (style.text or "")


def test_the_scale_is_logarithmic() -> None:
    scale = Scale(2000.0)
    assert scale.x(200) - scale.x(20) == pytest.approx(scale.x(2000) - scale.x(200))
    assert list(scale.ticks()) == [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
