"""Code as plain text in a fixed-width font, with one line marked: to be read, scrolled, selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from desktop_app.overriding import override

MARK = "→ "
LONGEST_LINE = 500
"""In characters; what is longer is cut, as a line of a whole minified file would take seconds to be laid out."""


class CodeView(QPlainTextEdit):
    """As high as its text is.

    Args:
        wraps: Whether long lines are broken, rather than scrolled sideways: for what is prose in part.
        parent: Its owner.
    """

    def __init__(self, *, wraps: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wraps = wraps
        self._marked_index: int | None = None
        self._mark_color = QColor()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth if wraps else QPlainTextEdit.LineWrapMode.NoWrap)
        if wraps:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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
        text = "\n".join(line[:LONGEST_LINE] for line in lines)
        if text != self.toPlainText():
            # Otherwise what is selected in it stays so.
            self.setPlainText(text)
        self._fit()
        self._mark()

    @property
    def marked_text(self) -> str:
        """The line that is marked; empty where none is."""
        if self._marked_index is None:
            return ""
        return self.document().findBlockByNumber(self._marked_index).text()

    def _fit(self) -> None:
        # The style sheet decides how large the text is.
        self.ensurePolished()
        # Of such a document, the height is a number of lines.
        line_count = max(1, round(self.document().size().height()))
        bar_height = 0 if self._wraps else self.horizontalScrollBar().sizeHint().height()
        margins = round(self.document().documentMargin() * 2) + 10
        height = self.fontMetrics().lineSpacing() * line_count + bar_height + margins
        if height != self.height():
            self.setFixedHeight(height)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._wraps:
            self._fit()

    def _mark(self) -> None:
        if self._marked_index is None:
            self.setExtraSelections([])
            return
        mark = QTextEdit.ExtraSelection()
        mark.cursor = QTextCursor(self.document().findBlockByNumber(self._marked_index))
        mark.format.setBackground(self._mark_color)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([mark])
