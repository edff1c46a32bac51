"""The source of the expression under way at an instruction, in one line; never any value.

A file is read once, and never again while it is among those that are kept: one that has changed since it was imported
shows what it was when it was read first, or, read only then, what stands in its place now.
"""

from __future__ import annotations

import ast
import functools
import io
import itertools
import linecache
import opcode
import os
import re
import stat
import tokenize
from types import CodeType

MOST_FILES = 64
"""Whose lines are kept."""
MOST_BYTES = 1_000_000
"""Of a file; a longer one counts as having no source."""
MOST_LINES = 50
"""Of an expression; of a longer one only the first is read."""
MOST_CHARACTERS = 80
COMPOUND = re.compile(r"(?:async\s+)?(?:with|for|while|if|try|match|class|def)\b")
IDLE = frozenset({"RESUME", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "RETURN_VALUE", "RETURN_CONST"})
"""What is written where these stand is over, or has not begun."""


def line_of(code: CodeType, lasti: int) -> int:
    """Tell the line of an instruction; that of the function's beginning where it has none.

    Args:
        code: Whose instruction it is.
        lasti: Its offset in bytes, ``f_lasti``; -1 before the first.
    """
    return _position(code, lasti)[0] or code.co_firstlineno


def expression_of(code: CodeType, lasti: int) -> str:
    """Give the source of the expression under way, comments apart, shortened to `MOST_CHARACTERS`.

    Empty where none is, where there is no source, and where Python runs without columns (``-X no_debug_ranges``).
    What a ``with`` statement enters is ``with lock:``, what a ``for`` statement takes from ``for line in file:``, or
    ``for ... in file:`` where Python tells no more. ``.load(1)`` is a method of what stands in the lines before.
    """
    line, end_line, column, end_column = _position(code, lasti)
    if line is None or end_line is None or column is None or end_column is None:
        return ""
    operation = _operation(code, lasti)
    if operation in IDLE:
        return ""
    lines = list(lines_of(code.co_filename)[line - 1 : end_line])
    if len(lines) != end_line - line + 1:
        return ""
    # Of a method whose name stands in another line than what it belongs to, Python tells the name only.
    is_method = _part(lines[0], 0, column).rstrip().endswith(".")
    lines[-1] = _part(lines[-1], 0, end_column)
    lines[0] = _part(lines[0], column, None)
    text = ("." if is_method else "") + _in_one_line(lines)
    if operation in ("BEFORE_WITH", "BEFORE_ASYNC_WITH"):
        return _shortened(text if COMPOUND.match(text) else f"with {text}:")
    if operation == "FOR_ITER" and not text.startswith(("[", "(", "{")):
        return _shortened(text if COMPOUND.match(text) else f"for ... in {text}:")
    # The position of a whole statement is that of its end: what it consists of is over.
    return "" if COMPOUND.match(text) else _shortened(text)


@functools.lru_cache(maxsize=MOST_FILES)
def lines_of(file: str) -> tuple[str, ...]:
    """Give the lines of a source file; none where it is none, or cannot be read."""
    if file.startswith("<"):
        return tuple(linecache.getlines(file)) if file in linecache.cache else ()
    try:
        found = os.stat(file)  # noqa: PTH116 - without a Path for each
        # A pipe or a device would be waited for.
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            return ()
        with tokenize.open(file) as source:
            return tuple(source.readlines())
    except (OSError, SyntaxError, ValueError):
        return ()


def _position(code: CodeType, lasti: int) -> tuple[int | None, int | None, int | None, int | None]:
    # One position for each code unit of two bytes, the caches behind an instruction included.
    nothing = (None, None, None, None)
    return next(itertools.islice(code.co_positions(), lasti // 2, None), nothing) if lasti >= 0 else nothing


def _operation(code: CodeType, lasti: int) -> str:
    """Name the instruction; during a call ``f_lasti`` may point to one of the caches behind it."""
    instructions = code.co_code
    while lasti > 0 and opcode.opname[instructions[lasti]] == "CACHE":
        lasti -= 2
    return opcode.opname[instructions[lasti]]


def _part(line: str, start: int, end: int | None) -> str:
    """Cut a line at columns that are counted in bytes of UTF-8."""
    return line.encode(errors="replace")[start:end].decode(errors="replace")


def _in_one_line(lines: list[str]) -> str:
    if len(lines) > MOST_LINES:
        return lines[0].strip() + " ..."
    if len(lines) == 1:
        return lines[0].strip()
    text = "".join(lines)
    is_compound = COMPOUND.match(text)
    # In brackets, lines may break anywhere.
    text = text if is_compound else f"({text}\n)"
    kept = text.splitlines()
    last = len(kept)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            row, column = token.start
            if token.type == tokenize.COMMENT:
                kept[row - 1] = kept[row - 1][:column]
            elif token.type == tokenize.NEWLINE and is_compound:
                last = row
                break
    except (tokenize.TokenError, SyntaxError):
        return lines[0].strip() + " ..."
    joined = " ".join(filter(None, (line.strip() for line in kept[:last])))
    joined = re.sub(r",? ([)\]}])", r"\1", re.sub(r"([(\[{]) ", r"\1", joined))
    return joined if is_compound else joined[1:-1]


def _shortened(text: str) -> str:
    """Leave out the arguments of calls, from the last call on, as ``...``; so it remains an expression."""
    if len(text) <= MOST_CHARACTERS:
        return text
    try:
        return _without_arguments(ast.parse(text, mode="eval").body) or text[: MOST_CHARACTERS - 4] + " ..."
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text[: MOST_CHARACTERS - 4] + " ..."


def _without_arguments(whole: ast.expr) -> str:
    """Leave them out from the last call on until it is short; empty where it does not become so."""
    inner = whole
    while isinstance(inner, ast.Call | ast.Attribute | ast.Await | ast.Subscript):
        if isinstance(inner, ast.Call):
            inner.args, inner.keywords = [ast.Constant(...)], []
            if len(shorter := ast.unparse(whole)) <= MOST_CHARACTERS:
                return shorter
            inner = inner.func
        else:
            inner = inner.value
    return ""
