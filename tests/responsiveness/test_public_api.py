"""What the instrument offers to other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

import desktop_app.responsiveness as public
from tests.helpers.program import run_python

USE = """
import sys
from desktop_app.responsiveness import FreezeMonitor, Pace, verdict_of
monitor = FreezeMonitor(pace=Pace(threshold_ms=100))
monitor.attach()
assert "PySide6" not in sys.modules
assert "asyncio" not in sys.modules
from PySide6.QtCore import QCoreApplication, QTimer
application = QCoreApplication([])
import time
found = []
monitor.listen(found.append)
QTimer.singleShot(0, lambda: time.sleep(0.3))
QTimer.singleShot(500, application.quit)
application.exec()
monitor.detach()
(freeze,) = [each for each in found if not each.is_lasting and each.duration_ns > 250_000_000]
print(verdict_of(freeze).name)
"""


def test_a_program_uses_what_is_exported(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(USE, encoding="utf-8")
    ended = run_python("import runpy, sys; runpy.run_path(sys.argv[1])", script)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "sleep\n", "")


@pytest.mark.parametrize("name", public.__all__)
def test_everything_exported_is_there_and_described(name: str) -> None:
    assert getattr(public, name).__doc__


def test_what_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        public.nothing_of_the_kind  # noqa: B018
