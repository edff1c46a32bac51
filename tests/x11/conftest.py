from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.x11.program import Program, running_program
from tests.x11.screen import missing_packages, running_screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.helpers.x11 import Screen


class Start(Protocol):
    """Starts the program with these arguments on a screen, by default the one that all tests share."""

    def __call__(self, *arguments: str, on: Screen | None = None) -> AbstractContextManager[Program]: ...


@pytest.fixture(scope="package")
def x11(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for what these tests leave; skips them where they cannot run."""
    if missing := missing_packages():
        pytest.skip(f"needs the Debian package{'s'[: len(missing) > 1]} {', '.join(missing)}")
    return tmp_path_factory.mktemp("x11")


@pytest.fixture(scope="package")
def screen(x11: Path) -> Iterator[Screen]:
    """A screen with a window manager."""
    with running_screen(x11) as screen:
        yield screen


@pytest.fixture(scope="package")
def bare_screen(x11: Path) -> Iterator[Screen]:
    """A screen without one."""
    with running_screen(x11, managed=False) as screen:
        yield screen


@pytest.fixture(scope="package")
def start(x11: Path, screen: Screen) -> Start:
    """How to start the program."""
    numbers = itertools.count(1)

    def start_program(*arguments: str, on: Screen | None = None) -> AbstractContextManager[Program]:
        directory = x11 / f"run-{next(numbers)}"
        directory.mkdir()
        return running_program(on or screen, directory, *arguments)

    return start_program
