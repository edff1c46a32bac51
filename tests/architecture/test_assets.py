"""The assets that the program names are there, and those that are there are used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from desktop_app.resources import ASSETS, PACKAGE
from desktop_app.signin.catalogue import CATALOGUE

ICONS = {path.stem for path in (ASSETS / "icons").glob("*.svg")}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def icons_named_in(source: Path) -> set[str]:
    """Find the names that are passed to ``icon`` or ``icon_renderer`` as they stand."""
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("icon", "icon_renderer") and call.args
        for argument in ast.walk(call.args[0])
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


NAMED = sorted({(source.name, name) for source in SOURCES for name in icons_named_in(source)})


def test_the_sources_name_icons() -> None:
    assert NAMED


@pytest.mark.parametrize(("source", "name"), NAMED)
def test_an_icon_that_is_named_is_there(source: str, name: str) -> None:
    assert name in ICONS


@pytest.mark.parametrize("name", [category.name for category in CATALOGUE])
def test_every_category_has_an_icon(name: str) -> None:
    assert name in ICONS


def test_only_one_module_reads_the_assets() -> None:
    readers = [
        source.relative_to(PACKAGE).as_posix()
        for source in SOURCES
        if re.search(r"\bASSETS\b|[\"']assets[\"'/]", source.read_text(encoding="utf-8"))
    ]
    assert readers == ["resources.py"]


@pytest.mark.parametrize("name", sorted(ICONS))
def test_an_icon_refers_to_nothing_outside(name: str) -> None:
    content = (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    assert not re.search(r"(href|src)=|url\(|<script|<image|<!ENTITY", content)
