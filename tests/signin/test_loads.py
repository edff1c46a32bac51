"""Signing in and loading, in both ways, against the real service."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.errors import DeadlineExceeded, WrongCredentials
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn
from tests.helpers.deliberate import BOTH_MODES, FREEZES
from tests.signin.conftest import DATABASE_BUSY, EMAIL, HEALTHY, PASSWORD, SILENT, SLOW, Start


@BOTH_MODES
def test_signing_in_ends_in_the_customers_home_page(start: Start, mode: str) -> None:
    running = start(HEALTHY, mode)
    running.sign_in()
    assert running.wait_for(Home).preferences.display_name == "Ada Lovelace"


def test_async_shows_the_default_home_page_before_the_preferences_are_there(start: Start) -> None:
    running = start(SLOW, "async")
    running.sign_in()
    running.wait_for(Loading)
    assert running.home.greeting.text() == "Welcome"


@FREEZES
def test_blocking_goes_from_signing_in_straight_to_the_home_page(start: Start) -> None:
    running = start(SLOW, "blocking")
    running.sign_in()
    running.wait_for(Home)
    assert [type(state) for state in running.states] == [SigningIn, Home]


@FREEZES
def test_blocking_freezes_and_async_does_not(start: Start) -> None:
    running = start(SLOW, "blocking")
    running.sign_in()
    blocking = running.wait_for_result()
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    running.click(running.window.toggle.buttons[Mode.ASYNC])
    running.sign_in()
    done = running.wait_for_result()
    # Two replies, 300 ms late each, in one uninterrupted wait; one that goes on is not even near it.
    assert blocking.frozen_ms > 600 > 4 * done.longest_freeze_ms


@BOTH_MODES
def test_a_wrong_password_is_told_at_the_form(start: Start, mode: str) -> None:
    running = start(HEALTHY, mode)
    running.sign_in(password="not the right one")
    failure = running.wait_for(SignedOut).failure
    assert failure is not None
    assert isinstance(failure.error, WrongCredentials)


def test_a_wrong_password_is_cleared_and_has_the_focus(start: Start) -> None:
    running = start(HEALTHY)
    running.sign_in(password="not the right one")
    running.wait_for(SignedOut)
    running.wait_until(lambda: not running.window.form.banner.isHidden())
    form = running.window.form
    assert (form.email.text(), form.password.text(), form.password.hasFocus()) == (EMAIL, "", True)


@BOTH_MODES
def test_past_the_deadline_without_confirmed_credentials_the_form_stays(start: Start, mode: str) -> None:
    running = start(SILENT, mode, deadline_s=0.4)
    running.sign_in()
    failure = running.wait_for(SignedOut).failure
    assert failure is not None
    assert (type(failure.error), failure.tried_ms, running.window.form.email.text()) == (DeadlineExceeded, 400, EMAIL)


@BOTH_MODES
def test_past_the_deadline_with_confirmed_credentials_the_default_home_page_says_why(start: Start, mode: str) -> None:
    running = start(DATABASE_BUSY, mode, deadline_s=1.5)
    running.sign_in()
    running.wait_for(Degraded)
    text = running.home.banner.accessibleName()
    assert "default home page" in text
    assert "did not answer in time" in text
    assert "1.50\u00a0s" in text


@FREEZES
def test_a_deadline_keeps_what_it_promises_in_both_modes(start: Start) -> None:
    running = start(SILENT, "blocking", deadline_s=0.4)
    durations_ms = []
    for mode in Mode:
        running.click(running.window.toggle.buttons[mode])
        running.sign_in()
        durations_ms.append(running.wait_for_result().duration_ms)
    assert all(400 <= duration_ms < 800 for duration_ms in durations_ms), durations_ms


@BOTH_MODES
def test_retry_loads_the_preferences_once_the_traffic_is_gone(start: Start, mode: str) -> None:
    running = start(DATABASE_BUSY, mode, deadline_s=1.0)
    running.sign_in()
    running.wait_for(Degraded)
    while not running.states or not isinstance(running.states[-1], Home):
        # Either way: what arrives late turns Retry into Apply, under the pointer.
        running.click(running.home.banner.button)
        running.wait_until(lambda: bool(running.results) or isinstance(running.states[-1], Home))
    running.wait_until(running.home.banner.isHidden)


@FREEZES
def test_retry_waits_in_the_mode_that_is_chosen_then(start: Start) -> None:
    running = start(DATABASE_BUSY, "async", deadline_s=1.0)
    running.sign_in()
    running.wait_for_result()
    running.click(running.window.toggle.buttons[Mode.BLOCKING])
    running.click(running.home.banner.button)
    assert running.wait_for_result().mode is Mode.BLOCKING


def test_cancel_returns_to_the_form_with_the_email(start: Start) -> None:
    running = start(SILENT)
    running.sign_in()
    running.wait_until(running.window.activity.cancel.isVisible)
    running.click(running.window.activity.cancel)
    assert running.wait_for(SignedOut) == SignedOut(EMAIL)
    assert running.window.form.sign_in.isEnabled()


def test_cancelling_a_retry_returns_to_the_default_home_page(start: Start) -> None:
    running = start(DATABASE_BUSY, deadline_s=1.0)
    running.sign_in()
    degraded = running.wait_for(Degraded)
    running.click(running.home.banner.button)
    running.wait_until(running.window.activity.cancel.isVisible)
    running.click(running.window.activity.cancel)
    assert running.wait_for(Degraded) == replace(degraded, late=None)


@FREEZES
def test_a_mode_chosen_during_a_load_counts_for_the_next(start: Start) -> None:
    running = start(SLOW, "async")
    running.sign_in()
    running.wait_for(SigningIn)
    running.click(running.window.toggle.buttons[Mode.BLOCKING])
    modes = [running.wait_for_result().mode]
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    running.sign_in()
    modes.append(running.wait_for_result().mode)
    assert modes == [Mode.ASYNC, Mode.BLOCKING]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_conditions_can_be_changed_while_a_load_runs(start: Start) -> None:
    running = start(SILENT)
    control = running.window.conditions
    running.sign_in()
    running.wait_until(running.window.activity.cancel.isVisible)
    running.click(control)
    assert control.panel is not None
    QTest.keyClicks(control.panel.list, "healthy")
    assert isinstance(running.states[-1], SigningIn)
    QTest.keyClick(control.panel.list, Qt.Key.Key_Return)
    running.wait_until(lambda: control.in_force == HEALTHY)
    assert control.requested is None


def test_a_load_under_changed_conditions_is_like_them(start: Start) -> None:
    running = start(SILENT, deadline_s=0.4)
    running.window.conditions.conditions_requested.emit(HEALTHY)
    running.wait_until(lambda: running.window.conditions.in_force == HEALTHY)
    running.window.conditions.conditions_requested.emit(SILENT)
    running.wait_until(lambda: running.window.conditions.in_force == SILENT)
    running.sign_in()
    failure = running.wait_for(SignedOut).failure
    assert failure is not None
    assert isinstance(failure.error, DeadlineExceeded)


def test_signing_out_during_a_load_drops_the_answer(start: Start) -> None:
    running = start(SLOW)
    running.sign_in()
    running.wait_for(Loading)
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    # A whole further load takes longer than the dropped answer would have.
    running.sign_in(password="not the right one")
    running.wait_for_result()
    assert not any(isinstance(state, Home) for state in running.states)


def test_signing_out_ends_the_session_at_the_service(start: Start) -> None:
    running = start(HEALTHY)
    running.sign_in()
    session = running.wait_for(Home).session
    running.click(running.home.sign_out)
    endpoint = running.program.backend.endpoint().result()
    headers = {"authorization": f"Bearer {session.token}"}

    def is_forgotten() -> bool:
        with httpx2.Client(trust_env=False) as client:
            return client.get(f"{endpoint.url}/v1/me/preferences", headers=headers).status_code == 401

    running.wait_until(is_forgotten)


def test_whoever_types_elsewhere_keeps_the_focus_when_the_home_page_comes(start: Start) -> None:
    running = start(SLOW)
    running.sign_in()
    running.click(running.window.feel.typing)
    running.wait_for(Home)
    assert running.window.focusWidget() is running.window.feel.typing


def test_signing_out_ends_at_an_empty_form_with_the_focus_in_the_email(start: Start) -> None:
    running = start(HEALTHY)
    running.sign_in()
    running.wait_for(Home)
    running.click(running.home.sign_out)
    running.wait_for(SignedOut)
    form = running.window.form
    assert (form.email.text(), form.password.text()) == ("", "")
    assert running.window.focusWidget() is form.email


def test_a_double_click_and_a_held_enter_make_one_request(start: Start) -> None:
    running = start(SLOW)
    running.fill_in()
    form = running.window.form
    running.click(form.sign_in)
    running.click(form.sign_in)
    QTest.keyClick(form.password, Qt.Key.Key_Return)
    running.wait_for(Home)
    assert sum(isinstance(state, SigningIn) for state in running.states) == 1


def test_the_demo_account_button_fills_the_form(start: Start) -> None:
    running = start(HEALTHY)
    form = running.window.form
    running.click(form.demo)
    assert (form.email.text(), form.password.text()) == (EMAIL, PASSWORD)


@FREEZES
def test_both_results_stand_side_by_side(start: Start) -> None:
    running = start(HEALTHY, "blocking")
    for mode in Mode:
        running.click(running.window.toggle.buttons[mode])
        running.sign_in()
        running.wait_for_result()
        running.click(running.home.sign_out)
        running.wait_for(SignedOut)
    assert all("home in" in running.window.results.text_of(mode) for mode in Mode)
