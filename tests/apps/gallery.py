"""A slide show that freezes: it sleeps between two pictures, in the slot that the button calls.

python tests/apps/gallery.py [--quit-after MS]
"""

from __future__ import annotations

import argparse
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

COLOURS = ("#3a6ea5", "#c0504d", "#4f8a5b")
PAUSE_S = 0.5


class Gallery(QWidget):
    """One picture at a time; nobody ever sees but the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Gallery")
        self.picture = QLabel("Press Play", alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(320, 200)
        self.play = QPushButton("Play")
        self.play.clicked.connect(self.show_all)
        layout = QVBoxLayout(self)
        layout.addWidget(self.picture)
        layout.addWidget(self.play)

    def show_all(self) -> None:
        """Show each picture for a moment."""
        for colour in COLOURS:
            picture = QPixmap(320, 200)
            picture.fill(QColor(colour))
            self.picture.setPixmap(picture)
            time.sleep(PAUSE_S)  # freezes


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quit-after", type=int, metavar="MS", help="press Play once, and close after that long")
    options = parser.parse_args()
    application = QApplication()
    gallery = Gallery()
    gallery.show()
    if options.quit_after:
        QTimer.singleShot(200, gallery.play.click)
        QTimer.singleShot(options.quit_after, gallery.close)
    raise SystemExit(application.exec())
