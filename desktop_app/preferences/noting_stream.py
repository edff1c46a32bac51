"""How httpcore2 tells the phases of a request: its own tracing, and a look at the bytes as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpcore2

from desktop_app.overriding import override
from desktop_app.preferences.phases import RequestPhases, current


class NotingStream(httpcore2.NetworkStream):
    """A stream that tells whoever reads from it that bytes have come."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, timeout)
        phases = current.get()
        if data and phases is not None:
            phases.first_byte()
        return data

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    @override
    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore2.NetworkStream:
        return NotingStream(self._stream.start_tls(*args, **kwargs))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    @override
    def close(self) -> None:
        self._stream.close()


def tracing(phases: RequestPhases) -> Callable[[str, Mapping[str, Any]], None]:
    """Give what takes the events of httpcore2's ``trace`` extension (https://www.encode.io/httpcore/extensions/)."""

    def trace(event: str, _info: Mapping[str, Any]) -> None:
        name = event.partition(".")[2]
        match name:
            case "connect_tcp.started":
                phases.connecting()
            case "send_request_headers.started":
                phases.sending()
            case "receive_response_headers.started":
                phases.waiting()
            case "receive_response_body.complete":
                phases.end()
            case _ if name.endswith(".failed") and not name.startswith("send_"):
                # A request that could not be sent may have been answered nevertheless.
                phases.end()

    return trace
