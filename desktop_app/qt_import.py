"""Imports PySide6, and has what is imported after it imported as before it."""

from __future__ import annotations

import builtins


def import_qt() -> None:
    """Import PySide6 without what it does to every later import.

    It puts a function of its own in place of Python's ``__import__``, which reads the source of each module that is
    imported from then on, to find out whether it could contain ``from __feature__ import snake_case``, and keeps the
    lines in `linecache`. This program uses no such feature: it neither waits for that nor holds 14 MB of source.

    For the program's own window only: a program that is watched is left what PySide6 does for it. To be called before
    anything else imports PySide6, in the GUI thread.
    """
    import_before = builtins.__import__
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = import_before
