"""Who is let in at all: only requests addressed to this machine, and only with the run's secret if there is one."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from desktop_app.service.problems import problem
from desktop_app.wire import SECRET_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

_LOOPBACK_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class Guard:
    """ASGI middleware around the whole application.

    The Host header is checked because of DNS rebinding: a web page whose name is made to point at 127.0.0.1 could
    otherwise talk to the service through the person's browser.

    Args:
        app: What is guarded.
        secret: What each request has to carry; None: nothing.
        refuse: Makes the answer to a request that is refused, of its status and a sentence.
    """

    def __init__(self, app: ASGIApp, secret: str | None, refuse: Callable[[int, str], Response] = problem) -> None:
        self._app = app
        self._refuse = refuse
        self._secret = None if secret is None else secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is refused, pass on any other."""
        answerer = self.refusal(Headers(scope=scope)) or self._app
        await answerer(scope, receive, send)

    def refusal(self, headers: Headers) -> Response | None:
        """Return the answer to a request that is refused; None if it is not."""
        if _LOOPBACK_HOST.fullmatch(headers.get("host", "")) is None:
            return self._refuse(421, "This service answers for this machine's loopback address only.")
        given = headers.get(SECRET_HEADER, "").encode()
        if self._secret is not None and not hmac.compare_digest(given, self._secret):
            return self._refuse(403, f"The header {SECRET_HEADER} is missing or wrong.")
        return None
