"""Somebody does anything at any time with the program, while the service, the disk and the clock do the same."""

from __future__ import annotations

import os
from collections import deque
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop_app.app import Application
from desktop_app.errors import ServiceNotStarted
from desktop_app.signin.home import HomePage
from desktop_app.signin.presenter import LATE_MS
from desktop_app.signin.state import Mode, SignedOut
from tests.helpers.acting_service import FAULTS, LEAVE, LOAD, SHORT_TRUTH, SIGN_IN, TRUTH, Customer
from tests.helpers.played_program import DEADLINE_MS, FIRST_CONDITIONS, played
from tests.helpers.seen import assert_nothing_of, assert_password_only_in_form, assert_shown
from tests.helpers.witness import APPLY, CANCEL, RETRY, SIGN_OUT, SUBMIT, Witness

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "0"))
CUSTOMERS: Final = (
    Customer(
        "Ada",
        "ada@example.com",
        "correct horse of Ada",
        {
            "theme": "dark",
            "accent": "teal",
            "language": "de",
            "text_size": "small",
            "currency": "EUR",
            "favourite_categories": ["science", "music"],
        },
    ),
    Customer(
        "Bob",
        "bob@example.com",
        "battery staple of Bob",
        {
            "theme": "light",
            "accent": "red",
            "text_size": "large",
            "currency": "JPY",
            "favourite_categories": ["cycling"],
            "reduced_motion": True,
        },
    ),
)
PHASES: Final = (Phase.generate, *((Phase.shrink,) if os.environ.get("FUZZ_SHRINK") else ()))
WRONG_PASSWORD: Final = "not the password"
HOW = st.one_of(st.just(TRUTH), st.just(TRUTH), st.just(SHORT_TRUTH), st.sampled_from(FAULTS))
FROZEN = st.lists(st.tuples(HOW, st.sampled_from([0, 100, 900, DEADLINE_MS - 1, 5000])), max_size=4)
DURATIONS_MS = st.sampled_from([1, 150, 400, 1000, 2000, DEADLINE_MS - 1, DEADLINE_MS, 10_000, LATE_MS, 2 * LATE_MS])
QUEUED = st.lists(
    st.sampled_from(["key", "counter", "sign in", "cancel", "blocking", "async", "sign out", "reload", "banner"]),
    max_size=4,
)
HURRY = st.sampled_from([False, False, True])
"""Whether the next thing happens before the program has had a turn."""


class Somebody(RuleBasedStateMachine):
    """Before the window, behind the service, and in command of the clock."""

    def __init__(self, qt: Application, directory: Path) -> None:
        super().__init__()
        self._stack = ExitStack()
        profile = Path(self._stack.enter_context(TemporaryDirectory(dir=directory)))
        self.program = self._stack.enter_context(played(qt, CUSTOMERS, profile))
        self.service = self.program.service
        self.service.on_frozen = self._use_frozen_window
        self.witness = Witness(self.program)
        self._begin()

    def _begin(self) -> None:
        self.program.start()
        self.witness.attend()
        self.typed_elsewhere = ""
        self.counted = 0
        self.queued: list[str] = []
        self.in_force = FIRST_CONDITIONS

    # What a person does.

    @precondition(lambda self: self._can_type())
    @rule(
        customer=st.sampled_from(CUSTOMERS),
        is_right=st.sampled_from([True, True, True, False]),
        by_click=st.booleans(),
        frozen=FROZEN,
        queued=QUEUED,
        hurry=HURRY,
    )
    def sign_in(
        self,
        customer: Customer,
        is_right: bool,
        by_click: bool,
        frozen: list[tuple[str, int]],
        queued: list[str],
        hurry: bool,
    ) -> None:
        form = self.program.window.form
        self.program.type_into(form.email, customer.email)
        self.program.type_into(form.password, customer.password if is_right else WRONG_PASSWORD)
        self._expect_freeze(frozen, queued)
        self.witness.doing = SUBMIT
        if by_click:
            self.program.click(form.sign_in)
        else:
            self.program.press(Qt.Key.Key_Return)
        self._go_on(hurry)

    @rule(frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def press_enter(self, frozen: list[tuple[str, int]], queued: list[str], hurry: bool) -> None:
        self._expect_freeze(frozen, queued)
        self.witness.doing = SUBMIT
        self.program.press(Qt.Key.Key_Return)
        self._go_on(hurry)

    @rule(mode=st.sampled_from(Mode), by_key=st.booleans(), hurry=HURRY)
    def toggle(self, mode: Mode, by_key: bool, hurry: bool) -> None:
        if by_key:
            key = {Mode.BLOCKING: Qt.Key.Key_B, Mode.ASYNC: Qt.Key.Key_A}[mode]
            self.program.press(key, Qt.KeyboardModifier.AltModifier)
        else:
            self.program.click(self.program.window.toggle.buttons[mode])
        assert self.program.presenter.mode is mode
        self._go_on(hurry)

    @precondition(lambda self: self.program.can_reach(self.program.window.activity.cancel))
    @rule(hurry=HURRY)
    def cancel(self, hurry: bool) -> None:
        self._click(self.program.window.activity.cancel, CANCEL, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.banner.button))
    @rule(frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def press_banner(self, frozen: list[tuple[str, int]], queued: list[str], hurry: bool) -> None:
        self._expect_freeze(frozen, queued)
        is_offer = self.home.banner.property("role") == "banner-news"
        self._click(self.home.banner.button, APPLY if is_offer else RETRY, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.reload))
    @rule(by_key=st.booleans(), frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def reload(self, by_key: bool, frozen: list[tuple[str, int]], queued: list[str], hurry: bool) -> None:
        self._expect_freeze(frozen, queued)
        if by_key:
            self.witness.doing = RETRY
            self.program.press(Qt.Key.Key_F5)
            self._go_on(hurry)
        else:
            self._click(self.home.reload, RETRY, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.sign_out))
    @rule(hurry=HURRY)
    def sign_out(self, hurry: bool) -> None:
        self._click(self.home.sign_out, SIGN_OUT, hurry)

    @rule(text=st.sampled_from(["a", "xyz"]), hurry=HURRY)
    def type_elsewhere(self, text: str, hurry: bool) -> None:
        field = self.program.window.feel.typing
        self.program.click(field)
        field.end(False)
        QTest.keyClicks(field, text)
        self.typed_elsewhere += text
        self._go_on(hurry)

    @rule(hurry=HURRY)
    def count(self, hurry: bool) -> None:
        self.program.click(self.program.window.feel.counter)
        self.counted += 1
        self._go_on(hurry)

    @rule(downwards=st.integers(0, 9))
    def change_conditions(self, downwards: int) -> None:
        control = self.program.window.conditions
        self.program.click(control)
        assert control.panel is not None
        choices = control.panel.list
        QTest.keyClick(choices, Qt.Key.Key_Home)
        for _ in range(downwards):
            QTest.keyClick(choices, Qt.Key.Key_Down)
        QTest.keyClick(choices, Qt.Key.Key_Return)
        self.program.settle()

    @rule()
    def close_and_reopen(self) -> None:
        self.program.end()
        self._begin()

    # What the world does.

    @precondition(lambda self: self.service.wait_for(SIGN_IN, LOAD))
    @rule(how=HOW, hurry=HURRY)
    def answer(self, how: str, hurry: bool) -> None:
        self._answer(how, SIGN_IN, LOAD)
        self._go_on(hurry)

    @precondition(lambda self: self.service.wait_for(LEAVE))
    @rule(how=HOW, hurry=HURRY)
    def answer_sign_out(self, how: str, hurry: bool) -> None:
        self._answer(how, LEAVE)
        self._go_on(hurry)

    @precondition(lambda self: self.program.backend.changes)
    @rule(is_well=st.booleans(), hurry=HURRY)
    def end_change_of_conditions(self, is_well: bool, hurry: bool) -> None:
        conditions = self.program.backend.end_change(None if is_well else ServiceNotStarted(reason="a reason"))
        if is_well:
            self.in_force = conditions
        self._go_on(hurry)

    @rule(duration_ms=DURATIONS_MS)
    def pass_time(self, duration_ms: int) -> None:
        self.program.pass_time(duration_ms)

    @precondition(lambda self: not self.program.disk.is_hanging)
    @rule()
    def hang_disk(self) -> None:
        self.program.disk.hang()
        self.witness.has_disk_hung = True

    @precondition(lambda self: self.program.disk.is_hanging)
    @rule(newest_first=st.booleans(), hurry=HURRY)
    def free_disk(self, newest_first: bool, hurry: bool) -> None:
        self.program.disk.go_on(newest_first=newest_first)
        self._go_on(hurry)

    # What must always be.

    @invariant()
    def nothing_is_wrong(self) -> None:
        self.witness.check()

    @invariant()
    def what_was_typed_stays(self) -> None:
        feel = self.program.window.feel
        assert (feel.typing.text(), feel.count) == (self.typed_elsewhere, self.counted)

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def the_window_shows_the_state(self) -> None:
        window, state = self.program.window, self.program.presenter.state
        assert_shown(window, state, self.program.presenter.mode)
        assert_password_only_in_form(window, state, CUSTOMERS)
        theirs = "" if isinstance(state, SignedOut) else state.email
        typed = window.form.email.text()
        assert_nothing_of(window, [each for each in CUSTOMERS if each.email != theirs], but_typed=typed)

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def the_conditions_are_shown(self) -> None:
        control, changes = self.program.window.conditions, self.program.backend.changes
        assert control.in_force is self.in_force
        assert control.requested == (changes[-1][0] if changes else None)

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def nobody_waits_for_ever(self) -> None:
        self.witness.check_waits()

    @precondition(lambda self: self.program.is_settled and not self.program.disk.is_hanging)
    @invariant()
    def what_is_kept_is_on_the_disk(self) -> None:
        self.witness.check_disk()

    def teardown(self) -> None:
        try:
            self.program.end()
        finally:
            self._stack.close()

    @property
    def home(self) -> HomePage:
        home = self.program.window.home
        assert home is not None
        return home

    def _can_type(self) -> bool:
        form = self.program.window.form
        return self.program.can_reach(form.email) and not form.email.isReadOnly()

    def _click(self, button: QAbstractButton, doing: str, hurry: bool) -> None:
        self.witness.doing = doing
        self.program.click(button)
        self._go_on(hurry)

    def _answer(self, how: str, *names: str) -> None:
        answered = self.service.wait_for(*names)[0].answered
        assert answered is not None
        answered.set_result(how)
        self.program.is_settled = False

    def _go_on(self, hurry: bool) -> None:
        self.witness.doing = ""
        if not hurry:
            self.program.settle()

    def _expect_freeze(self, frozen: list[tuple[str, int]], queued: list[str]) -> None:
        self.service.while_frozen = deque(frozen)
        self.queued = queued

    def _use_frozen_window(self) -> None:
        """Do, before the window that is frozen, what was planned: typing and counting counts, nothing else does."""
        window, queued = self.program.window, self.queued
        self.queued = []
        widgets = {
            "counter": window.feel.counter,
            "sign in": window.form.sign_in,
            "cancel": window.activity.cancel,
            "blocking": window.toggle.buttons[Mode.BLOCKING],
            "async": window.toggle.buttons[Mode.ASYNC],
            "sign out": self.home.sign_out,
            "reload": self.home.reload,
            "banner": self.home.banner.button,
        }
        for what in queued:
            if what == "key":
                self.program.press_later("k")
                self.typed_elsewhere += "k" if window.focusWidget() is window.feel.typing else ""
            else:
                self.program.click_later(widgets[what])
                self.counted += what == "counter"


def profile(examples: int) -> settings:
    return settings(
        max_examples=EXAMPLES or examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        print_blob=True,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.timeout(0 if EXAMPLES else 600)
def test_whatever_happens_the_window_stays_true(qapp: Application, tmp_path: Path) -> None:
    run_state_machine_as_test(partial(Somebody, qapp, tmp_path), settings=profile(60))
