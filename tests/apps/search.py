"""A search field that freezes while one types: each key runs a regular expression that tries everything.

python tests/apps/search.py [--quit-after MS]
"""

from __future__ import annotations

import argparse
import re

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

TEXT = "a" * 24 + "!"


def matches(pattern: str) -> bool:
    """Look for the pattern, one or more times, up to the end: where it is not there, that takes 2**24 attempts."""
    return re.search(f"(?:{re.escape(pattern)}+)+$", TEXT) is not None  # freezes


class Search(QWidget):
    """What is typed, and whether it was found."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Search")
        self.field = QLineEdit(placeholderText="Type an a")
        self.found = QLabel(TEXT)
        self.field.textChanged.connect(self.show_found)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.found)

    def show_found(self, pattern: str) -> None:
        """Say whether it was found."""
        self.found.setText("Found" if pattern and matches(pattern) else "Not found")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quit-after", type=int, metavar="MS", help="type an a, and close after that long")
    options = parser.parse_args()
    application = QApplication()
    search = Search()
    search.show()
    if options.quit_after:
        QTimer.singleShot(200, lambda: search.field.insert("a"))
        QTimer.singleShot(options.quit_after, search.close)
    raise SystemExit(application.exec())
