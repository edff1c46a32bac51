"""The classic mistake with asynchronous calls, in three variants, and how it is done right.

This is code that is really run, and shown as it stands here: `mistake` runs it where it can do no harm. What is wrong
in it is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from desktop_app.errors import ExchangeError
from desktop_app.preferences.model import DEFAULT_PREFERENCES

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Coroutine

    from desktop_app.preferences.model import Preferences, Theme

T = TypeVar("T")


class Load(Protocol):
    """Loads the preferences, as the program does."""

    def __call__(self) -> Coroutine[Any, Any, Preferences]:
        """Give the coroutine that sends the request and waits for the answer."""


class Page(Protocol):
    """A home page; blank until it is customised."""

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""

    def customise(self, preferences: Preferences) -> None:
        """Show the page as somebody prefers it."""

    def explain(self, error: ExchangeError) -> None:
        """Say why the page is not as they prefer it."""


class Loop(Protocol):
    """An event loop, as far as it is used here."""

    def create_task(self, coroutine: Coroutine[Any, Any, T]) -> Task[T]:
        """Have a coroutine run from the next turn on."""


async def unset_result(load: Load, page: Page, loop: Loop) -> None:
    """Take the result of a task that has not even begun."""
    request = loop.create_task(load())
    page.customise(request.result())


async def forgotten_await(load: Load, page: Page, loop: Loop) -> None:
    """Take the coroutine for what it would return."""
    # Any, because without it mypy refuses what follows.
    preferences: Any = load()
    page.set_theme(preferences.theme)
    page.customise(preferences)


async def read_too_early(load: Load, page: Page, loop: Loop) -> None:
    """Read a variable before the answer is stored in it."""
    # Any, because without it mypy refuses the last line.
    preferences: Any = None

    async def store() -> None:
        nonlocal preferences
        preferences = await load()

    loop.create_task(store())
    page.customise(preferences)


async def managed(load: Load, page: Page, loop: Loop) -> None:
    """Customise the page when the answer is there."""
    page.customise(DEFAULT_PREFERENCES)
    try:
        preferences = await load()
    except ExchangeError as error:
        page.explain(error)
    else:
        page.customise(preferences)
