from __future__ import annotations

from xml.etree import ElementTree

from desktop_app.responsiveness.execution_colors import DARK_FIGURE, LIGHT_FIGURE, FigureColors
from desktop_app.responsiveness.journal import Kind
from desktop_app.responsiveness.poster import Poster, poster_of
from desktop_app.responsiveness.svg import estimated_width, svg_of
from desktop_app.responsiveness.track import Track
from tests.responsiveness.made_entries import blocking, flowing, span, track

SVG = "{http://www.w3.org/2000/svg}"


def poster(*tracks: Track) -> Poster:
    made = tracks or (track(*blocking()), track(*flowing(), title="Async"))
    return poster_of(made, 960, estimated_width, title="Two ways to wait", subtitle="How to read it")


def parsed(picture: Poster, colors: FigureColors = LIGHT_FIGURE) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(picture, colors))


def test_each_rectangle_is_written_where_it_is() -> None:
    picture = poster()
    written = {
        tuple(float(each.get(name, "")) for name in ("x", "y", "width", "height"))
        for each in parsed(picture).iter(f"{SVG}rect")
        if each.get("x")
    }
    laid_out = {tuple(round(value, 2) for value in each[:4]) for each in picture.figure.rectangles}
    assert laid_out <= written


def test_what_a_pointer_rests_on_says_what_it_is() -> None:
    titles = [each.text or "" for each in parsed(poster()).iter(f"{SVG}title")]
    assert titles[0] == "Two ways to wait"
    assert any(each.startswith("frozen 1.68 s: waiting\n92 % in load_image (gallery.py:41)") for each in titles)
    assert "key, answered by a paint 1.64 s later" in titles


def test_texts_are_texts() -> None:
    texts = [each.text for each in parsed(poster()).iter(f"{SVG}text")]
    for text in ("Two ways to wait", "Blocking", "Async", "GUI thread", "frozen 1.68 s", "network", "painting"):
        assert text in texts


def test_names_from_outside_cannot_write_elements() -> None:
    named = track(span(Kind.TASK, 0, 1500, "</title><script>alert(1)</script>&"))
    root = parsed(poster(named))
    assert not list(root.iter(f"{SVG}script"))
    assert any("</title><script>alert(1)</script>&" in (each.text or "") for each in root.iter(f"{SVG}title"))


def test_it_needs_nothing_from_elsewhere() -> None:
    text = svg_of(poster())
    assert "href" not in text
    assert text.count("http") == 1  # The name of the format.


def test_all_is_within_the_picture() -> None:
    picture = poster()
    for chip in picture.legend:
        assert chip.text.x + chip.text.width <= picture.width
        assert chip.rectangle.y + chip.rectangle.height <= picture.height
    assert {chip.rectangle.look for chip in picture.legend} == {each.look for each in picture.figure.rectangles}
    assert picture.figure.height < picture.legend[0].rectangle.y


def _luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_every_text_is_legible() -> None:
    for colors in (LIGHT_FIGURE, DARK_FIGURE):
        for fill in (*colors.looks.values(), *colors.freezes.values()):
            assert contrast(fill.fill, fill.text) >= 4.5, fill
        for color in (colors.text, colors.muted):
            assert contrast(colors.background, color) >= 4.5


def test_what_shows_a_freeze_and_its_lines_stands_out_from_the_background() -> None:
    for colors in (LIGHT_FIGURE, DARK_FIGURE):
        for color in (*(fill.fill for fill in colors.freezes.values()), *colors.lines.values(), colors.focus):
            assert contrast(colors.background, color) >= 3
