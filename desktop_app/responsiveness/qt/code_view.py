"""Code as plain text in a fixed-width font, with one line marked: to be read, scrolled, selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

MARK = "→ "
LONGEST_LINE = 500
"""In characters; what is longer is cut, as a line of a whole minified file would take seconds to be laid out."""


class CodeView(QPlainTextEdit):
    """As high as its text is; scrolls sideways only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked_index: int | None = None
        self._mark_color = QColor()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_mark_color(self, color: str) -> None:
        """Take the background of the marked line, as ``#rrggbb``."""
        self._mark_color = QColor(color)
        self._mark()

    def show_lines(self, lines: list[str], marked_index: int | None = None) -> None:
        """Show these, and one of them marked: by its colour, and whoever wrote it also by a sign."""
        self._marked_index = marked_index
        self.setPlainText("\n".join(line[:LONGEST_LINE] for line in lines))
        self._fit(len(lines))
        self._mark()

    @property
    def marked_text(self) -> str:
        """The line that is marked; empty where none is."""
        if self._marked_index is None:
            return ""
        return self.document().findBlockByNumber(self._marked_index).text()

    def _fit(self, line_count: int) -> None:
        # The style sheet decides how large the text is.
        self.ensurePolished()
        bar_height = self.horizontalScrollBar().sizeHint().height()
        margins = round(self.document().documentMargin() * 2) + 10
        self.setFixedHeight(self.fontMetrics().lineSpacing() * max(1, line_count) + bar_height + margins)

    def _mark(self) -> None:
        if self._marked_index is None:
            self.setExtraSelections([])
            return
        mark = QTextEdit.ExtraSelection()
        mark.cursor = QTextCursor(self.document().findBlockByNumber(self._marked_index))
        mark.format.setBackground(self._mark_color)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([mark])
