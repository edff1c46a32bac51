from __future__ import annotations

import threading
from types import CodeType

import pytest

from desktop_app.responsiveness.debugging import is_held_in, let_run
from desktop_app.responsiveness.stacks import RawStack


def stack(*innermost_first: tuple[str, str]) -> RawStack:
    return tuple((code(function, file), 0) for function, file in innermost_first)


def code(function: str, file: str) -> CodeType:
    return compile("0", file, "eval").replace(co_name=function)


# Each as it was seen in a real session, shortened.
HELD = {
    "pdb": stack(("cmdloop", "/lib/cmd.py"), ("_cmdloop", "/lib/pdb.py"), ("interaction", "/lib/pdb.py")),
    "ipdb": stack(
        ("cmdloop", "/lib/cmd.py"), ("_cmdloop", "/site/IPython/core/debugger.py"), ("interaction", "/lib/pdb.py")
    ),
    "pudb": stack(("get_input", "/site/urwid/raw.py"), ("interaction", "/site/pudb/debugger.py")),
    "debugpy": stack(
        ("wait", "/lib/threading.py"),
        ("_do_wait_suspend", "/site/debugpy/_vendored/pydevd/pydevd.py"),
        ("do_wait_suspend", "/site/debugpy/_vendored/pydevd/pydevd.py"),
    ),
    "PyCharm on Windows": stack(("do_wait_suspend", r"C:\Program Files\JetBrains\pydev\pydevd.py")),
}
FREE = {
    "a program started by python -m pdb": stack(
        ("slot", "/own/main.py"), ("run", "/lib/bdb.py"), ("main", "/lib/pdb.py")
    ),
    "a command line of the program's own": stack(("cmdloop", "/lib/cmd.py"), ("shell", "/own/main.py")),
    "a function that is called as a debugger's": stack(("interaction", "/own/debugger.py")),
    "nothing": (),
}


@pytest.mark.parametrize("name", HELD)
def test_a_debugger_that_waits_for_its_user_is_seen(name: str) -> None:
    assert is_held_in((*HELD[name], *stack(("slot", "/own/main.py"))))


@pytest.mark.parametrize("name", FREE)
def test_what_only_looks_like_one_is_not(name: str) -> None:
    assert not is_held_in(FREE[name])


def test_a_debugger_of_threads_is_asked_to_let_the_one_that_looks_run_on() -> None:
    """Where it is not, pydevd stops it with all others at a breakpoint, and nobody sees the others stand still."""
    thread = threading.Thread()
    let_run(thread)
    assert vars(thread)["pydev_do_not_trace"] is True
