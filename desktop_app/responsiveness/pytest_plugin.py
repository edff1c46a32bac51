"""The pytest plugin: a test that blocks the GUI thread for longer than its budget fails, with the code that did it.

Nothing but this module is loaded until the first test that is watched: one with the marker ``responsive``, with the
fixture ``responsiveness``, or any where the ini option ``responsive_budget_ms`` is set and there is a QApplication.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from desktop_app.responsiveness.events import Freeze
    from desktop_app.responsiveness.watched import WatchedTime

NAME = "responsive"
INI = "responsive_budget_ms"
SPARED = "responsiveness_discounted"
"""The user property of a test that passed only because something was discounted."""
MARKER = (
    "responsive(budget_ms=250): fail the test if it blocks the GUI thread for longer in one go, while Qt or the "
    f"asyncio loop delivers events; without an argument the budget is that of the ini option {INI}, or 250 ms. "
    'responsive(budget_ms=None, reason="..."): do not watch a test that blocks on purpose.'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the budget of a whole suite."""
    parser.addini(
        INI,
        "fail each test that blocks the GUI thread for longer, in milliseconds, while Qt or an asyncio loop delivers "
        "events; the marker `responsive` overrides it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known; complain about a budget that is none before any test runs."""
    config.addinivalue_line("markers", MARKER)
    if written := config.getini(INI):
        from desktop_app.responsiveness.budgets import BadBudgetError, checked

        try:
            config.stash[_SUITE_BUDGET_MS] = checked(_number(written))
        except BadBudgetError as error:
            raise pytest.UsageError(f"{INI}: {error}") from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if (watched := config.stash.get(_WATCHED, None)) is not None:
        watched.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that says nothing that can be held; leave nothing beside a test that is exempt."""
    item.stash[_BUDGET_MS] = budget_ms = _budget_ms_of(item)
    item.stash[_TOLD] = []
    is_exempt = budget_ms is None and item.get_closest_marker(NAME) is not None
    if is_exempt and (watched := item.config.stash.get(_WATCHED, None)) is not None:
        watched.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the test itself, and neither what set it up nor what comes after."""
    budget_ms = item.stash[_BUDGET_MS]
    has_fixture = _FIXTURE in item.stash
    if budget_ms is None and not has_fixture:
        return (yield)
    is_asked_for = has_fixture or item.get_closest_marker(NAME) is not None
    if not is_asked_for and "PySide6.QtCore" not in sys.modules:
        return (yield)
    watched = _watched(item.config)
    if not has_fixture:
        watched.begin(budget_ms)
    # A loop of asyncio's own has to do with a GUI only where the test has: others may have left an application.
    is_gui_test = is_asked_for or "qapp" in getattr(item, "fixturenames", ())
    with watched.delivering(also_asyncio=is_gui_test):
        try:
            result = yield
        except Exception:
            if budget_ms is not None:
                _add_to_failure(item, watched.freezes_while_delivering(), budget_ms)
            raise
    if budget_ms is not None:
        _hold(item, watched.freezes_while_delivering(), budget_ms)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Leave nothing of the watching behind, when the fixtures have put back what they replaced."""
    try:
        return (yield)
    finally:
        if (watched := item.config.stash.get(_WATCHED, None)) is not None:
            watched.let_go()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests passed only because something was discounted."""
    spared = [
        f"{report.nodeid} {text}"
        for report in terminalreporter.getreports("passed")
        for name, text in report.user_properties
        if name == SPARED and report.when == "call"
    ]
    if spared:
        terminalreporter.section("responsiveness")
        for line in spared:
            terminalreporter.write_line(line)


class Responsiveness:
    """What the fixture ``responsiveness`` gives: budgets for a part of a test, and what was seen."""

    def __init__(self, item: pytest.Item, watched: WatchedTime) -> None:
        self._item = item
        self._watched = watched

    @property
    def freezes(self) -> tuple[Freeze, ...]:
        """The freezes of the test so far: those in the time that is watched, that have ended, of 50 ms or more.

        Of less where one of its budgets is less.
        """
        return self._watched.freezes()

    def budget(self, ms: float) -> AbstractContextManager[None]:
        """Fail where the block blocks the GUI thread for longer in one go; all of it counts, plain Python too.

        Blocks may be nested: each is held to its own budget. GUI thread; there must be a QApplication.

        Args:
            ms: Milliseconds, 10 or more.

        Raises:
            pytest.UsageError: The budget cannot be held, or there is no QApplication.
        """
        __tracebackhide__ = True
        from desktop_app.responsiveness.budgets import BadBudgetError, checked

        try:
            budget_ms = checked(ms)
        except BadBudgetError as error:
            raise pytest.UsageError(f"responsiveness.budget: {error}") from None
        return self._budget(budget_ms)

    @contextmanager
    def _budget(self, budget_ms: float) -> Iterator[None]:
        __tracebackhide__ = True
        if not self._watched.has_application:
            raise pytest.UsageError("responsiveness.budget: there is no QApplication; use the fixture qapp or qtbot")
        self._watched.need(budget_ms)
        block = self._watched.begin_block()
        try:
            yield
        except Exception:
            _add_to_failure(self._item, self._watched.end_block(block), budget_ms)
            raise
        except BaseException:
            self._watched.end_block(block)
            raise
        _hold(self._item, self._watched.end_block(block), budget_ms)


@pytest.fixture
def responsiveness(request: pytest.FixtureRequest) -> Responsiveness:
    """Budgets for parts of a test: ``with responsiveness.budget(ms=100): ...``."""
    item: pytest.Item = request.node
    watched = _watched(item.config)
    watched.begin(item.stash[_BUDGET_MS])
    item.stash[_FIXTURE] = fixture = Responsiveness(item, watched)
    return fixture


_SUITE_BUDGET_MS = pytest.StashKey[float]()
_BUDGET_MS = pytest.StashKey["float | None"]()
_WATCHED = pytest.StashKey["WatchedTime"]()
_FIXTURE = pytest.StashKey[Responsiveness]()
_TOLD = pytest.StashKey["list[Freeze]"]()
"""Of what a failed test's report tells already."""


def _budget_ms_of(item: pytest.Item) -> float | None:
    """Find the budget of a test; None if it has none."""
    from_suite = item.config.stash.get(_SUITE_BUDGET_MS, None)
    marker = item.get_closest_marker(NAME)
    if marker is None:
        return from_suite
    from desktop_app.responsiveness.budgets import DEFAULT_BUDGET_MS, BadBudgetError, checked

    try:
        if marker.args or not marker.kwargs.keys() <= {"budget_ms", "reason"}:
            raise BadBudgetError(f"its arguments are budget_ms=... and reason=..., not {_written(marker)}")
        if "budget_ms" not in marker.kwargs:
            return from_suite or DEFAULT_BUDGET_MS
        if marker.kwargs["budget_ms"] is not None:
            return checked(marker.kwargs["budget_ms"])
        if not marker.kwargs.get("reason"):
            raise BadBudgetError('budget_ms=None, which exempts a test, needs a reason="..."')
    except BadBudgetError as error:
        problem = str(error)
    else:
        return None
    pytest.fail(f"{item.nodeid}: @pytest.mark.{NAME}: {problem}", pytrace=False)


def _written(marker: pytest.Mark) -> str:
    return ", ".join([*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())])


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _hold(item: pytest.Item, freezes: Sequence[Freeze], budget_ms: float) -> None:
    """Fail if the budget is not kept."""
    from desktop_app.responsiveness.judging import failure_text, judge, spared_text

    judgement = judge(freezes, budget_ms)
    if judgement.is_over:
        item.stash[_TOLD] += freezes
        pytest.fail(failure_text(judgement, partial(_shown_path, item)), pytrace=False)
    if judgement.spared is not None:
        item.user_properties.append((SPARED, spared_text(judgement.spared, budget_ms)))


def _add_to_failure(item: pytest.Item, freezes: Sequence[Freeze], budget_ms: float) -> None:
    """Have a test that has failed for another reason say that it also froze, unless that is said already."""
    from desktop_app.responsiveness.judging import failure_text, judge

    judgement = judge((each for each in freezes if each not in item.stash[_TOLD]), budget_ms)
    if judgement.is_over:
        item.stash[_TOLD] += freezes
        item.add_report_section("call", NAME, failure_text(judgement, partial(_shown_path, item)))


def _shown_path(item: pytest.Item, file: str) -> str:
    path, here = Path(file), item.config.invocation_params.dir
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _watched(config: pytest.Config) -> WatchedTime:
    if _WATCHED not in config.stash:
        problem = ""
        try:
            import PySide6.QtCore  # noqa: F401
        except ImportError as error:
            problem = f"to watch the GUI thread, PySide6 has to be installed: {error}"
        if problem:
            pytest.fail(problem, pytrace=False)
        from desktop_app.responsiveness.watched import WatchedTime

        config.stash[_WATCHED] = WatchedTime()
    return config.stash[_WATCHED]
