from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest

from desktop_app.signin.state import Mode
from tests.helpers.service_process import ServiceProcess, running_service
from tests.reliability.faults import FAULTS

Cells = dict[tuple[str, Mode], str]
COLUMNS = ("fault", *(mode.value for mode in Mode))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that all faults share that lie outside of it."""
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def cells(pytestconfig: pytest.Config) -> Iterator[Cells]:
    """Take down how each fault ended; at the end the table is written where the command line says."""
    found: Cells = {}
    yield found
    path = pytestconfig.getoption("fault_matrix_json")
    if path is not None:
        names = [fault.name for fault in FAULTS if any((fault.name, mode) in found for mode in Mode)]
        rows = [{"fault": name, **{mode.value: found.get((name, mode), "-") for mode in Mode}} for name in names]
        path.write_text(json.dumps({"columns": COLUMNS, "rows": rows}, indent=1, ensure_ascii=False) + "\n", "utf-8")


@pytest.fixture(scope="module")
def only_its_own_garbage() -> Iterator[None]:
    """Have the collector look at what the program makes, and not at all that the tests before it have made."""
    gc.collect()
    gc.freeze()
    with pytest.MonkeyPatch.context() as patch:
        # The program does it after its imports, which here would put earlier runs' garbage out of reach.
        patch.setattr(gc, "freeze", lambda: None)
        yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()
