"""Runs a program as ``python SCRIPT`` or ``python -m MODULE`` would, in this interpreter.

A script's module is the real ``__main__`` and stays it: what runs after it (threads, ``atexit``, pickle) finds it.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import io
import os
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType

from desktop_app.errors import UsageError


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be run."""

    name: str
    """A script, a directory or a zip file with a ``__main__.py``, or a module."""
    is_module: bool
    arguments: tuple[str, ...]
    """Its own."""


def prepare(program: Program) -> tuple[str, ...]:
    """Make ``sys.argv`` and ``sys.path`` those of the program.

    Returns:
        Folders that are the program's own, though it may have been installed: those of a package.

    Raises:
        UsageError: There is no such script or module. What a package needs is not looked at: that would run it.
    """
    if program.is_module:
        # Python has put the working directory there itself, or this command's; with -P nothing.
        _set_first_path(str(Path.cwd()))
        sys.argv = ["-m", *program.arguments]
        top = program.name.partition(".")[0]
        spec = _spec_of(top)
        if spec is None:
            raise UsageError(reason=f"There is no module {program.name} to watch.")
        return tuple(spec.submodule_search_locations or ())
    sys.argv = [program.name, *program.arguments]
    path = Path(program.name)
    if _has_main(path):
        sys.path.insert(0, _absolute(program.name))
        if not sys.flags.safe_path:
            # That of this command; a directory stands in its place.
            del sys.path[1]
    elif path.is_dir():
        raise UsageError(reason=f"{program.name} is a directory without a __main__.py.")
    else:
        try:
            path.open("rb").close()
        except OSError as error:
            raise UsageError(reason=f"{program.name} can't be read: {error.strerror}.") from None
        _set_first_path(str(path.resolve().parent))
    return ()


def run(program: Program) -> None:
    """Run it to its end, or to the exception that it ends with; `prepare` was called before."""
    main = _fresh_main()
    if program.is_module:
        runpy._run_module_as_main(program.name)  # type: ignore[attr-defined]  # noqa: SLF001 - it is what python -m is
    elif _has_main(Path(program.name)):
        runpy._run_module_as_main("__main__", False)  # type: ignore[attr-defined]  # noqa: SLF001
    else:
        _run_script(_absolute(program.name), main)


def own_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """Leave out the tool's frames: those down to the last one of this module."""
    own = each = traceback
    while each is not None:
        if each.tb_frame.f_code.co_filename == __file__:
            own = each.tb_next
        each = each.tb_next
    return own


def _run_script(path: str, main: ModuleType) -> None:
    loader: importlib.machinery.SourcelessFileLoader | importlib.machinery.SourceFileLoader
    if path.endswith(".pyc"):
        loader = importlib.machinery.SourcelessFileLoader("__main__", path)
        code = loader.get_code("__main__")
    else:
        loader = importlib.machinery.SourceFileLoader("__main__", path)
        with io.open_code(path) as file:
            source = file.read()
        code = compile(source, path, "exec", dont_inherit=True)
    main.__dict__.update(__loader__=loader, __file__=path, __cached__=None)
    assert code is not None
    exec(code, main.__dict__)  # noqa: S102 - running it is what is wanted


def _fresh_main() -> ModuleType:
    """Make ``__main__`` what it is before Python runs a program."""
    main = ModuleType("__main__")
    main.__dict__.update(__loader__=importlib.machinery.BuiltinImporter, __builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    return main


def _set_first_path(folder: str) -> None:
    if not sys.flags.safe_path:
        sys.path[0] = folder


def _spec_of(top: str) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None


def _has_main(path: Path) -> bool:
    """Tell whether Python would look for a ``__main__`` in there, as it does in directories and zip files."""
    import pkgutil

    if path.is_dir():
        return (path / "__main__.py").exists() or (path / "__main__.pyc").exists()
    finder = pkgutil.get_importer(_absolute(str(path)))
    return finder is not None and finder.find_spec("__main__", None) is not None


def _absolute(path: str) -> str:
    """Make a path absolute as Python does a script's: nothing in it is left out."""
    return path if Path(path).is_absolute() else f"{Path.cwd()}{os.sep}{path}"
