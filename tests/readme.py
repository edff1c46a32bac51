"""``python -m tests.readme`` (``make readme``): writes those tables of README.md that nobody types.

Each stands between ``<!-- table: NAME -->`` and ``<!-- end -->``. One whose figures are missing stays as it is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from desktop_app.conditions.presets import DATABASE_LOAD_CUSTOMERS, DATABASE_LOAD_S, PRESETS, Conditions
from desktop_app.config import DEFAULT_CONDITIONS

REPOSITORY: Final = Path(__file__).parents[1]
README: Final = REPOSITORY / "README.md"
FAULT_MATRIX: Final = REPOSITORY / "assets" / "fault-matrix.json"
"""Written by the tests in ``tests/reliability``."""
BLOCK: Final = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->\n)(?P<table>.*?)(<!-- end -->)", re.DOTALL)
NOT_APPLICABLE: Final = "–"


class FaultMatrix(msgspec.Struct, frozen=True):
    """What became of every fault: the columns name the values of a row."""

    columns: list[str]
    rows: list[dict[str, str]]


def main() -> int:
    """Bring the tables up to date."""
    before = README.read_text(encoding="utf-8")
    after = rewritten(before, tables(FAULT_MATRIX))
    README.write_text(after, encoding="utf-8")
    sys.stdout.write("README.md is as it was.\n" if after == before else "README.md has new tables.\n")
    return 0


def tables(fault_matrix: Path) -> dict[str, str]:
    """Make every table that there are figures for, by its name."""
    made = {"presets": presets_table(PRESETS.values())}
    if fault_matrix.exists():
        made["fault-matrix"] = fault_matrix_table(msgspec.json.decode(fault_matrix.read_bytes(), type=FaultMatrix))
    return made


def rewritten(text: str, made: Mapping[str, str]) -> str:
    """Put the tables in the place of those between their markers."""

    def replacement(block: re.Match[str]) -> str:
        begin, name, table, end = block.groups()
        return f"{begin}{made.get(name, table)}{end}"

    return BLOCK.sub(replacement, text)


def presets_table(presets: Iterable[Conditions]) -> str:
    """Tell of all conditions what they are, and what makes them."""
    headings = ("Conditions", "What they are", "What makes them")
    return _table(headings, ((_name(each), each.text, "; ".join(_ways(each)) or "nothing") for each in presets))


def fault_matrix_table(matrix: FaultMatrix) -> str:
    """Tell of all faults what becomes of them.

    Raises:
        ValueError: A row has a value that belongs to no column.
    """
    keys = matrix.columns
    for row in matrix.rows:
        if unknown := row.keys() - set(keys):
            raise ValueError(f"no column is for {', '.join(sorted(unknown))}")
    headings = [column.capitalize() for column in matrix.columns]
    return _table(headings, ([row.get(key, NOT_APPLICABLE) for key in keys] for row in matrix.rows))


def _name(conditions: Conditions) -> str:
    return f"`{conditions.name}`" + (" (default)" if conditions.name == DEFAULT_CONDITIONS else "")


def _ways(conditions: Conditions) -> Iterator[str]:
    for toxic in conditions.toxics:
        yield f"the proxy{_direction(toxic)}: `{toxic['type']}{_attributes(toxic)}`{_toxicity(toxic)}"
    if conditions.database_load:
        yield (
            f"the service: {DATABASE_LOAD_CUSTOMERS} background customers hold the customer store's connections and "
            f"its write lock for {DATABASE_LOAD_S:g} s"
        )
    for fault in conditions.faults:
        yield f"the service: `{_pairs(fault)}`"


def _direction(toxic: Mapping[str, Any]) -> str:
    return f", {toxic['stream']}" if "stream" in toxic else ""


def _attributes(toxic: Mapping[str, Any]) -> str:
    return f"({_pairs(toxic['attributes'])})" if "attributes" in toxic else ""


def _toxicity(toxic: Mapping[str, Any]) -> str:
    share = toxic.get("toxicity", 1)
    return "" if share == 1 else f" on {share * 100:g} % of the connections"


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


if __name__ == "__main__":
    sys.exit(main())
