from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask
from desktop_app.responsiveness.html_report import answer, html_report
from desktop_app.responsiveness.html_style import STYLE
from desktop_app.responsiveness.html_text import duration_text, prose
from desktop_app.responsiveness.html_timeline import STEPS
from desktop_app.responsiveness.journal import InputMark
from desktop_app.responsiveness.report import Report
from tests.helpers.browser import CHROMIUM, browse, noting_proxy
from tests.helpers.sample_report import empty_report, freeze_of, hour_report, report_of, rich_report

VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = (
    "</code><img src=http://outside.invalid/x.png onerror=\"document.title='broken'\">"
    "<script>document.title='broken'</script>&"
)


class Page(HTMLParser):
    """What a page is made of; refuses one whose elements do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.opened

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.opened.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if self.opened and self.opened[-1] != "style":
            self.texts.append(data)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def hostile_report() -> Report:
    frame = Frame(f"/tmp/{HOSTILE}.py", 3, HOSTILE, HOSTILE, is_own=True)
    freeze = Freeze(
        NS_PER_MS,
        900 * NS_PER_MS,
        Cause.WAITING,
        Culprit(frame, 0.5),
        RunningTask(HOSTILE, (frame,)),
        (CountedStack((frame,), 1),),
    )
    return replace(report_of([freeze], 1000, HOSTILE, HOSTILE), start_ns=0, end_ns=1000 * NS_PER_MS)


def test_the_answer_is_one_sentence() -> None:
    assert answer(rich_report()) == (
        "The window was frozen for 8.45 s of 40 s; the longest freeze took 5.60 s, in favourites (store.py:19)."
    )


def test_the_answer_about_a_single_freeze_does_not_tell_its_length_twice() -> None:
    frame = Frame("/home/me/gallery.py", 41, "load_image", is_own=True)
    report = report_of([freeze_of(100, 1_500, Cause.WAITING, frame)], 40_000)
    assert answer(report) == "The window was frozen for 1.50 s of 40 s, in one go, in load_image (gallery.py:41)."


def test_where_nothing_froze_that_is_said() -> None:
    page = Page(html_report(empty_report()))
    assert answer(empty_report()) == "No freeze of 50 ms or more in 12.3 s."
    assert "The window answered within that time throughout." in page.text
    assert "tbody" not in page.tags


def test_where_there_was_no_window_that_is_said() -> None:
    assert "no QApplication" in Page(html_report(replace(empty_report(), has_application=False))).text


def test_a_report_of_a_run_that_goes_on_says_so() -> None:
    words = "still running when this was written"
    assert words in Page(html_report(replace(rich_report(), is_complete=False))).text
    assert words not in Page(html_report(rich_report())).text


def test_the_budget_is_held_against_the_freezes() -> None:
    short = [freeze_of(100, 80, Cause.WAITING)]
    assert (
        "4 freezes were longer than the budget of 250\N{NO-BREAK SPACE}ms." in Page(html_report(rich_report())).text
    )
    assert "None was longer than the budget" in Page(html_report(report_of([*short], 1000))).text


def test_where_the_event_loop_never_ran_that_is_said() -> None:
    assert "never ran" in answer(replace(empty_report(), has_event_loop=False))


def test_what_stands_between_backticks_is_code_and_nothing_else_is() -> None:
    assert prose("use `a<b` & `c`, not `") == "use <code>a&lt;b</code> &amp; <code>c</code>, not `"


def test_a_number_stays_with_its_unit() -> None:
    assert (
        prose("in 5 s of 10 seconds, `wait(3 s)`") == "in 5\N{NO-BREAK SPACE}s of 10 seconds, <code>wait(3 s)</code>"
    )


def test_each_place_has_a_row_with_its_numbers() -> None:
    page = Page(html_report(rich_report()))
    assert [each for each in page.all("id") if each.startswith("freeze-")] == [f"freeze-{n}" for n in range(1, 6)]
    for words in ("load_image", "/home/me/gallery/gallery.py:41", "1.50 s", "1.85 s", "time.sleep(0.25)", "waiting"):
        assert any(words in text for text in page.texts), words


def test_each_stack_can_be_unfolded_by_key_and_each_cell_says_what_it_is() -> None:
    text = html_report(rich_report())
    page = Page(text)
    stacks = sum(len(each.longest.stacks) for each in rich_report().freezes)
    assert page.tags.count("details") == page.tags.count("summary") == stacks + 4
    assert page.tags.count("ol") == stacks
    for tag, roles in (("th", "columnheader|rowheader"), ("td", "cell"), ("tr", "row"), ("table", "table")):
        assert len(re.findall(rf'<{tag} [^>]*role="(?:{roles})"', text)) == page.tags.count(tag)
    assert page.all("scope").count("row") == 6


def test_a_card_says_how_inputs_were_answered() -> None:
    text = html_report(rich_report())
    (mark, answering) = re.findall(r'card wide mark(\d+)"><dt>Input to next paint: <strong>([^<]*)', text)[0]
    assert (mark, answering) == ("500", "poor")
    assert "6 keys and clicks; delay until a widget had them: p50 " in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Input to next paint" not in html_report(empty_report())


def test_a_large_number_on_a_card_can_be_read() -> None:
    inputs = [InputMark("key", each, each, each + NS_PER_MS) for each in range(1234)]
    page = Page(html_report(report_of([*inputs], 1000)))
    assert any(text.startswith("1\N{NARROW NO-BREAK SPACE}234 keys and clicks; ") for text in page.texts)
    assert "\N{REPLACEMENT CHARACTER}" not in page.text


def test_what_is_not_of_the_program_s_making_has_a_table_of_its_own() -> None:
    page = Page(html_report(rich_report()))
    assert page.all("id").count("apart-1") == 1
    assert "Not of the program’s making" in page.texts


def test_whoever_points_at_a_block_is_told_what_it_is() -> None:
    titles = re.findall("<title>([^<]*)</title></rect>", html_report(rich_report()))
    assert "1.50 s waiting in load_image (gallery.py:41), at 6.00 s" in titles
    assert "2.10 s not scheduled, at 33 s" in titles
    assert "wait GET /thumbnails/0, 1.40 s, at 8.20 s" in titles
    assert "key, painted 12 ms later, at 1.50 s" in titles


def test_each_link_leads_somewhere_on_the_page() -> None:
    page = Page(html_report(rich_report()))
    links = page.all("href")
    assert len(links) == 9
    assert {link.removeprefix("#") for link in links} <= set(page.all("id"))


def test_a_page_wants_nothing_from_anywhere() -> None:
    page = Page(html_report(hostile_report()))
    assert not {"script", "img", "link", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert not page.all("src")
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert any("default-src 'none'" in content for content in page.all("content"))


def test_what_comes_from_the_program_stays_text() -> None:
    page = Page(html_report(hostile_report()))
    assert sum(HOSTILE in text for text in page.texts) >= 7
    assert any(HOSTILE in label for label in page.all("aria-label"))


@given(text=st.text(max_size=20))
def test_no_name_breaks_the_page(text: str) -> None:
    frame = Frame(text, 1, text, text, is_own=True)
    freeze = freeze_of(1, 60, Cause.UNKNOWN, frame, task=RunningTask(text, (frame,)))
    plain = Page(
        html_report(report_of([freeze_of(1, 60, Cause.UNKNOWN, replace(frame, file="a", function="a"))], 99))
    )
    page = Page(html_report(report_of([freeze], 99, text, text)))
    assert set(page.tags) <= {*plain.tags, "code"}
    html_report(report_of([freeze], 99, text, text)).encode()


def test_an_hour_s_page_is_bounded_and_no_row_has_more_blocks_than_steps() -> None:
    text = html_report(hour_report())
    assert len(text) < 2_000_000
    rows = re.split(r'<rect class="(?:lane|gui)"', text)[1:]
    assert all(row.count("<rect") <= 2 * STEPS + 20 for row in rows)


def test_freezes_that_cannot_be_told_apart_are_one_that_looks_like_the_longest_and_leads_to_it() -> None:
    short, long = (Frame("/a.py", line, f"part_{line}", is_own=True) for line in (1, 2))
    freezes = [
        freeze_of(1_000, 60, Cause.COMPUTING, short),
        freeze_of(1_100, 300, Cause.COMPUTING, long),
        freeze_of(1_500, 60, Cause.COMPUTING, short),
    ]
    text = html_report(report_of([*freezes], 3_600_000))
    (block,) = re.findall('<a href="#([^"]*)"[^>]*><rect class="([^"]*)"[^>]*><title>([^<]*)', text)
    assert block == ("freeze-1", "s250", "3 together, the longest 300 ms computing in part_2 (a.py:2), at 1.00 s")


def test_a_freeze_that_the_journal_has_forgotten_is_drawn_nevertheless() -> None:
    report = replace(rich_report(), entries=())
    assert html_report(report).count("<a href") == len(report.freezes) + len(report.apart)


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 ms"),
        (300_000, "0.3 ms"),
        (9_940_000, "9.9 ms"),
        (9_960_000, "10 ms"),
        (999_400_000, "999 ms"),
        (999_600_000, "1.00 s"),
        (9_996_000_000, "10 s"),
        (12_345_000_000, "12.3 s"),
        (59_960_000_000, "1 min"),
        (61_000_000_000, "1 min 1 s"),
        (3_600_000_000_000, "1 h"),
        (5_400_000_000_000, "1 h 30 min"),
    ],
)
def test_a_duration_has_the_unit_that_fits(ns: int, text: str) -> None:
    assert duration_text(ns) == text


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_is_legible_in_both_themes(theme: int) -> None:
    colors = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[theme]))
    texts = ["text", "muted", "accent", "b0", "b50", "b100", "b250", "b500", "b5000"]
    pairs = [(text, ground) for text in texts for ground in ("surface", "page")]
    pairs += [
        ("text", "raised"),
        ("accent", "raised"),
        ("text", "accent-soft"),
        ("muted", "accent-soft"),
        ("accent", "accent-soft"),
    ]
    poor = {pair: contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    shapes = ["apart", "task", "network", "database", "paint"]
    assert [shape for shape in shapes if contrast(colors[shape], colors["surface"]) < 3] == []


in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this system")


@in_a_browser
def test_a_browser_finds_the_rows_and_nothing_to_complain_of(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html_report(rich_report()), encoding="utf-8")
    found, complaints = browse(page, "--dump-dom")
    assert complaints == []
    assert re.findall(r'<tbody id="([\w-]+)"', found) == [*(f"freeze-{n}" for n in range(1, 6)), "apart-1"]
    assert "time.sleep(0.25)" in found


@in_a_browser
def test_a_hostile_program_s_report_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html_report(hostile_report()), encoding="utf-8")
    with noting_proxy() as proxy:
        found, complaints = browse(page, "--dump-dom", proxy=proxy)
    assert complaints == []
    assert [each for each in proxy.asked if "outside.invalid" in each] == []
    assert not re.search(r"<(script|img)\b", found)
    assert "<title>Responsiveness of" in found


@in_a_browser
def test_that_test_would_notice(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    text = html_report(empty_report())
    page.write_text(text.replace("<main>", f"<main>{HOSTILE}"), encoding="utf-8")
    refused, complaints = browse(page, "--dump-dom")
    assert complaints
    assert "<title>broken" not in refused
    page.write_text(
        re.sub("<meta http-equiv[^>]*>", "", text).replace("<main>", f"<main>{HOSTILE}"), encoding="utf-8"
    )
    with noting_proxy() as proxy:
        found, _ = browse(page, "--dump-dom", proxy=proxy)
    assert [each for each in proxy.asked if "outside.invalid" in each]
    assert "<title>broken" in found


@in_a_browser
@pytest.mark.parametrize(
    ("scheme", "worst", "ground", "sheet"),
    [(1, "#8a1250", "#f4f5f8", "#ffffff"), (0, "#ff8cc6", "#14161b", "#1c1f26")],
)
def test_a_browser_draws_the_worst_freeze_in_its_colour_in_both_themes(
    tmp_path: Path, scheme: int, worst: str, ground: str, sheet: str
) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(html_report(rich_report()), encoding="utf-8")
    options = (f"--screenshot={picture}", "--window-size=1000,800", f"--blink-settings=preferredColorScheme={scheme}")
    _, complaints = browse(page, *options)
    assert complaints == []
    image = QImage(str(picture))
    colors = [image.pixelColor(x, y).name() for y in range(300, 800, 4) for x in range(0, 1000, 4)]
    # 5.6 s of 40 s, on about 900 pixels, 30 pixels high
    assert 150 < colors.count(worst) < 400
    assert colors[0] == ground
    assert colors.count(sheet) > 3000


MEASURED = "<script>document.body.id = `${innerWidth},${document.documentElement.scrollWidth}`</script></body>"


@in_a_browser
@pytest.mark.parametrize("width", [400, 1300])
def test_a_page_is_never_wider_than_its_window(tmp_path: Path, width: int) -> None:
    page = tmp_path / "report.html"
    text = re.sub("<meta http-equiv[^>]*>", "", html_report(rich_report())).replace("<details>", "<details open>")
    page.write_text(text.replace("</body>", MEASURED), encoding="utf-8")
    found, _ = browse(page, "--dump-dom", f"--window-size={width},900")
    (widths,) = re.findall(r'<body id="(\d+,\d+)"', found)
    window, content = map(int, widths.split(","))
    assert (window <= 640) == (width <= 640)
    assert content <= window
