"""One run of the real program against a fault: what a person does, and what became of it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.client import known
from desktop_app.config import Options, Profile
from desktop_app.errors import DeadlineExceeded, ServiceNotStarted
from desktop_app.interruption import Interruption
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.signin.failures import described
from desktop_app.signin.painting import emission
from desktop_app.signin.state import Degraded, Home, Mode, SignedOut, State
from tests.reliability.leftovers import holdings, left_since
from tests.reliability.memory import PeakMemory
from tests.reliability.sites import Site

if TYPE_CHECKING:
    from desktop_app.signin.presenter import Presenter

BEAT_MS: Final = 2
# Not a claim about speed: so that a failing test ends instead of hanging.
HANG_S: Final = 30.0
PAUSE_S: Final = 0.01
PROFILE: Final = "profile"


@dataclass
class Observation:
    """What became of a load."""

    end: str = "closed"
    """``home``, ``degraded``, ``form``; ``closed`` when the program ended before."""
    message: str = ""
    """Why, in the words that the window shows."""
    name: str = ""
    """Whom the home page greets."""
    is_overdue: bool = False
    """Whether it was the deadline that ended it."""
    submitted_ns: int = 0
    ended_ns: int = 0
    """When the program was in the state that it ended in, or at its end."""
    longest_lag_ms: float = 0.0
    memory_bytes: int = 0
    """By how much the process's memory grew at most."""
    secrets: set[str] = field(default_factory=set)
    """What must be found nowhere."""
    left: list[str] = field(default_factory=list)
    """What the program has not given back."""
    exit_code: int = 0
    """Of a program in a process of its own."""
    complaints: list[str] = field(default_factory=list)
    """What a program in a process of its own said on stderr."""

    @property
    def took_ms(self) -> float:
        """From the submit to the end."""
        return (self.ended_ns - self.submitted_ns) / NS_PER_MS


class Person:
    """Uses the running program, and takes down what happens to them.

    Args:
        program: Running.
        site: Where the fault is.
    """

    def __init__(self, program: Program, site: Site) -> None:
        assert program.presenter is not None
        self.program = program
        self.presenter: Presenter = program.presenter
        self.site = site
        self._painted: list[State] = []
        program.window.state_painted.connect(self._painted.append)

    async def sign_in(self) -> State:
        """Fill the form in, press Enter, and give the state that the load ends in, once it is on the screen."""
        form = self.program.window.form
        form.clear()
        for widget, text in ((form.email, self.site.email), (form.password, self.site.password)):
            QTest.keyClicks(widget, text)
        ended: asyncio.Future[State] = asyncio.get_running_loop().create_future()

        def end(state: State) -> None:
            if isinstance(state, SignedOut | Home | Degraded) and not ended.done():
                ended.set_result(state)

        connection = self.presenter.state_changed.connect(end)
        try:
            self._painted.clear()
            QTest.keyClick(form.password, Qt.Key.Key_Return)
            async with asyncio.timeout(HANG_S):
                state = await ended
        finally:
            self.presenter.state_changed.disconnect(connection)
        await self.see(type(state))
        return state

    async def sign_out(self) -> None:
        """Press Sign out, and see the form."""
        home = self.program.window.home
        assert home is not None
        QTest.mouseClick(home.sign_out, Qt.MouseButton.LeftButton)
        await self.see(SignedOut)

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the program go on until something is so."""
        async with asyncio.timeout(HANG_S):
            while not condition():  # noqa: ASYNC110 - nobody tells when it is
                await asyncio.sleep(PAUSE_S)

    async def see(self, kind: type[State]) -> None:
        """Wait until a state of this kind is on the screen."""
        async with asyncio.timeout(HANG_S):
            while not (self._painted and isinstance(self._painted[-1], kind)):
                await emission(self.program.window.state_painted)
        self._painted.clear()


def run(qt: Application, site: Site, mode: Mode, deadline_ms: int, directory: Path) -> Observation:
    """Run the program, from its start to its end, and have somebody sign in.

    Args:
        qt: The application.
        site: Where the fault is.
        mode: How the program waits.
        deadline_ms: Its deadline.
        directory: Where its profile is.
    """
    before = holdings()
    profile = Profile(directory / PROFILE)
    backend = Backend(site.conditions, store_url=site.store_url, server=site.server)
    interruption = Interruption()
    backend.start()
    options = Options(site.conditions, mode=mode.value, server=site.server, deadline_s=deadline_ms / 1000)
    program = site.program = Program(
        qt, options, profile.load_settings(), interruption, backend, profile, load_interval_ms=BEAT_MS
    )
    observation = Observation(secrets={site.password, backend._secret} - {""})
    loops: list[asyncio.AbstractEventLoop] = []

    async def play(_program: Program) -> int:
        loops.append(asyncio.get_running_loop())
        with suppress(ServiceNotStarted):
            await known(backend)
        person = Person(program, site)
        if site.before is not None:
            await site.before(person)
        await _observe(person, observation)
        if site.after is not None:
            await site.after(person)
        return 0

    try:
        program.run(play)
    finally:
        observation.ended_ns = observation.ended_ns or program.monitor.clock()
        interruption.restore()
        for signal in (qt.quit_requested, qt.lastWindowClosed):
            signal.disconnect(program._on_end_requested)
        # As the process's end would.
        for owner in (program.window, program.monitor):
            shiboken6.delete(owner)
    site.program = None
    gc.collect()
    observation.left = left_since(before, loop=loops[0], not_counting=site.belongings)
    return observation


async def _observe(person: Person, observation: Observation) -> None:
    program = person.program
    ended_ns: list[int] = []

    def note(state: State) -> None:
        if isinstance(state, SignedOut | Home | Degraded):
            ended_ns.append(program.monitor.clock())
        if not isinstance(state, SignedOut) and (session := getattr(state, "session", None)):
            observation.secrets.add(session.token)

    person.presenter.state_changed.connect(note)
    recorder = program.monitor.record()
    try:
        with PeakMemory() as memory:
            observation.submitted_ns = program.monitor.clock()
            state = await person.sign_in()
    finally:
        program.monitor.end(recorder)
        observation.longest_lag_ms = recorder.summary().longest_ns / NS_PER_MS
    observation.memory_bytes = memory.grown_bytes
    observation.ended_ns = ended_ns[0]
    _take_down(program, state, observation)


def _take_down(program: Program, state: State, observation: Observation) -> None:
    """Take down what the window shows."""
    window = program.window
    assert window.home is not None
    if isinstance(state, Home):
        observation.end, observation.name = "home", state.preferences.display_name
        return
    assert isinstance(state, SignedOut | Degraded)
    observation.end, banner = (
        ("form", window.form.banner) if isinstance(state, SignedOut) else ("degraded", window.home.banner)
    )
    if state.failure is not None:
        observation.message = described(state.failure)[0]
        observation.is_overdue = isinstance(state.failure.error, DeadlineExceeded)
        assert not banner.isHidden()
        assert observation.message in banner.accessibleName(), banner.accessibleName()


def found_secrets(secrets: Iterable[str], texts: Iterable[str], directories: Iterable[Path]) -> list[str]:
    """Tell where there is something secret: in these texts, or in a file in these directories."""
    sought = [secret.encode() for secret in secrets]
    contents = {f"text {number}": text.encode() for number, text in enumerate(texts)}
    contents |= {str(path): path.read_bytes() for each in directories for path in each.rglob("*") if path.is_file()}
    return [place for place, content in contents.items() if any(secret in content for secret in sought)]
