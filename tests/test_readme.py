"""The tables of README.md that are made are what makes them says."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.conditions.presets import PRESETS, Conditions
from tests.readme import (
    BLOCK,
    FAULT_MATRIX,
    README,
    FaultMatrix,
    fault_matrix_table,
    presets_table,
    rewritten,
    tables,
)

TEXT = "before\n<!-- table: presets -->\nold\n<!-- end -->\nbetween\n<!-- table: fault-matrix -->\n<!-- end -->\n"


def test_the_tables_are_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert rewritten(text, tables(FAULT_MATRIX)) == text, "run `make readme`"


def test_the_readme_has_a_place_for_each_table() -> None:
    places = [block["name"] for block in BLOCK.finditer(README.read_text(encoding="utf-8"))]
    assert places == ["presets", "fault-matrix"]


def test_every_preset_is_in_the_table_with_its_numbers() -> None:
    rows = presets_table(PRESETS.values()).splitlines()[2:]
    assert len(rows) == len(PRESETS)
    assert [each.name for each, row in zip(PRESETS.values(), rows, strict=True) if each.text not in row] == []


def test_a_table_takes_the_place_of_the_one_before() -> None:
    expected = (
        "before\n<!-- table: presets -->\nnew\n<!-- end -->\nbetween\n<!-- table: fault-matrix -->\n<!-- end -->\n"
    )
    assert rewritten(TEXT, {"presets": "new\n"}) == expected


def test_a_table_without_figures_stays_as_it_is(tmp_path: Path) -> None:
    made = tables(tmp_path / "fault-matrix.json")
    assert "fault-matrix" not in made
    assert "old" in rewritten(TEXT, {})


def test_what_makes_conditions_is_told_with_all_its_numbers() -> None:
    conditions = Conditions(
        name="foul",
        summary="All of it: {ms} ms.",
        values={"ms": 300},
        toxics=(
            {
                "type": "latency",
                "stream": "upstream",
                "attributes": {"latency": 300, "jitter": 200},
                "toxicity": 0.25,
            },
            {"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 40}},
            {"type": "down"},
        ),
        database_load=True,
        faults=({"status": 503, "first": 2, "path": "a|b"},),
    )
    assert presets_table([conditions]).splitlines()[2] == (
        "| `foul` | All of it: 300 ms. "
        "| the proxy, upstream: `latency(latency=300, jitter=200)` on 25 % of the connections; "
        "the proxy, downstream: `bandwidth(rate=40)`; the proxy: `down`; "
        "the service: 4 background customers hold the customer store's connections and its write lock for 6 s; "
        r"the service: `status=503, first=2, path=a\|b` |"
    )


def test_a_fault_matrix_as_the_tests_write_it_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "fault-matrix.json"
    path.write_text(
        '{"columns": ["fault", "blocking", "async"],'
        ' "rows": [{"fault": "refused", "blocking": "form", "async": "form"}, {"fault": "a slot", "async": "home"}]}'
    )
    assert tables(path)["fault-matrix"].splitlines() == [
        "| Fault | Blocking | Async |",
        "| --- | --- | --- |",
        "| refused | form | form |",
        "| a slot | – | home |",
    ]


def test_a_figure_that_no_column_is_for_is_not_lost_in_silence() -> None:
    with pytest.raises(ValueError, match="no column is for lag"):
        fault_matrix_table(FaultMatrix(["fault"], [{"fault": "refused", "lag": "3 ms"}]))
