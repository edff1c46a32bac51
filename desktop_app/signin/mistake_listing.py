"""A function's source with its line numbers, and the failing line marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from desktop_app.signin.mistake import Source
from desktop_app.signin.theme import Theme

MARK, NO_MARK = "→", " "
GUTTER_WIDTH = 5
"""Characters before each line: the mark, three digits, a space."""


class SourceListing(QPlainTextEdit):
    """Plain text that can be read, scrolled and selected by keyboard.

    Args:
        line_count: How many lines it has room for.
        parent: Its owner.
    """

    def __init__(self, line_count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line_count = line_count
        self._marked_index = -1
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

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._mark_color = QColor(theme.error_soft)
        # The style sheet decides how large the text is.
        self.ensurePolished()
        bar_height = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.fontMetrics().lineSpacing() * self._line_count + bar_height + 20)
        self._mark()

    def show_source(self, source: Source, marked_line: int = 0) -> None:
        """Show a function, and one of its lines marked: by a sign and by its colour; 0 marks none."""
        lines = [
            f"{MARK if number == marked_line else NO_MARK}{number:>3} {line}"
            for number, line in enumerate(source.lines, source.first_line)
        ]
        text = "\n".join(lines)
        if text != self.toPlainText():
            self.setPlainText(text)
        self._marked_index = marked_line - source.first_line if marked_line else -1
        self._mark()

    @property
    def marked_text(self) -> str:
        """The line that is marked, as the program's source has it; empty where none is."""
        if self._marked_index < 0:
            return ""
        return self.document().findBlockByNumber(self._marked_index).text()[GUTTER_WIDTH:]

    def _mark(self) -> None:
        if self._marked_index < 0:
            self.setExtraSelections([])
            return
        mark = QTextEdit.ExtraSelection()
        mark.cursor = QTextCursor(self.document().findBlockByNumber(self._marked_index))
        mark.format.setBackground(self._mark_color)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([mark])
