"""What is around somebody before the window: the service, the disk, the clock; and what must always be so."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desktop_app.app import Application
from desktop_app.errors import ServiceNotStarted
from desktop_app.overriding import override
from desktop_app.signin.home import HomePage
from desktop_app.signin.presenter import LATE_MS
from desktop_app.signin.state import Mode, SignedOut
from tests.helpers.acting_service import FAULTS, LEAVE, LOAD, SHORT_TRUTH, SIGN_IN, TRUTH, Customer
from tests.helpers.played_program import DEADLINE_MS, FIRST_CONDITIONS, played
from tests.helpers.seen import assert_nothing_of, assert_password_only_in_form, assert_shown
from tests.helpers.witness import Witness

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
HOW: Final = st.sampled_from([*[TRUTH] * len(FAULTS), *[SHORT_TRUTH] * (len(FAULTS) // 3), *FAULTS])
DURATIONS_MS: Final = st.sampled_from(
    [1, 150, 400, 1000, 2000, DEADLINE_MS - 1, DEADLINE_MS, 10_000, LATE_MS, 2 * LATE_MS]
)
HURRY: Final = st.sampled_from([False, False, True])
"""Whether the next thing happens before the program has had a turn."""


class World(RuleBasedStateMachine):
    """The program, and what happens to it without anybody's doing.

    Args:
        qt: The application.
        directory: Where the profiles are.
        reached: Takes up how often each state followed each other.
    """

    def __init__(self, qt: Application, directory: Path, reached: Counter[str]) -> None:
        super().__init__()
        self._stack = ExitStack()
        profile = Path(self._stack.enter_context(TemporaryDirectory(dir=directory)))
        self.program = self._stack.enter_context(played(qt, CUSTOMERS, profile))
        self.service = self.program.service
        self.service.on_frozen = self._use_frozen_window
        self.witness = Witness(self.program)
        self._reached = reached
        self.begin()

    def begin(self) -> None:
        """Open the window."""
        self.program.start()
        self.witness.attend()
        self.typed_elsewhere = ""
        self.counted = 0
        self.queued: list[str] = []
        self.in_force = FIRST_CONDITIONS

    @property
    def home(self) -> HomePage:
        """The window's page."""
        home = self.program.window.home
        assert home is not None
        return home

    def go_on(self, hurry: bool) -> None:
        """Let the program go on as far as it can without time, unless the next thing happens before."""
        self.witness.doing = ""
        if not hurry:
            self.program.settle()

    # What happens.

    @precondition(lambda self: self.service.wait_for(SIGN_IN, LOAD))
    @rule(how=HOW, hurry=HURRY)
    def answer(self, how: str, hurry: bool) -> None:
        self._answer(how, SIGN_IN, LOAD)
        self.go_on(hurry)

    @precondition(lambda self: self.service.wait_for(LEAVE))
    @rule(how=HOW, hurry=HURRY)
    def answer_sign_out(self, how: str, hurry: bool) -> None:
        self._answer(how, LEAVE)
        self.go_on(hurry)

    @precondition(lambda self: self.program.backend.changes)
    @rule(is_well=st.booleans(), hurry=HURRY)
    def end_change_of_conditions(self, is_well: bool, hurry: bool) -> None:
        conditions = self.program.backend.end_change(None if is_well else ServiceNotStarted(reason="a reason"))
        if is_well:
            self.in_force = conditions
        self.program.is_settled = False
        self.go_on(hurry)

    @rule(duration_ms=DURATIONS_MS)
    def pass_time(self, duration_ms: int) -> None:
        self.program.pass_time(duration_ms)

    @precondition(lambda self: self.service.wait_for(LOAD))
    @rule(after_ms=st.sampled_from([0, 1, 5000, LATE_MS - 1, LATE_MS]))
    def be_overdue(self, after_ms: int) -> None:
        self.program.pass_time(DEADLINE_MS + after_ms)

    @rule(newest_first=st.booleans(), hurry=HURRY)
    def hang_disk_or_free_it(self, newest_first: bool, hurry: bool) -> None:
        if self.program.disk.is_hanging:
            self.program.disk.go_on(newest_first=newest_first)
            self.program.is_settled = False
            self.go_on(hurry)
        else:
            self.program.disk.hang()
            self.witness.has_disk_hung = True

    def _answer(self, how: str, *names: str) -> None:
        answered = self.service.wait_for(*names)[0].answered
        assert answered is not None
        answered.set_result(how)
        self.program.is_settled = False

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
        others = [customer for customer in CUSTOMERS if customer.email != theirs]
        assert_nothing_of(window, others, but_typed=window.form.email.text())

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def the_conditions_are_shown(self) -> None:
        control, changes = self.program.window.conditions, self.program.backend.changes
        assert control.in_force is self.in_force
        assert control.requested == (changes[-1][0] if changes else None)

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def nothing_is_waited_for_in_vain(self) -> None:
        self.witness.check_waits()

    @precondition(lambda self: self.program.is_settled)
    @invariant()
    def nothing_secret_is_anywhere(self) -> None:
        self.witness.check_secrets()
        self.witness.check_traces()

    @precondition(lambda self: self.program.is_settled and not self.program.disk.is_hanging)
    @invariant()
    def what_is_kept_is_on_the_disk(self) -> None:
        self.witness.check_disk()

    @override
    def teardown(self) -> None:
        self._reached.update(self.witness.reached)
        try:
            self.program.end()
        finally:
            self._stack.close()

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
