"""The fault matrix: every fault, in both modes, through the real program."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Final

import pytest

from desktop_app.app import Application
from desktop_app.signin.state import Mode
from tests.helpers.deliberate import FREEZES
from tests.helpers.service_process import ServiceProcess
from tests.reliability.conftest import Cells
from tests.reliability.faults import FAULTS, LATE, Fault
from tests.reliability.running import Observation, found_secrets
from tests.reliability.sites import Surroundings

MOST_RUNS: Final = 3
"""Claims about time are about the program. A machine that is busy with other things makes it late, so that the best
of this many runs counts; every other claim has to be true of each run."""
MOST_OVERDUE_MS: Final = 200
MOST_LAG_MS: Final = 100

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is left is read from /proc")

CASES: Final = [
    pytest.param(fault, mode, id=f"{fault.name}-{mode.value}", marks=FREEZES if mode is Mode.BLOCKING else ())
    for fault in FAULTS
    for mode in fault.modes
]


@pytest.mark.usefixtures("only_its_own_garbage")
@pytest.mark.parametrize(("fault", "mode"), CASES)
def test_a_fault_ends_well(
    fault: Fault,
    mode: Mode,
    qapp: Application,
    service: ServiceProcess,
    cells: Cells,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG, "desktop_app")
    late: list[str] = []
    for number in range(1, MOST_RUNS + 1):
        directory = tmp_path / str(number)
        directory.mkdir()
        observed = observe(fault, mode, qapp, service, directory)
        said = capfd.readouterr()
        texts = (caplog.text, said.out, said.err)
        assert not found_secrets(observed.secrets, texts, (directory, service.directory))
        assert observed.left == []
        assert observed.memory_bytes <= fault.most_memory_bytes
        assert_logged(fault, caplog, observed)
        late = lateness(fault, mode, observed)
        if not late:
            assert_ends_as_it_must(fault, observed)
            cells[fault.name, mode] = cell(fault, observed, directory)
            return
    pytest.fail(f"in each of {MOST_RUNS} runs, such as the last: {late}")


def assert_ends_as_it_must(fault: Fault, observed: Observation) -> None:
    """The person finds themselves where the row says, and reads what it says."""
    assert (observed.end, observed.exit_code) == (fault.ends, fault.exit_code)
    assert observed.message.startswith(fault.says)
    assert bool(observed.message) == bool(fault.says)
    assert observed.name.startswith("Ada") or fault.ends != "home"


def observe(fault: Fault, mode: Mode, qt: Application, service: ServiceProcess, directory: Path) -> Observation:
    """Make the fault, and run the program against it once."""
    with pytest.MonkeyPatch.context() as patch:
        with fault.make(Surroundings(service, directory, patch, mode)) as site:
            observed = fault.run(qt, site, mode, fault.deadline_ms, directory)
        if site.claim is not None:
            site.claim()
    return observed


def lateness(fault: Fault, mode: Mode, observed: Observation) -> list[str]:
    """Tell in which ways a run took too long."""
    found = []
    if observed.took_ms > fault.deadline_ms + MOST_OVERDUE_MS:
        found.append(f"ended after {observed.took_ms:.0f} ms, the deadline being {fault.deadline_ms} ms")
    if mode is Mode.ASYNC and observed.longest_lag_ms >= MOST_LAG_MS:
        found.append(f"event-loop lag of {observed.longest_lag_ms:.0f} ms")
    if observed.is_overdue and fault.says != LATE:
        found.append(f"the deadline ended it, and not what should have: {observed.end}")
    return found


def assert_logged(fault: Fault, caplog: pytest.LogCaptureFixture, observed: Observation) -> None:
    """The log has the warnings that it has to have, and no other; in a process of its own it is on stderr."""
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    said += [line for line in observed.complaints if " DEBUG " not in line and " INFO " not in line]
    caplog.clear()
    missing = [wanted for wanted in fault.logs if not any(line.startswith(wanted) for line in said)]
    assert not missing, said
    assert fault.logs or not said, said


def cell(fault: Fault, observed: Observation, directory: Path) -> str:
    """Say how it ended, without figures and paths that would differ from run to run."""
    if observed.end == "closed":
        return f"closed, exit code {observed.exit_code}" if observed.exit_code else "closed"
    message = observed.message.replace(str(directory), "…")
    at_the_deadline = ", at the deadline" if observed.took_ms >= fault.deadline_ms else ""
    return observed.end + (f": “{message}”" if message else "") + at_the_deadline
