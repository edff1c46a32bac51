"""The table of several conditions: pure."""

from __future__ import annotations

from desktop_app.comparison.figures import Comparison, ModeFigures
from desktop_app.comparison.table import WIDTH, table_of
from desktop_app.conditions.presets import PRESETS

HOME = ModeFigures("home", 1834.0, 7.6, 0.0, 36, (1.0,) * 35 + (101.0,))
DEFAULT = ModeFigures("degraded", 9994.0, 9994.0, 9994.0, 199, (9994.0,) * 199)
FORM = ModeFigures("form", None, 12.0, 0.0, 0, ())
SLOW = Comparison("slow", "Every reply takes 800 ms.", 3000, {"blocking": DEFAULT, "async": HOME})
SILENT = Comparison("silent", "Nothing comes back.", 3000, {"blocking": FORM, "async": FORM})
TABLE = """\
Deadline: 3.00 s.

                                    time to  longest  frozen   answered   input to paint
conditions  mode      ended in         home   freeze  in all  in 100 ms  median  longest
----------  --------  ------------  -------  -------  ------  ---------  ------  -------
slow        blocking  default home   9.99 s   9.99 s  9.99 s   0 of 199  9.99 s   9.99 s
            async     home           1.83 s     8 ms    0 ms   35 of 36    1 ms   101 ms
silent      blocking  form                –    12 ms    0 ms     0 of 0       –        –
            async     form                –    12 ms    0 ms     0 of 0       –        –

slow    Every reply takes 800 ms.
silent  Nothing comes back."""


def test_the_table_has_this_form() -> None:
    assert table_of([SLOW, SILENT]) == TABLE


def test_all_presets_fit_in_the_width_of_a_terminal() -> None:
    comparisons = [
        Comparison(name, conditions.text, 3000, {"blocking": DEFAULT, "async": DEFAULT})
        for name, conditions in PRESETS.items()
    ]
    assert [line for line in table_of(comparisons).splitlines() if len(line) > WIDTH] == []


def test_a_long_legend_goes_on_under_its_beginning() -> None:
    words = " ".join(["word"] * 40)
    comparison = Comparison("slow", words, 3000, {"blocking": FORM, "async": FORM})
    legend = table_of([comparison, SILENT]).rpartition("\n\n")[2].splitlines()
    assert [line[:8] for line in legend] == ["slow    ", "        ", "        ", "silent  "]
    assert " ".join(" ".join(legend[:3]).split()) == f"slow {words}"
