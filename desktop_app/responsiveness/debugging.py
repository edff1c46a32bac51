"""Whether a thread stands still because a debugger written in Python holds it."""

from __future__ import annotations

import threading

from desktop_app.responsiveness.stacks import RawStack

# Functions in which a debugger holds a thread until its user goes on, and how the path of their file ends, or what
# folder is in it. To find any of a debugger's code on the stack is not enough: a program that was started by
# ``python -m pdb`` has it there always.
_HOLDING = {
    # pdb and what is derived from it: ipdb, IPython's, pdb++, remote-pdb, web-pdb
    "interaction": ("/pdb.py", "/IPython/", "/pudb/"),
    "_cmdloop": ("/pdb.py", "/IPython/"),
    # pydevd: PyCharm, debugpy (VS Code), PyDev
    "do_wait_suspend": ("/pydevd.py",),
    "_do_wait_suspend": ("/pydevd.py",),
    "wait_for_client": ("/debugpy/",),
}


def is_held_in(stack: RawStack) -> bool:
    """Tell whether a debugger waits for its user in this stack; some microseconds.

    Known are breakpoints and steps of pdb, ipdb, IPython, pudb, pydevd (PyCharm) and debugpy (VS Code). A debugger of
    native code stops the whole process instead.
    """
    for code, _ in stack:
        marks = _HOLDING.get(code.co_name)
        if marks is not None and any(mark in code.co_filename.replace("\\", "/") for mark in marks):
            return True
    return False


def let_run(thread: threading.Thread) -> None:
    """Ask pydevd not to stop this thread as well when it stops the others at a breakpoint: it is to see that."""
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
