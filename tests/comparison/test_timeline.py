from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPixmap

from desktop_app.comparison.figures import ModeFigures
from desktop_app.comparison.scenario import Recording
from desktop_app.comparison.timeline import timeline_of
from desktop_app.happened import happened
from desktop_app.responsiveness.clock import NS_PER_MS as MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.journal import Entry, Kind
from desktop_app.responsiveness.slices import Slice
from desktop_app.responsiveness.svg import estimated_width
from desktop_app.responsiveness.track import Look
from desktop_app.signin.state import Mode
from tests.comparison.runs import compare
from tests.responsiveness.made_entries import ORIGIN_MS, blocking, flowing, freeze, mark, span

ORIGIN_NS = ORIGIN_MS * MS
END_NS = ORIGIN_NS + 2000 * MS


def recording(entries: list[Entry], outcome: str = "home") -> Recording:
    figures = ModeFigures(outcome, 1700.0, 1675.0, 1675.0, 33, ())
    return Recording(figures, 1700.0, (), QPixmap(), QPixmap(), ORIGIN_NS, tuple(entries))


def test_blocking_is_above_and_async_below_whichever_was_first(qapp: object) -> None:
    picture = timeline_of({Mode.ASYNC: recording(flowing()), Mode.BLOCKING: recording(blocking())}, estimated_width)
    assert [block.title.text for block in picture.figure.blocks] == ["Blocking", "Async"]
    assert [each.block for each in picture.figure.rectangles if each.look is Look.FREEZE] == [0, 1]


def test_the_summary_is_of_what_is_drawn(qapp: object) -> None:
    picture = timeline_of({Mode.BLOCKING: recording(blocking()), Mode.ASYNC: recording([])}, estimated_width)
    above, below = (block.summary.text for block in picture.figure.blocks)
    assert above == (
        "home page after 1.70 s · longest freeze 1.68 s · 33 keys and clicks, the slowest answered after 1.69 s"
    )
    assert below == "home page after 1.70 s · never frozen"


def test_a_stretch_that_the_system_took_is_no_freeze_of_the_program(qapp: object) -> None:
    picture = timeline_of({Mode.ASYNC: recording([freeze(0, 90, Cause.NOT_SCHEDULED)])}, estimated_width)
    assert picture.figure.blocks[0].summary.text.endswith("no freeze of its own")


@pytest.mark.parametrize(
    ("outcome", "words"), [("degraded", "default home page after"), ("form", "back at the form after")]
)
def test_where_it_ended_is_said(qapp: object, outcome: str, words: str) -> None:
    picture = timeline_of({Mode.BLOCKING: recording([], outcome)}, estimated_width)
    assert picture.figure.blocks[0].summary.text.startswith(words)


def test_an_answer_that_came_after_the_end_is_drawn(qapp: object) -> None:
    picture = timeline_of({Mode.BLOCKING: recording([mark(1690, 1900)])}, estimated_width)
    (line,) = picture.figure.marks
    assert line.to_x == pytest.approx(picture.figure.blocks[0].end_x)


def test_what_an_earlier_load_began_did_not_happen_in_this_one() -> None:
    before: list[Entry] = [
        freeze(-500, -100),
        mark(-90, 50),
        span(Kind.TASK, -40, 800, "sign out"),
        span(Kind.WAIT, -9, 800),
    ]
    during: list[Entry] = [freeze(-5, 1000), span(Kind.INPUT, -5, 3), span(Kind.TASK, 1, 800), mark(1, 1010)]
    assert happened([*before, *during], [], ORIGIN_NS, END_NS) == tuple(during)


def test_what_belongs_to_what_an_earlier_load_began_is_not_of_this_one() -> None:
    earlier = [span(Kind.WAIT, -9, 800, "DELETE /session", 7), span(Kind.RECEIVE, 800, 801, "DELETE /session", 7)]
    ours = [span(Kind.WAIT, 2, 900, "POST /session", 8), span(Kind.RECEIVE, 900, 901, "POST /session", 8)]
    assert happened([*earlier, *ours], [], ORIGIN_NS, END_NS) == tuple(ours)


def test_what_goes_on_after_the_end_happened_and_what_begins_then_did_not() -> None:
    goes_on, begins = span(Kind.TASK, 5, 6000), span(Kind.TASK, 2001, 2002)
    assert happened([goes_on, begins], [], ORIGIN_NS, END_NS) == (goes_on,)


def test_a_freeze_that_was_measured_but_not_told_of_happened() -> None:
    told = freeze(0, 1000)
    slices = [
        Slice(ORIGIN_NS + start * MS, ORIGIN_NS + end * MS) for start, end in ((2, 1003), (1003, 1030), (1200, 1300))
    ]
    untold = Freeze(ORIGIN_NS + 1200 * MS, ORIGIN_NS + 1300 * MS, Cause.UNKNOWN)
    assert happened([told], slices, ORIGIN_NS, END_NS) == (told, untold)


def test_what_the_system_ran_instead_is_told_of() -> None:
    apart = freeze(0, 1000, Cause.NOT_SCHEDULED)
    assert happened([apart], [Slice(ORIGIN_NS, ORIGIN_NS + 1000 * MS)], ORIGIN_NS, END_NS) == (apart,)


def test_a_comparison_draws_a_blocking_load_as_one_long_freeze(tmp_path: Path) -> None:
    done = compare("--conditions", "slow", "--pictures", tmp_path)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "timeline.svg").read_text(encoding="utf-8")
    above, _, below = written.partition(">Async</text>")
    assert re.search(r">frozen \d+\.\d+ s<", above)
    assert not re.search(r">frozen \d+\.\d+ s<", below)
    assert QImage(str(tmp_path / "timeline.png")).width() == 1920
