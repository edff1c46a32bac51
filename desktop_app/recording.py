"""What the program writes to its own journal: its tasks, its requests, its inputs and its paints."""

from __future__ import annotations

from functools import partial
from typing import Final

from desktop_app.preferences.phases import Listener, Phase, Step
from desktop_app.responsiveness.clock import Clock
from desktop_app.responsiveness.journal import Journal, Kind, Span
from desktop_app.responsiveness.qt.input_latency import InputWatch
from desktop_app.responsiveness.tasks import TaskWatch
from desktop_app.signin.window import Window

KINDS: Final = {
    Step.CONNECT: Kind.CONNECT,
    Step.SEND: Kind.SEND,
    Step.WAIT: Kind.WAIT,
    Step.RECEIVE: Kind.RECEIVE,
    Step.DATABASE: Kind.DATABASE,
}


class Recorder:
    """Takes down what happens in the program; belongs to the GUI thread.

    Args:
        journal: Where to.
        window: Whose paints, and whose form's and feel panel's inputs are taken down.
        clock: The journal's.
    """

    def __init__(self, journal: Journal, window: Window, clock: Clock) -> None:
        self._journal = journal
        self.tasks = TaskWatch(journal, clock)
        self.inputs = InputWatch(journal, clock, window)
        self.inputs.watch_paints(window)
        form, feel = window.form, window.feel
        self.inputs.watch(form.email, form.password, form.sign_in, feel.typing, feel.counter)

    def listening(self) -> Listener:
        """Give what takes down the phases of one request."""
        return partial(self._add, self._journal.new_group())

    def _add(self, group: int, phase: Phase) -> None:
        self._journal.add(Span(KINDS[phase.step], phase.start_ns, phase.end_ns, phase.name, group))
