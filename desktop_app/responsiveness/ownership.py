"""Whose code a file is: the program's own, or Qt's, the standard library's, or an installed package's."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

MOST_FILES = 4096
"""Whose owner is remembered; deciding about another costs a look at the disk."""
INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders that hold nothing but installed packages, of whatever Python."""
LOOP = tuple(
    str(Path(__file__).parent.parent / name)
    for name in ("event_loop.py", "event_loop_slices.py", "due_timers.py", "catching_slot.py")
)
"""Of this project's event loop, which any program may run on: it is nobody's own, as qasync is not."""
EMBEDDED = frozenset({"shibokensupport", "shiboken6", "PySide6", "signature_bootstrap"})
"""What PySide has compiled into itself, with paths that lead nowhere."""
TYPED = ("<stdin>", "<console>", "<ipython-input-")
"""What code that a person typed is compiled from, of all that has no file."""


class Ownership:
    """Tells a program's own code from Qt's, the standard library's and installed packages'.

    A file is where its symbolic links lead: a package that is linked or pointed to from site-packages (an editable
    install) is the program's own. So is a program inside a virtual environment's folder, beside its packages. Code
    without a file (``<string>``, ``<frozen importlib>``) is nobody's, unless a person typed it. The instrument never
    is the program's. Any thread.

    Args:
        own: Folders that are the program's own wherever they are, that of a program run by ``-m`` say.
        foreign: Folders that are not, though they would be; these win.
        path: How paths are written: ``os.path``.
    """

    def __init__(self, own: Iterable[str] = (), foreign: Iterable[str] = (), path: ModuleType = os.path) -> None:
        self._path = path
        self._own = tuple(self._folder(folder) for folder in own)
        folders = [str(Path(__file__).parent), *foreign]
        self._foreign = (*map(self._folder, folders), *map(self._real, LOOP))
        self._library = tuple(self._folder(folder) for folder in _library_folders())
        self._decide = functools.lru_cache(maxsize=MOST_FILES)(self._decided)

    def is_own(self, file: str) -> bool:
        """Tell whether code that was compiled from this file is the program's own."""
        return self._decide(file)

    def _decided(self, file: str) -> bool:
        if file.startswith("<"):
            return file.startswith(TYPED)
        real = self._real(file)
        if real.startswith(self._foreign):
            return False
        if real.startswith(self._own):
            return True
        if not self._path.isabs(file) and self._is_embedded(file):
            return False
        return not real.startswith(self._library) and INSTALLED.isdisjoint(real.replace("\\", "/").split("/"))

    def _real(self, file: str) -> str:
        try:
            real: str = self._path.realpath(file)
        except (OSError, ValueError):
            real = self._path.abspath(file)
        return str(self._path.normcase(real))

    def _folder(self, folder: str) -> str:
        """Write it so that files below it start with it."""
        return self._real(folder).rstrip("/\\") + str(self._path.sep)

    def _is_embedded(self, file: str) -> bool:
        """Tell whether it is PySide's own, or the standard library's in a program that was packed into one file."""
        top = file.replace("\\", "/").partition("/")[0].removesuffix(".py")
        return top in EMBEDDED or (top in sys.stdlib_module_names and not self._path.exists(file))


def _library_folders() -> set[str]:
    """Give the folders, and the zip file, of the standard library and of what is installed; existing or not."""
    names = ["stdlib", "platstdlib", "purelib", "platlib"]
    if sys.prefix != sys.base_prefix:
        # Where a virtual environment has its generated scripts; elsewhere, people put programs there.
        names.append("scripts")
    folders = {folder for name in names if (folder := sysconfig.get_path(name))}
    folders |= {*site.getsitepackages(), site.getusersitepackages()}
    library = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    return folders | {os.path.join(os.path.dirname(folder), library) for folder in folders}  # noqa: PTH118, PTH120
