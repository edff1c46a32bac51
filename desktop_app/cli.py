"""The command line. Imports nothing before it knows what is wanted: what is watched finds nothing of this program."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from desktop_app.errors import DesktopAppError, UsageError, complain

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
COMMANDS = ("run", "compare", "watch", "serve", "accounts")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Returns:
        0 done, 1 failed, 2 wrong usage, 130 or 143 ended by SIGINT or SIGTERM; of ``watch`` what the program ended
        with, or 3.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["watch"]:
        return _watch(given[1:])
    try:
        from desktop_app.parser import parser

        options = parser().parse_args(_with_command(given))
        _set_up_log(options.log_level)
        return int(options.handle(options))
    except UsageError as error:
        complain(error)
        return EXIT_USAGE
    except DesktopAppError as error:
        complain(error)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Who reads has had enough, `head` say; the interpreter would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _watch(arguments: list[str]) -> int:
    """Watch a program; what that ends with is nobody's to catch here."""
    from desktop_app.responsiveness.watch import ready_to_watch
    from desktop_app.responsiveness.watch_options import watch_options

    try:
        watch = ready_to_watch(watch_options(arguments))
    except UsageError as error:
        complain(error)
        return EXIT_USAGE
    return watch()


def _with_command(arguments: list[str]) -> list[str]:
    """Put in ``run`` where no command is named."""
    asks_for_itself = {"-h", "--help", "--version"} & set(arguments[:1])
    return arguments if asks_for_itself or (arguments[:1] and arguments[0] in COMMANDS) else ["run", *arguments]


def _set_up_log(level: str) -> None:
    import logging

    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for library in ("aiohttp", "httpx2", "httpcore2", "qasync", "aiosqlite", "sqlalchemy", "uvicorn", "asyncio"):
        # Below this level they write whole URLs, headers and values.
        logging.getLogger(library).setLevel(logging.WARNING)
