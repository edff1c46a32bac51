"""What each command does. Imports what it needs when it runs."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.backend import Backend
from desktop_app.conditions.presets import conditions_named
from desktop_app.config import Options, Profile, Settings, checked_server
from desktop_app.errors import DesktopAppError, ProfileError, UsageError, complain
from desktop_app.interruption import Interruption
from desktop_app.qt_import import import_qt
from desktop_app.screen import require_screen

if TYPE_CHECKING:
    import argparse

    from desktop_app.conditions.presets import Conditions
    from desktop_app.preferences.model import Preferences


def run(arguments: argparse.Namespace) -> int:
    """Open the window."""
    interruption = Interruption()
    # Until it is shown, everything that is made is kept: the program enables it again then.
    gc.disable()
    if "," in arguments.conditions or arguments.conditions == "all":
        raise UsageError(reason="--conditions takes one name here: several, and all, are for desktop-app compare.")
    options = _options(arguments, conditions_named(arguments.conditions))
    require_screen()
    profile: Profile | None = None
    problem: ProfileError | None = None
    try:
        profile = Profile(options.profile_dir)
    except ProfileError as error:
        # The window opens all the same and says it, too; a service that runs elsewhere does without the directory.
        problem = error
        complain(error)
    backend = Backend(options.conditions, server=options.server, store_url=profile.store_url if profile else "")
    if problem and not options.server:
        backend.fail(problem)
    else:
        backend.start()

    import_qt()
    from desktop_app.app import Application, Program

    settings = profile.load_settings() if profile else Settings()
    return Program(Application(), options, settings, interruption, backend, profile).run()


def compare(arguments: argparse.Namespace) -> int:
    """Sign in both ways and tell what each was like."""
    from desktop_app.comparison.choice import chosen

    interruption = Interruption()
    choice = chosen(arguments.conditions, own_service=arguments.server is None)
    runs = [_options(arguments, conditions) for conditions in choice.conditions]
    if bool(arguments.server) != bool(arguments.email):
        raise UsageError(reason="--server and --email go together: the demo account is the own service's only.")
    if arguments.email and not arguments.password_file:
        raise UsageError(reason="--email needs --password-file, a file that holds the password.")
    password = _password(arguments.password_file) if arguments.password_file else ""
    try:
        require_screen()
    except DesktopAppError:
        # A comparison needs none.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"

    import_qt()
    from desktop_app.comparison.command import compare as compare_modes

    if choice.left_out:
        names = ", ".join(conditions.name for conditions in choice.left_out)
        print(f"Left out, as only the program's own service can be made to: {names}.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="desktop-app-") as temporary:
        profile = Profile(arguments.profile_dir or Path(temporary))
        person = (arguments.email, password) if arguments.email else None
        files = arguments.json, arguments.pictures
        return compare_modes(runs, profile, interruption, person, *files, is_several=choice.is_several)


def serve(arguments: argparse.Namespace) -> int:
    """Run the service alone, or as the child of a window."""
    from desktop_app.service.serve import serve as serve_until_ended

    secret = None
    if arguments.child:
        first_line = sys.stdin.readline()
        if not first_line:
            return 0  # the parent has ended already
        secret = json.loads(first_line)["secret"]
    try:
        return serve_until_ended(
            store_url=arguments.store or Profile(arguments.profile_dir).store_url,
            port=arguments.port,
            secret=secret,
            demo_account=arguments.demo_account,
            allow_load=arguments.allow_load,
            allow_faults=arguments.allow_faults,
            lifeline=arguments.child,
        )
    except DesktopAppError as error:
        if not arguments.child:
            raise
        # The window is who tells the person.
        print(json.dumps({"event": "failed", "reason": str(error)}), flush=True)
        return 1


def add_account(arguments: argparse.Namespace) -> int:
    """Add an account."""
    from desktop_app.service.accounts import add_account as add

    if arguments.password_file:
        password = _password(arguments.password_file)
    else:
        import getpass

        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise UsageError(reason="The two passwords are not the same.")
    preferences = _preferences(arguments.preferences)
    add(arguments.store or Profile(arguments.profile_dir).store_url, arguments.email, password, preferences)
    print(f"{arguments.email} can sign in now.")
    return 0


def list_accounts(arguments: argparse.Namespace) -> int:
    """List the accounts, one a line."""
    from desktop_app.service.accounts import list_accounts as listed

    for email in listed(arguments.store or Profile(arguments.profile_dir).store_url):
        print(email)
    return 0


def _options(arguments: argparse.Namespace, conditions: Conditions) -> Options:
    server = checked_server(arguments.server) if arguments.server is not None else ""
    if server and conditions.needs_own_service:
        raise UsageError(reason=f"{conditions.name} is for the program's own service: leave out --server.")
    return Options(
        mode=getattr(arguments, "mode", None),
        server=server,
        deadline_s=arguments.deadline,
        conditions=conditions,
        profile_dir=arguments.profile_dir,
    )


def _preferences(path: Path | None) -> Preferences:
    import msgspec

    from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences

    if path is None:
        return DEFAULT_PREFERENCES
    try:
        return msgspec.json.decode(_read(path), type=Preferences)
    except msgspec.DecodeError as error:
        raise UsageError(reason=f"{path} does not hold preferences: {error}.") from None


def _password(path: Path) -> str:
    """Read a password from a file: its first line, without the end of that."""
    return _read(path).partition("\n")[0].rstrip("\r")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(reason=f"{path} can't be read: {reason}.") from None
