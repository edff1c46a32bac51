"""The proxy as a process: ``python -m desktop_app.conditions``.

One proxy, named ``service``, listens from the start; a line on stdout says where, and where its control is (see
`desktop_app.conditions.messages.Ready`). SIGTERM ends it with 143, SIGINT with 130.

As a child (``--child``) it reads one line from stdin, ``{"secret": "..."}``, which each request to its control then
has to carry, and ends with 0 when stdin does: that pipe is the lifeline, which the system cuts also when the parent
is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import msgspec

from desktop_app.conditions.arguments import arguments_from
from desktop_app.conditions.configuration import Configuration
from desktop_app.conditions.control import NAME
from desktop_app.conditions.messages import Ready
from desktop_app.conditions.place import address_of, bound
from desktop_app.conditions.proxies import Proxies
from desktop_app.errors import UsageError

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from desktop_app.conditions.arguments import Arguments

_logger = logging.getLogger(__name__)

_STDIN_FD = 0
_READ_BYTES = 4096
_CLOSE_S = 0.5


class _FirstLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    secret: Annotated[str, msgspec.Meta(min_length=1)]


def main(given: Sequence[str] | None = None) -> int:
    """Run until stdin ends or a signal comes; return the exit code. For the main thread.

    The caller must leave with ``os._exit``: a name lookup or the reading of stdin may still hold a thread.
    """
    try:
        arguments = arguments_from(sys.argv[1:] if given is None else given)
        return asyncio.new_event_loop().run_until_complete(_Process().run(arguments))
    except UsageError as error:
        _complain(str(error))
        return 2
    except OSError as error:
        _complain(f"The proxy can't start: {(error.strerror or str(error)).lower()}.")
        return 1


class _Process:
    """What the process does until it is told to end."""

    def __init__(self) -> None:
        self._proxies = Proxies()
        self._exit_code: asyncio.Future[int]
        self._secret: asyncio.Future[str | None]
        self._loop: asyncio.AbstractEventLoop

    async def run(self, arguments: Arguments) -> int:
        """Listen, say so, and serve; return the exit code.

        Raises:
            OSError: An address is not to be had.
        """
        self._loop = asyncio.get_running_loop()
        self._exit_code, self._secret = self._loop.create_future(), self._loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Not loop.add_signal_handler, which Windows does not have.
            signal.signal(number, lambda caught, _frame: self._end_threadsafe(128 + caught))
        address = await self._proxies.add(NAME, arguments.listen, Configuration(upstream=arguments.upstream))
        with bound(arguments.control) as control:
            # Who asks before there is somebody to answer waits until there is.
            control.listen()
            if arguments.is_child:
                threading.Thread(target=self._follow_parent, name="stdin", daemon=True).start()
            else:
                self._secret.set_result(None)
            self._say(Ready(address.host, address.port, address_of(control).port, os.getpid()))
            serving = asyncio.create_task(self._serve_control(control))
            serving.add_done_callback(self._on_serving_done)
            code = await self._exit_code
            # What is not closed in time, the system closes with the process.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._proxies.close()
            return code

    async def _serve_control(self, control: socket.socket) -> None:
        # In a thread, for this takes as long as all else, and connections are forwarded meanwhile.
        await asyncio.to_thread(importlib.import_module, "desktop_app.conditions.server")
        from desktop_app.conditions.server import serve_control

        await serve_control(control, self._proxies, await self._secret)

    def _on_serving_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            _logger.error("the control interface ended", exc_info=task.exception())
            self._end(1)

    def _follow_parent(self) -> None:
        """Read the secret from stdin, and then until its end; in a thread, for it cannot be awaited everywhere.

        Reads the descriptor itself, as ``sys.stdin`` would hold a lock that the interpreter wants at its exit.
        """
        code = 1
        try:
            line = b""
            while data := os.read(_STDIN_FD, _READ_BYTES):
                if not self._secret.done():
                    line = (line + data)[: 2 * _READ_BYTES]
                    if b"\n" in line or len(line) > _READ_BYTES:
                        first = msgspec.json.decode(line.partition(b"\n")[0], type=_FirstLine)
                        self._loop.call_soon_threadsafe(self._secret.set_result, first.secret)
            code = 0
        except OSError:
            code = 0  # a pipe that broke: the parent is gone
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _complain(f'The first line of stdin has to be {{"secret": "..."}}: {error}.')
            code = 2
        finally:
            self._end_threadsafe(code)

    def _say(self, ready: Ready) -> None:
        try:
            sys.stdout.buffer.write(msgspec.json.encode(ready) + b"\n")
            sys.stdout.buffer.flush()
        except OSError:
            self._end(0)  # the parent is gone

    def _end(self, code: int) -> None:
        if not self._exit_code.done():
            self._exit_code.set_result(code)

    def _end_threadsafe(self, code: int) -> None:
        self._loop.call_soon_threadsafe(self._end, code)


def _complain(text: str) -> None:
    sys.stderr.write(f"desktop_app.conditions: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os._exit(main())
