"""What makes this service fail on demand; only in a service that was started with that allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.service.faults import FaultOrder
from desktop_app.service.load import LoadOrder, LoadState
from desktop_app.service.operations import Operation
from desktop_app.service.problems import answer, nothing, read_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from desktop_app.service.credentials import Sessions
    from desktop_app.service.faults import Faults
    from desktop_app.service.load import CustomerLoad

_BODY_PROBLEMS = (400, 413, 415, 422)


class LoadControl:
    """Arms the load on the customer database."""

    def __init__(self, load: CustomerLoad) -> None:
        self._load = load

    def operations(self) -> list[Operation]:
        """Return what can be asked."""
        path = "/control/customer-load"
        return [
            Operation("GET", path, "Tell whether the load is armed.", self._read, gives=LoadState),
            Operation(
                "PUT",
                path,
                "Load the customer database from each sign-in on.",
                self._arm,
                gives=LoadState,
                takes=LoadOrder,
                problems=_BODY_PROBLEMS,
            ),
            Operation("DELETE", path, "End the load, and let no sign-in start it.", self._disarm, 204),
        ]

    async def _read(self, _request: Request) -> Response:
        return answer(self._load.state)

    async def _arm(self, request: Request) -> Response:
        await self._load.arm(await read_body(request, LoadOrder))
        return answer(self._load.state)

    async def _disarm(self, _request: Request) -> Response:
        await self._load.disarm()
        return nothing()


class FaultControl:
    """Puts faults into force, and lets every session expire."""

    def __init__(self, faults: Faults, sessions: Sessions) -> None:
        self._faults = faults
        self._sessions = sessions

    def operations(self) -> list[Operation]:
        """Return what can be asked."""
        path = "/control/faults"
        return [
            Operation("GET", path, "Tell which faults are in force.", self._read, gives=FaultOrder),
            Operation(
                "PUT",
                path,
                "Put these faults into force, and no others.",
                self._replace,
                gives=FaultOrder,
                takes=FaultOrder,
                problems=_BODY_PROBLEMS,
            ),
            Operation("DELETE", path, "Put no fault into force.", self._clear, 204),
            Operation(
                "POST",
                "/control/expire-sessions",
                "Let every session that there is expire now.",
                self._expire_sessions,
                204,
                problems=(503,),
            ),
        ]

    async def _read(self, _request: Request) -> Response:
        return answer(self._faults.order)

    async def _replace(self, request: Request) -> Response:
        self._faults.replace(await read_body(request, FaultOrder))
        return answer(self._faults.order)

    async def _clear(self, _request: Request) -> Response:
        self._faults.replace(FaultOrder(()))
        return nothing()

    async def _expire_sessions(self, _request: Request) -> Response:
        await self._sessions.expire_all()
        return nothing()
