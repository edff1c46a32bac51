"""Noticing a QApplication that does not exist yet, from outside the GUI thread and without disturbing it.

PySide6 makes its classes and enums when they are first asked for, and two threads that ask at one time can end the
process. So all that the monitor needs of Qt is imported in the thread that imports Qt itself, right after that.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader

    from PySide6.QtCore import QCoreApplication

QT = "PySide6.QtCore"
HEARTBEAT = "desktop_app.responsiveness.qt.heartbeat"


def application() -> QCoreApplication | None:
    """Give the application, once it is wholly made; None before, and while Qt is not imported; any thread.

    While its constructor runs in another thread, ``instance()`` would make a second wrapper for it; so there the
    wrappers are asked for that there are.
    """
    core, shiboken = sys.modules.get(QT), sys.modules.get("shiboken6")
    heartbeat = sys.modules.get(HEARTBEAT)
    if core is None or shiboken is None or not hasattr(heartbeat, "Heartbeat"):
        return None
    kind = core.QCoreApplication
    if threading.current_thread() is threading.main_thread():
        found: QCoreApplication | None = kind.instance()
        return found
    return next((each for each in shiboken.getAllValidWrappers() if isinstance(each, kind)), None)


class ImportWithQt:
    """Imports the heartbeat together with Qt: now, if Qt is imported already, or else right after it is."""

    def install(self) -> None:
        """Begin to wait for Qt; any thread, but once Qt is imported rather the GUI thread."""
        if QT in sys.modules:
            importlib.import_module(HEARTBEAT)
        else:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Leave no trace; may be called twice."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find Qt as it is found without this, but load it with the heartbeat after it."""
        if name != QT:
            return None
        self.uninstall()
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            _load_heartbeat_after(spec.loader)
        return spec


def _load_heartbeat_after(loader: Loader) -> None:
    """Have this loader, which is of one module only, load the heartbeat as well."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        execute(module)
        importlib.import_module(HEARTBEAT)

    loader.exec_module = exec_module  # type: ignore[method-assign]
