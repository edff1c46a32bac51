"""A field and a button that have opted in to be timed; somebody types into the one and presses the other.

python tests/apps/opted_in.py
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.responsiveness import watch_inputs

KEYS = "hello"


class Search(QWidget):
    """The two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.button = QPushButton("Search")
        self.button.clicked.connect(self.close_when_painted)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.button)
        watch_inputs(self.field, self.button)

    def close_when_painted(self) -> None:
        """Show what was typed, and close when that is to be seen."""
        self.button.setText(self.field.text())
        QTimer.singleShot(300, self.close)

    def play(self) -> None:
        """Type, a key after the other, and press the button."""
        QTest.keyClicks(self.field, KEYS, delay=20)
        QTest.mouseClick(self.button, Qt.MouseButton.LeftButton)


if __name__ == "__main__":
    application = QApplication()
    search = Search()
    search.show()
    QTimer.singleShot(100, search.play)
    raise SystemExit(application.exec())
