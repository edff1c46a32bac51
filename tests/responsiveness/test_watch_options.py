"""The command line of ``desktop-app watch``: what is the tool's, what the program's, and what makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.errors import UsageError
from desktop_app.responsiveness.running import Program
from desktop_app.responsiveness.watch_options import watch_options
from tests.helpers.program import Run, assert_complains, run_here, run_program


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return run_here(capsys, monkeypatch)


SCRIPT = Program("program.py", is_module=False, arguments=())


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("program.py", SCRIPT),
        ("program.py --report x --fail -m", Program("program.py", False, ("--report", "x", "--fail", "-m"))),
        ("--fail program.py --fail", Program("program.py", False, ("--fail",))),
        ("--budget-ms 100 program.py", SCRIPT),
        ("--budget-ms=100 program.py", SCRIPT),
        ("-- --odd.py -- x", Program("--odd.py", False, ("--", "x"))),
        ("-m notes.window -m x --help", Program("notes.window", True, ("-m", "x", "--help"))),
        ("-mnotes x", Program("notes", True, ("x",))),
        ("--fail -m notes --fail", Program("notes", True, ("--fail",))),
    ],
)
def test_options_end_where_the_program_begins(line: str, program: Program) -> None:
    assert watch_options(line.split()).program == program


def test_what_is_the_tools(tmp_path: Path) -> None:
    options = watch_options(
        ["--budget-ms", "100", "--fail", "--report", f"{tmp_path}/r.json", f"--trace={tmp_path}/t.json", "program.py"]
    )
    assert (options.budget_ms, options.fails) == (100, True)
    assert (options.report, options.trace) == (tmp_path / "r.json", tmp_path / "t.json")


def test_nothing_is_written_and_nothing_fails_unless_asked_for() -> None:
    options = watch_options(["program.py"])
    assert (options.budget_ms, options.fails, options.report, options.trace) == (250, False, None, None)


def test_files_stay_where_they_were_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert watch_options(["--report", "r.html", "program.py"]).report == tmp_path / "r.html"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", "SCRIPT"),
        ("--fail", "SCRIPT"),
        ("--", "SCRIPT"),
        ("-m", "-m"),
        ("--no-such-option program.py", "--no-such-option"),
        ("--rep r.json program.py", "--rep"),
        ("--budget-ms 49 program.py", "50"),
        ("--budget-ms soon program.py", "soon"),
        ("--budget-ms", "--budget-ms"),
        ("--report r.txt program.py", ".json or .html"),
        ("--report folder.json program.py", "directory"),
        ("--report none/r.json program.py", "none"),
        ("--trace t.html program.py", ".json"),
        ("--trace none/t.json program.py", "none"),
        ("--report same.json --trace ./same.json program.py", "same file"),
    ],
)
def test_what_makes_no_sense(line: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.json").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=word.replace(".", r"\.")):
        watch_options(line.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.py"], ["none.py", "No such file"]),
        (["folder"], ["folder", "__main__.py"]),
        (["-m", "no_such_module"], ["no_such_module"]),
        (["-m", ""], ["module"]),
        (["--report", "none/report.json", "program.py"], ["none"]),
        (["--fail"], ["--help"]),
    ],
)
def test_it_complains_before_anything_is_run(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("print('it ran')")
    (tmp_path / "folder").mkdir()
    ended = run_program("watch", *arguments, cwd=tmp_path)
    assert_complains(ended, 2, *words)
    assert ended.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "program.py"]


def test_the_help_tells_of_every_option(run: Run) -> None:
    ended = run("watch", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [
        word for word in ("SCRIPT", "-m", "--budget-ms", "--report", "--trace", "--fail") if word not in ended.stdout
    ] == []
