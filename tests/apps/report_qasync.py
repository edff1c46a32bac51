"""A sales report that freezes although it is a coroutine: the query in it is not one. Needs qasync.

python tests/apps/report_qasync.py [--quit-after MS]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3

os.environ.setdefault("QT_API", "pyside6")
import qasync  # type: ignore[import-untyped]
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

SALES = 3_000_000
QUERY = (
    "WITH RECURSIVE sale(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM sale WHERE n < ?) SELECT sum(n % 97) FROM sale"
)


class Report(QWidget):
    """A button, a sum, and a bar that should never stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Sales")
        self.sum = QLabel("Press Add up", alignment=Qt.AlignmentFlag.AlignCenter)
        self.busy = QProgressBar(minimum=0, maximum=0)
        self.add_up = QPushButton("Add up")
        self.add_up.clicked.connect(self.start)
        layout = QVBoxLayout(self)
        for widget in (self.sum, self.busy, self.add_up):
            layout.addWidget(widget)

    def start(self) -> None:
        """Begin to add up."""
        self.task = asyncio.ensure_future(self.report())
        self.task.set_name("report")

    async def report(self) -> None:
        """Add up all sales."""
        self.sum.setText("Adding up …")
        await asyncio.sleep(0.1)
        self.sum.setText(f"{await self.total():,}")

    async def total(self) -> int:
        """Ask the database, which answers when it has the answer, and not before."""
        with sqlite3.connect(":memory:") as database:
            (total,) = database.execute(QUERY, (SALES,)).fetchone()  # freezes
        return int(total)


async def main(application: QApplication, quit_after_ms: int | None) -> None:
    """Show the window until it is closed."""
    closed = asyncio.Event()
    application.lastWindowClosed.connect(closed.set)
    report = Report()
    report.show()
    if quit_after_ms:
        QTimer.singleShot(200, report.add_up.click)
        QTimer.singleShot(quit_after_ms, report.close)
    await closed.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quit-after", type=int, metavar="MS", help="press Add up once, and close after that long")
    options = parser.parse_args()
    application = QApplication()
    application.setQuitOnLastWindowClosed(False)
    qasync.run(main(application, options.quit_after))
