"""Somebody before the window, who does anything at any time."""

from __future__ import annotations

from collections import deque
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop_app.signin.state import Mode
from tests.helpers.acting_service import SHORT_TRUTH, TRUTH, Customer
from tests.helpers.played_program import DEADLINE_MS
from tests.helpers.witness import APPLY, CANCEL, RETRY, SIGN_OUT, SUBMIT
from tests.reliability.world import CUSTOMERS, HOW, HURRY, World

Answers = list[tuple[str, int]]
WRONG_PASSWORD: Final = "not the password"
FROZEN: Final = st.lists(st.tuples(HOW, st.sampled_from([0, 0, 100, 900, DEADLINE_MS - 1, 5000])), max_size=4)
"""How the service answers while the window is frozen, and after how many milliseconds."""
QUEUED: Final = st.lists(
    st.sampled_from(["key", "counter", "sign in", "cancel", "blocking", "async", "sign out", "reload", "banner"]),
    max_size=4,
)
"""What is done before the window while it is frozen."""


class Somebody(World):
    """Uses everything that the window has, by mouse and keys."""

    @precondition(lambda self: self._can_type())
    @rule(
        customer=st.sampled_from(CUSTOMERS),
        is_right=st.sampled_from([True, True, True, False]),
        mode=st.sampled_from(Mode),
        by_click=st.booleans(),
        frozen=FROZEN,
        queued=QUEUED,
        hurry=HURRY,
    )
    def sign_in(
        self,
        customer: Customer,
        is_right: bool,
        mode: Mode,
        by_click: bool,
        frozen: Answers,
        queued: list[str],
        hurry: bool,
    ) -> None:
        self.program.click(self.program.window.toggle.buttons[mode])
        form = self.program.window.form
        self.program.type_into(form.email, customer.email)
        self.program.type_into(form.password, customer.password if is_right else WRONG_PASSWORD)
        self._expect_freeze(frozen, queued)
        if by_click:
            self._click(form.sign_in, SUBMIT, hurry)
        else:
            self._press(Qt.Key.Key_Return, SUBMIT, hurry)

    @precondition(lambda self: self._can_type())
    @rule(
        customer=st.sampled_from(CUSTOMERS),
        truth=st.sampled_from([TRUTH, TRUTH, SHORT_TRUTH]),
        is_late=st.booleans(),
        how=st.none() | HOW,
        hurry=HURRY,
    )
    def sign_in_at_once(self, customer: Customer, truth: str, is_late: bool, how: str | None, hurry: bool) -> None:
        """Be where most takes place: before a page that is loading, or has been loaded, in time or late."""
        self.sign_in(customer, True, mode=Mode.ASYNC, by_click=False, frozen=[], queued=[], hurry=False)
        self.answer(truth, hurry=False)
        if is_late:
            self.be_overdue(after_ms=0)
        if how is not None:
            self.answer(how, hurry)

    @rule(mode=st.sampled_from(Mode), by_key=st.booleans(), hurry=HURRY)
    def toggle(self, mode: Mode, by_key: bool, hurry: bool) -> None:
        if by_key:
            key = {Mode.BLOCKING: Qt.Key.Key_B, Mode.ASYNC: Qt.Key.Key_A}[mode]
            self.program.press(key, Qt.KeyboardModifier.AltModifier)
        else:
            self.program.click(self.program.window.toggle.buttons[mode])
        assert self.program.presenter.mode is mode
        self.go_on(hurry)

    @precondition(lambda self: self.program.can_reach(self.program.window.activity.cancel))
    @rule(hurry=HURRY)
    def cancel(self, hurry: bool) -> None:
        self._click(self.program.window.activity.cancel, CANCEL, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.banner.button))
    @rule(frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def press_banner(self, frozen: Answers, queued: list[str], hurry: bool) -> None:
        self._expect_freeze(frozen, queued)
        self._click(self.home.banner.button, APPLY if self._is_offered_something() else RETRY, hurry)

    @precondition(lambda self: self._is_offered_something())
    @rule(hurry=HURRY)
    def apply(self, hurry: bool) -> None:
        self._click(self.home.banner.button, APPLY, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.reload))
    @rule(by_key=st.booleans(), frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def reload(self, by_key: bool, frozen: Answers, queued: list[str], hurry: bool) -> None:
        self._expect_freeze(frozen, queued)
        if by_key:
            self._press(Qt.Key.Key_F5, RETRY, hurry)
        else:
            self._click(self.home.reload, RETRY, hurry)

    @precondition(lambda self: self.program.can_reach(self.home.sign_out))
    @rule(hurry=HURRY)
    def sign_out(self, hurry: bool) -> None:
        self._click(self.home.sign_out, SIGN_OUT, hurry)

    @rule(what=st.sampled_from(["type", "count", "press enter"]), frozen=FROZEN, queued=QUEUED, hurry=HURRY)
    def fiddle(self, what: str, frozen: Answers, queued: list[str], hurry: bool) -> None:
        feel = self.program.window.feel
        match what:
            case "type":
                self.program.click(feel.typing)
                feel.typing.end(False)
                QTest.keyClicks(feel.typing, "xyz")
                self.typed_elsewhere += "xyz"
                self.go_on(hurry)
            case "count":
                self.program.click(feel.counter)
                self.counted += 1
                self.go_on(hurry)
            case _:
                self._expect_freeze(frozen, queued)
                self._press(Qt.Key.Key_Return, SUBMIT, hurry)

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
        # The system gives the focus back first.
        self.program.settle()

    @rule()
    def close_and_reopen(self) -> None:
        self.program.end()
        self.begin()

    def _can_type(self) -> bool:
        form = self.program.window.form
        return self.program.can_reach(form.email) and not form.email.isReadOnly()

    def _is_offered_something(self) -> bool:
        banner = self.home.banner
        return self.program.can_reach(banner.button) and banner.property("role") == "banner-news"

    def _click(self, button: QAbstractButton, doing: str, hurry: bool) -> None:
        self.witness.doing = doing
        self.program.click(button)
        self.go_on(hurry)

    def _press(self, key: Qt.Key, doing: str, hurry: bool) -> None:
        self.witness.doing = doing
        self.program.press(key)
        self.go_on(hurry)

    def _expect_freeze(self, frozen: Answers, queued: list[str]) -> None:
        self.service.while_frozen = deque(frozen)
        self.queued = queued
