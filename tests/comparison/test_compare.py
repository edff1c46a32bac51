"""``desktop-app compare`` under one name."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.comparison.runs import PICTURES, compare, comparing, figures
from tests.helpers.service_process import running_service


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a comparison at ``slow`` writes; its pictures are in ``pictures``."""
    directory = tmp_path_factory.mktemp("slow")
    pictures = directory / "pictures"
    content = figures(directory, "--conditions", "slow", "--pictures", pictures)
    assert isinstance(content, dict)
    return content | {"pictures": pictures}


def test_slow_ends_in_home_in_both_modes(slow: dict[str, Any]) -> None:
    assert [mode["outcome"] for mode in slow["modes"].values()] == ["home", "home"]


def test_both_modes_wait_for_two_replies_of_800_ms(slow: dict[str, Any]) -> None:
    assert all(mode["time_to_home_ms"] >= 1600 for mode in slow["modes"].values())


def test_blocking_freezes_as_long_as_it_waits(slow: dict[str, Any]) -> None:
    assert slow["modes"]["blocking"]["longest_freeze_ms"] >= 1600


def test_async_does_not_freeze_nearly_as_long(slow: dict[str, Any]) -> None:
    assert slow["modes"]["async"]["longest_freeze_ms"] < slow["modes"]["blocking"]["longest_freeze_ms"] / 8


def test_inputs_are_answered_at_once_in_async_and_late_in_blocking(slow: dict[str, Any]) -> None:
    shares = {
        name: mode["inputs_answered_within_100_ms"] / mode["inputs_sent"] for name, mode in slow["modes"].items()
    }
    assert shares["async"] > 0.8 > 0.3 > shares["blocking"]


def test_inputs_are_sent_on_schedule_in_both_modes(slow: dict[str, Any]) -> None:
    for mode in slow["modes"].values():
        assert mode["inputs_sent"] == pytest.approx(mode["time_to_home_ms"] / 50, rel=0.2)


def test_the_pictures_are_written(slow: dict[str, Any]) -> None:
    assert sorted(path.name for path in slow["pictures"].iterdir()) == PICTURES


def test_the_frozen_window_shows_what_was_typed_before_and_the_other_what_was_typed_since(
    slow: dict[str, Any],
) -> None:
    frozen, answering = (QImage(str(slow["pictures"] / f"{mode}-midway.png")) for mode in ("blocking", "async"))
    assert frozen.size() == answering.size()
    assert frozen != answering


@pytest.mark.parametrize(
    ("conditions", "outcome"), [("healthy", "home"), ("database-busy", "degraded"), ("silent", "form")]
)
def test_the_conditions_decide_the_outcome_in_both_modes(tmp_path: Path, conditions: str, outcome: str) -> None:
    content = figures(tmp_path, "--conditions", conditions, "--deadline", "2")
    assert [mode["outcome"] for mode in content["modes"].values()] == [outcome, outcome]


def test_only_a_form_has_no_time_to_home(tmp_path: Path) -> None:
    content = figures(tmp_path, "--conditions", "silent", "--deadline", "0.5")
    assert [mode["time_to_home_ms"] for mode in content["modes"].values()] == [None, None]


def test_a_server_and_a_person_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("responsive-by-default\n", encoding="utf-8")
    account = ("--email", "demo@example.com", "--password-file", str(tmp_path / "password"))
    with running_service(tmp_path) as service:
        content = figures(tmp_path, "--server", service.url, "--conditions", "healthy", *account)
    assert [mode["outcome"] for mode in content["modes"].values()] == ["home", "home"]


def test_progress_goes_to_stderr_and_the_table_to_stdout() -> None:
    done = compare("--conditions", "healthy")
    assert "signing in, async" in done.stderr
    assert done.stdout.startswith("Conditions: healthy.")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--email", "ada@example.com"), 2, "--server and --email go together"),
        (("--server", "http://127.0.0.1:1", "--email", "a@b"), 2, "--password-file"),
        (("--json", "/dev/null/figures.json"), 2, "can't be written"),
        (("--pictures", "/dev/null/pictures"), 2, "can't be written"),
        (("--server", "http://127.0.0.1:1", "--conditions", "database-busy"), 2, "leave out --server"),
        (("--profile-dir", "/dev/null/profile"), 1, "--profile-dir"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(arguments: tuple[str, ...], code: int, message: str) -> None:
    done = compare(*arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1)
    assert message in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_the_midst_of_a_blocking_wait(number: signal.Signals, code: int) -> None:
    with comparing("--conditions", "silent", "--deadline", "50") as (process, until_told):
        until_told("signing in, blocking")
        process.send_signal(number)
        # Far less than the deadline: the signal ends the wait.
        output = process.communicate(timeout=20)
    assert (process.returncode, output) == (code, ("", ""))
