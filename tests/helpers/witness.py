"""Watches a played program, and knows what must never be: what it is in is compared with what has happened to it."""

from __future__ import annotations

from desktop_app.kept import KeptPreferences
from desktop_app.preferences.model import Preferences
from desktop_app.signin.presenter import LATE_MS
from desktop_app.signin.state import Arrived, Degraded, Home, Loading, Mode, SignedOut, SigningIn, State, StillLoading
from tests.helpers.acting_service import LOAD, SIGN_IN
from tests.helpers.manual_time import NS_PER_MS
from tests.helpers.played_program import DEADLINE_MS, PlayedProgram

SUBMIT, CANCEL, RETRY, APPLY, SIGN_OUT = "submit", "cancel", "retry", "apply", "sign out"


class Witness:
    """Takes down what the program says of itself, and finds fault with it; everything wrong is in ``wrongs``.

    Args:
        program: To be watched; `attend` has it watched from a start of it on.
    """

    def __init__(self, program: PlayedProgram) -> None:
        self.wrongs: list[str] = []
        self.doing = ""
        """What the person does right now, `SUBMIT` or another; nothing while the program acts by itself."""
        self.kept: dict[str, str] = {}
        """By the email, the ``display_name`` of the preferences that have to be kept."""
        self.has_disk_hung = False
        """Whether what is kept may not have been had in time."""
        self._program = program
        self._left: set[str] = set()
        self._state: State = SignedOut()
        self._load: Mode | None = None
        self._began_ns = 0

    def attend(self) -> None:
        """Watch the program that was just started."""
        presenter = self._program.presenter
        self._state, self._load = presenter.state, None
        presenter.state_changed.connect(self._on_state_changed)
        presenter.load_started.connect(self._on_load_started)
        presenter.load_ended.connect(self._on_load_ended)

    def check(self) -> None:
        """Look at what can be seen at any time; all that is wrong since the start fails it."""
        program = self._program
        self.wrongs += program.complaints
        if program.service.most_at_once > 1:
            self.wrongs.append(f"{program.service.most_at_once} requests at once")
        if self._state != program.presenter.state:
            self.wrongs.append("it is in another state than it said")
        if (self._load is not None) != isinstance(self._state, SigningIn | Loading):
            self.wrongs.append(f"a load is under way: {self._load}, in {self._state}")
        assert not self.wrongs, self.wrongs

    def check_waits(self) -> None:
        """Look at what is waited for, once the program has come to rest: nothing in vain, and nothing for too long."""
        state, now_ns = self._state, self._program.time.now_ns
        names = [asked.name for asked in self._program.service.wait_for(SIGN_IN, LOAD)]
        match state:
            case SigningIn():
                expected, most_ms = {SIGN_IN}, DEADLINE_MS
            case Loading():
                expected, most_ms = {LOAD}, DEADLINE_MS
            case Degraded(late=StillLoading()):
                expected, most_ms = {LOAD}, DEADLINE_MS + LATE_MS
            case _:
                expected, most_ms = set(), 0
        assert set(names) <= expected, (names, state)
        assert not expected or now_ns - self._began_ns < most_ms * NS_PER_MS, state

    def check_disk(self) -> None:
        """Look at what is kept on the disk, once all was written."""
        found = KeptPreferences(self._program.profile.kept_dir)
        names = {}
        for customer in self._program.service.customers:
            seen = found.find(customer.email)
            if seen is not None:
                names[customer.email] = seen.preferences.display_name
        assert names == self.kept, (names, self.kept)

    def _on_load_started(self, mode: Mode) -> None:
        self._demand(self._load is None, "a load began in another")
        self._demand(mode is self._program.presenter.mode, "a load began in another mode than was chosen")
        self._load = mode
        self._began_ns = self._program.time.now_ns
        self.has_disk_hung = self._program.disk.is_hanging

    def _on_load_ended(self, mode: Mode, state: State) -> None:
        self._demand(mode is self._load, f"a load ended that had not begun: {mode}")
        self._demand(state == self._program.presenter.state, "a load ended in a state that it is not in")
        self._load = None

    def _on_state_changed(self, after: State) -> None:
        before, self._state = self._state, after
        self._demand(_may_follow(before, after, self.doing), f"{before} -> {after} by {self.doing or 'itself'}")
        if not isinstance(after, SignedOut | SigningIn):
            self._look_at_session(after)
        self._look_at_preferences(before, after)
        if isinstance(after, SignedOut):
            if not isinstance(before, SignedOut | SigningIn):
                self._left.add(before.session.token)
            if self.doing == SIGN_OUT:
                self._demand(after == SignedOut(), f"something is left: {after}")
                assert not isinstance(before, SignedOut | SigningIn)
                self.kept.pop(before.email, None)

    def _look_at_session(self, state: Loading | Home | Degraded) -> None:
        """A page is only for somebody whose sign-in was confirmed, and who has not left."""
        token = state.session.token
        owner = self._program.service.owners.get(token)
        self._demand(owner == state.email, f"{state.email} has the session of {owner}")
        self._demand(token not in self._left, f"a session that was left: {state}")

    def _look_at_preferences(self, before: State, after: State) -> None:
        """What there is to be seen belongs to the customer; it is of this session, or was kept for them."""
        match after:
            case Home(preferences=preferences) | Degraded(late=Arrived(preferences=preferences)):
                token = self._program.service.given.get(preferences.display_name)
                self._demand(token == after.session.token, f"{preferences.display_name} was given to {token}")
                if _preferences_of(before) != preferences:
                    self.kept[after.email] = preferences.display_name
        if isinstance(after, Degraded) and after.kept is not None:
            name = after.kept.preferences.display_name
            is_new = not (isinstance(before, Degraded) or _before(before) == after)
            expected = self.kept.get(after.email) if is_new else name
            self._demand(name == expected, f"{name} was kept, not {expected}")
            owner = self._program.service.owners[self._program.service.given[name]]
            self._demand(owner == after.email, f"{after.email} is shown what {owner} had")
        if isinstance(before, SigningIn | Loading) and isinstance(after, Degraded) and after != _before(before):
            is_valid = after.session.expires_at > self._program.time.wall()
            has_kept = after.email in self.kept and is_valid
            self._demand(after.kept is None or is_valid, "what was kept is shown to somebody whose session is over")
            self._demand(after.kept is not None or not has_kept or self.has_disk_hung, "what was kept is not shown")

    def _demand(self, is_so: bool, otherwise: str) -> None:
        # Raised here, it would be lost in Qt.
        if not is_so:
            self.wrongs.append(otherwise)


def _may_follow(before: State, after: State, doing: str) -> bool:
    """Tell whether one state may follow another when the person does this; nothing is applied without their will."""
    match before, after:
        case SignedOut(), SigningIn():
            return doing == SUBMIT
        case SigningIn(), SigningIn() | Loading():
            return not doing and before.attempt == after.attempt and before.email == after.email
        case SigningIn(), SignedOut(failure=None):
            return doing == CANCEL and after.email == before.email
        case SigningIn(), SignedOut():
            return not doing and after.email == before.email
        case SigningIn(), Home() | Degraded():
            return not doing and before.mode is Mode.BLOCKING and after.email == before.email
        case Loading(), Loading():
            return not doing and before.attempt == after.attempt
        case Loading(), Home() if after == before.before:
            return doing == CANCEL
        case Loading(), Degraded() if after == before.before:
            return doing == CANCEL or not doing
        case Loading(), SignedOut(failure=None):
            return doing == SIGN_OUT or (doing == CANCEL and after == before.before)
        case Loading(), _:
            return not doing and after.email == before.email
        case Home() | Degraded(), Loading():
            return doing == RETRY and after.email == before.email and after.session == before.session
        case Home() | Degraded(), SignedOut(failure=None):
            return doing == SIGN_OUT
        case Degraded(late=StillLoading()), SignedOut():
            return not doing and after.email == before.email
        case Degraded(late=Arrived()), Home():
            return doing == APPLY and after.preferences == _preferences_of(before)
        case Degraded(late=StillLoading()), Degraded(late=None):
            return doing == CANCEL or not doing
        case Degraded(late=StillLoading()), Degraded(late=Arrived()):
            return not doing
    return False


def _before(state: State) -> State | None:
    return state.before if isinstance(state, Loading) else None


def _preferences_of(state: State) -> Preferences | None:
    """Give the preferences of this session that a state has, its own or those of the page that it goes back to."""
    match state:
        case Home(preferences=preferences) | Degraded(late=Arrived(preferences=preferences)):
            return preferences
        case Loading(before=SignedOut()):
            return None
        case Loading():
            return _preferences_of(state.before)
    return None
