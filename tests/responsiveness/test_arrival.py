"""Waiting for a module's import: told once, in time, and without a trace."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from desktop_app.responsiveness.arrival import Arrival

NAME = "arriving_package.module"
SOURCE = "loaders = [__loader__, __spec__.loader]\nis_ready = True\n"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with a module that can be imported, and has not been."""
    package = tmp_path / "arriving_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "other.py").touch()
    module = package / "module.py"
    module.write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield module
    for name in [name for name in sys.modules if name.startswith("arriving_package")]:
        del sys.modules[name]


@pytest.fixture
def arrived() -> list[bool]:
    """Whether the module could be used, at each call."""
    return []


@pytest.fixture
def arrival(arrived: list[bool], source: Path) -> Iterator[Arrival]:
    waiting = Arrival(NAME, lambda: arrived.append(hasattr(sys.modules[NAME], "is_ready")))
    yield waiting
    waiting.cancel()


def test_it_tells_of_the_import_when_the_module_can_be_used(arrival: Arrival, arrived: list[bool]) -> None:
    importlib.import_module(NAME)
    assert arrived == [True]


def test_it_tells_before_who_imports_goes_on(arrival: Arrival, arrived: list[bool], source: Path) -> None:
    source.with_name("other.py").write_text(
        f"import {NAME}\nimport sys\nwas_told = len(sys.told)\n", encoding="utf-8"
    )
    sys.told = arrived  # type: ignore[attr-defined]
    try:
        assert importlib.import_module("arriving_package.other").was_told == 1
    finally:
        del sys.told  # type: ignore[attr-defined]


def test_it_tells_of_that_module_only_and_once(arrival: Arrival, arrived: list[bool]) -> None:
    importlib.import_module("arriving_package.other")
    assert arrived == []
    module = importlib.import_module(NAME)
    importlib.import_module(NAME)
    importlib.reload(module)
    assert arrived == [True]


def test_nothing_is_left_of_it(arrived: list[bool], source: Path) -> None:
    before = list(sys.meta_path)
    arrival = Arrival(NAME, lambda: arrived.append(True))
    module = importlib.import_module(NAME)
    assert sys.meta_path == before
    assert module.__spec__ is not None
    # While the module is executed, it does not see it either.
    for loader in (module.__loader__, module.__spec__.loader, *module.loaders):
        assert isinstance(loader, SourceFileLoader)
    assert arrival not in (module.__loader__, module.__spec__.loader)


def test_cancelled_it_tells_nothing(arrived: list[bool], source: Path) -> None:
    before = list(sys.meta_path)
    arrival = Arrival(NAME, lambda: arrived.append(True))
    arrival.cancel()
    arrival.cancel()
    assert sys.meta_path == before
    importlib.import_module(NAME)
    assert arrived == []


def test_a_module_that_is_not_there_is_missed_as_always(arrived: list[bool], source: Path) -> None:
    arrival = Arrival("arriving_package.absent", lambda: arrived.append(True))
    with pytest.raises(ModuleNotFoundError, match=r"arriving_package\.absent"):
        importlib.import_module("arriving_package.absent")
    arrival.cancel()
    assert arrived == []


def test_a_module_that_fails_fails_as_always(arrival: Arrival, arrived: list[bool], source: Path) -> None:
    source.write_text("raise LookupError('no display')\n", encoding="utf-8")
    with pytest.raises(LookupError, match="no display"):
        importlib.import_module(NAME)
    assert arrived == []


def test_who_asks_whether_there_is_the_module_does_not_end_the_wait(arrival: Arrival, arrived: list[bool]) -> None:
    assert importlib.util.find_spec(NAME) is not None
    assert arrived == []
    importlib.import_module(NAME)
    assert arrived == [True]


def test_an_import_that_is_tried_again_after_it_failed_is_told(
    arrival: Arrival, arrived: list[bool], source: Path
) -> None:
    source.write_text("raise LookupError('no display')\n", encoding="utf-8")
    with pytest.raises(LookupError):
        importlib.import_module(NAME)
    # Of another length: the cache of the byte code is by size and second.
    source.write_text(SOURCE, encoding="utf-8")
    importlib.invalidate_caches()
    importlib.import_module(NAME)
    assert arrived == [True]
