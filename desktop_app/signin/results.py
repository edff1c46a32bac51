"""The last result of each way of waiting, side by side."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QLocale
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.signin.labels import ElidedLabel, plain_label
from desktop_app.signin.state import Mode

SMALLEST_WIDTH = 248


class LoadResult(NamedTuple):
    """What one load was like; the times are milliseconds."""

    mode: Mode
    outcome: str
    """``home``, ``degraded`` or ``form``: where it ended."""
    duration_ms: float
    """From the submit to the paint of where it ended."""
    longest_freeze_ms: float
    """The longest slice of the GUI thread, also one below 50 ms."""
    frozen_ms: float
    """The slices over 50 ms, summed."""


class ResultsPanel(QWidget):
    """Blocking beside async; each keeps what it showed until a newer load of its mode ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: dict[Mode, LoadResult] = {}
        self.title = ElidedLabel("panel-title")
        self.setMinimumWidth(SMALLEST_WIDTH)
        self._names: dict[Mode, QLabel] = {}
        self._outcomes: dict[Mode, QLabel] = {}
        self._freezes: dict[Mode, QLabel] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        for mode in Mode:
            row.addWidget(self._make_box(mode), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addLayout(row, 1)
        self._retranslate()

    def _make_box(self, mode: Mode) -> QFrame:
        box = QFrame()
        box.setProperty("role", "result")
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._names[mode] = ElidedLabel("result-name")
        self._freezes[mode] = ElidedLabel("result-value")
        self._outcomes[mode] = plain_label("muted", wraps=True)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(8, 8, 8, 6)
        layout.setSpacing(2)
        for label in (self._names[mode], self._freezes[mode], self._outcomes[mode]):
            label.setMinimumWidth(20)
            layout.addWidget(label)
        layout.addStretch()
        return box

    def show_result(self, result: LoadResult) -> None:
        """Show how the last load of a mode went."""
        self._results[result.mode] = result
        self._retranslate()

    def text_of(self, mode: Mode) -> str:
        """Tell what is shown for a mode."""
        return f"{self._freezes[mode].text()} {self._outcomes[mode].text()}"

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.title.setText(self.tr("Last results"))
        self._names[Mode.BLOCKING].setText(self.tr("Blocking"))
        self._names[Mode.ASYNC].setText(self.tr("Async"))
        for mode in Mode:
            result = self._results.get(mode)
            if result is None:
                self._freezes[mode].setText("–")
                self._outcomes[mode].setText(self.tr("not tried yet"))
            else:
                self._freezes[mode].setText(self._freeze_text(result))
                self._outcomes[mode].setText(self._outcome_text(result))

    def _freeze_text(self, result: LoadResult) -> str:
        if result.frozen_ms:
            return self.tr("frozen {time}").format(time=seconds(result.frozen_ms))
        return self.tr("never frozen")

    def _outcome_text(self, result: LoadResult) -> str:
        texts = {
            "home": self.tr("home in {time}"),
            "degraded": self.tr("default home in {time}"),
            "form": self.tr("form in {time}"),
        }
        return texts[result.outcome].format(time=seconds(result.duration_ms))


def seconds(duration_ms: float) -> str:
    """Write a duration in seconds, as the person's language does."""
    return f"{QLocale().toString(duration_ms / 1000, 'f', 2)}\u00a0s"
