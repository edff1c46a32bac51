"""What ``desktop-app compare`` does, once its arguments are known."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.comparison.figures import Comparison
from desktop_app.comparison.pictures import pictures_of
from desktop_app.comparison.scenario import Comparer, Recording
from desktop_app.comparison.table import table_of
from desktop_app.config import Options, Profile, Settings
from desktop_app.errors import DesktopAppError, UsageError
from desktop_app.interruption import Interruption
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from desktop_app.signin.state import Mode

CLOSED = 1
LOAD_INTERVAL_MS = 2
"""Also what a slice's length can be underestimated by; it costs a few per cent of a core, so only here."""


def compare(
    runs: Sequence[Options],
    profile: Profile,
    interruption: Interruption,
    person: tuple[str, str] | None,
    json_file: Path | None,
    pictures: Path | None,
    *,
    is_several: bool,
) -> int:
    """Sign in both ways, print a table, and write what was asked for; nothing of it before all is measured.

    Args:
        runs: What each conditions are tried with, in this order; all with the same deadline.
        profile: Where the own service keeps its data.
        interruption: Notes SIGINT and SIGTERM.
        person: Whom to sign in, by email and password; None for the demo account.
        json_file: Where the figures go, too.
        pictures: The directory where pictures go; made if it is missing.
        is_several: Whether one table, one list and a directory of pictures for each conditions are wanted.

    Returns:
        The exit code.

    Raises:
        UsageError: What was asked for cannot be written.
        ServiceNotStarted: There is nothing to sign in to.
    """
    for directory in [*([pictures] if pictures else []), *([json_file.parent] if json_file else [])]:
        _make(directory)
    measurer = _Measurer(profile, interruption, person or (DEMO_EMAIL, DEMO_PASSWORD))
    comparisons: list[Comparison] = []
    images: dict[Path, bytes] = {}
    for options in runs:
        name = options.conditions.name
        try:
            recordings = measurer.measure(options, f"{name}: " if is_several else "")
        except DesktopAppError as error:
            if is_several:
                raise DesktopAppError(reason=f"{name}: {error}") from error
            raise
        if recordings is None:
            return interruption.exit_code(CLOSED)
        comparisons.append(_comparison(options, recordings))
        if pictures is not None:
            directory = pictures / name if is_several else pictures
            images |= {directory / file: image for file, image in pictures_of(recordings).items()}
    print(table_of(comparisons) if is_several else comparisons[0].as_table(), flush=True)
    if json_file is not None:
        objects = [comparison.as_json() for comparison in comparisons]
        _write(json_file, (json.dumps(objects if is_several else objects[0], indent=2) + "\n").encode())
    for path, image in images.items():
        _make(path.parent)
        _write(path, image)
    if pictures is not None:
        print(f"\nPictures: {pictures}")
    return 0


class _Measurer:
    """Runs one program after the other, each with a window, a service, a proxy and connections of its own.

    So no conditions find anything of those before them: no open connection, no session, no count of attempts, no
    query that still holds the database, and no result in the window.
    """

    def __init__(self, profile: Profile, interruption: Interruption, person: tuple[str, str]) -> None:
        self._profile = profile
        self._interruption = interruption
        self._person = person
        self._qt: Application | None = None
        # Kept: the garbage collector may run in any thread, and a timer must be deleted in its own.
        self._ended: list[Program] = []

    def measure(self, options: Options, label: str) -> Mapping[Mode, Recording] | None:
        """Sign in both ways; None when SIGINT or SIGTERM came before that was done.

        Args:
            options: Conditions, deadline, and the server if not the own one.
            label: What each line about it on stderr begins with.

        Raises:
            ServiceNotStarted: There is nothing to sign in to.
            DesktopAppError: The window was closed or is not painted.
        """
        backend = Backend(options.conditions, server=options.server, store_url=self._profile.store_url)
        backend.start()
        self._qt = self._qt or Application()
        program = Program(self._qt, options, Settings(), self._interruption, backend, None, LOAD_INTERVAL_MS)
        failures: list[DesktopAppError] = []
        recordings: dict[Mode, Recording] = {}

        async def scenario(program: Program) -> int:
            try:
                recordings.update(await Comparer(program, *self._person, _telling(label)).compare())
            except DesktopAppError as error:
                failures.append(error)
            return 0

        code = program.run(scenario)
        self._put_away(program)
        if failures:
            raise failures[0]
        if code == CLOSED:
            raise DesktopAppError(reason="The window was closed before the comparison was done.")
        return recordings if code == 0 else None

    def _put_away(self, program: Program) -> None:
        """Take care that what has ended costs what follows nothing."""
        program.monitor.stop()
        program.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._ended.append(program)


def _comparison(options: Options, recordings: Mapping[Mode, Recording]) -> Comparison:
    return Comparison(
        options.conditions.name,
        options.conditions.text,
        options.deadline_ms,
        {mode.value: recording.figures for mode, recording in recordings.items()},
    )


def _telling(label: str) -> Callable[[str], None]:
    return lambda text: print(f"{label}{text}", file=sys.stderr, flush=True)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(reason=f"{directory} can't be written to: {error.strerror}.") from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(reason=f"{path} can't be written: {error.strerror}.") from None
