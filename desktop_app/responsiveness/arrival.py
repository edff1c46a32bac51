"""Tells when a module has been imported, in the thread that imports it."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

from desktop_app.overriding import override


class Arrival(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Waits for the import of one module; when that has come, nothing is left of this.

    Args:
        name: The module's.
        on_imported: Is called when the module can be used, before who imports it goes on; must not raise.
    """

    def __init__(self, name: str, on_imported: Callable[[], None]) -> None:
        self._name = name
        self._on_imported = on_imported
        self._loader: importlib.abc.Loader | None = None
        self._is_waiting = True
        sys.meta_path.insert(0, self)

    def cancel(self) -> None:
        """Cease to wait; may be called twice."""
        self._is_waiting = False
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        for finder in [each for each in sys.meta_path if each is not self]:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                # Whoever asks may only want to know whether it is there.
                self._loader, spec.loader = spec.loader, self
                return spec
        return None

    @override
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec) if self._loader else None

    @override
    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        if self._loader is not None:
            self._loader.exec_module(module)
        if self._is_waiting:
            self.cancel()
            self._on_imported()
