"""Changing what the network and the database are like, while everything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from concurrent.futures import Future

    from desktop_app.backend import Backend
    from desktop_app.conditions.presets import Conditions


class ConditionsChange(QObject):
    """Asks for other conditions and says which are in force; belongs to the GUI thread, and never waits on it.

    Args:
        backend: Puts them into force.
        conditions: In force at first.
        parent: Its owner.
    """

    changed = Signal(object, object, object)
    """The `Conditions` in force, those asked for or None, and the error the last change came to or None."""

    _ended = Signal(object, object)

    def __init__(self, backend: Backend, conditions: Conditions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.in_force = conditions
        self._backend = backend
        self._requested: Conditions | None = None
        self._under_way = 0
        self._ended.connect(self._on_ended)

    def request(self, conditions: Conditions) -> None:
        """Have these put into force, after whatever was asked for before."""
        self._requested = conditions
        self._under_way += 1
        self.changed.emit(self.in_force, conditions, None)
        # The callback is the backend's thread's: the signal brings its news over.
        self._backend.apply(conditions).add_done_callback(lambda done: self._tell(conditions, done))

    def _tell(self, conditions: Conditions, done: Future[None]) -> None:
        self._ended.emit(conditions, done.exception())

    def _on_ended(self, conditions: Conditions, error: BaseException | None) -> None:
        if error is None:
            self.in_force = conditions
        self._under_way -= 1
        # They end in the order in which they were asked for: the same conditions may be in it twice.
        if not self._under_way:
            self._requested = None
        self.changed.emit(self.in_force, self._requested, error)
