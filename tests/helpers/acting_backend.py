"""A backend without processes: a test says what becomes of a change of the conditions."""

from __future__ import annotations

from concurrent.futures import Future

from desktop_app.backend import Backend
from desktop_app.conditions.presets import Conditions
from desktop_app.errors import DesktopAppError
from desktop_app.overriding import override
from desktop_app.preferences.transport import Endpoint


class ActingBackend(Backend):
    """Has an endpoint from the start on, and takes down what it was asked for.

    Args:
        conditions: In force at first.
    """

    def __init__(self, conditions: Conditions) -> None:
        super().__init__(conditions)
        self.changes: list[tuple[Conditions, Future[None]]] = []
        """Those that are under way, the oldest first."""
        self._endpoint.set_result(Endpoint("http://service.example", "secret of this run"))

    @override
    def apply(self, conditions: Conditions) -> Future[None]:
        change: Future[None] = Future()
        self.changes.append((conditions, change))
        return change

    def end_change(self, error: DesktopAppError | None = None) -> Conditions:
        """End the oldest change, well or not; give what it was to."""
        conditions, change = self.changes.pop(0)
        if error is None:
            change.set_result(None)
        else:
            change.set_exception(error)
        return conditions
