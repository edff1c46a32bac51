"""The presenter's two ways of waiting, and what it does about bugs and at the end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import DeadlineExceeded, ProgramFault, ServiceNotStarted
from desktop_app.event_loop import EventLoop
from desktop_app.signin.state import Degraded, Home, Mode, SignedOut, SigningIn
from tests.helpers.acting import CREATED, LOADED, UnexpectedError
from tests.helpers.scene import EMAIL, Scene, opened_scene


@pytest.fixture
def scene(loop: EventLoop, qtbot: QtBot) -> Iterator[Scene]:
    with opened_scene(loop, qtbot) as scene:
        yield scene


def test_another_mode_counts_for_the_next_load(scene: Scene) -> None:
    scene.to_loading()
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.answer(DeadlineExceeded())
    scene.until(lambda: isinstance(scene.state, Degraded))
    scene.client.prepared = [LOADED]
    scene.presenter.retry()
    scene.until(lambda: isinstance(scene.state, Home))
    assert [mode for mode, _ in scene.ended] == [Mode.ASYNC, Mode.BLOCKING]


def test_the_mode_is_told_when_it_changes_and_only_then(scene: Scene) -> None:
    told: list[Mode] = []
    scene.presenter.mode_changed.connect(told.append)
    for mode in (Mode.ASYNC, Mode.BLOCKING, Mode.BLOCKING):
        scene.presenter.set_mode(mode)
    assert told == [Mode.BLOCKING]


def test_a_blocking_load_shows_its_end_only_after_the_freeze(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [CREATED, LOADED]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert scene.stage.events == ["SigningIn", "frozen", "thawing", "thawed", "Home"]


def test_a_blocking_load_that_fails_half_way_is_degraded(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [CREATED, DeadlineExceeded()]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert [type(state) for state in scene.states] == [SigningIn, Degraded]


def test_a_blocking_load_cancelled_before_the_freeze_asks_nothing(scene: Scene) -> None:
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.stage.before_freeze = scene.presenter.cancel
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    scene.settle()
    assert (scene.state, scene.client.asked) == (SignedOut(EMAIL), [])


def test_a_service_that_did_not_start_is_told_on_the_form(scene: Scene) -> None:
    scene.presenter.report(ServiceNotStarted(reason="no room."))
    assert isinstance(scene.state, SignedOut)
    assert scene.state.failure is not None
    assert scene.state.failure.tried_ms == 0


def test_a_service_that_did_not_start_is_no_news_while_somebody_signs_in(scene: Scene) -> None:
    scene.sign_in()
    scene.until_asked(1)
    scene.presenter.report(ServiceNotStarted(reason="no room."))
    assert isinstance(scene.state, SigningIn)


def take_unhandled(loop: EventLoop) -> list[BaseException]:
    """Have the loop report to the list instead of to the fixture that fails the test."""
    unhandled: list[BaseException] = []
    loop.set_exception_handler(lambda _loop, context: unhandled.append(context["exception"]))
    return unhandled


def test_a_bug_ends_in_the_form_and_reaches_the_loop_s_handler(scene: Scene, loop: EventLoop) -> None:
    unhandled = take_unhandled(loop)
    scene.sign_in()
    scene.until_asked(1)
    scene.client.answer(UnexpectedError("a bug"))
    scene.until(lambda: bool(scene.ended))
    assert isinstance(scene.state, SignedOut)
    assert scene.state.failure is not None
    assert isinstance(scene.state.failure.error, ProgramFault)
    scene.settle()
    gc.collect()
    assert [type(error) for error in unhandled] == [UnexpectedError]


def test_a_bug_while_blocking_leaves_the_freeze_and_ends_in_the_form(scene: Scene, loop: EventLoop) -> None:
    unhandled = take_unhandled(loop)
    scene.presenter.set_mode(Mode.BLOCKING)
    scene.client.prepared = [UnexpectedError("a bug")]
    scene.sign_in()
    scene.until(lambda: bool(scene.ended))
    assert scene.stage.events == ["SigningIn", "frozen", "thawing", "thawed", "SignedOut"]
    scene.settle()
    gc.collect()
    assert [type(error) for error in unhandled] == [UnexpectedError]


@pytest.mark.parametrize("reach", [Scene.to_loading, Scene.to_home, Scene.to_degraded])
def test_closing_leaves_no_task(scene: Scene, loop: EventLoop, reach: Callable[[Scene], None]) -> None:
    reach(scene)
    if reach is Scene.to_home:
        scene.presenter.sign_out()
        scene.until_asked(3)
    closing = loop.create_task(scene.presenter.aclose())
    scene.until(closing.done)
    assert asyncio.all_tasks(loop) == set()
