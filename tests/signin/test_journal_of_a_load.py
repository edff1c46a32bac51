"""What the program's journal holds of one real load, with a person typing and clicking all the while."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.comparison.person import Person
from desktop_app.preferences.phases import PLACED
from desktop_app.recording import Recorder
from desktop_app.responsiveness.journal import Entry, InputMark, Kind, Lane, Span
from desktop_app.signin.state import Home, Mode
from tests.signin.conftest import EMAIL, PASSWORD, SLOW, Running, Start

NETWORK = (Kind.CONNECT, Kind.SEND, Kind.WAIT, Kind.RECEIVE)
NS_PER_MS = 1_000_000


@dataclass
class Load:
    """What was written down from the sign-in on."""

    entries: tuple[Entry, ...]
    running: Running
    sent: int
    begun_ns: int

    def spans(self, *kinds: Kind) -> list[Span]:
        return [entry for entry in self.entries if isinstance(entry, Span) and entry.kind in kinds]

    def of(self, request: str) -> dict[Kind, Span]:
        """Give the phases of the one request of this name."""
        return {span.kind: span for span in self.spans(*NETWORK) if span.name == request}

    @property
    def marks(self) -> list[InputMark]:
        """Those of what was done from the sign-in on; filling the form in is painted after it, too."""
        marks = [entry for entry in self.entries if isinstance(entry, InputMark)]
        return [mark for mark in marks if mark.delivered_ns >= self.begun_ns]


@pytest.fixture(params=["blocking", "async"])
def load(request: pytest.FixtureRequest, start: Start) -> Load:
    running = start(SLOW, request.param, own_service=True)
    program, window = running.program, running.window
    assert program.instrument is not None
    recorder = program.instrument.recorder
    running.fill_in()
    running._forget()
    earlier = len(program.instrument.journal.entries())
    person = Person(window, window.feel.typing, window.feel.counter, recorder.inputs, program.monitor.clock)
    begun_ns = program.monitor.clock()
    with person:
        QTest.mouseClick(window.form.sign_in, Qt.MouseButton.LeftButton)
        window.feel.typing.setFocus()
        person.start()
        running.wait_for(Home)
    running.wait_until(lambda: not recorder.inputs.is_waiting)
    running.wait_until(lambda: has_ended("Presenter._run", recorder))
    return Load(program.instrument.journal.entries()[earlier:], running, person.inputs_sent, begun_ns)


def has_ended(task: str, recorder: Recorder) -> bool:
    return task not in {span.name for span in recorder.tasks.running()}


def test_requests_databases_and_the_load_lie_within_one_another(load: Load) -> None:
    posted, got = load.of("POST /v1/sessions"), load.of("GET /v1/me/preferences")
    assert list(posted) == [Kind.CONNECT, Kind.SEND, Kind.WAIT, Kind.RECEIVE]
    # On the same connection.
    assert list(got) == [Kind.SEND, Kind.WAIT, Kind.RECEIVE]
    assert posted[Kind.RECEIVE].end_ns <= got[Kind.SEND].start_ns
    assert posted[Kind.WAIT].group != got[Kind.WAIT].group
    for phases in (posted, got):
        assert all(earlier.end_ns == later.start_ns for earlier, later in pairwise(phases.values()))
        # What the network adds is all in the wait.
        assert phases[Kind.WAIT].end_ns - phases[Kind.WAIT].start_ns >= 290 * NS_PER_MS
        (group,) = {span.group for span in phases.values()}
        databases = [span for span in load.spans(Kind.DATABASE) if span.group == group]
        assert databases
        # Where the service says, which is another process.
        assert PLACED not in {span.name for span in databases}
        sent_ns, answered_ns = phases[Kind.SEND].start_ns, phases[Kind.WAIT].end_ns
        assert all(sent_ns <= span.start_ns <= span.end_ns <= answered_ns for span in databases)
    (task,) = (span for span in load.spans(Kind.TASK) if span.name == "Presenter._run")
    for span in load.spans(*NETWORK, Kind.DATABASE):
        assert task.start_ns <= span.start_ns <= span.end_ns <= task.end_ns


def test_every_input_ends_with_a_paint_and_in_a_freeze_there_is_none(load: Load) -> None:
    # One more is the click on Sign in.
    assert len(load.marks) == load.sent + 1
    paint_ends_ns = {span.end_ns for span in load.spans(Kind.PAINT)}
    assert all(mark.painted_ns in paint_ends_ns for mark in load.marks)
    assert all(mark.at_ns <= mark.delivered_ns < mark.painted_ns for mark in load.marks)
    wait = load.of("GET /v1/me/preferences")[Kind.WAIT]
    painted = [span for span in load.spans(Kind.PAINT) if wait.start_ns < span.start_ns < wait.end_ns]
    made = [mark for mark in load.marks if wait.start_ns < mark.at_ns < wait.end_ns]
    assert made
    if load.running.program.mode is Mode.BLOCKING:
        assert painted == []
        assert all(mark.delivered_ns > wait.end_ns for mark in made)
    else:
        assert painted
        assert any(mark.painted_ns < wait.end_ns for mark in made)


def test_all_lanes_are_there_and_nothing_secret_is_in_any_name(load: Load) -> None:
    assert {entry.kind.lane for entry in load.entries if isinstance(entry, Span)} == set(Lane)
    names = {entry.name for entry in load.entries if isinstance(entry, Span | InputMark)}
    assert names >= {"POST /v1/sessions", "GET /v1/me/preferences", "key", "click", "database"}
    endpoint = load.running.program.backend.endpoint().result()
    assert endpoint.secret
    assert not [secret for secret in (EMAIL, PASSWORD, endpoint.secret, "Bearer") if secret in repr(names)]


def test_the_end_of_the_program_leaves_no_task_factory(start: Start) -> None:
    running = start()
    loop = asyncio.get_running_loop()
    assert loop.get_task_factory() is not None
    running.program.qt.quit_requested.emit()
    running.wait_until(lambda: loop.get_task_factory() is None)
