"""What the program is told and what it remembers: options, the profile directory, settings."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from desktop_app.conditions.presets import Conditions
from desktop_app.errors import ProfileError, UsageError

DEFAULT_DEADLINE_S = 3.0
DEFAULT_CONDITIONS = "slow"
MODES = ("blocking", "async")
SETTINGS_FILE = "settings.json"
STORE_FILE = "customers.sqlite3"
KEPT_DIR = "kept"
LOOPBACK_NAMES = ("localhost", "::1")
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
LOOPBACK_IPV4 = re.compile(rf"127(\.{_OCTET}){{3}}")
HOST = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
"""An IPv6 address, or the name or IPv4 address of a host, in lower case."""
DEFAULT_PORTS = {"http": 80, "https": 443}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What one run of the program was asked for; None where the command line does not say."""

    conditions: Conditions
    mode: str | None = None
    server: str = ""
    deadline_s: float = DEFAULT_DEADLINE_S
    profile_dir: Path | None = None

    @property
    def deadline_ms(self) -> int:
        """The deadline in whole milliseconds."""
        return round(self.deadline_s * 1000)


@dataclass(frozen=True)
class Settings:
    """What the program remembers from one run to the next; nothing of a customer's."""

    mode: str = "async"
    geometry: str = ""
    """The window's, as base64 of ``QWidget.saveGeometry``."""


def checked_server(url: str) -> str:
    """Check the URL of a service, and take off a slash at its end.

    Raises:
        UsageError: It is no such URL, or would send a password in clear text over a network.
    """
    try:
        parts = urlsplit(url)
        address = address_of(url)
    except ValueError as error:
        raise UsageError(reason=f"--server {url!r} is not a URL: {error}.") from None
    is_clean = url.isprintable() and url.isascii() and not set(url) & set(" \\@")
    if parts.netloc.startswith("[") and ":" not in (parts.hostname or ""):
        is_clean = False
    if not is_clean or parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(parts.hostname or ""):
        raise UsageError(reason=f"--server {url!r} must look like https://HOST or https://HOST:PORT.")
    if parts.query or parts.fragment:
        raise UsageError(reason=f"--server {url!r} must have neither ? nor #.")
    if parts.scheme == "http" and not is_loopback(address[0]):
        raise UsageError(
            reason=f"--server {url!r}: http:// is for this machine only, or passwords would travel in clear text. "
            "Use https://."
        )
    return url.rstrip("/")


def address_of(url: str) -> tuple[str, int]:
    """Tell which host and port a URL names.

    Raises:
        ValueError: The port makes no sense.
    """
    parts = urlsplit(url)
    if parts.port == 0:
        raise ValueError("no service can listen on port 0")
    return parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address is this machine and no other."""
    return host in LOOPBACK_NAMES or bool(LOOPBACK_IPV4.fullmatch(host))


def default_profile_dir() -> Path:
    """Tell where the platform keeps a program's data."""
    import platformdirs

    return platformdirs.user_data_path("desktop-app", appauthor=False)


class Profile:
    """The directory in which the program keeps what outlives it: 0700, the files in it 0600.

    Raises:
        ProfileError: There is no such directory and none can be made, or nothing can be written to it.
    """

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory or default_profile_dir()
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ProfileError(path=str(self.directory), reason=error.strerror or str(error)) from error
        if not os.access(self.directory, os.W_OK | os.X_OK):
            raise ProfileError(path=str(self.directory), reason="it is not writable")

    @property
    def store_url(self) -> str:
        """The customer database in it, as the service takes it."""
        return f"sqlite:///{self.directory / STORE_FILE}"

    @property
    def kept_dir(self) -> Path:
        """Where the preferences that were last seen are kept."""
        return self.directory / KEPT_DIR

    def load_settings(self) -> Settings:
        """Read the settings; a file that cannot be read is set aside, and the settings are the default ones."""
        path = self.directory / SETTINGS_FILE
        try:
            content = json.loads(path.read_bytes())
            if not isinstance(content, dict):
                raise ValueError("it is not an object")
            values = {field.name: content[field.name] for field in fields(Settings) if field.name in content}
            if not all(isinstance(value, str) and value.isascii() for value in values.values()):
                raise ValueError("a value is not a plain text")
            settings = Settings(**values)
            if settings.mode not in MODES:
                raise ValueError(f"there is no mode {settings.mode!r}")
            return settings
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, TypeError, RecursionError) as error:
            aside = path.with_name(f"{path.name}.corrupt-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
            log.warning("The settings can't be read (%s); they are kept as %s", error, aside.name)
            self._set_aside(path, aside)
            return Settings()

    def save_settings(self, settings: Settings) -> None:
        """Write the settings in one step, so that there are always old ones or new ones.

        Raises:
            ProfileError: They cannot be written.
        """
        path = self.directory / SETTINGS_FILE
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(asdict(settings), file)
            fresh.replace(path)
        except OSError as error:
            raise ProfileError(path=str(self.directory), reason=error.strerror or str(error)) from error

    @staticmethod
    def _set_aside(path: Path, aside: Path) -> None:
        try:
            if aside.exists():
                # Two within a second: the older one is kept, under the name that it has.
                aside = aside.with_name(f"{aside.name}.{os.getpid()}")
            path.rename(aside)
        except OSError as error:
            log.warning("They could not be renamed: %s", error)
