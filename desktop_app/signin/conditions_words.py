"""What the network and the database are like, in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from desktop_app.conditions.presets import Conditions


def summary_of(conditions: Conditions) -> str:
    """Say in one sentence what conditions are like."""
    return QCoreApplication.translate("conditions", conditions.summary).format(**conditions.values)
