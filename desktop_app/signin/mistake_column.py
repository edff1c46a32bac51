"""One of the two loads: its source, what came of it, the page that results, and when what happened."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.signin import mistake_texts as texts
from desktop_app.signin.labels import ElidedLabel, plain_label
from desktop_app.signin.mistake import MANAGED, VARIANTS, Outcome, Variant, source_of
from desktop_app.signin.mistake_listing import SourceListing
from desktop_app.signin.mistake_preview import PagePreview
from desktop_app.signin.theme import Theme

MOST_EVENTS = 5
NOTHING = Outcome()


class LoadColumn(QFrame):
    """Shows a variant, and then each `Outcome` of its run; nothing in it moves meanwhile.

    Args:
        variant: What is shown first.
        parent: Its owner.
    """

    def __init__(self, variant: Variant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "column")
        self.outcome = NOTHING
        self.verdict = texts.NONE_YET
        self._is_managed = variant is MANAGED
        self._variant = variant
        self._source = source_of(variant.code)
        self.title = ElidedLabel("panel-title")
        self.listing = SourceListing(max(len(source_of(each.code).lines) for each in (*VARIANTS, MANAGED)))
        self.verdict_text = plain_label("verdict", wraps=True)
        self.page_text = ElidedLabel("muted")
        self.preview = PagePreview()
        self.time_line = plain_label("muted")
        self.time_line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        for part in (self.title, self.listing, self.verdict_text, self.page_text, self.preview, self.time_line):
            layout.addWidget(part, int(part is self.preview))
        self.show_variant(variant)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.listing.set_theme(theme)
        self.preview.set_theme(theme)
        for label, line_count, padding in ((self.verdict_text, 2, 10), (self.time_line, MOST_EVENTS, 0)):
            # The style sheet decides how large the text is.
            label.ensurePolished()
            label.setMinimumHeight(label.fontMetrics().lineSpacing() * line_count + padding)

    def show_variant(self, variant: Variant) -> None:
        """Show what will be run."""
        if variant is not self._variant:
            self._variant = variant
            self._source = source_of(variant.code)
        self.show_outcome(NOTHING)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what has come of the run."""
        is_same_page = outcome.preferences == self.preview.preferences
        self.outcome = outcome
        self.listing.show_source(self._source, outcome.failing_line)
        if not is_same_page:
            self.preview.show_page(outcome.preferences)
        self._retranslate()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.preview.show_page(self.outcome.preferences)
        super().changeEvent(event)

    def _retranslate(self) -> None:
        name = self.tr("Managed") if self._is_managed else self.tr("Unmanaged")
        file, line = self._source.file, self._source.first_line
        self.title.setText(f"{name} · {file}:{line}" if self._source.lines else f"{name} · {file}")
        self.listing.setAccessibleName(self.title.text())
        verdict_on = texts.verdict_on_managed if self._is_managed else texts.verdict_on_mistake
        self.verdict = verdict_on(self.outcome)
        self.verdict_text.setText(self.verdict.text)
        if self.verdict_text.property("kind") != self.verdict.kind:
            self.verdict_text.setProperty("kind", self.verdict.kind)
            # A style sheet looks at properties only when it is applied.
            self.verdict_text.style().unpolish(self.verdict_text)
            self.verdict_text.style().polish(self.verdict_text)
        self.page_text.setText(texts.page_of(self.outcome))
        self.preview.setAccessibleName(self.page_text.text())
        self.time_line.setText(texts.time_line(self.outcome, is_managed=self._is_managed))
