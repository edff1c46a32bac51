"""Real database files that cannot be used: locked by another process, damaged while in use, full."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    """Keep everybody else from writing; without WAL, from reading too."""
    command = [sys.executable, "-c", _PROGRAM, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        assert process.stdin is not None
        process.stdin.close()


def damage(path: Path) -> Callable[[], None]:
    """Overwrite a database that is in use; return what undoes it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that all of it is in that file
        content = path.read_bytes()
        _overwrite(path, b"\xaa" * len(content))
        # The index of the log: SQLite makes it anew, and so forgets the pages that it has read.
        _overwrite(Path(f"{path}-shm"), b"\0" * 136)
    return lambda: _overwrite(path, content)


def _overwrite(path: Path, content: bytes) -> None:
    """Write into the file without making it shorter, even for a moment: it may be mapped into memory."""
    with path.open("r+b") as file:
        file.write(content)


def fill(path: Path) -> None:
    """Add sessions of the same size as any other until no more go in."""
    add = "INSERT INTO sessions SELECT randomblob(32), customer_id, unixepoch() + 43200 FROM accounts"
    refused = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA max_page_count = 1")  # taken for as many as there are
        while refused < 100:
            try:
                connection.execute(add)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                refused += 1
