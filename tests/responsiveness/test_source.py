"""The expression under way, from the source."""

from __future__ import annotations

import ast
import dis
import inspect
import json.decoder
import os
import socket
import subprocess
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.callee import arguments_of, callee_of, module_of
from desktop_app.responsiveness.events import Frame
from desktop_app.responsiveness.source import MOST_CHARACTERS, expression_of, line_of, lines_of

CALLS = {"CALL", "CALL_FUNCTION_EX", "CALL_KW"}


def codes_in(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes_in(each)


def expressions_at(folder: Path, source: str, operations: set[str]) -> list[str]:
    """Give the expression under way at each of these instructions of a file with this source."""
    file = folder / "gallery.py"
    file.write_text(source, encoding="utf-8")
    lines_of.cache_clear()
    return [
        expression_of(code, each.offset)
        for code in codes_in(compile(source, str(file), "exec"))
        for each in dis.get_instructions(code)
        if each.opname in operations
    ]


def calls_in(folder: Path, source: str) -> list[str]:
    return expressions_at(folder, source, CALLS)


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("time.sleep(1.5)", "time.sleep(1.5)"),
        ("    \nx = time.sleep( 1.5 )", "time.sleep( 1.5 )"),
        ("größe = 'ä'; fülle('größe €', größe); größe", "fülle('größe €', größe)"),
        ("time.sleep(\n    1.5\n)", "time.sleep(1.5)"),
        ("time.sleep(\n    1.5,\n)", "time.sleep(1.5)"),
        ("load(  # requests.get(url)\n    'a # b',  # time.sleep(1)\n    2)", "load('a # b', 2)"),
        ("load(\n    'ü',\n    [\n        1,\n    ],\n)", "load('ü', [1])"),
        ("(client\n    .load\n    (1))", ".load (1)"),
        ("(client\n    .pictures.load(\n    1))", ".load(1)"),
        ("load(*names, **options)", "load(*names, **options)"),
        ("f'{load(1)}'", "load(1)"),
    ],
)
def test_a_call_is_told_as_it_is_written_in_one_line(source: str, call: str, tmp_path: Path) -> None:
    assert calls_in(tmp_path, textwrap.dedent(source)) == [call]


@pytest.mark.parametrize(
    ("source", "call"),
    [
        (f"load({'argument, ' * 20})", "load(...)"),
        (f"await_ = session.query({'a' * 60}).filter({'b' * 60}).all", None),
        (f"load({'argument, ' * 5}).then({'argument, ' * 20})", None),
        (f"load[{'argument, ' * 20}]()", None),
    ],
)
def test_a_long_call_is_shortened_and_remains_one(source: str, call: str | None, tmp_path: Path) -> None:
    found = calls_in(tmp_path, source)[-1]
    assert len(found) <= MOST_CHARACTERS
    if call is not None:
        assert found == call
        ast.parse(found, mode="eval")


def test_the_last_call_s_arguments_are_left_out_first(tmp_path: Path) -> None:
    *_, found = calls_in(tmp_path, f"session.query(Customer).filter({'b' * 60}).all({'c' * 60})")
    assert found == "session.query(Customer).filter(...).all(...)"


def test_a_call_of_very_many_lines_is_told_by_its_first(tmp_path: Path) -> None:
    assert calls_in(tmp_path, "load(\n" + "    1,\n" * 100 + ")") == ["load( ..."]


def test_what_is_entered_is_told_without_what_is_done_there(tmp_path: Path) -> None:
    source = "with self.lock:\n    time.sleep(1)\n"
    assert expressions_at(tmp_path, source, {"BEFORE_WITH"}) == ["with self.lock:"]


def test_a_loop_is_told_without_what_is_done_there(tmp_path: Path) -> None:
    (found,) = expressions_at(tmp_path, "for line in file:\n    time.sleep(1)\n", {"FOR_ITER"})
    assert found in ("for line in file:", "for ... in file:")


def test_where_a_loop_goes_round_nothing_is_under_way(tmp_path: Path) -> None:
    found = expressions_at(tmp_path, "while True:\n    time.sleep(0)\n", {"JUMP_BACKWARD", "RESUME"})
    assert set(found) == {""}


@given(st.text().filter(lambda text: "\x00" not in text), st.integers(0, 3))
def test_whatever_stands_before_a_call_it_is_found(tmp_path_factory: Any, text: str, newlines: int) -> None:
    try:
        source = f"x = {text!r}; " + "\n" * newlines + f"load({text!a}); y = {text!r}"
        source.encode()
    except UnicodeEncodeError:
        return
    (found,) = calls_in(tmp_path_factory.getbasetemp(), source)
    assert found == f"load({text!a})" or len(f"load({text!a})") > MOST_CHARACTERS


@pytest.mark.parametrize("module", [json.decoder, socket, subprocess, threading, inspect, ast])
def test_every_instruction_of_real_code_has_a_line_and_a_short_expression(module: Any) -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    count = len(source.splitlines())
    for code in codes_in(compile(source, module.__file__, "exec")):
        for lasti in range(-1, len(code.co_code), 2):
            expression = expression_of(code, lasti)
            assert len(expression) <= MOST_CHARACTERS
            assert "\n" not in expression
            assert 0 <= line_of(code, lasti) <= count


@pytest.mark.parametrize("lasti", [-2, -1, 10_000])
def test_outside_of_the_code_there_is_the_first_line_and_no_expression(lasti: int) -> None:
    code = inspect.unwrap(codes_in).__code__
    assert (line_of(code, lasti), expression_of(code, lasti)) == (code.co_firstlineno, "")


# Files


def test_what_has_no_source_has_no_expression() -> None:
    code = compile("load()", "<string>", "exec")
    assert {expression_of(code, lasti) for lasti in range(0, len(code.co_code), 2)} == {""}


def test_a_file_that_is_shorter_than_the_code_has_no_expression(tmp_path: Path) -> None:
    file = tmp_path / "gallery.py"
    file.write_text("")
    code = compile("\n\nload()", str(file), "exec")
    assert {expression_of(code, lasti) for lasti in range(0, len(code.co_code), 2)} == {""}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gallery.py")
    assert lines_of(str(tmp_path / "gallery.py")) == ()


def test_a_file_says_how_it_is_encoded(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_bytes("# coding: latin-1\nload('ä')".encode("latin-1"))
    assert lines_of(str(tmp_path / "old.py")) == ("# coding: latin-1\n", "load('ä')")


@pytest.mark.parametrize("content", [b"load('\xff')", b"# coding: nonsense\n", b"\x00" * 10])
def test_a_file_that_is_no_source_is_read_or_left_without_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_bytes(content)
    assert all(isinstance(line, str) for line in lines_of(str(tmp_path / "broken.py")))


def test_a_file_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "gallery.py"
    file.write_text("load()")
    lines_of(str(file))
    file.write_text("save()")
    assert lines_of(str(file)) == ("load()",)


# Names


IMPORTS = """
import os.path, time as clock, json
from pathlib import Path
from requests import (
    get,  # a comment
    post as send,
)
def load():
    import urllib.request
from . import pictures
"""


@pytest.mark.parametrize(
    ("call", "callee"),
    [
        ("clock.sleep(1)", "time.sleep"),
        ("json.load(file)", "json.load"),
        ("os.path.exists(p)", "os.path.exists"),
        ("Path(p).read_text()", "pathlib.Path().read_text"),
        ("get(url)", "requests.get"),
        ("send(url, data)", "requests.post"),
        ("urllib.request.urlopen(url)", "urllib.request.urlopen"),
        ("pictures.load(1)", "..pictures.load"),
        ("open(path)", "builtins.open"),
        ("open(path).read()", "builtins.open().read"),
        ("self.json.load(file)", ".self.json.load"),
        ("connection.execute(query)", ".connection.execute"),
        ("await client.get(url)", ".client.get"),
        ("items[0].load()", ".items[].load"),
        ("', '.join(names)", ".join"),
        (".get(url)", ".get"),
        (".get(url).json()", ".get().json"),
        ("(lambda: 1)()", ""),
        ("with self.lock:", "with:.self.lock"),
        ("with open(p) as file:", "with:builtins.open()"),
        ("for line in open(p):", "for:builtins.open()"),
        ("for ... in lines:", "for:.lines"),
        ("1 + time.sleep(1)", ""),
        ("[load(each) for each in items]", ""),
        ("not an expression(", ""),
        ("", ""),
    ],
)
def test_what_is_called_is_named_by_the_file_s_imports(call: str, callee: str, tmp_path: Path) -> None:
    file = tmp_path / "gallery.py"
    file.write_text(IMPORTS)
    assert callee_of(Frame(str(file), 1, "load", call, is_own=True)) == callee


@pytest.mark.parametrize(
    ("call", "arguments"),
    [("sleep(1.5)", "1.5"), ("sleep(a, b=2)", "a, b=2"), ("sleep()", ""), ("with x:", ""), ("sleep(", ""), ("", "")],
)
def test_a_call_s_arguments(call: str, arguments: str) -> None:
    assert arguments_of(call) == arguments


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("/usr/lib/python3.11/json/decoder.py", "json.decoder"),
        ("/usr/lib/python3.11/re/__init__.py", "re"),
        ("/usr/lib/python313.zip/threading.py", "threading"),
        ("C:\\Python312\\Lib\\concurrent\\futures\\_base.py", "concurrent.futures._base"),
        ("/v/lib/python3.13t/site-packages/urllib3/connection.py", "urllib3.connection"),
        ("/v/lib/python3.11/site-packages/package/lib/requests.py", "package.lib.requests"),
        ("/usr/lib/python3/dist-packages/requests/api.py", "requests.api"),
        ("<frozen importlib._bootstrap>", "importlib._bootstrap"),
        ("<string>", ""),
        ("/home/somebody/requests.py", ""),
    ],
)
def test_a_library_s_module_is_known_by_its_path(file: str, module: str) -> None:
    assert module_of(Frame(file, 1, "get")) == module


def test_a_program_s_own_module_is_no_library_s() -> None:
    assert module_of(Frame("/home/somebody/lib/python3.11/requests.py", 1, "get", is_own=True)) == ""
