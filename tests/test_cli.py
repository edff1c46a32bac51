"""The command line, in real processes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.cli import COMMANDS
from desktop_app.conditions.presets import PRESETS
from tests.helpers.program import (
    HANG_S,
    REPOSITORY,
    Run,
    assert_complains,
    command,
    environment,
    run_here,
    run_program,
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return run_here(capsys, monkeypatch)


def test_the_version() -> None:
    ended = run_program("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"desktop-app {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_has_examples_and_every_command(option: str) -> None:
    ended = run_program(option)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "examples:" in ended.stdout
    assert [name for name in COMMANDS if not re.search(rf"^    {name}\s", ended.stdout, re.MULTILINE)] == []


@pytest.mark.parametrize("name", [*COMMANDS, "accounts add", "accounts list"])
def test_every_command_has_a_help(name: str, run: Run) -> None:
    ended = run(*name.split(), "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f" {name}" in ended.stdout.partition("\n\n")[0]


def test_the_help_tells_of_several_conditions_where_they_are_taken(run: Run) -> None:
    assert "desktop-app compare --conditions all" in run("--help").stdout
    assert "or all" in " ".join(run("compare", "--help").stdout.split())
    assert "or all" not in " ".join(run("run", "--help").stdout.split())


def test_the_help_shows_no_option_that_is_not_for_persons(run: Run) -> None:
    assert "--child" not in run("serve", "--help").stdout


WRONG_OPTIONS = [
    ["--no-such-option"],
    ["no-such-command"],
    ["--mode", "fast"],
    ["--mode"],
    ["--deadline", "soon"],
    ["--deadline", "0"],
    ["--deadline", "-1"],
    ["--deadline", "nan"],
    ["--deadline", "inf"],
    ["--deadline", "3601"],
    ["--log-level", "loud"],
    ["serve", "--port", "http"],
    ["serve", "--port", "-1"],
    ["serve", "--port", "65536"],
    ["accounts"],
    ["accounts", "remove"],
    ["accounts", "add"],
]


@pytest.mark.parametrize("arguments", WRONG_OPTIONS, ids=" ".join)
def test_an_option_that_makes_no_sense(arguments: list[str], run: Run) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("desktop-app: ")


WRONG_VALUES = [
    (["--server", "shop.example.com"], "--server"),
    (["--server", "ftp://shop.example.com"], "https://HOST"),
    (["--server", "https://shop.example.com:port"], "--server"),
    (["--server", "http://shop.example.com"], "clear text"),
    (["--server", "https://shop.example.com", "--conditions", "database-busy"], "--server"),
    (["--conditions", "stormy"], "stormy"),
    (["--conditions", "slow,silent"], "desktop-app compare"),
    (["run", "--conditions", "all"], "desktop-app compare"),
    (["compare", "--conditions", "stormy"], "stormy"),
    (["compare", "--conditions", "slow,stormy"], "stormy"),
    (["compare", "--server", "https://shop.example.com", "--conditions", "slow,database-busy"], "leave out --server"),
    (["compare", "--email", "ada@example.com"], "--server"),
    (["compare", "--server", "https://shop.example.com"], "--email"),
    (["compare", "--server", "https://shop.example.com", "--email", "ada@example.com"], "--password-file"),
    (["serve", "--store", "customers.sqlite3"], "sqlite:///"),
    (["serve", "--store", "postgresql://localhost/customers"], "sqlite:///"),
]


@pytest.mark.parametrize(("arguments", "word"), WRONG_VALUES)
def test_a_value_that_makes_no_sense(arguments: list[str], word: str, run: Run, tmp_path: Path) -> None:
    assert_complains(run(*arguments, "--profile-dir", tmp_path), 2, word)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "http://shop.example.com"], ["http://shop.example.com", "https://"]),
        (["--conditions", "stormy"], ["stormy", *PRESETS]),
    ],
)
def test_wrong_usage_is_one_line_and_no_more(arguments: list[str], words: list[str]) -> None:
    assert_complains(run_program(*arguments, screen=True), 2, *words)


def test_a_machine_without_a_screen_is_told_in_one_line(tmp_path: Path) -> None:
    ended = run_program("--profile-dir", tmp_path / "profile")
    assert_complains(ended, 1, "no screen", "desktop-app compare")
    assert not (tmp_path / "profile").exists()


def test_a_profile_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_complains(run_program("serve", "--profile-dir", tmp_path / "file" / "profile"), 1, "--profile-dir")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_serving_says_one_line_and_ends_on_a_signal(tmp_path: Path, number: int, code: int) -> None:
    with subprocess.Popen(
        command("serve", "--profile-dir", tmp_path),
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        ready = json.loads(serving.stdout.readline())
        serving.send_signal(number)
        rest, complaints = serving.communicate(timeout=HANG_S)
    assert (ready["event"], ready["pid"]) == ("ready", serving.pid)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", ready["url"])
    assert (serving.returncode, rest, complaints) == (code, "", "")
