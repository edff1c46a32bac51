from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app import resources
from desktop_app.resources import ASSETS, asset, icon, icon_renderer, style_template, translation

ICONS = sorted(path.stem for path in (ASSETS / "icons").glob("*.svg"))


def test_there_are_icons() -> None:
    assert len(ICONS) > 20


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_can_be_drawn(name: str, qapp: QApplication) -> None:
    assert icon_renderer(name, "#123456").isValid()


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_takes_the_colour_it_is_given(name: str) -> None:
    assert "currentColor" in asset("icons", f"{name}.svg").read_text(encoding="utf-8") or name == "app"


def test_a_renderer_is_made_once_for_a_colour(qapp: QApplication) -> None:
    assert icon_renderer("home", "#111111") is icon_renderer("home", "#111111")
    assert icon_renderer("home", "#111111") is not icon_renderer("home", "#222222")


def test_an_icon_is_made_once_for_a_colour(qapp: QApplication) -> None:
    assert icon("home", "#111111") is icon("home", "#111111")
    assert icon("home", "#111111") is not icon("home", "#222222")


def test_an_icon_is_sharp_on_every_screen(qapp: QApplication) -> None:
    made = icon("home", "#111111", 20)
    assert {size.width() for size in made.availableSizes()} >= {20}
    assert made.pixmap(made.availableSizes()[0], 3.0).width() == 60


def test_a_missing_asset_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"no-such\.svg"):
        asset("icons", "no-such.svg")


@pytest.mark.parametrize(
    "name", ["../styles/window.qss", "..", ".", "", "/etc/passwd", "sub/home.svg", ".hidden", "x/../home.svg"]
)
def test_a_name_does_not_lead_out_of_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an asset"):
        asset("icons", name)


def test_there_is_a_style_sheet() -> None:
    assert "{" in style_template()


@pytest.mark.parametrize(
    "language", ["", "xx", "../de", "de/../de", "x" * 35, "\0", "1", "-", "_", "en-", "日本語", "de\n"]
)
def test_a_language_that_there_is_none_of_has_no_translation(language: str) -> None:
    found = translation(language)
    assert found is None or found.parent == ASSETS / "translations"


def test_a_translation_is_found_by_its_language_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assets = tmp_path_factory.mktemp("assets")
    (assets / "translations").mkdir()
    path = assets / "translations" / "desktop_app_de.qm"
    path.write_bytes(b"")
    monkeypatch.setattr(resources, "ASSETS", assets)
    assert [translation(tag) for tag in ("de", "DE", "de-AT", "de_CH", "de-Latn-DE")] == [path] * 5
    assert translation("en") is None
