"""The command line of ``desktop-app watch``: its own options first, and from the program on all is the program's."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from desktop_app.errors import UsageError
from desktop_app.overriding import override
from desktop_app.responsiveness.running import Program
from desktop_app.responsiveness.slices import LONG_TASK_MS, Band

DESCRIPTION = """\
Run a PySide6 program as it is and tell of each freeze of its window: when, for how long, in which line of code,
and why. Lines go to stderr, one a freeze, and a summary at the end. The program need not know of this."""
EXAMPLES = """\
examples:
  desktop-app watch gallery.py --its-own-option
  desktop-app watch --budget-ms 100 --fail -m notes.window      exit code 3 if it froze for more than 100 ms
  desktop-app watch --report freezes.json --trace trace.json gallery.py
"""
USAGE = "desktop-app watch [OPTION...] SCRIPT|-m MODULE [ARGS...]"
WITH_VALUE = ("--budget-ms", "--report", "--trace")


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What is to be watched, and what is to be made of it. Paths are absolute: the program may go elsewhere."""

    program: Program
    budget_ms: int
    report: Path | None
    trace: Path | None
    fails: bool
    """Whether a freeze longer than the budget makes the exit code 3."""


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(reason=f"{message} (see {self.prog} --help)")


def watch_options(arguments: Sequence[str]) -> WatchOptions:
    """Read the command line, without ``watch``.

    Raises:
        UsageError: It makes no sense, or a file could not be written at the end.
        SystemExit: It asks for help.
    """
    own, program = _split(list(arguments))
    parser = _parser()
    options = parser.parse_args(own)
    if program is None:
        parser.error("name the SCRIPT or the -m MODULE that is to be watched")
    report, trace = (_writable(flag, getattr(options, flag)) for flag in ("report", "trace"))
    if report is not None and report == trace:
        raise UsageError(reason="--report and --trace name the same file.")
    return WatchOptions(program, options.budget_ms, report, trace, options.fail)


def _split(arguments: list[str]) -> tuple[list[str], Program | None]:
    """Find where the program begins; what is before it is ours."""
    position = 0
    while position < len(arguments):
        argument, rest = arguments[position], arguments[position + 1 :]
        if argument == "--":
            return arguments[:position], Program(
                rest[0], is_module=False, arguments=tuple(rest[1:])
            ) if rest else None
        if argument == "-m":
            if not rest:
                raise UsageError(reason="-m needs the name of a module (see desktop-app watch --help)")
            return arguments[:position], Program(rest[0], is_module=True, arguments=tuple(rest[1:]))
        if argument.startswith("-m"):
            return arguments[:position], Program(argument[2:], is_module=True, arguments=tuple(rest))
        if not argument.startswith("-") or argument == "-":
            return arguments[:position], Program(argument, is_module=False, arguments=tuple(rest))
        position += 2 if argument in WITH_VALUE else 1
    return arguments, None


def _parser() -> _Parser:
    parser = _Parser(
        prog="desktop-app watch",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--budget-ms",
        type=budget,
        default=int(Band.HANG),
        metavar="MS",
        help=f"how long a freeze may be, at least {LONG_TASK_MS} (default: %(default)s)",
    )
    parser.add_argument("--report", metavar="FILE", help="write what was found to FILE.json or FILE.html")
    parser.add_argument("--trace", metavar="FILE", help="write a trace for Perfetto or chrome://tracing to FILE.json")
    parser.add_argument("--fail", action="store_true", help="exit code 3 if a freeze was longer than the budget")
    parser.add_argument_group("the program").add_argument(
        "-m", metavar="MODULE", help="watch a module, as python -m runs it; all that follows is the program's"
    )
    return parser


def budget(text: str) -> int:
    """Read a budget; argparse names this function where it cannot be read."""
    budget_ms = int(text)
    if budget_ms < LONG_TASK_MS:
        raise argparse.ArgumentTypeError(f"{text} is less than {LONG_TASK_MS}: what is shorter is no freeze")
    return budget_ms


SUFFIXES = {"report": (".json", ".html"), "trace": (".json",)}


def _writable(flag: str, name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name).absolute()
    if path.suffix not in SUFFIXES[flag]:
        raise UsageError(reason=f"--{flag} {name}: its name has to end in {' or '.join(SUFFIXES[flag])}.")
    if path.is_dir():
        raise UsageError(reason=f"--{flag} {name}: that is a directory.")
    if not path.parent.is_dir():
        raise UsageError(reason=f"--{flag} {name}: there is no directory {path.parent}.")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise UsageError(reason=f"--{flag} {name}: it can't be written.")
    return path
