"""Watches a played program, and knows what must never be: what it says is compared with what has happened to it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from desktop_app.kept import KeptPreferences
from desktop_app.preferences.model import Preferences
from desktop_app.signin.presenter import LATE_MS
from desktop_app.signin.spinner import SHOW_AFTER_MS, SHOW_FOR_MS
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, State, StillLoading
from tests.helpers.acting_service import LEAVE, LOAD, SIGN_IN
from tests.helpers.following import (
    APPLY,
    CANCEL,
    RETRY,
    SIGN_OUT,
    SUBMIT,
    may_follow,
    name_of,
    offered_in,
    preferences_of,
)
from tests.helpers.manual_time import NS_PER_MS
from tests.helpers.played_program import DEADLINE_MS, PlayedProgram
from tests.helpers.reachable import found_in

__all__ = ["APPLY", "CANCEL", "RETRY", "SIGN_OUT", "SUBMIT", "Witness"]
TOKEN: Final = "token-"


class Witness:
    """Takes down what the program says of itself, and finds fault with it.

    Args:
        program: To be watched; `attend` has it watched from a start of it on.
    """

    def __init__(self, program: PlayedProgram) -> None:
        self.doing = ""
        """What the person does right now, `SUBMIT` or another; nothing while the program acts by itself."""
        self.kept: dict[str, str] = {}
        """By the email, the ``display_name`` of the preferences that have to be kept."""
        self.has_disk_hung = False
        """Whether what is kept may not have been had in time."""
        self.reached: Counter[str] = Counter()
        """How often each state followed each other."""
        self._wrongs: list[str] = []
        self._program = program
        self._passwords = [customer.password for customer in program.service.customers]
        self._looked_at = 0
        self._left: set[str] = set()
        self._to_end: set[str] = set()
        self._waits = _Waits(program)
        self._state: State = SignedOut()
        self._load: Mode | None = None
        self._began_ns = 0

    def attend(self) -> None:
        """Watch the program that was just started."""
        presenter = self._program.presenter
        self._state, self._load = presenter.state, None
        # What is still to be told to the service when the window is closed is not.
        self._to_end.clear()
        self._waits.begin()
        presenter.state_changed.connect(self._on_state_changed)
        presenter.load_started.connect(self._on_load_started)
        presenter.load_ended.connect(self._on_load_ended)

    def check(self) -> None:
        """Look at what can be seen at any time."""
        program = self._program
        self._demand(not program.complaints, f"{program.complaints}")
        self._demand(program.service.most_at_once <= 1, f"{program.service.most_at_once} requests at once")
        self._demand(self._state == program.presenter.state, "it is in another state than it said")
        is_loading = isinstance(self._state, SigningIn | Loading)
        self._demand((self._load is not None) == is_loading, f"a load is under way: {self._load}, in {self._state}")
        assert not self._wrongs, self._wrongs

    def check_waits(self) -> None:
        """Look at what is waited for, once all is at rest: nothing in vain, and nothing for too long."""
        expected: set[str] = set()
        most_ms = 0
        match self._state:
            case SigningIn():
                expected, most_ms = {SIGN_IN}, DEADLINE_MS
            case Loading():
                expected, most_ms = {LOAD}, DEADLINE_MS
            case Degraded(late=StillLoading()):
                expected, most_ms = {LOAD}, DEADLINE_MS + LATE_MS
        self._waits.check()
        ended = {asked.token for asked in self._program.service.asked if asked.name == LEAVE}
        assert self._to_end <= ended, "the service was not told that a session is over"
        names = {asked.name for asked in self._program.service.wait_for(SIGN_IN, LOAD)}
        assert names <= expected, (names, self._state)
        waited_ns = self._program.time.now_ns - self._began_ns
        assert not expected or waited_ns < most_ms * NS_PER_MS, (waited_ns, self._state)

    def check_disk(self) -> None:
        """Look at what is kept on the disk, once all was written."""
        found = KeptPreferences(self._program.profile.kept_dir)
        seen = {each.email: found.find(each.email) for each in self._program.service.customers}
        names = {email: what.preferences.display_name for email, what in seen.items() if what is not None}
        assert names == self.kept, (names, self.kept)

    def check_secrets(self) -> None:
        """Look for passwords once all is at rest: while none is being sent, only the form has one."""
        if not isinstance(self._state, SigningIn):
            assert found_in(self._program.program, self._passwords) == []

    def check_traces(self) -> None:
        """Look for what is secret in what the program has logged and written so far."""
        said = self._program.log.said[self._looked_at :]
        self._looked_at += len(said)
        files = [path for path in self._program.profile.directory.rglob("*") if path.is_file()]
        texts = {f"log: {text}": text for text in said}
        texts |= {str(path): path.read_text(encoding="utf-8") for path in files}
        found = [where for where, text in texts.items() for secret in (*self._passwords, TOKEN) if secret in text]
        assert found == []

    def _on_load_started(self, mode: Mode) -> None:
        self._demand(self._load is None, "a load began in another")
        self._demand(mode is self._program.presenter.mode, "a load began in another mode than was chosen")
        self._load = mode
        self._began_ns = self._program.time.now_ns
        self.has_disk_hung = self._program.disk.is_hanging

    def _on_load_ended(self, mode: Mode, state: State) -> None:
        self._demand(mode is self._load, f"a load ended that had not begun: {mode}")
        took_ns = self._program.time.now_ns - self._began_ns
        self._demand(took_ns <= DEADLINE_MS * NS_PER_MS, f"a load took {took_ns} ns")
        self._demand(state == self._program.presenter.state, "a load ended in a state that it is not in")
        self._load = None

    def _on_state_changed(self, after: State) -> None:
        before, self._state = self._state, after
        self._waits.note(after)
        self.reached[f"{name_of(before)} -> {name_of(after)}"] += 1
        self._demand(may_follow(before, after, self.doing), f"{before} -> {after} by {self.doing or 'itself'}")
        if isinstance(after, SignedOut):
            self._note_leaving(before, after)
        elif not isinstance(after, SigningIn):
            self._look_at_session(after)
        if isinstance(after, Home | Degraded):
            self._look_at_preferences(before, after)
        if isinstance(after, Degraded):
            self._look_at_kept(before, after)

    def _note_leaving(self, before: State, after: SignedOut) -> None:
        if not isinstance(before, SignedOut | SigningIn):
            self._left.add(before.session.token)
            if self.doing in (SIGN_OUT, CANCEL):
                self._to_end.add(before.session.token)
            if self.doing == SIGN_OUT:
                self._demand(after == SignedOut(), f"something is left: {after}")
                self.kept.pop(before.email, None)

    def _look_at_session(self, state: Loading | Home | Degraded) -> None:
        """A page is only for somebody whose sign-in was confirmed, and who has not left."""
        token = state.session.token
        owner = self._program.service.owners.get(token)
        self._demand(owner == state.email, f"{state.email} has the session of {owner}")
        self._demand(token not in self._left, f"a session that was left: {state}")

    def _look_at_preferences(self, before: State, after: Home | Degraded) -> None:
        """What there is to be seen was given to this session."""
        preferences: Preferences | None = preferences_of(after)
        if preferences is not None:
            token = self._program.service.given.get(preferences.display_name)
            self._demand(token == after.session.token, f"{preferences.display_name} was given to {token}")
            if preferences_of(before) != preferences:
                self.kept[after.email] = preferences.display_name

    def _look_at_kept(self, before: State, after: Degraded) -> None:
        """What is shown as kept was kept for this customer, whose session is still valid; and if so, it is shown."""
        earlier = before.before if isinstance(before, Loading) else before
        if isinstance(earlier, Degraded) and (earlier is before or earlier == after or offered_in(earlier)):
            self._demand(earlier.kept == after.kept, "it has become another page")
            return
        is_valid = after.session.expires_at > self._program.time.wall()
        expected = self.kept.get(after.email) if is_valid else None
        name = after.kept.preferences.display_name if after.kept is not None else None
        is_missing = name is None and self.has_disk_hung
        self._demand(name == expected or is_missing, f"{name} was kept, not {expected}")

    def _demand(self, is_so: bool, otherwise: str) -> None:
        # Raised in a slot, it would be lost in Qt.
        if not is_so:
            self._wrongs.append(otherwise)


class _Waits:
    """How long the window has had something to wait for, or nothing; its spinner follows that."""

    def __init__(self, program: PlayedProgram) -> None:
        self._program = program
        self._is_waiting = False
        self._since_ns = 0

    def begin(self) -> None:
        """A window was opened, in which nothing was ever waited for."""
        self._is_waiting, self._since_ns = False, 0

    def note(self, state: State) -> None:
        """The window is in another state."""
        is_late = isinstance(state, Degraded) and isinstance(state.late, StillLoading)
        is_waiting = is_late or isinstance(state, SigningIn | Loading)
        if is_waiting != self._is_waiting:
            self._is_waiting, self._since_ns = is_waiting, self._program.time.now_ns

    def check(self) -> None:
        """Look whether the spinner is shown where it has to be, and not where it must not be; in between it may."""
        is_shown = not self._program.window.activity._pill.isHidden()
        for_ms = (self._program.time.now_ns - self._since_ns) // NS_PER_MS
        if self._is_waiting:
            assert is_shown or for_ms < SHOW_AFTER_MS, f"nothing is shown of a wait of {for_ms} ms"
        else:
            assert not is_shown or for_ms < SHOW_FOR_MS, f"a wait is shown that has been over for {for_ms} ms"
