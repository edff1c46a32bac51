"""A service that kills itself: ``python -m tests.reliability.mortal MOMENT``; says on stdout where it listens."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from tests.helpers.exchanges import SESSION_JSON
from tests.helpers.scripted_server import Connection, raw_reply


def main(moment: str) -> None:
    """Serve one connection, to the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("http://{}:{}".format(*listener.getsockname()), flush=True)
        accepted, _ = listener.accept()
        connection = Connection(accepted, threading.Event(), [])
        connection.receive()
        reply = raw_reply(201, SESSION_JSON, Connection="close")
        if moment == "during the reply":
            connection.send(reply[:-10])
        else:
            # Or the next connection could be made just before the end, and be broken by it.
            listener.close()
            connection.send(reply)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
