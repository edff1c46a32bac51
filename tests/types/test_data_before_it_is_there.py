"""Using preferences before they are there does not type-check, and using them when they are does."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from desktop_app.signin import mistake_variants
from desktop_app.signin.mistake import FORGOTTEN_AWAIT, READ_TOO_EARLY, UNSET_RESULT, VARIANTS, Variant, source_of
from tests.types.checking import Refusal, check, expected

PREAMBLE = """
from __future__ import annotations

import asyncio

from desktop_app.client import ServiceClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import load_preferences
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences, Session
from desktop_app.signin.home import HomePage
from desktop_app.signin.presenter import Presenter
from desktop_app.signin.state import Degraded, Home, Loading, SignedOut, SigningIn, State
from desktop_app.signin.window import Window
"""

REFUSED = {
    "a state of any kind": """
def show(home: HomePage, state: State) -> None:
    home.steps_to_show("", state.preferences)  # refused: union-attr
""",
    "the form": """
def show(home: HomePage, state: SignedOut) -> None:
    home.steps_to_show("", state.preferences)  # refused: attr-defined
""",
    "signing in": """
def show(home: HomePage, state: SigningIn) -> None:
    home.steps_to_show("", state.preferences)  # refused: attr-defined
""",
    "loading": """
def show(home: HomePage, state: Loading) -> None:
    home.steps_to_show("", state.preferences)  # refused: attr-defined
""",
    "degraded": """
def show(home: HomePage, state: Degraded) -> None:
    home.steps_to_show("", state.preferences)  # refused: attr-defined
""",
    "what may have been kept": """
def show(home: HomePage, state: Degraded) -> None:
    home.steps_to_show("", state.kept.preferences)  # refused: union-attr
""",
    "what may have arrived late": """
def show(home: HomePage, state: Degraded) -> None:
    home.steps_to_show("", state.late.preferences)  # refused: union-attr
""",
    "a forgotten await, and an attribute": """
async def load(client: ServiceClient, session: Session, deadline: Deadline) -> None:
    print(client.run_async(load_preferences(session), deadline, print).theme)  # refused: attr-defined
""",
    "a forgotten await, and the page": """
async def load(client: ServiceClient, home: HomePage, session: Session, deadline: Deadline) -> None:
    preferences = client.run_async(load_preferences(session), deadline, print)
    home.steps_to_show("", preferences)  # refused: arg-type
""",
    "a forgotten await, and nothing": """
async def load(client: ServiceClient, session: Session, deadline: Deadline) -> None:
    client.run_async(load_preferences(session), deadline, print)  # refused: unused-coroutine
""",
    "a task for the page": """
def show(home: HomePage, request: asyncio.Task[Preferences]) -> None:
    home.steps_to_show("", request)  # refused: arg-type
""",
    "a task for the window": """
def show(window: Window, request: asyncio.Task[Preferences]) -> None:
    window.show_state(request)  # refused: arg-type
""",
    "a task in a state": """
def show(window: Window, session: Session, request: asyncio.Task[Preferences]) -> None:
    window.show_state(Home("", session, request))  # refused: arg-type
""",
    "preferences instead of a state": """
def show(window: Window) -> None:
    window.show_state(DEFAULT_PREFERENCES)  # refused: arg-type
""",
    "the presenter's own task": """
def show(home: HomePage, presenter: Presenter) -> None:
    assert presenter._load is not None
    home.steps_to_show("", presenter._load.result())  # refused: arg-type
""",
    "nothing yet": """
def show(home: HomePage) -> None:
    preferences: Preferences | None = None
    home.steps_to_show("", preferences)  # refused: arg-type
""",
}

MANAGED = {
    "awaited": """
async def load(client: ServiceClient, home: HomePage, session: Session, deadline: Deadline) -> str:
    preferences = await client.run_async(load_preferences(session), deadline, print)
    home.steps_to_show("", preferences)
    return preferences.theme
""",
    "a task that is awaited": """
async def show(home: HomePage, request: asyncio.Task[Preferences]) -> None:
    home.steps_to_show("", await request)
""",
    "the state that has them": """
def show(home: HomePage, state: State) -> None:
    if isinstance(state, Home):
        home.steps_to_show(state.email, state.preferences)
    elif isinstance(state, Degraded) and state.kept is not None:
        home.steps_to_show(state.email, state.kept.preferences)
""",
    "a state for the window": """
async def show(window: Window, session: Session, request: asyncio.Task[Preferences]) -> None:
    window.show_state(Home("", session, await request))
""",
}

SHOWN = Path(inspect.getfile(mistake_variants)).read_text(encoding="utf-8")
# What the panel runs, without what hides it from mypy; line by line the same.
UNHIDDEN = SHOWN.replace("preferences: Any = load()", "preferences = load()").replace(
    "preferences: Any = None", "preferences: Preferences | None = None"
)
SOURCES = {
    **{name: PREAMBLE + source for name, source in (REFUSED | MANAGED).items()},
    "shown": SHOWN,
    "unhidden": UNHIDDEN,
}
Findings = dict[str, list[Refusal]]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return check(SOURCES, tmp_path_factory.mktemp("types"))


@pytest.mark.parametrize("name", REFUSED)
def test_data_that_is_not_there_is_refused_where_it_is_used(findings: Findings, name: str) -> None:
    found = {(refusal.line, refusal.code) for refusal in findings[name]}
    assert found == expected(SOURCES[name]) != set()


@pytest.mark.parametrize("name", MANAGED)
def test_data_that_is_there_is_accepted(findings: Findings, name: str) -> None:
    assert findings[name] == []


def of(variant: Variant, refusals: list[Refusal]) -> list[Refusal]:
    """Give what is refused within a variant's lines."""
    source = source_of(variant.code)
    return [each for each in refusals if 0 <= each.line - source.first_line < len(source.lines)]


def test_the_panels_mistakes_pass_only_because_any_hides_them(findings: Findings) -> None:
    assert findings["shown"] == []
    assert UNHIDDEN.count("Any") == SHOWN.count("Any") - 2


@pytest.mark.parametrize(
    ("variant", "line", "code"),
    [
        (FORGOTTEN_AWAIT, "    page.set_theme(preferences.theme)", "attr-defined"),
        (READ_TOO_EARLY, "    page.customise(preferences)", "arg-type"),
    ],
    ids=lambda value: value.code.__name__ if isinstance(value, Variant) else "",
)
def test_the_panel_says_what_mypy_says_without_it(findings: Findings, variant: Variant, line: str, code: str) -> None:
    refusal = of(variant, findings["unhidden"])[0]
    assert (SHOWN.splitlines()[refusal.line - 1], refusal.code, refusal.message) == (line, code, variant.refusal)


def test_the_panel_owns_up_to_what_mypy_does_not_see(findings: Findings) -> None:
    blind = [variant for variant in VARIANTS if not variant.refusal]
    assert blind == [UNSET_RESULT]
    assert of(UNSET_RESULT, findings["unhidden"]) == []
