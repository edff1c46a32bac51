"""The options of each command. Imports nothing heavy: it does not know yet what is wanted."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from desktop_app import __version__, commands
from desktop_app.conditions.presets import PRESETS
from desktop_app.config import DEFAULT_CONDITIONS, DEFAULT_DEADLINE_S, MODES
from desktop_app.errors import UsageError
from desktop_app.overriding import override

LOG_LEVELS = ("debug", "info", "warning", "error")
LONGEST_DEADLINE_S = 3600.0

CONDITIONS_HELP = f"of network and database: {', '.join(PRESETS)} (default: %(default)s)"

EXAMPLES = """\
examples:
  desktop-app                               open the window
  desktop-app --mode blocking               open it, waiting the way that freezes it
  desktop-app --conditions database-busy    with a customer database that others keep busy
  desktop-app compare                       sign in both ways and print what each was like
  desktop-app compare --conditions all      the same under all conditions, in one table
  desktop-app compare --conditions slow,silent --pictures DIR --json FILE
  desktop-app watch SCRIPT                  run any PySide6 program and tell of each freeze of its window
  desktop-app serve --store sqlite:///customers.sqlite3 --port 8000
  desktop-app accounts add ada@example.com --store sqlite:///customers.sqlite3
  desktop-app --server https://shop.example.com
"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(reason=f"{message} (see {self.prog} --help)")


if TYPE_CHECKING:
    Subparsers: TypeAlias = argparse._SubParsersAction[_Parser]  # noqa: SLF001 - it has no public name


def parser() -> _Parser:
    """Make the parser of the whole command line, but for what `watch` reads itself."""
    everywhere, loads, window = _options_everywhere(), _options_of_loads(), _options_of_the_window()
    whole = _Parser(
        prog="desktop-app",
        usage="desktop-app [run] [OPTION...]\n       desktop-app COMMAND [OPTION...]",
        description="Sign in and load preferences, blocking or async: see and measure what a wait does to a window.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # Those of `run`, which is what no command means; it is `run` that reads them.
        parents=[window, loads, everywhere],
    )
    whole.add_argument("--version", action="version", version=f"desktop-app {__version__}")
    subparsers = whole.add_subparsers(prog="desktop-app", title="commands", metavar="COMMAND", required=True)
    run = subparsers.add_parser(
        "run", parents=[window, loads, everywhere], help="open the window (what no command means, too)"
    )
    run.set_defaults(handle=commands.run)
    _add_compare(subparsers, [loads, everywhere])
    _add_serve(subparsers, [everywhere])
    _add_accounts(subparsers, [everywhere])
    subparsers.add_parser(
        "watch", add_help=False, help="run any PySide6 program and tell of each freeze of its window"
    )
    return whole


def _options_everywhere() -> _Parser:
    everywhere = _Parser(add_help=False)
    everywhere.add_argument(
        "--profile-dir", type=Path, metavar="DIR", help="where data is kept (default: the platform's data directory)"
    )
    everywhere.add_argument("--log-level", choices=LOG_LEVELS, default="warning", help="default: warning")
    return everywhere


def _options_of_loads() -> _Parser:
    loads = _Parser(add_help=False)
    loads.add_argument("--server", metavar="URL", help="use a service that runs already (default: an own one)")
    loads.add_argument(
        "--deadline",
        type=seconds,
        default=DEFAULT_DEADLINE_S,
        metavar="SECONDS",
        help="for signing in and loading together (default: %(default)g)",
    )
    return loads


def _options_of_the_window() -> _Parser:
    window = _Parser(add_help=False)
    window.add_argument("--mode", choices=MODES, help="how to wait (default: as the last time)")
    window.add_argument("--conditions", default=DEFAULT_CONDITIONS, metavar="NAME", help=CONDITIONS_HELP)
    return window


def _add_compare(subparsers: Subparsers, parents: list[_Parser]) -> None:
    compare = subparsers.add_parser("compare", parents=parents, help="sign in both ways and tell what each was like")
    compare.add_argument(
        "--conditions",
        default=DEFAULT_CONDITIONS,
        metavar="NAMES",
        help=f"{CONDITIONS_HELP}; several with commas between them, or all, make one table",
    )
    compare.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    compare.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="write pictures of both ways there, of several conditions to directories of their names",
    )
    compare.add_argument("--email", help="whom to sign in (default: the demo account)")
    compare.add_argument("--password-file", type=Path, metavar="F", help="a file that holds the password")
    compare.set_defaults(handle=commands.compare)


def _add_serve(subparsers: Subparsers, parents: list[_Parser]) -> None:
    serve = subparsers.add_parser("serve", parents=parents, help="run the service alone")
    serve.add_argument("--store", metavar="URL", help="sqlite:///PATH (default: in the profile directory)")
    serve.add_argument("--port", type=port, default=0, help="0 takes any that is free (default)")
    for flag in ("--child", "--demo-account", "--allow-load", "--allow-faults"):
        serve.add_argument(flag, action="store_true", help=argparse.SUPPRESS)
    serve.set_defaults(handle=commands.serve)


def _add_accounts(subparsers: Subparsers, parents: list[_Parser]) -> None:
    accounts = subparsers.add_parser("accounts", help="who can sign in")
    actions = accounts.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser("add", parents=parents, help="add an account; asks for its password")
    add.add_argument("email")
    add.add_argument("--store", metavar="URL", help="sqlite:///PATH (default: in the profile directory)")
    add.add_argument("--password-file", type=Path, metavar="F", help="a file that holds the password")
    add.add_argument("--preferences", type=Path, metavar="FILE", help="a JSON file with the customer's preferences")
    add.set_defaults(handle=commands.add_account)
    listing = actions.add_parser("list", parents=parents, help="list the accounts")
    listing.add_argument("--store", metavar="URL", help="sqlite:///PATH (default: in the profile directory)")
    listing.set_defaults(handle=commands.list_accounts)


def seconds(text: str) -> float:
    """Read a deadline; argparse names this function where it cannot be read."""
    value_s = float(text)
    if not 0 < value_s <= LONGEST_DEADLINE_S:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0 and at most {LONGEST_DEADLINE_S:g} seconds")
    return value_s


def port(text: str) -> int:
    """Read a port; argparse names this function where it cannot be read."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 0 to 65535")
    return number
