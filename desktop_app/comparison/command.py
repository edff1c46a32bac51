"""What ``desktop-app compare`` does, once its arguments are known."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.comparison.figures import Comparison
from desktop_app.comparison.pictures import save_pictures
from desktop_app.comparison.scenario import Comparer
from desktop_app.config import Options, Profile, Settings
from desktop_app.errors import DesktopAppError, UsageError
from desktop_app.interruption import Interruption
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD

CLOSED = 1
LOAD_INTERVAL_MS = 2
"""Also what a slice's length can be underestimated by; it costs a few per cent of a core, so only here."""


def compare(
    options: Options,
    profile: Profile,
    interruption: Interruption,
    person: tuple[str, str] | None,
    json_file: Path | None,
    pictures: Path | None,
) -> int:
    """Sign in both ways in a window of the program's own, print a table, and write what was asked for.

    Args:
        options: Conditions, deadline, and the server if not the own one.
        profile: Where the own service keeps its data.
        interruption: Notes SIGINT and SIGTERM.
        person: Whom to sign in, by email and password; None for the demo account.
        json_file: Where the figures go, too.
        pictures: The directory where pictures go; made if it is missing.

    Returns:
        The exit code.

    Raises:
        UsageError: What was asked for cannot be written.
        ServiceNotStarted: There is nothing to sign in to.
    """
    for directory in [*([pictures] if pictures else []), *([json_file.parent] if json_file else [])]:
        _make(directory)
    backend = Backend(options.conditions, server=options.server, store_url=profile.store_url)
    backend.start()
    program = Program(Application(), options, Settings(), interruption, backend, None, LOAD_INTERVAL_MS)
    failures: list[DesktopAppError] = []

    async def scenario(program: Program) -> int:
        try:
            comparer = Comparer(program, *(person or (DEMO_EMAIL, DEMO_PASSWORD)), _tell)
            recordings = await comparer.compare()
            comparison = Comparison(
                options.conditions.name,
                options.conditions.summary,
                options.deadline_ms,
                {mode.value: recording.figures for mode, recording in recordings.items()},
            )
            print(comparison.as_table(), flush=True)
            if json_file is not None:
                _write(json_file, json.dumps(comparison.as_json(), indent=2) + "\n")
            if pictures is not None:
                save_pictures(recordings, pictures)
                print(f"\nPictures: {pictures}")
        except DesktopAppError as error:
            failures.append(error)
        return 0

    code = program.run(scenario)
    if failures:
        raise failures[0]
    if code == CLOSED:
        raise DesktopAppError(reason="The window was closed before the comparison was done.")
    return code


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(reason=f"{directory} can't be written to: {error.strerror}.") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(reason=f"{path} can't be written: {error.strerror}.") from None
