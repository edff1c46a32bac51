"""What is called, from the source alone: whole names, as far as a file's imports tell them."""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Mapping

from desktop_app.responsiveness.events import Frame
from desktop_app.responsiveness.ownership import EMBEDDED, INSTALLED
from desktop_app.responsiveness.source import lines_of

MOST_CALLS = 2048
"""Whose names are remembered."""
STATEMENT = re.compile(r"(?:async )?(?P<kind>with|for)\b (?:.*? in )?(?P<expression>.*?)(?: as \w+)?:$")
BUILTINS = frozenset(dir(builtins))
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#(]+)"
    r"|import[ \t]+(?P<modules>[^\n#]+))",
    re.MULTILINE,
)
LIBRARY = re.compile(r"python3(\.?\d+t?)(\.zip)?|Lib")
"""The folder of the standard library, or the file."""


def callee_of(frame: Frame) -> str:
    """Name what a frame calls, ``time.sleep`` or ``requests.get``; empty where it calls nothing.

    A name that the file imports is given whole, wherever in the file it does so; of what a call gives, only the call
    is told (``pathlib.Path().read_text``). A builtin is ``builtins.open``, what comes from elsewhere stands after a
    dot (``.connection.execute``): an object that has nothing to do with a module of that name. What a statement
    enters or iterates over is ``with:`` or ``for:`` and its name (``with:.lock``).
    """
    return _callee(frame.file, frame.call)


def arguments_of(call: str) -> str:
    """Give the source of a call's arguments; empty where it has none, or is no call."""
    node = _parsed(call)
    if not isinstance(node, ast.Call):
        return ""
    return ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))


def module_of(frame: Frame) -> str:
    """Name the module of code that is not the program's own, by its path; empty where that does not tell."""
    if frame.is_own:
        return ""
    if frame.file.startswith("<frozen "):
        return frame.file[len("<frozen ") : -1]
    parts = frame.file.replace("\\", "/").split("/")
    for is_root in (INSTALLED.__contains__, LIBRARY.fullmatch):
        for index in range(len(parts) - 2, -1, -1):
            if is_root(parts[index]):
                return ".".join(parts[index + 1 :]).removesuffix(".py").removesuffix(".__init__")
    return ".".join(parts).removesuffix(".py") if parts[0] in EMBEDDED else ""


@functools.lru_cache(maxsize=MOST_CALLS)
def _callee(file: str, call: str) -> str:
    statement = STATEMENT.match(call)
    kind = statement["kind"] + ":" if statement else ""
    node = _parsed(statement["expression"] if statement else call)
    if isinstance(node, ast.Await):
        node = node.value
    if not statement:
        if not isinstance(node, ast.Call):
            return ""
        node = node.func
    name = _dotted(node)
    return kind + _whole(file, name) if name else ""


def _whole(file: str, name: str) -> str:
    """Write the name of what it begins with as a module's, where it is one."""
    if name.startswith("."):
        return name
    first, dot, rest = name.partition(".")
    plain = re.match(r"\w*", first)
    assert plain is not None
    root, behind = plain[0], first[plain.end() :]
    imported = _imports(file).get(root)
    if imported is not None:
        return imported + behind + dot + rest
    return f"builtins.{name}" if root in BUILTINS else f".{name}"


def _parsed(call: str) -> ast.expr | None:
    try:
        return ast.parse(f"...{call}" if call.startswith(".") else call, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _dotted(node: ast.expr | None) -> str:
    """Write names and attributes, calls without their arguments, and anything else as nothing before a dot."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, name):
            return f"{_dotted(value)}.{name}"
        case ast.Call(function):
            return f"{_dotted(function)}()"
        case ast.Subscript(value):
            return f"{_dotted(value)}[]"
        case _:
            return ""


@functools.lru_cache(maxsize=128)
def _imports(file: str) -> Mapping[str, str]:
    """Tell what the names that a file imports stand for.

    By pattern, not by parsing the file: that would hold the interpreter for as long as it takes.
    """
    found: dict[str, str] = {}
    for match in IMPORT.finditer("".join(lines_of(file))):
        module = match["module"]
        for item in (match["names"] or match["modules"]).strip("() \t\r\n").split(","):
            name, _, alias = re.sub(r"#.*", "", item).strip().partition(" as ")
            name, alias = name.strip(), alias.strip()
            if not re.fullmatch(r"[\w.]+", name):
                continue
            if module:
                found[alias or name] = f"{module}.{name}"
            else:
                top = name.partition(".")[0]
                found[alias or top] = name if alias else top
    return found
