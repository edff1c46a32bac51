"""The panel "Common mistake" in the running program: both loads are real, and nothing of them gets out."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from desktop_app.preferences.model import DEFAULT_PREFERENCES
from desktop_app.signin.mistake import (
    FORGOTTEN_AWAIT,
    READ_TOO_EARLY,
    UNSET_RESULT,
    VARIANTS,
    Moment,
    Variant,
    source_of,
)
from desktop_app.signin.mistake_demonstration import Demonstration
from desktop_app.signin.state import Home, Loading, Mode, SignedOut
from tests.helpers.acting import ActingClient, UnexpectedError
from tests.helpers.deliberate import BOTH_MODES
from tests.helpers.demonstrated import EACH, demonstration_of, opened, panel_of, signed_in, wait_for_the_end
from tests.helpers.exchanges import SESSION
from tests.helpers.scripted_server import Connection, ScriptedServer
from tests.signin.conftest import HEALTHY, SLOW, Start
from tests.signin.test_faults import JSON
from tests.signin.test_faults import SESSION as SESSION_JSON

LONG_S = 60.0
"""A deadline that no test waits for: what ends before was ended."""
Then = Callable[[Connection], None]


def texts(panel: QWidget) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel))


class PreferencesOnce:
    """A service that answers the first request for preferences, and then does something else."""

    def __init__(self, then: Then) -> None:
        self.asked_again = threading.Event()
        self._then = then
        self._is_first = True

    def __call__(self, connection: Connection) -> None:
        while True:
            request = connection.receive()
            if request.path == "/v1/sessions":
                connection.reply(201, SESSION_JSON, **JSON)
            elif request.method == "DELETE":
                connection.reply(204)
            elif self._is_first:
                self._is_first = False
                connection.reply(200, b'{"display_name": "Ada"}', **JSON)
            else:
                self.asked_again.set()
                self._then(connection)


def silent(connection: Connection) -> None:
    connection.stay_silent()


def replying(status: int) -> Then:
    return lambda connection: connection.reply(status, b"{}", **JSON)


@pytest.mark.parametrize(
    ("variant", "line", "verdict"),
    [
        (UNSET_RESULT, "    page.customise(request.result())", "InvalidStateError: Result is not set."),
        (
            FORGOTTEN_AWAIT,
            "    page.set_theme(preferences.theme)",
            "AttributeError: 'coroutine' object has no attribute 'theme'",
        ),
        (READ_TOO_EARLY, "    page.customise(preferences)", "No exception, and a blank page"),
    ],
)
def test_each_mistake_is_shown_with_the_line_that_failed(
    start: Start, variant: Variant, line: str, verdict: str
) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    running.click(panel.choices[variant])
    wait_for_the_end(running)
    assert panel.unmanaged.listing.marked_text == line
    assert panel.unmanaged.verdict_text.text() == verdict


@EACH
def test_the_whole_source_that_is_run_is_shown_with_its_line_numbers(start: Start, variant: Variant) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    running.click(panel.choices[variant])
    source = source_of(variant.code)
    shown = panel.unmanaged.listing.toPlainText().splitlines()
    assert [line[5:] for line in shown] == list(source.lines)
    assert [int(line[1:4]) for line in shown] == list(range(source.first_line, source.first_line + len(shown)))


@EACH
def test_a_mistake_leaves_a_blank_page_beside_the_customised_one(start: Start, variant: Variant) -> None:
    running = start(HEALTHY)
    preferences = signed_in(running).preferences
    panel = opened(running)
    running.click(panel.choices[variant])
    wait_for_the_end(running)
    blank, customised = panel.unmanaged.preview, panel.managed.preview
    assert (blank.is_blank, customised.preferences) == (True, preferences)
    assert customised.greeting.text() == "Welcome back, Ada Lovelace"
    inside = blank.grab().toImage().copy(12, 12, blank.width() - 24, blank.height() - 24)
    colors = {inside.pixel(x, y) for x in range(inside.width()) for y in range(inside.height())}
    assert len(colors) == 1


def test_the_managed_page_is_the_default_one_until_the_answer_is_there(start: Start) -> None:
    running = start(SLOW)
    signed_in(running)
    panel = opened(running)
    running.wait_until(lambda: panel.managed.preview.preferences == DEFAULT_PREFERENCES)
    assert panel.managed.preview.greeting.text() == "Welcome"
    wait_for_the_end(running)
    assert panel.managed.preview.greeting.text() != "Welcome"


def test_the_time_lines_are_measured(start: Start) -> None:
    running = start(SLOW)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    for column in (panel.unmanaged, panel.managed):
        at_ms = {event.moment: event.at_ns / 1e6 for event in column.outcome.events}
        # The network delays the reply by 300 ms.
        assert at_ms[Moment.ANSWERED] - at_ms[Moment.SENT] >= 300
        assert len(column.time_line.text().splitlines()) == len(column.outcome.events)
    assert "answer arrived: too late" in panel.unmanaged.time_line.text()


@BOTH_MODES
def test_it_is_async_in_both_modes(start: Start, mode: str) -> None:
    running = start(SLOW, mode)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    assert panel.managed.verdict.kind == "good"


def test_the_window_knows_nothing_of_it(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    states, results = list(running.states), list(running.results)
    panel = opened(running)
    for variant in VARIANTS:
        running.click(panel.choices[variant])
        wait_for_the_end(running)
    assert running.states == states
    assert (running.results, running.painted) == ([], [])
    assert results
    assert running.home.isVisible()


def test_a_variant_that_is_picked_meanwhile_takes_the_place_of_the_one_that_runs(start: Start) -> None:
    with ScriptedServer(script := PreferencesOnce(silent)) as server:
        running = start(HEALTHY, server=server.url, deadline_s=LONG_S)
        signed_in(running)
        panel = opened(running)
        running.wait_until(script.asked_again.is_set)
        first = set(demonstration_of(running).runs)
        running.click(panel.choices[FORGOTTEN_AWAIT])
        running.wait_until(lambda: all(run.done() for run in first))
        assert panel.unmanaged.listing.marked_text == "    page.set_theme(preferences.theme)"
        assert all(run.cancelled() for run in first)


def test_it_can_be_run_again(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    before = panel.managed.outcome
    running.click(panel.again)
    wait_for_the_end(running)
    assert panel.managed.outcome.events != before.events


@pytest.mark.parametrize("close", ["escape", "button", "window"])
def test_closing_it_in_the_midst_of_a_load_leaves_no_task(start: Start, close: str) -> None:
    with ScriptedServer(script := PreferencesOnce(silent)) as server:
        running = start(HEALTHY, server=server.url, deadline_s=LONG_S)
        signed_in(running)
        running.wait_until(lambda: running.program.presenter is not None and not running.program.presenter._writes)
        before = asyncio.all_tasks(asyncio.get_running_loop())
        panel = opened(running)
        running.wait_until(script.asked_again.is_set)
        if close == "escape":
            QTest.keyClick(panel, Qt.Key.Key_Escape)
        elif close == "button":
            running.click(panel.close_button)
        else:
            panel.close()
        running.wait_until(lambda: asyncio.all_tasks(asyncio.get_running_loop()) <= before)
        assert (demonstration_of(running).panel, demonstration_of(running).runs) == (None, set())
    assert running.window.isVisible()


def test_a_panel_that_was_closed_can_be_opened_again(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    QTest.keyClick(opened(running), Qt.Key.Key_Escape)
    assert opened(running).isVisible()


def test_the_entry_does_not_open_a_second_panel(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    assert opened(running) is opened(running)


def test_the_programs_end_closes_it_and_leaves_no_task(start: Start) -> None:
    with ScriptedServer(script := PreferencesOnce(silent)) as server:
        running = start(HEALTHY, server=server.url, deadline_s=LONG_S)
        signed_in(running)
        opened(running)
        running.wait_until(script.asked_again.is_set)
        running.program.qt.quit_requested.emit()
        running.wait_until(lambda: not asyncio.all_tasks(asyncio.get_running_loop()))
        assert demonstration_of(running).panel is None


def test_signing_out_ends_the_load_and_takes_the_customer_off_the_panel(start: Start) -> None:
    with ScriptedServer(script := PreferencesOnce(silent)) as server:
        running = start(HEALTHY, server=server.url, deadline_s=LONG_S)
        signed_in(running)
        panel = opened(running)
        running.wait_until(script.asked_again.is_set)
        running.click(running.home.sign_out)
        running.wait_for(SignedOut)
        running.wait_until(lambda: not demonstration_of(running).runs)
        assert panel.notice.accessibleName() == "Nobody is signed in. Sign in, and then run it again."
        assert panel.unmanaged.preview.is_blank
        assert panel.managed.preview.is_blank


def test_nothing_of_a_customer_who_signed_out_is_left_on_the_panel(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    assert "Ada" in texts(panel)
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    assert "Ada" not in texts(panel)


def test_the_next_who_signs_in_can_run_it(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    signed_in(running)
    assert panel.notice.isHidden()
    running.click(panel.again)
    wait_for_the_end(running)
    assert panel.managed.verdict.kind == "good"


def test_without_a_session_it_says_so_plainly(start: Start) -> None:
    running = start(HEALTHY)
    demonstration_of(running).open()
    panel = panel_of(running)
    running.wait_until(panel.notice.isVisible)
    running.click(panel.again)
    assert demonstration_of(running).runs == set()


@pytest.mark.parametrize(
    ("then", "message"),
    [
        (replying(401), "Your session has expired. Sign in again."),
        (replying(418), "The service has a problem (status 418)."),
        (silent, "The service did not answer in time."),
    ],
    ids=["expired", "failing", "silent"],
)
def test_a_load_that_fails_is_explained_on_the_managed_side_alone(start: Start, then: Then, message: str) -> None:
    with ScriptedServer(PreferencesOnce(then)) as server:
        running = start(HEALTHY, server=server.url, deadline_s=1.0)
        home = signed_in(running)
        panel = opened(running)
        wait_for_the_end(running)
        assert panel.managed.verdict.text.startswith(message)
        assert panel.managed.preview.preferences == DEFAULT_PREFERENCES
        assert panel.unmanaged.verdict.text == "InvalidStateError: Result is not set."
        assert "request failed: nobody is told" in panel.unmanaged.time_line.text()
        assert running.states[-1] == home


def test_an_error_that_nobody_expects_goes_to_the_loops_handler(loop: EventLoop, qtbot: QtBot) -> None:
    handled: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: handled.append(context))
    client, window = ActingClient(), QWidget()
    qtbot.addWidget(window)
    demonstration = Demonstration(client, window, deadline_ms=1000)
    demonstration.on_state_changed(Loading(1, Mode.ASYNC, "ada@example.com", SESSION, before=SignedOut()))
    demonstration.open()
    qtbot.waitUntil(lambda: client.waiting == 2)
    client.answer(UnexpectedError())
    client.answer(UnexpectedError())
    qtbot.waitUntil(lambda: not demonstration.runs)
    qtbot.waitUntil(loop.create_task(demonstration.aclose()).done)
    gc.collect()
    assert [type(context["exception"]) for context in handled] == [UnexpectedError] * 2


def test_a_blocking_load_closes_it_for_what_is_clicked_meanwhile_must_not_happen_after(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    opened(running)
    wait_for_the_end(running)
    running.program.presenter.set_mode(Mode.BLOCKING)  # type: ignore[union-attr]
    running.home.reload_requested.emit()
    assert demonstration_of(running).panel is None
    running.wait_for(Home)


def test_an_async_load_leaves_it_open(start: Start) -> None:
    running = start(HEALTHY)
    signed_in(running)
    panel = opened(running)
    wait_for_the_end(running)
    running.home.reload_requested.emit()
    assert demonstration_of(running).panel is panel
