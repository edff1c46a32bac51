"""The verdict on code that really blocks, and on what only looks as if it did."""

from __future__ import annotations

import asyncio
import dataclasses
import string
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask, Stack
from desktop_app.responsiveness.rules import RULES
from desktop_app.responsiveness.stacks import innermost_own
from desktop_app.responsiveness.verdict import Verdict, verdict_of
from tests.responsiveness import blocks_inside, blocks_outside
from tests.responsiveness.blocks import LENGTH_S
from tests.responsiveness.looking import freeze_of, freeze_of_work

BLOCKS = blocks_outside.BLOCKS | blocks_inside.BLOCKS
LIBRARY = "/usr/lib/python3.11/site-packages/"


@pytest.mark.parametrize("name", BLOCKS)
def test_what_blocks_is_named(name: str, tmp_path: Path, qapp: QApplication) -> None:
    block = BLOCKS[name]
    verdict = verdict_of(freeze_of(block, tmp_path))
    assert verdict.name == block.rule


@pytest.mark.parametrize("name", ["opens_a_url", "runs_a_program", "takes_from_a_queue", "matches"])
def test_what_blocks_before_the_event_loop_runs_is_named_as_well(
    name: str, tmp_path: Path, qapp: QApplication
) -> None:
    block = BLOCKS[name]
    verdict = verdict_of(dataclasses.replace(freeze_of(block, tmp_path), is_startup=True))
    assert (verdict.name, "before the event loop ran in load" in verdict.text) == (block.rule, True)


def test_an_event_loop_that_is_run_to_its_end_is_named() -> None:
    def load() -> None:
        asyncio.run(asyncio.sleep(LENGTH_S))

    verdict = verdict_of(freeze_of_work(load, Cause.WAITING))
    assert (verdict.name, "in asyncio.run(asyncio.sleep(LENGTH_S))" in verdict.text) == ("asyncio.run", True)


# What it says


def freeze_in(stack: Stack, cause: Cause = Cause.WAITING, duration_ms: int = 1500) -> Freeze:
    frame = innermost_own(stack)
    assert frame is not None
    return Freeze(0, duration_ms * NS_PER_MS, cause, Culprit(frame, 1), stacks=(CountedStack(stack, 20),))


def program(folder: Path, call: str, source: str = "import time, requests") -> Frame:
    """Give a frame of a program that has this source."""
    file = folder / "gallery.py"
    file.write_text(source)
    return Frame(str(file), 41, "load_image", call, is_own=True)


def test_it_says_what_for_how_long_where_why_and_what_to_write_instead(tmp_path: Path) -> None:
    verdict = verdict_of(freeze_in((program(tmp_path, "time.sleep(1.5)"),)))
    assert verdict == Verdict(
        "sleep",
        "Frozen for 1.50 s in load_image (gallery.py:41): it waited in time.sleep(1.5).",
        "Let a timer go on: `QTimer.singleShot(round(1000 * (1.5)), go_on)`.",
    )


def test_inside_a_coroutine_it_says_so_and_what_to_await(tmp_path: Path) -> None:
    freeze = dataclasses.replace(
        freeze_in((program(tmp_path, "time.sleep(delay_s)"),)), task=RunningTask("load {pictures}", ())
    )
    assert verdict_of(freeze) == Verdict(
        "sleep",
        "Frozen for 1.50 s in load_image (gallery.py:41), inside the coroutine of task load {pictures}: "
        "it waited in time.sleep(delay_s).",
        "`await asyncio.sleep(delay_s)`.",
    )


def test_of_many_things_one_after_another_it_says_how_much_this_one_was(tmp_path: Path) -> None:
    freeze = freeze_in((program(tmp_path, "time.sleep(1.5)"),))
    assert freeze.culprit is not None
    partly = dataclasses.replace(freeze, culprit=dataclasses.replace(freeze.culprit, share=0.4))
    assert (
        verdict_of(partly).text
        == "Frozen for 1.50 s, 40 % in load_image (gallery.py:41): it waited in time.sleep(1.5)."
    )


def test_what_lasts_is_told_as_so_far(tmp_path: Path) -> None:
    freeze = dataclasses.replace(freeze_in((program(tmp_path, "time.sleep(1.5)"),), duration_ms=260), is_lasting=True)
    assert verdict_of(freeze).text.startswith("Frozen for 260 ms so far in load_image (gallery.py:41): ")


def test_braces_in_a_call_are_its_own(tmp_path: Path) -> None:
    verdict = verdict_of(freeze_in((program(tmp_path, 'time.sleep({"a": 1}["a"])'),)))
    assert "{" in verdict.text
    assert "{'a': 1}['a']" in verdict.fix


@pytest.mark.parametrize("cause", [Cause.NOT_SCHEDULED, Cause.SUSPENDED, Cause.DEBUGGER])
def test_what_is_not_the_program_s_fault_is_said_to_be_none(cause: Cause, tmp_path: Path) -> None:
    verdict = verdict_of(freeze_in((program(tmp_path, "time.sleep(1.5)"),), cause))
    assert (verdict.name, "not " in verdict.text and "fault" in verdict.text, verdict.fix) == (cause, True, "")


@pytest.mark.parametrize("cause", Cause)
def test_a_freeze_that_could_not_be_looked_at_has_a_verdict_as_well(cause: Cause) -> None:
    verdict = verdict_of(Freeze(0, 300 * NS_PER_MS, cause))
    assert verdict.text.startswith("Frozen for 300 ms: ")
    assert (verdict.name == "unknown") == (cause in (Cause.WAITING, Cause.UNKNOWN))


def test_a_late_sample_is_said_to_be_one(tmp_path: Path) -> None:
    freeze = freeze_in((program(tmp_path, "crunch(data)"),), Cause.INTERPRETER_HELD)
    late = verdict_of(dataclasses.replace(freeze, is_late_sample=True))
    assert late.text == verdict_of(freeze).text + " It could be looked at only as that ended."


def test_where_no_python_code_ran_no_line_is_named() -> None:
    verdict = verdict_of(Freeze(0, 300 * NS_PER_MS, Cause.WAITING))
    assert verdict.text == "Frozen for 300 ms: no Python code ran, so that there is no line to be named."
    assert "functools.partial" in verdict.fix


def test_what_is_unknown_says_where_to_look(tmp_path: Path) -> None:
    verdict = verdict_of(freeze_in((program(tmp_path, "device.fetch()"),)))
    assert verdict.text.endswith("it waited in device.fetch(); for what, is not known.")
    assert verdict.fix.endswith("at load_image (gallery.py:41).")


# When a rule holds


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("", "time.sleep(1)"),
        ("import clocks as time", "time.sleep(1)"),
        ("from clocks import sleep", "sleep(1)"),
        ("import time", "self.time.sleep(1)"),
        ("import time", "time_sleep(1)"),
        ("import time", "show('time.sleep(1)')"),
        ("import requests", "self.requests.get(url)"),
        ("import requests", "requests.sessions"),
        ("import time\nrequests = []", "requests.get(url)"),
        ("", "with self.block:"),
        ("", "self.position.wait()"),
        ("", "{}.get(key)"),
        ("", "', '.join(names)"),
    ],
)
def test_what_only_looks_like_something_is_unknown(source: str, call: str, tmp_path: Path) -> None:
    assert verdict_of(freeze_in((program(tmp_path, call, source),))).name == "unknown"


@pytest.mark.parametrize(
    "name", ["requests/api.py", "socket.py", "sqlite3/dbapi2.py", "subprocess.py", "threading.py"]
)
def test_a_program_s_own_module_is_not_the_library_of_that_name(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    stack = (program(tmp_path, "load()"), Frame(str(file), 3, "join", "compute()", is_own=True))
    assert verdict_of(freeze_in(stack)).name == "unknown"


@pytest.mark.parametrize("cause", [Cause.COMPUTING, Cause.INTERPRETER_HELD])
def test_what_computed_did_not_wait(cause: Cause, tmp_path: Path) -> None:
    assert verdict_of(freeze_in((program(tmp_path, "time.sleep(0)"),), cause)).name in (
        "computing",
        "interpreter held",
    )


@pytest.mark.parametrize(
    ("inner", "rule"),
    [
        (("requests/api.py", "urllib3/connection.py", "../socket.py"), "http"),
        (("sqlalchemy/engine/base.py", "sqlalchemy/pool/impl.py", "../queue.py", "../threading.py"), "database"),
        (("psycopg/connection.py", "../selectors.py"), "database"),
        (("tenacity/nap.py",), "unknown"),
        (("paramiko/client.py", "../socket.py"), "socket"),
        (("keyring/core.py",), "keyring"),
        (("serial/serialposix.py",), "device"),
        (("vendor/lib/requests.py",), "unknown"),
        (("../concurrent/futures/_base.py", "../threading.py"), "future"),
    ],
)
def test_of_libraries_inside_libraries_the_outer_one_is_named(
    inner: tuple[str, ...], rule: str, tmp_path: Path
) -> None:
    frames = [
        Frame(
            LIBRARY.removesuffix("site-packages/") + name[3:] if name.startswith("../") else LIBRARY + name, 1, "get"
        )
        for name in inner
    ]
    assert verdict_of(freeze_in((program(tmp_path, "load()"), *frames))).name == rule


def test_a_rule_has_to_hold_of_most_of_the_samples(tmp_path: Path) -> None:
    sleeping = (program(tmp_path, "time.sleep(1)"),)
    other = (dataclasses.replace(sleeping[0], line=42, call="device.fetch()"),)
    freeze = freeze_in(sleeping)
    mostly = dataclasses.replace(freeze, stacks=(CountedStack(sleeping, 6), CountedStack(other, 4)))
    hardly = dataclasses.replace(freeze, stacks=(CountedStack(sleeping, 4), CountedStack(other, 6)))
    assert (verdict_of(mostly).name, verdict_of(hardly).name) == ("sleep", "unknown")


def test_only_the_culprit_s_samples_count(tmp_path: Path) -> None:
    sleeping = (program(tmp_path, "time.sleep(1)"),)
    elsewhere = (dataclasses.replace(sleeping[0], function="save", call="device.fetch()"),)
    freeze = freeze_in(sleeping)
    stacks = (CountedStack(sleeping, 6), *(CountedStack(elsewhere, 4) for _ in range(2)))
    assert verdict_of(dataclasses.replace(freeze, stacks=stacks)).name == "sleep"


def test_what_calls_the_culprit_does_not_count(tmp_path: Path) -> None:
    stack = (program(tmp_path, "time.sleep(1)"), program(tmp_path, "device.fetch()"))
    assert verdict_of(freeze_in(stack)).name == "unknown"


# The table


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.name for rule in RULES]
    assert sorted(set(names)) == sorted(names)
    assert "unknown" not in names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_s_texts_can_be_filled_in(rule: object) -> None:
    (found,) = (each for each in RULES if each is rule)
    for text in (found.why, found.fix, found.fix_async):
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        assert fields <= {"in_call", "arguments"}
    assert found.why.endswith(".")


def test_every_rule_that_code_decides_is_tried_by_a_block() -> None:
    """Apart from those that need what this machine does not have."""
    untried = {rule.name for rule in RULES if not rule.needs_nothing} - {block.rule for block in BLOCKS.values()}
    assert untried == {"asyncio.run", "device", "keyring", "numeric library", "start-up"}
