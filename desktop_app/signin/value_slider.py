"""A slider over a row of chosen values, with the present one written beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from desktop_app.signin.labels import plain_label

NAME_WIDTH = 92
VALUE_WIDTH = 92
SETTLES_AFTER_MS = 350
"""How long keys or a wheel must rest: longer than the keyboard's repetition, shorter than patience."""


class ValueSlider(QWidget):
    """Name, slider and value; the value follows the handle, and settles when it is let go.

    Args:
        values: What can be chosen, from left to right.
        parent: Its owner.
    """

    value_moved = Signal()
    """Another value is shown; the person may be about to move on."""
    value_settled = Signal()
    """The person has let go of the handle, or of the keys."""

    def __init__(self, values: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = values
        self._is_moved = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SETTLES_AFTER_MS)
        self._rest.timeout.connect(self.settle)
        self.name = QLabel()
        self.name.setFixedWidth(NAME_WIDTH)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(values) - 1)
        self.slider.setPageStep(max(1, len(values) // 8))
        self.slider.valueChanged.connect(self._on_slider_changed)
        self.slider.sliderReleased.connect(self.settle)
        self.name.setBuddy(self.slider)
        self.text = plain_label("value")
        self.text.setFixedWidth(VALUE_WIDTH)
        self.text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.text)

    @property
    def value(self) -> int:
        """What the handle stands at."""
        return self._values[self.slider.value()]

    def show_value(self, value: int) -> None:
        """Put the handle where this value is, or the nearest there is; not under the person's hand."""
        if self._is_moved:
            return
        nearest = min(range(len(self._values)), key=lambda index: abs(self._values[index] - value))
        self.slider.blockSignals(True)
        self.slider.setValue(nearest)
        self.slider.blockSignals(False)

    def show_texts(self, name: str, text: str) -> None:
        """Show what is chosen here, and what the present value is called."""
        self.name.setText(name)
        self.text.setText(text)
        # The slider's own value, which is read out, is a place in the row.
        self.slider.setAccessibleName(f"{name.replace('&', '')}: {text}")

    def settle(self) -> None:
        """Wait no longer for the person to move on, where they have moved at all."""
        self._rest.stop()
        if self._is_moved:
            self._is_moved = False
            self.value_settled.emit()

    def _on_slider_changed(self) -> None:
        self._is_moved = True
        if not self.slider.isSliderDown():
            self._rest.start()
        self.value_moved.emit()
