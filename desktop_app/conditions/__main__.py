"""The proxy as a process: ``python -m desktop_app.conditions``.

Says on stdout where it listens, takes configurations on stdin, and answers each on stdout (see
`desktop_app.conditions.messages`). The end of stdin ends it with 0: that pipe is the lifeline, which the system
cuts also when the parent is killed. SIGTERM ends it with 143, SIGINT with 130.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from desktop_app.conditions.messages import (
    MAX_LINE_BYTES,
    Configured,
    Event,
    Ready,
    Rejected,
    decode_configuration,
    encode_line,
)
from desktop_app.conditions.proxy import Proxy
from desktop_app.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLOSE_S = 0.5


def main() -> int:
    """Run until stdin ends or a signal comes; return the exit code. For the main thread.

    The caller must leave with ``os._exit``: a name lookup or the reading of stdin may still hold a thread.
    """
    try:
        return asyncio.new_event_loop().run_until_complete(_serve())
    except OSError as error:
        sys.stderr.write(f"The proxy can't start: {error}\n")
        sys.stderr.flush()
        return 1


async def _serve() -> int:
    loop = asyncio.get_running_loop()
    exit_code: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not exit_code.done():
            exit_code.set_result(code)

    def end_threadsafe(code: int) -> None:
        loop.call_soon_threadsafe(end, code)

    for number in (signal.SIGTERM, signal.SIGINT):
        # Not loop.add_signal_handler, which Windows does not have.
        signal.signal(number, lambda caught, _frame: end_threadsafe(128 + caught))

    proxy = Proxy()
    address = await proxy.start()
    ready = Ready(host=address.host, port=address.port, pid=os.getpid())
    listener = _Listener(loop, proxy, end_threadsafe)
    threading.Thread(target=listener.listen, args=(ready,), name="stdin", daemon=True).start()
    code = await exit_code
    # What is not closed in time, the system closes with the process.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_S):
            await proxy.close()
    return code


class _Listener:
    """Reads stdin and answers on stdout, in a thread of its own: neither can be awaited on every platform.

    So a parent that does not read its answers holds that thread up, and not the connections.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, proxy: Proxy, end_threadsafe: Callable[[int], None]) -> None:
        self._loop = loop
        self._proxy = proxy
        self._end_threadsafe = end_threadsafe

    def listen(self, ready: Ready) -> None:
        """Say that the proxy is ready and take configurations, until stdin ends or nobody hears the answers."""
        code = 1
        try:
            _say(ready)
            for line in _lines(sys.stdin.fileno()):
                _say(self._answer(line))
            code = 0
        except OSError:
            code = 0  # a pipe that broke: the parent is gone
        finally:
            self._end_threadsafe(code)

    def _answer(self, line: bytes) -> Event:
        try:
            configuration = decode_configuration(line)
        except UsageError as error:
            return Rejected(reason=str(error))
        asyncio.run_coroutine_threadsafe(self._proxy.configure(configuration), self._loop).result()
        return Configured()


def _lines(descriptor: int) -> Iterator[bytes]:
    """Yield complete lines until the end; of one that is too long, only so much that it is seen to be.

    Reads the descriptor itself, as ``sys.stdin`` would hold a lock that the interpreter wants at its exit.
    """
    pending = b""
    while data := os.read(descriptor, MAX_LINE_BYTES):
        *complete, rest = data.split(b"\n")
        for part in complete:
            yield pending + part
            pending = b""
        pending = (pending + rest)[: MAX_LINE_BYTES + 1]


def _say(event: Event) -> None:
    sys.stdout.buffer.write(encode_line(event))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    os._exit(main())
