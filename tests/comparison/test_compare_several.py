"""``desktop-app compare`` under several conditions."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop_app.conditions.presets import PRESETS
from desktop_app.config import STORE_FILE
from tests.comparison.runs import PICTURES, compare, comparing, figures
from tests.helpers.service_process import running_service

RESULTS = QRect(750, 625, 290, 135)
"""Where the window, as large as it is off screen, shows the last result of each mode."""


class Everything:
    """What a comparison under all conditions gave."""

    def __init__(self, done: subprocess.CompletedProcess[str], directory: Path) -> None:
        self.done = done
        self.pictures = directory / "pictures"
        self.content = json.loads((directory / "figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    directory = tmp_path_factory.mktemp("all")
    files = ("--json", directory / "figures.json", "--pictures", directory / "pictures")
    done = compare("--conditions", "all", "--deadline", "1", *files)
    assert done.returncode == 0, done.stderr
    return Everything(done, directory)


def test_all_gives_a_list_in_the_order_of_the_presets(everything: Everything) -> None:
    assert [each["conditions"] for each in everything.content] == list(PRESETS)


def test_each_of_the_list_is_what_a_single_name_gives(everything: Everything, tmp_path: Path) -> None:
    single = figures(tmp_path, "--conditions", "healthy", "--deadline", "1")
    assert [shape(each) for each in everything.content] == [shape(single)] * len(PRESETS)


def shape(value: Any) -> Any:
    """Reduce what was written to its names."""
    return {name: shape(part) for name, part in value.items()} if isinstance(value, dict) else None


def test_there_is_one_table_with_a_row_for_each_mode(everything: Everything) -> None:
    first_words = [line.split()[0] for line in everything.done.stdout.split("\n\n")[1].splitlines()[3:]]
    assert first_words == [word for name in PRESETS for word in (name, "async")]


def test_the_legend_has_the_numbers_of_all(everything: Everything) -> None:
    text = " ".join(everything.done.stdout.split())
    assert [name for name, conditions in PRESETS.items() if f"{name} {conditions.text}" not in text] == []


def test_progress_says_which_conditions_it_is_about(everything: Everything) -> None:
    lines = everything.done.stderr.splitlines()
    assert [line for line in lines if line.partition(": ")[0] not in PRESETS] == []
    assert "slow: signing in, async …" in lines


def test_each_has_a_directory_of_pictures(everything: Everything) -> None:
    found = {
        directory.name: sorted(path.name for path in directory.iterdir())
        for directory in everything.pictures.iterdir()
    }
    assert found == dict.fromkeys(PRESETS, PICTURES)
    assert not QImage(str(everything.pictures / "silent" / "lag.png")).isNull()


def results_shown(everything: Everything, name: str, picture: str) -> QImage:
    return QImage(str(everything.pictures / name / picture)).copy(RESULTS)


def test_each_begins_with_a_window_that_shows_no_result_of_another(everything: Everything) -> None:
    shown = [results_shown(everything, name, "blocking-midway.png") for name in PRESETS]
    assert shown == [shown[0]] * len(PRESETS)
    # It is where the results are: blocking has one by then.
    assert shown[0] != results_shown(everything, next(iter(PRESETS)), "async-midway.png")


def test_a_busy_database_is_at_rest_again_under_the_next_conditions(tmp_path: Path) -> None:
    content = figures(tmp_path, "--conditions", "database-busy,healthy", "--deadline", "3")
    assert [mode["outcome"] for each in content for mode in each["modes"].values()] == ["degraded"] * 2 + ["home"] * 2


def test_all_on_another_server_leaves_out_what_needs_the_own_one(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("responsive-by-default\n", encoding="utf-8")
    account = ("--email", "demo@example.com", "--password-file", tmp_path / "password")
    path = tmp_path / "figures.json"
    with running_service(tmp_path) as service:
        done = compare("--server", service.url, "--conditions", "all", "--deadline", "0.5", "--json", path, *account)
    assert done.returncode == 0, done.stderr
    left_out = [name for name, conditions in PRESETS.items() if conditions.needs_own_service]
    assert done.stderr.splitlines()[0].endswith(f": {', '.join(left_out)}.")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert [each["conditions"] for each in content] == [name for name in PRESETS if name not in left_out]


@pytest.mark.parametrize(
    ("told", "number", "code"),
    [
        ("healthy: signing in, async", signal.SIGINT, 130),
        ("silent: waiting for the service", signal.SIGTERM, 143),
        ("silent: signing in, blocking", signal.SIGINT, 130),
    ],
)
def test_a_signal_ends_it_with_nothing_written(told: str, number: signal.Signals, code: int, tmp_path: Path) -> None:
    files = ("--json", tmp_path / "figures.json", "--pictures", tmp_path / "pictures")
    with comparing("--conditions", "healthy,silent", "--deadline", "20", *files) as (process, until_told):
        until_told(told)
        process.send_signal(number)
        output, complaints = process.communicate(timeout=30)
    # A service that has hardly started, or is slow to end, may be killed, which is told.
    assert (process.returncode, output) == (code, "")
    assert "Traceback" not in complaints
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_conditions_that_cannot_be_tried_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    store = tmp_path / "profile" / STORE_FILE
    files = ("--json", tmp_path / "figures.json", "--pictures", tmp_path / "pictures")
    where = ("--profile-dir", store.parent)
    with comparing("--conditions", "silent,healthy", "--deadline", "3", *where, *files) as (process, until_told):
        until_told("silent: signing in, blocking")
        # The service has it open and goes on; the next one finds that nobody can open it.
        for path in store.parent.iterdir():
            path.unlink()
        store.mkdir()
        output, complaints = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert complaints.splitlines()[-1].startswith("desktop-app: healthy: The program's own service could not be")
    assert str(store) in complaints.splitlines()[-1]
    assert not (tmp_path / "figures.json").exists()
    assert list((tmp_path / "pictures").iterdir()) == []
